"""A real day: New York's public 311 records on its community districts, to the agency that the city itself chose."""

import csv
import re
import unittest

import invariants
import stack

RECORDS = stack.ROOT / "deploy/networks/nyc/samples/nyc311-2022-05-01.csv"
ROWS = 924
# Rows with a point and a community board, and how many of them must fall into that very board.
COMPARABLE, MIN_AGREEING = 908, 903
BOROUGHS = {"MANHATTAN": "1", "BRONX": "2", "BROOKLYN": "3", "QUEENS": "4", "STATEN ISLAND": "5"}


class NewYork(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.stack = stack.Stack("nyc", clock_start="2022-05-02T09:00:00-04:00").start()
        cls.addClassCleanup(cls.stack.erase)
        cls.summary = cls.stack.gridctl("replay", str(RECORDS))
        cls.stack.settle()
        with open(RECORDS, encoding="utf-8-sig", newline="") as file:
            cls.rows = list(csv.DictReader(file))
        cls.filed = {
            external_id: (case, unit, lead) for external_id, case, unit, lead in cls.stack.sql(
                "SELECT r.external_id, c.case_id, c.unit, c.lead FROM reports r "
                "JOIN cases c ON c.district = r.district AND c.number = r.case_number")}

    def filing(self, row):
        return self.filed[f"nyc311-{row['Unique Key']}"]

    def test_every_row_is_filed(self):
        self.assertEqual(len(self.rows), ROWS)
        self.assertEqual((self.summary["sent"], self.summary["rejected"]), (ROWS, 0), self.summary)
        self.assertEqual(len(self.filed), ROWS)
        cases = {case for case, _, _ in self.filed.values()}
        self.assertEqual(len(cases), self.summary["created"])
        self.assertEqual(self.stack.count("SELECT count(*) FROM cases"), self.summary["created"])
        self.assertEqual(self.stack.count("SELECT sum(filed) FROM rollup_daily"), self.summary["created"])

    def test_in_the_board_that_the_city_wrote(self):
        comparable = agreeing = 0
        for row in self.rows:
            board = re.fullmatch(r"(\d\d) (.+)", row["Community Board"])
            if not board or not row["Latitude"] or board[2] not in BOROUGHS:
                continue
            comparable += 1
            agreeing += self.filing(row)[1] == BOROUGHS[board[2]] + board[1]
        self.assertEqual(comparable, COMPARABLE)
        self.assertGreaterEqual(agreeing, MIN_AGREEING)

    def test_dispatched_to_the_agency_that_the_city_chose(self):
        wrong = [
            (row["Unique Key"], row["Complaint Type"], row["Agency"], self.filing(row)[2])
            for row in self.rows if self.filing(row)[2] != row["Agency"]]
        self.assertEqual(wrong, [])

    def test_replayed_again_nothing_is_filed_twice(self):
        before = self.stack.sql("SELECT last_seq, last_hash FROM journal_head")
        again = self.stack.gridctl("replay", str(RECORDS), "--bulk")
        self.assertEqual((again["repeated"], again["created"], again["rejected"]), (ROWS, 0, 0), again)
        self.assertEqual(self.stack.sql("SELECT last_seq, last_hash FROM journal_head"), before)

    def test_invariants(self):
        acknowledged = {external_id: case for external_id, (case, _, _) in self.filed.items()}
        for finding in invariants.check(self.stack, acknowledged):
            with self.subTest(finding.name):
                self.assertTrue(finding.holds, str(finding))


if __name__ == "__main__":
    unittest.main()
