#!/usr/bin/env python3
"""One turn of one path: attaches the device, takes each figure once, detaches it.

    turn.py --device stick --path pair --busid 2-1 --workloads disk-read,attach --seconds 2 \\
            --rtt 25 --rate 0 --attach 'usbip-client attach ...' --detach 'usbip-client detach'

Without --attach the device itself is measured. Prints lines `sample {JSON}`, and `FAIL TEXT` for what
could not be taken.
"""

import argparse
import json
import os
import shlex
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from attachment import Attachment, usable_node
from disk import Disk
from hid import Reports
from measure import Meter, Sample
from plan import APART_CPUS, CLIENT_MEMORY, COMMANDS
from processes import carriers, keep_apart, peak_memory
from serial import Serial
from zero import Zero


SETTLE_SECONDS = 1


def opened(options, node):
    """What measures this device. It stays open until the device is detached: closing earlier would cancel
    URBs, and that has crashed kernels that served a device themselves."""
    if options.device in ("stick", "disk-gadget"):
        return Disk(node, options.rtt)
    if options.device == "hid-gadget":
        return Reports(node, options.far, options.rtt)
    if options.device == "zero-gadget":
        return Zero(node)
    return Serial(node, options.far, options.rtt)


def tell(options, workload, fields):
    place = {"device": options.device, "workload": workload, "path": options.path, "turn": options.number,
             "rtt_ms": options.rtt, "rate_limit": options.rate or None}
    print("sample " + json.dumps(place | fields), flush=True)


def tell_failure(options, workload, error):
    print(f"FAIL {options.device} {workload} {options.path} at {options.rtt:g} ms: {error}", flush=True)


def settle(workload, device, processes, name):
    """Uses the device as it will be measured, and does not count it: caches fill, and an emulator translates
    what it meets for the first time."""
    device.measure(workload, Meter(SETTLE_SECONDS, processes, name))


def measure_all(options, device, name):
    processes = carriers(options.path)
    if os.cpu_count() == APART_CPUS:
        keep_apart(processes)
    workloads = [workload for workload in options.workloads if workload not in (*COMMANDS, CLIENT_MEMORY, "none")]
    for workload in workloads:
        try:
            if workload == workloads[0]:
                settle(workload, device, processes, name)
            meter = Meter(options.seconds, processes, name)
            sample = device.measure(workload, meter)
            tell(options, workload, sample.fields(meter.used()))
        except (OSError, subprocess.CalledProcessError) as error:
            tell_failure(options, workload, error)


def tell_memory(options):
    peak = peak_memory(carriers(options.path), "usbip-client")
    if CLIENT_MEMORY in options.workloads and peak:
        tell(options, CLIENT_MEMORY, Sample("MiB", peak / 1024, 1).fields())


def timed_command(options, workload, seconds):
    if workload in options.workloads:
        tell(options, workload, Sample("ms", seconds * 1000, 1).fields())


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--device", required=True)
    parser.add_argument("--path", required=True)
    parser.add_argument("--busid", required=True)
    parser.add_argument("--number", type=int, default=1, help="of the turn; those of one number are compared")
    parser.add_argument("--workloads", type=lambda text: text.split(","), required=True)
    parser.add_argument("--seconds", type=float, default=2)
    parser.add_argument("--rtt", type=float, default=0)
    parser.add_argument("--rate", type=int, default=0, metavar="MBIT")
    parser.add_argument("--far", help="the gadget's own end")
    parser.add_argument("--attach", type=shlex.split)
    parser.add_argument("--detach", type=shlex.split)
    options = parser.parse_args()

    if not options.attach:
        node = usable_node(options.device, options.busid)
        measure_all(options, opened(options, node), options.busid)
        return
    try:
        attachment = Attachment(options.device, options.busid, options.attach)
    except OSError as error:
        tell_failure(options, "attach", error)
        return
    timed_command(options, "attach", attachment.seconds)
    # What udev does with a new device must not be measured.
    subprocess.run(["udevadm", "settle", "--timeout=20"], check=False)
    device = opened(options, attachment.node)
    measure_all(options, device, attachment.name)
    tell_memory(options)
    timed_command(options, "detach", attachment.detach(options.detach))


if __name__ == "__main__":
    main()
