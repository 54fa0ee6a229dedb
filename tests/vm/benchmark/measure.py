"""How one figure is taken: operations until the time is up, each one timed."""

import time


class Sample:
    """What one workload gave on one path in one turn."""

    def __init__(self, unit, rate, operations, megabytes=0.0, seconds=None, **more):
        self.unit = unit
        self.rate = rate
        # What the processor time is divided by: megabytes where there are many, else operations.
        self.operations = operations
        self.megabytes = megabytes
        # Of each operation, where it is one that somebody waits for.
        self.seconds = seconds
        self.more = more

    def fields(self, spent):
        """Ready for JSON; `spent` is the processor time in ms by process."""
        per, count = ("MB", self.megabytes) if self.megabytes else ("URB", self.operations)
        result = {"unit": self.unit, "value": round(self.rate, 4), "cpu_per": per,
                  "cpu_ms": {name: round(ms / max(count, 1e-9), 4) for name, ms in spent.items()}}
        if self.seconds:
            result["latencies_ms"] = [round(percentile(self.seconds, p) * 1000, 3) for p in (50, 99)]
        return result | self.more


def percentile(values, percent):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, len(ordered) * percent // 100)]


def repeat(operation, seconds, least=2):
    """Calls operation(number) until `seconds` are over, at least `least` times. Returns how long each took, and all."""
    took = []
    begun = now = time.monotonic()
    while now - begun < seconds or len(took) < least:
        operation(len(took))
        before, now = now, time.monotonic()
        took.append(now - before)
    return took, now - begun
