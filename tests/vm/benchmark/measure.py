"""How one figure is taken: operations until the time is up, each one timed.

Before, some that do not count: a device in use has been so for longer than the first half second, in which
a connection finds its speed and an emulator its code.
"""

import time
from pathlib import Path

from processes import ProcessorTime

# Of no more operations, the slowest hundredth is the slowest one.
TOO_FEW_FOR_P99 = 100


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

    def fields(self, spent, urbs=0):
        """Ready for JSON; `spent` is the processor time in ms by process, for so many URBs of the device's driver."""
        result = {"unit": self.unit, "value": round(self.rate, 4), "urbs": urbs,
                  "cpu_ms_per_urb": shares(spent, urbs), "cpu_ms_per_mb": shares(spent, self.megabytes)}
        if self.seconds:
            result["p50_ms"] = round(percentile(self.seconds, 50) * 1000, 3)
            if len(self.seconds) > TOO_FEW_FOR_P99:
                result["p99_ms"] = round(percentile(self.seconds, 99) * 1000, 3)
        return result | self.more


def shares(spent, count):
    return {name: round(ms / count, 4) for name, ms in spent.items()} if count else {}


def percentile(values, percent):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, len(ordered) * percent // 100)]


class Meter:
    """How long to measure, and from the moment that it counts the processor time, and the URBs of the device that is called `name` here."""

    def __init__(self, seconds, processes, name):
        self.seconds = seconds
        self.processes = processes
        self.counter = Path("/sys/bus/usb/devices") / name / "urbnum"
        self.start()

    def start(self):
        self.urbs = int(self.counter.read_text())
        self.time = ProcessorTime(self.processes)

    def used(self):
        """The processor time in ms by process, and the number of URBs."""
        return self.time.used(), int(self.counter.read_text()) - self.urbs

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
