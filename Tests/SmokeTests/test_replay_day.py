"""A generated day: as many cases as acknowledgements, filings and counts, each with a department or a desk."""

import os
import unittest

import invariants
import load
import stack

CASES = int(os.environ.get("SMOKE_DAY_CASES", "3000"))


class ReplayDay(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.stack = stack.shared()
        cls.stack.settle()

    def standing(self):
        return [int(count) for count in self.stack.sql(
            "SELECT (SELECT count(*) FROM cases), (SELECT count(*) FROM journal WHERE kind = 'filed'), "
            "(SELECT coalesce(sum(filed), 0) FROM rollup_daily), (SELECT count(*) FROM reports)")[0]]

    def replay(self, *arguments):
        record = self.stack.home / "replayed"
        record.unlink(missing_ok=True)
        before = self.standing()
        summary = self.stack.gridctl("replay", "--day", "baoan", "--acks", str(record), *arguments)
        self.stack.settle()
        cases, filed, rolled, reports = (now - then for now, then in zip(self.standing(), before))
        acknowledged = load.read_record(record)
        self.assertEqual((summary["rejected"], summary.get("failure")), (0, None), summary)
        self.assertEqual(len(acknowledged), summary["sent"])
        self.assertEqual(reports, summary["created"] + summary["merged"])
        self.assertEqual((cases, filed, rolled), (summary["created"],) * 3)
        return acknowledged, summary

    def check(self, acknowledged):
        for finding in invariants.check(self.stack, acknowledged):
            with self.subTest(finding.name):
                self.assertTrue(finding.holds, str(finding))

    def test_a_day(self):
        acknowledged, summary = self.replay("--cases", str(CASES), "--seed", "7")
        self.assertEqual(summary["sent"], CASES)
        self.check(acknowledged)

    def test_the_same_day_in_bulk(self):
        """The same seed is the same day: sent again, in bulk, nothing is filed twice."""
        arguments = ("--cases", "300", "--seed", "11", "--repeats", "0.2")
        acknowledged, first = self.replay(*arguments)
        self.assertGreater(first["merged"], 0)
        again, second = self.replay(*arguments, "--bulk")
        self.assertEqual((second["repeated"], second["created"], second["merged"]), (first["sent"], 0, 0), second)
        self.assertEqual(again, acknowledged)
        self.check(acknowledged)


if __name__ == "__main__":
    unittest.main()
