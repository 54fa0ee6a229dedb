"""Reports of a HID gadget: as many as it gives, or one now and then, each with its number and time."""

import os
import select
import struct
import time

from measure import Sample

# Which run it belongs to, its number in it, when it was written.
REPORT = struct.Struct("=IIQ")


class Reports:
    def __init__(self, node, gadget, rtt_ms):
        self.fd = os.open(node, os.O_RDWR | os.O_NONBLOCK)
        self.gadget = gadget
        self.rtt_ms = rtt_ms
        self.runs = 0

    def measure(self, workload, meter):
        # A paced report is alone on its way.
        pause = 0.0 if workload == "hid-rate" else 0.03 + 2 * self.rtt_ms / 1000
        self.runs += 1
        run = os.getpid() << 8 & 0xFFFFFFFF | self.runs
        writer = os.fork()
        if writer == 0:
            try:
                write_reports(self.gadget, run, pause)
            finally:
                os._exit(0)
        try:
            measured = max(meter.seconds, 8 * pause)
            before, _, _ = self.read(run, measured / 2)
            meter.start()
            numbers, delays, elapsed = self.read(run, measured)
        finally:
            os.kill(writer, 9)
            os.waitpid(writer, 0)
        if len(numbers) < 2:
            raise OSError(f"only {len(numbers)} reports came")
        # Between the two as well. One that comes twice is out of order.
        came = before + numbers
        lost = max(came) - min(came) + 1 - len(set(came))
        disordered = sum(b <= a for a, b in zip(came, came[1:]))
        if pause:
            return Sample("ms", sorted(delays)[len(delays) // 2] * 1000, len(numbers), 0, delays,
                          lost=lost, out_of_order=disordered)
        return Sample("reports/s", (len(numbers) - 1) / elapsed, len(numbers), 0, delays,
                      lost=lost, out_of_order=disordered)

    def read(self, run, seconds):
        numbers, delays, first = [], [], 0.0
        last = None
        deadline = time.monotonic() + 3 + self.rtt_ms / 100
        while (left := deadline - time.monotonic()) > 0 and select.select([self.fd], [], [], left)[0]:
            now = time.monotonic_ns()
            data = os.read(self.fd, REPORT.size)
            of_run, number, written = REPORT.unpack(data)
            if of_run != run:
                continue
            if not numbers:
                first = now
                deadline = time.monotonic() + seconds
            last = now
            numbers.append(number)
            delays.append((now - written) / 1e9)
        return numbers, delays, (last - first) / 1e9 if numbers else 0.0


def write_reports(gadget, run, pause):
    """Until the reader ends it; a gadget takes a report once the one before has left."""
    fd = os.open(gadget, os.O_RDWR | os.O_NONBLOCK)
    number = 0
    while True:
        select.select([], [fd], [])
        try:
            os.write(fd, REPORT.pack(run, number, time.monotonic_ns()))
            number += 1
        except BlockingIOError:
            continue
        if pause:
            time.sleep(pause)
