#!/bin/bash
# about: Ctrl+C ends serve and attach --foreground cleanly; the host gives a device back while it goes on serving
# seconds: 30
# cpus: 1
. "$VM_DIR/lib.sh"

# A shell has what it starts in the background ignore Ctrl+C.
heeding() {
    exec env --default-signal=INT "$@"
}

load_vhci
stick=$(busid_of 46f4:0001)
heeding "$DIST/usbip-host" serve --export "$stick" >"$LOGS/host.log" 2>&1 3>&- &
host_pid=$!
require "usbip-host serves the stick" wait_until 20 is_listening
heeding "$DIST/usbip-client" attach --foreground 127.0.0.1 "$stick" >foreground.log 2>&1 3>&- &
bridge=$!
wait_for "it is attached in the foreground" 30 is_attached "$stick"
check "the line names host, device, port and node" wait_until 10 grep -qE "^attached $stick \".+\" \(46f4:0001\) as port [0-9]+: [0-9]+-[0-9]+, /dev/sd[a-z]$" foreground.log

kill -INT $bridge
wait $bridge
check "Ctrl+C ends it well" equal 0 $?
wait_for "and detaches" 5 no_used_ports
check "the host serves on" is_listening
wait_for "with the stick back at its driver" 5 has_driver "$stick" usb-storage

kill -INT "$host_pid"
wait "$host_pid"
check "Ctrl+C ends the host well" equal 0 $?
host_pid=
check "the stick is with its driver" has_driver "$stick" usb-storage
expect_no_hung_tasks
