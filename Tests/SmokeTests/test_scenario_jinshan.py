"""docs/scenarios/jinshan.md: orders of the 12345 hotline from the first word to the last rating, and what else a day
brings; all scenes in one time as they are in the script.

Working hours are 08:30-11:30 and 13:00-17:00; Sunday 2026-09-20 and Saturday 10-10 are worked, 09-25 to 09-27 and 10-01
to 10-07 are free. Every due time below is written out by hand from that.
"""

import unittest

import day
import jinshan_orders
import stack
from jinshan_orders import (
    ANSWERED, DISPATCHER, FGJ, HOTLINE, INSPECTOR, OFFICER, SHIHUA, SHIHUA_TOWN, SJJ, SUPERVISOR, ZHUJING_TOWN)

FENGJING, CAOJING = "officer@310116102", "officer@310116112"
RIVER, RIVER_GRID = {"lat": 30.7980, "lng": 121.4100}, "310116112012003"
HIGHWAY = {"lat": 30.8850, "lng": 121.0535}
SIDE_ROAD = {"lat": 30.8900, "lng": 121.0535}
ESTATE, ESTATE_GRID = {"lat": 30.7300, "lng": 121.3400}, "310116001014003"
# The eight departments that were stationed in the grids first.
STATIONED = {"GTJ", "CGZF", "FGJ", "HBJ", "LSJ", "SWJ", "JTW", "SJJ"}
CUT_OFF, CLEAN = "污染源切断 · source cut off", "水面清洁 · water clean"


class Jinshan(jinshan_orders.Orders, day.Day):
    network, start, supervisor = "jinshan", "2026-09-17T08:00:00+08:00", SUPERVISOR

    def test_the_script(self):
        self.play(
            self.what_the_district_has, self.classes_in_a_dwelling, self.nobodys_matter, self.a_river, self.a_highway,
            self.a_road_beside_it, self.litter_beside_it, self.three_callers, self.put_off_and_put_off,
            self.an_order_left_unanswered, self.a_desk_that_is_idle, self.what_the_indicators_say)

    def what_the_district_has(self):
        yield "09-17 08:05"
        self.has_units(district=1, street=11, community=226, grid=926)
        local = [
            category for category in self.asked("/v1/categories?fileable=true")["items"]
            if category["scheme"] == "JINSHAN"]
        self.assertEqual(len(local), 31)
        departments = {department["code"] for department in self.asked("/v1/departments")["items"]}
        self.assertLessEqual(STATIONED, departments)

    def nobodys_matter(self):
        yield "09-17 09:30"
        self.reports(
            "hotline", "Drone delivery station", RIVER, description="无人机配送站噪声和起降安全,不知归谁管")
        self.assertEqual(self.stack.case(self.case)["category"], "E0199")
        self.goes_by("filed", "desked")
        self.runs("decide", "09-17 15:00")
        self.tells(f"desked {DISPATCHER}")
        self.hears(DISPATCHER, "desked")
        yield "09-17 10:00"
        self.does(DISPATCHER, "dispatch", "dispatched", department="SJJ")
        self.ended("decide", "met")
        self.runs("sign", "09-18 17:00")
        self.goes_by("dispatched")
        self.tells(f"dispatched {SJJ}")
        yield "09-17 11:00"
        self.does("handler@SJJ", "return", "desk", reason="非我局职责", responsible="CGZF")
        self.runs("decide", "09-17 16:30")
        self.goes_by("returned", "desked")
        self.tells(f"returned {DISPATCHER}")
        self.posts("filed 09:30", "desked 09:30", "dispatched 10:00", "returned 11:00")
        yield "09-17 11:10"
        self.does(DISPATCHER, "coordinate", "desk", outcome="以市场监管局为主", participants=["SJJ", "CGZF"])
        self.goes_by("coordinated")
        self.tells(f"coordinated {SJJ}", "coordinated handler@310116/CGZF")
        yield "09-17 11:20"
        self.does(DISPATCHER, "appoint", "dispatched", department="SJJ", basis="appointed", note="指定谁,谁办理")
        self.ended("decide", "met")
        self.goes_by("appointed", "dispatched", "carded")
        self.was_carded("rejected_returns", 1, "yellow")
        self.tells(f"appointed {SJJ}", f"dispatched {SJJ}", f"yellow {SJJ}", f"yellow {SUPERVISOR}")
        yield "09-17 11:30"
        self.refused("handler@SJJ", "return", 409, "appointed", reason="非我局职责", responsible="CGZF")
        yield "09-17 13:10"
        self.does("handler@SJJ", "sign", "signed")
        self.does("handler@SJJ", "contact", "signed", outcome="reached")
        yield "09-18 10:00"
        self.does("handler@SJJ", "handle", "handled", result="已责令整改")
        yield "09-18 13:30"
        self.does(CAOJING, "verify", "closed", outcome="pass")
        self.goes_by("signed", "contacted", "handled", "verified", "closed")
        self.tells(f"task {CAOJING} for officer@{RIVER_GRID}")
        self.posts("dispatched 11:20", "yellow 11:20", "task 10:00", "closed 13:30")
        yield "09-20 10:00"
        self.does(HOTLINE, "revisit", "closed", rating="basically")
        self.goes_by("revisited")
        self.tells(f"revisited {SJJ}")

    def a_river(self):
        lead, part = "handler@310116/SWJ", "handler@310116/HBJ"
        yield "09-17 13:05"
        report = self.reports("citizen", "E2203", RIVER, description="河面发黑,有异味")
        self.assertEqual((report["state"], report["unit"]["grid"]), ("reported", RIVER_GRID))
        self.goes_by("reported")
        self.runs("verify", "09-18 17:00")
        task = f"task {CAOJING} for officer@{RIVER_GRID}"
        self.tells(task)
        self.hears(CAOJING, "task")
        yield "09-17 14:00"
        self.does(CAOJING, "verify_report", "filed", outcome="pass")
        self.ended("verify", "met")
        self.is_dispatched("rivers", "SWJ", "HBJ")
        self.goes_by("filed", "dispatched")
        self.runs("sign", "09-17 16:00")
        for name, due in (("sign", "09-17 16:00"), ("handle", "09-23 17:00")):
            self.runs(name, due, "part", "HBJ")
        self.runs("contact", "09-18 17:00")
        self.runs("handle", "09-23 17:00")
        self.tells(f"dispatched {lead}", f"part_assigned {part}")
        yield "09-17 14:30"
        self.does("handler@SWJ", "sign", "signed")
        self.does("handler@HBJ", "sign", "signed")
        self.goes_by("signed", "signed")
        yield "09-18 10:00"
        self.does("handler@HBJ", "handle", "signed", result="已采样,排口封堵")
        self.goes_by("handled")
        yield "09-18 10:30"
        missing = self.refused("handler@SWJ", "handle", 422, "closing_standard", result="已清理")
        self.assertEqual((missing.json["missing"], missing.json["photos_required"]), ([CUT_OFF, CLEAN], 1))
        yield "09-18 10:40"
        done = {"result": "已清理", "checklist": [CUT_OFF, CLEAN], "photos": [self.photo("handler@SWJ")]}
        self.does("handler@SWJ", "contact", "signed", outcome="reached")
        self.does("handler@SWJ", "handle", "handled", **done)
        self.ended("contact", "met")
        self.runs("verify", "09-20 17:00")
        self.tells(task)
        yield "09-18 11:00"
        again = self.does(CAOJING, "verify", "dispatched", outcome="fail", note="下游仍发黑")
        self.assertEqual(again["counts"]["reworks"], 1)
        self.goes_by("contacted", "handled", "verified", "reworked")
        self.runs("sign", "09-18 14:30")
        self.runs("handle", "09-24 17:00")
        self.tells(f"reworked {lead}", f"part_reworked {part}")
        yield "09-18 13:30"
        self.does("handler@SWJ", "sign", "signed")
        yield "09-18 15:30"
        self.does("handler@SWJ", "handle", "handled", **done)
        self.tells(task)
        yield "09-18 16:00"
        self.does(OFFICER, "verify", "closed", outcome="pass")
        self.goes_by("signed", "handled", "verified", "closed")
        self.posts(
            "task 13:05", "filed 14:00", "dispatched 14:00", "part_assigned 14:00", "task 10:40", "reworked 11:00",
            "task 15:30", "closed 16:00")

    def a_highway(self):
        yield from self.on_a_road(
            "E0110", HIGHWAY, ["civil_defence/MF310116102", "highways/GL01", "safety/PA310116102013"],
            "highway-surface", "09-23 17:00", "handler@310116/GLS", "handler@310116/JTW")

    def a_road_beside_it(self):
        yield from self.on_a_road(
            "E0110", SIDE_ROAD, ["civil_defence/MF310116102", "safety/PA310116102014"], "roads", "09-23 17:00",
            "handler@310116/JTW")

    def litter_beside_it(self):
        yield from self.on_a_road(
            "E0102", SIDE_ROAD, ["civil_defence/MF310116102", "safety/PA310116102014"], "town-fengjing",
            "09-17 15:45", "handler@310116102/WG102")

    def on_a_road(self, category, place, layers, rule, due, *posts):
        lead, *assists = (post.split("/")[1] for post in posts)
        yield "09-17 10:15"
        report = self.reports("department", category, place)
        self.is_dispatched(rule, lead, *assists)
        shown = self.stack.case(self.case)["location"]["layers"]
        self.assertEqual(sorted(layer for layer in shown if "/" in layer), layers)
        for matter, department in (("case", lead), *(("part", assist) for assist in assists)):
            self.runs("sign", "09-17 13:45", matter, department)
            self.runs("handle", due, matter, department)
        self.tells(f"dispatched {posts[0]}", *(f"part_assigned {post}" for post in posts[1:]))
        yield "09-17 11:00"
        for user in (lead, *assists):
            self.does(f"handler@{user}", "sign", "signed")
        for user in (*assists, lead):
            self.does(f"handler@{user}", "handle", "handled" if user == lead else "signed", result="已完成")
        self.runs("verify", "09-18 17:00")
        yield "09-17 13:30"
        self.does(FENGJING, "verify", "closed", outcome="pass")
        self.goes_by(
            "filed", "dispatched", *["signed"] * (1 + len(assists)), *["handled"] * (1 + len(assists)), "verified",
            "closed")
        self.assertEqual({clock["state"] for clock in self.stack.case(self.case)["clocks"]}, {"met"})
        self.tells(f"task {FENGJING} for officer@{report['unit']['grid']}")
        self.posts(
            "filed 10:15", "dispatched 10:15", *["part_assigned 10:15"] * len(assists), "task 11:00", "closed 13:30")

    def three_callers(self):
        ids = ["12345-0917-0100", "12345-0918-0031", "12345-0921-0007"]
        yield "09-17 09:50"
        self.reports("hotline", "E2115", ESTATE, external_id=ids[0])
        first = self.case
        self.is_dispatched("housing", "FGJ")
        yield "09-17 10:30"
        self.does("handler@FGJ", "sign", "signed")
        self.does("handler@FGJ", "contact", "signed", outcome="reached")
        self.goes_by("filed", "dispatched", "signed", "contacted")
        self.tells(f"dispatched {FGJ}")
        yield "09-18 10:00"
        near = {"lat": ESTATE["lat"] + 0.0003, "lng": ESTATE["lng"]}
        self.assertEqual(self.reports("hotline", "E2115", near, external_id=ids[1])["duplicate_of"], first)
        yield "09-20 17:00"
        self.goes_by("merged", "handle/three-days-left")
        self.tells(f"remind {FGJ}")
        yield "09-21 09:00"
        near = {"lat": ESTATE["lat"], "lng": ESTATE["lng"] + 0.0004}
        self.assertEqual(self.reports("hotline", "E2115", near, external_id=ids[2])["duplicate_of"], first)
        self.goes_by("merged")
        self.assertEqual(self.stack.case(first)["counts"]["duplicates"], 2)
        yield "09-21 09:30"
        self.does(HOTLINE, "supervise", "signed", form="repeated", note="三次来电", department="FGJ")
        self.runs("answer", "09-29 17:00", "order", "FGJ")
        self.goes_by("supervised")
        self.tells(f"supervised {FGJ}")
        yield "09-21 17:00"
        self.goes_by("handle/two-days-left")
        self.tells(f"remind {FGJ}", f"remind {HOTLINE}")
        yield "09-22 10:00"
        self.does("handler@FGJ", "answer", "signed", order=1, text="已约谈物业,每周回访")
        self.ended("answer", "met", "order")
        self.does("handler@FGJ", "handle", "handled", result="物业已整改")
        yield "09-22 14:00"
        self.does(SHIHUA, "verify", "closed", outcome="pass")
        self.goes_by("answered", "handled", "verified", "closed")
        self.tells(*ANSWERED, f"task {SHIHUA} for officer@{ESTATE_GRID}")
        self.posts(
            "filed 09:50", "dispatched 09:50", "merged 10:00", "remind 17:00", "merged 09:00", "supervised 09:30",
            "remind 17:00", "answered 10:00", "task 10:00", "closed 14:00")
        self.assertEqual(self.answered("closed"), [("hotline", external) for external in ids])
        yield "09-23 10:00"
        self.does(HOTLINE, "revisit", "closed", rating="very_satisfied")
        self.goes_by("revisited")
        self.tells(f"revisited {FGJ}")
        yield "09-28 08:00"
        self.lists(first, "2026-09-14", "2026-09-27")

    def lists(self, case, begins, ends):
        """The list of orders that came three times or more names the case once, and so does who asks for it."""
        def listed():
            return [post for post in self.messenger.posts if post["data"]["notice"] == "repeated_orders"]
        stack.await_that(listed, stack.MAX_SETTLE_SECONDS, "the list of repeated orders was not posted")
        self.assertEqual(
            [(post["data"]["from"], post["data"]["to"], post["data"]["cases"]) for post in listed()],
            [(begins, ends, [{"case_id": case, "reports": 3, "reporters": 1}])])
        for user in (HOTLINE, SUPERVISOR):
            inbox = self.stack.console("GET", "/v1/inbox?limit=200", user=user).json["items"]
            self.assertEqual([item["notice"] for item in inbox].count("repeated_orders"), 1, user)
        asked = self.stack.console(
            "GET", f"/v1/stats/repeats?from={begins}&to={ends}&source=hotline", user=SUPERVISOR).json["items"]
        self.assertEqual([(item["case_id"], item["reports"]) for item in asked], [(case, 3)])

    def what_the_indicators_say(self):
        yield "10-23 16:00"
        classes, nobodys = self.cases_of(self.classes_in_a_dwelling), self.cases_of(self.nobodys_matter)
        river, callers = self.cases_of(self.a_river), self.cases_of(self.three_callers)
        highway, road = self.cases_of(self.a_highway), self.cases_of(self.a_road_beside_it)
        litter, put_off = self.cases_of(self.litter_beside_it), self.cases_of(self.put_off_and_put_off)
        unanswered = self.cases_of(self.an_order_left_unanswered)
        idle = self.cases_of(self.a_desk_that_is_idle)
        every, rated = self.cases_of(), classes + nobodys + callers + put_off
        self.counts("", {
            "reported": every, "closed": every, "late_sign": classes, "late_contact": classes, "late_handle": put_off,
            "overdue_open": [], "reworked": river, "reopened": classes + put_off, "extended": classes + put_off,
            "returned": nobodys, "shirked": nobodys, "supervised": classes + callers + put_off + unanswered,
            "satisfied": rated, "dissatisfied": [], "unrated": []})
        by = "by=department"
        self.counts(by, {
            "dispatched": classes, "late_sign": classes, "late_contact": classes, "on_time_handle": classes,
            "late_handle": [], "extended": classes, "reopened": classes, "supervised": classes, "closed": classes,
            "satisfied": classes, "dissatisfied": [], "unrated": []}, "JYJ")
        self.counts(by, {"dispatched": river, "reworked": river, "closed": river, "late_sign": []}, "SWJ")
        self.counts(by, {
            "dispatched": nobodys, "returned": nobodys, "shirked": nobodys, "closed": nobodys, "on_time_sign": nobodys,
            "satisfied": nobodys}, "SJJ")
        self.counts(by, {
            "dispatched": callers + put_off, "closed": callers + put_off, "supervised": callers + put_off,
            "extended": put_off, "late_handle": put_off, "on_time_handle": callers, "reopened": put_off,
            "satisfied": callers + put_off, "late_sign": []}, "FGJ")
        self.counts(by, {"supervised": unanswered, "closed": unanswered}, "GTJ")
        for lead, cases in (
                ("GLS", highway), ("JTW", road), ("WG102", litter), ("GTJ", unanswered), ("CGZF", idle)):
            self.counts(by, {"dispatched": cases, "on_time_sign": cases, "on_time_handle": cases}, lead)
        # Parts are assessed as leads are.
        parts = f"{by}&part=true"
        for assisting, cases in (
                ("FGJ", classes), ("SJJ", classes), ("HBJ", river), ("JTW", highway), ("NYW", unanswered)):
            self.counts(parts, {
                "dispatched": cases, "on_time_sign": cases, "late_sign": [], "on_time_handle": cases,
                "late_handle": []}, assisting)
        town = "by=unit&unit=310116&tier=street"
        self.counts(town, {"reported": classes + callers, "late_sign": classes}, SHIHUA_TOWN)
        self.counts(town, {"reported": nobodys + river, "reworked": river}, "310116112")
        self.counts(town, {"reported": put_off, "late_handle": put_off, "reopened": put_off}, ZHUJING_TOWN)
        self.counts(town, {"reported": unanswered, "supervised": unanswered}, "310116104")
        self.counts(town, {"reported": idle, "late_sign": []}, "310116105")
        self.counts(town, {"reported": highway + road + litter, "late_sign": []}, "310116102")
        self.leaves_no_gap(INSPECTOR)


if __name__ == "__main__":
    unittest.main()
