"""How one figure is taken: operations until the time is up, each one timed.

Before, some that do not count: a device in use has been so for longer than the first half second, in which
a connection finds its speed and an emulator its code.
"""

import time
from collections import namedtuple
from pathlib import Path

from emulator import tables_emptied
from processes import Spending

# Of no more operations, the slowest hundredth is the slowest one.
TOO_FEW_FOR_P99 = 100


# For so many URBs of the device's driver: processor time in ms and wake-ups, each by process, and what tables_emptied() counts.
Used = namedtuple("Used", "urbs milliseconds wakes emptied")
NOTHING = Used(0, {}, {}, None)


class Sample:
    """What one workload gave on one path in one turn."""

    def __init__(self, unit, rate, operations, megabytes=0.0, seconds=None, **more):
        self.unit = unit
        self.rate = rate
        self.operations = operations
        self.megabytes = megabytes
        # Of each operation, where it is one that somebody waits for.
        self.seconds = seconds
        self.more = more

    def fields(self, used=NOTHING):
        """Ready for JSON."""
        result = {"unit": self.unit, "value": round(self.rate, 4),
                  "cpu_ms_per_urb": shares(used.milliseconds, used.urbs), "cpu_ms_per_mb": shares(used.milliseconds, self.megabytes),
                  "wakes_per_urb": shares(used.wakes, used.urbs)}
        if used.urbs and used.emptied is not None:
            result["tlb_flushes_per_urb"] = round(used.emptied / used.urbs, 4)
        if self.seconds:
            result["p50_ms"] = round(percentile(self.seconds, 50) * 1000, 3)
            if len(self.seconds) > TOO_FEW_FOR_P99:
                result["p99_ms"] = round(percentile(self.seconds, 99) * 1000, 3)
        return result | self.more


def shares(spent, count):
    return {name: round(amount / count, 4) for name, amount in spent.items()} if count else {}


def percentile(values, percent):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, len(ordered) * percent // 100)]


class Meter:
    """How long to measure, and from the moment that it counts what is spent, and the URBs of the device that is called `name` here."""

    def __init__(self, seconds, processes, name):
        self.seconds = seconds
        self.processes = processes
        self.counter = Path("/sys/bus/usb/devices") / name / "urbnum"
        self.start()

    def start(self):
        self.stopped = None
        self.emptied = tables_emptied()
        self.urbs = int(self.counter.read_text())
        self.spending = Spending(self.processes)

    def stop(self):
        """Counts no further: for what goes on by itself until somebody ends it."""
        self.stopped = self.used()

    def used(self):
        if self.stopped:
            return self.stopped
        # In the order of start(): each of the three takes its time, and URBs that are on their way go on.
        emptied = tables_emptied()
        urbs = int(self.counter.read_text()) - self.urbs
        milliseconds, wakes = self.spending.used()
        return Used(urbs, milliseconds, wakes, None if None in (emptied, self.emptied) else emptied - self.emptied)

    def warm_up(self, operation):
        """Calls operation() for half as long as is measured, at least once. From then on it counts."""
        end = time.monotonic() + self.seconds / 2
        operation()
        while time.monotonic() < end:
            operation()
        self.start()


def repeat(operation, meter, least=2):
    """Calls operation(number) until the time is over, at least `least` times. Returns how long each took, and all."""
    meter.warm_up(lambda: operation(0))
    took = []
    begun = now = time.monotonic()
    while now - begun < meter.seconds or len(took) < least:
        operation(len(took))
        before, now = now, time.monotonic()
        took.append(now - before)
    return took, now - begun
