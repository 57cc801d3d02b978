"""docs/scenarios/pidu.md, scenes 1 and 2: one car with three sources, and what nobody signs in time.

Working hours are 09:00-12:00 and 13:00-17:00; every due time below is written out by hand from that.
"""

import unittest

import scenario

SUPERVISOR, INSPECTOR = "supervisor@510117", "inspector@510117"
XIPU = {"lat": 30.78926, "lng": 103.98492}
PITONG = {"lat": 30.8511, "lng": 103.88326}


class Pidu(scenario.Scenario):
    network, start, supervisor = "pidu", "2026-03-17T08:30:00+08:00", SUPERVISOR

    def report(self, source, category, place, **fields):
        body = {"source": source, "category": category, "description": "占道", "location": place, **fields}
        answer = self.stack.intake("POST", "/v1/reports", body, source=source)
        self.assertEqual(answer.status, 201, answer)
        return answer.json

    def test_one_car_three_sources_one_case(self):
        self.seen = 0
        self.goes_to("03-17", "08:31")
        first = self.report("camera", "E0505", XIPU)
        self.case = first["case_id"]
        self.stack.settle()
        self.assertEqual(self.news(), ["filed", "dispatched"])
        self.assertEqual(self.stack.case(self.case)["lead"]["department"], "JJDD")
        self.due("sign", "03-17", "11:00")
        for minute in range(32, 42):
            self.goes_to("03-17", f"08:{minute}")
            again = self.report("camera", "E0505", XIPU)
            self.assertEqual((again["case_id"], again["duplicate_of"]), (self.case, self.case))
        near = {"lat": XIPU["lat"] + 0.0001, "lng": XIPU["lng"]}
        self.assertEqual(self.report("hotline", "E0505", near)["duplicate_of"], self.case)
        self.assertEqual(self.report("officer", "E0505", XIPU)["duplicate_of"], self.case)
        self.assertEqual(self.news(), ["merged"] * 12)
        self.assertEqual(self.stack.case(self.case)["counts"]["duplicates"], 12)
        sources = {event["data"].get("source") for event in self.events() if event["kind"] == "merged"}
        self.assertEqual(sources, {"camera", "hotline", "officer"})
        self.goes_to("03-17", "09:05")
        self.does("handler@JJDD", "sign", "signed")
        self.does("handler@JJDD", "handle", "handled", result="车辆驶离")
        self.does(SUPERVISOR, "verify", "closed", outcome="pass")
        self.assertEqual(self.news(), ["signed", "handled", "verified", "closed"])
        self.not_signed_in_time()

    def not_signed_in_time(self):
        self.seen = 0
        self.goes_to("03-17", "09:20")
        self.case = self.report("camera", "E0504", PITONG)["case_id"]
        self.stack.settle()
        self.assertEqual(self.stack.case(self.case)["lead"]["department"], "WG001")
        self.due("sign", "03-17", "11:20")
        self.goes_to("03-17", "11:20")
        self.assertEqual(
            self.news(), ["filed", "dispatched", "sign/reminder", "sign/levels", "sign/unsigned", "flagged"])
        self.hears(INSPECTOR, "flag")
        records = self.stack.console("GET", "/v1/accountability", user=INSPECTOR).json["items"]
        record = next(record for record in records if record["case_id"] == self.case)
        flag = [event for event in self.events() if event["kind"] == "escalated"][-1]["data"]
        self.assertEqual(flag["to"], ["inspector@510117", "inspector@510117/JCY"], "inspection and the procuratorate")

        self.goes_to("03-17", "11:50")
        self.does("handler@WG001", "sign", "signed")
        self.ended("sign", "late")
        self.goes_to("03-17", "13:40")
        self.does("handler@WG001", "handle", "handled", result="已规范")
        self.does(SUPERVISOR, "verify", "closed", outcome="pass")
        self.goes_to("03-17", "15:00")
        self.inspects(record["id"], INSPECTOR, "acknowledge", "acknowledged")
        bundle = self.stack.console("GET", f"/v1/accountability/{record['id']}", user=INSPECTOR).json
        self.assertEqual(bundle["statement_due_at"], self.at("03-24", "15:00"))
        self.goes_to("03-18", "10:00")
        self.inspects(record["id"], "handler@WG001", "statement", "answered", note="交接班漏看")
        self.inspects(record["id"], INSPECTOR, "uphold", "upheld", note="属实")
        self.inspects(record["id"], INSPECTOR, "close", "closed", note="归档")
        # Refuses with exit code 1 when a clock ran over without its rungs.
        self.stack.gridctl("ladder", "check")
        self.stack.verify_journal()

    def inspects(self, record, user, action, state, **fields):
        found = self.stack.console("GET", f"/v1/accountability/{record}", user=INSPECTOR)
        answer = self.stack.console(
            "POST", f"/v1/accountability/{record}/actions", {"action": action, **fields}, user=user,
            headers={"If-Match": f'"{found.json["version"]}"'})
        self.assertEqual(answer.status, 200, f"{action}: {answer}")
        self.assertEqual(answer.json["state"], state)


if __name__ == "__main__":
    unittest.main()
