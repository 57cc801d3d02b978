"""What is not signed in time climbs community → street → district → discipline inspection, each rung once.

The times are those of deploy/networks/baoan: signing within 2 work_hours, a working day from 08:30 to 12:00 and from
14:00 to 18:00; counted by hand below.
"""

import unittest

import reports
import stack

OFFICER, INSPECTOR, HANDLER = "officer@440306", "inspector@440306", "handler@CGJ"

# Filed on Tuesday at 09:00, so to be signed by 11:00. 80 % of two hours are 96 minutes; two working hours after 11:00
# the noon break has been passed over; a working day counts from the next day and ends with its business hours.
FILED = "2026-03-03T09:00:00+08:00"
CLIMB = [
    ("reminder", "remind", "2026-03-03T10:36:00+08:00"),
    ("community", "yellow", "2026-03-03T11:00:00+08:00"),
    ("street", "red", "2026-03-03T15:00:00+08:00"),
    ("district", "supervise", "2026-03-03T17:00:00+08:00"),
    ("inspection", "flag", "2026-03-04T18:00:00+08:00"),
]

# Filed on Thursday at 09:00; the handling's five working days end on Thursday of the next week, the hotline's working day
# for the first word with the caller on Friday.
LATER_FILED = "2026-03-05T09:00:00+08:00"
LATER_RUNGS = {
    ("sign", "reminder"): "2026-03-05T10:36:00+08:00",
    ("sign", "community"): "2026-03-05T11:00:00+08:00",
    ("sign", "street"): "2026-03-05T15:00:00+08:00",
    ("sign", "district"): "2026-03-05T17:00:00+08:00",
    ("sign", "inspection"): "2026-03-06T18:00:00+08:00",
    ("contact", "reminder"): None,
    ("contact", "overdue"): "2026-03-06T18:00:00+08:00",
    ("contact", "inspection"): "2026-03-11T18:00:00+08:00",
    ("handle", "reminder"): None,
    ("handle", "nearly-due"): None,
    ("handle", "street"): "2026-03-12T18:00:00+08:00",
    ("handle", "district"): "2026-03-13T18:00:00+08:00",
    ("handle", "inspection"): "2026-03-17T18:00:00+08:00",
}
JUMP = "2026-03-18T09:00:00+08:00"


class Escalation(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.stack = stack.shared()

    def file_at(self, when):
        self.stack.advance_to(when)
        place = reports.next_place()
        case = self.stack.file(place=place)
        self.stack.settle()
        return case

    def rungs(self, case, clock=None):
        """(rung, act, due, late seconds) as the journal has them, in its order."""
        events = self.stack.console("GET", f"/v1/cases/{case}/events", user=self.stack.supervisor).json["items"]
        return [
            event for event in events
            if event["kind"] in ("escalated", "flagged") and clock in (None, event["data"]["clock"])]

    def escalated(self, case, clock="sign"):
        return [event for event in self.rungs(case, clock) if event["kind"] == "escalated"]

    def records(self, case):
        answer = self.stack.console("GET", "/v1/accountability?limit=500", user=INSPECTOR)
        self.assertEqual(answer.status, 200, answer)
        return [record for record in answer.json["items"] if record["case_id"] == case]

    def test_climb_with_escalation_killed_between_rungs(self):
        case = self.file_at(FILED)
        for number, (rung, act, when) in enumerate(CLIMB):
            before = stack.moment(when).timestamp() - 1
            if before > self.stack.now().timestamp():
                self.stack.gridctl("clock", "advance", f"{int(before - self.stack.now().timestamp())}s")
            self.assertEqual(len(self.escalated(case)), number, f"{rung} fired early")
            # Gone while the time of the rung comes; its successor finds it due.
            killed = self.stack.signal("escalation")
            self.stack.advance_to(when)
            self.stack.await_restart("escalation", killed)
            self.stack.settle()
            fired = self.escalated(case)
            self.assertEqual([event["data"]["rung"] for event in fired], [name for name, _, _ in CLIMB[:number + 1]])
            self.assertEqual(fired[-1]["data"]["act"], act)
            self.assertEqual(stack.moment(fired[-1]["at"]), stack.moment(when), rung)
            self.assertEqual(fired[-1]["data"]["late_seconds"], 0)
        self.check_receivers(case)
        self.check_record(case)

    def check_receivers(self, case):
        """Each step is told to the tier above: the community's, the street's and the district's centre."""
        unit = self.stack.case(case)["unit"]
        told = {event["data"]["rung"]: " ".join(event["data"]["to"]) for event in self.escalated(case)}
        for rung, who in (
            ("reminder", ["handler", "CGJ"]), ("community", ["supervisor", unit["community"]]),
            ("street", ["supervisor", unit["street"]]), ("district", ["supervisor", unit["district"]]),
            ("inspection", ["inspector", unit["district"]]),
        ):
            for part in who:
                self.assertIn(part, told[rung], rung)
        shown = self.stack.case(case)["escalations"]
        self.assertEqual(
            [entry["rung"] for entry in shown if entry["clock"] == "sign"], [name for name, _, _ in CLIMB])

    def test_jump_over_all_rungs(self):
        case = self.file_at(LATER_FILED)
        self.stack.advance_to(JUMP)
        fired = [event for event in self.rungs(case) if event["kind"] == "escalated"]
        self.assertEqual(
            sorted((event["data"]["clock"], event["data"]["rung"]) for event in fired), sorted(LATER_RUNGS))
        number = case.rsplit("-", 1)[1]
        rows = self.stack.sql(
            "SELECT clock, rung, extract(epoch FROM rung_at)::bigint, late_seconds FROM escalations "
            f"WHERE case_number = {number}")
        due = {(clock, rung): (int(at), int(late)) for clock, rung, at, late in rows}
        jump = stack.moment(JUMP).timestamp()
        order = []
        for event in fired:
            key = event["data"]["clock"], event["data"]["rung"]
            at, late = due[key]
            self.assertEqual(stack.moment(event["at"]).timestamp(), jump)
            self.assertEqual(event["data"]["late_seconds"], jump - at, key)
            self.assertEqual(late, jump - at, key)
            if LATER_RUNGS[key]:
                self.assertEqual(at, stack.moment(LATER_RUNGS[key]).timestamp(), key)
            order.append(at)
        self.assertEqual(order, sorted(order), "rungs fire in the order of their times")
        self.assertEqual(sorted(record["clock"] for record in self.records(case)), ["contact", "handle", "sign"])
        # A second look, by a new process, fires nothing again.
        killed = self.stack.signal("escalation")
        self.stack.await_restart("escalation", killed)
        self.stack.settle()
        self.assertEqual(len(self.rungs(case)), len(LATER_RUNGS) + 3)
        self.check_finding(case)
        # Neither the kills nor the jump left a gap.
        self.assertTrue(self.stack.gridctl("ladder", "check")["whole"])

    def check_record(self, case):
        """The accountability record, its evidence, and its way to the end."""
        records = self.records(case)
        self.assertEqual(len(records), 1, records)
        record = records[0]
        self.assertEqual((record["clock"], record["state"], record["department"]), ("sign", "open", "CGJ"))
        flagged = [event for event in self.rungs(case) if event["kind"] == "flagged"]
        self.assertEqual(len(flagged), 1)

        path = f"/v1/accountability/{record['id']}"
        bundle = self.stack.console("GET", path, user=INSPECTOR).json
        number = case.rsplit("-", 1)[1]
        self.assertEqual(
            [[str(event["seq"]), event["kind"], event["hash"]] for event in bundle["events"]],
            self.stack.sql(
                f"SELECT seq, kind, encode(hash, 'hex') FROM journal WHERE case_number = {number} ORDER BY seq"))
        self.assertEqual(
            [entry["rung"] for entry in bundle["escalations"] if entry["clock"] == "sign"],
            [name for name, _, _ in CLIMB])
        self.assertTrue(bundle["proof"]["journal"]["whole"] and bundle["proof"]["steps"]["whole"], bundle["proof"])
        self.assertEqual(bundle["case"]["id"], case)
        self.assertTrue(bundle["notices"], "who was told is part of the evidence")
        self.assertEqual(self.stack.console("GET", path, user=OFFICER).status, 403)

        self.refused(record, "close", INSPECTOR, 409)
        self.refused(record, "acknowledge", HANDLER, 403)
        self.does(record, "acknowledge", INSPECTOR, "acknowledged")
        self.refused(record, "statement", HANDLER, 422)
        self.refused(record, "statement", "handler@JTJ", (403, 404), note="Not mine")
        self.does(record, "statement", HANDLER, "answered", note="The team was away")
        self.refused(record, "uphold", INSPECTOR, 422)
        self.does(record, "uphold", INSPECTOR, "upheld", note="No one stood in for it")
        ended = self.does(record, "close", INSPECTOR, "closed")
        self.assertEqual(
            [(step["action"], step["actor"]) for step in ended["steps"]],
            [("acknowledge", f"user:{INSPECTOR}"), ("statement", f"user:{HANDLER}"),
             ("uphold", f"user:{INSPECTOR}"), ("close", f"user:{INSPECTOR}")])
        self.refused(record, "acknowledge", INSPECTOR, 409)
        table = self.stack.console("GET", "/v1/accountability/export.csv", user=INSPECTOR)
        self.assertEqual(table.status, 200)
        self.assertTrue(table.headers["Content-Type"].startswith("text/csv"))
        self.assertIn(record["id"], table.body.decode("utf-8-sig"))

    def check_finding(self, case):
        """A finding may be waived, with a reason, and someone who saw an older version is told so."""
        record = self.records(case)[0]
        self.does(record, "acknowledge", INSPECTOR, "acknowledged")
        self.refused(record, "waive", INSPECTOR, 422)
        stale = self.act(record, "waive", INSPECTOR, version=1, note="The address was wrong")
        self.assertEqual(stale.status, 412, stale)
        self.does(record, "waive", INSPECTOR, "waived", note="The address was wrong")
        self.does(record, "close", INSPECTOR, "closed")

    def act(self, record, action, user, version=None, **fields):
        path = f"/v1/accountability/{record['id']}"
        if version is None:
            version = self.stack.console("GET", path, user=INSPECTOR).json["version"]
        return self.stack.console(
            "POST", path + "/actions", {"action": action, **fields}, user=user, headers={"If-Match": f'"{version}"'})

    def does(self, record, action, user, leads_to, **fields):
        answer = self.act(record, action, user, **fields)
        self.assertEqual(answer.status, 200, f"{action}: {answer}")
        self.assertEqual(answer.json["state"], leads_to)
        return answer.json

    def refused(self, record, action, user, status, **fields):
        answer = self.act(record, action, user, **fields)
        self.assertIn(answer.status, status if isinstance(status, tuple) else (status,), f"{action}: {answer}")


if __name__ == "__main__":
    unittest.main()
