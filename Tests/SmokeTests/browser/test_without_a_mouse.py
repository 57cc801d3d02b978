"""For those who have only a keyboard, a small window or large letters: everything is reached in the order of reading,
its focus is seen, and it can be done; nothing is lost at 320 pixels nor with letters of twice the size."""

import pathlib
import unittest

import pages
import stack

WALK = (pathlib.Path(__file__).parent / "walk.js").read_text()
DEPARTMENT = "CGJ"
HANDLER = f"handler@{DEPARTMENT}"
CATEGORY = "E0203"
LATE_SECONDS = 4 * 86_400
MAX_STOPS = 400
MAX_SECONDS = 5
# Each page as one of those who have it.
PAGES = {
    "dispatcher": (
        "/", "/cases", "/inbox", "/desk?tab=returned&case={returned}", "/cases/{returned}",
        "/suppressions?category=E0203"),
    "supervisor": ("/command", "/command?wall=true", "/indicators"),
    "handler": ("/department?case={dispatched}",),
    "officer": ("/officer", "/cases/{dispatched}"),
    "inspector": ("/inspection",),
    "admin": ("/administration", "/administration/users", "/administration/rosters", "/administration/calendar"),
}
# WCAG 2.2: 1.4.10 at 320 pixels; 1.4.4 letters of twice the size; 1.4.12 the spacing of letters and lines.
WINDOWS = {
    "at 320 pixels": ({"width": 320, "height": 640}, ""),
    "with letters of twice the size": ({"width": 1366, "height": 768}, "html { font-size: 200% !important }"),
    "with wider spacing": (
        {"width": 390, "height": 844},
        "* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important }"),
}
# The style sheets that a script makes are no inline style: the content security policy has nothing against them.
WITH_STYLE = """style => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(style);
  document.adoptedStyleSheets = [sheet];
}"""
# What has the focus: the number of its stop, whether a ring is drawn around it, and what covers it.
FOCUS = """() => {
  const element = document.activeElement;
  if (!element || element === document.body) return null;
  const isRinged = (one) => {
    const style = one && getComputedStyle(one);
    return one && style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
  };
  const box = element.getBoundingClientRect();
  const on = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
  const isOwn = !on || element.contains(on) || on.contains(element) || [...(element.labels ?? [])].some(
    (label) => label.contains(on));
  return {
    stop: Number(element.dataset.stop ?? -1), name: element.outerHTML.slice(0, 120),
    isRinged: Boolean(isRinged(element) || isRinged(element.closest(".file-button"))),
    cover: isOwn ? null : on.outerHTML.slice(0, 120),
  };
}"""


class WithoutAMouse(pages.PageTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.cases = {"dispatched": cls.dispatched(), "returned": cls.dispatched()}
        cls.give_back(cls.cases["returned"])

    @classmethod
    def dispatched(cls):
        """A case that waits for the department's signature."""
        case_id = cls.stack.file(category=CATEGORY)
        cls.stack.settle()
        return case_id

    @classmethod
    def give_back(cls, case_id):
        answer = cls.stack.act(case_id, "return", HANDLER, reason="不属于本部门职责", responsible="JTJ")
        assert answer.status == 200, answer

    def each_page(self, **options):
        for role, paths in PAGES.items():
            visitor = self.visitor(HANDLER if role == "handler" else role, **options)
            for path in paths:
                visitor.go(path.format(**self.cases))
                visitor.page.wait_for_load_state("load")
                if visitor.page.query_selector(".command-map"):
                    visitor.page.wait_for_selector("#command-map[data-shown]")
                if visitor.page.query_selector("[data-case-map]"):
                    visitor.page.wait_for_selector("[data-case-map].leaflet-container")
                yield visitor, path
            visitor.checked()
            visitor.close()

    def tab_to(self, page, selector):
        """Presses Tab until the focus is there; nothing but the keyboard gets it there."""
        for _ in range(MAX_STOPS):
            page.keyboard.press("Tab")
            if page.evaluate("selector => document.activeElement.matches(selector)", selector):
                return
        self.fail(f"Tab does not lead to {selector}")

    def press(self, page, selector, key="Enter"):
        self.tab_to(page, selector)
        page.keyboard.press(key)

    def assert_goes_on(self, page):
        """What was pressed may be gone: the focus has not fallen back to the top of the page."""
        stack.await_that(
            lambda: page.evaluate("document.activeElement.tagName") != "BODY", MAX_SECONDS, "nothing has the focus")

    def test_tab_leads_to_everything_in_the_order_of_reading(self):
        for visitor, path in self.each_page():
            with self.subTest(path):
                names = dict(enumerate(visitor.page.evaluate(WALK)))
                reached = []
                for _ in range(MAX_STOPS):
                    visitor.page.keyboard.press("Tab")
                    focus = visitor.page.evaluate(FOCUS)
                    if focus is None:
                        break
                    if focus["stop"] not in reached:
                        reached.append(focus["stop"])
                    self.assertTrue(focus["isRinged"], f"no ring around {focus['name']}")
                    self.assertIsNone(focus["cover"], f"{focus['name']} is covered")
                else:
                    self.fail("the focus does not come to an end")
                self.assertEqual([names[stop] for stop in names if stop not in reached], [], "not reached")
                self.assertEqual(reached, sorted(reached), [names.get(stop, stop) for stop in reached])

    def test_nothing_is_lost_in_a_small_window_or_with_large_letters(self):
        for name, (window, style) in WINDOWS.items():
            language = "en" if window["width"] < 1_000 else "zh-CN"
            for visitor, path in self.each_page(language=language, viewport=window):
                with self.subTest(path, window=name):
                    if style:
                        visitor.page.evaluate(WITH_STYLE, style)
                    self.assertEqual(visitor.overflow(), [])

    def test_a_dialog_holds_the_focus_and_gives_it_back(self):
        visitor = self.visitor(HANDLER, path=f"/cases/{self.cases['dispatched']}")
        page = visitor.page
        self.press(page, "[data-dialog=do-return]")
        page.wait_for_selector("dialog[open]#do-return")
        inside = set()
        for _ in range(20):
            inside.add(page.evaluate("document.activeElement.closest('dialog')?.id ?? document.activeElement.tagName"))
            page.keyboard.press("Tab")
        # Between its last and its first field the browser's own window has its turn.
        self.assertLessEqual(inside, {"do-return", "BODY"})
        page.keyboard.press("Escape")
        page.wait_for_selector("dialog[open]", state="detached")
        self.assertEqual(page.evaluate("document.activeElement.dataset.dialog"), "do-return")
        visitor.checked()

    def test_a_department_does_everything_by_keys(self):
        case_id = self.dispatched()
        visitor = self.visitor(HANDLER, path=f"/cases/{case_id}")
        page = visitor.page
        self.press(page, "#case-actions form:has(input[value=sign]) button")
        page.wait_for_selector("#case-head .state-signed")
        self.assert_goes_on(page)
        self.press(page, "[data-dialog=do-handle]")
        page.wait_for_selector("dialog[open]#do-handle")
        if not page.evaluate("document.activeElement.matches('textarea[name=result]')"):
            self.tab_to(page, "textarea[name=result]")
        page.keyboard.type("现场已清理")
        for _ in page.query_selector_all("#do-handle [name=checklist]"):
            self.press(page, "#do-handle [name=checklist]:not(:checked)", "Space")
        self.press(page, "#do-handle button[type=submit]")
        page.wait_for_selector("#case-head .state-handled")
        self.assert_goes_on(page)
        self.assertEqual(self.stack.case(case_id)["state"], "handled")
        visitor.checked()

    def test_the_desk_dispatches_by_tab_and_enter(self):
        case_id = self.dispatched()
        self.give_back(case_id)
        visitor = self.visitor("dispatcher", path="/desk?tab=returned")
        page = visitor.page
        self.press(page, f"#queue-{case_id}, #queue-{case_id} a")
        page.wait_for_selector(f'#beside-case[data-case="{case_id}"]')
        self.press(page, ".suggestion:first-child button")
        page.wait_for_selector(f'#beside-list:not(:has([data-case="{case_id}"]))')
        self.assertEqual(self.stack.case(case_id)["lead"]["department"], "JTJ")
        self.assert_goes_on(page)
        visitor.checked()

    def test_an_inspector_finds_by_keys(self):
        case_id = self.dispatched()
        self.stack.gridctl("clock", "advance", f"{LATE_SECONDS}s")
        self.stack.settle()
        visitor = self.visitor("inspector", path="/inspection?state=open")
        page = visitor.page
        self.press(page, f"#records tr[data-record^='{case_id}-'] a")
        page.wait_for_selector("#record-state.record-open")
        self.press(page, "[data-dialog=do-acknowledge]")
        self.press(page, "#do-acknowledge button[type=submit]")
        page.wait_for_selector("#record-state.record-acknowledged")
        self.assert_goes_on(page)
        self.press(page, "[data-dialog=do-waive]")
        page.wait_for_selector("dialog[open]#do-waive")
        self.assertEqual(page.evaluate("document.activeElement.name"), "note")
        page.keyboard.type("设备故障，已核实")
        self.press(page, "#do-waive button[type=submit]")
        page.wait_for_selector("#record-state.record-waived")
        self.assert_goes_on(page)
        visitor.checked()

    def test_an_officer_reports_by_keys(self):
        officer = next(
            user["username"] for user in self.stack.users if user["role"] == "officer" and len(user["unit"]) == 12)
        visitor = self.visitor(officer, "phone", path="/officer")
        page = visitor.page
        self.tab_to(page, "#kind-search")
        page.keyboard.type("E0118")
        page.wait_for_selector("#kind-found-list [data-kind=E0118]")
        self.press(page, "#kind-found-list [data-kind=E0118]")
        page.wait_for_selector("#report-sheet[open]")
        # Without a position the place is chosen by hand.
        if not page.query_selector("#place-hand[open]"):
            self.press(page, "#place-hand summary")
        self.tab_to(page, "#place-unit")
        page.keyboard.press("ArrowDown")
        self.press(page, "#report-send")
        page.wait_for_selector(".toast.fine")
        page.wait_for_selector("#officer-queue", state="hidden")
        self.assert_goes_on(page)
        visitor.checked()


if __name__ == "__main__":
    unittest.main()
