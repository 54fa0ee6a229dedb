#!/usr/bin/env python3
"""plug_latency.py LOG GADGET SLOWNESS: how long after a gadget is configured by its host the log says that it is exported.

Plugs the gadget out and in twenty times. SLOWNESS is in percent of an idle machine.
"""

import os
import socket
import sys
import time

NETLINK_KOBJECT_UEVENT = 15
ROUNDS = 20
LIMIT_MS = 200
PATIENCE = 20


def main():
    log_path, gadget, slowness = sys.argv[1], sys.argv[2], int(sys.argv[3])
    with open(f"{gadget}/UDC") as file:
        udc = file.read().strip()
    events = socket.socket(socket.AF_NETLINK, socket.SOCK_DGRAM, NETLINK_KOBJECT_UEVENT)
    events.bind((0, 1))
    took = []
    with open(log_path) as log:
        for _ in range(ROUNDS):
            write(f"{gadget}/UDC", "\n")
            time.sleep(0.5)
            log.seek(0, os.SEEK_END)
            drain(events)
            write(f"{gadget}/UDC", udc)
            plugged = wait_for_plug(events)
            exported = wait_for_line(log, ": exported (")
            took.append(max(0.0, exported - plugged) * 1000)
    took.sort()
    p50, p99 = took[len(took) // 2], took[-1]
    limit = LIMIT_MS * slowness // 100
    verdict = "ok" if p99 <= limit else "FAIL"
    print(f"{verdict} {ROUNDS} plugs are exported within {limit} ms (p50 {p50:.0f} ms, longest {p99:.0f} ms)")


def write(path, text):
    with open(path, "w") as file:
        file.write(text)


def drain(events):
    events.setblocking(False)
    try:
        while True:
            events.recv(65536)
    except BlockingIOError:
        pass
    events.settimeout(PATIENCE)


def wait_for_plug(events):
    """When the kernel has given the device to the driver "usb": before that nobody can use it."""
    while True:
        fields = events.recv(65536).decode(errors="replace").split("\0")
        if fields[0].startswith("bind@") and "DEVTYPE=usb_device" in fields:
            return time.monotonic()


def wait_for_line(log, text):
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if text in log.readline():
            return time.monotonic()
        time.sleep(0.001)
    print(f"FAIL the log has no line with '{text}'")
    sys.exit(1)


if __name__ == "__main__":
    main()
