"""Every route and every page is asked for as everyone: access.py says what each is to be answered."""

import contextlib
import http.client
import re
import unittest

import access
import day
import stack

# Longer than any ladder needs to climb to discipline inspection.
LATE_SECONDS = 4 * 86_400
REPORTER = {"name": "欧阳明慧", "phone": "13987654321"}
UNKNOWN = "440306-9999999"
MAX_STREAM_SECONDS = 20
# Nobody has seen this version of anything.
UNSEEN = {"If-Match": '"100000"'}
BODIES = {
    "/v1/cases/{id}/actions": {"action": "comment", "text": "?"},
    "/v1/tasks/{id}/actions": {"action": "verify", "outcome": "pass"},
    "/v1/accountability/{id}/actions": {"action": "close"},
    # It would end before it begins.
    "/v1/roster": {
        "username": f"officer@{access.STREET}",
        "from": "2026-03-03T09:00:00+08:00", "until": "2026-03-02T09:00:00+08:00"},
    "/v1/users/{name}/actions": {"action": "disable"},
    "/v1/keys/{id}/actions": {"action": "limit"},
}


class Access(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        # Time is moved until discipline inspection hears of cases.
        cls.stack = stack.Stack().start()
        cls.addClassCleanup(cls.stack.erase)
        photo = cls.stack.intake(
            "POST", "/v1/attachments", day.png(), source="hotline", content_type="image/png").json["id"]
        cls.case = cls.stack.file(
            place={"unit": access.STREET + "001"}, category="E0203", reporter=REPORTER, attachments=[photo])
        cls.elsewhere = cls.stack.file(place={"unit": access.ELSEWHERE}, category="E0402")
        cls.stack.settle()
        # Nobody takes them up: discipline inspection hears of both.
        cls.stack.gridctl("clock", "advance", f"{LATE_SECONDS}s")
        cls.stack.settle()
        records = cls.stack.console("GET", "/v1/accountability?limit=500", user="inspector@440306").json["items"]
        cls.record = next(record["id"] for record in records if record["case_id"] == cls.case)
        cls.named = {
            "/v1/cases/{id}": cls.case, "/v1/accountability/{id}": cls.record, "/v1/tasks/{id}": cls.case + "-verify",
            "{photo}": photo,
            "/cases/{id}": cls.case, "/inspection/{id}": cls.record, "/officer/tasks/{id}": cls.case,
            "{code}": access.STREET, "{format}": "json", "{period}": "2026-03", "{file}": "2026-W10.json",
            "{service_code}": "E0203", "{service_request_id}": cls.case,
        }

    def test_every_route_and_page_has_its_line(self):
        routes = access.table(access.INTERFACE)
        self.assertEqual(sorted(set(access.described()) ^ set(routes)), [], "described without a line, or unknown")
        pages = {path for _, path in access.table(access.PAGES)}
        first = self.page("/administration", "admin").body.decode()
        named = access.pages() | set(re.findall(r'"(/administration/[a-z-]+)"', first))
        self.assertEqual(sorted(named ^ pages), [], "pages without a line, or unknown")
        for answers in [*routes.values(), *access.table(access.PAGES).values()]:
            self.assertEqual(len(answers), len(access.CALLERS))

    def test_every_route_as_everyone(self):
        for (method, path), answers in access.table(access.INTERFACE).items():
            for caller, answer in zip(access.CALLERS, answers):
                with self.subTest(route=f"{method} {path}", caller=caller):
                    got = self.ask(method, path, caller)
                    self.assertEqual(got.status, answer, got)
                    self.assert_hides_the_reporter(got)

    def test_every_page_as_everyone(self):
        for (_, path), answers in access.table(access.PAGES).items():
            for caller, answer in zip(access.CALLERS, answers):
                with self.subTest(page=path, caller=caller):
                    got = self.page(path, caller)
                    if answer == 401:
                        self.assertEqual((got.status, got.headers["Location"].split("?")[0]), (303, "/sign-in"))
                    else:
                        self.assertEqual(got.status, answer, got)
                    self.assert_hides_the_reporter(got)

    def test_no_list_map_or_page_names_a_case_of_others(self):
        listed = ("/v1/cases?limit=500", "/v1/inbox?limit=500", "/v1/accountability?limit=500",
                  "/v1/accountability/export.csv", "/v1/suppressions", "/v1/stats/repeats", "/cases?limit=100",
                  "/inbox", "/", "/inspection", "/command", "/desk", "/department", "/suppressions",
                  f"/cases?q={self.case}")
        for caller in ("the head of another street", "a handler of another department", "a machine"):
            for path in listed:
                with self.subTest(path=path, caller=caller):
                    got = self.ask("GET", path, caller) if path.startswith("/v1/") else self.page(path, caller)
                    self.assertIn(got.status, (200, 303, 403), got)
                    # The address itself says what was looked for.
                    shown = re.sub(r'(value|href|action)="[^"]*[?&;]q=[^"]*"|value="[^"]*"', "", got.body.decode())
                    self.assertNotIn(self.case, shown)

    def test_the_stream_tells_each_what_they_may_see(self):
        since = self.stack.count(f"SELECT min(seq) FROM journal WHERE case_id = '{self.case}'") - 1
        for caller in ("the head of another street", "a handler of another department"):
            with self.subTest(caller=caller):
                told = self.stream(access.CALLERS[caller], since, lambda told: self.elsewhere.encode() in told)
                self.assertNotIn(self.case, told.body.decode())
        told = self.stream(access.CALLERS["handler"], since, lambda told: self.case.encode() in told)
        self.assertNotIn(REPORTER["phone"], told.body.decode())

    def test_a_case_of_others_is_like_one_that_there_is_not(self):
        """Nothing in the answer tells that there is such a case: neither its status nor its words, nor the version."""
        def without_its_trace(answer):
            return answer.status, {name: value for name, value in (answer.json or {}).items() if name != "instance"}

        for caller in ("the head of another street", "a handler of another department", "a machine"):
            who = access.CALLERS[caller]
            for path in ("", "/events", "/proof", f"/photos/{self.named['{photo}']}"):
                with self.subTest(caller=caller, path=path):
                    hidden, unknown = (
                        self.stack.console("GET", f"/v1/cases/{case}{path}", **who) for case in (self.case, UNKNOWN))
                    self.assertEqual(without_its_trace(hidden), without_its_trace(unknown))
            for version in (1, 2, self.stack.case(self.case)["version"], 1_000):
                with self.subTest(caller=caller, version=version):
                    hidden, unknown = (
                        self.stack.console(
                            "POST", f"/v1/cases/{case}/actions", {"action": "comment", "text": "?"},
                            headers={"If-Match": f'"{version}"'}, **who)
                        for case in (self.case, UNKNOWN))
                    self.assertEqual(without_its_trace(hidden), without_its_trace(unknown))

    def test_a_photograph_is_not_found_by_its_number_below_another_case(self):
        photo = self.named["{photo}"]
        for caller in ("supervisor", "a handler of another department"):
            answer = self.stack.console(
                "GET", f"/v1/cases/{self.elsewhere}/photos/{photo}", **access.CALLERS[caller])
            self.assertEqual(answer.status, 404, answer)

    def test_only_a_department_that_just_lost_a_case_is_told_that_it_went_on(self):
        case = self.stack.file(place={"unit": access.STREET + "001"}, category="E0203")
        self.stack.settle()
        seen = self.stack.case(case)["version"]
        moved = self.stack.act(case, "redirect", "dispatcher@440306", department="ZJJ")
        self.assertEqual(moved.status, 200, moved)
        for caller, version, status in (
                ("handler", seen, 412), ("handler", moved.json["version"], 404), ("handler", 1, 404),
                ("handler", seen + 1_000, 404), ("a handler of another department", seen, 404),
                ("the head of another street", seen, 404), ("a machine", seen, 404), ("inspector", seen, 404)):
            with self.subTest(caller=caller, version=version):
                answer = self.stack.console(
                    "POST", f"/v1/cases/{case}/actions", {"action": "sign"}, headers={"If-Match": f'"{version}"'},
                    **access.CALLERS[caller])
                self.assertEqual(answer.status, status, answer)

    def assert_hides_the_reporter(self, answer):
        body = answer.body.decode(errors="replace")
        for secret in (*REPORTER.values(), REPORTER["name"][1:]):
            self.assertNotIn(secret, body)

    def fill(self, path):
        for name, value in self.named.items():
            path = path.replace(name, name.rpartition("{")[0] + value)
        # Whatever else has a number: there is none such.
        return re.sub(r"\{\w+\}", "99999", path)

    def ask(self, method, path, caller):
        who = access.CALLERS[caller]
        if path == "/v1/stream":
            return self.stream(who, 0, lambda _: True)
        send = self.stack.intake if access.is_of_intake(path) else self.stack.console
        body = BODIES.get(path, {}) if method == "POST" else None
        answer = send(method, self.fill(path), body, headers=UNSEEN, **who)
        if (method, path) == ("DELETE", "/v1/sessions") and "user" in who:
            self.stack.token(who["user"], renew=True)
        return answer

    def page(self, path, caller):
        """As a browser asks: with the cookie of the session."""
        who = access.CALLERS[caller]
        headers = {"Accept": "text/html", "Accept-Language": "en"}
        for renew in (False, True):
            if "user" in who:
                headers["Cookie"] = f"gridloop_session={self.stack.token(who['user'], renew)}"
            answer = self.stack.console("GET", self.fill(path), headers=headers, source=who.get("source"))
            # Simulated time may have ended the session.
            if answer.status != 303 or "user" not in who:
                break
        return answer

    def stream(self, who, since, is_enough):
        """What the stream tells from an event on, until it is enough; of a refusal, the refusal."""
        if "user" in who:
            headers = {"Authorization": "Bearer " + self.stack.token(who["user"])}
        else:
            headers = {"Authorization": "ApiKey " + self.stack.keys[who["source"]]} if who else {}
        connection = http.client.HTTPConnection("127.0.0.1", self.stack.console_port, timeout=MAX_STREAM_SECONDS)
        with contextlib.closing(connection):
            connection.request("GET", "/v1/stream", headers={**headers, "Last-Event-ID": f"440306.{since}"})
            response = connection.getresponse()
            if response.status != 200:
                return stack.Answer(response.status, response.headers, response.read())
            told = b""
            while not is_enough(told):
                told += response.readline()
            return stack.Answer(200, response.headers, told)


if __name__ == "__main__":
    unittest.main()
