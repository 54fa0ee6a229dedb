"""A serial line: short messages there and back, and 1 MiB from the device."""

import os
import select
import signal
import time
import tty

from measure import Sample, repeat

MESSAGE_BYTES = 16
STREAM_BYTES = 1 << 20
# A line that is slower than that has shown it by then.
STREAM_SECONDS = 8
# What may be on its way: nothing that one path was too slow for shall meet the next.
WINDOW = 65536
PATTERN = bytes(range(251)) * 100
SILENCE_SECONDS = 5


class Serial:
    def __init__(self, node, far, rtt_ms):
        self.near = opened(node)
        self.far = opened(far)
        self.rtt = rtt_ms / 1000

    def measure(self, workload, meter):
        # What there was before somebody opened the line.
        while select.select([self.near], [], [], 0.1 + 2 * self.rtt)[0]:
            os.read(self.near, 65536)
        return self.echoes(meter) if workload == "serial-echo" else self.stream()

    def echoes(self, meter):
        child = os.fork()
        if child == 0:
            try:
                echo(self.far)
            finally:
                os._exit(0)
        try:
            # The first one meets a line that has just been opened.
            self.message(10 ** 9)
            took, elapsed = repeat(self.message, meter, least=5)
        finally:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
        return Sample("trips/s", len(took) / elapsed, len(took), 0, took)

    def message(self, number):
        text = b"%0*d" % (MESSAGE_BYTES, number)
        os.write(self.near, text)
        come = b""
        while len(come) < MESSAGE_BYTES:
            come += self.receive()
        if come != text:
            raise OSError(f"sent {text}, and {come} came back")

    def stream(self):
        """From the first piece that came to the last: how fast the device's bytes come."""
        sent = come = first = 0
        begun = start = last = time.monotonic()
        while come < STREAM_BYTES and last - begun < STREAM_SECONDS:
            may_send = sent < min(come + WINDOW, STREAM_BYTES)
            readable, writable, _ = select.select([self.near], [self.far] if may_send else [], [], SILENCE_SECONDS)
            if writable:
                at = sent % len(PATTERN)
                sent += os.write(self.far, PATTERN[at:at + min(4096, STREAM_BYTES - sent)])
            if readable:
                come += self.checked(come)
                last = time.monotonic()
            if not first and come:
                first, start = come, last
            if not readable and not writable:
                raise OSError(f"only {come} of {sent} bytes came")
        speed = (come - first) / (last - start)
        counted = come
        while come < sent:
            come += self.checked(come)
        return Sample("KiB/s", speed / 1024, counted, counted / STREAM_BYTES)

    def checked(self, offset):
        data = self.receive()
        at = offset % len(PATTERN)
        if data != (PATTERN[at:] + PATTERN * (len(data) // len(PATTERN) + 1))[:len(data)]:
            raise OSError(f"wrong bytes came after {offset}")
        return len(data)

    def receive(self):
        if not select.select([self.near], [], [], SILENCE_SECONDS)[0]:
            raise OSError(f"nothing came within {SILENCE_SECONDS} s")
        return os.read(self.near, 65536)


def opened(node):
    fd = os.open(node, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
    if os.isatty(fd):
        tty.setraw(fd)
    return fd


def echo(fd):
    while True:
        select.select([fd], [], [])
        os.write(fd, os.read(fd, 4096))
