"""A receiver of webhooks. Prints its port, then one JSON line for each request; ends when its standard input does.

Answers with the statuses of its arguments, one after the other, and then with 200. `hang` stands for no answer at all.
"""

import base64
import http.server
import json
import os
import socketserver
import sys
import threading

answers = iter(sys.argv[1:])
lock = threading.Lock()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *arguments):
        pass

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        with lock:
            answer = next(answers, "200")
            request = {
                "path": self.path,
                "headers": {name.lower(): value for name, value in self.headers.items()},
                "body": base64.b64encode(body).decode(),
            }
            print(json.dumps(request), flush=True)
        if answer == "hang":
            self.rfile.read(1)
            self.close_connection = True
            return
        self.send_response(int(answer))
        self.send_header("Content-Length", "0")
        self.end_headers()


class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
    daemon_threads = True
    request_queue_size = 256


server = Server(("127.0.0.1", 0), Handler)
threading.Thread(target=server.serve_forever, daemon=True).start()
print(server.server_address[1], flush=True)
sys.stdin.read()
os._exit(0)
