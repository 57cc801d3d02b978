"""docs/scenarios/jinshan.md, scenes 1 to 3: an order of the 12345 hotline from its first word to the last rating.

The weeks are those of the script: Sunday 2026-09-20 and Saturday 2026-10-10 are worked, 09-25 to 09-27 and 10-01 to
10-07 are free; hours are 08:30-11:30 and 13:00-17:00. Every due time below is written out by hand from that.
"""

import unittest

import scenario

START = "2026-09-17T08:00:00+08:00"
SUPERVISOR, DISPATCHER, HOTLINE = "supervisor@310116", "dispatcher@310116", "hotline@310116"
LEAD, ASSISTS = "handler@JYJ", ("handler@FGJ", "handler@SJJ")
OFFICER = "officer@310116001"


class Jinshan(scenario.Scenario):
    network, start, supervisor = "jinshan", START, SUPERVISOR

    def test_the_scenes(self):
        self.seen = 0
        with self.subTest("classes in a dwelling"):
            self.classes_in_a_dwelling()
        with self.subTest("the caller is not satisfied"):
            self.the_caller_is_not_satisfied()
        with self.subTest("indicators"):
            self.indicators()
        self.stack.verify_journal()
        self.stack.gridctl("ladder", "check")

    def classes_in_a_dwelling(self):
        self.goes_to("09-17", "09:12")
        self.case = self.stack.file(
            source="hotline", category="E2104", external_id="12345-0917-0001",
            place={"lat": 30.7250, "lng": 121.3420}, reporter={"name": "张某", "phone": "13800000000"})
        self.stack.settle()
        self.assertEqual(self.news(), ["filed", "dispatched"])
        self.assertEqual(self.stack.case(self.case)["lead"]["department"], "JYJ")
        self.due("sign", "09-18", "17:00")
        self.due("contact", "09-18", "17:00")
        self.due("handle", "09-23", "17:00")
        self.due("handle", "09-23", "17:00", "part", "FGJ")
        self.hears(LEAD, "dispatched")
        self.hears(ASSISTS[0], "part_assigned")

        self.goes_to("09-17", "10:00")
        for user in ASSISTS:
            self.does(user, "sign", "dispatched")
        self.assertEqual(self.news(), ["signed", "signed"])
        self.ended("sign", "met", "part", "FGJ")

        self.goes_to("09-18", "17:00")
        self.assertEqual(
            sorted(self.news()), ["contact/overdue", "contact/reminder", "sign/reminder", "sign/unaccepted"])
        self.goes_to("09-20", "17:00")
        rungs = self.news()
        self.assertIn("sign/unaccepted-again-1", rungs, "unaccepted orders are chased every working day")
        self.assertIn("sign/town", rungs)
        self.assertEqual(rungs.count("handle/three-days-left"), 3, "the lead's and both parts'")
        self.goes_to("09-21", "17:00")
        rungs = self.news()
        self.assertIn("sign/unaccepted-again-2", rungs)
        self.assertIn("sign/district", rungs)

        self.goes_to("09-21", "17:20")
        self.does(LEAD, "sign", "signed")
        self.does(LEAD, "contact", "signed", outcome="reached")
        self.ended("sign", "late")
        self.ended("contact", "late")
        self.assertEqual(self.news(), ["signed", "contacted"])

        self.goes_to("09-22", "10:00")
        self.does(LEAD, "request_extension", "signed", by="7 work_days", reason="违规主体认定需会商")
        self.due("decide", "09-23", "17:00", "request")
        self.refused(LEAD, "request_extension", 409, "already_waiting", by="8 work_days", reason="再延")
        self.goes_to("09-22", "11:00")
        self.does(DISPATCHER, "grant_extension", "signed")
        self.due("handle", "10-10", "17:00")
        self.due("handle", "09-23", "17:00", "part", "FGJ")
        self.assertEqual(self.news(), ["extension_requested", "extension_granted"])
        self.hears(LEAD, "extension_decided")

        self.goes_to("09-23", "10:00")
        self.assertEqual(self.news(), ["handle/one-day-left"] * 2, "the parts' alone: the lead's clock has moved")
        open_parts = self.refused(LEAD, "handle", 409, "parts_open", result="停班").json["open_parts"]
        self.assertEqual(open_parts, ["FGJ", "SJJ"])
        for user in ASSISTS:
            self.does(user, "handle", "signed", result="已配合")
        self.does(SUPERVISOR, "supervise", "signed", form="leader", note="一周内书面说明")
        self.due("answer", "09-30", "10:00", "order", "JYJ")
        self.hears(LEAD, "supervised")
        self.goes_to("09-30", "09:00")
        self.does(LEAD, "answer", "signed", text="已约谈举办者,责令停班")
        self.ended("answer", "met", "order")
        self.goes_to("10-10", "10:00")
        self.does(LEAD, "handle", "handled", result="已停止办班,违规主体已立案")
        self.ended("handle", "met")
        self.assertIn(self.stack.act(self.case, "verify", LEAD, outcome="pass").status, (403, 409))
        self.goes_to("10-10", "14:00")
        self.does(OFFICER, "verify", "closed", outcome="pass")
        kinds = [news for news in self.news() if "/" not in news]
        self.assertEqual(
            kinds, ["handled", "handled", "supervised", "answered", "handled", "verified", "closed"])

    def the_caller_is_not_satisfied(self):
        self.goes_to("10-10", "15:00")
        again = self.does(HOTLINE, "revisit", "dispatched", rating="dissatisfied", note="又在上课")
        self.assertTrue(again["must_supervise"])
        self.assertEqual(self.news(), ["revisited", "reopened"])
        self.due("handle", "10-14", "17:00")
        self.due("decide", "10-12", "17:00", "supervision")
        self.hears(LEAD, "reopened")
        self.goes_to("10-12", "08:40")
        self.does(LEAD, "sign", "signed")
        self.refused(LEAD, "request_extension", 409, "not_provided", by="2 work_days", reason="再延")
        self.does(SUPERVISOR, "supervise", "signed", form="joint", note="与监察局联合督办", jointly=["监察局"])
        self.ended("decide", "met", "supervision")
        self.goes_to("10-13", "11:00")
        self.does(LEAD, "answer", "signed", text="已会同取缔")
        self.does(LEAD, "handle", "handled", result="已取缔,张贴告示")
        self.goes_to("10-13", "14:00")
        self.does(OFFICER, "verify", "closed", outcome="pass")
        self.goes_to("10-14", "09:00")
        self.does(HOTLINE, "revisit", "closed", rating="unrated")
        self.due("decide", "10-15", "17:00", "supervision")
        self.goes_to("10-15", "17:10")
        self.assertIn("decide/unsupervised", self.news(), "late is never silent")
        self.does(DISPATCHER, "supervise", "closed", form="phone", note="电话督办")
        self.ended("decide", "late", "supervision")
        self.goes_to("10-16", "09:00")
        self.does(HOTLINE, "revisit", "closed", rating="satisfied")

    def indicators(self):
        self.stack.settle()
        answer = self.stack.console("GET", "/v1/stats/indicators?by=department", user=SUPERVISOR)
        rows = {row["key"]: row for row in answer.json["items"]}
        lead = rows["JYJ"]
        counted = ("dispatched", "late_sign", "extended", "reopened", "closed", "satisfied", "dissatisfied", "unrated")
        self.assertEqual({name: lead[name] for name in counted}, {
            "dispatched": 1, "late_sign": 1, "extended": 1, "reopened": 1, "closed": 1, "satisfied": 1,
            "dissatisfied": 0, "unrated": 0})
        parts = self.stack.console("GET", "/v1/stats/indicators?by=department&part=true", user=SUPERVISOR).json["items"]
        for row in parts:
            self.assertIn(row["key"], ("FGJ", "SJJ"))
            self.assertEqual(
                (row["dispatched"], row["signed"], row["on_time_sign"], row["on_time_handle"], row["late_handle"]),
                (1, 1, 1, 1, 0))
            listed = self.stack.console("GET", row["cases"], user=SUPERVISOR).json["items"]
            self.assertEqual([item["id"] for item in listed], [self.case])


if __name__ == "__main__":
    unittest.main()
