"""A runtime that does not keep to the Runtime API, and tells what it was answered."""

import http.client
import json
import os

ROOT = "/2018-06-01/runtime"


def call(method, path, body=None):
    connection = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])
    connection.request(method, ROOT + path, body)
    answer = connection.getresponse()
    return answer.status, answer.headers, answer.read()


before = "none"
while True:
    _, headers, _ = call("GET", "/invocation/next")
    request = headers["Lambda-Runtime-Aws-Request-Id"]
    told = {
        "another's": call("POST", "/invocation/another/response", "1")[0],
        "answered": call("POST", f"/invocation/{before}/response", "1")[0],
        "began": call("POST", "/init/error", "{}")[0],
        "next": call("GET", "/invocation/next")[0],
        "deadline": headers["Lambda-Runtime-Deadline-Ms"],
        "trace": headers["Lambda-Runtime-Trace-Id"],
    }
    call("POST", f"/invocation/{request}/response", json.dumps(told))
    before = request
