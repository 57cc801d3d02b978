"""`make up` twice starts nothing twice, `make down` leaves nothing running, and what was kept is there again."""

import contextlib
import json
import os
import pathlib
import signal
import socket
import subprocess
import time
import unittest

import stack

# A service that dies is started again within 2 s; to that comes what a busy machine needs to start a process.
MAX_START_AGAIN_SECONDS = 2 + 3
MAX_STOP_SECONDS = 10
# Far less than what a stack that does not become ready is waited for.
MAX_REFUSAL_SECONDS = 30


class UpAndDown(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.stack = stack.shared()

    def running(self):
        return {service: self.stack.process_id(service) for service in (*stack.SERVICES, "postgres")}

    def test_up_again_starts_nothing(self):
        before, processes = self.running(), self.own_processes()
        demo = (self.stack.home / "demo.json").read_bytes()
        self.stack.script("up")
        self.assertEqual(self.running(), before)
        self.assertEqual(self.own_processes(), processes)
        self.assertEqual((self.stack.home / "demo.json").read_bytes(), demo)

    def own_processes(self):
        """Services, server and supervisors; not the server's workers, which come and go."""
        return {
            number: command for number, command in self.stack.processes().items()
            if "/supervise " in command or "/.build/" in command and "gridctl" not in command}

    def make_up(self, **settings):
        return subprocess.run(
            ["make", "up"], cwd=stack.ROOT, env=self.stack.environment | settings, text=True, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=stack.MAX_UP_SECONDS)

    def test_up_says_at_once_which_port_is_taken(self):
        before, env = self.running(), (self.stack.home / "env").read_bytes()
        for variable in ("INTAKE_PORT", "CONSOLE_PORT"):
            with self.subTest(variable), socket.create_server(("127.0.0.1", 0)) as other:
                port = str(other.getsockname()[1])
                asked = time.monotonic()
                done = self.make_up(**{variable: port})
                self.assertLess(time.monotonic() - asked, MAX_REFUSAL_SECONDS)
                self.assertNotEqual(done.returncode, 0)
                self.assertIn(f"port {port} is taken by process {os.getpid()} (", done.stdout)
                self.assertIn(f"make up {variable}=PORT", done.stdout)
        # What runs is not touched, and is brought up by the same settings as before.
        self.assertEqual((self.stack.home / "env").read_bytes(), env)
        self.assertEqual(self.running(), before)

    def test_up_takes_its_own_ports_for_free(self):
        """Also by turns: what listens there now makes way."""
        ports = (self.stack.intake_port, self.stack.console_port)
        try:
            done = self.make_up(INTAKE_PORT=str(ports[1]), CONSOLE_PORT=str(ports[0]))
            self.assertEqual(done.returncode, 0, done.stdout)
            self.assertEqual(stack.send(ports[0], "GET", "/openapi.yaml", None, {}).status, 200)
        finally:
            self.stack.script("up")
        self.assertEqual(stack.send(ports[1], "GET", "/openapi.yaml", None, {}).status, 200)

    def test_up_links_gridctl_also_without_building(self):
        link = stack.ROOT / "gridctl"
        before = os.readlink(link) if link.is_symlink() else None
        try:
            link.unlink(missing_ok=True)
            self.stack.script("up")
            self.assertFalse(link.is_symlink(), "stacks of tests leave it as it is")
            done = self.make_up(LINK_SKIP="0")
            self.assertEqual(done.returncode, 0, done.stdout)
            self.assertEqual(link.resolve(), (stack.ROOT / ".build" / stack.BUILD / "gridctl").resolve())
            self.assertEqual(subprocess.run([link, "--help"], capture_output=True, check=False).returncode, 0)
        finally:
            link.unlink(missing_ok=True)
            if before:
                link.symlink_to(before)

    def test_down_and_up_keeps_everything(self):
        case = self.stack.file()
        self.stack.settle()
        head = self.stack.sql("SELECT district, last_seq, last_hash FROM journal_head")
        self.stack.script("down")
        self.assertEqual(self.stack.processes(), {})
        for port in (self.stack.intake_port, self.stack.console_port):
            with self.assertRaises(ConnectionRefusedError):
                stack.send(port, "GET", "/", None, {})
        self.stack.script("down")
        self.stack.script("up")
        self.stack.settle()
        self.assertEqual(self.stack.sql("SELECT district, last_seq, last_hash FROM journal_head"), head)
        self.assertEqual(self.stack.case(case)["id"], case)
        self.assertTrue(self.stack.verify_journal()["valid"])

    def test_a_service_runs_on_as_many_threads_as_it_is_told(self):
        file = self.stack.home / "settings/stats"
        file.parent.mkdir(exist_ok=True)
        for wanted in (3, 1):
            file.write_text(f"GRIDLOOP_THREADS={wanted}\n")
            self.stack.await_restart("stats", self.stack.signal("stats"))
            self.assertEqual(self.event_loops("stats"), wanted)
        file.unlink()
        self.stack.await_restart("stats", self.stack.signal("stats"))

    def event_loops(self, service):
        names = []
        for task in pathlib.Path("/proc", str(self.stack.process_id(service)), "task").iterdir():
            # Other threads come and go meanwhile.
            with contextlib.suppress(FileNotFoundError, ProcessLookupError):
                names.append((task / "comm").read_text())
        return sum(name.startswith("NIO-SGLTN") for name in names)

    def test_what_dies_is_started_again(self):
        before = self.stack.signal("stats")
        killed = time.monotonic()
        stack.await_that(
            lambda: self.running_now("stats") not in (None, before), MAX_START_AGAIN_SECONDS, "stats stays away")
        self.assertLess(time.monotonic() - killed, MAX_START_AGAIN_SECONDS)
        self.stack.await_restart("stats", before)
        log = (self.stack.home / "logs/stats.log").read_text(errors="replace")
        self.assertIn("started again", log)

    def running_now(self, service):
        try:
            process = self.stack.process_id(service)
            os.kill(process, 0)
            return process
        except (OSError, ValueError):
            return None

    def test_stops_in_good_order(self):
        """SIGTERM: finish, commit, end with 0 within 10 s."""
        for service in stack.SERVICES:
            with self.subTest(service):
                asked = time.monotonic()
                before = self.stack.signal(service, signal.SIGTERM)
                stack.await_that(
                    lambda: not os.path.exists(f"/proc/{before}/exe"), MAX_STOP_SECONDS, f"{service} does not stop")
                self.assertLess(time.monotonic() - asked, MAX_STOP_SECONDS)
                self.stack.await_restart(service, before)
                ends = [
                    json.loads(line)["exit_status"]
                    for line in (self.stack.home / f"logs/{service}.log").read_text(errors="replace").splitlines()
                    if '"exit_status"' in line]
                self.assertEqual(ends[-1], 0)

    def test_files_of_the_stack(self):
        for name, mode in (("env", 0o600), ("demo.json", 0o600)):
            self.assertEqual((self.stack.home / name).stat().st_mode & 0o777, mode, name)
        demo = json.loads((self.stack.home / "demo.json").read_text())
        departments = {user.get("department") for user in demo["users"] if user["role"] == "handler"}
        listed = self.stack.console("GET", "/v1/departments", user=self.stack.supervisor).json["items"]
        self.assertEqual(departments, {department["code"] for department in listed}, "a handler for every department")
        self.assertEqual(
            set(self.stack.keys), {"officer", "hotline", "citizen", "camera", "department", "patrol"})

    def test_metrics_and_logs(self):
        for service in stack.SERVICES:
            port = int((self.stack.home / "run" / f"{service}.health").read_text().strip().rsplit(":", 1)[1])
            with self.subTest(service):
                self.assertEqual(stack.send(port, "GET", "/livez", None, {}).status, 200)
                metrics = stack.send(port, "GET", "/metrics", None, {}).body.decode()
                self.assertIn("# TYPE", metrics)
                for line in (self.stack.home / f"logs/{service}.log").read_text().splitlines():
                    json.loads(line)


if __name__ == "__main__":
    unittest.main()
