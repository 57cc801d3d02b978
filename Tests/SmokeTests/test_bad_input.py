"""What is not right is refused with the contract's error, names every fault at once, and changes nothing."""

import http.client
import json
import socket
import unittest

import reports
import stack

MAX_REPORT_BYTES = 64 << 10
MAX_IMAGE_BYTES = 10 << 20
# East of the Pearl River's mouth: open sea.
SEA = {"lat": 21.5, "lng": 115.5}
# The smallest PNG: one pixel.
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c636460f8cfc0000003"
    "0101003a2fbcd90000000049454e44ae426082")


class BadInput(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.stack = stack.shared()
        cls.stack.settle()

    def setUp(self):
        self.before = self.standing()
        self.changes_nothing = True

    def tearDown(self):
        if self.changes_nothing:
            self.assertEqual(self.before, self.standing(), "what was refused must change nothing")

    def standing(self):
        # Of the journal what people and machines did: the dispatcher may still be at what was filed before.
        return self.stack.sql(
            "SELECT (SELECT count(*) FROM journal WHERE actor NOT LIKE 'service:%'), "
            "(SELECT count(*) FROM cases), (SELECT count(*) FROM reports), (SELECT count(*) FROM attachments)")

    def post(self, body, **options):
        options.setdefault("source", "hotline")
        options.setdefault("content_type", "application/json")
        return self.stack.intake("POST", "/v1/reports", body, **options)

    def assert_problem(self, answer, status, code=None):
        self.assertEqual(answer.status, status, answer)
        self.assertTrue(answer.headers["Content-Type"].startswith("application/problem+json"), answer.headers)
        problem = answer.json
        self.assertEqual(problem["status"], status)
        for member in ("type", "title", "code"):
            self.assertTrue(problem.get(member), f"{member} is missing: {problem}")
        if code:
            self.assertEqual(problem["code"], code, answer)

    # Reports

    def test_malformed_json(self):
        for body in (b"", b"{", b'{"source": hotline}', b"[1, 2", b'{"a": 1} x', b"{'source': 'hotline'}"):
            with self.subTest(body=body):
                self.assert_problem(self.post(body), 400)

    def test_json_that_is_no_report(self):
        for body in (b"[]", b"1", b"null", b'"text"'):
            with self.subTest(body=body):
                self.assert_problem(self.post(body), 422)

    def test_nested_too_deeply(self):
        self.assert_problem(self.post(b"[" * 20_000 + b"]" * 20_000), 400)

    def test_broken_utf_8(self):
        body = json.dumps(reports.report(description="MARK")).encode()
        for bad in (b"\xff\xfe", b"\xc3\x28", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xc0\x80"):
            with self.subTest(bad=bad):
                self.assert_problem(self.post(body.replace(b"MARK", bad)), 400)

    def test_nul(self):
        raw = json.dumps(reports.report(description="MARK")).encode()
        self.assert_problem(self.post(raw.replace(b"MARK", b"a\x00b")), 400)
        answer = self.post(raw.replace(b"MARK", b"a\\u0000b"))
        self.assertIn(answer.status, (400, 422), answer)

    def test_half_a_surrogate_pair(self):
        raw = json.dumps(reports.report(description="MARK")).encode()
        self.assert_problem(self.post(raw.replace(b"MARK", b"\\ud83d")), 400)

    def test_every_fault_at_once(self):
        answer = self.post({
            "source": "rumour", "category": "E9999", "description": 7, "urgent": "yes", "occurred_at": "yesterday",
            "location": {"lat": 22.6, "lng": 113.9, "datum": "mars2000"},
        })
        self.assert_problem(answer, 422)
        self.assertEqual(
            set(answer.faults),
            {"source", "category", "description", "urgent", "occurred_at", "location.datum"}, answer)

    def test_nothing_given(self):
        answer = self.post({})
        self.assert_problem(answer, 422)
        self.assertEqual(set(answer.faults), {"source", "category", "description", "location"}, answer)

    def test_unknown_category(self):
        answer = self.post(reports.report(category="E9999"))
        self.assert_problem(answer, 422)
        self.assertEqual(answer.faults, {"category": "unknown_category"})

    def test_point_in_the_sea(self):
        self.assert_problem(self.post(reports.report(place=SEA)), 422, "outside_network")

    def test_point_that_is_none(self):
        for place in ({"lat": 91, "lng": 113.9}, {"lat": 22.6, "lng": 181}, {"lat": "22.6", "lng": 113.9}):
            with self.subTest(place=place):
                self.assert_problem(self.post(reports.report(place=place)), 422)

    def test_datum_that_does_not_exist(self):
        answer = self.post(reports.report(place={"lat": 22.6, "lng": 113.9, "datum": "nad27"}))
        self.assert_problem(answer, 422)
        self.assertEqual(list(answer.faults), ["location.datum"])

    def test_unknown_unit(self):
        answer = self.post(reports.report(place={"unit": "999999999"}))
        self.assert_problem(answer, 422)
        self.assertEqual(list(answer.faults), ["location.unit"])

    def test_body_over_the_limit(self):
        body = json.dumps(reports.report(description="x" * (MAX_REPORT_BYTES + 1))).encode()
        self.assert_problem(self.post(body), 413)

    def test_other_content_type(self):
        self.assert_problem(self.post(json.dumps(reports.report()).encode(), content_type="text/plain"), 415)

    def test_without_credentials(self):
        body = json.dumps(reports.report()).encode()
        self.assert_problem(self.post(body, source=None), 401)
        self.assert_problem(self.post(body, source=None, headers={"Authorization": "ApiKey nonsense"}), 401)
        self.assert_problem(self.post(body, source=None, headers={"Authorization": "Bearer nonsense"}), 401)

    def test_another_source_than_the_key(self):
        self.assert_problem(self.post(reports.report(source="camera"), source="hotline"), 422)

    def test_someone_who_may_not_report(self):
        self.assert_problem(self.post(reports.report(), source=None, user="auditor@440306"), 403)

    # Requests under one key

    def test_same_key_with_another_body(self):
        self.changes_nothing = False
        place = reports.next_place()
        first = self.post(reports.report(place=place), headers={"Idempotency-Key": "smoke-1"})
        self.assertEqual(first.status, 201, first)
        again = self.post(reports.report(place=place), headers={"Idempotency-Key": "smoke-1"})
        self.assertEqual(again.status, 200, again)
        self.assertEqual(again.json, first.json)
        other = self.post(reports.report(place=place, description="Other"), headers={"Idempotency-Key": "smoke-1"})
        self.assert_problem(other, 422, "idempotency_mismatch")

    # Bulk

    def bulk(self, lines):
        answer = self.stack.intake(
            "POST", "/v1/reports/bulk", b"\n".join(lines), source="hotline", content_type="application/x-ndjson")
        self.assertEqual(answer.status, 200, answer)
        return [json.loads(line) for line in answer.body.splitlines()]

    def test_bad_lines_among_good_ones(self):
        self.changes_nothing = False
        good = [json.dumps(reports.report(external_id=f"bad-lines-{n}")).encode() for n in range(3)]
        results = self.bulk([
            good[0], b"{", good[1], json.dumps(reports.report(place=SEA)).encode(), b"\xff", good[0], good[2]])
        self.assertEqual([result["line"] for result in results], [1, 2, 3, 4, 5, 6, 7])
        self.assertEqual(
            [result["outcome"] for result in results],
            ["created", "rejected", "created", "rejected", "rejected", "repeated", "created"])
        self.assertEqual(results[3]["error"]["code"], "outside_network")
        self.assertEqual(results[5]["case_id"], results[0]["case_id"])

    def test_half_a_bulk_stream(self):
        """What was read whole is filed; the line that the stream broke off in is not."""
        self.changes_nothing = False
        whole = json.dumps(reports.report(external_id="half-whole")).encode() + b"\n"
        half = json.dumps(reports.report(external_id="half-half")).encode()[:40]
        with socket.create_connection(("127.0.0.1", self.stack.intake_port), timeout=30) as connection:
            connection.sendall(
                b"POST /v1/reports/bulk HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-ndjson\r\n"
                b"Authorization: ApiKey " + self.stack.keys["hotline"].encode()
                + b"\r\nTransfer-Encoding: chunked\r\n\r\n" + b"%x\r\n%s\r\n" % (len(whole), whole))
            # The answer to the whole line comes while the stream goes on.
            answer = b""
            while b'"created"' not in answer:
                read = connection.recv(4096)
                self.assertTrue(read, answer)
                answer += read
            connection.sendall(b"%x\r\n%s" % (len(half) + 100, half))
        self.assertEqual(self.filed_under("half-whole"), 1)
        again = self.post(reports.report(external_id="half-after"))
        self.assertEqual(again.status, 201, "the door is open after a stream that broke off")
        self.assertEqual(self.filed_under("half-half"), 0)

    def filed_under(self, external_id):
        return self.stack.count(f"SELECT count(*) FROM reports WHERE external_id = '{external_id}'")

    # Images

    def attach(self, content, content_type="application/octet-stream"):
        return self.stack.intake(
            "POST", "/v1/attachments", content, source="officer", content_type=content_type)

    def test_image_that_is_none(self):
        for content in (b"no image at all", b"GIF89a" + bytes(64), b"<svg xmlns='http://www.w3.org/2000/svg'/>"):
            with self.subTest(content=content[:12]):
                self.assert_problem(self.attach(content, "image/png"), 415)

    def test_image_that_is_broken(self):
        answer = self.attach(PNG[:40])
        self.assertIn(answer.status, (415, 422), answer)

    def test_image_of_too_many_pixels(self):
        # A header that promises 65,535 × 65,535 pixels, refused before anything is decoded.
        bomb = PNG[:16] + (65535).to_bytes(4, "big") * 2 + PNG[24:]
        self.assert_problem(self.attach(bomb), 422, "too_many_pixels")

    def test_image_over_the_limit(self):
        try:
            answer = self.attach(PNG + bytes(MAX_IMAGE_BYTES))
        except (BrokenPipeError, ConnectionResetError, http.client.HTTPException):
            return  # hung up on while it still sent
        self.assert_problem(answer, 413)

    def test_report_with_an_attachment_that_is_none(self):
        answer = self.post(reports.report(attachments=["no-such-attachment"]))
        self.assert_problem(answer, 422)

    # The console

    def test_console_refuses_likewise(self):
        case = "/v1/cases/440306-999999999"
        user = self.stack.supervisor
        self.assert_problem(self.stack.console("GET", case, user=user), 404)
        self.assert_problem(self.stack.console("GET", "/v1/cases/nonsense", user=user), 404)
        self.assert_problem(self.stack.console("GET", "/v1/cases"), 401)
        self.assert_problem(
            self.stack.console("POST", case + "/actions", b"{", user=user, content_type="application/json"), 400)
        answer = self.stack.console("GET", "/v1/cases?state=lost&limit=none&bbox=1,2&sort=luck", user=user)
        self.assertIn(answer.status, (400, 422), answer)
        self.assertEqual(set(answer.faults), {"state", "limit", "bbox", "sort"}, answer)

    def test_unknown_paths_and_methods(self):
        for ask in (self.stack.intake, self.stack.console):
            self.assert_problem(ask("GET", "/v1/nothing", user=self.stack.supervisor), 404)
        self.assertIn(self.stack.intake("PUT", "/v1/reports", b"{}", source="hotline").status, (404, 405))

    def test_wrong_password(self):
        answer = self.stack.console(
            "POST", "/v1/sessions", {"username": self.stack.supervisor, "password": "wrong"})
        self.assert_problem(answer, 401)


if __name__ == "__main__":
    unittest.main()
