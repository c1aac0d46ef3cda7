"""An SMTP server for tests: aiosmtpd on a free port of this machine.

Prints its port first. Then answers each line "list" on stdin with what it has accepted, as one line of JSON, and
ends with its stdin. The domain of the recipient decides what it does.
"""

import asyncio
import json
import sys

from aiosmtpd.smtp import SMTP


class Handler:
    def __init__(self):
        self.accepted = []
        self.dropped = set()

    async def handle_RCPT(self, server, session, envelope, address, options):
        domain = address.rpartition("@")[2]
        if domain == "bounce.example":
            return f"550 5.1.1 <{address}> does not exist"
        if domain == "down.example":
            return "421 4.3.2 going down"
        if domain == "vanish.example":
            server.transport.abort()
            return "250 OK"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        recipient = envelope.rcpt_tos[0]
        domain = recipient.rpartition("@")[2]
        if domain == "full.example":
            return f"452 4.2.2 the mailbox of <{recipient}> is full"
        if domain == "spam.example":
            return f"554 5.7.1 <{recipient}> does not want this"
        self.accepted.append({
            "from": envelope.mail_from,
            "to": envelope.rcpt_tos,
            "content": envelope.content.decode("utf-8"),
        })
        if domain == "lost.example" and recipient not in self.dropped:
            self.dropped.add(recipient)
            server.transport.abort()
        if domain == "mute.example":
            await asyncio.Event().wait()
        if domain == "babble.example":
            return "what was the question?"
        return "250 OK"


async def main():
    handler = Handler()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(handler, enable_SMTPUTF8=True), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        if line == "list\n":
            print(json.dumps(handler.accepted), flush=True)
    server.close()


asyncio.run(main())
