"""Discipline inspection, indicators and administration in a real browser, on a whole stack."""

import json
import pathlib
import re
import unittest

import pages
import stack

# Longer than any ladder needs to climb to discipline inspection.
LATE_SECONDS = 4 * 86_400


class Office(pages.PageTest):
    def late_case(self):
        """A case that nobody signed in time, with its records."""
        case = self.stack.file(category="E0203")
        self.stack.settle()
        self.stack.gridctl("clock", "advance", f"{LATE_SECONDS}s")
        self.stack.settle()
        return case

    def submit(self, page, action, note=None):
        page.click(f"[data-dialog=do-{action}]")
        if note:
            page.fill(f"#do-{action} textarea[name=note]", note)
        page.click(f"#do-{action} button[type=submit]")

    def test_a_record_from_its_opening_to_its_end(self):
        case = self.late_case()
        inspector = self.visitor("inspector")
        page = inspector.go("/inspection?state=open")
        link = f"#records tr[data-record^='{case}-'] a"
        page.wait_for_selector(link)
        self.looks_right(inspector, "office-inspection")
        page.click(link)
        page.wait_for_selector("#record-state.record-open")
        path = page.evaluate("location.pathname")
        self.submit(page, "acknowledge")
        page.wait_for_selector("#record-state.record-acknowledged")
        # Nobody is held responsible unheard, while there is time for the statement.
        self.assertEqual(page.query_selector_all("[data-dialog=do-uphold]"), [])

        supervisor = self.visitor("supervisor")
        theirs = supervisor.go(path)
        theirs.click("[data-dialog=do-statement]")
        supervisor.expected.add((f"/v1/accountability/{path.rsplit('/', 1)[1]}/actions", 422))
        theirs.click("#do-statement button[type=submit]")
        theirs.wait_for_selector("#do-statement textarea[aria-invalid=true]")
        theirs.fill("#do-statement textarea[name=note]", "车辆故障，已整改")
        theirs.click("#do-statement button[type=submit]")
        theirs.wait_for_selector("#record-state.record-answered")
        supervisor.checked()

        page = inspector.go(path)
        page.wait_for_selector("#record-steps blockquote:has-text('车辆故障')")
        self.submit(page, "uphold", "签收超时，无正当理由")
        page.wait_for_selector("#record-state.record-upheld")
        self.submit(page, "close")
        page.wait_for_selector("#record-state.record-closed")
        self.looks_right(inspector, "office-record")
        self.assertIn("✓", page.text_content("#evidence-mark"))
        with page.expect_download() as download:
            page.click("#bundle")
        bundle = json.loads(pathlib.Path(download.value.path()).read_text())
        self.assertEqual((bundle["case_id"], bundle["state"], bundle["finding"]), (case, "closed", "upheld"))
        self.assertEqual(
            [step["action"] for step in bundle["steps"]], ["acknowledge", "statement", "uphold", "close"])
        self.assertTrue(bundle["proof"]["steps"]["whole"] and bundle["proof"]["journal"]["whole"])
        inspector.checked()

    def test_each_count_of_the_groups_leads_to_exactly_its_records(self):
        self.late_case()
        inspector = self.visitor("inspector")
        for grouping in ("unit", "department", "clock", "month"):
            page = inspector.go(f"/inspection?by={grouping}")
            links = page.eval_on_selector_all(
                "#groups tbody a", "links => links.map((link) => [link.getAttribute('href'), link.textContent])")
            self.assertTrue(links, grouping)
            for path, count in links[:4]:
                inspector.go(path)
                shown = page.text_content("#records-title small")
                self.assertEqual(re.findall(r"\d+", shown), [count], path)
        inspector.checked()

    def test_indicators_lead_to_as_many_cases_as_they_say(self):
        self.late_case()
        supervisor = self.visitor("supervisor")
        page = supervisor.go("/indicators?indicator=late_sign&by=department")
        self.looks_right(supervisor, "office-indicators")
        figures = page.eval_on_selector_all(
            "a[data-figure]", "links => links.map((link) => [link.getAttribute('href'), link.textContent])")
        figures = [(path, re.findall(r"\d+$", text)) for path, text in figures]
        figures = [(path, counts[0]) for path, counts in figures if counts and counts[0] != "0"]
        self.assertGreater(len(figures), 3)
        for path, count in figures[:12]:
            supervisor.go(path)
            self.assertEqual(re.findall(r"\d+", page.text_content(".page-head .page-note")), [count], path)
        # The definition is read by keyboard, too, and the course stands in a table.
        page = supervisor.go("/indicators")
        page.focus("#indicator-on_time_handle_rate .definition-button")
        self.assertTrue(page.is_visible("#definition-on_time_handle_rate"))
        self.assertEqual(len(page.query_selector_all("#course-table tbody tr")), 30)
        supervisor.checked()

    def test_an_administrator_makes_and_disables_a_user_and_a_key_and_sees_the_lag(self):
        admin = self.visitor("admin")
        page = admin.go("/administration/users")
        self.looks_right(admin, "office-users")
        name = f"browser-{len(self.stack.users)}"
        page.click("#create > summary")
        page.fill("#create input[name=username]", name)
        page.select_option("#create select[name=role]", "dispatcher")
        page.click("#create button[type=submit]")
        page.wait_for_selector("#secret[open]")
        password = page.input_value("#secret-value")
        page.click("#secret [data-close]")
        page.wait_for_selector(f"tr[data-entry='{name}']")
        session = {"username": name, "password": password}
        self.assertEqual(self.stack.console("POST", "/v1/sessions", session).status, 201)

        page.click(f"tr[data-entry='{name}'] button[data-body*=disable]")
        page.click("dialog[open] button[value=yes]")
        page.wait_for_selector(f"tr[data-entry='{name}'] button[data-body*=enable]")
        self.assertEqual(self.stack.console("POST", "/v1/sessions", session).status, 401)

        page = admin.go("/administration/keys")
        page.click("#create > summary")
        page.fill("#create input[name=name]", f"{name}-key")
        page.click("#create button[type=submit]")
        page.wait_for_selector("#secret[open]")
        secret = page.input_value("#secret-value")
        self.assertGreater(len(secret), 20)
        page.click("#secret [data-close]")
        page.wait_for_selector(f"tr[data-entry='{name}-key']")
        stack.await_that(lambda: page.input_value("#secret-value") == "", 60, "the closed dialog keeps the key")
        # Shown this once: neither the page nor the interface has it any more.
        page = admin.go("/administration/keys")
        self.assertEqual(page.input_value("#secret-value"), "")
        self.assertNotIn(secret, page.content())

        page = admin.go("/administration/services")
        self.assertEqual(len(page.query_selector_all("#table-services tbody tr")), len(stack.SERVICES))
        self.assertEqual(len(page.query_selector_all("#table-lag tbody tr")), len(stack.CONSUMERS))
        admin.checked()

    def figure(self, page, name, unit=None):
        place = f"tr[data-unit='{unit}'] [data-figure={name}]" if unit else f"#unit-{name}"
        return int(page.text_content(place))

    def test_units_are_walked_down_to_a_grid_and_their_counts_lead_to_as_many(self):
        case = self.stack.file(category="E0203")
        [[grid]] = self.stack.sql(f"SELECT unit FROM cases WHERE number = {case.split('-')[1]}")
        street, community = grid[:9], grid[:12]
        admin = self.visitor("admin")
        page = admin.go("/administration/units")
        below = page.eval_on_selector_all(
            "#unit-list [data-figure=grids]", "cells => cells.map((cell) => Number(cell.textContent))")
        self.assertEqual(sum(below), self.figure(page, "grids"))
        self.looks_right(admin, "office-units")
        # Down by keyboard alone, to the grid of the case.
        page.focus(f"tr[data-unit='{street}'] .unit-name")
        page.keyboard.press("Enter")
        page.wait_for_selector(f"#unit-card[data-unit='{street}']")
        cases = self.figure(page, "open")
        self.assertGreater(cases, 0)
        page.click("#unit-open")
        page.wait_for_selector("#case-list")
        self.assertEqual(re.findall(r"\d+", page.text_content(".page-head .page-note")), [str(cases)])
        page = admin.go(f"/administration/units?unit={street}")
        people = self.figure(page, "people")
        page.click("#unit-people")
        page.wait_for_selector("#table-users")
        self.assertEqual(len(page.query_selector_all("#table-users tbody tr")), people)
        page = admin.go(f"/administration/units?unit={community}")
        self.assertEqual(page.query_selector_all("#unit-list tbody tr"), [])
        page.click("#folded a")
        page.wait_for_selector(f"tr[data-unit='{grid}']")
        self.assertEqual(
            len(page.query_selector_all("#unit-list tbody tr")), self.figure(page, "grids"))
        self.looks_right(admin, "office-unit-grids")
        # By code, and by a name that nothing has.
        page.fill("#unit-q", grid)
        page.press("#unit-q", "Enter")
        page.wait_for_selector(f"#unit-list tr[data-unit='{grid}']")
        page.click(f"tr[data-unit='{grid}'] .unit-name")
        page.wait_for_selector(f"#unit-card[data-unit='{grid}']")
        self.assertGreater(self.figure(page, "open"), 0)
        self.assertTrue(page.is_visible("#unit-list .empty"))
        page.fill("#unit-q", "没有这个单元")
        page.press("#unit-q", "Enter")
        page.wait_for_selector("#unit-list .empty a")
        self.looks_right(admin, "office-units-none")
        # Who may act on suppressions is said where administrators look for it.
        page = admin.go("/administration/suppressions")
        page.wait_for_selector("#table-who tbody tr")
        admin.checked()

    def test_every_matter_of_administration_can_be_looked_at(self):
        for size, language in pages.WINDOWS:
            admin = self.visitor("admin", size, language)
            admin.go("/administration")
            paths = admin.page.eval_on_selector_all(
                ".matter a", "links => links.map((link) => link.getAttribute('href'))")
            self.assertEqual(len(paths), 12)
            for number, path in enumerate(paths):
                admin.go(path)
                name = f"office-{path.rsplit('/', 1)[1]}-{size}-{language}"
                self.looks_right(admin, name, by_axe=pages.is_turn((size, language), number))
            admin.checked()
            admin.close()


if __name__ == "__main__":
    unittest.main()
