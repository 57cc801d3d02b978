"""People who sign, handle, return, verify and void cases while the stack is tormented, and remember what was done."""

import http.client
import random
import threading
import time

import invariants

PAUSE_SECONDS = 0.05
HANDLERS = ("CGJ", "HSJ", "GAFJ", "JJDD", "XFDD", "ZJJ", "JTJ")
OFFICER, DISPATCHER = "officer@440306", "dispatcher@440306"


class People:
    """One thread that acts on cases in turn; every action that was answered with 200 must stand in the journal."""

    def __init__(self, stack, seed):
        self.stack = stack
        self.chance = random.Random(f"people-{seed}")
        self.done = 0
        self.refused = 0
        self.broken = []
        self._versions = {}
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._stopping.set()
        self._thread.join()

    def finding(self):
        """Each version that someone was told of exists: no committed action is lost."""
        rows = self.stack.sql("SELECT case_id, version FROM cases")
        versions = {case: int(version) for case, version in rows}
        breaches = [
            f"{case} was at version {told} and is at {versions.get(case)}"
            for case, told in self._versions.items() if versions.get(case, 0) < told]
        return invariants.Finding(
            "every action that was answered stands in the journal", f"{self.done} actions", breaches)

    def _run(self):
        while not self._stopping.is_set():
            try:
                self._act()
            except (OSError, http.client.HTTPException, ValueError):
                pass  # the console is away; the outcome of what was sent is looked up with the next case
            except Exception as fault:
                if "cannot sign in" not in str(fault):
                    self.broken.append(f"{type(fault).__name__}: {str(fault)[:200]}")
            self._stopping.wait(PAUSE_SECONDS)

    def _act(self):
        role = self.chance.choice(("handler", "handler", "officer", "dispatcher"))
        if role == "handler":
            user = f"handler@{self.chance.choice(HANDLERS)}"
            state = self.chance.choice(("dispatched", "signed"))
        elif role == "officer":
            user, state = OFFICER, "handled"
        else:
            user, state = DISPATCHER, self.chance.choice(("desk", "dispatched"))
        listed = self.stack.console("GET", f"/v1/cases?state={state}&limit=20", user=user)
        if listed.status != 200:
            self._note(listed)
            return
        items = listed.json["items"]
        if not items:
            return
        case = self.chance.choice(items)
        action, fields = self._choose(role, state, case)
        answer = self.stack.console(
            "POST", f"/v1/cases/{case['id']}/actions", {"action": action, **fields}, user=user,
            headers={"If-Match": f'"{case["version"]}"'})
        if answer.status == 200:
            self.done += 1
            version = answer.json["version"]
            if version <= case["version"]:
                self.broken.append(f"{case['id']}: {action} led from version {case['version']} to {version}")
            self._versions[case["id"]] = max(version, self._versions.get(case["id"], 0))
        else:
            self._note(answer)

    def _choose(self, role, state, case):
        if role == "officer":
            return ("verify", {"outcome": "fail", "note": "Not done"}) if self.chance.random() < 0.2 else (
                "verify", {"outcome": "pass"})
        if role == "dispatcher":
            if state == "desk" or self.chance.random() < 0.5:
                return "redirect", {"department": self.chance.choice(HANDLERS)}
            return "void", {"reason": "Not there"}
        if state == "signed":
            return "handle", {"result": "Done"}
        return ("return", {"reason": "Not ours"}) if self.chance.random() < 0.15 else ("sign", {})

    def _note(self, answer):
        """Refusals that the contract knows, and 5xx while something is away, are no breach."""
        self.refused += 1
        if answer.status not in (403, 404, 409, 412, 429, 503):
            self.broken.append(repr(answer)[:300])
        elif answer.status in (429, 503):
            time.sleep(PAUSE_SECONDS)
