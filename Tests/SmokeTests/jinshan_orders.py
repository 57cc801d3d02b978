"""docs/scenarios/jinshan.md, scenes 1, 2 and 7 to 9: orders from their first word to the last rating, and who is late.

Working hours are 08:30-11:30 and 13:00-17:00; Sunday 2026-09-20 and Saturday 10-10 are worked, 09-25 to 09-27 and 10-01
to 10-07 are free. Every due time below is written out by hand from that.
"""

SUPERVISOR, DISPATCHER, HOTLINE = "supervisor@310116", "dispatcher@310116", "hotline@310116"
INSPECTOR, OFFICER = "inspector@310116", "officer@310116"
SHIHUA, ZHUJING = "officer@310116001", "officer@310116101"
DWELLING = {"lat": 30.7250, "lng": 121.3420}
DWELLING_GRID, SHIHUA_TOWN = "310116001015001", "310116001"
TANKS_GRID, ZHUJING_TOWN = "310116101001001", "310116101"
JYJ, FGJ, SJJ, JCJ = (f"handler@310116/{department}" for department in ("JYJ", "FGJ", "SJJ", "JCJ"))
TINGLIN, LUXIANG = "officer@310116104", "officer@310116105"
ANSWERED = f"answered {SUPERVISOR}", f"answered {HOTLINE}"
MUST_SUPERVISE = f"must_supervise {HOTLINE}", f"must_supervise {SUPERVISOR}"


class Orders:
    """Scenes of a day.Day of Jinshan."""

    def classes_in_a_dwelling(self):
        yield "09-17 09:12"
        report = self.reports(
            "hotline", "E2104", DWELLING, external_id="12345-0917-0001", description="居民楼开设补习班",
            reporter={"name": "张某", "phone": "13800000000"})
        self.assertEqual(report["unit"]["grid"], DWELLING_GRID)
        self.goes_by("filed", "dispatched")
        self.is_dispatched("classes-in-dwellings", "JYJ", "FGJ", "SJJ")
        self.runs("sign", "09-18 17:00")
        self.runs("contact", "09-18 17:00")
        self.runs("handle", "09-23 17:00")
        for part in ("FGJ", "SJJ"):
            self.runs("sign", "09-18 17:00", "part", part)
            self.runs("handle", "09-23 17:00", "part", part)
        self.tells(f"dispatched {JYJ}", f"part_assigned {FGJ}", f"part_assigned {SJJ}")
        self.posts("filed 09:12", "dispatched 09:12", "part_assigned 09:12", "part_assigned 09:12")
        self.assertEqual(self.answered("filed"), [("hotline", "12345-0917-0001")])
        self.hears("handler@JYJ", "dispatched")
        self.hears("handler@FGJ", "part_assigned")
        yield "09-17 10:00"
        for user, part in (("handler@FGJ", "FGJ"), ("handler@SJJ", "SJJ")):
            self.does(user, "sign", "dispatched")
            self.ended("sign", "met", "part", part)
        self.goes_by("signed", "signed")
        yield "09-18 14:20:24"
        self.goes_by(("contact/reminder", "sign/reminder"))
        self.tells(*[f"remind {JYJ}"] * 2)
        yield "09-18 17:00"
        self.goes_by(("contact/overdue", "sign/unaccepted"))
        self.tells(f"remind {JYJ}", f"remind {HOTLINE}", f"yellow {JYJ}", f"yellow {HOTLINE}")
        self.posts("remind 14:20", "remind 14:20", "remind 17:00", "yellow 17:00")
        yield "09-20 17:00"
        self.goes_by((*["handle/three-days-left"] * 3, "sign/town", "sign/unaccepted-again-1"))
        self.tells(
            f"remind {JYJ}", f"remind {FGJ}", f"remind {SJJ}", f"remind {JYJ}", f"remind {HOTLINE}",
            f"yellow {JYJ}", f"yellow supervisor@{SHIHUA_TOWN}")
        yield "09-21 17:00"
        self.goes_by((*["handle/two-days-left"] * 3, "sign/district", "sign/unaccepted-again-2"))
        self.tells(
            *(f"remind {post}" for post in (JYJ, FGJ, SJJ, JYJ)), *[f"remind {HOTLINE}"] * 4,
            f"supervise {SUPERVISOR}")
        self.posts(*["remind 17:00"] * 8, "yellow 17:00", "supervise 17:00")
        yield "09-21 17:20"
        self.does("handler@JYJ", "sign", "signed")
        signing = self.clock("sign")
        self.assertEqual((signing["state"], signing["stopped_at"]), ("late", self.moment("09-21 17:20")))
        yield "09-21 17:25"
        self.does("handler@JYJ", "contact", "signed", outcome="reached")
        self.ended("contact", "late")
        self.goes_by("signed", "contacted")
        yield "09-22 10:00"
        self.does("handler@JYJ", "request_extension", "signed", by="7 work_days", reason="违规主体认定需会商")
        self.runs("decide", "09-23 17:00", "request")
        self.goes_by("extension_requested")
        self.tells(f"extension_requested {DISPATCHER}")
        yield "09-22 10:05"
        self.refused("handler@JYJ", "request_extension", 409, "already_waiting", by="8 work_days", reason="再延")
        yield "09-22 11:00"
        self.does(DISPATCHER, "grant_extension", "signed")
        self.ended("decide", "met", "request")
        self.runs("handle", "10-10 17:00")
        self.runs("handle", "09-23 17:00", "part", "FGJ")
        self.goes_by("extension_granted")
        self.tells(f"extension_decided {JYJ}")
        yield "09-22 17:00"
        self.goes_by(*["handle/one-day-left"] * 2)
        self.tells(f"yellow {FGJ}", f"yellow {SJJ}", *[f"yellow {HOTLINE}"] * 2)
        self.posts("yellow 17:00", "yellow 17:00")
        yield "09-23 10:00"
        waiting = self.refused("handler@JYJ", "handle", 409, "parts_open", result="停班")
        self.assertEqual(waiting.json["open_parts"], ["FGJ", "SJJ"])
        yield "09-23 15:00"
        for user, part in (("handler@FGJ", "FGJ"), ("handler@SJJ", "SJJ")):
            self.does(user, "handle", "signed", result="已配合")
            self.ended("handle", "met", "part", part)
        self.goes_by("handled", "handled")
        yield "09-23 16:00"
        self.does(SUPERVISOR, "supervise", "signed", form="leader", note="一周内书面说明")
        self.runs("answer", "09-30 16:00", "order", "JYJ")
        self.goes_by("supervised")
        self.tells(f"supervised {JYJ}")
        self.posts("supervised 16:00")
        yield "09-29 16:00"
        self.goes_by("answer/reminder")
        self.tells(f"remind {JYJ}")
        yield "09-30 10:00"
        self.does("handler@JYJ", "answer", "signed", order=1, text="已约谈举办者,责令停班")
        self.ended("answer", "met", "order")
        self.goes_by("answered")
        self.tells(*ANSWERED)
        yield "09-30 17:00"
        self.goes_by("handle/three-days-left")
        self.tells(f"remind {JYJ}")
        yield "10-08 17:00"
        self.goes_by("handle/two-days-left")
        self.tells(f"remind {JYJ}", f"remind {HOTLINE}")
        yield "10-09 17:00"
        self.goes_by("handle/one-day-left")
        self.tells(f"yellow {JYJ}", f"yellow {HOTLINE}")
        self.posts("remind 16:00", "answered 10:00", "remind 17:00", "remind 17:00", "yellow 17:00")
        yield "10-10 10:00"
        self.does("handler@JYJ", "handle", "handled", result="已停止办班,违规主体已立案")
        self.ended("handle", "met")
        self.runs("verify", "10-12 17:00")
        self.tells(f"task {SHIHUA} for officer@{DWELLING_GRID}")
        yield "10-10 10:05"
        self.refused("handler@JYJ", "verify", 403, "forbidden_action", outcome="pass")
        yield "10-10 14:00"
        self.does(SHIHUA, "verify", "closed", outcome="pass")
        self.ended("verify", "met")
        self.goes_by("handled", "verified", "closed")
        self.posts("task 10:00", "closed 14:00")
        self.assertEqual(self.answered("closed"), [("hotline", "12345-0917-0001")])
        yield from self.the_caller_is_not_satisfied()

    def the_caller_is_not_satisfied(self):
        yield "10-10 15:00"
        again = self.does(HOTLINE, "revisit", "dispatched", rating="dissatisfied", note="又在上课")
        self.assertTrue(again["must_supervise"])
        self.goes_by("revisited", "reopened")
        self.runs("sign", "10-12 17:00")
        self.runs("handle", "10-14 17:00")
        self.runs("decide", "10-12 17:00", "supervision")
        self.tells(
            f"revisited {JYJ}", *MUST_SUPERVISE,
            f"reopened {JYJ}", f"part_reworked {FGJ}", f"part_reworked {SJJ}")
        self.posts("must_supervise 15:00", "reopened 15:00")
        yield "10-10 17:00"
        self.goes_by("handle/three-days-left")
        self.tells(f"remind {JYJ}")
        yield "10-12 08:40"
        self.does("handler@JYJ", "sign", "signed")
        self.ended("sign", "met")
        yield "10-12 08:45"
        self.refused("handler@JYJ", "request_extension", 409, "not_provided", by="2 work_days", reason="再延")
        yield "10-12 09:00"
        self.does(SUPERVISOR, "supervise", "signed", form="joint", note="与监察局联合督办", jointly=["监察局"])
        self.ended("decide", "met", "supervision")
        self.runs("answer", "10-19 17:00", "order")
        self.goes_by("signed", "supervised")
        self.tells(f"supervised {JYJ}")
        yield "10-12 17:00"
        self.goes_by("handle/two-days-left")
        self.tells(f"remind {JYJ}", f"remind {HOTLINE}")
        yield "10-13 11:00"
        self.does("handler@JYJ", "answer", "signed", order=2, text="已会同取缔")
        self.does("handler@JYJ", "handle", "handled", result="已取缔,张贴告示")
        self.ended("answer", "met", "order")
        self.ended("handle", "met")
        self.tells(*ANSWERED, f"task {SHIHUA} for officer@{DWELLING_GRID}")
        yield "10-13 14:00"
        self.does(SHIHUA, "verify", "closed", outcome="pass")
        self.goes_by("answered", "handled", "verified", "closed")
        self.posts(
            "remind 17:00", "supervised 09:00", "remind 17:00", "answered 11:00", "task 11:00", "closed 14:00")
        yield "10-14 09:00"
        self.does(HOTLINE, "revisit", "closed", rating="unrated")
        self.runs("decide", "10-15 17:00", "supervision")
        self.goes_by("revisited")
        self.tells(f"revisited {JYJ}", *MUST_SUPERVISE)
        yield "10-15 14:18"
        self.goes_by("decide/reminder")
        self.tells(f"remind {DISPATCHER}", f"remind {HOTLINE}")
        yield "10-15 17:00"
        self.goes_by("decide/unsupervised")
        self.tells(f"red {DISPATCHER}", f"red {SUPERVISOR}")
        self.posts("must_supervise 09:00", "remind 14:18", "red 17:00")
        yield "10-15 17:30"
        self.does(DISPATCHER, "supervise", "closed", form="phone", note="电话督办")
        self.ended("decide", "late", "supervision")
        self.goes_by("supervised")
        self.tells(f"supervised {JYJ}")
        yield "10-16 09:00"
        self.does(HOTLINE, "revisit", "closed", rating="satisfied")
        self.goes_by("revisited")
        self.tells(f"revisited {JYJ}")

    def put_off_and_put_off(self):
        yield "09-17 10:20"
        self.reports("hotline", "E2114", {"unit": TANKS_GRID}, external_id="12345-0917-0200", description="自来水发黄")
        self.goes_by("filed", "dispatched")
        self.is_dispatched("housing", "FGJ")
        for name, due in (("sign", "09-18 17:00"), ("contact", "09-18 17:00"), ("handle", "09-23 17:00")):
            self.runs(name, due)
        yield "09-17 11:00"
        self.does("handler@FGJ", "sign", "signed")
        self.does("handler@FGJ", "contact", "signed", outcome="reached")
        yield "09-20 17:00"
        self.goes_by("signed", "contacted", "handle/three-days-left")
        self.tells(f"dispatched {FGJ}", f"remind {FGJ}")
        yield "09-21 09:30"
        self.refused("handler@FGJ", "request_extension", 409, "limit_reached", by="8 work_days", reason="等水箱配件")
        yield "09-21 09:35"
        self.does("handler@FGJ", "request_extension", "signed", by="7 work_days", reason="等水箱配件")
        self.runs("decide", "09-22 17:00", "request")
        yield "09-21 10:00"
        self.does(DISPATCHER, "refuse_extension", "signed", reason="未附更换方案")
        self.ended("decide", "met", "request")
        self.runs("handle", "09-23 17:00")
        yield "09-21 10:30"
        self.does("handler@FGJ", "request_extension", "signed", by="7 work_days", reason="方案已附")
        yield "09-21 11:00"
        self.does(DISPATCHER, "grant_extension", "signed")
        self.runs("handle", "10-10 17:00")
        self.goes_by("extension_requested", "extension_refused", "extension_requested", "extension_granted")
        self.tells(*[f"extension_requested {DISPATCHER}", f"extension_decided {FGJ}"] * 2)
        yield "09-30 17:00"
        self.goes_by("handle/three-days-left")
        yield "10-08 17:00"
        self.goes_by("handle/two-days-left")
        self.tells(*[f"remind {FGJ}"] * 2, f"remind {HOTLINE}")
        yield "10-09 10:00"
        self.does("handler@FGJ", "request_extension", "signed", by="3 work_days", reason="水质检测未出")
        self.goes_by("extension_requested", "carded")
        self.was_carded("extension_requests", 3, "yellow")
        self.tells(f"extension_requested {DISPATCHER}", f"yellow {FGJ}", f"yellow {SUPERVISOR}")
        yield "10-09 10:10"
        self.refused(DISPATCHER, "grant_extension", 403, "forbidden_action")
        yield "10-09 10:15"
        self.does(SUPERVISOR, "grant_extension", "signed")
        self.runs("handle", "10-14 17:00")
        self.goes_by("extension_granted")
        self.tells(f"extension_decided {FGJ}")
        yield "10-10 17:00"
        self.goes_by("handle/three-days-left")
        self.tells(f"remind {FGJ}")
        yield "10-12 09:00"
        self.refused("handler@FGJ", "request_extension", 409, "limit_reached", by="1 work_day", reason="再延")
        yield "10-12 17:00"
        self.goes_by("handle/two-days-left")
        yield "10-13 17:00"
        self.goes_by("handle/one-day-left")
        self.tells(f"remind {FGJ}", f"remind {HOTLINE}", f"yellow {FGJ}", f"yellow {HOTLINE}")
        yield "10-14 17:00"
        self.goes_by("handle/overdue")
        self.tells(f"red {FGJ}", f"red supervisor@{ZHUJING_TOWN}", f"red {SUPERVISOR}")
        self.posts(
            "filed 10:20", "dispatched 10:20", *["remind 17:00"] * 5, "yellow 10:00", "yellow 17:00", "red 17:00")
        yield "10-15 17:00"
        self.goes_by("handle/district")
        self.tells(f"supervise {SUPERVISOR}")
        yield from self.supervised_jointly()
        yield from self.dissatisfied_twice()

    def supervised_jointly(self):
        yield "10-19 17:00"
        self.goes_by("handle/joint-supervision", "flagged")
        self.tells(f"flag {INSPECTOR}", f"flag {JCJ}")
        self.posts("supervise 17:00", "flag 17:00")
        self.hears("handler@JCJ", "flag")
        record = self.record("handle", INSPECTOR)
        self.assertEqual(
            (record["state"], record["department"], record["due_at"], record["to"]),
            ("open", "FGJ", self.moment("10-14 17:00"), [INSPECTOR, JCJ]))
        yield "10-20 09:00"
        self.does(SUPERVISOR, "supervise", "signed", form="joint", note="三位一体联合督办", jointly=["监察局"])
        self.runs("answer", "10-27 17:00", "order", "FGJ")
        self.goes_by("supervised")
        self.tells(f"supervised {FGJ}")
        yield "10-20 09:30"
        self.inspects(record, INSPECTOR, "acknowledge", "acknowledged")
        self.assertEqual(self.bundle(record, INSPECTOR)["statement_due_at"], self.moment("10-27 09:30"))
        yield "10-20 14:00"
        self.does("handler@FGJ", "answer", "signed", order=1, text="水箱今日更换")
        self.does("handler@FGJ", "handle", "handled", result="水箱已更换")
        self.ended("answer", "met", "order")
        self.ended("handle", "late")
        self.runs("verify", "10-21 17:00")
        self.inspects(record, "handler@FGJ", "statement", "answered", note="配件招标误期")
        yield "10-20 16:00"
        self.does(ZHUJING, "verify", "closed", outcome="pass")
        self.goes_by("answered", "handled", "verified", "closed")
        self.tells(*ANSWERED, f"task {ZHUJING} for officer@{TANKS_GRID}")
        self.posts("supervised 09:00", "answered 14:00", "task 14:00", "closed 16:00")
        yield "10-21 09:00"
        self.inspects(record, INSPECTOR, "uphold", "upheld", note="慢作为,属实")
        self.inspects(record, INSPECTOR, "close", "closed")
        self.proves(record, INSPECTOR)

    def dissatisfied_twice(self):
        again = [*MUST_SUPERVISE, f"revisited {FGJ}", f"reopened {FGJ}"]
        yield "10-21 10:00"
        self.does(HOTLINE, "revisit", "dispatched", rating="very_dissatisfied", note="水还是黄的")
        self.goes_by("revisited", "reopened")
        for name, due in (("sign", "10-22 17:00"), ("handle", "10-26 17:00")):
            self.runs(name, due)
        self.runs("decide", "10-22 17:00", "supervision")
        self.tells(*again)
        yield "10-21 10:30"
        self.does(SUPERVISOR, "supervise", "dispatched", form="site", note="现场督办")
        self.ended("decide", "met", "supervision")
        yield "10-21 14:00"
        self.does("handler@FGJ", "sign", "signed")
        self.does("handler@FGJ", "handle", "handled", result="管道已冲洗")
        yield "10-21 15:00"
        self.does(ZHUJING, "verify", "closed", outcome="pass")
        self.goes_by("supervised", "signed", "handled", "verified", "closed")
        self.tells(f"supervised {FGJ}", f"task {ZHUJING} for officer@{TANKS_GRID}")
        yield "10-22 09:00"
        self.does(HOTLINE, "revisit", "dispatched", rating="dissatisfied", note="早晨仍有锈味")
        self.goes_by("revisited", "carded", "reopened")
        self.was_carded("dissatisfied", 2, "red")
        self.runs("handle", "10-27 17:00")
        self.runs("decide", "10-23 17:00", "supervision")
        self.tells(*again, f"red {FGJ}", f"red {SUPERVISOR}", f"red {INSPECTOR}")
        yield "10-22 09:30"
        self.does(HOTLINE, "supervise", "dispatched", form="review", note="回访复核")
        self.ended("decide", "met", "supervision")
        yield "10-22 10:00"
        self.does("handler@FGJ", "sign", "signed")
        self.does("handler@FGJ", "handle", "handled", result="入户管已更换")
        yield "10-22 11:00"
        self.does(ZHUJING, "verify", "closed", outcome="pass")
        self.goes_by("supervised", "signed", "handled", "verified", "closed")
        self.tells(f"supervised {FGJ}", f"task {ZHUJING} for officer@{TANKS_GRID}")
        self.posts(
            "must_supervise 10:00", "reopened 10:00", "supervised 10:30", "task 14:00", "closed 15:00",
            "must_supervise 09:00", "reopened 09:00", "red 09:00", "supervised 09:30", "task 10:00", "closed 11:00")
        yield "10-23 09:00"
        self.does(HOTLINE, "revisit", "closed", rating="satisfied")
        self.goes_by("revisited")
        self.tells(f"revisited {FGJ}")

    def an_order_left_unanswered(self):
        posts = [f"handler@310116/{department}" for department in ("GTJ", "NYW")]
        yield "09-18 09:00"
        self.reports("officer", "E2201", {"unit": "310116104001001"}, user=TINGLIN, description="疑似违法用地")
        self.is_dispatched("illegal-land-use", "GTJ", "NYW")
        self.runs("sign", "09-18 11:00")
        self.runs("handle", "10-22 17:00")
        self.tells(f"filed {TINGLIN}", f"dispatched {posts[0]}", f"part_assigned {posts[1]}")
        yield "09-18 09:30"
        for user in ("handler@GTJ", "handler@NYW"):
            self.does(user, "sign", "signed")
        self.goes_by("filed", "dispatched", "signed", "signed")
        yield "09-21 10:00"
        self.does(SUPERVISOR, "supervise", "signed", form="leader", note="区领导坐诊派单", department="GTJ")
        self.runs("answer", "09-28 10:00", "order", "GTJ")
        self.goes_by("supervised")
        self.tells(f"supervised {posts[0]}")
        self.posts("filed 09:00", "dispatched 09:00", "part_assigned 09:00", "supervised 10:00")
        yield "09-24 10:00"
        self.goes_by("answer/reminder")
        self.tells(f"remind {posts[0]}")
        yield "09-28 10:00"
        self.goes_by("answer/unanswered")
        self.tells(f"yellow {posts[0]}", f"yellow {SUPERVISOR}")
        yield "09-29 17:00"
        self.goes_by("answer/unanswered-again-1")
        self.tells(f"yellow {posts[0]}", f"yellow {SUPERVISOR}")
        self.posts("remind 10:00", "yellow 10:00", "yellow 17:00")
        yield "09-30 09:00"
        self.does("handler@GTJ", "answer", "signed", order=1, text="已责令停止用地,限期复垦")
        self.ended("answer", "late", "order")
        yield "09-30 10:00"
        self.does("handler@NYW", "handle", "signed", result="土地性质已核")
        self.does("handler@GTJ", "handle", "handled", result="已复垦")
        self.ended("handle", "met")
        yield "09-30 15:00"
        self.does(TINGLIN, "verify", "closed", outcome="pass")
        self.goes_by("answered", "handled", "handled", "verified", "closed")
        self.tells(*ANSWERED, f"task {TINGLIN} for officer@310116104001001", f"closed {TINGLIN}")
        self.posts("answered 09:00", "task 10:00", "closed 15:00")

    def a_desk_that_is_idle(self):
        yield "09-28 13:00"
        self.reports("hotline", "E0599", {"unit": "310116105001001"}, description="村口广播扰民,不知归谁管")
        self.goes_by("filed", "desked")
        self.runs("decide", "09-28 17:00")
        self.tells(f"desked {DISPATCHER}")
        yield "09-28 16:12"
        self.goes_by("decide/reminder")
        self.tells(f"remind {DISPATCHER}")
        yield "09-28 17:00"
        self.goes_by("decide/overdue")
        self.tells(f"yellow {DISPATCHER}", f"yellow {SUPERVISOR}")
        yield "09-29 14:00"
        self.goes_by("decide/desk-idle")
        self.tells(f"red {SUPERVISOR}")
        self.posts("filed 13:00", "desked 13:00", "remind 16:12", "yellow 17:00", "red 14:00")
        yield "09-29 14:30"
        self.does(DISPATCHER, "dispatch", "dispatched", department="CGZF")
        self.ended("decide", "late")
        self.runs("sign", "09-30 17:00")
        self.runs("contact", "09-30 17:00")
        self.runs("handle", "10-12 17:00")
        yield "09-30 09:00"
        self.does("handler@CGZF", "sign", "signed")
        self.does("handler@CGZF", "contact", "signed", outcome="reached")
        self.does("handler@CGZF", "handle", "handled", result="音量已调低")
        yield "09-30 10:00"
        self.does(LUXIANG, "verify", "closed", outcome="pass")
        self.goes_by("dispatched", "signed", "contacted", "handled", "verified", "closed")
        self.tells("dispatched handler@310116/CGZF", f"task {LUXIANG} for officer@310116105001001")
        self.posts("dispatched 14:30", "task 09:00", "closed 10:00")

    def was_carded(self, cause, count, act):
        card = [event for event in self.events() if event["kind"] == "carded"][-1]["data"]
        self.assertEqual((card["cause"], card["count"], card["act"]), (cause, count, act))
