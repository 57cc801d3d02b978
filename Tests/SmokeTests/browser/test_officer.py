"""The officer's page on a phone: reports in three taps, without a network and with one that loses answers; tasks."""

import json
import unittest

import pages
import reports
import stack

GRIDS = json.loads((stack.ROOT / "deploy/networks/baoan/grids.geojson").read_text())["features"]
DISCONNECTED = "ERR_INTERNET_DISCONNECTED"
# Changes the reports that wait in the browser's database.
MADE_AN_HOUR_AGO = """async () => {
  const database = await new Promise((resolve) => {
    const request = indexedDB.open("gridloop-officer");
    request.onsuccess = () => resolve(request.result);
  });
  await new Promise((resolve) => {
    const transaction = database.transaction("reports", "readwrite");
    const store = transaction.objectStore("reports");
    store.getAll().onsuccess = ({ target }) => {
      for (const report of target.result) store.put({ ...report, createdAt: report.createdAt - 3_600_000 });
    };
    transaction.oncomplete = resolve;
  });
  database.close();
}"""
PHOTO = {"name": "found.png", "mimeType": "image/png", "buffer": pages.image(320, 240)}


def middles(unit):
    """Points in the middle of the grids under a unit, with the codes of the grids."""
    found = []
    for grid in GRIDS:
        code = grid["properties"]["code"]
        ring = grid["geometry"]["coordinates"][0]
        point = [sum(corner[axis] for corner in ring[1:]) / (len(ring) - 1) for axis in (0, 1)]
        if code.startswith(unit) and reports.is_inside(point, ring):
            found.append((code, {"latitude": round(point[1], 6), "longitude": round(point[0], 6)}))
    return found


class Officer(pages.PageTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Of a community, so that there are grids to choose from.
        cls.officer = next(
            user for user in cls.stack.users if user["role"] == "officer" and len(user["unit"]) == 12)
        cls.name = cls.officer["username"]
        cls.places = iter(middles(cls.officer["unit"]))

    def setUp(self):
        # Each test stands in a grid of its own, so that no report is taken for a repeat of another test's.
        self.grid, self.place = next(self.places)
        self.before = self.cases()

    def visitor(self, permissions=("geolocation", "background-sync"), **options):
        return super().visitor(
            self.name, "phone", path="/officer", geolocation=self.place, permissions=list(permissions), **options)

    def cases(self):
        """The officer's cases, by the interface."""
        found, cursor = [], None
        while True:
            path = f"/v1/cases?finder=user:{self.name}&limit=500" + (f"&cursor={cursor}" if cursor else "")
            answer = self.stack.console("GET", path, user=self.stack.supervisor).json
            found += [case["id"] for case in answer["items"]]
            cursor = answer["next_cursor"]
            if not cursor:
                return found

    def new(self):
        """Those that were not there when the test began."""
        return [case for case in self.cases() if case not in self.before]

    def the_only_new(self):
        new = self.new()
        self.assertEqual(len(new), 1, new)
        return self.stack.case(new[0])

    def keep(self, visitor):
        """Waits until the worker has kept the page."""
        kept = visitor.page.evaluate(
            """async (longest) => {
              for (const end = Date.now() + longest; Date.now() < end; ) {
                const cache = await caches.open("gridloop-officer");
                const isKept = (await cache.match("/officer")) && (await cache.keys()).length > 8;
                if (isKept && navigator.serviceWorker.controller) return true;
                await new Promise((resolve) => setTimeout(resolve, 50));
              }
              return false;
            }""", pages.MAX_WAIT_MILLISECONDS)
        self.assertTrue(kept)

    def offline(self, visitor):
        visitor.allowed_failures.add(DISCONNECTED)
        visitor.context.set_offline(True)

    def visitor_without_network(self):
        """Who has the page as the worker kept it."""
        visitor = self.visitor()
        self.keep(visitor)
        self.offline(visitor)
        visitor.page.reload()
        visitor.page.wait_for_selector("#report h2")
        return visitor

    def choose(self, page, category):
        """Finds the kind by its code."""
        page.fill("#kind-search", category)
        page.tap(f"#kind-found-list [data-kind={category}]")
        page.wait_for_selector("#report-sheet[open] .officer-place.fine, #report-sheet[open] .officer-place.late")

    def send_without_network(self, visitor, category, photograph=False):
        """Hands in a report that waits for the network."""
        self.offline(visitor)
        self.choose(visitor.page, category)
        if photograph:
            self.photograph(visitor.page)
        self.send_and_wait(visitor.page)

    def send_and_wait(self, page):
        page.tap("#report-send")
        page.wait_for_selector("#queue-list [data-state=waiting]")

    def send(self, page):
        page.tap("#report-send")
        page.wait_for_selector(".toast.fine")
        page.wait_for_selector("#officer-queue", state="hidden")

    def sign_in_again(self, page):
        page.tap("#officer-net a")
        page.fill("input[name=username]", self.name)
        page.fill("input[name=password]", self.stack.passwords[self.name])
        page.tap("main button[type=submit]")
        page.wait_for_selector("#report h2")

    def photograph(self, page):
        page.set_input_files("#photo-input", PHOTO)
        page.wait_for_selector("#photo-list img")

    def test_three_taps_with_the_position_and_a_photograph(self):
        mine = self.stack.console(
            "POST", "/v1/reports", reports.report("officer", "E0105", place={"unit": self.grid}), user=self.name)
        self.assertEqual(mine.status, 201, mine)
        self.before = self.cases()
        visitor = self.visitor()
        page = visitor.page
        # One: the kind, which stands first because the officer reported it. Two: the camera. Three: send.
        page.tap(".officer-frequent [data-kind=E0105]")
        page.wait_for_selector("#report-sheet[open] .officer-place.fine")
        self.assertIn("网格", page.text_content("#place-text"))
        visitor.picture("officer-sheet-phone-zh-CN", full=False)
        self.assertEqual(visitor.audit(), [])
        self.photograph(page)
        visitor.picture("officer-sheet-photo-phone-zh-CN", full=False)
        self.send(page)
        new = self.new()
        reported = self.stack.sql(
            f"SELECT case_number, description FROM reports WHERE submitter = 'user:{self.name}' "
            "AND idempotency_key LIKE 'officer-%' ORDER BY seq DESC LIMIT 1")[0]
        case = self.stack.case(f"440306-{reported[0]}")
        # It lies where the first one does, of the same kind: the door may take both for one matter.
        self.assertLessEqual(len(new), 1)
        self.assertEqual(case["unit"]["grid"], self.grid)
        photographs = self.stack.count(f"SELECT count(*) FROM attachments WHERE case_number = {reported[0]}")
        self.assertEqual(photographs, 1)
        page.wait_for_selector(f"#officer-mine [data-case='{case['id']}']", state="attached")
        page.tap(".officer-tabs a[href='#mine']")
        page.wait_for_selector("#mine", state="visible")
        visitor.picture("officer-mine-phone-zh-CN", full=False)
        visitor.checked()

    def test_a_report_made_without_a_network_is_filed_once_when_it_is_back(self):
        visitor = self.visitor_without_network()
        page = visitor.page
        self.choose(page, "E0108")
        self.photograph(page)
        self.send_and_wait(page)
        self.assertTrue(page.is_visible("#officer-net"))
        visitor.picture("officer-offline-phone-zh-CN", full=False)
        page.reload()
        page.wait_for_selector("#queue-list [data-state=waiting]")
        self.assertEqual(self.new(), [])
        # As if the network had been away for an hour.
        page.evaluate(MADE_AN_HOUR_AGO)
        visitor.context.set_offline(False)
        page.wait_for_selector("#officer-queue", state="hidden")
        case = self.the_only_new()
        self.assertEqual((case["category"], case["unit"]["grid"]), ("E0108", self.grid))
        # It says when it was made, by the server's clock, which stands years before this machine's.
        age = stack.moment(case["filed_at"]) - stack.moment(case["occurred_at"])
        self.assertTrue(3_600 <= age.total_seconds() < 3_720, age)
        # Nothing is left that could be sent again.
        page.reload()
        page.wait_for_selector("#report h2")
        self.assertFalse(page.is_visible("#officer-queue"))
        self.the_only_new()
        visitor.checked()

    def test_an_answer_that_is_lost_makes_no_second_case(self):
        visitor = self.visitor()
        page = visitor.page
        sent = []

        def lose_the_first(route):
            answer = route.fetch()
            sent.append((answer.status, route.request.headers["idempotency-key"]))
            if len(sent) == 1:
                route.abort("connectionreset")
            else:
                route.fulfill(response=answer)

        visitor.allowed_failures.add("ERR_CONNECTION_RESET")
        page.route("**/v1/reports", lose_the_first)
        self.choose(page, "E0110")
        self.send(page)
        self.assertEqual([status for status, _ in sent], [201, 200])
        self.assertEqual(len({key for _, key in sent}), 1)
        self.the_only_new()
        visitor.checked()

    def test_a_phone_that_closes_the_page_behind_the_camera_loses_no_report(self):
        visitor = self.visitor()
        page = visitor.page
        self.choose(page, "E0116")
        page.tap("#report-more summary")
        page.check("#report-urgent")
        page.fill("#report-description", "油烟直排")
        self.photograph(page)
        page.wait_for_selector("#queue-list li", state="detached")
        page.reload()
        page.wait_for_selector("#queue-list [data-state=draft]")
        self.assertEqual(self.new(), [])
        page.tap("#queue-list [data-state=draft] button")
        page.wait_for_selector("#report-sheet[open] .officer-place.fine")
        self.assertEqual(page.input_value("#report-description"), "油烟直排")
        self.assertEqual(page.locator("#photo-list img").count(), 1)
        self.send(page)
        case = self.the_only_new()
        self.assertEqual((case["description"], case["priority"]), ("油烟直排", "urgent"))
        visitor.checked()

    def test_what_is_refused_is_said_and_mended(self):
        # In another street: without a network nobody can tell.
        other = next(user["unit"] for user in self.stack.users
                     if len(user["unit"]) == 9 and not self.officer["unit"].startswith(user["unit"]))
        self.place = middles(other)[0][1]
        visitor = self.visitor()
        page = visitor.page
        self.keep(visitor)
        self.send_without_network(visitor, "E0112")
        visitor.expected.add(("/v1/reports", 403))
        visitor.context.set_offline(False)
        page.wait_for_selector("#queue-list [data-state=refused] .fault")
        self.assertIn("责任区", page.text_content("#queue-list .fault"))
        visitor.picture("officer-refused-phone-zh-CN", full=False)
        self.assertEqual(visitor.audit(), [])
        page.tap("#queue-list [data-state=refused] button")
        page.wait_for_selector("#report-sheet[open] .officer-place.late")
        page.tap("#place-hand summary")
        page.select_option("#place-unit", self.grid)
        page.tap("#report-send")
        page.wait_for_selector("#officer-queue", state="hidden")
        self.assertEqual(self.the_only_new()["unit"]["grid"], self.grid)
        visitor.checked()

    def test_a_session_that_ended_keeps_what_waits_and_signing_out_asks_first(self):
        # Without the browser's help: it would send in the background what is to be found unsent.
        visitor = self.visitor(permissions=["geolocation"])
        page = visitor.page
        self.keep(visitor)
        for path in ("/v1/sessions/me", "/v1/locate", "/v1/stream", "/v1/reports"):
            visitor.expected.add((path, 401))
        page.evaluate("""() => fetch("/v1/sessions", {method: "DELETE"})""")
        page.fill("#kind-search", "E0113")
        page.tap("#kind-found-list [data-kind=E0113]")
        page.wait_for_selector("#report-sheet[open] .officer-place.fine")
        page.tap("#report-send")
        page.wait_for_selector("#officer-net a")
        self.assertTrue(page.is_visible("#queue-list [data-state=waiting]"))
        self.sign_in_again(page)
        stack.await_that(self.new, 60, "what waited was not sent")
        page.wait_for_selector("#officer-queue", state="hidden")
        self.the_only_new()
        # Signing out with something unsent: asked, and nothing of it stays on the phone.
        page.wait_for_function("navigator.serviceWorker.controller")
        self.send_without_network(visitor, "E0114")
        page.route("**/v1/reports", lambda route: route.abort("connectionreset"))
        page.route("**/v1/sessions/me", lambda route: route.abort("connectionreset"))
        visitor.allowed_failures.add("ERR_CONNECTION_RESET")
        visitor.context.set_offline(False)
        page.tap(".sign-out button")
        page.wait_for_selector("dialog[open] .button.danger")
        visitor.picture("officer-sign-out-phone-zh-CN", full=False)
        page.tap("dialog[open] .button:not(.danger)")
        self.assertTrue(page.is_visible("#queue-list [data-report]"))
        page.tap(".sign-out button")
        page.tap("dialog[open] .button.danger")
        page.wait_for_selector("input[name=username]")
        left = page.evaluate(
            """async () => {
              const database = await new Promise((resolve) => {
                const request = indexedDB.open("gridloop-officer");
                request.onsuccess = () => resolve(request.result);
              });
              const count = await new Promise((resolve) => {
                const request = database.transaction("reports").objectStore("reports").count();
                request.onsuccess = () => resolve(request.result);
              });
              return [count, await caches.has("gridloop-officer"), localStorage.length];
            }""")
        self.assertEqual(left, [0, False, 0])
        self.the_only_new()
        visitor.checked()

    def test_what_waits_is_sent_once_by_the_worker_while_the_page_is_closed(self):
        visitor = self.visitor()
        page = visitor.page
        self.keep(visitor)
        self.send_without_network(visitor, "E0118", photograph=True)
        # The page has asked the browser for it; no page of ours is open when the network comes back.
        registered = page.evaluate("""async () => (await navigator.serviceWorker.ready).sync.getTags()""")
        self.assertEqual(registered, ["gridloop-officer"])
        other = visitor.context.new_page()
        page.close()
        self.assertEqual(self.new(), [])
        visitor.context.set_offline(False)
        session = visitor.context.new_cdp_session(other)
        registrations = []
        session.on(
            "ServiceWorker.workerRegistrationUpdated", lambda event: registrations.extend(event["registrations"]))
        session.send("ServiceWorker.enable")

        def ours():
            other.evaluate("1")  # Playwright hears events only while it waits for something.
            return [one for one in registrations if one["scopeURL"] == f"{self.address}/officer"]

        def sync():
            session.send("ServiceWorker.dispatchSyncEvent", {
                "origin": self.address, "registrationId": ours()[-1]["registrationId"], "tag": "gridloop-officer",
                "lastChance": False})

        stack.await_that(ours, 10, "the browser does not know the worker")
        sync()
        stack.await_that(self.new, 15, "the worker did not send what waited")
        # Once more, as a browser does that has not heard how the first one ended.
        sync()
        again = visitor.context.new_page()
        again.goto("/officer")
        again.wait_for_selector("#report h2")
        again.wait_for_selector("#officer-queue", state="hidden")
        case = self.the_only_new()
        self.assertEqual((case["category"], case["unit"]["grid"]), ("E0118", self.grid))
        visitor.checked()

    def test_the_page_that_was_kept_says_that_the_session_has_ended(self):
        visitor = self.visitor_without_network()
        page = visitor.page
        # Nobody signed out: the session's time is over.
        self.stack.sql(f"UPDATE sessions SET expires_at = '2000-01-01Z' WHERE username = '{self.name}'")
        stack.await_that(
            lambda: visitor.context.request.get(f"{self.address}/v1/sessions/me").status == 401, 30,
            "the console does not see that the session's time is over")
        for path in ("/v1/sessions/me", "/v1/locate", "/v1/stream", "/v1/reports"):
            visitor.expected.add((path, 401))
        visitor.context.set_offline(False)
        page.wait_for_selector("#officer-net a")
        self.assertIn("登录已过期", page.text_content("#officer-net-text"))
        self.choose(page, "E0117")
        self.send_and_wait(page)
        page.wait_for_selector("#officer-net-text:has-text('1 件上报已保存') a")
        visitor.picture("officer-expired-phone-zh-CN", full=False)
        self.sign_in_again(page)
        page.wait_for_selector("#officer-queue", state="hidden")
        stack.await_that(lambda: len(self.new()) == 1, 10, "what waited was not filed once")
        visitor.checked()

    def test_a_task_is_verified_on_the_phone(self):
        case_id = self.stack.file(category="E0203", place={"unit": self.grid})
        self.stack.settle()
        department = "CGJ"
        case = self.stack.case(case_id)
        if (case["lead"] or {}).get("department") != department:
            dispatcher = next(user["username"] for user in self.stack.users if user["role"] == "dispatcher")
            action = "dispatch" if case["state"] == "desk" else "redirect"
            self.assertEqual(self.stack.act(case_id, action, dispatcher, department=department).status, 200)
        handler = f"handler@{department}"
        self.assertEqual(self.stack.act(case_id, "sign", handler).status, 200)
        visitor = self.visitor()
        page = visitor.page
        page.tap(".officer-tabs a[href='#tasks']")
        self.assertEqual(page.locator(f"#officer-tasks [data-case='{case_id}']").count(), 0)
        # It comes by itself when the department hands in.
        self.assertEqual(self.handed_in(case_id, handler).status, 200)
        page.tap(f"#officer-tasks [data-case='{case_id}'] a")
        page.wait_for_selector(".officer-answer")
        visitor.picture("officer-task-phone-zh-CN")
        self.assertEqual(visitor.audit(), [])
        self.assertEqual(visitor.overflow(), [])
        # What does not pass needs a reason.
        visitor.expected.add((f"/v1/cases/{case_id}/actions", 422))
        page.tap("input[name=outcome][value=fail]")
        page.tap(".officer-answer > button")
        page.wait_for_selector("textarea[name=note][aria-invalid=true]")
        page.tap("input[name=outcome][value=pass]")
        page.set_input_files(".officer-answer input[type=file]", PHOTO)
        page.wait_for_selector(".officer-answer input[type=hidden][name=photos]", state="attached")
        page.tap(".officer-answer > button")
        page.wait_for_selector("#tasks", state="visible")
        page.wait_for_selector(f"#officer-tasks:not(:has([data-case='{case_id}']))")
        self.assertEqual(self.stack.case(case_id)["state"], "closed")
        number = case_id.split("-")[1]
        self.assertEqual(
            self.stack.count(
                f"SELECT count(*) FROM attachments WHERE case_number = {number} AND uploaded_by = 'user:{self.name}'"),
            1)
        visitor.checked()

    def handed_in(self, case_id, handler):
        items = self.stack.case(case_id).get("closing_items") or []
        return self.stack.act(case_id, "handle", handler, result="现场已清理", checklist=items)


if __name__ == "__main__":
    unittest.main()
