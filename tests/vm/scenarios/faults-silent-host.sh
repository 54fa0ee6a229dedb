#!/bin/bash
# about: a host that is stopped for a while, and one that never answers again
# seconds: 40
. "$VM_DIR/lib.sh"

# Closing a serial port cancels what its driver has in flight.
close_serial() {
    exec 7>&-
}

load_vhci
load_gadgets 1
require "an ACM gadget is plugged in" gadget_acm
acm=$(gadget_busid acm)
stick=$(busid_of 46f4:0001)
require "usbip-host serves both" start_host --export "$acm" --export "$stick"
disk_in_use "$stick"
require "attach the serial port" attach_as serial "$acm"
require "it has a node" wait_until 10 test -c "/dev/$(part_of "$serial" tty)"
tty=/dev/$(part_of "$serial" tty)
exec 7<>"$tty"

# A pause is no fault: nothing was lost, so all goes on.
kill -STOP "$host_pid"
sleep 2
kill -CONT "$host_pid"
rounds=$(wc -l <user.log)
wait_for "after a pause of 2 s reading goes on" 10 eval "[ \$(wc -l <user.log) -gt $((rounds + 2)) ]"
check "nothing was read wrong" refute grep -q 'no more' user.log

kill -STOP "$host_pid"
takes_at_most "closing the serial port takes at most 3 s, though the host is silent" 3000 close_serial
takes_at_most "detaching it takes at most 3 s" 3000 detach "$acm"
takes_at_most "detaching the disk that is being read takes at most 3 s" 3000 detach "$stick"
expect_unplug

kill -CONT "$host_pid"
expect_reattach "$stick"
check "usbip-host ends" stop_host
wait_for "the stick is back with its driver" 5 has_driver "$stick" usb-storage
wait_for "the serial port is back with its driver" 5 has_driver "$acm" cdc_acm
