"""A whole stack for the smoke tests: brought up on free ports in a directory of its own, always erased again.

BUILD=debug|release says which binaries run (default debug); they must be built already.
"""

import atexit
import http.client
import json
import os
import pathlib
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from datetime import datetime, timezone

import reports

ROOT = pathlib.Path(__file__).absolute().parents[2]
BUILD = os.environ.get("BUILD") or "debug"
SERVICES = ("stats", "notifier", "escalation", "dispatcher", "intake", "console")
CONSUMERS = ("escalation", "notifier", "stats")

MAX_UP_SECONDS = 420
MAX_COMMAND_SECONDS = 300
MAX_REQUEST_SECONDS = 60
MAX_RESTART_SECONDS = 120
MAX_SETTLE_SECONDS = 180
POLL_SECONDS = 0.05
LOWEST_PORT = 20_000


class StackError(Exception):
    """The stack did not do what every test relies on."""


class Answer:
    """The answer to one request."""

    def __init__(self, status, headers, body):
        self.status = status
        self.headers = headers
        self.body = body

    @property
    def json(self):
        return json.loads(self.body) if self.body else None

    @property
    def code(self):
        """The `code` of a problem document."""
        return self.json.get("code")

    @property
    def faults(self):
        """Field → code, of every fault that a problem document names."""
        return {fault["field"]: fault["code"] for fault in self.json.get("errors", [])}

    def __repr__(self):
        return f"{self.status} {self.body[:600]!r}"


class Stack:
    """One running stack. Use `shared`, or `start` and `erase`."""

    def __init__(self, network="baoan", clock="simulated", clock_start="2026-03-02T09:00:00+08:00", home=None):
        self.network = network
        # A short path: PostgreSQL's user must reach it, and a socket's path is limited.
        self.home = pathlib.Path(home or tempfile.mkdtemp(prefix="gls-", dir="/tmp"))
        self.intake_port, self.console_port = free_ports(2)
        self.environment = {
            **{name: os.environ[name] for name in ("PATH", "HOME", "LANG", "USER") if name in os.environ},
            "GRIDLOOP_HOME": str(self.home), "NETWORK": network, "BUILD": BUILD, "BUILD_SKIP": "1", "LINK_SKIP": "1",
            "SAMPLE": "0", "CLOCK": clock,
            "INTAKE_PORT": str(self.intake_port), "CONSOLE_PORT": str(self.console_port),
        }
        if clock == "simulated":
            self.environment["CLOCK_START"] = clock_start
        self._tokens = {}
        self._lock = threading.Lock()

    # Running

    def start(self):
        _living.append(self)
        self.script("up", timeout=MAX_UP_SECONDS)
        demo = json.loads((self.home / "demo.json").read_text())
        self.passwords = {user["username"]: user["password"] for user in demo["users"]}
        self.users = demo["users"]
        self.keys = {key["source"]: key["key"] for key in demo["keys"] if key.get("source")}
        return self

    def erase(self):
        """Stops everything and removes the directory. Raises when a process is left."""
        if self in _living:
            self.keep()
        if self.home.exists():
            self.script("reset", timeout=120)
        shutil.rmtree(self.home, ignore_errors=True)
        left = self.processes()
        if left:
            raise StackError(f"still running after reset: {left}")

    def keep(self):
        """Leaves the stack running after the interpreter has ended."""
        _living.remove(self)

    def script(self, name, *arguments, timeout=MAX_COMMAND_SECONDS):
        done = subprocess.run(
            [str(ROOT / "deploy/local" / name), *arguments], cwd=ROOT, env=self.environment, text=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=timeout)
        if done.returncode != 0:
            raise StackError(f"{name} ended with {done.returncode}:\n{done.stdout[-3000:]}")
        return done.stdout

    def processes(self):
        """Number and command line of every process that belongs to this stack."""
        mark = str(self.home).encode()
        found = {}
        for entry in pathlib.Path("/proc").iterdir():
            if not entry.name.isdigit() or int(entry.name) == os.getpid():
                continue
            try:
                command = (entry / "cmdline").read_bytes()
                surroundings = (entry / "environ").read_bytes()
                state = (entry / "stat").read_text().rsplit(")", 1)[1].split()[0]
            except (OSError, IndexError):
                continue
            if state != "Z" and (mark in command or mark in surroundings):
                found[int(entry.name)] = command.replace(b"\0", b" ").decode(errors="replace").strip()
        return found

    # gridctl and the database

    def gridctl(self, *arguments, codes=(0,), timeout=MAX_COMMAND_SECONDS):
        """What `gridctl … --json` writes. Raises unless it ends with one of the codes."""
        command = self.gridctl_command(*arguments)
        done = subprocess.run(
            command, cwd=ROOT, env=self.environment, text=True, stdin=subprocess.DEVNULL, capture_output=True,
            timeout=timeout)
        if done.returncode not in codes:
            raise StackError(
                f"gridctl {' '.join(arguments)} ended with {done.returncode}: {done.stdout[-2000:]}"
                f"{done.stderr[-2000:]}")
        return json.loads(done.stdout) if done.stdout.strip() else None

    def gridctl_command(self, *arguments):
        return [str(ROOT / ".build" / BUILD / "gridctl"), *arguments, "--json", "--home", str(self.home)]

    def settle(self, seconds=MAX_SETTLE_SECONDS):
        """Waits until nothing is left to be done; raises with what is when that takes too long."""
        return self.gridctl("settle", "--timeout", str(seconds), timeout=seconds + 60)

    def verify_journal(self):
        """The report of `gridctl journal verify`, which must find every hash right."""
        return self.gridctl("journal", "verify")

    def setting(self, name):
        for line in (self.home / "env").read_text().splitlines():
            key, _, value = line.partition("=")
            if key == name:
                return value
        raise StackError(f"{name} is not in env")

    def sql(self, query):
        """The rows of a query as lists of text, asked by the owner of the database."""
        programs = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin/psql"))
        psql = str(programs[-1]) if programs else "psql"
        done = subprocess.run(
            [psql, "-X", "-q", "-A", "-t", "-F", "\x1f", "-v", "ON_ERROR_STOP=1", self.setting("DATABASE_URL"),
             "-c", query],
            text=True, capture_output=True, timeout=MAX_COMMAND_SECONDS)
        if done.returncode != 0:
            raise StackError(f"psql: {done.stderr.strip()}")
        return [line.split("\x1f") for line in done.stdout.splitlines()]

    def count(self, query):
        return int(self.sql(query)[0][0])

    # The clock

    def now(self):
        return moment(self.gridctl("clock", "now")["now"])

    def clock_reading(self):
        """Simulated time in microseconds since 1970, read as the services do; None where time is real."""
        file = self.home / "clock"
        return int.from_bytes(file.read_bytes(), "little") if file.exists() else None

    def clock_time(self):
        """The stack's time, without asking a program for it."""
        reading = self.clock_reading()
        now = time.time() if reading is None else reading / 1e6
        return datetime.fromtimestamp(now, timezone.utc)

    def advance_to(self, when):
        """Moves simulated time to a moment (RFC 3339) and waits until every service has caught up."""
        seconds = int((moment(when) - self.now()).total_seconds())
        if seconds < 0:
            raise StackError(f"it is later than {when} already")
        answer = self.gridctl("clock", "advance", f"{seconds}s")
        assert answer["settled"], answer
        return answer

    # Requests

    def intake(self, method, path, body=None, **options):
        return self.request(self.intake_port, method, path, body, **options)

    def console(self, method, path, body=None, **options):
        return self.request(self.console_port, method, path, body, **options)

    def request(self, port, method, path, body=None, user=None, source=None, headers=None, content_type=None):
        """One request as a user or with the key of a source. A body that is no bytes is sent as JSON."""
        fields = dict(headers or {})
        if body is not None:
            if not isinstance(body, bytes):
                body = json.dumps(body).encode()
                content_type = content_type or "application/json"
            if content_type:
                fields["Content-Type"] = content_type
        if source:
            fields["Authorization"] = "ApiKey " + self.keys[source]
        elif user:
            fields["Authorization"] = "Bearer " + self.token(user)
        answer = send(port, method, path, body, fields)
        if answer.status == 401 and user:
            # Simulated time may have ended the session.
            fields["Authorization"] = "Bearer " + self.token(user, renew=True)
            answer = send(port, method, path, body, fields)
        return answer

    def token(self, user, renew=False):
        with self._lock:
            if renew or user not in self._tokens:
                answer = send(
                    self.console_port, "POST", "/v1/sessions",
                    json.dumps({"username": user, "password": self.passwords[user]}).encode(),
                    {"Content-Type": "application/json"})
                if answer.status not in (200, 201):
                    raise StackError(f"{user} cannot sign in: {answer}")
                self._tokens[user] = answer.json["token"]
            return self._tokens[user]

    # Cases

    def file(self, source="hotline", **fields):
        """Files a report and returns its case id. A point of its own, so that no two are taken for one incident."""
        answer = self.intake("POST", "/v1/reports", reports.report(source, **fields), source=source)
        if answer.status != 201:
            raise StackError(f"a report was not filed: {answer}")
        return answer.json["case_id"]

    def case(self, case_id, user=None):
        answer = self.console("GET", f"/v1/cases/{case_id}", user=user or self.supervisor)
        if answer.status != 200:
            raise StackError(f"case {case_id}: {answer}")
        return answer.json

    def act(self, case_id, action, user, version=None, **fields):
        """The answer to an action, at the version that stands unless another is given."""
        if version is None:
            version = self.case(case_id)["version"]
        return self.console(
            "POST", f"/v1/cases/{case_id}/actions", {"action": action, **fields}, user=user,
            headers={"If-Match": f'"{version}"'})

    @property
    def supervisor(self):
        """Someone who sees every case."""
        return next(user["username"] for user in self.users if user["role"] == "supervisor")

    # Faults

    def process_id(self, service):
        return int((self.home / "run" / f"{service}.pid").read_text())

    def signal(self, service, number=signal.SIGKILL):
        """Sends a signal; returns the number of the process that got it."""
        process = self.process_id(service)
        os.kill(process, number)
        return process

    def is_ready(self, service):
        try:
            port = int((self.home / "run" / f"{service}.health").read_text().strip().rsplit(":", 1)[1])
            return send(port, "GET", "/readyz", None, {}, timeout=5).status == 200
        except (OSError, ValueError, IndexError, http.client.HTTPException):
            return False

    def await_restart(self, service, before, seconds=MAX_RESTART_SECONDS):
        """Waits until another process of the service than `before` says that it is ready."""
        def is_back():
            try:
                return self.process_id(service) != before and self.is_ready(service)
            except (OSError, ValueError):
                return False
        await_that(is_back, seconds, f"{service} did not come back")

    def await_ready(self, seconds=MAX_RESTART_SECONDS):
        for service in SERVICES:
            await_that(lambda: self.is_ready(service), seconds, f"{service} is not ready")

    def await_postgres(self, seconds=MAX_RESTART_SECONDS):
        def answers():
            try:
                return self.sql("SELECT 1") == [["1"]]
            except StackError:
                return False
        await_that(answers, seconds, "PostgreSQL did not come back")

    def lags(self):
        """Consumers that have not applied a journal to its head, with how many events they lack."""
        rows = self.sql(
            "SELECT c.name, h.district, h.last_seq - coalesce(p.seq, 0) FROM journal_head h "
            "CROSS JOIN unnest(ARRAY['escalation', 'notifier', 'stats']) AS c(name) "
            "LEFT JOIN positions p ON p.district = h.district AND p.consumer = c.name "
            "WHERE h.last_seq > coalesce(p.seq, 0)")
        return {(consumer, district): int(lag) for consumer, district, lag in rows}


def send(port, method, path, body, headers, timeout=MAX_REQUEST_SECONDS):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
    try:
        connection.request(method, path, body=body, headers=headers)
        response = connection.getresponse()
        return Answer(response.status, response.headers, response.read())
    finally:
        connection.close()


def moment(text):
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def await_that(condition, seconds, complaint):
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise StackError(f"{complaint} within {seconds} s")
        time.sleep(POLL_SECONDS)


def free_ports(count):
    """Ports that nobody listens on, below those that the kernel gives to connections: one of these may be taken while
    its service is down, even by a client that knocks there again and again and is at last connected to itself."""
    first_of_connections = int(pathlib.Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
    # Where a machine has moved that range down, there is none below it to choose from.
    last = first_of_connections if first_of_connections > LOWEST_PORT + 1_000 else 65_536
    chance, found = random.SystemRandom(), set()
    while len(found) < count:
        port = chance.randrange(LOWEST_PORT, last)
        with socket.socket() as one:
            try:
                one.bind(("127.0.0.1", port))
            except OSError:
                continue
            found.add(port)
    return sorted(found)


# Stacks that several test files use: made by the first that asks, erased when the interpreter ends.
_living = []
_shared = {}


def shared(network="baoan"):
    if network not in _shared:
        _shared[network] = Stack(network).start()
    return _shared[network]


def erase_all():
    for stack in list(_living):
        try:
            stack.erase()
        except Exception as error:
            print(f"{stack.home}: {error}", file=sys.stderr)


atexit.register(erase_all)
signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
