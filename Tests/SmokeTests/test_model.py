"""People of every role do right and wrong things to many cases at once while services are killed and time leaps: the
tables are always the fold of the journal, what was promised is done, what was refused leaves nothing.

SMOKE_MODEL_STEPS says how many steps (default 2400), SMOKE_MODEL_SEED which; the seed is printed. `make chaos` does the
same under load and the whole matrix of faults, for as long as one likes.
"""

import os
import random
import time
import unittest

import deeds
import invariants
import load
import people
import stack

STEPS = int(os.environ.get("SMOKE_MODEL_STEPS", "2400"))
SEED = os.environ.get("SMOKE_MODEL_SEED") or str(random.SystemRandom().randrange(1_000_000))
MAX_STEPS = 4 * STEPS
ROUNDS = 3
REPORTS_PER_SECOND = 12
PAUSE_SECONDS = (0.2, 1.5)
LEAP_SHARE, MAX_LEAP_HOURS = 0.35, 30
# What every run has done, if need be in more steps than it was to take; the rest is a matter of chance.
USUAL = frozenset(("sign", "handle", "verify", "return", "request_extension", "supervise", "revisit", "redirect"))


class Model(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        print(f"\nmodel: seed {SEED}, {STEPS} steps", flush=True)
        cls.stack = stack.Stack()
        cls.stack.start()
        cls.addClassCleanup(cls.stack.erase)
        people.verify_citizens(cls.stack)

    def test_projection_is_the_fold_of_the_journal(self):
        self.chance = random.Random(SEED)
        record = self.stack.home / "acknowledged"
        acknowledged = []
        crowd = people.People(self.stack, SEED, lambda: acknowledged + list(sent.acknowledged.values()))
        for number in range(1, ROUNDS + 1):
            sent = load.Load(
                self.stack, SEED, record, senders=2, per_second=REPORTS_PER_SECOND, name=f"model-{number}")
            with sent, crowd:
                self.torment(crowd, lambda: crowd.steps < STEPS * number // ROUNDS)
                if number == ROUNDS:
                    self.torment(crowd, lambda: not USUAL <= crowd.kinds_done and crowd.steps < MAX_STEPS)
            acknowledged += sent.acknowledged.values()
            self.assertEqual(sent.refused, [])
            self.leap()
            self.check([*crowd.findings(), *invariants.verified(self.stack)])
        print(f"model: {crowd.steps} steps, {len(crowd.done)} done as {len(crowd.kinds_done)} kinds of action, "
              f"{sum(crowd.refused.values())} refused, {len(crowd.open)} unanswered", flush=True)
        self.assertLessEqual(USUAL, crowd.kinds_done)
        self.assertGreater(sum(crowd.refused.values()), STEPS // 5)
        self.check(invariants.check(self.stack, load.read_record(record)))
        missing = [action for action in deeds.ACTIONS if action not in crowd.kinds_done]
        if STEPS >= 10_000:
            self.assertEqual(missing, [], "kinds of action that never came about")

    def torment(self, crowd, goes_on):
        """Kills one service after the other, and lets time leap, for as long as it goes on."""
        while goes_on():
            service = self.chance.choice(stack.SERVICES)
            self.stack.await_restart(service, self.stack.signal(service))
            if self.chance.random() < LEAP_SHARE:
                # Nobody acts hours after a rung before escalation has had a second for it: only simulated time leaps so.
                with crowd.still():
                    self.leap()
            time.sleep(self.chance.uniform(*PAUSE_SECONDS))

    def leap(self):
        """Simulated time leaps over hours, so that rungs fall due and suspensions end."""
        hours = self.chance.randint(1, MAX_LEAP_HOURS)
        self.stack.gridctl("clock", "advance", f"{hours}h", "--timeout", "60")

    def check(self, findings):
        for finding in findings:
            with self.subTest(finding.name):
                self.assertTrue(finding.holds, f"seed {SEED}: {finding}")


if __name__ == "__main__":
    unittest.main()
