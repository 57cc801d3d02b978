"""Two people act on one case at the same moment, over and over: one wins, the other gets 412 with the case as the winner
left it, and nothing is half done."""

import http.client
import json
import os
import socket
import threading
import unittest

import invariants
import stack

REPETITIONS = int(os.environ.get("SMOKE_DUELS", "12"))
LEAD, OTHER = "CGJ", "HSJ"
HANDLER, PART = f"handler@{LEAD}", f"handler@{OTHER}"
OFFICER, DISPATCHER, SUPERVISOR = "officer@440306", "dispatcher@440306", "supervisor@440306"
REDIRECT = {"action": "redirect", "department": OTHER}
VOID = {"action": "void", "reason": "Not there"}
# How the case is brought about, and what the two ask of it: who, what, and the state that it leads to.
DUELS = {
    "sign against redirect": (
        "dispatched", (HANDLER, {"action": "sign"}, "signed"), (DISPATCHER, REDIRECT, "dispatched")),
    "return against void": (
        "dispatched", (HANDLER, {"action": "return", "reason": "Not ours"}, "desk"), (SUPERVISOR, VOID, "void")),
    "handle against void": (
        "signed", (HANDLER, {"action": "handle", "result": "Done"}, "handled"), (DISPATCHER, VOID, "void")),
    "grant against refuse": (
        "asked", (DISPATCHER, {"action": "grant_extension"}, "signed"),
        (SUPERVISOR, {"action": "refuse_extension", "reason": "No"}, "signed")),
    "pass against fail": (
        "handled", (OFFICER, {"action": "verify", "outcome": "pass"}, "closed"),
        (DISPATCHER, {"action": "verify", "outcome": "fail", "note": "Not so"}, "dispatched")),
    "two departments": (
        "joint", (HANDLER, {"action": "sign"}, "signed"), (PART, {"action": "sign"}, "dispatched")),
    "the same twice": (
        "dispatched", (HANDLER, {"action": "sign"}, "signed"), (HANDLER, {"action": "sign"}, "signed")),
}


class TwoAtOnce(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.stack = stack.shared()

    def test_one_wins(self):
        wins = {name: [0, 0] for name in DUELS}
        for name, (begin, *sides) in DUELS.items():
            with self.subTest(name):
                # Who has an answer before the other's last byte is sent has won; so either may.
                for side in (0, 1):
                    self.assertEqual(self.duel(begin, sides, side, until="answered"), side)
                for turn in range(REPETITIONS):
                    # In turn the one is a hair earlier, the other, and neither.
                    wins[name][self.duel(begin, sides, (0, 1, None)[turn % 3])] += 1
        print("\n" + "\n".join(f"{name}: {left} to {right}" for name, (left, right) in wins.items()))
        self.stack.settle()
        for finding in (*invariants.verified(self.stack), invariants.counts(self.stack)):
            self.assertTrue(finding.holds, str(finding))

    def duel(self, begin, sides, earlier, until="sent"):
        """Which side won."""
        case = self.begin(begin)
        before = self.stack.case(case)
        answers = self.at_once(case, before["version"], sides, earlier, until)
        statuses = [answer.status for answer in answers]
        self.assertEqual(sorted(statuses), [200, 412], answers)
        winner = statuses.index(200)
        user, asked, state = sides[winner]
        done, told = answers[winner].json, answers[1 - winner].json
        self.assertEqual(done["state"], state)
        # The other is told how the case stands now, and what of it is theirs to do.
        self.assertEqual(
            (told["code"], told["version"], told["state"]), ("stale_version", done["version"], state))
        now = self.stack.console("GET", f"/v1/cases/{case}", user=sides[1 - winner][0])
        if now.status == 404:
            # It went to another department, and out of sight.
            self.assertEqual(told["allowed_actions"], [])
        else:
            self.assertEqual(told["allowed_actions"], now.json["allowed_actions"])
        self.assertEqual(self.stack.case(case)["version"], done["version"])
        fresh = self.events(case)[before["version"]:]
        self.assertEqual(len(fresh), done["version"] - before["version"])
        self.assertEqual({event["actor"] for event in fresh}, {"user:" + user}, f"{asked}: only the winner's events")
        return winner

    def at_once(self, case, version, sides, earlier, until):
        """Sends both requests but for their last byte, then the last bytes: of the side that is earlier, if one is, until
        that is sent or answered, before the other's."""
        barrier = threading.Barrier(2)
        answers = [None, None]

        def ask(side):
            user, asked, _ = sides[side]
            body = json.dumps(asked).encode()
            head = (
                f"POST /v1/cases/{case}/actions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                f"Authorization: Bearer {self.stack.token(user)}\r\nIf-Match: \"{version}\"\r\n"
                f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n")
            with socket.create_connection(("127.0.0.1", self.stack.console_port), timeout=30) as connection:
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                connection.sendall(head.encode() + body[:-1])
                barrier.wait(timeout=30)
                if earlier == 1 - side:
                    barrier.wait(timeout=30)
                connection.sendall(body[-1:])
                if (earlier, until) == (side, "sent"):
                    barrier.wait(timeout=30)
                response = http.client.HTTPResponse(connection)
                response.begin()
                answers[side] = stack.Answer(response.status, response.headers, response.read())
                if (earlier, until) == (side, "answered"):
                    barrier.wait(timeout=30)

        threads = [threading.Thread(target=ask, args=(side,)) for side in (0, 1)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return answers

    def begin(self, name):
        """A case that has come so far."""
        case = self.stack.file(source="hotline", category="E0201")
        stack.await_that(
            lambda: self.stack.case(case)["state"] == "dispatched", stack.MAX_SETTLE_SECONDS,
            f"{case} is not dispatched")
        if name == "joint":
            self.does(case, DISPATCHER, {"action": "redirect", "department": LEAD, "assists": [OTHER]})
            return case
        if self.stack.case(case)["lead"]["department"] != LEAD:
            self.does(case, DISPATCHER, {"action": "redirect", "department": LEAD})
        steps = {"signed": ["sign"], "asked": ["sign", "ask"], "handled": ["sign", "handle"]}.get(name, [])
        bodies = {
            "sign": {"action": "sign"}, "handle": {"action": "handle", "result": "Done"},
            "ask": {"action": "request_extension", "by": "1 work_day", "reason": "Parts are missing"},
        }
        for step in steps:
            self.does(case, HANDLER, bodies[step])
        return case

    def does(self, case, user, body):
        answer = self.stack.act(case, user=user, **body)
        self.assertEqual(answer.status, 200, f"{body} by {user}: {answer}")

    def events(self, case):
        answer = self.stack.console("GET", f"/v1/cases/{case}/events?limit=500", user=SUPERVISOR)
        return answer.json["items"]


if __name__ == "__main__":
    unittest.main()
