"""The pages in a real browser, on a whole stack: every page of every role, and a case handled by hand.

Pictures of each page, in each language and size, are kept below BROWSER_ARTEFACTS to be looked at.
"""

import unittest

import pages

DEPARTMENT = "CGJ"
HANDLER = f"handler@{DEPARTMENT}"


class Pages(pages.PageTest):
    def dispatched(self):
        """A case that waits for the department's signature."""
        case_id = self.stack.file(category="E0203")
        self.stack.settle()
        case = self.stack.case(case_id)
        if (case["lead"] or {}).get("department") != DEPARTMENT:
            dispatcher = self.user("dispatcher")
            action = "dispatch" if case["state"] == "desk" else "redirect"
            self.assertEqual(self.stack.act(case_id, action, dispatcher, department=DEPARTMENT).status, 200)
        return case_id

    def test_every_page_of_every_role(self):
        case_id = self.dispatched()
        titles = {}
        for turn, role in enumerate(pages.ROLES):
            for size, language in pages.WINDOWS:
                with self.subTest(role=role, size=size, language=language):
                    visitor = self.visitor(role, size, language)
                    paths = visitor.page.eval_on_selector_all(
                        "nav.menu a", "links => links.map((link) => link.getAttribute('href'))")
                    if role in ("dispatcher", "supervisor"):
                        paths.append(f"/cases/{case_id}")
                    for place, path in enumerate(paths):
                        visitor.go(path)
                        name = path.strip("/").split("?")[0].replace("/", "-") or "home"
                        if name == f"cases-{case_id}":
                            name = "case"
                        visitor.picture(f"{role}-{name}-{size}-{language}")
                        self.assertEqual(visitor.overflow(), [], path)
                        is_turn = pages.is_turn((size, language), turn + place)
                        self.assertEqual(visitor.audit(by_axe=is_turn), [], path)
                        self.assertEqual(visitor.page.get_attribute("html", "lang"), language)
                        # A title is the name of one page.
                        title = visitor.page.title()
                        self.assertEqual(titles.setdefault((language, title), path), path, title)
                    visitor.checked()
                    visitor.close()

    def test_a_department_signs_and_hands_in_a_result_with_a_photograph(self):
        case_id = self.dispatched()
        visitor = self.visitor(HANDLER)
        page = visitor.go("/department")
        row = f'[data-case="{case_id}"]'
        page.click(f"{row} button[type=submit]")
        page.wait_for_selector(f"#beside-list:not(:has({row}))")
        visitor.go(f"/cases/{case_id}")
        page.click("[data-dialog=do-handle]")
        # Nothing is filled in: each fault stands beside its field, and the first has the focus.
        visitor.expected.add((f"/v1/cases/{case_id}/actions", 422))
        page.click("dialog[open] button[type=submit]")
        page.wait_for_selector("dialog[open] textarea[aria-invalid=true]")
        self.assertEqual(page.evaluate("document.activeElement.name"), "result")
        page.fill("dialog[open] textarea[name=result]", "现场已清理")
        for box in page.query_selector_all("dialog[open] input[type=checkbox][name=checklist]"):
            box.check()
        page.set_input_files(
            "dialog[open] input[type=file]", {"name": "after.png", "mimeType": "image/png", "buffer": pages.image()})
        page.wait_for_selector("dialog[open] input[type=hidden][name=photos]", state="attached")
        page.click("dialog[open] button[type=submit]")
        page.wait_for_selector("#case-head .state-handled")
        page.wait_for_selector("#case-photos img[src*='/photos/']")
        page.click("[data-verify]")
        page.wait_for_selector("#proof-result.proof-fine")
        self.assertEqual(self.stack.case(case_id)["state"], "handled")
        visitor.checked()

    def test_what_someone_else_did_meanwhile_is_shown_and_what_was_written_is_kept(self):
        case_id = self.dispatched()
        visitor = self.visitor("dispatcher")
        page = visitor.go(f"/cases/{case_id}")
        page.click("#more-actions summary")
        page.click("[data-dialog=do-comment]")
        page.fill("dialog[open] textarea[name=text]", "请尽快处理")
        self.assertEqual(self.stack.act(case_id, "sign", HANDLER).status, 200)
        # The page hears of it by itself; the form keeps the version that its writer has seen.
        page.wait_for_selector("#case-head .state-signed")
        visitor.expected.add((f"/v1/cases/{case_id}/actions", 412))
        page.click("dialog[open] button[type=submit]")
        page.wait_for_selector("dialog[open] .form-faults .fault")
        self.assertEqual(page.input_value("dialog[open] textarea[name=text]"), "请尽快处理")
        page.click("dialog[open] button[type=submit]")
        page.wait_for_selector("#case-timeline blockquote:has-text('请尽快处理')")
        visitor.checked()

    def test_everything_is_reached_without_a_mouse(self):
        case_id = self.dispatched()
        visitor = self.visitor(HANDLER)
        page = visitor.go(f"/cases/{case_id}")
        page.keyboard.press("Tab")
        self.assertEqual(page.evaluate("document.activeElement.className"), "skip")
        page.keyboard.press("Enter")
        self.assertEqual(page.evaluate("document.activeElement.id"), "main")
        page.focus("[data-dialog=do-return]")
        page.keyboard.press("Enter")
        page.wait_for_selector("dialog[open]")
        self.assertEqual(page.evaluate("document.activeElement.closest('dialog').id"), "do-return")
        page.keyboard.press("Escape")
        page.wait_for_selector("dialog[open]", state="detached")
        self.assertEqual(page.evaluate("document.activeElement.dataset.dialog"), "do-return")
        visitor.checked()

    def test_the_forms_work_without_scripts(self):
        case_id = self.dispatched()
        visitor = self.visitor(HANDLER, path=f"/cases/{case_id}", java_script_enabled=False)
        page = visitor.page
        page.click("#case-actions form:has(input[value=sign]) button")
        page.wait_for_selector("#case-head .state-signed")
        page.click("button[commandfor=do-handle]")
        page.fill("#do-handle textarea[name=result]", "现场已清理")
        page.click("#do-handle button[type=submit]")
        page.wait_for_selector("#case-head .state-handled")
        visitor.checked()

    def test_the_stream_shows_new_cases_without_a_reload(self):
        visitor = self.visitor("supervisor")
        page = visitor.go("/cases")
        page.evaluate("window.stays = true")
        case_id = self.stack.file(category="E0203")
        page.wait_for_selector(f'[data-case="{case_id}"]')
        self.assertTrue(page.evaluate("window.stays"))
        visitor.checked()


if __name__ == "__main__":
    unittest.main()
