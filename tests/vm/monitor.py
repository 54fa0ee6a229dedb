"""QEMU's human monitor, as the guest reaches it."""

import contextlib
import fcntl
import json
import os

PORT = "/dev/virtio-ports/monitor"


class Refused(Exception):
    """What the monitor says to a command that it does not carry out."""


@contextlib.contextmanager
def opened():
    """A function that takes a command and returns its answer, for one process at a time."""
    with open("/run/monitor.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with open(PORT, "r+b", buffering=0) as port:
            answers = lines(port)
            # The greeting was sent before anyone listened; asking twice for the mode is harmless.
            ask(port, answers, {"execute": "qmp_capabilities"})
            yield lambda command: carried_out(port, answers, command)


def carried_out(port, answers, command):
    answer = ask(port, answers, {"execute": "human-monitor-command", "arguments": {"command-line": command}})
    text = answer.get("return", answer.get("error", {}).get("desc", "")).strip()
    # The human monitor says only in words what went wrong.
    if "error" in answer or text.lower().startswith(("error", "unknown")):
        raise Refused(text)
    return text


def lines(port):
    pending = b""
    while True:
        data = port.read(65536)
        if not data:
            raise OSError("QEMU's monitor is gone")
        pending += data
        while b"\n" in pending:
            line, pending = pending.split(b"\n", 1)
            yield json.loads(line)


def ask(port, answers, request):
    # Events, such as DEVICE_DELETED, come in between, and what a process was told that did not live to read it.
    number = os.urandom(8).hex()
    port.write(json.dumps(request | {"id": number}).encode() + b"\n")
    return next(answer for answer in answers if answer.get("id") == number)
