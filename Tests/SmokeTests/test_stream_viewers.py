"""The live stream with a thousand viewers: each gets exactly what it may see, soon, and none holds the others up.

SMOKE_VIEWERS says how many (default 1000), SMOKE_VIEWER_REPORTS how many reports are filed before their eyes.
"""

import json
import os
import threading
import time
import unittest

import load
import reports
import stack
import viewers

VIEWERS = int(os.environ.get("SMOKE_VIEWERS") or 1_000)
REPORTS = int(os.environ.get("SMOKE_VIEWER_REPORTS") or 60)
REPORTS_PER_SECOND = 6
SLOW_VIEWERS = 40
# Cases whose whole journal a slow viewer asks for: far more than what sockets and the process may keep for it.
BACKLOG_CASES = 2_500
CATEGORIES = ("E0201", "E0203", "E0301", "E0402", "E0505", "E2104", "C0101", "C0201")
DISTRICT = "440306"

MAX_DELAY_P99_SECONDS = 3
MAX_VIEWER_KILOBYTES = 160
MAX_SLOW_VIEWER_KILOBYTES = 1_024
LONGEST_WAIT_SECONDS = 90
QUIET_SECONDS = 2


def percentile(values, share):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else 0.0


class Filing:
    """Files reports at an even rate and notes when each was acknowledged."""

    def __init__(self, running):
        self.stack = running
        self.acknowledged = {}

    def run(self, count):
        door = load.Door(self.stack.intake_port)
        headers = {"Content-Type": "application/json", "Authorization": "ApiKey " + self.stack.keys["hotline"]}
        begin = time.monotonic()
        for number in range(count):
            body = reports.report("hotline", category=CATEGORIES[number % len(CATEGORIES)])
            status, answer = door.post("/v1/reports", json.dumps(body).encode(), headers)
            assert status == 201, (status, answer)
            self.acknowledged[answer["case_id"]] = time.monotonic()
            threading.Event().wait(max(0, begin + (number + 1) / REPORTS_PER_SECOND - time.monotonic()))
        door.close()


class StreamViewers(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.stack = stack.shared()
        viewers.allow_connections(VIEWERS + SLOW_VIEWERS)

    def people(self):
        """Someone of each role, every department, and officers of several units."""
        users = self.stack.users
        roles = {user["role"]: user for user in reversed(users)}
        chosen = list(roles.values()) + [user for user in users if user["role"] == "handler"][:8]
        chosen += [user for user in users if user["role"] == "officer"][:6]
        return {user["username"]: user for user in chosen}

    def journal(self, after):
        """Event number → (kind, case, unit, what the stream tells of it) of all that came, as the database has it."""
        rows = self.stack.sql(
            "SELECT j.seq, j.kind, j.case_id, c.unit FROM journal j JOIN cases c ON c.district = j.district "
            f"AND c.number = j.case_number WHERE j.district = '{DISTRICT}' AND j.seq > {after} ORDER BY j.seq")
        return [(f"{DISTRICT}.{seq}", kind, case, unit) for seq, kind, case, unit in rows]

    @staticmethod
    def may_see(user, event, told):
        """Written apart from the console's own rule, from the roles of the contract."""
        number, kind, _, unit = event
        if not unit.startswith(user["unit"]):
            return False
        if user["role"] == "handler":
            return viewers.concerns(told[number], user["department"])
        return user["role"] != "inspector" or kind in ("flagged", "appealed", "appeal_decided")

    def head(self):
        return self.stack.count(f"SELECT last_seq FROM journal_head WHERE district = '{DISTRICT}'")

    def test_each_of_many_gets_exactly_what_it_may_see_and_slow_ones_hold_up_nobody(self):
        self.stack.gridctl(
            "replay", "--day", "baoan", "--cases", str(BACKLOG_CASES), "--seed", "5", "--bulk", timeout=600)
        self.stack.settle(seconds=300)
        people = self.people()
        names = list(people)
        console = self.stack.process_id("console")
        start = self.head()
        before = viewers.resident_megabytes(console)
        crowd = [viewers.Viewer(self.stack, names[number % len(names)]).await_opening() for number in range(VIEWERS)]
        connected = viewers.resident_megabytes(console)
        # Everything from the first event on, and never read.
        slow = [
            viewers.Viewer(self.stack, self.stack.supervisor, slow=True, last_event_id=f"{DISTRICT}.0")
            for _ in range(SLOW_VIEWERS)]
        processor = viewers.processor_seconds(console)
        begin = time.monotonic()
        filing = Filing(self.stack)
        with viewers.Crowd(crowd + slow) as reading:
            filing.run(REPORTS)
            self.stack.settle()
            journal = self.journal(start)
            whole = next(viewer for viewer in crowd if viewer.user == self.stack.supervisor)
            self.await_last(whole, journal[-1][0])
            told = {event[0]: event[2] for event in whole.events()}
            expected = {
                name: [event[0] for event in journal if self.may_see(user, event, told)]
                for name, user in people.items()}
            for viewer in crowd:
                if expected[viewer.user]:
                    self.await_last(viewer, expected[viewer.user][-1])
            seconds = time.monotonic() - begin
            processor = viewers.processor_seconds(console) - processor
            loaded = viewers.resident_megabytes(console)
            delays, received = [], 0
            for viewer in crowd:
                events = viewer.events()
                self.assertEqual([event[0] for event in events], expected[viewer.user], viewer.user)
                received += len(events)
                for _, kind, data, at in events:
                    if kind == "filed":
                        delays.append(at - filing.acknowledged[json.loads(data)["case_id"]])
            self.assertEqual([(event[0], event[1]) for event in whole.events()], [event[:2] for event in journal])
            self.check_slow(slow, journal[-1][0], self.head())
        p50, p99 = (max(0, percentile(delays, share)) * 1_000 for share in (0.5, 0.99))
        print(f"\n{VIEWERS} viewers of {len(names)} people ({stack.BUILD}): console {before:.0f} MB without, "
              f"{connected:.0f} MB connected, {loaded:.0f} MB after {len(journal)} events and {received} deliveries "
              f"with {SLOW_VIEWERS} that did not read; from acknowledgement to the viewer p50 {p50:.0f} ms, "
              f"p99 {p99:.0f} ms, longest {max(delays) * 1_000:.0f} ms; {processor / seconds:.2f} processors")
        self.assertTrue(all(expected[name] for name, user in people.items() if user["role"] in ("hotline", "admin")))
        self.assertTrue(any(expected[name] for name, user in people.items() if user["role"] == "handler"))
        self.assertLessEqual(p99, MAX_DELAY_P99_SECONDS * 1_000)
        self.assertLessEqual((connected - before) * 1_024, VIEWERS * MAX_VIEWER_KILOBYTES)
        self.assertLessEqual(
            (loaded - connected) * 1_024, VIEWERS * MAX_VIEWER_KILOBYTES + SLOW_VIEWERS * MAX_SLOW_VIEWER_KILOBYTES)

    def await_last(self, viewer, number):
        mark = f"id: {number}\n".encode()
        stack.await_that(
            lambda: mark in b"".join(part for _, part in viewer.parts[-4:]), LONGEST_WAIT_SECONDS,
            f"{viewer.user} was not told of {number}")

    def check_slow(self, slow, last, head):
        """Those that did not read get everything all the same, once they read or come back."""
        for viewer in slow[:2]:
            numbers = [event[0] for event in viewer.read_all(QUIET_SECONDS).events()]
            while viewer.ended and numbers[-1:] != [last]:
                seen = numbers[-1] if numbers else f"{DISTRICT}.0"
                viewer = viewers.Viewer(self.stack, viewer.user, last_event_id=seen)
                numbers += [event[0] for event in viewer.read_all(QUIET_SECONDS).events()]
                viewer.close()
            self.assertEqual(numbers, [f"{DISTRICT}.{number}" for number in range(1, head + 1)])


if __name__ == "__main__":
    unittest.main()
