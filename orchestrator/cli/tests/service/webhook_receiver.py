"""Receives webhooks and verifies them with the standard's own library. Each is a line on standard output:
`ID VERIFIED BODY`, and it is answered with 500 if its id was not seen before: whoever sends must repeat."""

import json
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer

from standardwebhooks.webhooks import Webhook, WebhookVerificationError

webhook = Webhook(sys.argv[1])
seen = set()


class Receiver(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        try:
            webhook.verify(body.decode(), {name.lower(): value for name, value in self.headers.items()})
            verified = "verified"
        except WebhookVerificationError as error:
            verified = f"refused:{error}".replace(" ", "_")
        name = self.headers["webhook-id"]
        print(name, verified, json.dumps(json.loads(body)), flush=True)
        self.send_response(200 if name in seen else 500)
        self.end_headers()
        seen.add(name)

    def log_message(self, *_):
        pass


server = HTTPServer(("127.0.0.1", 0), Receiver)
print(server.server_port, flush=True)
server.serve_forever()
