"""Functions for the tests, which AWS's own Python runtime client runs."""

import os
import signal
import time


class Rejected(Exception):
    pass


def echo(event, context):
    return {
        "event": event,
        "process": os.getpid(),
        "name": context.function_name,
        "version": context.function_version,
        "memory": context.memory_limit_in_mb,
        "arn": context.invoked_function_arn,
        "request": context.aws_request_id,
        "remaining": context.get_remaining_time_in_millis(),
    }


def environment(event, context):
    return dict(os.environ)


def fails(event, context):
    raise Rejected("no money")


def exits(event, context):
    os._exit(event["status"])


def kills_itself(event, context):
    os.kill(os.getpid(), signal.SIGKILL)


def sleeps(event, context):
    time.sleep(event["seconds"])
    return os.getpid()


def answers_much(event, context):
    return "x" * (7 * 1024 * 1024)
