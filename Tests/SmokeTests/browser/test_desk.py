"""The dispatch desk in a real browser: one case after the other by single keys, several at once, and what someone else
did meanwhile."""

import unittest

import pages
import reports

DISPATCHER = "dispatcher@440306"
# Found by the rules, and by those who give a case back.
LEAD = "CGJ"
NAMED = "JTJ"
CATEGORY = "E0203"


class Desk(pages.PageTest):
    def visitor(self, size="desk", **options):
        return super().visitor(DISPATCHER, size, **options)

    def returned(self, **fields):
        """A case that its department gave back."""
        case_id = self.stack.file(category=CATEGORY, **fields)
        self.stack.settle()
        answer = self.stack.act(
            case_id, "return", f"handler@{LEAD}", reason="不属于本部门职责", responsible=NAMED)
        self.assertEqual(answer.status, 200, answer)
        return case_id

    def lead(self, case_id):
        return (self.stack.case(case_id)["lead"] or {}).get("department")

    def open(self, visitor, case_id):
        page = visitor.go(f"/desk?tab=returned&case={case_id}")
        page.wait_for_selector(f'#beside-case[data-case="{case_id}"]')
        return page

    def test_one_after_the_other_by_keys(self):
        first, second = self.returned(), self.returned()
        visitor = self.visitor()
        page = self.open(visitor, first)
        page.keyboard.press("j")
        page.wait_for_selector(f'#beside-case:not([data-case="{first}"])')
        page.keyboard.press("k")
        page.wait_for_selector(f'#beside-case[data-case="{first}"]')
        self.assertIn(f"case={first}", page.url)
        self.assertEqual(page.evaluate("document.activeElement.id"), f"queue-{first}")
        # The department that the return named stands first.
        self.assertEqual(page.input_value(".suggestion:first-child [name=department]"), NAMED)
        page.keyboard.press("1")
        page.wait_for_selector(f'#beside-list:not(:has([data-case="{first}"]))')
        # The next case comes up by itself.
        page.wait_for_selector(f'#beside-case:not([data-case="{first}"])')
        self.assertEqual(self.lead(first), NAMED)
        page.goto(f"/desk?tab=returned&case={second}")
        page.keyboard.press("a")
        page.wait_for_selector("dialog[open]#do-appoint")
        # Within a form letters are letters.
        page.select_option("dialog[open] [name=department]", LEAD)
        page.fill("dialog[open] textarea[name=note]", "")
        page.type("dialog[open] textarea[name=note]", "jk1?")
        self.assertEqual(page.input_value("dialog[open] textarea[name=note]"), "jk1?")
        page.keyboard.press("Tab")
        page.click("dialog[open] button[type=submit]")
        page.wait_for_selector(f'#beside-list:not(:has([data-case="{second}"]))')
        self.assertEqual(self.lead(second), LEAD)
        visitor.checked()

    def test_keys_can_be_switched_off_and_everything_goes_without_them(self):
        case_id = self.returned()
        visitor = self.visitor()
        page = self.open(visitor, case_id)
        page.keyboard.press("?")
        page.wait_for_selector("dialog[open]#desk-keys")
        visitor.picture("desk-keys", full=False)
        self.assertEqual(visitor.audit(), [])
        page.uncheck("#keys-on")
        page.keyboard.press("Escape")
        page.wait_for_selector("dialog[open]", state="detached")
        for key in ("1", "a", "?"):
            page.keyboard.press(key)
        page.reload()
        page.keyboard.press("1")
        self.assertEqual(page.query_selector_all("dialog[open]"), [])
        self.assertEqual(self.stack.case(case_id)["state"], "desk")
        # To send it back to who returned it asks a clear question first.
        page.focus(".suggestion:last-child button")
        page.keyboard.press("Enter")
        page.wait_for_selector("dialog[open]")
        page.keyboard.press("Escape")
        page.wait_for_selector("dialog[open]", state="detached")
        self.assertEqual(self.stack.case(case_id)["state"], "desk")
        page.focus(".suggestion:first-child button")
        page.keyboard.press("Enter")
        page.wait_for_selector(f'#beside-list:not(:has([data-case="{case_id}"]))')
        self.assertEqual(self.lead(case_id), NAMED)
        visitor.checked()

    def test_a_repeat_is_seen_beside_the_case_and_merged(self):
        place = reports.next_place()
        # Just so far away that it was not taken for a repeat when it came.
        near = {"lat": place["lat"] + 0.0007, "lng": place["lng"]}
        other = self.stack.file(category=CATEGORY, place=place)
        case_id = self.returned(place=near)
        visitor = self.visitor()
        page = self.open(visitor, case_id)
        page.wait_for_selector(f".neighbour.may-repeat:has-text('{other}')")
        visitor.picture("desk-repeat", full=False)
        page.keyboard.press("m")
        page.wait_for_selector("dialog[open] button[value=yes]")
        page.click("dialog[open] button[value=no]")
        self.assertEqual(self.stack.case(case_id)["state"], "desk")
        page.click(f".neighbour:has-text('{other}') button")
        page.click("dialog[open] button[value=yes]")
        page.wait_for_selector(f'#beside-list:not(:has([data-case="{case_id}"]))')
        self.assertEqual(self.stack.case(case_id)["state"], "merged")
        self.assertEqual(self.stack.case(case_id)["merged_into"], other)
        visitor.checked()

    def test_several_at_once_after_a_preview_that_changes_nothing(self):
        cases = [self.returned() for _ in range(3)]
        visitor = self.visitor()
        page = self.open(visitor, cases[0])
        for case_id in cases:
            page.check(f'.queue-tick[value="{case_id}"]')
        page.click("#bulk-open")
        page.click("#bulk-ask")
        visitor.expected.add(("/v1/cases/preview", 422))
        page.wait_for_selector("#bulk-form [aria-invalid=true]")
        page.select_option("#bulk-department", NAMED)
        page.click("#bulk-ask")
        page.wait_for_selector("#bulk-run:not([hidden])")
        self.assertEqual(len(page.query_selector_all("#bulk-rows tr")), 3)
        visitor.picture("desk-preview", full=False)
        self.assertEqual(visitor.audit(), [])
        self.assertEqual([self.stack.case(case_id)["state"] for case_id in cases], ["desk"] * 3)
        # Someone else is faster with one of them: it is shown as it stands, the others are done.
        self.assertEqual(self.stack.act(cases[1], "redirect", DISPATCHER, department="ZJJ").status, 200)
        visitor.expected.add((f"/v1/cases/{cases[1]}/actions", 412))
        page.click("#bulk-run")
        page.wait_for_selector("#bulk-stop", state="hidden")
        page.wait_for_selector(f'#bulk-rows tr[data-case="{cases[1]}"] .tone-late')
        visitor.picture("desk-bulk-done", full=False)
        self.assertEqual(len(page.query_selector_all("#bulk-rows .tone-fine")), 2)
        self.assertEqual([self.lead(case_id) for case_id in cases], [NAMED, "ZJJ", NAMED])
        page.click("#bulk-close")
        page.wait_for_selector(f'#beside-list:not(:has([data-case="{cases[2]}"]))')
        visitor.checked()

    def test_a_case_that_someone_else_decided_is_shown_as_it_stands(self):
        case_id = self.returned()
        visitor = self.visitor()
        page = self.open(visitor, case_id)
        # The stream is cut off, so that the page cannot know.
        page.route("**/v1/stream*", lambda route: route.abort())
        version = page.get_attribute(".suggestion:first-child form", "data-version")
        page.evaluate(
            "(version) => document.querySelector('.suggestion form').dataset.version = String(version - 1)", int(version))
        visitor.expected.add((f"/v1/cases/{case_id}/actions", 412))
        page.click(".suggestion:first-child button")
        page.wait_for_selector(".toast.late, #beside-case .form-faults .fault")
        self.assertEqual(self.stack.case(case_id)["state"], "desk")
        visitor.faults = [fault for fault in visitor.faults if "/v1/stream" not in fault]
        visitor.checked()

    def test_in_the_hand_there_is_one_thing_at_a_time(self):
        case_id = self.returned()
        visitor = self.visitor("phone")
        page = visitor.go("/desk?tab=returned")
        self.assertFalse(page.is_visible("#beside-case"))
        page.click(f"#queue-{case_id}")
        page.wait_for_selector(f'#beside-case[data-case="{case_id}"]', state="visible")
        self.assertFalse(page.is_visible("#beside-list"))
        visitor.picture("desk-case-phone")
        self.assertEqual(visitor.overflow(), [])
        self.assertEqual(visitor.audit(), [])
        page.click("[data-beside-back]")
        page.wait_for_selector("#beside-list", state="visible")
        visitor.checked()

    def test_the_desk_works_without_scripts(self):
        case_id = self.returned()
        visitor = self.visitor(java_script_enabled=False)
        page = visitor.go("/desk?tab=returned")
        page.click(f"#queue-{case_id}")
        page.click(".suggestion:first-child button")
        page.wait_for_selector(f'#beside-list:not(:has([data-case="{case_id}"]))')
        self.assertEqual(self.lead(case_id), NAMED)
        visitor.checked()


if __name__ == "__main__":
    unittest.main()
