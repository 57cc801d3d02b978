"""What each action of a case needs, right and wrong, and which events it leaves."""

import datetime

import stack

# Action → kinds of which at least one stands among its events. The names are those of the contract.
KINDS = {
    "verify_report": ("filed", "rejected"), "settle_on_spot": ("closed",), "dispatch": ("dispatched",),
    "redirect": ("dispatched",), "sign": ("signed",), "return": ("returned",), "contact": ("contacted",),
    "request_extension": ("extension_requested",), "grant_extension": ("extension_granted",),
    "refuse_extension": ("extension_refused",), "suspend": ("suspended", "suspension_requested"),
    "refuse_suspension": ("suspension_refused",), "resume": ("resumed",), "handle": ("handled",),
    "verify": ("verified",), "revisit": ("revisited",), "supervise": ("supervised",), "answer": ("answered",),
    "coordinate": ("coordinated",), "appoint": ("appointed",), "merge": ("merged",), "split": ("split",),
    "void": ("voided",), "reopen": ("reopened",), "appeal": ("appealed",), "decide_appeal": ("appeal_decided",),
    "reveal": ("revealed",), "erase": ("erased",), "comment": ("commented",),
}
ACTIONS = tuple(KINDS)

# A field without which the action is no action: left out, it must be answered with 422.
REQUIRED = {
    "verify_report": "outcome", "settle_on_spot": "measure", "dispatch": "department", "redirect": "department",
    "return": "reason", "contact": "outcome", "request_extension": "by", "refuse_extension": "reason",
    "refuse_suspension": "reason", "handle": "result", "verify": "outcome", "revisit": "rating", "supervise": "form",
    "answer": "text", "coordinate": "outcome", "merge": "into", "void": "reason", "reopen": "reason",
    "appeal": "reason", "decide_appeal": "outcome", "reveal": "reason", "erase": "reason", "comment": "text",
}

RATINGS = ("very_satisfied", "satisfied", "basically", "dissatisfied", "very_dissatisfied", "unrated")
OUTCOMES = {
    "verify_report": ("pass", "fail"), "verify": ("pass", "fail"), "contact": ("reached", "unreached"),
    "decide_appeal": ("accepted", "rejected"),
}
FORMS = {"supervisor": ("phone", "written", "site", "joint"), "dispatcher": ("phone", "written"), "hotline": ("phone",)}
NO_SHARE = 0.25


class Deeds:
    """Chooses fields by a chance of its own; `departments` are those of the network."""

    def __init__(self, chance, departments):
        self.chance = chance
        self.departments = departments

    def right(self, action, case, user, now, others, photo):
        """The fields with which the action is right for this case as the caller sees it.

        `others` are ids of cases to merge into, `now` is the stack's time, `photo` makes an attachment.
        """
        chance = self.chance
        fields = {}
        if action in OUTCOMES:
            yes, no = OUTCOMES[action]
            fields["outcome"] = no if chance.random() < NO_SHARE else yes
            if fields["outcome"] == "fail":
                fields["note" if action == "verify" else "reason"] = "Not so"
        if action in ("dispatch", "redirect"):
            fields["department"], *fields["assists"] = chance.sample(self.departments, chance.choice((1, 1, 2)))
        elif action == "appoint":
            fields = self._appointment(case)
        elif action in ("grant_extension", "refuse_extension"):
            fields["department"] = chance.choice(
                [request["department"] for request in case["requests"] if request["kind"] == "extension"])
        elif action == "suspend":
            # A wish for an end that has passed meanwhile is granted with another end.
            asked = [request for request in case["requests"] if request["kind"] == "suspension"]
            if user["role"] == "handler" or not asked or stack.moment(asked[0]["until"]) <= now:
                until = now + datetime.timedelta(hours=chance.randint(1, 200))
                fields["until"] = until.isoformat(timespec="seconds")
        elif action == "handle":
            fields.update(result="Done", checklist=case["closing_items"])
            fields["photos"] = [photo() for _ in range(case["closing_required"]["photos"])]
        elif action == "supervise":
            fields["form"] = chance.choice(FORMS[user["role"]])
        elif action == "coordinate":
            open_parts = [part["department"] for part in case["assists"] if part["state"] not in ("handled", "excused")]
            fields.update(outcome="Agreed", excused=open_parts if chance.random() < 0.5 else [])
        elif action == "merge":
            fields["into"] = chance.choice(others)
        fixed = {
            "settle_on_spot": {"measure": "Told"}, "request_extension": {"by": "1 work_day"},
            "revisit": {"rating": chance.choice(RATINGS)}, "answer": {"text": "Written"},
            "comment": {"text": "说明"},
        }
        fields.update(fixed.get(action, {}))
        if action in ("return", "request_extension", "refuse_extension", "suspend", "refuse_suspension", "void",
                      "reopen", "appeal", "decide_appeal", "reveal", "erase"):
            fields.setdefault("reason", "As it is")
        return fields

    def _appointment(self, case):
        """At a desk a lead; elsewhere assisting departments that have not handed in their part."""
        lead = case["lead"] and case["lead"]["department"]
        if case["state"] == "desk":
            return {"department": self.chance.choice(self.departments), "basis": "appointed"}
        done = {part["department"] for part in case["assists"] if part["state"] == "handled"}
        return {"assists": [self.chance.choice([code for code in self.departments if code not in done | {lead}])]}

    def any(self, action, case, user, now, others, photo):
        """Fields for an action that the caller may not do: such that they are not what is wrong, where that can be."""
        try:
            return self.right(action, case, user, now, others, photo)
        except (IndexError, KeyError):
            return {"department": self.departments[0], "form": "phone", "reason": "As it is"}
