#!/bin/bash
# about: a host that lies in every field: this kernel sees an unplug at worst
# seconds: 420
. "$VM_DIR/lib.sh"

start_hostile_host() {
    "$hostile_host" serve "$host_port" 3>&- &
    # shellcheck disable=SC2034 # for programs.sh
    host_pid=$!
    wait_until 20 is_listening
}

load_vhci
modprobe usbtest
require "the hostile host is built" hostile_host_is_built

# Every attack runs through the client's own bridge, in one process: starting one for each
# would take most of the time. HOSTILE_SEEDS=N for more or fewer random ones.
report "$hostile_host" attack "$VM_DIR/usbtest.py" "$LOGS/bridges.log" "${HOSTILE_SEEDS:-100}"
check "every port is free" no_used_ports

require "the hostile host serves a device that works" start_hostile_host
require "the client attaches it" attach_as far 1-1
require "usbtest has it" wait_until 10 has_driver "$far" usbtest
report "$VM_DIR/usbtest.py" "$far" --cases 1-4,15,16
check "detach" detach 1-1
wait_for "the port is free" 10 no_used_ports
expect_no_hung_tasks
