"""`make up` twice starts nothing twice, `make down` leaves nothing running, and what was kept is there again."""

import json
import os
import signal
import time
import unittest

import stack

# A service that dies is started again within 2 s; to that comes what a busy machine needs to start a process.
MAX_START_AGAIN_SECONDS = 2 + 3
MAX_STOP_SECONDS = 10


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
