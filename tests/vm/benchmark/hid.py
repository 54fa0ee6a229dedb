"""Reports of a HID gadget: as many as it gives, or one now and then, each with its number and time."""

import os
import select
import struct
import threading
import time
from collections import namedtuple

from measure import Sample

# Which run it belongs to, its number in it, when it was written.
REPORT = struct.Struct("=IIQ")

# Both times in ns.
Report = namedtuple("Report", "number written came")


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
        reader = Reader(self.fd, run)
        try:
            measured = max(meter.seconds, 8 * pause)
            reader.wait_for_the_first(3 + self.rtt_ms / 100)
            time.sleep(measured / 2)
            meter.start()
            begun = time.monotonic_ns()
            time.sleep(measured)
            ended = time.monotonic_ns()
            meter.stop()
        finally:
            os.kill(writer, 9)
            os.waitpid(writer, 0)
            reader.stop()
        counted = [report for report in reader.reports if begun <= report.came <= ended]
        if len(counted) < 2:
            raise OSError(f"only {len(counted)} reports came")
        # Those before as well. One that comes twice is out of order.
        numbers = [report.number for report in reader.reports]
        order = {"lost": max(numbers) - min(numbers) + 1 - len(set(numbers)),
                 "out_of_order": sum(b <= a for a, b in zip(numbers, numbers[1:]))}
        delays = [(report.came - report.written) / 1e9 for report in counted]
        if pause:
            return Sample("ms", sorted(delays)[len(delays) // 2] * 1000, len(counted), 0, delays, **order)
        return Sample("reports/s", len(counted) / ((ended - begun) / 1e9), len(counted), 0, delays, **order)


class Reader(threading.Thread):
    """Takes what comes of one run, whatever else this process does: hidraw keeps 64 reports and drops what comes
    then (drivers/hid/hidraw.c), and a host that sends ahead can fill that in a tenth of a second."""

    def __init__(self, fd, run):
        super().__init__()
        self.fd = fd
        self.run_number = run
        self.reports = []
        self.error = None
        self.first = threading.Event()
        self.ended = threading.Event()
        self.start()

    def wait_for_the_first(self, seconds):
        if not self.first.wait(seconds):
            raise OSError(f"no report came within {seconds:g} s")

    def stop(self):
        self.ended.set()
        self.join()
        if self.error:
            raise self.error

    def run(self):
        try:
            while not self.ended.is_set():
                if select.select([self.fd], [], [], 0.1)[0]:
                    self.take(time.monotonic_ns())
        except OSError as error:
            self.error = error

    def take(self, came):
        run, number, written = REPORT.unpack(os.read(self.fd, REPORT.size))
        if run == self.run_number:
            self.reports.append(Report(number, written, came))
            self.first.set()


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
