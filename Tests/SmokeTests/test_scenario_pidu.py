"""docs/scenarios/pidu.md: a day of Pidu and what follows from it, all scenes in one time as they are in the script.

Working hours are 09:00-12:00 and 13:00-17:00; every due time below is written out by hand from that.
"""

import unittest

import day
import pidu_neighbours
from pidu_neighbours import SUPERVISOR

INSPECTOR, PROCURATOR, EXCLUSIVE = "inspector@510117", "jcy-inspector", "officer-x"
XIPU = {"lat": 30.78926, "lng": 103.98492}
XIPU_NEAR = {"lat": 30.78944, "lng": 103.98492}
PITONG = {"lat": 30.8511, "lng": 103.88326}
SMOKE = {"lat": 30.7771, "lng": 103.96892}
FENCE = {"lat": 30.94479, "lng": 103.81353}
EXCLUSIVE_GRID = "510117102001001"


class Pidu(pidu_neighbours.Neighbours, day.Day):
    network, start, supervisor = "pidu", "2026-03-17T08:30:00+08:00", SUPERVISOR

    def test_the_script(self):
        self.adds(PROCURATOR, "inspector", "510117", "JCY")
        self.adds(EXCLUSIVE, "officer", EXCLUSIVE_GRID)
        self.play(
            self.one_car_three_sources, self.nobody_signs, self.signed_and_not_handled, self.smoke_at_night,
            self.an_electronic_fence, self.noise_by_day, self.noise_by_night, self.neighbours_in_dispute,
            self.a_clue_for_the_procuratorate, self.a_kindergarten, self.a_gas_pipe,
            self.what_the_day_says)

    def one_car_three_sources(self):
        yield "03-17 08:31"
        self.reports("camera", "E0505", XIPU)
        first = self.case
        self.goes_by("filed", "dispatched")
        self.is_dispatched("police-traffic", "JJDD")
        self.runs("sign", "03-17 11:00")
        self.runs("handle", "03-17 11:31")
        self.tells("dispatched handler@510117/JJDD")
        self.posts("filed 08:31", "dispatched 08:31")
        for minute in range(32, 42):
            yield f"03-17 08:{minute}"
            again = self.reports("camera", "E0505", XIPU)
            self.assertEqual((again["case_id"], again["duplicate_of"]), (first, first))
        yield "03-17 08:45"
        called = self.reports("hotline", "E0505", XIPU_NEAR, external_id="12345-0317-08")
        self.assertEqual(called["duplicate_of"], first)
        yield "03-17 08:50"
        self.assertEqual(
            self.reports("officer", "E0505", XIPU, user="officer@510117102")["duplicate_of"], first)
        self.goes_by(*["merged"] * 12)
        self.assertEqual(self.stack.case(first)["counts"]["duplicates"], 12)
        joined = [event["data"]["source"] for event in self.events() if event["kind"] == "merged"]
        self.assertEqual(joined, ["camera"] * 10 + ["hotline", "officer"])
        self.tells("merged officer@510117102")
        self.posts(*(f"merged 08:{minute}" for minute in (*range(32, 42), 45, 50)))
        yield "03-17 09:05"
        self.does("handler@JJDD", "sign", "signed")
        self.ended("sign", "met")
        yield "03-17 09:40"
        self.does("handler@JJDD", "handle", "handled", result="车辆驶离")
        self.ended("handle", "met")
        self.runs("verify", "03-17 11:40")
        yield "03-17 10:05"
        self.does("officer@510117102", "verify", "closed", outcome="pass")
        self.goes_by("signed", "handled", "verified", "closed")
        self.ended("verify", "met")
        self.tells("task officer@510117102 for officer@510117102003002", "closed officer@510117102")
        self.posts("task 09:40", "closed 10:05")
        self.assertEqual(self.answered("closed"), [("hotline", "12345-0317-08")])
        self.hears("officer@510117102", "closed")

    def nobody_signs(self):
        yield "03-17 09:20"
        self.reports("camera", "E0504", PITONG)
        self.goes_by("filed", "dispatched")
        self.is_dispatched("town-pitong", "WG001")
        self.runs("sign", "03-17 11:20")
        self.runs("handle", "03-17 14:20")
        self.tells("dispatched handler@510117001/WG001")
        yield "03-17 10:20"
        self.goes_by("sign/reminder")
        self.tells("remind handler@510117001/WG001")
        yield "03-17 10:56"
        self.goes_by("sign/levels")
        self.tells(
            "yellow handler@510117001/WG001", "yellow supervisor@510117001001", "yellow supervisor@510117001")
        yield "03-17 11:20"
        self.goes_by("sign/unsigned", "flagged")
        self.tells("flag inspector@510117", "flag inspector@510117/JCY")
        self.posts("filed 09:20", "dispatched 09:20", "remind 10:20", "yellow 10:56", "flag 11:20")
        for user in (INSPECTOR, PROCURATOR):
            self.hears(user, "flag")
        record = self.record("sign", INSPECTOR)
        self.assertEqual(
            (record["state"], record["department"], record["due_at"], record["to"]),
            ("open", "WG001", self.moment("03-17 11:20"), ["inspector@510117", "inspector@510117/JCY"]))
        yield "03-17 11:50"
        self.does("handler@WG001", "sign", "signed")
        self.ended("sign", "late")
        self.goes_by("signed")
        yield "03-17 13:20"
        self.goes_by("handle/reminder")
        self.tells("remind handler@510117001/WG001")
        yield "03-17 13:40"
        self.does("handler@WG001", "handle", "handled", result="已规范")
        self.ended("handle", "met")
        self.runs("verify", "03-17 15:40")
        yield "03-17 14:10"
        self.does("officer@510117001", "verify", "closed", outcome="pass")
        self.goes_by("handled", "verified", "closed")
        self.tells("task officer@510117001001001")
        self.posts("remind 13:20", "task 13:40", "closed 14:10")
        yield "03-17 15:00"
        for user, status in ((PROCURATOR, 403), ("handler@WG001", 403)):
            self.assertEqual(self.inspection(record, user, "acknowledge").status, status, user)
        self.inspects(record, INSPECTOR, "acknowledge", "acknowledged")
        self.assertEqual(self.bundle(record, INSPECTOR)["statement_due_at"], self.moment("03-24 15:00"))
        early = self.inspection(record, INSPECTOR, "uphold", note="属实")
        self.assertEqual((early.status, early.code), (409, "statement_pending"))
        yield "03-18 10:00"
        self.inspects(record, "handler@WG001", "statement", "answered", note="交接班漏看")
        yield "03-18 16:00"
        self.inspects(record, INSPECTOR, "uphold", "upheld", note="属实")
        ended = self.inspects(record, INSPECTOR, "close", "closed")
        self.assertEqual(
            [(step["action"], step["actor"]) for step in ended["steps"]],
            [("acknowledge", f"user:{INSPECTOR}"), ("statement", "user:handler@WG001"),
             ("uphold", f"user:{INSPECTOR}"), ("close", f"user:{INSPECTOR}")])
        self.goes_by()
        bundle = self.proves(record, PROCURATOR)
        self.assertEqual((bundle["finding"], bundle["statement_late"]), ("upheld", False))
        self.assertEqual([clock["state"] for clock in bundle["clocks"]], ["late"])
        self.assertEqual(
            {clock["name"]: clock["state"] for clock in bundle["case"]["clocks"]},
            {"sign": "late", "handle": "met", "verify": "met"})

    def signed_and_not_handled(self):
        yield "03-17 14:00"
        self.reports("officer", "E2601", {"unit": "510117102002003"}, user="officer@510117102")
        self.goes_by("filed", "dispatched")
        self.is_dispatched("food-in-flats", "SJJ", "CGJ")
        self.runs("sign", "03-17 16:00")
        self.runs("handle", "03-18 14:00")
        self.runs("handle", "03-18 14:00", "part", "CGJ")
        self.tells(
            "filed officer@510117102", "dispatched handler@510117/SJJ", "part_assigned handler@510117/CGJ")
        yield "03-17 14:20"
        self.does("handler@SJJ", "sign", "signed")
        self.does("handler@CGJ", "sign", "signed")
        yield "03-17 16:00"
        self.does("handler@CGJ", "handle", "signed", result="现场已封存")
        self.ended("handle", "met", "part", "CGJ")
        self.goes_by("signed", "signed", "handled")
        self.tells()
        yield "03-18 08:00"
        self.goes_by("handle/reminder")
        self.tells("remind handler@510117/SJJ")
        yield "03-18 11:36"
        self.goes_by("handle/levels")
        self.tells(
            "yellow handler@510117/SJJ", "yellow supervisor@510117102 for supervisor@510117102002",
            "yellow supervisor@510117102")
        yield "03-18 14:00"
        self.goes_by("handle/unhandled", "flagged")
        self.tells("flag inspector@510117", "flag inspector@510117/JCY")
        record = self.record("handle", PROCURATOR)
        self.assertEqual((record["state"], record["department"]), ("open", "SJJ"))
        yield "03-18 16:00"
        self.goes_by("handle/district")
        self.tells("supervise supervisor@510117")
        self.hears(SUPERVISOR, "supervise")
        yield "03-18 16:30"
        self.does("handler@SJJ", "handle", "handled", result="停产")
        self.ended("handle", "late")
        self.runs("verify", "03-19 10:30")
        yield "03-19 09:20"
        closed = self.does("officer@510117102", "verify", "closed", outcome="pass")
        self.goes_by("handled", "verified", "closed")
        self.tells("task officer@510117102 for officer@510117102002003", "closed officer@510117102")
        self.posts(
            "filed 14:00", "dispatched 14:00", "part_assigned 14:00", "remind 08:00", "yellow 11:36", "flag 14:00",
            "supervise 16:00", "task 16:30", "closed 09:20")
        self.assertEqual(closed["clocks"][-1]["state"], "met")

    def smoke_at_night(self):
        yield "03-18 02:10"
        self.reports("camera", "E2406", SMOKE)
        self.goes_by("filed", "dispatched")
        self.is_dispatched("smoke-and-fire", "XFDD", "GAFJ")
        self.assertEqual(self.stack.case(self.case)["unit"]["grid"], EXCLUSIVE_GRID)
        self.runs("sign", "03-18 02:25")
        self.runs("handle", "03-18 03:10")
        self.tells("dispatched handler@510117/XFDD", "part_assigned handler@510117/GAFJ")
        self.posts("dispatched 02:10", "part_assigned 02:10")
        yield "03-18 02:14"
        self.does("handler@XFDD", "sign", "signed")
        yield "03-18 02:16"
        self.does("handler@GAFJ", "sign", "signed")
        self.ended("sign", "met", "part", "GAFJ")
        yield "03-18 02:40"
        self.does("handler@GAFJ", "handle", "signed", result="已疏散警戒")
        self.ended("handle", "met", "part", "GAFJ")
        yield "03-18 02:50"
        items = ["火源熄灭 · Fire out", "现场无复燃 · No rekindling"]
        missing = self.refused("handler@XFDD", "handle", 422, "closing_standard", result="已扑灭", checklist=items)
        self.assertEqual((missing.json["missing"], missing.json["photos_required"]), ([], 1))
        yield "03-18 02:52"
        photo = self.photo("handler@XFDD")
        self.does("handler@XFDD", "handle", "handled", result="已扑灭", checklist=items, photos=[photo])
        self.ended("handle", "met")
        self.runs("verify", "03-18 11:00")
        self.goes_by("signed", "signed", "handled", "handled")
        self.tells(f"task officer@{EXCLUSIVE_GRID}")
        self.hears(EXCLUSIVE, "task")
        self.posts()
        yield "03-18 07:30"
        self.posts("filed 07:30", "task 07:30")
        yield "03-18 09:10"
        self.does(EXCLUSIVE, "verify", "closed", outcome="pass")
        self.goes_by("verified", "closed")
        self.tells()
        self.posts("closed 09:10")

    def an_electronic_fence(self):
        yield "03-17 14:30"
        self.reports("camera", "E2305", FENCE)
        first = self.case
        self.is_dispatched("police-fences", "GAFJ")
        self.runs("sign", "03-17 14:45")
        self.runs("handle", "03-17 15:30")
        yield "03-17 14:35"
        self.does("handler@GAFJ", "sign", "signed")
        yield "03-17 14:50"
        self.assertEqual(self.reports("camera", "E2305", FENCE)["duplicate_of"], first)
        yield "03-17 15:00"
        self.does("handler@GAFJ", "handle", "handled", result="人员已核查")
        self.goes_by("filed", "dispatched", "signed", "merged", "handled")
        yield "03-17 15:25"
        self.assertNotIn("duplicate_of", self.reports("camera", "E2305", FENCE))
        second = self.case
        self.assertNotEqual(first, second)
        self.runs("sign", "03-17 15:40")
        yield "03-17 15:30"
        self.does("handler@GAFJ", "sign", "signed")
        yield "03-17 15:55"
        self.does("handler@GAFJ", "handle", "handled", result="车辆已核查")
        self.goes_by("filed", "dispatched", "signed", "handled")
        yield "03-17 16:00"
        for self.case in (first, second):
            self.does("officer@510117104", "verify", "closed", outcome="pass")
            self.goes_by("verified", "closed")
            self.tells("dispatched handler@510117/GAFJ", "task officer@510117104 for officer@510117104002002")
            self.assertEqual(
                [clock["state"] for clock in self.stack.case(self.case)["clocks"]], ["met", "met", "met"])

    def a_clue_for_the_procuratorate(self):
        yield "03-17 11:00"
        self.reports("officer", "E2701", {"unit": "510117102002003"}, user="officer@510117102")
        self.is_dispatched("public-interest", "JCY")
        self.runs("sign", "03-17 14:00")
        self.runs("handle", "04-08 17:00")
        yield "03-17 11:30"
        self.does("handler@JCY", "sign", "signed")
        yield "03-20 10:00"
        self.does("handler@JCY", "handle", "handled", result="线索已评估")
        yield "03-20 11:00"
        self.does("officer@510117102", "verify", "closed", outcome="pass")
        self.goes_by("filed", "dispatched", "signed", "handled", "verified", "closed")
        self.tells(
            "filed officer@510117102", "dispatched handler@510117/JCY",
            "task officer@510117102 for officer@510117102002003", "closed officer@510117102")

    def a_kindergarten(self):
        yield "03-17 10:00"
        grid = self.stack.console("GET", f"/v1/units/{EXCLUSIVE_GRID}", user=SUPERVISOR).json
        self.assertTrue(grid["exclusive"])
        self.reports("officer", "E2402", {"unit": EXCLUSIVE_GRID}, user=EXCLUSIVE)
        self.is_dispatched("schools", "XFDD", "YJJ")
        self.runs("sign", "03-17 12:00")
        self.runs("handle", "03-18 10:00")
        yield "03-17 10:20"
        self.does("handler@XFDD", "sign", "signed")
        self.does("handler@YJJ", "sign", "signed")
        yield "03-17 14:00"
        self.does("handler@YJJ", "handle", "signed", result="已约谈")
        yield "03-17 15:00"
        self.does(
            "handler@XFDD", "handle", "handled", result="隐患消除",
            checklist=["隐患消除 · Hazard removed", "通道畅通 · Exits clear"], photos=[self.photo("handler@XFDD")])
        yield "03-17 15:30"
        self.does(EXCLUSIVE, "verify", "closed", outcome="pass")
        self.goes_by("filed", "dispatched", "signed", "signed", "handled", "handled", "verified", "closed")
        self.tells(
            f"filed {EXCLUSIVE}", "dispatched handler@510117/XFDD", "part_assigned handler@510117/YJJ",
            f"task officer@{EXCLUSIVE_GRID}", f"closed {EXCLUSIVE}")

    def a_gas_pipe(self):
        lead, parts = "handler@ZJJ", ("handler@XFDD", "handler@YJJ")
        yield "03-18 10:00"
        self.reports("hotline", "E0403", {"unit": "510117102003002"}, urgent=True)
        self.is_dispatched("pipes", "ZJJ", "XFDD", "YJJ")
        self.runs("sign", "03-18 10:15")
        self.runs("handle", "03-18 13:00")
        for department in ("XFDD", "YJJ"):
            self.runs("handle", "03-18 18:00", "part", department)
        self.tells(
            "dispatched handler@510117/ZJJ", "part_assigned handler@510117/XFDD", "part_assigned handler@510117/YJJ")
        yield "03-18 10:05"
        for user in (lead, *parts):
            self.does(user, "sign", "signed")
        self.does(lead, "contact", "signed", outcome="reached")
        yield "03-18 11:00"
        for user in parts:
            self.does(user, "handle", "signed", result="已警戒")
            self.ended("handle", "met", "part", user.removeprefix("handler@"))
        yield "03-18 11:30"
        self.does(lead, "handle", "signed", result="已关阀", checklist=["警戒、关阀 · cordoned off and valve shut"])
        self.runs("handle", "03-20 13:00")
        yield "03-19 10:00"
        self.does(lead, "handle", "signed", result="管道修复", checklist=["管道修复 · pipe repaired"])
        self.runs("handle", "03-27 17:00")
        yield "03-23 11:00"
        self.does(lead, "handle", "handled", result="路面恢复", checklist=["路面恢复 · surface restored"])
        self.ended("handle", "met")
        self.runs("verify", "03-23 12:00")
        yield "03-23 11:30"
        self.does("officer@510117102", "verify", "closed", outcome="pass")
        self.goes_by("filed", "dispatched", *["signed"] * 3, "contacted", *["handled"] * 5, "verified", "closed")
        self.tells("task officer@510117102 for officer@510117102003002")

    def what_the_day_says(self):
        yield "03-27 10:00"
        day = "from=2026-03-17&to=2026-03-17"
        tuesdays = sorted(set(self.cases_of()) - set(self.cases_of(self.smoke_at_night, self.a_gas_pipe)))
        unsigned, unhandled = self.cases_of(self.nobody_signs), self.cases_of(self.signed_and_not_handled)
        dispute, by_day = self.cases_of(self.neighbours_in_dispute), self.cases_of(self.noise_by_day)
        by_night, clue = self.cases_of(self.noise_by_night), self.cases_of(self.a_clue_for_the_procuratorate)
        fences = self.cases_of(self.an_electronic_fence)
        self.assertEqual(len(tuesdays), 10)
        self.counts(day, {
            "reported": tuesdays, "valid": tuesdays, "dispatched": tuesdays, "closed": tuesdays, "late_sign": unsigned,
            "late_handle": unhandled, "reopened": dispute, "supervised": dispute, "satisfied": by_day + dispute,
            "dissatisfied": [], "overdue_open": []})
        by = f"{day}&by=source"
        self.counts(by, {"reported": self.cases_of(self.one_car_three_sources) + unsigned + fences}, "camera")
        self.counts(by, {"reported": sorted(unhandled + clue + self.cases_of(self.a_kindergarten))}, "officer")
        self.counts(by, {"reported": sorted(by_day + by_night)}, "hotline")
        self.counts(by, {"reported": dispute}, "citizen")
        by = f"{day}&by=department"
        self.counts(by, {"dispatched": unsigned, "late_sign": unsigned, "on_time_handle": unsigned}, "WG001")
        self.counts(by, {"dispatched": unhandled, "on_time_sign": unhandled, "late_handle": unhandled}, "SJJ")
        self.counts(by, {"dispatched": clue, "on_time_handle": clue}, "JCY")
        self.counts(by, {"dispatched": by_day, "on_time_handle": by_day, "satisfied": by_day}, "CGJ")
        self.counts(by, {"dispatched": sorted(fences + by_night), "late_handle": []}, "GAFJ")
        assisted = sorted(unhandled + by_night)
        self.counts(f"{by}&part=true", {"dispatched": assisted, "on_time_handle": assisted, "late_handle": []}, "CGJ")
        records = self.stack.console("GET", "/v1/accountability", user=PROCURATOR).json["items"]
        self.assertEqual(
            sorted((record["state"], record["department"]) for record in records),
            [("closed", "WG001"), ("open", "SJJ")])
        table = self.stack.console("GET", "/v1/accountability/export.csv", user=INSPECTOR).body.decode("utf-8-sig")
        rows = [row for row in table.splitlines() if "WG001" in row]
        self.assertEqual(len(rows), 1)
        self.assertIn("510117001", rows[0])
        self.leaves_no_gap(INSPECTOR)


if __name__ == "__main__":
    unittest.main()
