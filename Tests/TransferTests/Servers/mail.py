"""A small mail server (RFC 5321) for the tests of SMTPClient.

Prints its port, then one JSON line for each message taken. Ends when its standard input does. Recipients named
`permanent` and `temporary` are refused so; the user is `gridloop`, the password `secret`. With a certificate file as
argument it offers STARTTLS.
"""

import base64
import json
import os
import socketserver
import ssl
import sys
import threading

certificate = sys.argv[1] if len(sys.argv) > 1 else None


class Session(socketserver.StreamRequestHandler):
    def reply(self, line):
        self.wfile.write(line.encode() + b"\r\n")

    def handle(self):
        self.encrypted = False
        self.user = None
        self.reset()
        self.reply("220 test ESMTP")
        while line := self.rfile.readline():
            verb, _, argument = line.decode().rstrip("\r\n").partition(" ")
            command = getattr(self, "do_" + verb.upper(), None)
            if command is None:
                self.reply("500 unknown")
            elif command(argument) is False:
                return

    def reset(self):
        self.sender, self.recipients = None, []

    def do_EHLO(self, name):
        self.name = name
        offers = ["test", "SIZE 33554432", "AUTH PLAIN", "SMTPUTF8"]
        if certificate and not self.encrypted:
            offers.append("STARTTLS")
        for index, offer in enumerate(offers):
            self.reply(("250 " if index + 1 == len(offers) else "250-") + offer)

    def do_STARTTLS(self, _):
        self.reply("220 go ahead")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        try:
            self.connection = context.wrap_socket(self.connection, server_side=True)
        except OSError:
            return False
        self.rfile, self.wfile = self.connection.makefile("rb"), self.connection.makefile("wb", buffering=0)
        self.encrypted = True
        self.reset()

    def do_AUTH(self, argument):
        method, _, initial = argument.partition(" ")
        if not initial:
            self.reply("334 ")
            initial = self.rfile.readline().decode().strip()
        _, user, password = base64.b64decode(initial).decode().split("\0")
        if (user, password) == ("gridloop", "secret"):
            self.user = user
            self.reply("235 welcome")
        else:
            self.reply("535 no")

    def do_MAIL(self, argument):
        self.sender = argument[argument.index("<") + 1 : argument.index(">")]
        self.reply("250 ok")

    def do_RCPT(self, argument):
        address = argument[argument.index("<") + 1 : argument.index(">")]
        if address.startswith("permanent"):
            self.reply("550 5.1.1 no such user")
        elif address.startswith("temporary"):
            self.reply("451 4.3.0 later")
        else:
            self.recipients.append(address)
            self.reply("250 ok")

    def do_DATA(self, _):
        self.reply("354 go on")
        lines = []
        while (line := self.rfile.readline()) != b".\r\n":
            if not line:
                return False
            lines.append(line[1:] if line.startswith(b".") else line)
        message = {
            "sender": self.sender,
            "recipients": self.recipients,
            "encrypted": self.encrypted,
            "user": self.user,
            "name": self.name,
            "data": base64.b64encode(b"".join(lines)).decode(),
        }
        print(json.dumps(message), flush=True)
        self.reset()
        self.reply("250 taken")

    def do_RSET(self, _):
        self.reset()
        self.reply("250 ok")

    def do_NOOP(self, _):
        self.reply("250 ok")

    def do_QUIT(self, _):
        self.reply("221 bye")
        return False


class Server(socketserver.ThreadingMixIn, socketserver.TCPServer):
    daemon_threads = True
    allow_reuse_address = True


server = Server(("127.0.0.1", 0), Session)
threading.Thread(target=server.serve_forever, daemon=True).start()
print(server.server_address[1], flush=True)
sys.stdin.read()
os._exit(0)
