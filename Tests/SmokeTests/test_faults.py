"""Services and the database are killed while reports come in: nothing acknowledged is lost, nothing is done twice."""

import os
import signal
import unittest

import invariants
import load
import reports
import stack

# How long consumers may take to reach the heads by themselves.
MAX_CATCH_UP_SECONDS = 120


class Faults(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.stack = stack.shared()

    def under_load(self, seed):
        self.record = self.stack.home / "acknowledged"
        return load.Load(self.stack, seed, self.record, name=self.id().rsplit(".", 1)[1])

    def check(self, sent):
        self.assertEqual(sent.refused, [])
        self.assertGreater(len(sent.acknowledged), 0)
        stack.await_that(
            lambda: not self.stack.lags(), MAX_CATCH_UP_SECONDS, "the consumers did not reach the heads")
        self.stack.await_ready()
        self.stack.settle()
        for finding in invariants.check(self.stack, load.read_record(self.record)):
            with self.subTest(finding.name):
                self.assertTrue(finding.holds, str(finding))

    def test_each_service_is_killed_in_turn(self):
        with self.under_load(1) as sent:
            for service in stack.SERVICES:
                sent.await_progress()
                self.stack.await_restart(service, self.stack.signal(service))
            sent.await_progress()
        self.check(sent)

    def test_several_are_killed_together(self):
        with self.under_load(2) as sent:
            for services in (("intake", "dispatcher"), ("escalation", "stats", "notifier"), stack.SERVICES):
                sent.await_progress()
                killed = {service: self.stack.signal(service) for service in services}
                for service, process in killed.items():
                    self.stack.await_restart(service, process)
            sent.await_progress()
        self.check(sent)

    def test_database_restarts_at_once(self):
        """SIGQUIT is PostgreSQL's immediate shutdown: no goodbye, recovery from the log at the start."""
        with self.under_load(3) as sent:
            for _ in range(2):
                sent.await_progress()
                before = self.stack.signal("postgres", signal.SIGQUIT)
                stack.await_that(
                    lambda: self.stack.process_id("postgres") != before, stack.MAX_RESTART_SECONDS,
                    "PostgreSQL was not started again")
                self.stack.await_postgres()
            sent.await_progress()
        self.check(sent)

    def test_database_is_away(self):
        """While the database cannot take writes no report is acknowledged: 503 with Retry-After."""
        supervisor = int((self.stack.home / "run/postgres.supervisor.pid").read_text())
        os.kill(supervisor, signal.SIGSTOP)
        try:
            postgres = self.stack.signal("postgres", signal.SIGQUIT)
            stack.await_that(
                lambda: not os.path.exists(f"/proc/{postgres}/exe"), stack.MAX_RESTART_SECONDS,
                "PostgreSQL did not stop")
            answer = self.stack.intake("POST", "/v1/reports", reports.report(), source="hotline")
            self.assertEqual(answer.status, 503, answer)
            self.assertGreater(int(answer.headers["Retry-After"]), 0)
        finally:
            os.kill(supervisor, signal.SIGCONT)
        self.stack.await_postgres()
        self.stack.await_ready()
        stack.await_that(
            lambda: self.stack.intake("POST", "/v1/reports", reports.report(), source="hotline").status == 201,
            stack.MAX_RESTART_SECONDS, "intake takes no reports again")
        self.stack.settle()


if __name__ == "__main__":
    unittest.main()
