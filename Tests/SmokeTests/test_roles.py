"""What is on the lists that each role fetches is its own to see. Which routes and pages a role has: test_access.py."""

import unittest
from urllib.parse import quote

import stack

STREET = "440306017"


class Roles(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.stack = stack.shared()
        # One case under the street, one elsewhere, of two departments.
        cls.inside = cls.stack.file(place={"unit": STREET + "001"}, category="E0203")
        cls.outside = cls.stack.file(place={"unit": "440306018"}, category="E0402")
        cls.stack.settle()

    def fetch(self, path, user):
        return self.stack.console("GET", "/v1/" + path, user=user)

    def items(self, path, user):
        found, cursor = [], None
        while True:
            mark = "&" if "?" in path else "?"
            answer = self.fetch(f"{path}{mark}limit=500" + (f"&cursor={quote(cursor)}" if cursor else ""), user)
            self.assertEqual(answer.status, 200, answer)
            found += answer.json["items"]
            cursor = answer.json["next_cursor"]
            if not cursor:
                return found

    def test_a_unit_sees_its_subtree(self):
        for role in ("officer", "supervisor", "dispatcher"):
            with self.subTest(role=role):
                user = f"{role}@{STREET}"
                seen = self.items("cases", user)
                self.assertIn(self.inside, [item["id"] for item in seen])
                self.assertEqual({item["unit"].get("street") for item in seen}, {STREET})
                self.assertEqual(self.fetch(f"cases/{self.inside}", user).status, 200)
                self.assertEqual(self.fetch(f"cases/{self.outside}", user).status, 404)
                self.assertEqual(self.fetch(f"cases/{self.outside}/events", user).status, 404)
                elsewhere = self.fetch("cases?unit=440306018", user)
                self.assertTrue(elsewhere.status in (403, 422) or elsewhere.json["items"] == [], elsewhere)
        everything = {item["id"] for item in self.items("cases", "supervisor@440306")}
        self.assertLessEqual({self.inside, self.outside}, everything)
        self.assertEqual(len(everything), self.stack.count("SELECT count(*) FROM cases"))

    def test_a_handler_sees_the_cases_of_the_department(self):
        seen = self.items("cases", "handler@HSJ")
        own = [item for item in seen if item["lead"] != "HSJ"]
        for item in own:
            assisting = {assist["department"] for assist in self.fetch(f"cases/{item['id']}", "handler@HSJ").json["assists"]}
            self.assertIn("HSJ", assisting, "what the department neither leads nor assists in is not shown")
        self.assertIn("HSJ", {item["lead"] for item in seen})
        self.assertIn(self.outside, [item["id"] for item in seen])
        self.assertEqual(self.fetch(f"cases/{self.inside}", "handler@HSJ").status, 404)

    def test_an_inspector_sees_what_has_a_record(self):
        recorded = {item["case_id"] for item in self.items("accountability", "inspector@440306")}
        seen = {item["id"] for item in self.items("cases", "inspector@440306")}
        self.assertEqual(seen, recorded)
        self.assertEqual(self.fetch(f"cases/{self.inside}", "inspector@440306").status, 404)

    def test_a_machine_sees_what_it_handed_in(self):
        answer = self.stack.console("GET", "/v1/cases?limit=500", source="camera")
        self.assertEqual(answer.status, 200, answer)
        mine = self.stack.file(source="camera")
        seen = self.stack.console("GET", "/v1/cases?limit=500", source="camera").json["items"]
        self.assertIn(mine, [item["id"] for item in seen])
        self.assertNotIn(self.inside, [item["id"] for item in seen])
        self.assertEqual(self.stack.console("GET", f"/v1/cases/{self.inside}", source="camera").status, 404)

    def test_who_only_looks_changes_nothing(self):
        for role, unit in (("auditor", "440306"), ("inspector", "440306"), ("hotline", "440306")):
            with self.subTest(role=role):
                answer = self.stack.act(self.inside, "void", f"{role}@{unit}", reason="I may not")
                self.assertIn(answer.status, (403, 404), answer)

    def test_reporters_stay_hidden(self):
        case = self.stack.file(reporter={"name": "张三丰", "phone": "13812345678"})
        self.stack.settle()
        for user in ("supervisor@440306", "handler@CGJ", "officer@440306"):
            shown = self.stack.console("GET", f"/v1/cases/{case}", user=user).body.decode()
            self.assertNotIn("三丰", shown)
            self.assertNotIn("13812345678", shown)
        for log in (self.stack.home / "logs").glob("*.log"):
            self.assertNotIn("13812345678", log.read_text(errors="replace"), log.name)

    def test_counts_are_those_of_the_list(self):
        """A figure's own query lists exactly the cases that it counts."""
        for user in ("supervisor@440306", f"supervisor@{STREET}", f"officer@{STREET}", "handler@HSJ"):
            total = self.fetch("stats/indicators", user).json["total"]
            for name in ("filed", "dispatched", "closed", "overdue_open"):
                query = total["drill"][name].partition("/v1/")[2]
                self.assertEqual(len(self.items(query, user)), total[name], (user, name, query))


if __name__ == "__main__":
    unittest.main()
