"""With ZeroMQ switched off the system is slower and never wrong."""

import signal
import unittest

import invariants
import load
import reports
import stack


class WithoutBus(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.stack = stack.shared()
        cls.addClassCleanup(cls.switch, True)
        cls.switch(False)

    @classmethod
    def switch(cls, on):
        """Writes the operator's settings and restarts every service with them, in good order."""
        settings = cls.stack.home / "settings"
        settings.mkdir(exist_ok=True)
        for service in stack.SERVICES:
            file = settings / service
            if on:
                file.unlink()
            else:
                file.write_text("GRIDLOOP_BUS=off\n")
        stopped = {service: cls.stack.signal(service, signal.SIGTERM) for service in stack.SERVICES}
        for service, process in stopped.items():
            cls.stack.await_restart(service, process)

    def test_nobody_listens_on_the_bus(self):
        pids = ", ".join(str(self.stack.process_id(service)) for service in stack.SERVICES)

        def endpoints():
            return self.stack.sql(
                f"SELECT service, publish_endpoint, pull_endpoint FROM instances WHERE pid IN ({pids})")
        stack.await_that(
            lambda: {service for service, _, _ in endpoints()} == set(stack.SERVICES), stack.MAX_RESTART_SECONDS,
            "not every service has told where it lives")
        self.assertEqual({publish + pull for _, publish, pull in endpoints()}, {""})

    def test_reports_are_dispatched_and_counted(self):
        record = self.stack.home / "without-bus"
        with load.Load(self.stack, 5, record, name="without-bus") as sent:
            sent.await_progress(150)
            # The dispatcher hears of nothing: its sweep is what finds the cases; and so for one that comes back.
            self.stack.await_restart("dispatcher", self.stack.signal("dispatcher"))
            self.stack.await_restart("stats", self.stack.signal("stats"))
            sent.await_progress(150)
        self.assertEqual(sent.refused, [])
        self.stack.settle()
        for finding in invariants.check(self.stack, load.read_record(record)):
            with self.subTest(finding.name):
                self.assertTrue(finding.holds, str(finding))

    def test_a_clock_runs_out(self):
        case = self.stack.file(place=reports.next_place(), urgent=True)
        self.stack.settle()
        due = self.stack.case(case)["clocks"][0]["due_at"]
        self.stack.advance_to(due)
        rungs = [entry["rung"] for entry in self.stack.case(case)["escalations"] if entry["clock"] == "sign"]
        self.assertEqual(rungs, ["reminder", "community"])


if __name__ == "__main__":
    unittest.main()
