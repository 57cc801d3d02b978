"""The public page: a resident reports on a phone and follows, with scripts and without; who guesses learns nothing."""

import pathlib
import re
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))

import pages
import reports
import stack

DISTRICT = "440306"
KIND = "E0102"
PHOTO = {"name": "found.png", "mimeType": "image/png", "buffer": pages.image(320, 240)}
CODE = re.compile(r"^[0-9A-HJKMNP-TV-Z]{4}(-[0-9A-HJKMNP-TV-Z]{4}){2}$")


class Public(pages.PageTest):
    def resident(self, size="phone", language="zh-CN", **options):
        visitor = self.browser.visitor(self.address, size, language, **options)
        self.addCleanup(visitor.close)
        return visitor

    def looked_at(self, visitor, name):
        self.assertEqual(visitor.overflow(), [], name)
        self.assertEqual(visitor.audit(), [], name)
        visitor.picture(f"public-{name}")

    def spot(self):
        """A point of its own, so that no two reports are one incident."""
        location = reports.report("hotline")["location"]
        return {"latitude": location["lat"], "longitude": location["lng"]}

    def begin(self, visitor, words):
        """The form, filled in but not sent: kind by search, place by the device's position."""
        page = visitor.go("/public")
        page.wait_for_selector("#public-map:not([hidden])")
        page.fill("#kind-search", "暴露垃圾")
        page.click("#kind-found-list .public-kind")
        page.wait_for_selector("#kind-chosen:not([hidden])")
        page.click("#place-gps")
        page.wait_for_selector("#place-text.fine")
        page.fill("#report-description", words)
        return page

    def kept(self, page):
        """Number and code, as the page shows them once."""
        page.wait_for_selector("#sent-number")
        number = page.inner_text("#sent-number")
        code = page.inner_text("#sent-code")
        self.assertRegex(number, rf"^{DISTRICT}-\d+$")
        self.assertRegex(code, CODE)
        return number, code

    def follow(self, visitor, number, code):
        page = visitor.go("/public/follow")
        page.fill("#follow-number", number)
        page.fill("#follow-code", code)
        page.click("main button[type=submit]")
        return page

    def state(self, page):
        page.wait_for_selector("#case-state")
        return page.get_attribute("#case-state", "data-state")

    def steps(self, page):
        return [item.get_attribute("data-step") for item in page.query_selector_all(".public-story li")]

    def handle(self, case):
        """The department and the officer do their parts."""
        self.stack.settle()
        value = self.stack.case(case)
        handler = next(
            user["username"] for user in self.stack.users if user.get("department") == value["lead"]["department"])
        self.assertEqual(self.stack.act(case, "sign", handler).status, 200)
        return handler

    def test_a_resident_reports_and_follows_on_a_phone(self):
        resident = self.resident(geolocation=self.spot(), permissions=["geolocation"])
        page = self.begin(resident, "小区门口堆了很多垃圾")
        page.set_input_files("#report-photos", PHOTO)
        page.wait_for_selector("#photos-shown img")
        page.click("#field-name summary")
        page.fill("#reporter-name", "李四")
        page.fill("#reporter-phone", "13800001234")
        self.looked_at(resident, "form-filled")
        page.click("#public-send")
        number, code = self.kept(page)
        self.looked_at(resident, "sent")

        # Loaded again, as after a lost answer: the same report.
        before = self.stack.count("SELECT count(*) FROM reports")
        page.reload()
        self.assertEqual(self.kept(page), (number, code))
        self.assertEqual(self.stack.count("SELECT count(*) FROM reports"), before)
        case = self.stack.case(number)
        self.assertEqual((case["source"], case["category"]), ("citizen", KIND))
        self.assertEqual(self.stack.count(
            f"SELECT count(*) FROM attachments WHERE case_number = {number.rsplit('-')[1]}"), 1)

        page.click("#sent-follow")
        self.assertIn(self.state(page), ("filed", "dispatched"))
        handler = self.handle(number)
        self.assertEqual(self.state(self.follow(resident, number, code.lower().replace("-", " "))), "signed")
        self.looked_at(resident, "in-hand")
        result = self.stack.act(number, "handle", handler, result="垃圾已清运，地面已冲洗")
        self.assertEqual(result.status, 200, result)
        officer = next(user["username"] for user in self.stack.users if user["role"] == "dispatcher")
        verified = self.stack.act(number, "verify", officer, outcome="pass", note="内部备注")
        self.assertEqual(verified.status, 200, verified)
        page = self.follow(resident, number, code)
        self.assertEqual(self.state(page), "closed")
        self.assertEqual(self.steps(page), ["received", "passed", "in_hand", "done", "closed"])
        self.assertEqual(page.inner_text("#case-result"), "垃圾已清运，地面已冲洗")
        shown = page.content()
        for secret in (handler, officer, "李四", "1380000", "内部备注", code):
            self.assertNotIn(secret, shown)
        self.assertNotIn(code, page.url)
        self.looked_at(resident, "closed")
        resident.checked()

    def test_a_second_reporter_of_the_same_matter_follows_by_a_code_of_their_own(self):
        spot = self.spot()
        kept = []
        for words in ("路边有垃圾", "垃圾还在"):
            resident = self.resident(geolocation=spot, permissions=["geolocation"])
            page = self.begin(resident, words)
            page.click("#public-send")
            kept.append(self.kept(page))
            resident.checked()
        (first, one), (second, two) = kept
        self.assertEqual(first, second)
        self.assertNotEqual(one, two)
        for code in (one, two):
            self.assertIn(self.state(self.follow(resident, first, code)), ("filed", "dispatched"))

    def test_who_guesses_learns_nothing_and_has_to_wait(self):
        # From an address of their own, as limits are by address.
        case = self.stack.file(category=KIND)
        resident = self.resident(language="en")
        resident.expected |= {("/public/follow", 404), ("/public/follow", 429)}
        answers = set()
        for number in (case, f"{DISTRICT}-999999", "no number"):
            page = self.follow(resident, number, "7K3M-9QXT-2HWC")
            page.wait_for_selector("#follow-fault")
            answers.add(page.inner_text("#follow-fault"))
        self.assertEqual(answers, {"Number and code do not belong together. Check both and try again."})
        self.looked_at(resident, "wrong")
        for _ in range(12):
            page = self.follow(resident, case, "7K3M-9QXT-2HWC")
            page.wait_for_selector("#follow-fault")
        self.assertIn("Try again in 15 minutes", page.inner_text("#follow-fault"))
        resident.checked()
        # For the tests that follow from the same address.
        self.stack.await_restart("console", self.stack.signal("console"))

    def test_without_scripts(self):
        resident = self.resident(java_script_enabled=False)
        page = resident.go("/public")
        page.click("#kind-classes details summary")
        page.check(f"#kind-classes input[value={KIND}]")
        page.click("#public-send")
        # The browser itself asks for what is needed.
        self.assertEqual(page.query_selector_all("#sent-number"), [])
        page.fill("#report-description", "没有脚本也能上报")
        resident.expected.add((f"/public/{DISTRICT}", 422))
        page.click("#public-send")
        page.wait_for_selector(".public-faults a[href='#field-place']")
        resident.picture("public-no-script-fault")
        self.assertTrue(page.is_checked(f"#kind-classes input[value={KIND}]"))
        self.assertEqual(page.input_value("#report-description"), "没有脚本也能上报")
        page.select_option("#place-unit", index=self.next_area())
        page.set_input_files("#report-photos", PHOTO)
        page.click("#public-send")
        number, code = self.kept(page)
        resident.picture("public-no-script-sent")
        page.click("#sent-follow")
        self.assertIn(self.state(page), ("filed", "dispatched"))
        self.assertIn(self.state(self.follow(resident, number, code)), ("filed", "dispatched"))
        resident.checked()

    areas = iter(range(1, 100))

    def next_area(self):
        return next(self.areas)

    def test_too_many_reports_of_one_address_are_told_when_to_come_again(self):
        resident = self.resident(java_script_enabled=False, language="en")
        resident.expected.add((f"/public/{DISTRICT}", 429))
        for count in range(20):
            page = resident.go("/public")
            page.click("#kind-classes details summary")
            page.check(f"#kind-classes input[value={KIND}]")
            page.fill("#report-description", f"report {count}")
            page.select_option("#place-unit", index=self.next_area())
            page.click("#public-send")
            if not page.query_selector("#sent-number"):
                break
        self.assertLess(count, 11)
        self.assertRegex(page.inner_text("main"), r"Try again in \d+ minutes")
        resident.picture("public-too-many")
        resident.checked()
        self.stack.await_restart("console", self.stack.signal("console"))

    def test_a_page_whose_key_was_revoked_is_closed_until_there_is_another(self):
        self.assertEqual(self.stack.gridctl("key", "public")["made"], 0)
        key = next(
            key for key in self.stack.gridctl("key", "list")["keys"] if key["name"] == "public" and not key["revoked_at"])
        self.assertEqual((key["role"], key["source"]), ("source", "citizen"))
        self.stack.gridctl("key", "revoke", key["id"])

        def is_closed():
            return self.stack.console("GET", f"/public/{DISTRICT}").status == 503
        stack.await_that(is_closed, 15, "the page is not closed")
        self.assertEqual(self.stack.gridctl("key", "public")["made"], 1)
        self.stack.await_restart("console", self.stack.signal("console"))
        self.assertEqual(self.stack.console("GET", f"/public/{DISTRICT}").status, 200)

    def test_pages_at_every_size_in_both_languages(self):
        for size in pages.SIZES:
            for language in pages.LANGUAGES:
                visitor = self.resident(size, language)
                page = visitor.go("/public")
                page.wait_for_selector("#public-map:not([hidden]) canvas")
                self.looked_at(visitor, f"form-{size}-{language}")
                visitor.go("/public/follow")
                self.looked_at(visitor, f"follow-{size}-{language}")
                visitor.checked()

    def test_it_is_used_without_a_mouse(self):
        resident = self.resident("desk", "en")
        page = resident.go("/public")
        page.wait_for_selector("#public-map:not([hidden])")
        page.focus("#kind-search")
        page.keyboard.type("rubbish")
        page.keyboard.press("Tab")
        page.keyboard.press("Space")
        page.keyboard.press("Enter")
        page.wait_for_selector("#kind-chosen:not([hidden])")
        page.focus("#place-middle")
        page.keyboard.press("Enter")
        page.wait_for_selector("#place-text.fine, #place-text.late")
        page.focus("#report-description")
        page.keyboard.type("No mouse was used.")
        page.focus("#public-send")
        page.keyboard.press("Enter")
        self.kept(page)
        resident.checked()


class NoPublicPage(unittest.TestCase):
    def test_a_network_without_the_section_has_none(self):
        one = stack.Stack("jinshan").start()
        self.addCleanup(one.erase)
        for path in ("/public", "/public/follow", "/public/310116"):
            answer = one.console("GET", path, headers={"Accept": "text/html", "Accept-Language": "zh-CN"})
            self.assertEqual(answer.status, 404, path)
            self.assertIn("没有开通居民上报", answer.body.decode(), path)
        self.assertFalse((one.home / "secrets/public_keys").exists())


if __name__ == "__main__":
    unittest.main()
