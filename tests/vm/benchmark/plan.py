"""What can be measured: the devices, what is done with each, and the ways to reach it."""

DISK = ["disk-read", "disk-read-whole", "disk-write", "disk-random-read", "disk-random-write", "disk-files"]
SERIAL = ["serial-echo", "serial-read"]

# Which device takes which workloads. The gadgets are the kernel's own, on dummy_hcd.
DEVICES = {
    "stick": DISK,
    "disk-gadget": DISK,
    "zero-gadget": ["bulk-in", "bulk-out", "bulk-in-32", "bulk-out-32", "control"],
    "hid-gadget": ["hid-rate", "hid-latency"],
    "serial-gadget": SERIAL,
    "serial-qemu": SERIAL,
}

# Measured with every device on every path but the direct one.
COMMANDS = ["attach", "detach"]

# And where our client carries the URBs: what its bridge has needed of memory at most, behind all of that.
CLIENT_MEMORY = "client-memory"

WORKLOADS = [*dict.fromkeys(name for names in DEVICES.values() for name in names), *COMMANDS, CLIENT_MEMORY]

# The host's half and the client's half of each path.
PATHS = {
    "direct": (None, None),
    "kernel": ("stock", "stock"),
    "our-host": ("ours", "stock"),
    "our-client": ("stock", "ours"),
    "pair": ("ours", "ours"),
    "our-host-usbfs": ("ours", "stock"),
}

# Measured only where it is asked for: our host without libusb, against the same with it.
ONLY_IF_ASKED = {"our-host-usbfs"}

# With three emulated processors the host's half has one for itself, as on a machine of its own, our bridge the second, and the
# program that uses the device the third, with vhci_hcd's threads: nobody's address space makes place for another's.
APART_CPUS = 3

# What lower figures are better for.
TIMES = {"ms"}
