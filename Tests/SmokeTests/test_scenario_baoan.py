"""docs/scenarios/baoan.md: a day of Bao'an and what follows from it, all scenes in one time as they are in the script.

Working hours are 08:30-12:00 and 14:00-18:00; Sunday 2026-09-20 is worked, 09-25 to 09-27 and 10-01 to 10-07 are free.
Every due time below is written out by hand from that.
"""

import unittest

import day

SUPERVISOR, DISPATCHER, INSPECTOR = "supervisor@440306", "dispatcher@440306", "inspector@440306"
XIXIANG, XINAN = "officer@440306018", "officer@440306017"
MARKET = {"lat": 22.5965, "lng": 113.8830}
MARKET_NEAR = {"lat": 22.59668, "lng": 113.8830}
MARKET_GRID = "440306018020018"
SHOP = {"lat": 22.5600, "lng": 113.8920}
SHOP_GRID, SHOP_COMMUNITY, SHOP_STREET = "440306017021003", "440306017021", "440306017"
FENCED, RESTORED = "现场围挡警示 · fenced off and signed", "路面恢复 · surface restored"
MENDED = "险情排除、修复 · danger ended, repaired"
REMOVED, CLEAR = "隐患消除 · hazard removed", "通道畅通 · exits clear"
SAFE, WARNED = "已排险 · made safe", "已设警示 · warning signs in place"


class Baoan(day.Day):
    network, start, supervisor = "baoan", "2026-09-17T08:00:00+08:00", SUPERVISOR

    def test_the_script(self):
        self.play(
            self.rubbish, self.a_burst_main, self.small_premises, self.nobody_signs, self.noise_by_day,
            self.noise_by_night, self.a_slope_in_the_rain, self.three_reporters, self.the_next_flood,
            self.what_the_day_says)

    def rubbish(self):
        yield "09-17 09:05"
        photo = self.photo(XIXIANG)
        report = self.reports("officer", "E0102", MARKET, user=XIXIANG, attachments=[photo])
        first = self.case
        self.assertEqual(report["unit"]["grid"], MARKET_GRID)
        self.goes_by("filed", "dispatched")
        self.is_dispatched("city-appearance", "CGJ")
        self.runs("sign", "09-17 11:05")
        self.runs("handle", "09-17 15:05")
        self.tells(f"filed {XIXIANG}", "dispatched handler@440306/CGJ")
        self.hears("handler@CGJ", "dispatched")
        for action in ("sign", "handle"):
            self.refused(XIXIANG, action, 403, "forbidden_action", result="扫了")
        yield "09-17 09:06"
        again = self.reports("officer", "E0102", MARKET_NEAR, user="officer@440306")
        self.assertEqual(again["duplicate_of"], first)
        self.goes_by("merged")
        self.tells("merged officer@440306")
        yield "09-17 09:20"
        self.does("handler@CGJ", "sign", "signed")
        self.ended("sign", "met")
        yield "09-17 11:00"
        self.does("handler@CGJ", "handle", "handled", result="已清理")
        self.ended("handle", "met")
        self.runs("verify", "09-17 14:30")
        self.tells(f"task {XIXIANG} for officer@{MARKET_GRID}")
        yield "09-17 11:05"
        self.refused("handler@CGJ", "verify", 403, "forbidden_action", outcome="pass")
        yield "09-17 11:20"
        closed = self.does(XIXIANG, "verify", "closed", outcome="pass")
        self.goes_by("signed", "handled", "verified", "closed")
        self.tells(f"closed {XIXIANG}", "closed officer@440306")
        self.posts(
            "filed 09:05", "dispatched 09:05", "merged 09:06", "task 11:00", "closed 11:20")
        self.assertEqual(
            (closed["filed_at"], closed["closed_at"]), (self.moment("09-17 09:05"), self.moment("09-17 11:20")))

    def a_burst_main(self):
        lead, part = "handler@HSJ", "handler@JTJ"
        yield "09-17 10:20"
        self.reports("officer", "E0402", MARKET, user=XIXIANG, urgent=True)
        self.is_dispatched("water-supply-and-drainage", "HSJ", "JTJ")
        self.runs("sign", "09-17 10:35")
        self.runs("sign", "09-17 10:35", "part", "JTJ")
        self.runs("handle", "09-17 13:20")
        self.runs("handle", "09-17 18:20", "part", "JTJ")
        self.assertEqual(
            [(stage["name"], stage["due_at"]) for stage in self.clock("handle")["stages"]],
            [("fence", self.moment("09-17 13:20")), ("repair", self.moment("09-17 21:20")),
             ("restore", self.moment("09-23 18:00"))])
        self.tells(f"filed {XIXIANG}", "dispatched handler@440306/HSJ", "part_assigned handler@440306/JTJ")
        yield "09-17 10:27:30"
        self.goes_by("filed", "dispatched", "sign/reminder", "sign/reminder")
        self.tells("remind handler@440306/HSJ", "remind handler@440306/JTJ")
        yield "09-17 10:30"
        self.does(lead, "sign", "signed")
        self.does(part, "sign", "signed")
        self.ended("sign", "met")
        self.ended("sign", "met", "part", "JTJ")
        yield "09-17 11:40"
        missing = self.refused(lead, "handle", 422, "closing_standard", result="已围挡")
        self.assertEqual((missing.json["missing"], missing.json["photos_required"]), ([FENCED], 0))
        yield "09-17 11:41"
        self.does(lead, "handle", "signed", result="已围挡", checklist=[FENCED])
        self.runs("handle", "09-17 21:20")
        yield "09-17 15:00"
        self.does(part, "handle", "signed", result="已疏导交通")
        self.ended("handle", "met", "part", "JTJ")
        yield "09-17 19:00"
        self.does(lead, "handle", "signed", result="管道已修复", checklist=[MENDED])
        self.runs("handle", "09-23 18:00")
        yield "09-21 10:40"
        self.does(lead, "handle", "handled", result="路面已恢复", checklist=[RESTORED])
        self.ended("handle", "met")
        self.runs("verify", "09-21 11:40")
        yield "09-21 11:00"
        self.does(XIXIANG, "verify", "closed", outcome="pass")
        self.goes_by("signed", "signed", *["handled"] * 4, "verified", "closed")
        stages = [
            (event["data"]["stage"], event["data"]["final"], event["data"].get("part"))
            for event in self.events() if event["kind"] == "handled"]
        self.assertEqual(stages, [(0, False, None), (0, True, "JTJ"), (1, False, None), (2, True, None)])
        self.tells(f"task {XIXIANG} for officer@{MARKET_GRID}", f"closed {XIXIANG}")
        self.posts(
            "filed 10:20", "dispatched 10:20", "part_assigned 10:20", "task 10:40", "closed 11:00")

    def small_premises(self):
        lead, part = "handler@XFDD", "handler@GAFJ"
        yield "09-17 10:20"
        self.reports("officer", "E2104", SHOP, user=XINAN, description="一日一查:与存档比对有变化,通道堆物")
        self.is_dispatched("fire-in-small-premises", "XFDD", "GAFJ")
        self.runs("sign", "09-17 14:20")
        self.runs("handle", "09-18 10:20")
        self.runs("handle", "09-18 10:20", "part", "GAFJ")
        yield "09-17 10:40"
        self.does(lead, "sign", "signed")
        self.does(part, "sign", "signed")
        yield "09-17 14:50"
        done = {"result": "已整改", "checklist": [REMOVED, CLEAR], "photos": [self.photo(lead)]}
        waiting = self.refused(lead, "handle", 409, "parts_open", **done)
        self.assertEqual(waiting.json["open_parts"], ["GAFJ"])
        yield "09-17 15:00"
        self.does(part, "handle", "signed", result="已核查")
        self.ended("handle", "met", "part", "GAFJ")
        yield "09-17 15:10"
        missing = self.refused(lead, "handle", 422, "closing_standard", result="已整改", checklist=[REMOVED])
        self.assertEqual((missing.json["missing"], missing.json["photos_required"]), ([CLEAR], 1))
        yield "09-17 15:20"
        self.does(lead, "handle", "handled", **done)
        self.runs("verify", "09-17 16:50")
        yield "09-17 15:40"
        again = self.does(XINAN, "verify", "dispatched", outcome="fail", note="一扇门仍被堵")
        self.assertEqual(again["counts"]["reworks"], 1)
        self.goes_by(
            "filed", "dispatched", "signed", "signed", "handled", "handled", "verified", "reworked")
        self.runs("sign", "09-17 17:40")
        self.runs("handle", "09-18 15:40")
        self.tells(
            f"filed {XINAN}", "dispatched handler@440306/XFDD", "part_assigned handler@440306/GAFJ",
            f"task {XINAN} for officer@{SHOP_GRID}", "reworked handler@440306/XFDD",
            "part_reworked handler@440306/GAFJ")
        self.hears(lead, "reworked")
        yield "09-17 17:00"
        self.does(lead, "sign", "signed")
        self.does(lead, "handle", "handled", **done)
        self.does(XINAN, "verify", "closed", outcome="pass")
        self.goes_by("signed", "handled", "verified", "closed")
        self.tells(f"task {XINAN} for officer@{SHOP_GRID}", f"closed {XINAN}")

    def nobody_signs(self):
        community = f"yellow supervisor@{SHOP_STREET} for supervisor@{SHOP_COMMUNITY}"
        yield "09-17 15:00"
        self.reports("patrol", "E2101", SHOP)
        self.is_dispatched("illegal-building", "GTJ", "CGJ")
        self.runs("sign", "09-17 17:00")
        self.runs("handle", "09-18 09:30")
        self.runs("handle", "09-23 18:00", "part", "CGJ")
        self.does("handler@CGJ", "sign", "dispatched")
        self.goes_by("filed", "dispatched", "signed")
        self.tells("dispatched handler@440306/GTJ", "part_assigned handler@440306/CGJ")
        yield "09-17 16:36"
        self.goes_by("sign/reminder")
        self.tells("remind handler@440306/GTJ")
        yield "09-17 17:00"
        self.goes_by("sign/community")
        self.tells("yellow handler@440306/GTJ", community)
        yield "09-17 17:30"
        self.does("handler@CGJ", "handle", "dispatched", result="已现场劝阻")
        self.goes_by("handled")
        yield "09-18 09:06"
        self.goes_by("handle/nearly-due")
        self.tells("yellow handler@440306/GTJ", community)
        yield "09-18 09:30"
        self.goes_by("handle/street", "sign/street")
        self.tells(*[f"red supervisor@{SHOP_STREET}"] * 2)
        self.hears(f"supervisor@{SHOP_STREET}", "red")
        yield "09-18 11:30"
        self.goes_by("sign/district")
        self.tells("supervise supervisor@440306")
        yield "09-18 18:00"
        self.goes_by("sign/inspection", "flagged")
        self.tells("flag inspector@440306")
        self.hears(INSPECTOR, "flag")
        record = self.record("sign", INSPECTOR)
        self.assertEqual(
            (record["state"], record["department"], record["due_at"]), ("open", "GTJ", self.moment("09-17 17:00")))
        self.posts(
            "filed 15:00", "dispatched 15:00", "part_assigned 15:00", "yellow 17:00", "yellow 09:06", "red 09:30",
            "red 09:30", "supervise 11:30", "flag 18:00")
        yield "09-20 10:00"
        self.does("handler@GTJ", "sign", "signed")
        self.ended("sign", "late")
        self.goes_by("signed")
        yield "09-20 18:00"
        self.goes_by("handle/district")
        self.tells("supervise supervisor@440306")
        yield "09-21 09:00"
        acknowledged = self.inspects(record, INSPECTOR, "acknowledge", "acknowledged")
        self.assertEqual(acknowledged["statement_due_at"], self.moment("09-28 09:00"))
        yield "09-22 18:00"
        self.goes_by("handle/inspection", "flagged")
        self.tells("flag inspector@440306")
        self.assertEqual(self.record("handle", INSPECTOR)["state"], "open")
        yield "09-23 10:00"
        self.inspects(record, "handler@GTJ", "statement", "answered", note="人员调整,无人值守")
        yield "09-23 15:00"
        self.inspects(record, INSPECTOR, "uphold", "upheld", note="无人补位")
        self.inspects(record, INSPECTOR, "close", "closed")
        bundle = self.proves(record, INSPECTOR)
        self.assertEqual((bundle["finding"], bundle["statement_late"]), ("upheld", False))
        yield "10-12 09:00"
        self.goes_by()

    def noise_by_day(self):
        lead, part = "handler@ZJJ", "handler@HSJ"
        yield "09-17 15:00"
        rule, lead_department, passed_over = self.routed("09-17 15:00")
        self.assertEqual((rule, lead_department), ("construction-sites", "ZJJ"))
        self.assertEqual([unmet["condition"] for unmet in passed_over["night-construction-noise"]], ["hours"])
        self.reports("hotline", "E0301", {"unit": MARKET_GRID})
        self.is_dispatched("construction-sites", "ZJJ", "HSJ")
        self.runs("sign", "09-17 17:00")
        self.runs("contact", "09-18 18:00")
        self.runs("handle", "09-18 18:00")
        yield "09-17 15:20"
        self.does(lead, "sign", "signed")
        self.does(part, "sign", "signed")
        self.does(lead, "contact", "signed", outcome="reached")
        yield "09-17 16:00"
        self.does(part, "handle", "signed", result="已检测")
        yield "09-17 16:30"
        self.does(lead, "handle", "handled", result="已停工整改")
        self.runs("verify", "09-17 18:00")
        yield "09-17 17:10"
        self.does(XIXIANG, "verify", "closed", outcome="pass")
        self.goes_by(
            "filed", "dispatched", "signed", "signed", "contacted", "handled", "handled", "verified", "closed")
        self.tells(
            "dispatched handler@440306/ZJJ", "part_assigned handler@440306/HSJ",
            f"task {XIXIANG} for officer@{MARKET_GRID}")

    def routed(self, at):
        """What the dry run of the rules says: the rule, its department, and the rules passed over with why."""
        said = self.stack.gridctl(
            "policy", "route", "--category", "E0301", "--unit", MARKET_GRID, "--source", "hotline", "--at",
            self.moment(at))
        return said["rule"], said["lead"], {rule["rule"]: rule["unmet"] for rule in said["passed_over"]}

    def noise_by_night(self):
        lead, parts = "handler@GAFJ", ("handler@ZJJ", "handler@HSJ")
        yield "09-17 23:30"
        rule, lead_department, passed_over = self.routed("09-17 23:30")
        self.assertEqual((rule, lead_department), ("night-construction-noise", "GAFJ"))
        self.assertNotIn("construction-sites", passed_over, "the first that holds is taken")
        self.reports("hotline", "E0301", {"unit": MARKET_GRID})
        self.is_dispatched("night-construction-noise", "GAFJ", "ZJJ", "HSJ")
        self.runs("sign", "09-18 10:30")
        self.runs("handle", "09-18 18:00")
        self.tells(
            "dispatched handler@440306/GAFJ", "part_assigned handler@440306/ZJJ", "part_assigned handler@440306/HSJ")
        yield "09-17 23:40"
        self.does(lead, "sign", "signed")
        self.does(lead, "contact", "signed", outcome="reached")
        yield "09-18 07:30"
        self.posts("filed 07:30", "dispatched 07:30", "part_assigned 07:30", "part_assigned 07:30")
        yield "09-18 08:40"
        for user in parts:
            self.does(user, "sign", "signed")
            self.does(user, "handle", "signed", result="已责令整改")
        yield "09-18 09:00"
        self.does(lead, "handle", "handled", result="当场制止")
        yield "09-18 09:40"
        self.does(XIXIANG, "verify", "closed", outcome="pass")
        self.goes_by(
            "filed", "dispatched", "signed", "contacted", *["signed", "handled"] * 2, "handled", "verified", "closed")
        self.posts("task 09:00", "closed 09:40")

    def a_slope_in_the_rain(self):
        lead = "handler@GTJ"
        yield "09-17 15:00"
        self.reports("patrol", "E2102", {"unit": SHOP_GRID})
        self.is_dispatched("slopes-and-spoil-grounds", "GTJ", "AJJ", "ZJJ")
        self.runs("handle", "09-21 18:00")
        yield "09-17 15:30"
        for user in ("handler@AJJ", "handler@ZJJ"):
            self.does(user, "sign", "dispatched")
        self.does(lead, "sign", "signed")
        yield "09-17 17:00"
        self.does("handler@AJJ", "handle", "signed", result="已评估")
        self.tells(
            "dispatched handler@440306/GTJ", "part_assigned handler@440306/AJJ", "part_assigned handler@440306/ZJJ")
        yield "09-18 10:00"
        rain = "汛期不具备施工条件"
        self.refused(lead, "suspend", 409, "limit_reached", until=self.moment("11-18 10:00"), reason=rain)
        self.does(lead, "suspend", "signed", until=self.moment("09-30 10:00"), reason=rain)
        self.runs("decide", "09-18 16:00", "request")
        self.tells("suspension_requested supervisor@440306")
        self.hears(SUPERVISOR, "suspension_requested")
        self.refused(DISPATCHER, "suspend", 403, "forbidden_action")
        yield "09-18 11:00"
        self.does(SUPERVISOR, "suspend", "suspended")
        self.ended("decide", "met", "request")
        for matter, department in (("case", "GTJ"), ("part", "ZJJ")):
            self.assertTrue(self.clock("handle", matter, department)["paused"])
        self.goes_by(
            "filed", "dispatched", "signed", "signed", "signed", "handled", "suspension_requested", "suspended")
        self.tells("suspension_decided handler@440306/GTJ", "suspended handler@440306/ZJJ")
        yield "09-30 10:00"
        self.goes_by("resumed")
        self.assertEqual(self.stack.case(self.case)["state"], "signed")
        self.tells("resumed handler@440306/GTJ", "resumed handler@440306/ZJJ")
        self.runs("handle", "10-09 17:00")
        self.runs("handle", "10-09 17:00", "part", "ZJJ")
        yield "09-30 15:00"
        self.does("handler@ZJJ", "handle", "signed", result="已加固")
        yield "09-30 16:00"
        self.does(
            lead, "handle", "handled", result="已排险", checklist=[SAFE, WARNED], photos=[self.photo(lead)])
        self.ended("handle", "met")
        self.ended("handle", "met", "part", "ZJJ")
        yield "09-30 17:00"
        self.does(XINAN, "verify", "closed", outcome="pass")
        self.goes_by("handled", "handled", "verified", "closed")

    def three_reporters(self):
        yield "09-17 11:00"
        self.reports("camera", "E0406", MARKET, external_id="cam-0917-1")
        first = self.case
        self.is_dispatched("water-supply-and-drainage", "HSJ", "JTJ")
        self.runs("sign", "09-17 11:30")
        self.runs("handle", "09-17 19:00")
        self.runs("handle", "09-17 19:00", "part", "JTJ")
        yield "09-17 11:15"
        self.does("handler@HSJ", "sign", "signed")
        self.does("handler@JTJ", "sign", "signed")
        yield "09-17 11:25"
        near = {"lat": MARKET["lat"] + 0.0004, "lng": MARKET["lng"]}
        self.assertEqual(self.reports("hotline", "E0406", near, external_id="12345-0917-7")["duplicate_of"], first)
        yield "09-17 11:40"
        near = {"lat": MARKET["lat"], "lng": MARKET["lng"] + 0.0004}
        self.assertEqual(self.reports("officer", "E0406", near, user=XIXIANG)["duplicate_of"], first)
        self.goes_by("filed", "dispatched", "signed", "signed", "merged", "merged")
        self.assertEqual(self.stack.case(first)["counts"]["duplicates"], 2)
        yield "09-17 14:10"
        self.does("handler@JTJ", "handle", "signed", result="已疏导交通")
        yield "09-17 15:00"
        self.does("handler@HSJ", "handle", "handled", result="积水已排")
        yield "09-17 15:20"
        self.does("officer@440306", "verify", "closed", outcome="pass")
        self.goes_by("handled", "handled", "verified", "closed")
        self.tells(
            "dispatched handler@440306/HSJ", "part_assigned handler@440306/JTJ", f"merged {XIXIANG}",
            f"task {XIXIANG} for officer@{MARKET_GRID}", f"closed {XIXIANG}")
        self.posts(
            "filed 11:00", "dispatched 11:00", "part_assigned 11:00", "merged 11:25", "merged 11:40", "task 15:00",
            "closed 15:20")
        self.assertEqual(self.answered("closed"), [("camera", "cam-0917-1"), ("hotline", "12345-0917-7")])

    def the_next_flood(self):
        yield "09-18 10:00"
        self.assertNotIn("duplicate_of", self.reports("camera", "E0406", MARKET))
        yield "09-18 10:10"
        for user in ("handler@HSJ", "handler@JTJ"):
            self.does(user, "sign", "signed")
        yield "09-18 11:00"
        self.does("handler@JTJ", "handle", "signed", result="已疏导交通")
        self.does("handler@HSJ", "handle", "handled", result="积水已排")
        yield "09-18 11:30"
        self.does(XIXIANG, "verify", "closed", outcome="pass")
        self.goes_by("filed", "dispatched", "signed", "signed", "handled", "handled", "verified", "closed")

    def what_the_day_says(self):
        day = "from=2026-09-17&to=2026-09-17"
        by = f"{day}&by=department"
        yield "09-18 12:00"
        main, flood = self.cases_of(self.a_burst_main), self.cases_of(self.three_reporters)
        self.counts(by, {"dispatched": main + flood, "handled": flood, "closed": flood}, "HSJ")
        yield "10-12 10:00"
        rubbish, shop = self.cases_of(self.rubbish), self.cases_of(self.small_premises)
        building, slope = self.cases_of(self.nobody_signs), self.cases_of(self.a_slope_in_the_rain)
        by_day, by_night = self.cases_of(self.noise_by_day), self.cases_of(self.noise_by_night)
        closed = rubbish + main + shop + by_day + by_night + slope + flood
        self.counts(day, {
            "reported": closed + building, "closed": closed, "late_sign": building, "late_handle": [],
            "overdue_open": building, "reworked": shop, "suspended": slope, "extended": []})
        self.counts(by, {"dispatched": rubbish, "on_time_sign": rubbish, "on_time_close": rubbish}, "CGJ")
        self.counts(by, {"dispatched": main + flood, "handled": main + flood, "on_time_handle": main + flood}, "HSJ")
        self.counts(by, {"dispatched": shop, "reworked": shop, "on_time_handle": shop}, "XFDD")
        self.counts(by, {
            "dispatched": building + slope, "late_sign": building, "overdue_open": building, "on_time_handle": slope,
            "suspended": slope}, "GTJ")
        assisted = main + flood
        self.counts(f"{by}&part=true", {"dispatched": assisted, "on_time_handle": assisted}, "JTJ")
        self.counts(f"{by}&part=true", {"dispatched": building, "on_time_handle": building}, "CGJ")
        street = f"{day}&by=unit"
        self.counts(street, {"reported": main + flood + rubbish + by_day + by_night}, "440306018")
        self.counts(street, {"reported": shop + building + slope, "late_sign": building}, SHOP_STREET)
        self.counts(f"{street}&tier=community", {"reported": shop + building + slope}, SHOP_COMMUNITY)
        self.double_assessment()
        self.weekly_report()
        self.leaves_no_gap(INSPECTOR)

    def double_assessment(self):
        answer = self.stack.console("GET", "/v1/stats/assessments/2026-09", user=SUPERVISOR)
        ranks = {item["name"]: {row["key"]: row["rank"] for row in item["rows"]} for item in answer.json["items"]}
        self.assertEqual(set(ranks), {"department", "street", "community"})
        self.assertEqual((len(ranks["street"]), len(ranks["community"])), (10, 124))
        self.assertLess(ranks["department"]["CGJ"], ranks["department"]["XFDD"], "a rework costs")

    def weekly_report(self):
        report = self.stack.console("GET", "/v1/reports/weekly/2026-W38.json", user=SUPERVISOR).json
        every = len(self.cases_of())
        self.assertEqual((report["from"], report["to"], report["total"]["filed"]), ("2026-09-14", "2026-09-20", every))
        self.assertEqual({row["key"]: row["filed"] for row in report["by_category"]}, {
            "E0406": 2, "E0301": 2, "E0102": 1, "E0402": 1, "E2101": 1, "E2102": 1, "E2104": 1})
        self.assertEqual(
            [(spot["unit"]["grid"], spot["count"]) for spot in report["hotspots"]], [(MARKET_GRID, 6), (SHOP_GRID, 3)])


if __name__ == "__main__":
    unittest.main()
