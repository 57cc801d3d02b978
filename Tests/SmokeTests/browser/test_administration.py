"""What administrators mend and change, in a real browser on a whole stack: quarantine, notices, channels, versions of the
network, and changes of grids level by level.
"""

import json
import pathlib
import re
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))

import day
import pages
import stack
import test_grid_changes as plan

LIMITS = pathlib.Path(stack.ROOT) / "deploy/networks/baoan/limits.yaml"
TRIED_AGAIN_SECONDS = 20


class Administration(pages.PageTest):
    @classmethod
    def running(cls):
        cls.messenger = day.Messenger()
        cls.addClassCleanup(cls.messenger.close)
        cls.takes = cls.messenger.take
        own = stack.Stack()
        cls.addClassCleanup(own.erase)
        (own.home / "settings").mkdir()
        (own.home / "settings" / "notifier").write_text(
            f"GRIDLOOP_WEBHOOK_URL={cls.messenger.url}\nGRIDLOOP_WEBHOOK_SECRET={cls.messenger.secret}\n")
        return own.start()

    def setUp(self):
        self.messenger.take = self.takes

    def visitor(self, username, size="desk", language="zh-CN"):
        visitor = self.browser.visitor(self.address, size, language)
        self.addCleanup(visitor.close)
        return visitor.sign_in(username, self.stack.passwords[username])

    def admin(self, **options):
        return self.visitor(f"admin@{plan.DISTRICT}", **options)

    def looked_at(self, visitor, name):
        self.assertEqual(visitor.overflow(), [], name)
        self.assertEqual(visitor.audit(), [], name)
        visitor.picture(f"administration-{name}")

    def refuses(self):
        self.messenger.take = lambda *_: False

    def test_a_case_is_released_and_its_consumer_applies_it_without_a_restart(self):
        case = self.stack.file()
        self.stack.settle()
        district, number = case.split("-")
        self.stack.sql(
            "INSERT INTO quarantine (district, consumer, case_number, first_seq, fault) "
            f"SELECT '{district}', 'notifier', {number}, min(seq), 'a template is missing' FROM journal "
            f"WHERE district = '{district}' AND case_number = {number}")
        admin = self.admin()
        page = admin.go("/administration/quarantine")
        self.looked_at(admin, "quarantine")
        page.click(f"tr[data-entry='{case}'] button[data-call]")
        page.click("dialog[open] button[value=yes]")
        # The page follows by itself until the consumer has let it go.
        page.wait_for_selector(f"tr[data-entry='{case}']", state="detached")
        self.assertEqual(self.stack.sql("SELECT count(*) FROM quarantine"), [["0"]])
        page = admin.go("/administration/log")
        page.wait_for_selector(f"#table-acts td:has-text('{case} notifier')")
        admin.checked()

    def test_a_notice_that_was_refused_is_sent_again(self):
        self.refuses()
        case = self.stack.file()
        failed = f"SELECT count(*) FROM deliveries WHERE state = 'failed' AND case_number = {case.split('-')[1]}"
        stack.await_that(lambda: self.stack.sql(failed) != [["0"]], TRIED_AGAIN_SECONDS, "nothing failed")
        self.stack.settle()
        self.messenger.take = self.takes
        admin = self.admin()
        page = admin.go("/administration/deliveries")
        self.assertIn("对方返回 401", page.text_content("#table-failed"))
        self.looked_at(admin, "deliveries")
        first = page.get_attribute("#table-failed tbody tr", "data-entry")
        page.click(f"tr[data-entry='{first}'] button[data-call]")
        page.wait_for_selector(f"#table-delivered tr[data-entry='{first}']")
        self.assertTrue(self.messenger.of(case))
        admin.checked()

    def test_a_channel_is_tried_and_the_page_says_what_became_of_it(self):
        admin = self.admin()
        page = admin.go("/administration/channels")
        page.click("#table-channels button[data-call]")
        page.wait_for_selector("#table-tests tbody tr .tone-fine")
        self.assertEqual([post["data"]["test"] for post in self.messenger.posts if post["type"] == "channel.test"], [True])
        # Too soon: it is said, and nothing is sent.
        admin.expected.add(("/v1/channels/webhook/tests", 429))
        page.click("#table-channels button[data-call]")
        page.wait_for_selector(".toast")
        self.assertEqual(len(page.query_selector_all("#table-tests tbody tr")), 1)
        # No mail server is configured in this stack.
        page.click("#mail-test > summary")
        page.fill("#mail-test input[name=to]", "nobody")
        admin.expected.add(("/v1/channels/smtp/tests", 422))
        page.click("#mail-test button[type=submit]")
        page.wait_for_selector("#mail-test input[aria-invalid=true]")
        page.fill("#mail-test input[name=to]", "li@baoan.example")
        stack.await_that(lambda: self.tried(page), TRIED_AGAIN_SECONDS, "the mail was not tried")
        self.assertIn("未配置", page.text_content("#table-tests"))
        self.looked_at(admin, "channels")
        admin.checked()

    def tried(self, page):
        page.click("#mail-test button[type=submit]")
        page.wait_for_timeout(1000)
        return page.query_selector("#table-tests tbody tr .tone-late")

    def choose(self, page, text):
        page.set_input_files(
            "#policy-files", files=[{"name": "limits.yaml", "mimeType": "text/yaml", "buffer": text.encode()}])
        page.click("#policy-preview")

    def test_a_version_is_looked_at_and_put_in_force(self):
        limits = LIMITS.read_text()
        admin = self.admin()
        page = admin.go("/administration/policies")
        self.choose(page, limits.replace("work_days", "work_dayz", 1))
        line = 1 + limits[:limits.index("work_days")].count("\n")
        page.wait_for_selector(f"#result code:has-text('limits.yaml:{line}')")
        self.assertEqual(page.query_selector_all("#policy-load"), [])
        self.looked_at(admin, "policy-faults")

        changed = re.sub(r"limit: (\d+) work_hours", lambda found: f"limit: {int(found[1]) + 1} work_hours", limits, count=1)
        self.assertNotEqual(changed, limits)
        self.choose(page, changed)
        page.wait_for_selector("#policy-load")
        self.assertIn("limits.yaml", page.text_content("#result"))
        self.looked_at(admin, "policy-preview")
        page.click("#policy-load")
        page.click("dialog[open] button[value=yes]")
        page.wait_for_selector(f"tr[data-entry='{plan.DISTRICT}-2']")
        page.click(f"tr[data-entry='{plan.DISTRICT}-2'] a")
        page.wait_for_selector("#result .line-added")
        self.assertEqual(len(page.query_selector_all("#result .line-added")), 1)
        self.looked_at(admin, "policy-difference")
        self.assertEqual(
            [version["version"] for version in self.stack.gridctl("network", "list")["networks"]], [1, 2])
        admin.checked()

    def test_a_grid_is_split_level_by_level(self):
        file = {
            "type": "FeatureCollection", "kind": "split", "grids": [plan.GRID],
            "features": [
                {"type": "Feature", "properties": {"code": code, "name_zh": f"第{code[-3:]}网格"},
                 "geometry": {"type": "Polygon", "coordinates": [part]}}
                for code, part in zip(plan.HALVES, plan.halves(plan.ring_of(plan.GRID)))]}
        proposer = self.visitor(plan.PROPOSER)
        page = proposer.go("/grid-changes")
        page.click("#propose > summary")
        page.set_input_files("#propose-features", files=[
            {"name": "split.geojson", "mimeType": "application/json", "buffer": json.dumps(file).encode()}])
        page.wait_for_selector(f"#propose-read:has-text('{plan.HALVES[1]}')")
        self.assertEqual(page.input_value("#propose-grids"), plan.GRID)
        page.fill("#propose-effective", "2026-03-03")
        page.fill("#propose-reason", "网格过大")
        proposer.expected.add(("/v1/grid-changes", 422))
        page.click("#propose-form button[type=submit]")
        page.wait_for_selector("#propose-effective[aria-invalid=true]")
        self.looked_at(proposer, "grid-propose")
        page.fill("#propose-effective", plan.DAY)
        page.click("#propose-form button[type=submit]")
        page.wait_for_url("**/grid-changes/*-g*")
        path = page.evaluate("location.pathname")
        page.wait_for_selector("#change-map[data-shown=true]")
        self.looked_at(proposer, "grid-change")
        self.assertEqual(page.query_selector_all("[data-dialog=do-approve]"), [])
        proposer.checked()

        for place, approver in enumerate(plan.APPROVERS, 1):
            visitor = self.visitor(approver)
            page = visitor.go("/grid-changes?which=waiting")
            page.click(f"tr[data-change='{path.rsplit('/', 1)[1]}'] a")
            page.click("[data-dialog=do-approve]")
            page.fill("#reason-approve", f"第 {place} 级同意")
            page.click("#do-approve button[type=submit]")
            page.wait_for_selector(f"#change-steps blockquote:has-text('第 {place} 级同意')")
            visitor.checked()
        self.assertIn("已批准", page.text_content("#change-state"))
        self.assertEqual(len(page.query_selector_all(".workflow li.done")), 3)

        # Taken back by who proposed it: a clear question, and its end.
        page = proposer.go(path)
        page.click("[data-dialog=do-withdraw]")
        page.click("#do-withdraw button[type=submit]")
        page.wait_for_selector("#change-state:has-text('已撤回')")
        proposer.checked()

    def test_the_new_pages_can_be_looked_at_in_every_size_and_language(self):
        for size in pages.SIZES:
            for language in pages.LANGUAGES:
                admin = self.admin(size=size, language=language)
                for path in ("policies", "channels", "deliveries", "quarantine"):
                    admin.go(f"/administration/{path}")
                    self.looked_at(admin, f"{path}-{size}-{language}")
                admin.go("/grid-changes?which=all")
                self.looked_at(admin, f"grid-changes-{size}-{language}")
                admin.checked()
                admin.close()


if __name__ == "__main__":
    unittest.main()
