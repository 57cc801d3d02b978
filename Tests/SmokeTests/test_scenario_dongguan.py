"""docs/scenarios/dongguan.md: a day of Houjie Town and what follows from it, all scenes in one time as in the script.

Working hours are 08:00-12:00 and 14:00-18:00, Monday to Friday; every due time below is written out by hand from that.
"""

import unittest

import day

CITY, TOWN, VILLAGE, GRID = "441900", "441900122", "441900122003", "441900122003002"
SUPERVISOR, INSPECTOR = f"supervisor@{CITY}", f"inspector@{CITY}"
DISPATCHER, TOWN_HEAD, VILLAGE_HEAD = f"dispatcher@{TOWN}", f"supervisor@{TOWN}", f"supervisor@{VILLAGE}"
A, B = "officer-a", "officer-b"
NEXT_GRID, C, D = "441900122003001", "officer-c", "officer-d"
PLACE = {"lat": 22.97546, "lng": 113.66001}
GUARDED = "现场警戒、人员疏散 · guarded and cleared of people"
SEIZED, HANDED_OVER = "查扣清走、窝点取缔 · seized and removed", "移交立案 · case handed over"
MOVED_OUT, BEDS_GONE = "人员搬离 · People moved out", "床铺清走 · Beds removed"
AJJ, GAJ, XFJ, SYJ, GSJ = (f"handler@{CITY}/{department}" for department in ("AJJ", "GAJ", "XFJ", "SYJ", "GSJ"))
TASK = f"task officer@{GRID}"


class Dongguan(day.Day):
    network, start, supervisor = "dongguan", "2026-05-12T08:00:00+08:00", SUPERVISOR

    def test_the_script(self):
        self.adds(A, "officer", GRID)
        self.adds(B, "officer", GRID)
        self.adds(C, "officer", NEXT_GRID)
        self.adds(D, "officer", NEXT_GRID)
        self.adds(VILLAGE_HEAD, "supervisor", VILLAGE)
        self.tasks = {}
        self.play(
            self.no_district_between, self.settled_at_once, self.a_den_of_gas, self.people_in_a_shop,
            self.sent_to_the_wrong_department, self.tasks_pushed, self.an_address_that_is_right,
            self.an_address_that_is_not, self.a_business_that_opened, self.a_permit_that_lacks,
            self.a_task_nobody_answers, self.officers_on_duty, self.what_the_day_says)

    def no_district_between(self):
        yield "05-12 08:05"
        grid = self.asked(f"/v1/units/{GRID}")
        self.assertEqual([unit["code"] for unit in grid["path"]], [CITY, TOWN, VILLAGE, GRID])
        self.assertEqual(self.asked(f"/v1/units/{TOWN}")["parent"], CITY)
        self.has_units(district=1, street=33, community=593, grid=3150)
        catalogue = self.asked("/v1/categories")["items"]
        classes = {category["code"] for category in catalogue if category["parent"] is None}
        items = [category for category in catalogue if category["fileable"]]
        self.assertEqual((len(classes), len(items)), (20, 83))
        self.assertEqual({item["parent"] for item in items}, classes)
        departments = [department["code"] for department in self.asked("/v1/departments")["items"]]
        self.assertEqual(departments, sorted(["JYJ", "GAJ", "MZJ", "WJJ", "SYJ", "AJJ", "XFJ", "GSJ"]))
        officers = self.asked(f"/v1/roster/now?unit={GRID}&role=officer")["items"]
        self.assertEqual([post["holders"] for post in officers], [[A, B]])

    def settled_at_once(self):
        found = [
            ("08:10", A, "G1701", "H-0101", "楼道停放充电电动车"), ("08:15", A, "G1703", "H-0101", "同一栋楼道堆放纸箱"),
            ("08:25", B, "G1604", "S-0201", "灭火器失效"), ("08:30", B, "G1604", "S-0202", "隔壁店铺灭火器失效"),
            ("08:35", A, "G2003", "S-0203", "营业执照未上墙"), ("08:40", B, "G0502", "S-0203", "电动车占道"),
            ("08:45", A, "G0301", "H-0102", "租客未登记")]
        for time, officer, category, code, text in found:
            yield f"05-12 {time}"
            report = self.reports(
                "officer", category, PLACE, user=officer, description=text, subject={"kind": "premises", "code": code},
                on_spot={"action": "劝导后当场整改", "note": ""})
            self.assertEqual((report["state"], report["unit"]["grid"]), ("closed", GRID))
            self.assertEqual(report["unit"]["district"], CITY, "the city stands where other networks have a district")
            self.goes_by("filed", "closed")
            self.assertEqual(self.stack.case(self.case)["clocks"], [])
            self.tells(f"filed {officer}", f"closed {officer}")
            self.posts(f"filed {time}", f"closed {time}")
            self.hears(officer, "closed")

    def a_den_of_gas(self):
        yield "05-12 09:05"
        said = self.stack.gridctl(
            "policy", "route", "--category", "G0503", "--unit", GRID, "--source", "officer", "--text",
            "废弃面包车内有燃气瓶")
        self.assertEqual((said["rule"], said["lead"]), ("gas-in-abandoned-vehicle", "AJJ"))
        self.reports(
            "officer", "G1401", PLACE, user=B, urgent=True, description="市场旁废弃面包车内存放大量燃气瓶")
        self.goes_by("filed", "dispatched")
        self.is_dispatched("unlawful-gas", "AJJ", "GAJ", "XFJ")
        self.runs("sign", "05-12 09:35")
        self.runs("handle", "05-12 11:05")
        for part in ("GAJ", "XFJ"):
            self.runs("sign", "05-12 09:35", "part", part)
            self.runs("handle", "05-13 09:05", "part", part)
        self.assertEqual(
            [(stage["name"], stage["due_at"]) for stage in self.clock("handle")["stages"]],
            [("secure", self.moment("05-12 11:05")), ("seize", self.moment("05-13 11:05"))])
        self.tells(f"filed {B}", f"dispatched {AJJ}", f"part_assigned {GAJ}", f"part_assigned {XFJ}")
        self.posts("filed 09:05", "dispatched 09:05", "part_assigned 09:05", "part_assigned 09:05")
        yield "05-12 09:15"
        self.does("handler@AJJ", "sign", "signed")
        self.ended("sign", "met")
        yield "05-12 09:18"
        self.does("handler@GAJ", "sign", "signed")
        self.ended("sign", "met", "part", "GAJ")
        self.goes_by("signed", "signed")
        yield "05-12 09:20"
        self.goes_by("sign/reminder")
        self.tells(f"remind {XFJ}")
        yield "05-12 09:35"
        self.goes_by("sign/town")
        self.tells(f"yellow {XFJ}", f"yellow {TOWN_HEAD}")
        self.hears(TOWN_HEAD, "yellow")
        self.posts("remind 09:20", "yellow 09:35")
        yield "05-12 09:50"
        self.does("handler@XFJ", "sign", "signed")
        self.ended("sign", "late", "part", "XFJ")
        self.ended("sign", "met")
        yield "05-12 10:30"
        self.does(
            "handler@AJJ", "handle", "signed", result="已警戒疏散", checklist=[GUARDED],
            photos=[self.photo("handler@AJJ")])
        self.runs("handle", "05-13 11:05")
        self.goes_by("signed", "handled")
        yield "05-12 14:00"
        done = {
            "result": "查扣燃气瓶102个", "checklist": [SEIZED, HANDED_OVER], "photos": [self.photo("handler@AJJ")]}
        waiting = self.refused("handler@AJJ", "handle", 409, "parts_open", **done)
        self.assertEqual(waiting.json["open_parts"], ["GAJ", "XFJ"])
        for time, part in (("14:10", "GAJ"), ("14:20", "XFJ")):
            yield f"05-12 {time}"
            self.does(f"handler@{part}", "handle", "signed", result="已配合查处")
            self.ended("handle", "met", "part", part)
        yield "05-12 15:00"
        missing = self.refused(
            "handler@AJJ", "handle", 422, "closing_standard", result=done["result"], checklist=[SEIZED],
            photos=done["photos"])
        self.assertEqual(missing.json["missing"], [HANDED_OVER])
        yield "05-12 15:05"
        self.does("handler@AJJ", "handle", "handled", **done)
        self.ended("handle", "met")
        self.runs("verify", "05-12 17:05")
        self.tells(TASK)
        for user in (A, B):
            self.hears(user, "task")
        yield "05-12 15:10"
        self.refused("handler@AJJ", "verify", 403, "forbidden_action", outcome="pass")
        yield "05-12 15:15"
        self.refused(B, "handle", 403, "forbidden_action", result="我来处理")
        yield "05-12 15:30"
        self.does(A, "verify", "closed", outcome="pass")
        self.ended("verify", "met")
        self.goes_by("handled", "handled", "handled", "verified", "closed")
        stages = [
            (event["data"]["stage"], event["data"]["final"], event["data"].get("part"))
            for event in self.events() if event["kind"] == "handled"]
        self.assertEqual(stages, [(0, False, None), (0, True, "GAJ"), (0, True, "XFJ"), (1, True, None)])
        self.tells(f"closed {B}")
        self.posts("task 15:05", "closed 15:30")

    def people_in_a_shop(self):
        yield "05-12 08:50"
        self.reports(
            "officer", "G1601", PLACE, user=A, description="阁楼住人", subject={"kind": "premises", "code": "S-0204"})
        self.is_dispatched("fire-hazards", "XFJ")
        self.goes_by("filed", "dispatched")
        self.runs("sign", "05-12 14:50")
        self.runs("handle", "05-13 08:50")
        self.tells(f"filed {A}", f"dispatched {XFJ}")
        yield "05-12 14:02"
        self.goes_by("sign/reminder")
        self.tells(f"remind {XFJ}")
        yield "05-12 14:50"
        self.goes_by("sign/town")
        self.tells(f"yellow {XFJ}", f"yellow {DISPATCHER}")
        self.posts("filed 08:50", "dispatched 08:50", "remind 14:02", "yellow 14:50")
        yield "05-13 02:50"
        self.goes_by("handle/nearly-due")
        self.tells(f"remind {XFJ}", f"remind {VILLAGE_HEAD}")
        self.posts()
        yield "05-13 07:30"
        self.posts("remind 07:30")
        yield "05-13 08:50"
        self.goes_by(("handle/town", "sign/city"))
        self.tells(f"red {XFJ}", *[f"red {TOWN_HEAD}"] * 2, f"red {SUPERVISOR}")
        self.posts("red 08:50", "red 08:50")
        yield "05-13 09:00"
        self.does("handler@XFJ", "sign", "signed")
        self.ended("sign", "late")
        yield "05-13 10:20"
        done = {"result": "人员已搬离", "checklist": [MOVED_OUT, BEDS_GONE], "photos": [self.photo("handler@XFJ")]}
        self.does("handler@XFJ", "handle", "handled", **done)
        self.ended("handle", "late")
        self.runs("verify", "05-14 18:00")
        self.goes_by("signed", "handled")
        self.tells(TASK)
        yield "05-13 11:00"
        self.does(B, "verify", "dispatched", outcome="fail", note="阁楼仍有床铺")
        self.goes_by("verified", "reworked")
        self.runs("sign", "05-13 17:00")
        self.runs("handle", "05-14 11:00")
        self.tells(f"reworked {XFJ}")
        yield "05-13 11:20"
        self.does("handler@XFJ", "sign", "signed")
        self.ended("sign", "met")
        yield "05-13 16:00"
        self.does("handler@XFJ", "handle", "handled", **done)
        self.ended("handle", "met")
        self.runs("verify", "05-14 18:00")
        yield "05-13 16:30"
        self.does(B, "verify", "closed", outcome="pass")
        self.goes_by("signed", "handled", "verified", "closed")
        self.tells(TASK, f"closed {A}")
        self.posts("task 10:20", "reworked 11:00", "task 16:00", "closed 16:30")
        yield "05-13 17:00"
        self.does("handler@XFJ", "appeal", "closed", reason="业主拒不开门,有执法记录")
        self.runs("decide", "05-20 18:00", "appeal")
        self.goes_by("appealed")
        self.tells(f"appealed {INSPECTOR}")
        yield "05-14 10:00"
        self.does(INSPECTOR, "decide_appeal", "closed", outcome="accepted", reason="执法记录属实")
        self.ended("decide", "met", "appeal")
        self.goes_by("appeal_decided")
        self.tells(f"appeal_decided {XFJ}")

    def sent_to_the_wrong_department(self):
        yield "05-12 10:10"
        self.reports(
            "officer", "G2001", PLACE, user=B, description="无证餐饮", subject={"kind": "premises", "code": "S-0205"})
        self.is_dispatched("unlicensed-food", "SYJ", "GSJ")
        self.goes_by("filed", "dispatched")
        self.runs("sign", "05-12 16:10")
        self.tells(f"filed {B}", f"dispatched {SYJ}", f"part_assigned {GSJ}")
        yield "05-12 10:30"
        self.does("handler@SYJ", "return", "desk", reason="许可齐全,缺营业执照", responsible="GSJ")
        self.goes_by("returned", "desked")
        self.runs("decide", "05-12 11:30")
        self.assertEqual(
            {clock["state"] for clock in self.stack.case(self.case)["clocks"] if clock["name"] != "decide"},
            {"cancelled"})
        self.tells(f"returned {DISPATCHER}", f"part_ended {GSJ}")
        self.hears(DISPATCHER, "returned")
        yield "05-12 10:50"
        self.does(DISPATCHER, "dispatch", "dispatched", department="GSJ")
        self.ended("decide", "met")
        self.goes_by("dispatched")
        self.runs("sign", "05-12 16:50")
        self.runs("handle", "06-02 18:00")
        self.tells(f"dispatched {GSJ}")
        yield "05-12 11:00"
        self.does("handler@GSJ", "sign", "signed")
        self.ended("sign", "met")
        yield "05-12 16:00"
        self.does(DISPATCHER, "supervise", "signed", form="rectification", note="限期整改")
        self.runs("answer", "05-15 18:00", "order", "GSJ")
        self.goes_by("signed", "supervised")
        self.tells(f"supervised {GSJ}")
        yield "05-14 09:30"
        self.does("handler@GSJ", "answer", "signed", order=1, text="已责令停业,限期补办")
        self.ended("answer", "met", "order")
        self.goes_by("answered")
        self.tells(f"answered {DISPATCHER}", f"answered {TOWN_HEAD}")
        yield "05-20 10:00"
        missing = self.refused("handler@GSJ", "handle", 422, "closing_standard", result="执照已补办")
        self.assertEqual((missing.json["missing"], missing.json["photos_required"]), ([], 1))
        self.does("handler@GSJ", "handle", "handled", result="执照已补办", photos=[self.photo("handler@GSJ")])
        self.ended("handle", "met")
        self.runs("verify", "05-21 18:00")
        yield "05-20 11:00"
        self.does(A, "verify", "closed", outcome="pass")
        self.goes_by("handled", "verified", "closed")
        self.tells(TASK, f"closed {B}")
        self.posts(
            "filed 10:10", "dispatched 10:10", "part_assigned 10:10", "returned 10:30", "dispatched 10:50",
            "supervised 16:00", "answered 09:30", "task 10:00", "closed 11:00")

    def tasks_pushed(self):
        yield "05-12 09:10"
        businesses = [("G1901", 1), ("G1901", 2), ("G1902", 3), ("G1903", 4), ("G1902", 5)]
        for category, number in businesses:
            task = {
                "source": "department", "category": category, "description": "商事登记后续监管任务", "location": PLACE,
                "external_id": f"SGJ-2026-{number}", "subject": {"kind": "business", "code": f"91441900-{number}"}}
            self.assertEqual(self.reports(place=PLACE, **task)["state"], "reported")
            self.tasks[number] = self.case
            again = self.stack.intake("POST", "/v1/reports", task, source="department")
            self.assertEqual((again.status, again.json.get("case_id")), (200, self.case), again)
            self.goes_by("reported")
            self.runs("verify", "05-19 18:00")
            self.tells(TASK)
            self.posts("task 09:10")
        for officer in (A, B):
            self.hears(officer, "task")

    def an_address_that_is_right(self):
        yield "05-12 09:40"
        self.is_answered(1, A, "住所属实")
        self.posts("filed 09:40", "closed 09:40")

    def an_address_that_is_not(self):
        yield "05-12 09:55"
        yield from self.follows_up(2, "查无此户", "follow-up", "05-12 15:55", "09:55")

    def a_business_that_opened(self):
        yield "05-12 10:00"
        self.is_answered(3, A, "已开业")
        self.posts("filed 10:00", "closed 10:00")

    def a_permit_that_lacks(self):
        yield "05-12 10:05"
        yield from self.follows_up(4, "未办许可", "follow-up-pilot", "05-12 16:05", "10:05", "SYJ")

    def is_answered(self, number, officer, measure):
        self.case = self.tasks[number]
        self.does(officer, "settle_on_spot", "closed", measure=measure, note="")
        self.goes_by("filed", "closed")
        self.tells()
        self.answers(number, measure)

    def follows_up(self, number, finding, rule, sign_due, time, *assists):
        self.case = self.tasks[number]
        self.does(A, "verify_report", "filed", outcome="pass", reason=finding)
        self.ended("verify", "met")
        self.is_dispatched(rule, "GSJ", *assists)
        self.goes_by("filed", "dispatched")
        self.runs("sign", sign_due)
        self.tells(f"dispatched {GSJ}", *(f"part_assigned handler@{CITY}/{part}" for part in assists))
        self.posts(f"filed {time}", f"dispatched {time}", *[f"part_assigned {time}"] * len(assists))
        yield "05-12 11:10"
        self.does("handler@GSJ", "sign", "signed")
        yield "05-12 11:15"
        for part in assists:
            self.does(f"handler@{part}", "sign", "signed")
        self.goes_by(*["signed"] * (1 + len(assists)))
        yield "05-15 10:00"
        for part in assists:
            self.does(f"handler@{part}", "handle", "signed", result="许可已补办")
        self.does("handler@GSJ", "handle", "handled", result="已列入异常名录")
        self.ended("handle", "met")
        yield "05-15 11:00"
        self.does(B, "verify", "closed", outcome="pass")
        self.goes_by(*["handled"] * (1 + len(assists)), "verified", "closed")
        self.tells(TASK)
        self.posts("task 10:00", "closed 11:00")
        self.answers(number, "已列入异常名录")

    def answers(self, number, words):
        """The platform that pushed the task is answered under its own number, and reads the same when it asks."""
        own = f"SGJ-2026-{number}"
        for notice in ("filed", "closed"):
            self.assertEqual(self.answered(notice), [("department", own)], notice)
        sent = self.stack.intake("GET", f"/v1/reports?external_id={own}", source="department").json
        self.assertEqual((sent["case_id"], sent["state"], sent["result"]), (self.case, "closed", words))

    def a_task_nobody_answers(self):
        yield "05-18 18:00"
        self.case = self.tasks[5]
        self.goes_by("verify/one-day-left")
        self.tells(f"remind officer@{GRID}")
        yield "05-19 18:00"
        self.goes_by("verify/village")
        self.tells(f"yellow officer@{GRID}", f"yellow {VILLAGE_HEAD}")
        yield "05-20 18:00"
        self.goes_by("verify/town")
        self.tells(f"red {TOWN_HEAD}", f"red {DISPATCHER}")
        self.hears(DISPATCHER, "red")
        yield "05-21 08:30"
        self.posts("remind 18:00", "yellow 18:00", "red 18:00")
        self.is_answered(5, B, "已注销")
        self.ended("verify", "late")
        self.posts("filed 08:30", "closed 08:30")

    def officers_on_duty(self):
        yield "05-12 08:05"
        for officer, begins, ends in ((C, "08:00", "12:00"), (D, "14:00", "18:00")):
            shift = {"username": officer, "from": self.moment(f"05-13 {begins}"), "until": self.moment(f"05-13 {ends}")}
            self.assertEqual(self.stack.console("POST", "/v1/roster", shift, user=A).status, 403)
            self.assertEqual(self.stack.console("POST", "/v1/roster", shift, user=VILLAGE_HEAD).status, 201)
        yield from self.finds_on_duty("09:30", "G1702", [C], f"task officer@{NEXT_GRID} on {C}", C, "05-13 10:00")
        yield from self.finds_on_duty("15:00", "G1801", [D], f"task officer@{NEXT_GRID} on {D}", D, "05-13 15:30")
        yield from self.finds_on_duty(
            "19:00", "G1704", [], f"task {VILLAGE_HEAD} for officer@{NEXT_GRID}", C, "05-14 08:30")

    def finds_on_duty(self, time, category, on_duty, told, officer, settled):
        """What a landlord reports by the town's programme reaches whoever is on duty, and if nobody is, the station."""
        yield f"05-13 {time}"
        posts = self.asked(f"/v1/roster/now?unit={NEXT_GRID}&role=officer", TOWN_HEAD)["items"]
        self.assertEqual([(post["holders"], post["on_duty"]) for post in posts], [([C, D], on_duty)])
        if not on_duty:
            self.assertEqual(posts[0]["falls_back_to"]["post"], VILLAGE_HEAD)
        self.reports("citizen", category, {"unit": NEXT_GRID})
        self.goes_by("reported")
        self.tells(told)
        self.posts(f"task {time}")
        for user in on_duty or [VILLAGE_HEAD]:
            self.hears(user, "task")
        for user in {C, D} - set(on_duty) if on_duty else ():
            inbox = self.asked("/v1/inbox?limit=200", user)["items"]
            self.assertNotIn(self.case, [item["case_id"] for item in inbox], f"{user} is not on duty")
        yield settled
        self.does(officer, "settle_on_spot", "closed", measure="已当场整改")
        self.ended("verify", "met")
        self.goes_by("filed", "closed")
        self.tells()

    def what_the_day_says(self):
        day_of = f"unit={TOWN}&from=2026-05-12&to=2026-05-12"
        yield "05-21 09:00"
        settled, gas = self.cases_of(self.settled_at_once), self.cases_of(self.a_den_of_gas)
        shop, food = self.cases_of(self.people_in_a_shop), self.cases_of(self.sent_to_the_wrong_department)
        tasks = [self.tasks[number] for number in range(1, 6)]
        followed = [tasks[1], tasks[3]]
        found, on_the_spot = settled + gas + shop + food, [tasks[0], tasks[2], tasks[4]]
        late = {"returned": food, "reworked": shop, "late_sign": shop, "late_handle": shop, "supervised": food,
                "appealed_out": shop}
        self.counts(day_of, {
            "reported": found + tasks, "on_spot": settled + on_the_spot, "dispatched": gas + shop + food + followed,
            "closed": found + tasks, **late})
        sources = f"{day_of}&by=source"
        self.counts(sources, {
            "reported": found, "on_spot": settled, "dispatched": gas + shop + food, "closed": found, **late}, "officer")
        self.counts(sources, {
            "reported": tasks, "on_spot": on_the_spot, "dispatched": followed, "closed": tasks,
            **{name: [] for name in late}}, "department")
        officers = self.stack.console("GET", f"/v1/stats/indicators?{sources}", user=SUPERVISOR).json["items"]
        rate = next(row for row in officers if row["key"] == "officer")["on_spot_rate"]
        self.assertEqual((rate["numerator"], rate["denominator"]), (7, 10))
        self.counts(f"{day_of}&source=department&as_of=2026-05-20", {
            "reported": tasks, "closed": tasks[:4], "on_spot": [tasks[0], tasks[2]]})
        departments = f"{day_of}&by=department"
        self.counts(departments, {
            "dispatched": shop, "late_sign": shop, "late_handle": shop, "on_time_handle": [], "reworked": shop,
            "appealed_out": shop}, "XFJ")
        self.counts(departments, {"dispatched": gas, "on_time_sign": gas, "on_time_handle": gas}, "AJJ")
        self.counts(departments, {
            "dispatched": food + followed, "returned": food, "supervised": food, "late_handle": []}, "GSJ")
        self.counts(departments, {"on_spot": settled + on_the_spot, "dispatched": []}, "")
        parts = f"{departments}&part=true"
        self.counts(parts, {"dispatched": gas, "late_sign": gas, "on_time_handle": gas}, "XFJ")
        self.counts(parts, {"dispatched": gas, "on_time_sign": gas, "on_time_handle": gas}, "GAJ")
        self.counts(parts, {"dispatched": [tasks[3]], "on_time_sign": [tasks[3]]}, "SYJ")
        self.assessment()
        self.leaves_no_gap(INSPECTOR)

    def assessment(self):
        """An appealed case is in the figures and out of the assessment: the fire bureau has its part there alone."""
        answer = self.stack.console("GET", "/v1/stats/assessments/2026-05", user=SUPERVISOR)
        formula = next(item for item in answer.json["items"] if item["name"] == "department")
        rows = {row["key"]: {term["name"]: term for term in row["terms"]} for row in formula["rows"]}
        fire = rows["XFJ"]
        self.assertEqual((fire["handled"]["numerator"], fire["handled"]["denominator"]), (1, 1))
        self.assertEqual((fire["rework"]["numerator"], fire["on_time"]["numerator"]), (0, 1))


if __name__ == "__main__":
    unittest.main()
