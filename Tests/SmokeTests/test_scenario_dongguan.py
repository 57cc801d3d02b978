"""docs/scenarios/dongguan.md, scenes 1 to 3 in short: no district level, most of it settled on the spot, tasks pushed by a
department, and three departments on one van full of gas bottles."""

import unittest

import scenario

CITY, TOWN = "441900", "441900122"
GRID = {"lat": 22.97546, "lng": 113.66001}
SUPERVISOR, OFFICER = f"supervisor@{CITY}", f"officer@{TOWN}"
SETTLED = ["G1701", "G1703", "G1604", "G2003", "G0502", "G0301"]


class Dongguan(scenario.Scenario):
    network, start, supervisor = "dongguan", "2026-05-12T08:00:00+08:00", SUPERVISOR

    def report(self, source, category, **fields):
        body = {"source": source, "category": category, "description": "厚街", "location": GRID, **fields}
        answer = self.stack.intake("POST", "/v1/reports", body, source=source)
        self.assertEqual(answer.status, 201, answer)
        return answer.json

    def test_a_day_in_houjie(self):
        self.settled_on_the_spot()
        self.a_task_of_registration()
        self.unlawful_gas()
        self.stack.settle()
        total = self.stack.console("GET", "/v1/stats/indicators?by=unit", user=SUPERVISOR).json["total"]
        self.assertEqual(
            {name: total[name] for name in ("on_spot", "dispatched", "closed")},
            {"on_spot": len(SETTLED) + 1, "dispatched": 1, "closed": len(SETTLED) + 1},
            "what officers settle is counted apart from what departments handle")
        self.stack.verify_journal()

    def settled_on_the_spot(self):
        for category in SETTLED:
            answer = self.report("officer", category, on_spot={"action": "劝导后当场整改", "note": ""})
            self.assertEqual(answer["state"], "closed", category)
            self.assertEqual(answer["unit"]["street"], TOWN)
            self.assertEqual(answer["unit"]["district"], CITY, "the city stands where other networks have a district")
            self.case, self.seen = answer["case_id"], 0
            self.assertEqual(self.news(), ["filed", "closed"])
            self.assertEqual(self.stack.case(self.case)["clocks"], [])

    def a_task_of_registration(self):
        """工商登记信息推送: the department's record is checked by an officer of the grid before it counts."""
        self.goes_to("05-12", "09:00")
        answer = self.report("department", "G0301")
        self.assertEqual(answer["state"], "reported")
        self.case, self.seen = answer["case_id"], 0
        self.stack.settle()
        self.hears(OFFICER, "task")
        self.does(OFFICER, "settle_on_spot", "closed", measure="已上门核实", note="登记完毕")
        self.assertEqual(self.news(), ["reported", "filed", "closed"])

    def unlawful_gas(self):
        self.goes_to("05-12", "09:05")
        self.case, self.seen = self.report("officer", "G1401", urgent=True)["case_id"], 0
        self.stack.settle()
        standing = self.stack.case(self.case)
        self.assertEqual(standing["lead"]["department"], "AJJ")
        self.assertEqual({part["department"] for part in standing["assists"]}, {"GAJ", "XFJ"})
        self.due("sign", "05-12", "09:35")
        self.due("sign", "05-12", "09:35", "part", "GAJ")
        self.due("handle", "05-12", "11:05")
        self.due("handle", "05-13", "09:05", "part", "XFJ")
        for user in ("handler@AJJ", "handler@GAJ", "handler@XFJ"):
            self.does(user, "sign", "signed")
        self.assertEqual(self.news(), ["filed", "dispatched", "signed", "signed", "signed"])


if __name__ == "__main__":
    unittest.main()
