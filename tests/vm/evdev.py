#!/usr/bin/env python3
"""Prints the keys that are pressed on an input device, in order, on one line.

    evdev.py /dev/input/event3 --count 5 --seconds 20

Prints "ready" once it listens, then the names (h e l l o) when `count` keys came or the
time is up. Whoever else reads the device gets nothing meanwhile.
"""

import argparse
import fcntl
import select
import struct
import sys
import time

EVENT = struct.Struct("llHHi")
EV_KEY = 1
EVIOCGRAB = 0x40044590

# Names as QEMU's sendkey has them.
NAMES = {1: "esc", 12: "minus", 13: "equal", 14: "backspace", 15: "tab", 28: "ret", 42: "shift",
         51: "comma", 52: "dot", 53: "slash", 57: "spc"}
NAMES |= dict(enumerate("1234567890", 2)) | dict(enumerate("qwertyuiop", 16))
NAMES |= dict(enumerate("asdfghjkl", 30)) | dict(enumerate("zxcvbnm", 44))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("device")
    parser.add_argument("--count", type=int, required=True)
    parser.add_argument("--seconds", type=float, default=20)
    options = parser.parse_args()

    keys = []
    deadline = time.monotonic() + options.seconds
    with open(options.device, "rb", buffering=0) as device:
        fcntl.ioctl(device, EVIOCGRAB, 1)
        print("ready", flush=True)
        while time.monotonic() < deadline:
            # A key that comes once too often comes right after: wait for it a little.
            patience = 0.5 if len(keys) >= options.count else deadline - time.monotonic()
            if not select.select([device], [], [], patience)[0]:
                break
            try:
                data = device.read(EVENT.size * 64)
            except OSError as error:
                print(f"the device went away: {error}", file=sys.stderr)
                break
            for _, _, kind, code, value in EVENT.iter_unpack(data):
                # 1 is a press, 0 a release, 2 the kernel's own repetition.
                if kind == EV_KEY and value == 1:
                    keys.append(NAMES.get(code, str(code)))
    print(*keys)
    return 0 if len(keys) == options.count else 1


if __name__ == "__main__":
    sys.exit(main())
