"""What the processes that carry URBs spend, ours and the kernel's threads: processor time, and wake-ups."""

import contextlib
import os
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


# The processor of each, where they are kept apart; who asks is on the last one.
PROCESSORS = {"usbip-host": 0, "stub": 0, "usbip-client": 1, "vhci": 2}


def keep_apart(processes):
    """Gives each of them a processor of its own, and this process the one of vhci_hcd's threads."""
    os.sched_setaffinity(0, {PROCESSORS["vhci"]})
    for folder, name in processes.items():
        # A process or a thread may end meanwhile.
        with contextlib.suppress(FileNotFoundError):
            for task in (folder / "task").iterdir():
                with contextlib.suppress(ProcessLookupError):
                    os.sched_setaffinity(int(task.name), {PROCESSORS[name]})


def peak_memory(processes, name):
    """What the process of that name has had resident at most, in KiB; None without one."""
    for folder, found in processes.items():
        if found == name:
            for line in (folder / "status").read_text().splitlines():
                if line.startswith("VmHWM:"):
                    return int(line.split()[1])
    return None


class Spending:
    """What is spent from its making on, by name; a name is missing where there was no such process."""

    def __init__(self, processes):
        self.processes = processes
        self.before = {folder: spent(folder) for folder in processes}

    def used(self):
        """Processor time in ms, and how often a thread slept and was woken."""
        milliseconds, wakes = {}, {}
        for folder, before in self.before.items():
            after = spent(folder)
            if not before or not after:
                continue
            name = self.processes[folder]
            for thread, now in after.items():
                was = before.get(thread, (0, 0))
                milliseconds[name] = milliseconds.get(name, 0) + (now[0] - was[0]) / 1e6
                wakes[name] = wakes.get(name, 0) + now[1] - was[1]
        return milliseconds, wakes


def spent(folder):
    """What the scheduler counts for each thread, in ns and in wake-ups; nothing for a process that is gone.

    A thread that ends meanwhile is not counted: those that carry URBs do not."""
    found = {}
    try:
        for task in (folder / "task").iterdir():
            with contextlib.suppress(OSError):
                found[task.name] = (int((task / "schedstat").read_text().split()[0]), wake_ups(task))
    except OSError:
        return {}
    return found


def wake_ups(task):
    return int((task / "status").read_text().partition("\nvoluntary_ctxt_switches:")[2].split()[0])
