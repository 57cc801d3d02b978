"""A small web server for the tests of HTTPClient. Prints its port; ends when its standard input does."""

import http.server
import os
import socketserver
import sys
import threading


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    connections = set()
    held = threading.Semaphore(0)

    def log_message(self, *arguments):
        pass

    def answer(self, status, body, headers=()):
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def body(self):
        if self.headers.get("Transfer-Encoding") == "chunked":
            return b"".join(self.pieces())
        return self.rfile.read(int(self.headers.get("Content-Length", 0)))

    def pieces(self):
        while True:
            size = int(self.rfile.readline(), 16)
            piece = self.rfile.read(size)
            self.rfile.readline()
            if size == 0:
                return
            yield piece

    def begin_pieces(self, kind):
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()

    def piece(self, content):
        self.wfile.write(b"%x\r\n%s\r\n" % (len(content), content))
        self.wfile.flush()

    def serve(self):
        Handler.connections.add(self.client_address)
        path, _, argument = self.path.lstrip("/").partition("/")
        if path == "echo":
            lines = [f"{self.command} {self.path}"] + sorted(f"{k.lower()}: {v}" for k, v in self.headers.items())
            self.answer(200, "\n".join(lines).encode() + b"\n\n" + self.body(), [("X-Test", "one"), ("X-Test", "two")])
        elif path == "status":
            self.body()
            self.answer(int(argument), b"", [("Location", "/echo"), ("Retry-After", "7")])
        elif path == "bytes":
            self.answer(200, b"x" * int(argument))
        elif path == "connections":
            self.answer(200, str(len(Handler.connections)).encode())
        elif path == "hold":
            # Answers nothing until the client is gone.
            print("held", flush=True)
            self.rfile.read(1)
            print("gone", flush=True)
            self.close_connection = True
        elif path == "cut":
            self.close_connection = True
        elif path == "events":
            self.begin_pieces("text/event-stream")
            for number in range(int(argument)):
                self.piece(b"id: %d\ndata: event\n\n" % number)
            self.piece(b"")
        elif path == "endless":
            self.begin_pieces("text/event-stream")
            try:
                while True:
                    self.piece(b"x" * 65536)
            except OSError:
                print("gone", flush=True)
            self.close_connection = True
        elif path == "lines":
            # One piece of answer for each piece of question, at once.
            self.begin_pieces("application/x-ndjson")
            for piece in self.pieces():
                self.piece(b"got " + piece)
            self.piece(b"")
        else:
            self.body()
            self.answer(404, b"")

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = serve


class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
    daemon_threads = True
    request_queue_size = 256


server = Server(("127.0.0.1", 0), Handler)
threading.Thread(target=server.serve_forever, daemon=True).start()
print(server.server_address[1], flush=True)
sys.stdin.read()
os._exit(0)
