"""What is done with a SourceSink gadget: bulk URBs by the kernel's usbtest, control requests by usbfs."""

import ctypes
import fcntl
import os
import struct
import time

from measure import Sample, repeat
from usbtest import run_once

USBDEVFS_CONTROL = 0xC0185500   # _IOWR('U', 0, struct usbdevfs_ctrltransfer)

ONE_BYTES = 512
MANY_BYTES = 16384
DEPTH = 32
# One run of a test case begins with a SET_INTERFACE; it must not be what is measured.
ONE_AT_A_TIME = 16
MIB = 1 << 20

# Test cases of usbtest: one URB after the other, and a queue that is kept full.
ONE = {"bulk-out": 1, "bulk-in": 2}
MANY = {"bulk-out-32": 27, "bulk-in-32": 28}


class Zero:
    def __init__(self, node):
        self.file = open(node, "r+b", buffering=0)

    def measure(self, workload, meter):
        if workload == "control":
            took, elapsed = repeat(lambda _: self.get_status(), meter, least=5)
            return Sample("URB/s", len(took) / elapsed, len(took), 0, took)
        if workload in ONE:
            took, elapsed = repeat(lambda _: self.usbtest(ONE[workload], ONE_AT_A_TIME, ONE_BYTES, 1), meter)
            count = len(took) * ONE_AT_A_TIME
            return Sample("URB/s", count / elapsed, count, count * ONE_BYTES / MIB, [run / ONE_AT_A_TIME for run in took])
        return self.many(MANY[workload], meter)

    def many(self, case, meter):
        meter.warm_up(lambda: self.usbtest(case, 4, MANY_BYTES, DEPTH))
        # Once to see how long it takes; then one run, since the queue is not full at the ends of each.
        begun = time.monotonic()
        self.usbtest(case, 2, MANY_BYTES, DEPTH)
        rounds = min(2000, max(4, int(2 * meter.seconds / (time.monotonic() - begun))))
        meter.start()
        begun = time.monotonic()
        self.usbtest(case, rounds, MANY_BYTES, DEPTH)
        megabytes = rounds * DEPTH * MANY_BYTES / MIB
        return Sample("MiB/s", megabytes / (time.monotonic() - begun), rounds * DEPTH, megabytes)

    def usbtest(self, case, rounds, size, depth):
        error = run_once(self.file, case, (rounds, size, 0, depth))
        if error:
            raise OSError(error, f"{os.strerror(error)}, from case {case} of usbtest")

    def get_status(self):
        """The one standard request with data that nobody could have kept from before."""
        data = ctypes.create_string_buffer(2)
        fcntl.ioctl(self.file, USBDEVFS_CONTROL,
                    struct.pack("=BBHHHIIQ", 0x80, 0, 0, 0, 2, 5000, 0, ctypes.addressof(data)))
