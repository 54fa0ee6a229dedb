"""QEMU's human monitor, as the guest reaches it."""

import contextlib
import fcntl
import json

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
        pending += port.read(65536)
        while b"\n" in pending:
            line, pending = pending.split(b"\n", 1)
            yield json.loads(line)


def ask(port, answers, request):
    port.write(json.dumps(request).encode() + b"\n")
    # Events, such as DEVICE_DELETED, come in between.
    return next(answer for answer in answers if "return" in answer or "error" in answer)
