"""A device on this side: attached by a command, found, timed until it can be used, detached."""

import subprocess
import threading
import time
from pathlib import Path

from usbtest import node_of

RECORDS = Path("/run/vhci_hcd")
VHCI = Path("/sys/devices/platform/vhci_hcd.0")
USB = Path("/sys/bus/usb/devices")
ATTACH_SECONDS = 120
LOOK_SECONDS = 0.005

# Below the device's folder: what a driver made of it, whose name is that of the node.
PARTS = {
    "stick": "*:*/host*/target*/*/block/*", "disk-gadget": "*:*/host*/target*/*/block/*",
    "hid-gadget": "*:*/*/hidraw/*", "serial-gadget": "*:*/tty/*", "serial-qemu": "*:*/ttyUSB*",
}


def usable_node(device, name):
    """The node of the device that the kernel calls `name`, once its driver has made it; else None."""
    folder = USB / name
    if device == "zero-gadget":
        driver = USB / f"{name}:1.0" / "driver"
        return node_of(name) if driver.exists() and driver.resolve().name == "usbtest" else None
    for part in folder.resolve().glob(PARTS[device]):
        node, size = Path("/dev") / part.name, part / "size"
        # A disk is there before its size is known.
        if node.exists() and (not size.exists() or int(size.read_text())):
            return str(node)
    return None


def port_of(busid):
    for record in RECORDS.glob("port*[0-9]"):
        try:
            if record.read_text().split()[2] == busid:
                return int(record.name[4:])
        except (OSError, IndexError):
            # Just being written, or removed.
            continue
    return None


def local_name(busid):
    port = port_of(busid)
    if port is None:
        return None
    for status in VHCI.glob("status*"):
        for line in status.read_text().splitlines():
            words = line.split()
            # hub port sta spd dev sockfd local_busid; 6 is a port in use.
            if words[0] in ("hs", "ss") and int(words[1]) == port and int(words[2]) == 6:
                return words[-1]
    return None


class Attachment:
    """Attaches by running `command`, and takes the time until a program could open the device."""

    def __init__(self, device, busid, command):
        self.busid = busid
        begun = time.monotonic()
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        self.node = None
        while not self.node:
            if time.monotonic() - begun > ATTACH_SECONDS:
                raise OSError(f"{busid} is not usable {ATTACH_SECONDS} s after its attach")
            if process.poll():
                raise OSError(f"attaching {busid} ended with status {process.returncode}")
            time.sleep(LOOK_SECONDS)
            try:
                self.name = local_name(busid)
                self.node = self.name and usable_node(device, self.name)
            except OSError:
                continue
        self.seconds = time.monotonic() - begun
        if process.wait(ATTACH_SECONDS):
            raise OSError(f"attaching {busid} ended with status {process.returncode}")

    def detach(self, command):
        """Returns how long it took until the device was gone."""
        begun = time.monotonic()
        process = subprocess.Popen([*command, str(port_of(self.busid))], stdin=subprocess.DEVNULL,
                                   stdout=subprocess.DEVNULL)
        # Given a timeout, wait() looks at ever longer intervals, up to 50 ms: that would be what is measured.
        lost_patience = threading.Timer(ATTACH_SECONDS, process.kill)
        lost_patience.start()
        status = process.wait()
        lost_patience.cancel()
        if status:
            raise OSError(f"detaching {self.busid} ended with status {status}")
        while (USB / self.name).exists() and time.monotonic() - begun < ATTACH_SECONDS:
            time.sleep(LOOK_SECONDS)
        return time.monotonic() - begun
