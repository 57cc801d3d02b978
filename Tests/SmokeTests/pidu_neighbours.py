"""docs/scenarios/pidu.md, scenes 6 and 7: what neighbours have against each other, noise by day and by night and a dispute.

Working hours are 09:00-12:00 and 13:00-17:00; every due time below is written out by hand from that.
"""

SUPERVISOR, HOTLINE = "supervisor@510117", "hotline@510117"
AGREED, WRITTEN = "双方达成协议 · Parties agreed", "协议已签字 · Agreement signed"


class Neighbours:
    """Scenes of a day.Day of Pidu."""

    def noise_by_day(self):
        yield "03-17 15:00"
        self.reports("hotline", "E2306", {"unit": "510117001001001"}, external_id="110-0317-15")
        self.is_dispatched("noise-by-day", "CGJ", "HBJ")
        self.runs("contact", "03-18 17:00")
        self.runs("handle", "03-17 18:00")
        self.tells("dispatched handler@510117/CGJ", "part_assigned handler@510117/HBJ")
        yield "03-17 15:10"
        self.does("handler@CGJ", "sign", "signed")
        self.does("handler@HBJ", "sign", "signed")
        yield "03-17 15:15"
        self.does("handler@CGJ", "contact", "signed", outcome="reached")
        self.ended("contact", "met")
        yield "03-17 15:40"
        self.does("handler@HBJ", "handle", "signed", result="已检测")
        yield "03-17 15:50"
        self.does("handler@CGJ", "handle", "handled", result="噪音停止")
        self.ended("handle", "met")
        self.ended("handle", "met", "part", "HBJ")
        yield "03-17 16:10"
        self.does(HOTLINE, "verify", "closed", outcome="pass")
        yield "03-17 16:30"
        self.assertFalse(self.does(HOTLINE, "revisit", "closed", rating="satisfied")["must_supervise"])
        self.goes_by(
            "filed", "dispatched", "signed", "signed", "contacted", "handled", "handled", "verified", "closed",
            "revisited")
        self.tells("task officer@510117001001001", "revisited handler@510117/CGJ")
        self.posts("filed 15:00", "dispatched 15:00", "part_assigned 15:00", "task 15:50", "closed 16:10")
        self.assertEqual(self.answered("closed"), [("hotline", "110-0317-15")])

    def noise_by_night(self):
        yield "03-17 23:30"
        self.assertNotIn("duplicate_of", self.reports("hotline", "E2306", {"unit": "510117001001001"}))
        self.is_dispatched("police-noise-at-night", "GAFJ", "CGJ")
        self.runs("handle", "03-18 02:30")
        self.tells("dispatched handler@510117/GAFJ", "part_assigned handler@510117/CGJ")
        self.posts("dispatched 23:30", "part_assigned 23:30")
        yield "03-17 23:40"
        self.does("handler@GAFJ", "sign", "signed")
        self.does("handler@CGJ", "sign", "signed")
        yield "03-17 23:50"
        self.does("handler@GAFJ", "contact", "signed", outcome="reached")
        yield "03-18 00:20"
        self.does("handler@CGJ", "handle", "signed", result="已到场")
        yield "03-18 00:30"
        self.does("handler@GAFJ", "handle", "handled", result="噪音停止")
        self.runs("verify", "03-18 11:00")
        yield "03-18 09:20"
        self.does(HOTLINE, "verify", "closed", outcome="pass")
        self.goes_by(
            "filed", "dispatched", "signed", "signed", "contacted", "handled", "handled", "verified", "closed")
        self.tells("task officer@510117001001001")
        self.posts("filed 07:30", "task 07:30", "closed 09:20")

    def neighbours_in_dispute(self):
        mediator, officer = "handler@SFJ", "officer@510117104"
        yield "03-17 09:40"
        self.assertEqual(self.reports("citizen", "S2201", {"unit": "510117104002002"})["state"], "reported")
        self.goes_by("reported")
        self.runs("verify", "03-17 11:40")
        self.tells(f"task {officer} for officer@510117104002002")
        self.hears(officer, "task")
        yield "03-17 10:10"
        self.does(officer, "verify_report", "filed", outcome="pass")
        self.goes_by("filed", "dispatched")
        self.is_dispatched("mediation", "SFJ")
        self.runs("sign", "03-18 17:00")
        self.runs("contact", "03-18 17:00")
        self.runs("handle", "04-16 10:10")
        self.tells("dispatched handler@510117/SFJ")
        yield "03-17 10:30"
        self.does(mediator, "sign", "signed")
        yield "03-17 11:00"
        self.does(mediator, "contact", "signed", outcome="reached")
        self.ended("contact", "met")
        yield "03-23 10:00"
        missing = self.refused(mediator, "handle", 422, "closing_standard", result="双方达成协议", checklist=[AGREED])
        self.assertEqual((missing.json["missing"], missing.json["photos_required"]), ([WRITTEN], 1))
        yield "03-23 10:05"
        self.hands_in_the_agreement(mediator)
        self.ended("handle", "met")
        self.runs("verify", "03-23 13:05")
        yield "03-23 10:40"
        self.does(officer, "verify", "closed", outcome="pass")
        self.goes_by("signed", "contacted", "handled", "verified", "closed")
        self.tells(f"task {officer} for officer@510117104002002")
        yield "03-24 09:30"
        again = self.does(HOTLINE, "revisit", "dispatched", rating="dissatisfied", note="又吵起来了")
        self.assertTrue(again["must_supervise"])
        self.goes_by("revisited", "reopened")
        self.runs("sign", "03-25 17:00")
        self.runs("handle", "04-23 09:30")
        self.runs("decide", "03-25 17:00", "supervision")
        self.tells(
            "revisited handler@510117/SFJ", "must_supervise hotline@510117", "must_supervise supervisor@510117",
            "reopened handler@510117/SFJ")
        yield "03-24 10:00"
        self.does(SUPERVISOR, "supervise", "dispatched", form="site", note="下网督导")
        self.ended("decide", "met", "supervision")
        self.runs("answer", "03-26 17:00", "order", "SFJ")
        self.tells("supervised handler@510117/SFJ")
        self.hears(mediator, "supervised")
        yield "03-24 10:10"
        self.does(mediator, "sign", "signed")
        self.ended("sign", "met")
        yield "03-25 15:00"
        self.does(mediator, "answer", "signed", text="已上门再次调解")
        self.ended("answer", "met", "order")
        self.tells("answered supervisor@510117")
        yield "03-26 15:00"
        self.hands_in_the_agreement(mediator)
        self.runs("verify", "03-26 17:00")
        yield "03-26 15:40"
        self.does(officer, "verify", "closed", outcome="pass")
        yield "03-27 09:30"
        self.assertEqual(self.does(HOTLINE, "revisit", "closed", rating="satisfied")["rating"], "satisfied")
        self.goes_by("supervised", "signed", "answered", "handled", "verified", "closed", "revisited")
        self.tells(f"task {officer} for officer@510117104002002", "revisited handler@510117/SFJ")
        self.posts(
            "task 09:40", "filed 10:10", "dispatched 10:10", "task 10:05", "closed 10:40", "reopened 09:30",
            "supervised 10:00", "task 15:00", "closed 15:40")

    def hands_in_the_agreement(self, mediator):
        self.does(
            mediator, "handle", "handled", result="双方达成协议", checklist=[AGREED, WRITTEN],
            photos=[self.photo(mediator)])
