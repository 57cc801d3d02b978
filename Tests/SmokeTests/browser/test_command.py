"""The command centre in a real browser: what it tells, going down the units, and twenty thousand cases on its map.

The many cases are only filed where SMOKE_COMMAND_CASES says how many, since filing them takes minutes with debug
binaries. What the product promises is measured with release ones:

    SMOKE_COMMAND_CASES=20000 BUILD=release python3 Tests/SmokeTests/browser/test_command.py
"""

import json
import os
import unittest
from urllib.parse import parse_qs, urlsplit

import pages
import stack

MANY_CASES = int(os.environ.get("SMOKE_COMMAND_CASES", "0"))
MAX_FIRST_PAINT_MS = 2_000
MAX_UPDATE_MS = 100
STREET = "440306018"
MAP = "#command-map"
LOOKS = ("", "?colour=state", "?layer=hot", f"?layer=duty&unit={STREET}", "?wall=true")


def figure(page, name):
    return int(page.inner_text(f"#figure-{name} b"))


def shown(page):
    """How many cases are on the map."""
    return int(page.get_attribute(MAP, "data-count"))


class CommandTest(pages.PageTest):
    def look(self, path="/command", size="wall", language="zh-CN"):
        """A supervisor's window with the map drawn."""
        visitor = self.visitor("supervisor", size, language, path)
        visitor.page.wait_for_selector(f"{MAP}[data-shown]")
        return visitor


class Command(CommandTest):
    def test_counters_events_and_the_map_follow_what_is_filed(self):
        visitor = self.look()
        page = visitor.page
        page.evaluate("window.stays = true")
        reported, open_now, points = figure(page, "reported"), figure(page, "open"), shown(page)
        case_id = self.stack.file(category="E0203")
        page.wait_for_function(
            "before => Number(document.querySelector('#figure-reported b').textContent) > before", arg=reported)
        page.wait_for_function(
            "before => Number(document.querySelector('#figure-open b').textContent) > before", arg=open_now)
        page.wait_for_function(f"before => Number(document.querySelector('{MAP}').dataset.count) > before", arg=points)
        page.wait_for_selector(f"#command-events a[href='/cases/{case_id}']")
        self.assertTrue(page.evaluate("window.stays"))
        # What is over leaves the map.
        self.stack.settle()
        points = shown(page)
        self.assertEqual(self.stack.act(case_id, "void", self.user("dispatcher"), reason="重复").status, 200)
        page.wait_for_function(f"before => Number(document.querySelector('{MAP}').dataset.count) < before", arg=points)
        visitor.checked()

    def test_a_click_on_the_map_leads_down_and_the_address_leads_back(self):
        self.stack.file(category="E0203")
        visitor = self.look("/command?layer=hot")
        page = visitor.page
        # Where a name stands is ground of its unit.
        name = page.inner_text(".map-label >> nth=0").split("\n")[0]
        box = page.locator(".map-label >> nth=0").bounding_box()
        page.mouse.click(box["x"], box["y"])
        page.wait_for_function("() => new URL(location.href).searchParams.get('unit') !== null")
        unit = parse_qs(urlsplit(page.url).query)["unit"][0]
        page.wait_for_selector(f"{MAP}[data-shown='{unit}']")
        self.assertEqual(page.inner_text("#command-title"), name)
        self.assertEqual(parse_qs(urlsplit(page.url).query)["layer"], ["hot"])
        # The address alone shows the same.
        again = self.look(urlsplit(page.url).path + "?" + urlsplit(page.url).query)
        self.assertEqual(again.page.inner_text("#command-title"), name)
        page.go_back()
        page.wait_for_selector(f"{MAP}:not([data-shown='{unit}'])")
        self.assertNotEqual(page.inner_text("#command-title"), name)
        visitor.checked()
        again.checked()

    def test_everything_is_reached_without_a_mouse(self):
        visitor = self.look()
        page = visitor.page
        for depth in range(3):
            link = page.locator("#command-units tbody a >> nth=0")
            before = page.get_attribute(MAP, "data-shown")
            link.focus()
            page.keyboard.press("Enter")
            page.wait_for_selector(f"{MAP}:not([data-shown='{before}'])")
            page.wait_for_function(
                f"() => document.querySelector('{MAP}').dataset.shown "
                "=== document.getElementById('command-head').dataset.unit")
            self.assertNotEqual(page.evaluate("document.activeElement.tagName"), "BODY", f"after step {depth}")
        # A grid has nothing below it but its cases.
        page.wait_for_selector("#command-units .case-list", state="attached")
        page.focus(".crumbs a >> nth=0")
        page.keyboard.press("Enter")
        page.wait_for_selector("#command-units table")
        page.focus("text=大屏")
        page.keyboard.press("Enter")
        page.wait_for_selector("#command.wall")
        self.assertIn("wall=true", page.url)
        visitor.checked()

    def test_every_layer_in_every_size(self):
        for size in pages.SIZES:
            for language in pages.LANGUAGES:
                visitor = self.look("/command", size=size, language=language)
                for number, query in enumerate(LOOKS):
                    with self.subTest(size=size, language=language, query=query):
                        visitor.go("/command" + query)
                        visitor.page.wait_for_selector(f"{MAP}[data-shown]")
                        name = query.strip("?").replace("=", "-").replace("&", "-") or "cases"
                        visitor.picture(f"command-{name}-{size}-{language}", full=size == "phone")
                        self.assertEqual(visitor.overflow(), [])
                        self.assertEqual(visitor.audit(pages.is_turn((size, language), number)), [])
                        visitor.checked()
                visitor.close()

    def test_a_case_is_shown_in_its_grid(self):
        case_id = self.stack.file(category="E0203")
        visitor = self.visitor("supervisor", path=f"/cases/{case_id}")
        visitor.page.wait_for_selector("#case-map[data-shown] canvas")
        visitor.picture("case-map-desk-zh-CN")
        self.assertEqual(visitor.audit(), [])
        visitor.checked()


@unittest.skipUnless(MANY_CASES, "SMOKE_COMMAND_CASES says how many cases to file")
class ManyCases(CommandTest):
    @classmethod
    def running(cls):
        alone = stack.Stack(cls.network).start()
        cls.addClassCleanup(alone.erase)
        return alone

    def test_the_map_stays_smooth(self):
        running = self.stack
        running.gridctl(
            "replay", "--day", "baoan", "--cases", str(MANY_CASES), "--seed", "7", "--bulk", timeout=1_800)
        running.settle(seconds=900)
        visitor = self.look()
        page = visitor.page
        points = shown(page)
        # Once more, with what browsers keep: as for those who look at it all day.
        paints = [self.first_paint(page)]
        for _ in range(2):
            page.reload()
            page.wait_for_selector(f"{MAP}[data-shown]")
            paints.append(self.first_paint(page))
        page.evaluate("""() => {
          window.long = [];
          new PerformanceObserver(list => window.long.push(...list.getEntries().map(entry => entry.duration)))
            .observe({ type: "longtask" });
        }""")
        for count in range(1, 11):
            running.file(category="E0203")
            page.wait_for_function(
                f"goal => Number(document.querySelector('{MAP}').dataset.count) >= goal", arg=points + count)
        # The regions come after the map.
        page.wait_for_function(
            "goal => Number(document.querySelector('#figure-reported b').textContent) >= goal", arg=points + 10)
        updates = page.evaluate("performance.getEntriesByName('map-update').map(entry => entry.duration)")
        longest = page.evaluate("Math.max(0, ...window.long)")
        weight = len(json.dumps(running.console("GET", "/v1/cases/points", user=running.supervisor).json,
                                separators=(",", ":")))
        visitor.picture("command-many-wall-zh-CN", full=False)
        print(f"\n{points} open cases on the map ({weight / 1e6:.1f} MB): shown after "
              f"{', '.join(f'{paint:.0f}' for paint in paints)} ms; {len(updates)} updates, the longest "
              f"{max(updates):.0f} ms; longest task of any script {longest:.0f} ms")
        self.assertGreaterEqual(points, MANY_CASES * 0.95)
        self.assertLessEqual(min(paints), MAX_FIRST_PAINT_MS)
        self.assertLessEqual(max(updates), MAX_UPDATE_MS)
        visitor.checked()

    @staticmethod
    def first_paint(page):
        """From the request for the page until the map is drawn with all its cases, in milliseconds."""
        return page.evaluate("performance.getEntriesByName('map-shown').at(-1).startTime")


if __name__ == "__main__":
    unittest.main()
