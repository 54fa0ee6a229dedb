#!/usr/bin/env python3
"""Isochronous packets with numbers, to and from the virtual zero of the numbered kind.

    iso_numbers.py 5-1 in --packets 10000     each packet carries the next number
    iso_numbers.py 5-1 out --packets 10000    the device counts what was not the next number

Goes through usbfs, as libusb would, with several transfers queued. Prints ok or FAIL.
"""

import argparse
import ctypes
import os
import struct
import sys
from pathlib import Path

CONTROL = 0xC0185500
SETINTERFACE = 0x80085504
SUBMITURB = 0x8038550A
REAPURB = 0x4008550C
CLAIMINTERFACE = 0x8004550F
IOCTL = 0xC0105512
DISCONNECT = 0x5516

ISO, ISO_ASAP = 0, 2
PACKET = 1024
PACKETS_PER_URB = 16
URBS = 6


libc = ctypes.CDLL(None, use_errno=True)


def ioctl(file, request, argument):
    """Python's own ioctl passes a copy, but the kernel knows a URB by its address."""
    if libc.ioctl(file.fileno(), ctypes.c_ulong(request), argument) < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


class PacketDescriptor(ctypes.Structure):
    _fields_ = [("length", ctypes.c_uint32), ("actual_length", ctypes.c_uint32), ("status", ctypes.c_int32)]


class Urb(ctypes.Structure):
    """struct usbdevfs_urb (include/uapi/linux/usbdevice_fs.h)."""
    _fields_ = [("type", ctypes.c_uint8), ("endpoint", ctypes.c_uint8), ("status", ctypes.c_int32),
                ("flags", ctypes.c_uint32), ("buffer", ctypes.c_void_p), ("buffer_length", ctypes.c_int32),
                ("actual_length", ctypes.c_int32), ("start_frame", ctypes.c_int32),
                ("number_of_packets", ctypes.c_int32), ("error_count", ctypes.c_int32), ("signr", ctypes.c_uint32),
                ("usercontext", ctypes.c_void_p), ("packets", PacketDescriptor * PACKETS_PER_URB)]


class Device:
    def __init__(self, busid):
        sysfs = Path("/sys/bus/usb/devices") / busid
        number = [int((sysfs / name).read_text()) for name in ("busnum", "devnum")]
        self.file = open("/dev/bus/usb/{:03}/{:03}".format(*number), "r+b", buffering=0)
        try:
            ioctl(self.file, IOCTL, struct.pack("=iiQ", 0, DISCONNECT, 0))
        except OSError:
            pass  # no driver has it
        ioctl(self.file, CLAIMINTERFACE, struct.pack("=I", 0))
        # Every alternate setting begins its numbers anew.
        ioctl(self.file, SETINTERFACE, struct.pack("=II", 0, 0))

    def submit(self, urb):
        ioctl(self.file, SUBMITURB, ctypes.byref(urb))

    def reap(self):
        """The address of the next URB that is done."""
        pointer = ctypes.c_void_p()
        ioctl(self.file, REAPURB, ctypes.byref(pointer))
        return pointer.value

    def counters(self):
        """Packets sent, received, and received out of place, as the device counts them."""
        data = ctypes.create_string_buffer(12)
        request = struct.pack("=BBHHHIxxxxQ", 0xC0, 0x60, 0, 0, 12, 5000, ctypes.addressof(data))
        ioctl(self.file, CONTROL, request)
        return struct.unpack("<III", data.raw)


class Transfer:
    def __init__(self, endpoint):
        self.data = ctypes.create_string_buffer(PACKET * PACKETS_PER_URB)
        self.urb = Urb(type=ISO, endpoint=endpoint, flags=ISO_ASAP, buffer=ctypes.addressof(self.data),
                       buffer_length=len(self.data), number_of_packets=PACKETS_PER_URB)

    def prepare(self, first=None):
        for i, packet in enumerate(self.urb.packets):
            packet.length, packet.actual_length, packet.status = PACKET, 0, 0
            if first is not None:
                struct.pack_into("<I", self.data, i * PACKET, first + i)


def run(device, endpoint, packets):
    """Moves that many packets. Yields (status, bytes) of each, in the order of submission."""
    is_in = endpoint & 0x80
    transfers = [Transfer(endpoint) for _ in range(URBS)]
    by_address = {ctypes.addressof(transfer.urb): transfer for transfer in transfers}
    total = packets // PACKETS_PER_URB
    submitted = 0
    for transfer in transfers:
        transfer.prepare(None if is_in else submitted * PACKETS_PER_URB)
        device.submit(transfer.urb)
        submitted += 1
    expected = list(transfers)
    for _ in range(total):
        transfer = by_address[device.reap()]
        if transfer is not expected.pop(0):
            raise AssertionError("transfers came back in another order than they were submitted in")
        for i, packet in enumerate(transfer.urb.packets):
            at = i * PACKET
            yield packet.status, transfer.data.raw[at:at + packet.actual_length] if is_in else packet.actual_length
        if submitted < total:
            transfer.prepare(None if is_in else submitted * PACKETS_PER_URB)
            device.submit(transfer.urb)
            expected.append(transfer)
            submitted += 1


def check_in(device, packets):
    wrong = []
    for number, (status, data) in enumerate(run(device, 0x82, packets)):
        got = struct.unpack_from("<I", data)[0] if len(data) >= 4 else None
        if status or len(data) != PACKET or got != number:
            wrong.append(f"packet {number}: status {status}, {len(data)} bytes, number {got}")
    return wrong


def check_out(device, packets):
    wrong = [f"packet {number}: status {status}, {length} bytes"
             for number, (status, length) in enumerate(run(device, 0x02, packets)) if status or length != PACKET]
    _, received, misplaced = device.counters()
    if (received, misplaced) != (packets, 0):
        wrong.append(f"the device received {received} of {packets} packets, {misplaced} of them out of place")
    return wrong


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("device", help="a busid, such as 5-1")
    parser.add_argument("direction", choices=["in", "out"])
    parser.add_argument("--packets", type=int, default=10000)
    options = parser.parse_args()
    packets = options.packets // PACKETS_PER_URB * PACKETS_PER_URB
    device = Device(options.device)
    try:
        wrong = (check_in if options.direction == "in" else check_out)(device, packets)
    except (OSError, AssertionError) as error:
        wrong = [str(error)]
    text = f"{packets} isochronous packets {options.direction}, none lost, doubled or out of place"
    if wrong:
        print(*wrong[:5], sep="\n")
        print(f"FAIL {text}: {len(wrong)} wrong, first {wrong[0]}")
        return 1
    print(f"ok {text}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
