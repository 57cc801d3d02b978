"""The supervisor of one service by itself: what it leaves behind in run/ when it ends."""

import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import unittest

import stack

SERVICE = "stats"
MAX_SECONDS = 30
# Instead of the service: something that stays until it is told to end.
STAND_IN = """#!/bin/bash
. "$(dirname -- "$0")/common.bash"
echo http://127.0.0.1:1 >"$run/$1.health"
exec sleep 600
"""


class Supervisor(unittest.TestCase):
    def setUp(self):
        self.tree = pathlib.Path(tempfile.mkdtemp(prefix="gls-", dir="/tmp"))
        self.addCleanup(shutil.rmtree, self.tree)
        scripts = self.tree / "deploy/local"
        shutil.copytree(stack.ROOT / "deploy/local", scripts)
        (scripts / "run").write_text(STAND_IN)
        self.run_folder = self.tree / "home/run"
        self.run_folder.mkdir(parents=True)
        (self.tree / "home/logs").mkdir()
        self.process = subprocess.Popen(
            [scripts / "supervise", SERVICE], env=os.environ | {"GRIDLOOP_HOME": str(self.tree / "home")},
            stdin=subprocess.DEVNULL)
        self.addCleanup(self.process.wait, MAX_SECONDS)
        self.addCleanup(self.process.kill)
        stack.await_that(
            lambda: set(self.files()) == {"health", "pid", "supervisor.pid"}, MAX_SECONDS, "it does not start")

    def files(self):
        """What stands in run/ of the service, by what it is called; a file that is being written has another name."""
        return {
            file.name.removeprefix(f"{SERVICE}."): file.read_text().strip()
            for file in self.run_folder.iterdir() if not file.name.endswith(".new")}

    def end(self):
        self.process.send_signal(signal.SIGTERM)
        self.assertEqual(self.process.wait(MAX_SECONDS), 0)

    def test_takes_its_own_files_along(self):
        self.assertEqual(self.files()["supervisor.pid"], str(self.process.pid))
        child = int(self.files()["pid"])
        self.end()
        self.assertEqual(self.files(), {})
        self.assertFalse(os.path.exists(f"/proc/{child}/exe"))

    def test_leaves_those_of_another_supervisor(self):
        theirs = {"supervisor.pid": "1", "pid": "2", "health": "http://127.0.0.1:3"}
        for name, text in theirs.items():
            (self.run_folder / f"{SERVICE}.{name}").write_text(text + "\n")
        self.end()
        self.assertEqual(self.files(), theirs)


if __name__ == "__main__":
    unittest.main()
