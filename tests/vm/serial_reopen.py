#!/usr/bin/env python3
"""Opens a serial port again and again while lines with numbers keep coming to it.

    serial_reopen.py /dev/ttyUSB0 /dev/virtio-ports/usbserial

What comes while it is closed may be lost. But between the first line break and the last that one
opening sees, every line must follow the one before. Prints one ok/FAIL line.
"""

import argparse
import os
import select
import sys
import termios
import threading
import tty

LINE = b"%09d\n"


def send_lines(fd, ended):
    number = 0
    while not ended.is_set():
        if select.select([], [fd], [], 0.1)[1]:
            pending = LINE % number
            while pending:
                pending = pending[os.write(fd, pending):]
            number += 1


def set_raw(path):
    """For all openings. Not with TCSAFLUSH: where a buffer is full it empties that, and leaves the driver throttled, until somebody
    reads (n_tty_flush_buffer), which who waits for a byte first never does."""
    fd = os.open(path, os.O_RDWR | os.O_NOCTTY)
    tty.setraw(fd, termios.TCSANOW)
    os.close(fd)


def read_once(path, count, seconds):
    """What comes to the port while it is open this time."""
    fd = os.open(path, os.O_RDWR | os.O_NOCTTY)
    try:
        # What came in the moment in which the port was closed the last time may still be in the kernel's own buffer of it, between
        # tty_port_close_start, which empties that, and the driver's usb_kill_urb. Only this empties it as well (tty_ioctl, TCFLSH).
        termios.tcflush(fd, termios.TCIFLUSH)
        come = b""
        while len(come) < count:
            if not select.select([fd], [], [], seconds)[0]:
                raise OSError(f"{len(come)} bytes came, then none within {seconds} s")
            come += os.read(fd, 4096)
        return come
    finally:
        os.close(fd)


def gap(come):
    """The first line that does not follow the one before, or None."""
    lines = come.split(b"\n")[1:-1]
    for before, line in zip(lines, lines[1:]):
        if not (before + line).isdigit() or int(line) != int(before) + 1:
            return f"{line} came after {before}"
    return None


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("port", metavar="TTY")
    parser.add_argument("far", help="the line's other end")
    parser.add_argument("--times", type=int, default=20)
    parser.add_argument("--bytes", type=int, default=4096)
    parser.add_argument("--seconds", type=float, default=20, help="how long without a byte is too long")
    options = parser.parse_args()

    set_raw(options.port)
    ended = threading.Event()
    far = os.open(options.far, os.O_WRONLY)
    sender = threading.Thread(target=send_lines, args=(far, ended), daemon=True)
    sender.start()
    text = f"the port is opened {options.times} times, and each time every line follows the one before"
    problem = None
    for opening in range(options.times):
        try:
            problem = gap(read_once(options.port, options.bytes, options.seconds))
        except OSError as error:
            problem = str(error)
        if problem:
            print(f"FAIL {text}: {problem} (opening {opening + 1})")
            break
    else:
        print(f"ok {text}")
    ended.set()
    return 1 if problem else 0


if __name__ == "__main__":
    sys.exit(main())
