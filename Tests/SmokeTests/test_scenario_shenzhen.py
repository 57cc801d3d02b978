"""docs/scenarios/shenzhen.md, scene 1: one city, a journal for each district, and a key that reports in all of them."""

import json
import unittest

import scenario
import stack

BAOAN, FUTIAN = "440306", "440304"
PLACES = {BAOAN: {"lat": 22.56, "lng": 113.89}, FUTIAN: {"lat": 22.54, "lng": 114.06}}


# Eighteen thousand grids are drawn anew by every process that reads the network: a second in release, twenty in debug.
@unittest.skipUnless(stack.BUILD == "release", "run it with BUILD=release")
class Shenzhen(scenario.Scenario):
    network, start, supervisor = "shenzhen", "2026-03-17T09:00:00+08:00", f"supervisor@{BAOAN}"

    def report(self, place, **fields):
        keys = json.loads((self.stack.home / "demo.json").read_text())["keys"]
        city = next(key["key"] for key in keys if key["unit"] == "440300" and key["source"] == "camera")
        body = {"source": "camera", "category": "E0505", "description": "占道停车", "location": place, **fields}
        return self.stack.intake(
            "POST", "/v1/reports", body, headers={"Authorization": f"ApiKey {city}"})

    def test_each_district_has_its_journal(self):
        cases = {}
        for district, place in PLACES.items():
            answer = self.report(place, external_id=f"city-{district}")
            self.assertEqual((answer.status, answer.json["district"]), (201, district), answer)
            cases[district] = answer.json["case_id"]
            self.assertEqual(cases[district], f"{district}-1", "each district numbers its own cases")
        self.stack.settle()
        for district, case in cases.items():
            head = f"supervisor@{district}"
            self.assertEqual(self.stack.case(case, head)["state"], "dispatched")
            listed = self.stack.console("GET", "/v1/cases", user=head).json["items"]
            self.assertEqual([item["id"] for item in listed], [case], "nobody sees another district's cases")
        other = self.stack.console("GET", f"/v1/cases/{cases[FUTIAN]}", user=f"supervisor@{BAOAN}")
        self.assertEqual(other.status, 404)
        # The same identifier elsewhere in the city is still the same report.
        moved = self.report(PLACES[BAOAN], external_id=f"city-{FUTIAN}")
        self.assertNotEqual(moved.status, 201, moved)
        self.assertEqual(
            self.stack.sql("SELECT district, last_seq FROM journal_head WHERE last_seq > 0 ORDER BY district"),
            [[FUTIAN, "2"], [BAOAN, "2"]])
        self.stack.verify_journal()


if __name__ == "__main__":
    unittest.main()
