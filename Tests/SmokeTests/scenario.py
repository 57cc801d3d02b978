"""What the scenarios of the networks share: one stack of the network, one case at a time, and what came of it."""

import unittest

import stack


class Scenario(unittest.TestCase):
    network = start = supervisor = None

    @classmethod
    def setUpClass(cls):
        if cls is Scenario:
            raise unittest.SkipTest("what scenarios share")
        cls.stack = stack.Stack(cls.network, clock_start=cls.start)
        cls.stack.start()
        cls.addClassCleanup(cls.stack.erase)

    def at(self, day, time):
        return f"2026-{day}T{time}:00+08:00"

    def goes_to(self, day, time):
        self.stack.advance_to(self.at(day, time))

    def does(self, user, action, state, **fields):
        answer = self.stack.act(self.case, action, user, **fields)
        self.assertEqual(answer.status, 200, f"{action} by {user}: {answer}")
        self.assertEqual(answer.json["state"], state, action)
        return answer.json

    def refused(self, user, action, status, code, **fields):
        answer = self.stack.act(self.case, action, user, **fields)
        self.assertEqual((answer.status, answer.code), (status, code), f"{action} by {user}: {answer}")
        return answer

    def events(self):
        answer = self.stack.console("GET", f"/v1/cases/{self.case}/events?limit=500", user=self.supervisor)
        return answer.json["items"]

    def news(self):
        """The kinds of what happened since the last look; of a rung, its clock and name."""
        events = self.events()
        fresh, self.seen = events[self.seen:], len(events)
        return [
            f"{event['data']['clock']}/{event['data']['rung']}" if event["kind"] == "escalated" else event["kind"]
            for event in fresh
        ]

    def clock(self, name, matter="case", department=None):
        """The last clock of that name and matter."""
        clocks = [
            clock for clock in self.stack.case(self.case)["clocks"]
            if clock["name"] == name and clock["matter"] == matter and department in (None, clock["department"])
        ]
        return clocks[-1]

    def due(self, name, day, time, matter="case", department=None):
        self.assertEqual(self.clock(name, matter, department)["due_at"], self.at(day, time), f"{name} {matter}")

    def ended(self, name, state, matter="case", department=None):
        self.assertEqual(self.clock(name, matter, department)["state"], state, f"{name} {matter}")

    def hears(self, user, notice):
        self.stack.settle()
        answer = self.stack.console("GET", "/v1/inbox?limit=200", user=user)
        mine = {item["notice"] for item in answer.json["items"] if item["case_id"] == self.case}
        self.assertIn(notice, mine, f"the inbox of {user}")
