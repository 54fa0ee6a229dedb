#!/bin/bash
# about: attached and detached 200 times: no leak of files, threads, memory or ports
# seconds: 1200
. "$VM_DIR/lib.sh"

load_vhci
load_gadgets 1
require "a SourceSink gadget is plugged in" gadget_source_sink zero
zero=$(gadget_busid zero)
# The garbage collector waits until there is much to collect, which would hide what is kept.
export DOTNET_GCgen0size=0x100000
require "usbip-host serves it and a virtual zero" start_host --export "$zero" --virtual zero
unset DOTNET_GCgen0size
virtual=$(virtual_busid ff)

# once BUSID: attach in the background, a little use, detach.
once() {
    attach_as far "$1" && wait_until 5 has_driver "$far" usbtest && detach "$1"
}

# once_here BUSID: the same in the foreground, ended as systemd would; one program to start
# instead of three, which an emulated machine is grateful for. So it is for looks that start
# none: every port is free, so the device gets the name that the first one had.
once_here() {
    local bridge status
    : >here.log # the one before said it too
    "$DIST/usbip-client" attach --foreground "127.0.0.1:$host_port" "$1" >here.log 2>>"$LOGS/foreground.log" 3>&- &
    bridge=$!
    wait_until 20 says_attached && wait_until 5 has_usbtest
    status=$?
    kill -TERM "$bridge"
    wait "$bridge" && [ $status = 0 ]
}

says_attached() {
    local line
    read -r line <here.log && [[ $line == attached* ]]
}

has_usbtest() {
    local interface
    for interface in /sys/bus/usb/drivers/usbtest/"$far":*.0; do
        [ -e "$interface" ] && return
    done
    return 1
}

# rounds COUNT: half of them on each device, one in ten in the background.
rounds() {
    local round turn
    for ((round = 1; round <= $1 / 10; round++)); do
        if ((round % 2)); then
            once "$zero" && once_here "$virtual"
        else
            once_here "$zero" && once "$virtual"
        fi || { echo "round $round went wrong"; return 1; }
        for ((turn = 1; turn <= 4; turn++)); do
            once_here "$zero" && once_here "$virtual" || { echo "turn $turn of round $round went wrong"; return 1; }
        done
        [ $((round % 5)) != 0 ] || used_well || return 1
    done
}

# Now and then the device is not only there but works.
used_well() {
    attach_as far "$virtual" && wait_until 5 has_driver "$far" usbtest &&
        "$VM_DIR/usbtest.py" "$far" --cases 9 >/dev/null && detach "$virtual"
}

# Its pools fill and its code is compiled while it is warm.
require "20 rounds to warm up" rounds 20
read -r files threads memory < <(holdings "$host_pid")
require "100 times attach, use, detach" rounds 100
read -r _ _ memory_between < <(holdings "$host_pid")
require "100 times more" rounds 100
wait_for "every port is free" 5 no_used_ports
wait_for "no bridge stays" 5 no_bridges
read -r files_after threads_after memory_after < <(holdings "$host_pid")
note "files $files -> $files_after, threads $threads -> $threads_after, memory $memory -> $memory_between -> $memory_after KiB"
check "usbip-host holds no more files: $files then $files_after" at_most $((files + 2)) "$files_after"
# The thread pool breathes.
check "usbip-host has no more threads: $threads then $threads_after" at_most $((threads + 4)) "$threads_after"
# 40 KiB for each of the last 100 would be too much.
check "usbip-host takes no more memory: $memory_between then $memory_after KiB" at_most $((memory_between + 4096)) "$memory_after"
check "no state file stays" equal "" "$(ls /run/vhci_hcd 2>/dev/null)"
check "usbip-host ends" stop_host
wait_for "usbtest has the gadget again" 5 has_driver "$zero" usbtest
expect_no_hung_tasks
