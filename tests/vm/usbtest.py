#!/usr/bin/env python3
"""Runs the cases of the kernel's usbtest driver on one device.

    usbtest.py 5-1 --cases 0-14,17-21,24,27-29 --times 20 --unlink-times 200

The device must be bound to usbtest already (0525:a4a0 is by itself). Prints one line per
case, `ok case 9 x20` or `FAIL case 9 x20: run 3: -EPIPE`, and exits 1 if one failed.

    usbtest.py --serve

Reads lines `DEVICE CASES`, runs each case once whatever it ends with, and answers each
line with one: `ended`, or `still running after 60 s`.
"""

import argparse
import errno
import fcntl
import os
import signal
import struct
import sys
import time
from pathlib import Path

USBDEVFS_IOCTL = 0xC0105512      # _IOWR('U', 18, struct usbdevfs_ioctl)
USBTEST_REQUEST = 0xC0285564     # _IOWR('U', 100, struct usbtest_param_64)

UNLINK_CASES = {11, 12, 24}

# Per case: iterations, length, vary, sglen. Small, so that twenty runs of all take a
# minute on an emulated machine; each still has several packets per transfer.
DEFAULT = (2, 4096, 1024, 8)
PARAMETERS = {
    # vary is a multiple of every bulk packet size: otherwise the source sends more than
    # the odd-sized reads take, and the kernel rightly calls that an overrun.
    3: (8, 8192, 1024, 8), 4: (8, 8192, 1024, 8), 7: (2, 8192, 1024, 8), 8: (2, 8192, 1024, 8),
    9: (1, 512, 512, 8),
    # Depth of the queue of control requests, stalls and short answers among them.
    10: (2, 512, 512, 24),
    # Each iteration cancels one transfer in flight.
    11: (1, 2048, 512, 8), 12: (1, 2048, 512, 8), 24: (1, 1024, 512, 8),
    13: (1, 512, 512, 8),
    # The length varies by less than itself, within what a gadget takes on endpoint 0.
    14: (8, 1024, 511, 8), 21: (8, 1024, 511, 8),
    # Isochronous: ten transfers of eight packets' worth, kept queued two at a time.
    15: (4, 8192, 512, 4), 16: (4, 8192, 512, 4), 22: (4, 8192, 512, 4), 23: (4, 8192, 512, 4),
    25: (4, 64, 64, 4), 26: (4, 64, 64, 4),
    # Throughput: sglen transfers queued at a time.
    27: (4, 16384, 512, 16), 28: (4, 16384, 512, 16),
}


def numbers(text):
    """0-3,7 is [0, 1, 2, 3, 7]."""
    result = []
    for part in text.split(","):
        first, _, last = part.partition("-")
        result += range(int(first), int(last or first) + 1)
    return result


def node_of(device):
    if device.startswith("/dev/"):
        return device
    sysfs = Path("/sys/bus/usb/devices") / device
    return "/dev/bus/usb/{:03}/{:03}".format(
        int((sysfs / "busnum").read_text()), int((sysfs / "devnum").read_text()))


def run_once(file, case, parameters):
    """Runs the case once; None, or the errno that the driver gave."""
    import ctypes
    data = ctypes.create_string_buffer(struct.pack("=IIIIIIqq", case, *parameters, 0, 0, 0), 40)
    wrapper = struct.pack("=iiQ", 0, USBTEST_REQUEST - (1 << 32), ctypes.addressof(data))
    try:
        fcntl.ioctl(file, USBDEVFS_IOCTL, wrapper)
        return None
    except OSError as error:
        return error.errno


def run_case(node, case, times, deadline):
    """Runs a case `times` times; None, "unsupported", or what went wrong.

    In a child: a case that hangs in the kernel can't be interrupted, only left behind.
    """
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        with open(node, "r+b", buffering=0) as file:
            for run in range(1, times + 1):
                error = run_once(file, case, PARAMETERS.get(case, DEFAULT))
                if error == errno.EOPNOTSUPP:
                    os.write(writer, b"unsupported")
                elif error:
                    os.write(writer, f"run {run}: -{errno.errorcode.get(error, error)}".encode())
                if error:
                    os._exit(1)
        os._exit(0)
    os.close(writer)
    end = time.monotonic() + deadline
    while time.monotonic() < end:
        pid, status = os.waitpid(child, os.WNOHANG)
        if pid:
            text = os.read(reader, 100).decode()
            os.close(reader)
            return text or (None if status == 0 else f"the test ended with status {status}")
        time.sleep(0.01)
    os.kill(child, signal.SIGKILL)
    return f"still running after {deadline} s"


# The device is gone, or going.
UNPLUGGED = {errno.ENODEV, errno.ESHUTDOWN}


def run_all(node, cases):
    """Runs cases once each; ends early only when the device has gone."""
    try:
        with open(node, "r+b", buffering=0) as file:
            for case in cases:
                error = run_once(file, case, PARAMETERS.get(case, DEFAULT))
                if error in UNPLUGGED:
                    return
                if error:
                    # The cases with queues say EIO for an unplug too, and wait without a limit for
                    # what they submit. vhci_hcd takes a moment to refuse it, so leave it that moment.
                    time.sleep(0.15)
    except OSError:
        pass


def serve(deadline):
    """In children, as run_case does; one for all cases of a line, since forking is slow on an emulated machine."""
    for line in sys.stdin:
        device, cases = line.split()
        child = os.fork()
        if child == 0:
            try:
                run_all(node_of(device), numbers(cases))
            finally:
                os._exit(0)
        end = time.monotonic() + deadline
        while not (ended := os.waitpid(child, os.WNOHANG)[0]) and time.monotonic() < end:
            time.sleep(0.01)
        if not ended:
            os.kill(child, signal.SIGKILL)
        print("ended" if ended else f"still running after {deadline} s", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("device", nargs="?", help="a busid such as 5-1, or its node under /dev/bus/usb")
    parser.add_argument("--cases", type=numbers, default=numbers("0-29"))
    parser.add_argument("--times", type=int, default=1)
    parser.add_argument("--unlink-times", type=int, help="for cases 11, 12 and 24")
    parser.add_argument("--deadline", type=int, default=60, help="seconds that a case may take")
    parser.add_argument("--may-lack", type=numbers, default=[], metavar="CASES",
                        help="cases that the device may not support")
    parser.add_argument("--serve", action="store_true", help="run what the standard input says, until it ends")
    options = parser.parse_args()
    if options.serve:
        serve(options.deadline)
        return 0
    if not options.device:
        parser.error("name a device")

    node = node_of(options.device)
    failed = 0
    for case in options.cases:
        times = (options.unlink_times or options.times) if case in UNLINK_CASES else options.times
        started = time.monotonic()
        problem = run_case(node, case, times, options.deadline)
        took = f"{time.monotonic() - started:.1f} s"
        if problem is None:
            print(f"ok case {case} x{times} ({took})", flush=True)
        elif problem == "unsupported" and case in options.may_lack:
            print(f"note case {case}: not supported by this device", flush=True)
        else:
            failed += 1
            print(f"FAIL case {case} x{times}: {problem}", flush=True)
            if problem.startswith("still running"):
                # The driver holds the device's lock, so every further case would wait too.
                break
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
