"""A case from its report to its end, through the doors that people use."""

import signal
import threading
import unittest

import reports
import stack

DISPATCHER = "dispatcher@440306"
OFFICER = "officer@440306"
SUPERVISOR = "supervisor@440306"
# Posters on walls go to urban management; a burst main to water, handled in three stages.
POSTERS, POSTERS_DEPARTMENT = "E0201", "CGJ"
BURST_MAIN, BURST_MAIN_DEPARTMENT = "E0402", "HSJ"


class CaseLife(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.stack = stack.shared()

    def dispatched(self, **fields):
        case = self.stack.file(**fields)
        self.stack.settle()
        return case

    def does(self, case, action, user, leads_to, **fields):
        answer = self.stack.act(case, action, user, **fields)
        self.assertEqual(answer.status, 200, f"{action} by {user}: {answer}")
        self.assertEqual(answer.json["state"], leads_to, action)
        return answer.json

    def hands_in(self, case, user, leads_to, result):
        """A result with every item of the stage's closing standard confirmed."""
        items = self.stack.case(case, user)["closing_items"]
        return self.does(case, "handle", user, leads_to, result=result, checklist=items)

    def refused(self, case, action, user, status, code, **fields):
        before = self.stack.case(case)
        answer = self.stack.act(case, action, user, **fields)
        self.assertEqual((answer.status, answer.code), (status, code), f"{action} by {user}: {answer}")
        self.assertEqual(self.stack.case(case)["version"], before["version"], "a refusal changes nothing")
        return answer

    def kinds(self, case):
        answer = self.stack.console("GET", f"/v1/cases/{case}/events", user=SUPERVISOR)
        self.assertEqual(answer.status, 200, answer)
        return [event["kind"] for event in answer.json["items"]]

    def test_the_whole_loop(self):
        case = self.dispatched(category=BURST_MAIN, urgent=True)
        handler, other = f"handler@{BURST_MAIN_DEPARTMENT}", "handler@CGJ"
        assisting = "handler@JTJ"
        standing = self.stack.case(case)
        self.assertEqual(standing["state"], "dispatched")
        self.assertEqual(standing["lead"]["department"], BURST_MAIN_DEPARTMENT)
        self.assertEqual([assist["department"] for assist in standing["assists"]], ["JTJ"])
        self.assertEqual(
            sorted((clock["name"], clock["matter"], clock["department"]) for clock in standing["clocks"]),
            [("contact", "case", "HSJ"), ("handle", "case", "HSJ"), ("handle", "part", "JTJ"), ("sign", "case", "HSJ"),
             ("sign", "part", "JTJ")])
        self.refused(case, "handle", handler, 409, "illegal_transition", result="Too soon")

        self.does(case, "return", handler, "desk", reason="Not our main", responsible="CGJ")
        desk = self.does(case, "dispatch", DISPATCHER, "dispatched", department=BURST_MAIN_DEPARTMENT, assists=["JTJ"])
        self.assertEqual(desk["counts"]["returns"], 1)
        self.does(case, "sign", handler, "signed")
        self.does(case, "contact", handler, "signed", outcome="reached", note="Told when it will be mended")
        # Fence, repair, restore: only the last ends the handling, and only once the road's owner has done its part.
        missing = self.refused(case, "handle", handler, 422, "closing_standard", result="Fenced off")
        self.assertNotEqual(missing.json["missing"], [])
        self.hands_in(case, handler, "signed", result="Fenced off")
        self.hands_in(case, handler, "signed", result="Main repaired")
        self.refused(case, "handle", handler, 409, "parts_open", result="Surface restored")
        self.does(case, "sign", assisting, "signed")
        self.does(case, "handle", assisting, "signed", result="Traffic led around")
        self.hands_in(case, handler, "handled", result="Surface restored")
        self.refused(case, "verify", handler, 403, "forbidden_action", outcome="pass")

        rework = self.does(case, "verify", OFFICER, "dispatched", outcome="fail", note="It leaks still")
        self.assertEqual(rework["counts"]["reworks"], 1)
        self.does(case, "sign", handler, "signed")
        for result, leads_to in (("Fenced off", "signed"), ("Repaired again", "signed"), ("Restored", "handled")):
            self.hands_in(case, handler, leads_to, result=result)
        closed = self.does(case, "verify", OFFICER, "closed", outcome="pass")
        self.assertEqual({clock["state"] for clock in closed["clocks"]} - {"met", "cancelled"}, set(), closed["clocks"])
        self.refused(case, "sign", handler, 409, "illegal_transition")
        self.assertEqual(
            self.kinds(case),
            # A return that the desk sends back was without ground: a card is given.
            ["filed", "dispatched", "returned", "desked", "dispatched", "carded", "signed", "contacted", "handled",
             "handled", "signed", "handled", "handled", "verified", "reworked", "signed", "handled", "handled", "handled",
             "verified", "closed"])
        parts = [(assist["department"], assist["state"]) for assist in self.stack.case(case)["assists"]]
        self.assertEqual(parts, [("JTJ", "handled")])
        self.assertEqual(self.stack.console("GET", f"/v1/cases/{case}", user=other).status, 404)

    def test_events_stand_in_the_journal(self):
        case = self.dispatched()
        answer = self.stack.console("GET", f"/v1/cases/{case}/events", user=SUPERVISOR)
        shown = [[str(event["seq"]), event["kind"], event["actor"], event["hash"]] for event in answer.json["items"]]
        number = case.rsplit("-", 1)[1]
        self.assertEqual(
            shown,
            self.stack.sql(
                f"SELECT seq, kind, actor, encode(hash, 'hex') FROM journal WHERE case_number = {number} ORDER BY seq"))

    def test_two_people_at_once(self):
        """Of two who decided on the same version one is done, and the other told so."""
        for _ in range(5):
            case = self.dispatched()
            version = self.stack.case(case)["version"]
            together = threading.Barrier(2)
            answers = []

            def act(user, action, fields):
                self.stack.token(user)
                together.wait()
                answers.append(self.stack.act(case, action, user, version=version, **fields))

            people = [
                threading.Thread(target=act, args=(f"handler@{POSTERS_DEPARTMENT}", "sign", {})),
                # Not a redirect: a handler whose department no longer leads may not even see the case (404).
                threading.Thread(target=act, args=(DISPATCHER, "void", {"reason": "a mistake"})),
            ]
            for person in people:
                person.start()
            for person in people:
                person.join()
            self.assertEqual(sorted(answer.status for answer in answers), [200, 412], answers)
            late = next(answer for answer in answers if answer.status == 412)
            self.assertEqual(late.json["version"], version + 1)

    def test_without_a_version(self):
        case = self.dispatched()
        answer = self.stack.console(
            "POST", f"/v1/cases/{case}/actions", {"action": "sign"}, user=f"handler@{POSTERS_DEPARTMENT}")
        self.assertEqual(answer.status, 428, answer)
        answer = self.stack.act(case, "sign", f"handler@{POSTERS_DEPARTMENT}", version=1)
        self.assertEqual(answer.status, 412, answer)

    def test_actions_name_every_fault(self):
        case = self.dispatched()
        answer = self.stack.act(case, "redirect", DISPATCHER, assists=7, note=7)
        self.assertEqual(answer.status, 422, answer)
        self.assertEqual(set(answer.faults), {"department", "assists", "note"})
        self.refused(case, "fly", DISPATCHER, 422, "unknown_action")
        answer = self.stack.act(case, "redirect", DISPATCHER, department="NOBODY")
        self.assertEqual(answer.status, 422, answer)

    def test_void(self):
        case = self.dispatched()
        self.refused(case, "void", f"handler@{POSTERS_DEPARTMENT}", 403, "forbidden_action", reason="I say so")
        self.does(case, "void", DISPATCHER, "void", reason="There are no posters")
        answer = self.refused(case, "sign", f"handler@{POSTERS_DEPARTMENT}", 409, "illegal_transition")
        self.assertNotIn("sign", answer.json["allowed_actions"])

    def test_merge(self):
        stays, goes = self.dispatched(), self.dispatched()
        self.refused(stays, "merge", DISPATCHER, 409, "merge_target", into=stays)
        merged = self.does(goes, "merge", DISPATCHER, "merged", into=stays)
        self.assertEqual(merged["merged_into"], stays)
        self.assertEqual(self.kinds(goes), ["filed", "dispatched", "merged"])
        self.refused(stays, "merge", DISPATCHER, 409, "merge_target", into=goes)

    def test_repeat_joins_the_open_case(self):
        place = reports.next_place()
        first = self.stack.intake("POST", "/v1/reports", reports.report(place=place), source="hotline")
        again = self.stack.intake(
            "POST", "/v1/reports", reports.report("citizen", place=place), source="citizen")
        self.assertEqual(again.status, 201, again)
        self.assertEqual(again.json["duplicate_of"], first.json["case_id"])
        self.stack.settle()
        self.assertEqual(self.stack.case(first.json["case_id"])["counts"]["duplicates"], 1)

    def test_settled_on_the_spot_at_filing(self):
        answer = self.stack.intake(
            "POST", "/v1/reports",
            reports.report("officer", on_spot={"action": "persuaded", "note": "Removed at once"}), user=OFFICER)
        self.assertEqual((answer.status, answer.json["state"]), (201, "closed"), answer)

    def test_settled_on_the_spot_later(self):
        """An officer is faster than the dispatcher, which stands still meanwhile."""
        dispatcher = self.stack.signal("dispatcher", signal.SIGSTOP)
        try:
            case = self.stack.file()
            self.does(case, "settle_on_spot", OFFICER, "closed", measure="persuaded")
        finally:
            self.stack.signal("dispatcher", signal.SIGCONT)
        self.stack.settle()
        self.assertEqual(self.stack.process_id("dispatcher"), dispatcher)
        self.assertEqual(self.stack.case(case)["state"], "closed")
        self.assertNotIn("dispatched", self.kinds(case))

    def test_whoever_found_it_does_not_handle_it(self):
        handler = f"handler@{POSTERS_DEPARTMENT}"
        answer = self.stack.intake("POST", "/v1/reports", reports.report("department"), user=handler)
        self.assertEqual(answer.status, 201, answer)
        case = answer.json["case_id"]
        self.stack.settle()
        self.does(case, "sign", handler, "signed")
        self.refused(case, "handle", handler, 409, "separation_of_duty", result="Done")

    def test_returns_have_a_limit(self):
        case = self.dispatched()
        handler = f"handler@{POSTERS_DEPARTMENT}"
        for _ in range(2):
            self.does(case, "return", handler, "desk", reason="Not ours")
            self.does(case, "redirect", DISPATCHER, "dispatched", department=POSTERS_DEPARTMENT)
        self.refused(case, "return", handler, 409, "limit_reached", reason="Not ours, again")

    def test_command_line(self):
        """What `gridctl case` shows and does is what the console does."""
        case = self.dispatched()
        self.assertEqual(self.stack.gridctl("case", "show", case)["id"], case)
        done = self.stack.gridctl("case", "act", case, "sign", "--as", f"handler@{POSTERS_DEPARTMENT}")
        self.assertEqual(done["state"], "signed")
        self.stack.gridctl("case", "act", case, "sign", "--as", f"handler@{POSTERS_DEPARTMENT}", codes=(1,))
        listed = self.stack.gridctl("case", "list", "--state", "signed", "--limit", "500")
        self.assertIn(case, [item["id"] for item in listed["items"]])


if __name__ == "__main__":
    unittest.main()
