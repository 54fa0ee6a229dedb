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


class Serial:
    def __init__(self, node, far, rtt_ms):
        self.fd = raw(node)
        self.far = far
        self.rtt = rtt_ms / 1000

    def measure(self, workload, seconds):
        far = raw(self.far)
        self.drain()
        child = os.fork()
        if child == 0:
            try:
                (echo if workload == "serial-echo" else stream)(far)
            finally:
                os._exit(0)
        try:
            return self.echoes(seconds) if workload == "serial-echo" else self.stream()
        finally:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            os.close(far)

    def echoes(self, seconds):
        def message(number):
            text = b"%0*d" % (MESSAGE_BYTES, number)
            os.write(self.fd, text)
            come = b""
            while len(come) < MESSAGE_BYTES:
                come += self.receive(5)
            if come != text:
                raise OSError(f"sent {text}, and {come} came back")

        # The first one meets a line that has just been opened.
        message(10 ** 9)
        took, elapsed = repeat(message, seconds, least=5)
        return Sample("trips/s", len(took) / elapsed, len(took), 0, took)

    def stream(self):
        begun = time.monotonic()
        first = len(self.receive(5))
        start = last = time.monotonic()
        count, wrong = 0, 0
        while first + count < STREAM_BYTES and last - begun < STREAM_SECONDS:
            data = self.receive(5)
            last = time.monotonic()
            wrong += any(data[i] != (first + count + i) % 251 for i in (0, len(data) - 1))
            count += len(data)
        if wrong:
            raise OSError(f"{wrong} pieces were not what was sent")
        return Sample("KiB/s", count / 1024 / (last - start), count, count / STREAM_BYTES)

    def receive(self, seconds):
        if not select.select([self.fd], [], [], seconds)[0]:
            raise OSError(f"nothing came within {seconds} s")
        return os.read(self.fd, 65536)

    def drain(self):
        """What the path before left in the device."""
        while select.select([self.fd], [], [], 0.1 + 2 * self.rtt)[0]:
            os.read(self.fd, 65536)


def raw(node):
    fd = os.open(node, os.O_RDWR | os.O_NOCTTY)
    if os.isatty(fd):
        tty.setraw(fd)
    return fd


def echo(fd):
    while True:
        os.write(fd, os.read(fd, 4096))


def stream(fd):
    pattern = bytes(range(251)) * 100
    sent = 0
    while sent < STREAM_BYTES:
        at = sent % 251
        sent += os.write(fd, pattern[at:at + min(16384, STREAM_BYTES - sent)])
    signal.pause()
