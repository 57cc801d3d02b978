"""A client that files reports without a pause and keeps its own record of every acknowledgement, on the disk."""

import http.client
import json
import os
import random
import threading
import time

import reports
import stack as stacks

SOURCES = ("officer", "hotline", "citizen", "camera", "department", "patrol")
CATEGORIES = ("E0201", "E0203", "E0301", "E0402", "E0505", "E2104", "C0101", "C0201")
# Part of the reports that are sent a second time after their acknowledgement, as by a sender that forgot it.
REPEATED_SHARE = 0.03
URGENT_SHARE = 0.05
MIN_PAUSE_SECONDS, MAX_PAUSE_SECONDS = 0.05, 1.0
# How long one report is tried again before it counts as refused.
PATIENCE_SECONDS = 120
REQUEST_SECONDS = 20


class Load:
    """Senders in threads, each with a seed of its own; start, then stop."""

    def __init__(self, stack, seed, record, senders=6, per_second=90, name="load"):
        self.stack = stack
        self.seed = seed
        self.name = name
        self.interval = senders / per_second
        self.acknowledged = {}
        self.refused = []
        self.retries = 0
        self._record = open(record, "a", encoding="utf-8")
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._threads = [threading.Thread(target=self._run, args=(number,)) for number in range(senders)]

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        """Lets every sender bring its last report to its end; none is left with an unknown outcome."""
        self._stopping.set()
        for thread in self._threads:
            thread.join()
        self._record.close()

    def await_progress(self, more=20, seconds=PATIENCE_SECONDS):
        """Waits until so many more reports are acknowledged."""
        goal = len(self.acknowledged) + more
        stacks.await_that(
            lambda: len(self.acknowledged) >= goal or self.refused, seconds, "no report is acknowledged any more")

    def _run(self, sender):
        chance = random.Random(f"{self.seed}-{sender}")
        door = Door(self.stack.intake_port)
        number = 0
        due = time.monotonic()
        try:
            while not self._stopping.is_set():
                number += 1
                body, source = self._report(chance, f"{self.name}-{self.seed}-{sender}-{number}")
                self._send(door, body, source)
                if chance.random() < REPEATED_SHARE:
                    self._send(door, body, source)
                due = max(due + self.interval, time.monotonic() - 1)
                self._stopping.wait(max(0, due - time.monotonic()))
        finally:
            door.close()

    def _report(self, chance, external_id):
        source = chance.choice(SOURCES)
        with self._lock:
            place = reports.next_place()
        body = reports.report(
            source, category=chance.choice(CATEGORIES), description=f"Report {external_id}", place=place,
            external_id=external_id, urgent=chance.random() < URGENT_SHARE)
        return body, source

    def _send(self, door, body, source):
        """Sends one report until it is acknowledged; the same external id each time, so that it is filed once."""
        external_id = body["external_id"]
        headers = {"Content-Type": "application/json", "Authorization": "ApiKey " + self.stack.keys[source]}
        content = json.dumps(body).encode()
        deadline = time.monotonic() + PATIENCE_SECONDS
        pause = MIN_PAUSE_SECONDS
        while True:
            status, answer = door.post("/v1/reports", content, headers)
            if status in (200, 201):
                self._acknowledge(external_id, answer)
                return
            if status not in (0, 429) and status < 500 or time.monotonic() > deadline:
                with self._lock:
                    self.refused.append(f"{external_id}: {status} {str(answer)[:200]}")
                return
            with self._lock:
                self.retries += 1
            time.sleep(pause)
            pause = min(pause * 2, MAX_PAUSE_SECONDS)

    def _acknowledge(self, external_id, answer):
        case_id = answer["case_id"]
        with self._lock:
            known = self.acknowledged.setdefault(external_id, case_id)
            if known != case_id:
                self.refused.append(f"{external_id} was acknowledged as {known} and as {case_id}")
            self._record.write(json.dumps({"external_id": external_id, "case_id": case_id}) + "\n")
            self._record.flush()
            os.fsync(self._record.fileno())


class Door:
    """One connection that is kept open and made anew when it is lost."""

    def __init__(self, port):
        self.port = port
        self._connection = None

    def post(self, path, content, headers):
        return self.request("POST", path, content, headers)

    def request(self, method, path, content, headers):
        """Status and document of the answer; status 0 where there was none."""
        try:
            if self._connection is None:
                self._connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=REQUEST_SECONDS)
            self._connection.request(method, path, body=content, headers=headers)
            response = self._connection.getresponse()
            return response.status, json.loads(response.read() or b"null")
        except (OSError, http.client.HTTPException, ValueError) as fault:
            self.close()
            return 0, str(fault)

    def close(self):
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def read_record(path):
    """The acknowledgements that a client wrote down: external id → case id. A last line cut short does not count."""
    acknowledged = {}
    with open(path, encoding="utf-8") as record:
        for line in record:
            if line.endswith("\n"):
                entry = json.loads(line)
                acknowledged[entry["external_id"]] = entry["case_id"]
    return acknowledged
