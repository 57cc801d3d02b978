"""Suppressions in a real browser, on a whole stack: begun from a case, by keyboard, joined by reports, and ended."""

import datetime
import unittest

import pages
import stack

CATEGORY = "E0203"
COMMUNITY = "440306017001"


class Suppressions(pages.PageTest):
    def until(self, hours):
        """A time of the network's clock, as a field for a local time takes it."""
        zone = datetime.timezone(datetime.timedelta(hours=8))
        then = self.stack.now().astimezone(zone) + datetime.timedelta(hours=hours)
        return then.strftime("%Y-%m-%dT%H:%M")

    def send(self, page):
        page.focus("#begin-form button[type=submit]")
        page.keyboard.press("Enter")

    def test_one_is_begun_joined_and_ended(self):
        visitor = self.visitor("supervisor")
        page = visitor.go("/suppressions")
        page.wait_for_selector("#table-suppressions .empty")
        self.looks_right(visitor, "suppressions-none")
        # From a case of its kind, by keyboard alone: kind and grid stand in the form.
        case = self.stack.file(place={"unit": COMMUNITY}, category=CATEGORY)
        page = visitor.go(f"/cases/{case}")
        page.focus("#suppress")
        page.keyboard.press("Enter")
        page.wait_for_selector("#begin[open]")
        self.assertTrue(page.is_checked(f"#kinds input[value='{CATEGORY}']"))
        self.assertEqual(page.input_value("#begin-unit")[:12], COMMUNITY)

        # Everything that is lacking is said at once, each beside its field.
        visitor.expected.add(("/v1/suppressions", 422))
        page.uncheck(f"#kinds input[value='{CATEGORY}']")
        page.select_option("#begin-unit", "")
        page.fill("#begin-from", self.until(-48))
        self.send(page)
        page.wait_for_selector("#begin-until[aria-invalid=true]")
        faulty = page.eval_on_selector_all(
            "#begin-form [aria-invalid=true]", "fields => fields.map((field) => field.name)")
        self.assertEqual(sorted(faulty), ["categories", "from", "reason", "unit", "until"])
        self.assertEqual(page.text_content(".field:has(#begin-from) .fault"), "开始时间已过；留空则立即开始。")
        self.looks_right(visitor, "suppressions-faults")

        # A kind is found by a part of its name; a class covers what is below it.
        page.fill("#kinds-find", "占道广告")
        self.assertEqual(page.locator("#kinds label:visible").count(), 2)
        page.check("#kinds input[value='E02']")
        self.assertTrue(page.is_disabled(f"#kinds input[value='{CATEGORY}']"))
        page.uncheck("#kinds input[value='E02']")
        page.check(f"#kinds input[value='{CATEGORY}']")
        page.select_option("#begin-unit", COMMUNITY)
        page.fill("#begin-from", "")
        page.fill("#begin-until", self.until(6))
        page.fill("#begin-reason", "摄像头反复误报")
        self.send(page)
        row = "#table-suppressions tbody tr:has-text('摄像头反复误报')"
        page.wait_for_selector(row)
        self.assertFalse(page.evaluate("document.getElementById('begin').open"))
        self.looks_right(visitor, "suppressions-running")

        # What comes now joins one case, which the list leads to.
        stack.await_that(lambda: self.joined(page, row), 60, "no report joined")
        page.click(f"{row} a[href^='/cases/']")
        page.wait_for_selector("#case-head")

        page = visitor.go("/suppressions")
        page.focus(f"{row} button[data-method=DELETE]")
        page.keyboard.press("Enter")
        page.wait_for_selector("dialog[open]:has-text('摄像头反复误报')")
        page.click("dialog[open] button[value=no]")
        self.assertTrue(page.is_visible(row))
        page.click(f"{row} button[data-method=DELETE]")
        page.click("dialog[open] button[value=yes]")
        page.wait_for_selector(row, state="detached")
        page = visitor.go("/suppressions?which=all")
        page.wait_for_selector(f"{row} .tone-still")
        self.assertEqual(page.query_selector_all(f"{row} button"), [])
        visitor.checked()

    def joined(self, page, row):
        self.stack.file(place={"unit": COMMUNITY}, category=CATEGORY)
        page.reload()
        return page.query_selector(f"{row} a[href^='/cases/']")


if __name__ == "__main__":
    unittest.main()
