"""Many viewers of the live stream at once, each with a connection of its own, read by one thread.

What arrives is written down as it comes, with when, and looked at afterwards: reading for a thousand viewers must cost
so little that it does not slow what it measures.
"""

import json
import resource
import selectors
import socket
import threading
import time

CONNECT_SECONDS = 60
READ_BYTES = 256 * 1024
# What a viewer that does not read lets the kernel keep for it.
SLOW_RECEIVE_BYTES = 4 * 1024


def allow_connections(count):
    """Raises this process's limit of descriptors, where it stands below what so many connections take."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = count + 256
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(wanted, hard) if hard >= 0 else wanted, hard))


class Viewer:
    """One connection to the stream, from the journal's end or from a place on."""

    def __init__(self, stack, user, slow=False, last_event_id=None):
        self.user = user
        self.slow = slow
        self.parts = []
        self.ended = False
        self._socket = socket.socket()
        if slow:
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SLOW_RECEIVE_BYTES)
        self._socket.settimeout(CONNECT_SECONDS)
        self._socket.connect(("127.0.0.1", stack.console_port))
        place = f"Last-Event-ID: {last_event_id}\r\n" if last_event_id else ""
        self._socket.sendall(
            f"GET /v1/stream HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/event-stream\r\n{place}"
            f"Authorization: Bearer {stack.token(user)}\r\n\r\n".encode())

    def fileno(self):
        return self._socket.fileno()

    def await_opening(self):
        """Reads until the stream has said where it begins: from then on nothing is missed."""
        text = b""
        while b"\n\n" not in text.partition(b"\r\n\r\n")[2]:
            part = self._socket.recv(4_096)
            if not part:
                raise AssertionError(f"{self.user}: the stream ended at once: {text[:400]!r}")
            text += part
        if not text.startswith(b"HTTP/1.1 200"):
            raise AssertionError(f"{self.user}: {text[:400]!r}")
        self.parts.append((time.monotonic(), text))
        self._socket.setblocking(False)
        return self

    def take(self):
        """Reads what has come. False once the stream has ended."""
        try:
            part = self._socket.recv(READ_BYTES)
        except BlockingIOError:
            return True
        except OSError:
            part = b""
        if not part:
            self.ended = True
            return False
        self.parts.append((time.monotonic(), part))
        return True

    def read_all(self, seconds):
        """Everything that is left, by a viewer that has not read; ends when nothing came for so long."""
        self._socket.settimeout(seconds)
        try:
            while part := self._socket.recv(READ_BYTES):
                self.parts.append((time.monotonic(), part))
            self.ended = True
        except TimeoutError:
            pass
        except OSError:
            self.ended = True
        return self

    def events(self):
        """(id, kind, data, when it had arrived) of every event, in the order in which they came."""
        found = []
        body = b""
        # When each byte had arrived, as the ends of the parts that brought them.
        ends = []
        for at, part in self.parts:
            body += part
            ends.append((len(body), at))
        text, moments = dechunked(body, ends)
        place = 0
        for block, end in blocks(text):
            fields = dict(line.split(b": ", 1) for line in block.split(b"\n") if b": " in line and line[:1] != b":")
            while moments[place][0] < end:
                place += 1
            if b"data" in fields:
                found.append((fields[b"id"].decode(), fields[b"event"].decode(), fields[b"data"], moments[place][1]))
        return found

    def close(self):
        self._socket.close()


def blocks(text):
    """The blocks of a stream and where each ends; what is not whole yet is left out."""
    start = 0
    while (end := text.find(b"\n\n", start)) >= 0:
        yield text[start:end], end + 2
        start = end + 2


def dechunked(body, ends):
    """The text of a chunked answer, and until where it had come at which moment."""
    place = body.index(b"\r\n\r\n") + 4
    pieces, moments, length, arrival = [], [], 0, 0
    while (line := body.find(b"\r\n", place)) >= 0:
        size = int(body[place:line], 16)
        if size == 0 or line + 2 + size > len(body):
            break
        pieces.append(body[line + 2:line + 2 + size])
        length += size
        while ends[arrival][0] < line + 2 + size:
            arrival += 1
        moments.append((length, ends[arrival][1]))
        place = line + 2 + size + 2
    return b"".join(pieces), moments


class Crowd:
    """Viewers that are all read by one thread, but for those that are slow. Use it as a context manager."""

    def __init__(self, viewers):
        self.viewers = viewers
        self._selector = selectors.DefaultSelector()
        self._wake, self._waker = socket.socketpair()
        self._thread = threading.Thread(target=self._read)

    def __enter__(self):
        self._selector.register(self._wake, selectors.EVENT_READ, None)
        for viewer in self.viewers:
            if not viewer.slow:
                self._selector.register(viewer, selectors.EVENT_READ, viewer)
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._waker.send(b".")
        self._thread.join()
        for viewer in self.viewers:
            viewer.close()
        for one in (self._wake, self._waker, self._selector):
            one.close()

    def _read(self):
        while True:
            for key, _ in self._selector.select():
                if key.data is None:
                    return
                if not key.data.take():
                    self._selector.unregister(key.data)

    def received(self):
        """How many bytes all of them have read."""
        return sum(len(part) for viewer in self.viewers for _, part in list(viewer.parts))


def resident_megabytes(process):
    with open(f"/proc/{process}/status", encoding="ascii") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmRSS")) / 1024


def processor_seconds(process):
    with open(f"/proc/{process}/stat", encoding="ascii") as stat:
        fields = stat.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / 100


def concerns(data, department):
    """Whether an event is of the department: it leads the case, or a part or clock of the department is named."""
    value = json.loads(data)
    named = value["data"].get("clocks", []) + value["data"].get("parts", [])
    return value["lead"] == department or any(one.get("department") == department for one in named)
