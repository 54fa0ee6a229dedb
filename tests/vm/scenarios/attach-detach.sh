#!/bin/bash
# about: attached and detached 200 times: no leak of files, threads, memory or ports on either side
# seconds: 600
. "$VM_DIR/lib.sh"

load_vhci
modprobe usbtest
require "the hostile host is built" hostile_host_is_built
load_gadgets 1
require "a SourceSink gadget is plugged in" gadget_source_sink zero
zero=$(gadget_busid zero)
# The garbage collector waits until there is much to collect, which would hide what is kept.
# In hexadecimal: a program that was compiled whole takes no 0x.
export DOTNET_GCgen0size=100000
require "usbip-host serves it and a virtual zero" start_host --export "$zero" --virtual zero
virtual=$(virtual_busid ff)

# once BUSID: attach in the background, a little use, detach.
once() {
    attach_as far "$1" && wait_until 5 has_driver "$far" usbtest && detach "$1"
}

# once_here BUSID: the same in the foreground, ended as systemd would.
once_here() {
    local bridge status
    : >here.log # the one before said it too
    "$DIST/usbip-client" attach --foreground "127.0.0.1:$host_port" "$1" >here.log 2>>"$LOGS/foreground.log" 3>&- &
    bridge=$!
    wait_until 20 says_attached && wait_until 5 has_driver "$far" usbtest
    status=$?
    kill -TERM "$bridge"
    wait "$bridge" && [ $status = 0 ]
}

says_attached() {
    local line
    read -r line <here.log && [[ $line == attached* ]]
}

# rounds COUNT: by the commands, each device in the background and in the foreground.
rounds() {
    local round
    for ((round = 1; round <= $1; round++)); do
        once "$zero" && once "$virtual" && once_here "$zero" && once_here "$virtual" || {
            echo "round $round went wrong"
            return 1
        }
    done
}

used_well() {
    attach_as far "$virtual" && wait_until 5 has_driver "$far" usbtest &&
        "$VM_DIR/usbtest.py" "$far" --cases 9 >/dev/null && detach "$virtual"
}

require "12 times by the commands" rounds 3
# The commands' bridges in one process: an emulated machine takes a tenth of the time for it,
# and it shows what each of them leaves.
report "$hostile_host" cycle "127.0.0.1:$host_port" "$host_pid" "$LOGS/bridges.log" 200 "$zero" "$virtual"
check "it works" used_well
wait_for "every port is free" 5 no_used_ports
wait_for "no bridge stays" 5 no_bridges
check "no state file stays" equal "" "$(ls /run/vhci_hcd 2>/dev/null)"
check "usbip-host ends" stop_host
wait_for "usbtest has the gadget again" 5 has_driver "$zero" usbtest
expect_no_hung_tasks
