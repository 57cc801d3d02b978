"""A viewer who was away for an hour: what they look at is right again without a reload, whatever happened meanwhile."""

import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))

import pages
import stack

# So many that neither the console keeps their events in memory nor the page has them told one by one.
CASES = 600
MIN_EVENTS = 1_200
MAP = "#command-map"
HIDE = """hidden => {
  Object.defineProperty(document, "hidden", {configurable: true, get: () => hidden});
  document.dispatchEvent(new Event("visibilitychange"));
}"""
FIGURES = """() => Object.fromEntries([...document.querySelectorAll(".command-figures .figure")]
  .map(figure => [figure.id, figure.querySelector("b").textContent]))"""
ROWS = """() => [...document.querySelectorAll("#case-list [data-case]")].map(row => row.dataset.case)"""

# As a machine that sleeps: what comes is lost on its way and nothing says so; then its clock has gone on.
SLEEP = """() => {
  const read = ReadableStreamDefaultReader.prototype.read;
  window.deaf = true;
  ReadableStreamDefaultReader.prototype.read = function () {
    const part = read.call(this);
    return window.deaf ? new Promise(() => {}) : part;
  };
}"""
AWAKE = """() => {
  window.deaf = false;
  const now = Date.now;
  Date.now = () => now() + 3_600_000;
}"""


class Wake(pages.PageTest):
    @classmethod
    def running(cls):
        # A day of a district is played on it.
        own = stack.Stack(cls.network).start()
        cls.addClassCleanup(own.erase)
        return own

    def look(self, path):
        visitor = self.browser.visitor(self.address, "wall")
        self.addCleanup(visitor.close)
        visitor.sign_in(self.stack.supervisor, self.stack.passwords[self.stack.supervisor], path=path)
        return visitor

    def both(self):
        """The command centre and the list of cases, each marked so that a reload would be seen."""
        command, cases = self.look("/command"), self.look("/cases?state=open")
        command.page.wait_for_selector(f"{MAP}[data-shown]")
        for visitor in (command, cases):
            visitor.page.evaluate("window.stays = true")
        # Both hear the stream by now.
        case_id = self.stack.file(category="E0203")
        command.page.wait_for_selector(f"#command-events a[href='/cases/{case_id}']")
        cases.page.wait_for_selector(f"#case-list [data-case='{case_id}']")
        return command, cases

    def pass_an_hour(self):
        """Much happens, more than is kept; then the hour is over."""
        before = self.stack.count("SELECT sum(last_seq)::bigint FROM journal_head")
        self.stack.gridctl("replay", "--day", "baoan", "--cases", str(CASES), "--seed", "21", "--bulk", timeout=600)
        self.stack.gridctl("clock", "advance", "1h")
        self.stack.settle(seconds=120)
        self.assertGreater(self.stack.count("SELECT sum(last_seq)::bigint FROM journal_head"), before + MIN_EVENTS)

    def check(self, command, cases):
        """Both show what pages show that are opened now, and were not loaded anew."""
        fresh = self.look("/command").page
        fresh.wait_for_selector(f"{MAP}[data-shown]")
        figures, points = fresh.evaluate(FIGURES), fresh.get_attribute(MAP, "data-count")
        self.await_same(lambda: command.page.evaluate(FIGURES), figures)
        self.await_same(lambda: command.page.get_attribute(MAP, "data-count"), points)
        self.await_same(
            lambda: command.page.inner_text("#command-events li >> nth=0 >> a >> nth=0"),
            fresh.inner_text("#command-events li >> nth=0 >> a >> nth=0"))
        fresh.goto("/cases?state=open")
        self.await_same(lambda: cases.page.evaluate(ROWS), fresh.evaluate(ROWS))
        self.await_same(lambda: cases.page.inner_text("#case-count"), fresh.inner_text("#case-count"))
        for visitor in (command, cases):
            self.assertTrue(visitor.page.evaluate("window.stays"))
        # And it goes on.
        case_id = self.stack.file(category="E0203")
        command.page.wait_for_selector(f"#command-events a[href='/cases/{case_id}']")
        cases.page.wait_for_selector(f"#case-list [data-case='{case_id}']")
        for visitor in (command, cases):
            visitor.checked()

    def await_same(self, read, wanted):
        last = []

        def is_same():
            last[:] = [read()]
            return last[0] == wanted
        try:
            stack.await_that(is_same, 15, "it was not shown anew")
        except stack.StackError:
            self.assertEqual(last[0], wanted)

    def test_hidden_cut_off_or_asleep_every_page_is_right_again(self):
        hidden, cut, asleep = self.both(), self.both(), self.both()
        for visitor in hidden:
            visitor.page.evaluate(HIDE, True)
        for visitor in cut:
            visitor.allowed_failures |= {"ERR_INTERNET_DISCONNECTED", "ERR_NETWORK_CHANGED"}
            visitor.context.set_offline(True)
        for visitor in asleep:
            visitor.page.evaluate(SLEEP)
        self.pass_an_hour()
        for visitor in hidden:
            visitor.page.evaluate(HIDE, False)
        for visitor in cut:
            visitor.context.set_offline(False)
        for visitor in asleep:
            visitor.page.evaluate(AWAKE)
        for name, both in (("hidden", hidden), ("cut", cut), ("asleep", asleep)):
            with self.subTest(name):
                self.check(*both)


if __name__ == "__main__":
    unittest.main()
