"""Processor time of the processes that carry URBs, ours and the kernel's threads."""

import os
from pathlib import Path

from plan import PATHS

# The names of processes, and what they are summed up as.
NAMES = {
    "usbip-host": "usbip-host", "usbip-client": "usbip-client",
    "stub_rx": "stub", "stub_tx": "stub", "vhci_rx": "vhci", "vhci_tx": "vhci",
}
TICK_MS = 1000 / os.sysconf("SC_CLK_TCK")


# Which of them carry a path's URBs, by who made its host's half and its client's half.
HOST = {"stock": {"stub"}, "ours": {"usbip-host"}}
CLIENT = {"stock": {"vhci"}, "ours": {"vhci", "usbip-client"}}


def carriers(path):
    """The /proc/PID/stat of every process that carries the path's URBs, with what it counts as."""
    host, client = PATHS[path]
    if host is None:
        return {}
    wanted, found = HOST[host] | CLIENT[client], {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            name = (folder / "comm").read_text().strip()
        except OSError:
            continue
        if NAMES.get(name) in wanted:
            found[folder / "stat"] = NAMES[name]
    return found


def peak_memory(stats, name):
    """What the process of that name has had resident at most, in KiB; None without one."""
    for stat, found in stats.items():
        if found == name:
            for line in (stat.parent / "status").read_text().splitlines():
                if line.startswith("VmHWM:"):
                    return int(line.split()[1])
    return None


class ProcessorTime:
    """From its making to `used`, in ms by name; a name is missing where there was no such process."""

    def __init__(self, stats):
        self.stats = stats
        self.before = {stat: spent(stat) for stat in stats}

    def used(self):
        result = {}
        for stat, before in self.before.items():
            after = spent(stat)
            if before is not None and after is not None:
                name = self.stats[stat]
                result[name] = result.get(name, 0) + after - before
        return result


def spent(stat):
    try:
        fields = stat.read_text().rsplit(")", 1)[1].split()
    except OSError:
        return None
    return (int(fields[11]) + int(fields[12])) * TICK_MS
