"""Processor time of the processes that carry URBs, ours and the kernel's threads."""

import contextlib
from pathlib import Path

from plan import PATHS

# The names of processes, and what they are summed up as.
NAMES = {
    "usbip-host": "usbip-host", "usbip-client": "usbip-client",
    "stub_rx": "stub", "stub_tx": "stub", "vhci_rx": "vhci", "vhci_tx": "vhci",
}

# Which of them carry a path's URBs, by who made its host's half and its client's half.
HOST = {"stock": {"stub"}, "ours": {"usbip-host"}}
CLIENT = {"stock": {"vhci"}, "ours": {"vhci", "usbip-client"}}


def carriers(path):
    """The /proc/PID of every process that carries the path's URBs, with what it counts as."""
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
            found[folder] = NAMES[name]
    return found


def peak_memory(processes, name):
    """What the process of that name has had resident at most, in KiB; None without one."""
    for folder, found in processes.items():
        if found == name:
            for line in (folder / "status").read_text().splitlines():
                if line.startswith("VmHWM:"):
                    return int(line.split()[1])
    return None


class ProcessorTime:
    """From its making to `used`, in ms by name; a name is missing where there was no such process."""

    def __init__(self, processes):
        self.processes = processes
        self.before = {folder: spent(folder) for folder in processes}

    def used(self):
        result = {}
        for folder, before in self.before.items():
            after = spent(folder)
            if before and after:
                name = self.processes[folder]
                nanoseconds = sum(now - before.get(thread, 0) for thread, now in after.items())
                result[name] = result.get(name, 0) + nanoseconds / 1e6
        return result


def spent(folder):
    """What the scheduler counts for each thread, in ns; nothing for a process that is gone.

    A thread that ends meanwhile is not counted: those that carry URBs do not."""
    found = {}
    try:
        for task in (folder / "task").iterdir():
            with contextlib.suppress(OSError):
                found[task.name] = int((task / "schedstat").read_text().split()[0])
    except OSError:
        return {}
    return found
