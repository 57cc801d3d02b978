"""People of every role who do right and wrong things to many cases at once, and remember what they were told.

Used by test_model.py and by deploy/chaos. What they may do they take from `allowed_actions`; what is wrong is wrong by
role, state, version or fields. Each answer is held against what was promised; at the end all of them are held against
the journal: what was answered with 200 stands there once, and what was refused left nothing.
"""

import collections
import contextlib
import json
import random
import shutil
import threading

import day
import deeds
import invariants
import load
import stack as stacks

# Cases that people turn to; one that is over for good makes room for a new one.
MAX_CASES = 120
# The first of them are turned to more often, so that people meet.
HOT_CASES, HOT_SHARE = 8, 0.3
PAUSE_WITHOUT_CASES_SECONDS = 0.1
# What people do besides bringing cases on; of these one in so many that are offered is done.
RARE = frozenset((
    "void", "merge", "split", "erase", "reveal", "comment", "coordinate", "contact", "redirect", "supervise", "reopen",
    "settle_on_spot", "appoint"))
RARELY = 6
# Who brings a case on from each state, besides the handlers of its departments.
BRINGS_ON = {
    "reported": ("officer",), "filed": ("dispatcher",), "desk": ("dispatcher", "supervisor"),
    "dispatched": ("supervisor",), "signed": ("dispatcher", "supervisor"), "suspended": ("supervisor",),
    "handled": ("officer", "hotline"), "closed": ("hotline", "inspector", "supervisor"),
}
OVER = frozenset(("void", "merged"))
# What someone does: share of the steps. Only "promised" is to succeed.
MANNERS = {"promised": 0.62, "unpromised": 0.16, "stale": 0.12, "incomplete": 0.07, "unmatched": 0.03}

# One thing that was asked: `version` is what the caller had seen, `after` what the answer says; None: not known.
Deed = collections.namedtuple("Deed", "case user action version after fields")


class People:
    """Hands in threads, each with a seed of its own; start, wait for steps, stop."""

    def __init__(self, stack, seed, cases, hands=6):
        """`cases` returns the ids of the cases there are, oldest first."""
        self.stack = stack
        self.seed = seed
        self.steps = 0
        self.done = []
        # What was asked and not answered: done or not.
        self.open = []
        self.refused = collections.Counter()
        self.broken = []
        self._source = cases
        self._taken = 0
        self._cases = []
        self._looks = {}
        self._lock = threading.Lock()
        self._hands = hands
        self._round = 0
        self._threads = []
        self._stopping = threading.Event()
        self._may_act = True
        self._acting = 0
        self._rests = threading.Condition()
        self._users = [user for user in stack.users if user["role"] != "source"]
        self._by_role = collections.defaultdict(list)
        for user in self._users:
            self._by_role[user["role"]].append(user)
        self._departments = sorted({user["department"] for user in self._by_role["handler"]})

    def __enter__(self):
        """Begins to act; after `__exit__` it may be entered again."""
        self._stopping.clear()
        self._round += 1
        self._threads = [
            threading.Thread(target=self._run, args=(f"{self.seed}-{self._round}-{hand}",))
            for hand in range(self._hands)]
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self._stopping.set()
        for thread in self._threads:
            thread.join()

    @contextlib.contextmanager
    def still(self):
        """Nobody acts meanwhile, and what was begun is over."""
        try:
            with self._rests:
                self._may_act = False
                self._rests.wait_for(lambda: self._acting == 0)
            yield
        finally:
            self._may_act = True

    @property
    def kinds_done(self):
        return {deed.action for deed in self.done}

    def _run(self, seed):
        hand = _Hand(self, random.Random(seed))
        try:
            while not self._stopping.is_set():
                try:
                    if not self._one_step(hand):
                        self._stopping.wait(PAUSE_WITHOUT_CASES_SECONDS)
                except Exception as fault:
                    self.note(f"{type(fault).__name__}: {str(fault)[:300]}")
        finally:
            hand.close()

    def _one_step(self, hand):
        with self._rests:
            rests = not self._may_act
            if not rests:
                self._acting += 1
        if rests:
            self._stopping.wait(PAUSE_WITHOUT_CASES_SECONDS)
            return True
        try:
            return hand.step()
        finally:
            with self._rests:
                self._acting -= 1
                self._rests.notify_all()

    # Shared by the hands

    def note(self, breach):
        with self._lock:
            self.broken.append(breach)

    def record(self, outcome, deed):
        with self._lock:
            self.steps += 1
            if outcome == "done":
                self.done.append(deed)
            elif outcome == "open":
                self.open.append(deed)
            else:
                self.refused[outcome] += 1

    def choose_case(self, chance):
        """The id of a case and how it was last seen; None where there is none yet."""
        with self._lock:
            if len(self._cases) < MAX_CASES:
                fresh = self._source()[self._taken:self._taken + MAX_CASES - len(self._cases)]
                self._taken += len(fresh)
                self._cases += fresh
            if not self._cases:
                return None, None
            some = self._cases[:HOT_CASES] if chance.random() < HOT_SHARE else self._cases
            case = chance.choice(some)
            return case, self._looks.get(case)

    def saw(self, document):
        """How a case stands, so that whoever can bring it on turns to it."""
        with self._lock:
            case = document["id"]
            self._looks[case] = document
            if document["state"] in OVER and case in self._cases:
                self._cases.remove(case)
                self._looks.pop(case)

    def choose_user(self, look, chance):
        if look and chance.random() < 0.75:
            departments = [part["department"] for part in look["assists"] if part["state"] not in ("handled", "excused")]
            if look["lead"]:
                departments += [look["lead"]["department"]] * 2
            users = [user for user in self._by_role["handler"] if user["department"] in departments]
            users += [
                user for role in BRINGS_ON.get(look["state"], ()) for user in self._by_role[role]
                if len(user["unit"]) <= 6 or chance.random() < 0.1]
            if users:
                return chance.choice(users)
        return chance.choice(self._users)

    def others(self, case):
        with self._lock:
            return [other for other in self._cases if other != case] or [case]

    @property
    def departments(self):
        return self._departments

    # What must hold at the end

    def findings(self):
        """What was told is what the journal has. Only once nothing is under way and the stack has settled."""
        return [
            invariants.Finding(
                "what people were promised, told and refused agrees", f"{self.steps} steps", self.broken),
            *JournalOfPeople(self.stack, self.done, self.open).findings(self.refused),
        ]


class _Hand:
    """One thread's connection, chance and way of acting."""

    def __init__(self, people, chance):
        self.people = people
        self.stack = people.stack
        self.chance = chance
        self.deeds = deeds.Deeds(chance, people.departments)
        self.door = load.Door(self.stack.console_port)
        self.intake = load.Door(self.stack.intake_port)

    def close(self):
        self.door.close()
        self.intake.close()

    def step(self):
        """Looks at a case as someone and asks something of it. False where there is nothing to turn to."""
        case, look = self.people.choose_case(self.chance)
        if case is None:
            return False
        user = self.people.choose_user(look, self.chance)
        clock = self.stack.clock_reading()
        status, document = self._ask("GET", f"/v1/cases/{case}", user)
        if status != 200:
            self._unseen(case, user, status, document)
            return True
        self.people.saw(document)
        manner = self.chance.choices(tuple(MANNERS), MANNERS.values())[0]
        getattr(self, "_" + manner)(document, user, clock)
        return True

    def _unseen(self, case, user, status, document):
        if status not in (0, 404, 429) and status < 500 or status == 500:
            self.people.note(f"{user['username']} asked for {case}: {status} {document}")
        # Whom a case is hidden from cannot act on it either.
        if status == 404:
            status, answer = self._act(
                "unseen", {"id": case, "version": 1}, user, "comment", {"text": "?"}, 1, (404, 412))
            # That someone has not seen how a case stands is told to those who may see it: it came to them meanwhile.
            if status == 412 and answer["code"] != "not_found" and not self._has_come_to(case, user):
                self.people.note(f"{user['username']} may not see {case}, and is told how it stands: {answer}")

    def _has_come_to(self, case, user):
        """Whether someone from whom a case was hidden sees it now, or their department had it since; so it is held where
        nobody can say."""
        status, _ = self._ask("GET", f"/v1/cases/{case}", user)
        if status != 404:
            return True
        status, answer = self._ask(
            "GET", f"/v1/cases/{case}/events?limit=500", {"username": self.stack.supervisor})
        return status != 200 or bool(user["department"]) and any(
            event["kind"] == "dispatched" and user["department"] in json.dumps(event["data"])
            for event in answer["items"])

    def _promised(self, case, user, clock):
        """What `allowed_actions` promises at the version that stands is done, or someone was faster."""
        offered = case["allowed_actions"]
        chosen = [action for action in offered if action not in RARE] * RARELY + [
            action for action in offered if action in RARE]
        if not chosen:
            self.people.record("nothing allowed", None)
            return
        action = self.chance.choice(chosen)
        fields = self._fields(self.deeds.right, action, case, user)
        if fields is None:
            return
        status, answer = self._act("promised", case, user, action, fields, case["version"], (200, 412))
        if status in (200, 0, 412, 429):
            return
        code = (answer or {}).get("code")
        # The other case ended meanwhile; or time went on, and with it what was allowed at the time of the look.
        if (action, code) == ("merge", "merge_target") or clock != self.stack.clock_reading():
            return
        self.people.note(
            f"{action} was promised to {user['username']} for {case['id']} at version {case['version']} "
            f"({case['state']}), and is answered with {status}: {answer} (fields {fields})")

    def _unpromised(self, case, user, clock):
        """What is not promised is refused."""
        actions = [action for action in deeds.ACTIONS if action not in case["allowed_actions"]]
        action = self.chance.choice(actions)
        fields = self._fields(self.deeds.any, action, case, user)
        if fields is None:
            return
        status, answer = self._act(
            "unpromised", case, user, action, fields, case["version"], (403, 409, 412, 422))
        if status == 200 and clock == self.stack.clock_reading():
            self.people.note(
                f"{action} was not promised to {user['username']} for {case['id']} at version {case['version']}, "
                f"and was done: {answer['state']}")

    def _stale(self, case, user, clock):
        """Who has not seen how the case stands is told how it does."""
        if not case["allowed_actions"]:
            return
        action = self.chance.choice(case["allowed_actions"])
        fields = self._fields(self.deeds.right, action, case, user)
        if fields is None:
            return
        seen = case["version"] - 1 if case["version"] > 1 and self.chance.random() < 0.7 else case["version"] + 1_000
        expected = (412, 409) if action == "merge" else (412,)
        status, answer = self._act("stale", case, user, action, fields, seen, expected)
        if status != 412 or answer["code"] == "not_found":
            return
        if answer["code"] != "stale_version" or not {"state", "version", "allowed_actions"} <= answer.keys():
            self.people.note(f"{action} at an old version of {case['id']} is answered with {answer}")

    def _incomplete(self, case, user, clock):
        """An action without what it needs, or that there is not, names what is wrong."""
        action = self.chance.choice(tuple(deeds.REQUIRED) + ("dance",))
        fields = {} if action == "dance" else self._fields(self.deeds.any, action, case, user)
        if fields is None:
            return
        fields.pop(deeds.REQUIRED.get(action), None)
        status, answer = self._act("incomplete", case, user, action, fields, case["version"], (422,))
        if status == 422 and action != "dance" and deeds.REQUIRED[action] not in [
                fault["field"] for fault in answer.get("errors", [])]:
            self.people.note(f"{action} without {deeds.REQUIRED[action]} is answered with {answer}")

    def _unmatched(self, case, user, clock):
        """Nobody acts without saying what they saw."""
        self._act("unmatched", case, user, "comment", {"text": "?"}, None, (428,))

    def _fields(self, choose, action, case, user):
        """None where what the action needs could not be had."""
        try:
            return choose(action, case, user, self.stack.clock_time(), self.people.others(case["id"]),
                          lambda: self._photo(user))
        except _Away:
            return None

    def _photo(self, user):
        headers = {"Content-Type": "image/png", "Authorization": "Bearer " + self._token(user)}
        status, answer = self.intake.post("/v1/attachments", day.png(), headers)
        if status != 201:
            raise _Away(status)
        return answer["id"]

    def _act(self, manner, look, user, action, fields, version, expected):
        """Sends the action and records what came of it. What is neither expected nor a service that is away is a breach.

        Status 0 where nobody knows whether it was done.
        """
        case = look["id"]
        headers = {} if version is None else {"If-Match": f'"{version}"'}
        status, answer = self._ask(
            "POST", f"/v1/cases/{case}/actions", user, {"action": action, **fields}, headers)
        deed = Deed(case, user["username"], action, version, answer["version"] if status == 200 else None, fields)
        if status == 200:
            self.people.record("done", deed)
            self.people.saw(answer)
            if version is not None and answer["version"] <= version:
                self.people.note(f"{case}: {action} led from version {version} to {answer['version']}")
        elif status in (0, 503):
            self.people.record("open", deed)
            return 0, answer
        else:
            self.people.record(f"{manner} {status}", deed)
        if status == 404 and self._has_moved(case, look["version"]):
            # It went to another department, and out of sight.
            return 412, answer
        if status not in expected and status != 429 and manner != "promised":
            self.people.note(
                f"{manner}: {action} by {user['username']} on {case} at version {version}: {status} {answer}")
        return status, answer

    def _has_moved(self, case, version):
        """Whether the case has changed since that version; so it is held where nobody can say."""
        status, document = self._ask("GET", f"/v1/cases/{case}", {"username": self.stack.supervisor})
        return status != 200 or document["version"] != version

    def _ask(self, method, path, user, body=None, headers=None):
        """Status and document; status 0 where the console is away or cannot be asked."""
        content = None if body is None else json.dumps(body).encode()
        fields = {"Content-Type": "application/json", **(headers or {})} if content else dict(headers or {})
        try:
            fields["Authorization"] = "Bearer " + self._token(user)
            status, answer = self.door.request(method, path, content, fields)
            if status == 401:
                # Simulated time may have ended the session.
                fields["Authorization"] = "Bearer " + self._token(user, renew=True)
                status, answer = self.door.request(method, path, content, fields)
            return status, answer
        except _Away as away:
            return 0, str(away)

    def _token(self, user, renew=False):
        try:
            return self.stack.token(user["username"], renew)
        except Exception as fault:
            raise _Away(str(fault)) from fault


class _Away(Exception):
    """A service could not be asked just now."""


class JournalOfPeople:
    """The events that people left, held against what they were told."""

    def __init__(self, stack, done, unanswered):
        self.done = done
        self.unanswered = unanswered
        self.events = collections.defaultdict(dict)
        rows = stack.sql(
            "SELECT case_id, row_number() OVER (PARTITION BY district, case_number ORDER BY seq), kind, actor, seq "
            "FROM journal")
        for case, number, kind, actor, seq in rows:
            self.events[case][int(number)] = (kind, actor, int(seq))

    def findings(self, refused):
        told = ", ".join(f"{count} {outcome}" for outcome, count in sorted(refused.items()))
        return [
            invariants.Finding(
                "every action that was answered stands in the journal exactly once", f"{len(self.done)} actions",
                self._lost()),
            invariants.Finding(
                "what was refused left no event", f"{sum(refused.values())} refusals ({told}), "
                f"{len(self.unanswered)} unanswered", self._unexplained()),
        ]

    def _lost(self):
        breaches, ends = [], {}
        for deed in self.done:
            events = [self.events[deed.case].get(number) for number in range(deed.version + 1, deed.after + 1)]
            actor = "user:" + deed.user
            if not events or any(event is None or event[1] != actor for event in events):
                breaches.append(f"{deed} left {events}")
            elif not any(event[0] in deeds.KINDS[deed.action] for event in events):
                breaches.append(f"{deed} left {events}")
            elif events[-1][2] - events[0][2] != len(events) - 1:
                breaches.append(f"{deed} was written in pieces: {events}")
            for number in range(deed.version + 1, deed.after + 1):
                other = ends.setdefault((deed.case, number), deed)
                if other is not deed:
                    breaches.append(f"event {number} of {deed.case} was told as {other} and as {deed}")
        return breaches

    def _unexplained(self):
        """Events of people that no answer told of, and no question without an answer can have made."""
        explained = {
            (deed.case, number) for deed in self.done for number in range(deed.version + 1, deed.after + 1)}
        for deed in self.unanswered:
            number = (deed.version or 0) + 1
            while self.events[deed.case].get(number, ("", "", 0))[1] == "user:" + deed.user:
                explained.add((deed.case, number))
                number += 1
        merges, splits = self._elsewhere("merge"), self._elsewhere("split")
        breaches = []
        for case, events in self.events.items():
            begun_by = events.get(1, ("", "", 0))[1]
            for number, (kind, actor, _) in events.items():
                if not actor.startswith("user:") or (case, number) in explained:
                    continue
                if kind == "merged" and merges[actor, case] > 0:
                    merges[actor, case] -= 1
                elif number <= 2 and kind in ("filed", "split") and begun_by == actor and splits[actor, None] > 0:
                    splits[actor, None] -= 0.5
                else:
                    breaches.append(f"{case} event {number}, {kind} by {actor}, was never answered")
        for (actor, case), left in self._elsewhere("merge", self.done).items():
            found = sum(event[:2] == ("merged", actor) for event in self.events[case].values())
            if found < left:
                breaches.append(f"{case} took in {left} cases by {actor}, its journal has {found}")
        return breaches

    def _elsewhere(self, action, among=None):
        """How often someone did what leaves events in another case: (actor, the other case where it is known)."""
        counts = collections.Counter()
        for deed in self.done + self.unanswered if among is None else among:
            if deed.action == action:
                counts["user:" + deed.user, deed.fields.get("into") if action == "merge" else None] += 1
        return counts


def verify_citizens(stack):
    """Puts a policy in force by which reports of citizens are verified first, so that there is that, too."""
    # With the holidays, which lie beside the networks.
    for name in (stack.network, "holidays"):
        shutil.copytree(stacks.ROOT / "deploy/networks" / name, stack.home / "networks" / name)
    directory = stack.home / "networks" / stack.network
    file = directory / "network.yaml"
    text = file.read_text(encoding="utf-8")
    changed = text.replace("verify_first: []", "verify_first: [citizen]")
    if changed == text:
        raise stacks.StackError(f"{stack.network} verifies reports first already")
    file.write_text(changed, encoding="utf-8")
    stack.gridctl("policy", "apply", str(directory))
