#!/usr/bin/env python3
"""Two clients that race for one device.

    race.py 1-2 --times 1000 [--port 3240]

Each time both ask for the import at once. One is granted it and the other is told that the device is busy,
never both the one or both the other; then the winner leaves. Prints how often which of the two won.
"""

import argparse
import socket
import struct
import sys
import threading
import time

REQUEST = struct.pack(">HHI", 0x0111, 0x8003, 0)
OK, BUSY = 0, 2
RECORD_SIZE = 312


def ask(port, busid, start, result, who):
    connection = socket.create_connection(("127.0.0.1", port), timeout=20)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    start.wait()
    connection.sendall(REQUEST + busid.encode().ljust(32, b"\0"))
    _, code, status = struct.unpack(">HHI", read(connection, 8))
    assert code == 3, f"reply code {code:#x}"
    if status == OK:
        read(connection, RECORD_SIZE)
    result[who] = (status, connection)


def read(connection, size):
    data = b""
    while len(data) < size:
        piece = connection.recv(size - len(data))
        if not piece:
            raise EOFError(f"the host closed the connection after {len(data)} of {size} bytes")
        data += piece
    return data


def race(port, busid):
    """How the two were answered."""
    result = [None, None]
    start = threading.Barrier(2)
    racers = [threading.Thread(target=ask, args=(port, busid, start, result, who)) for who in (0, 1)]
    for racer in racers:
        racer.start()
    for racer in racers:
        racer.join()
    for _, connection in result:
        connection.close()
    return [status for status, _ in result]


def winner(port, busid):
    """The number of the one that won. Raises if not exactly one did."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        statuses = race(port, busid)
        if sorted(statuses) == [OK, BUSY]:
            return statuses.index(OK)
        # Both busy: the winner of the race before has not quite left.
        if statuses != [BUSY, BUSY]:
            raise AssertionError(f"the two were answered {statuses}")
    raise AssertionError("20 s after its last holder left the device is still busy")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("busid")
    parser.add_argument("--times", type=int, default=1000)
    parser.add_argument("--port", type=int, default=3240)
    options = parser.parse_args()
    won = [0, 0]
    for _ in range(options.times):
        won[winner(options.port, options.busid)] += 1
    print(f"{options.times} races: the one won {won[0]}, the other {won[1]}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
