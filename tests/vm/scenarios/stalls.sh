#!/bin/bash
# about: a machine that gets no turn for a moment, several times a second: no unplug comes before its kernel is ready
# seconds: 90
# cpus: 1
# alone: yes
# stalls: yes
. "$VM_DIR/lib.sh"

load_vhci
modprobe usbtest
require "the hostile host is built" hostile_host_is_built

# Each of these ends its session with isochronous URBs under way. A bridge that takes the stall for quiet and pulls
# the plug can leave usbtest and the hub's worker in the kernel for good, though not each time: one in three runs.
report "$hostile_host" repeat "$VM_DIR/usbtest.py" "$LOGS/bridges.log" 3 "RET_SUBMIT, iso-out: what cannot be repaired unplugs the device"
check "every port is free" no_used_ports
expect_no_hung_tasks
