"""Runs the mail server of TransferTests and prints each message it takes as its reader sees it, one JSON line each.

Prints the server's port first; ends when its standard input does.
"""

import base64
import email
import email.policy
import json
import pathlib
import subprocess
import sys

script = pathlib.Path(__file__).resolve().parents[2] / "TransferTests" / "Servers" / "mail.py"
server = subprocess.Popen([sys.executable, script], stdin=sys.stdin, stdout=subprocess.PIPE)
print(server.stdout.readline().decode().strip(), flush=True)
for line in server.stdout:
    taken = json.loads(line)
    message = email.message_from_bytes(base64.b64decode(taken["data"]), policy=email.policy.default)
    part = message.get_body(("plain",))
    shown = {
        "sender": taken["sender"],
        "recipients": taken["recipients"],
        "from": str(message["From"]),
        "to": str(message["To"]),
        "subject": str(message["Subject"]),
        "date": str(message["Date"]),
        "id": str(message["Message-ID"]),
        "text": part.get_content().replace("\r\n", "\n"),
    }
    print(json.dumps(shown), flush=True)
