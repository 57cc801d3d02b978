"""A day of a network: scenes that go on side by side in one simulated time, and all that anybody hears of them."""

import base64
import hashlib
import heapq
import hmac
import http.server
import json
import secrets
import struct
import subprocess
import threading
import zlib
from datetime import datetime

import scenario
import stack


class Day(scenario.Scenario):
    """A scene is a method that yields each moment ("03-17 09:20") which it waits for, and acts in between."""

    maxDiff = None

    @classmethod
    def setUpClass(cls):
        if cls is Day:
            raise scenario.unittest.SkipTest("what the days of networks share")
        cls.messenger = Messenger()
        cls.addClassCleanup(cls.messenger.close)
        cls.stack = stack.Stack(cls.network, clock_start=cls.start)
        settings = cls.stack.home / "settings"
        settings.mkdir()
        (settings / "notifier").write_text(
            f"GRIDLOOP_WEBHOOK_URL={cls.messenger.url}\nGRIDLOOP_WEBHOOK_SECRET={cls.messenger.secret}\n")
        cls.addClassCleanup(cls.stack.erase)
        cls.stack.start()

    def setUp(self):
        self.case, self.settled = None, True
        self.looked, self.told, self.posted = {}, {}, {}
        # Scene → the cases that it began.
        self.began = {}

    def play(self, *scenes):
        """Plays scenes together, each at its times. One that fails ends; the others go on."""
        waiting, cases = [], {}

        def goes_on(place, scene):
            self.scene = scenes[place].__name__
            with self.subTest(self.scene):
                moment = next(scene, None)
                if moment:
                    heapq.heappush(waiting, (self.moment(moment), place, scene))
            # What is to be heard at this moment leaves at this moment.
            self.settles()
            cases[place] = self.case

        for place, scene in enumerate(scenes):
            goes_on(place, scene())
        now = None
        while waiting:
            moment, place, scene = heapq.heappop(waiting)
            if moment != now:
                self.stack.advance_to(moment)
                now = moment
            self.case = cases[place]
            goes_on(place, scene)

    def moment(self, text):
        """ "03-17 09:20", or with seconds, as RFC 3339 in the networks' time."""
        date, time = text.split()
        return f"{self.start[:4]}-{date}T{time if time.count(':') == 2 else time + ':00'}+08:00"

    def settles(self):
        """Waits until everything that was done is known to everyone."""
        if not self.settled:
            self.stack.settle()
        self.settled = True

    def does(self, user, action, state, **fields):
        self.settled = False
        return super().does(user, action, state, **fields)

    # Reporting

    def reports(self, source, category, place, user=None, **fields):
        """Reports with the demo key of the source, or as a user, and turns to the case. The answer."""
        body = {"source": source, "category": category, "description": "巡查发现", "location": place, **fields}
        answer = self.stack.intake(
            "POST", "/v1/reports", body, source=None if user else source, user=user)
        self.assertEqual(answer.status, 201, answer)
        self.case, self.settled = answer.json["case_id"], False
        if "duplicate_of" not in answer.json:
            self.began.setdefault(self.scene, []).append(self.case)
        return answer.json

    def photo(self, user):
        """The id of a photograph."""
        answer = self.stack.intake("POST", "/v1/attachments", png(), user=user, content_type="image/png")
        self.assertEqual(answer.status, 201, answer)
        return answer.json["id"]

    def adds(self, username, role, unit, department=None):
        """A user whom the demo does not have."""
        password = secrets.token_hex(12)
        command = self.stack.gridctl_command(
            "user", "add", username, "--role", role, "--unit", unit, "--password-stdin",
            *(["--department", department] if department else []))
        subprocess.run(
            command, env=self.stack.environment, input=password + "\n", text=True, check=True, capture_output=True,
            timeout=60)
        self.stack.passwords[username] = password

    def cases_of(self, *scenes):
        """All cases that these scenes began, of all scenes where none is named."""
        return sorted(case for scene in scenes or self.began for case in self.began[getattr(scene, "__name__", scene)])

    # What came of it

    def goes_by(self, *expected):
        """The journal has exactly these events of the case since the last look; every rung fired at its time.

        Those of a tuple came at one moment, in whichever order."""
        self.settles()
        events = self.events()
        fresh, self.looked[self.case] = events[self.looked.get(self.case, 0):], len(events)
        names, inorder = [self.name(event) for event in fresh], []
        for one in expected:
            together = sorted(one) if isinstance(one, tuple) else [one]
            moment = slice(len(inorder), len(inorder) + len(together))
            names[moment] = sorted(names[moment])
            inorder += together
        self.assertEqual(names, inorder)
        for event in fresh:
            if event["kind"] == "escalated":
                self.assertEqual((event["data"]["late_seconds"], event["at"]), (0, event["data"]["rung_at"]), event)

    @staticmethod
    def name(event):
        data = event["data"]
        return f"{data['clock']}/{data['rung']}" if event["kind"] == "escalated" else event["kind"]

    def is_dispatched(self, rule, lead, *assists):
        self.settles()
        shown = self.stack.case(self.case)
        self.assertEqual((shown["state"], shown["lead"]["department"]), ("dispatched", lead))
        self.assertEqual([assist["department"] for assist in shown["assists"]], list(assists))
        sent = [event for event in self.events() if event["kind"] == "dispatched"][-1]
        self.assertEqual(sent["data"]["rule"], rule)

    def runs(self, name, due, matter="case", department=None):
        """A clock of that name runs and is due then."""
        self.settles()
        clock = self.clock(name, matter, department)
        self.assertEqual((clock["state"], clock["due_at"]), ("running", self.moment(due)), f"{name} {matter}")

    def tells(self, *expected):
        """Exactly these notices of the case went into inboxes since the last look, as "<notice> <receiver>", with
        " on <who>" where a roster says who hears and " for <post>" where nobody holds, or is at, the post."""
        self.settles()
        district, number = self.case.rsplit("-", 1)
        rows = self.stack.sql(
            "SELECT seq, notice, role, unit, department, username, array_to_string(duty, ','), fallback_from "
            f"FROM inbox WHERE district = '{district}' AND case_number = {number} "
            f"AND seq > {self.told.get(self.case, 0)}")
        if rows:
            self.told[self.case] = max(int(row[0]) for row in rows)
        self.assertEqual(sorted(self.hearer(*row[1:]) for row in rows), sorted(expected))

    @staticmethod
    def hearer(notice, role, unit, department, username, on_duty, fallback_from):
        post = f"{role}@{unit}/{department}".rstrip("/")
        return (
            f"{notice} {username or post}" + (f" on {on_duty}" if on_duty else "")
            + (f" for {fallback_from}" if fallback_from else ""))

    def posts(self, *expected):
        """Exactly these notices of the case were posted to the webhook since the last look, as "<notice> <HH:MM>"."""
        self.settles()
        mine = self.messenger.of(self.case)
        fresh, self.posted[self.case] = mine[self.posted.get(self.case, 0):], len(mine)
        self.assertEqual(sorted(f"{post['data']['notice']} {clock_time(post)}" for post in fresh), sorted(expected))
        return fresh

    def answered(self, notice):
        """External ids and sources of the reports that the last post of that kind answers."""
        post = [post for post in self.messenger.of(self.case) if post["data"]["notice"] == notice][-1]
        return sorted((report["source"], report["external_id"]) for report in post["data"]["reports"])

    # The network

    def asked(self, path, user=None):
        """What the console answers to a user; to the supervisor where none is named."""
        answer = self.stack.console("GET", path, user=user or self.supervisor)
        self.assertEqual(answer.status, 200, f"{path}: {answer}")
        return answer.json

    def has_units(self, **counts):
        """Tier → how many units of it there are, counted page after page."""
        for tier, count in counts.items():
            page = self.asked(f"/v1/units?tier={tier}&limit=2000")
            found = {unit["code"] for unit in page["items"]}
            while page["next_cursor"]:
                page = self.asked(f"/v1/units?tier={tier}&limit=2000&cursor={page['next_cursor']}")
                found |= {unit["code"] for unit in page["items"]}
            self.assertEqual(len(found), count, tier)

    # Discipline inspection

    def record(self, clock, inspector):
        """The record that was opened for the case and clock, as the inspector sees it."""
        answer = self.stack.console("GET", "/v1/accountability?limit=200", user=inspector)
        self.assertEqual(answer.status, 200, answer)
        found = [item for item in answer.json["items"] if (item["case_id"], item["clock"]) == (self.case, clock)]
        self.assertEqual(len(found), 1, f"records of {self.case} {clock}")
        return found[0]

    def bundle(self, record, user):
        answer = self.stack.console("GET", f"/v1/accountability/{record['id']}", user=user)
        self.assertEqual(answer.status, 200, answer)
        return answer.json

    def inspects(self, record, user, action, state, **fields):
        answer = self.inspection(record, user, action, **fields)
        self.assertEqual(answer.status, 200, f"{action} by {user}: {answer}")
        self.assertEqual(answer.json["state"], state, action)
        return answer.json

    def inspection(self, record, user, action, **fields):
        version = self.bundle(record, user)["version"]
        return self.stack.console(
            "POST", f"/v1/accountability/{record['id']}/actions", {"action": action, **fields}, user=user,
            headers={"If-Match": f'"{version}"'})

    def proves(self, record, user):
        """The bundle has every event with its hash as the journal has it, every rung, notice and delivery."""
        bundle = self.bundle(record, user)
        district, number = bundle["case_id"].rsplit("-", 1)
        where = f"WHERE district = '{district}' AND case_number = {number}"
        self.assertEqual(
            [[str(event["seq"]), event["kind"], event["hash"]] for event in bundle["events"]],
            self.stack.sql(f"SELECT seq, kind, encode(hash, 'hex') FROM journal {where} ORDER BY seq"))
        self.assertTrue(bundle["proof"]["journal"]["whole"] and bundle["proof"]["steps"]["whole"], bundle["proof"])
        rungs = [event["data"] for event in bundle["events"] if event["kind"] == "escalated"]
        self.assertEqual(
            sorted((rung["clock"], rung["rung"]) for rung in bundle["escalations"]),
            sorted((rung["clock"], rung["rung"]) for rung in rungs))
        self.assertEqual(
            [[str(notice["seq"]), notice["notice"], notice["role"], notice["unit"]] for notice in bundle["notices"]],
            self.stack.sql(f"SELECT seq, notice, role, unit FROM inbox {where} ORDER BY seq, part"))
        self.assertEqual(
            [(delivery["notice"], delivery["state"]) for delivery in bundle["deliveries"]],
            [(notice, "delivered") for notice, in self.stack.sql(
                f"SELECT notice FROM deliveries {where} ORDER BY seq, part, channel")])
        return bundle

    # Figures

    def counts(self, query, expected, key=None):
        """The figures of a group (of all, without a key): name → the cases that it counts, and lists when asked."""
        expected = {name: sorted(cases) for name, cases in expected.items()}
        answer = self.stack.console("GET", "/v1/stats/indicators?" + query, user=self.supervisor)
        self.assertEqual(answer.status, 200, answer)
        rows = {row["key"]: row for row in answer.json["items"]}
        row = rows[key] if key is not None else answer.json["total"]
        self.assertEqual(
            {name: row[name] for name in expected}, {name: len(cases) for name, cases in expected.items()},
            f"{query} {key}")
        listed = {name: self.listed(address) if row[name] else [] for name, address in row["drill"].items()}
        self.assertEqual({name: listed[name] for name in expected}, expected, f"{query} {key}")
        self.assertEqual(
            {name: len(cases) for name, cases in listed.items()}, {name: row[name] for name in listed},
            f"{query} {key}")

    def listed(self, address):
        answer = self.stack.console("GET", address + "&limit=500", user=self.supervisor)
        self.assertEqual(answer.status, 200, f"{address}: {answer}")
        return sorted(item["id"] for item in answer.json["items"])

    def leaves_no_gap(self, inspector):
        """Every hash of the journal is right, and each clock that ran over has its rungs, by the journal alone."""
        self.stack.verify_journal()
        self.assertTrue(self.stack.gridctl("ladder", "check")["whole"])
        daily = self.stack.console("GET", "/v1/accountability/self-checks", user=inspector).json["items"]
        self.assertEqual({check["gaps"] for check in daily}, {0}, daily)


class Messenger:
    """The messenger that a network's webhook stands for: takes every post that is signed as it should be."""

    def __init__(self):
        self.key = secrets.token_bytes(32)
        self.secret = "whsec_" + base64.b64encode(self.key).decode()
        self.posts, self.lock = [], threading.Lock()
        messenger = self

        class Door(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                self.send_response(204 if messenger.take(self.headers, body) else 401)
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = Server(("127.0.0.1", 0), Door)
        self.url = f"http://127.0.0.1:{self.server.server_port}/"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def take(self, headers, body):
        signed = b".".join((headers["webhook-id"].encode(), headers["webhook-timestamp"].encode(), body))
        right = "v1," + base64.b64encode(hmac.new(self.key, signed, hashlib.sha256).digest()).decode()
        if not hmac.compare_digest(right, headers["webhook-signature"]):
            return False
        with self.lock:
            self.posts.append(json.loads(body))
        return True

    def of(self, case):
        with self.lock:
            return [post for post in self.posts if post["data"].get("case_id") == case]

    def close(self):
        self.server.shutdown()
        self.server.server_close()


class Server(http.server.ThreadingHTTPServer):
    """Takes as many posts at once as a notifier sends; one that finds no place to wait tries again after a second."""

    request_queue_size = 256


def clock_time(post):
    """When a post left, in the networks' time."""
    return stack.moment(post["timestamp"]).astimezone(CHINA).strftime("%H:%M")


def png():
    """A photograph of one grey square."""
    def chunk(kind, content):
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
    rows = (b"\0" + b"\x80" * 16) * 16
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 16, 16, 8, 0, 0, 0, 0))
            + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


CHINA = datetime.fromisoformat("2026-01-01T00:00:00+08:00").tzinfo
