#!/usr/bin/env python3
"""Sends bytes through a serial line and checks that they arrive, all and in order.

    serial_echo.py /dev/ttyACM0 /dev/ttyGS0    both ways at once between two ends
    serial_echo.py /dev/ttyACM0                through a device that echoes

Prints one ok/FAIL line per direction.
"""

import argparse
import os
import random
import select
import sys
import termios
import time
import tty


class End:
    """One end of the line: what it has to send, and what came."""

    def __init__(self, path, seed, count):
        self.path = path
        self.fd = os.open(path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
        if os.isatty(self.fd):
            tty.setraw(self.fd)
            termios.tcflush(self.fd, termios.TCIOFLUSH)
        self.outgoing = random.Random(seed).randbytes(count)
        self.sent = 0
        self.received = bytearray()

    def step(self, readable, writable):
        if readable:
            self.received += os.read(self.fd, 65536)
        if writable:
            self.sent += os.write(self.fd, self.outgoing[self.sent:self.sent + 16384])


def difference(got, want):
    """Where and how the bytes differ, or None."""
    if got == want:
        return None
    at = next((i for i, (a, b) in enumerate(zip(got, want)) if a != b), min(len(got), len(want)))
    return f"{len(got)} of {len(want)} bytes came, first difference at {at}"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("ends", nargs="+", metavar="TTY")
    parser.add_argument("--bytes", type=int, default=1 << 20)
    parser.add_argument("--seconds", type=float, default=60, help="how long without a byte is too long")
    options = parser.parse_args()

    ends = [End(path, seed, options.bytes) for seed, path in enumerate(options.ends, 1)]
    echo = len(ends) == 1
    # A device that echoes has only so much room: no more than this may be on the way.
    window = 8192 if echo else options.bytes
    last = time.monotonic()
    while any(len(end.received) < options.bytes for end in ends) and time.monotonic() - last < options.seconds:
        sending = [end.fd for end in ends if end.sent < min(options.bytes, len(end.received) + window if echo else window)]
        readable, writable, _ = select.select([end.fd for end in ends], sending, [], 1)
        try:
            for end in ends:
                end.step(end.fd in readable, end.fd in writable)
        except OSError as error:
            print(f"FAIL serial line: {error}")
            return 1
        if readable or writable:
            last = time.monotonic()

    failed = 0
    sources = ends if echo else ends[::-1]
    for end, source in zip(ends, sources):
        text = f"{options.bytes} bytes arrive intact " + ("in the echo" if echo else f"at {end.path}")
        problem = difference(bytes(end.received), source.outgoing)
        print(f"FAIL {text}: {problem}" if problem else f"ok {text}")
        failed += problem is not None
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
