#!/bin/bash
# about: a host that is stopped for a while, and one that never answers again
# seconds: 40
# alone: yes
. "$VM_DIR/lib.sh"

load_vhci
keyboard=$(busid_of 0627:0001)
stick=$(busid_of 46f4:0001)
require "usbip-host serves a keyboard and a stick" start_host --force --export "$keyboard" --export "$stick"
disk_in_use "$stick"
require "attach the keyboard" attach_as keys "$keyboard"
echo on >"/sys/bus/usb/devices/$keys/power/control"
require "it has a node" wait_until 10 test -c "/dev/input/$(part_of "$keys" input)"
# Whoever has it open waits for keys, and so does a transfer.
exec 7<"/dev/input/$(part_of "$keys" input)"

# A pause is no fault: nothing was lost, so all goes on. A disk that spins up looks the same.
kill -STOP "$host_pid"
sleep 6
kill -CONT "$host_pid"
rounds=$(wc -l <user.log)
wait_for "after a pause of 6 s reading goes on" 10 eval "[ \$(wc -l <user.log) -gt $((rounds + 2)) ]"
check "nothing was read wrong" refute grep -q 'no more' user.log
check "the idle keyboard is still there" is_attached "$keyboard"

# It never answers again. That comes to light when the disk's driver loses patience and
# unlinks; the keyboard's never does.
require "the disk's driver waits for $patience s" disk_patience
kill -STOP "$host_pid"
takes_at_most "detaching the keyboard takes at most 3 s, though the host is silent" 3000 detach "$keyboard"
exec 7<&-
sleep $((patience + 1))
expect_unplug

kill -CONT "$host_pid"
expect_reattach "$stick"
check "usbip-host ends" stop_host
wait_for "the stick is back with its driver" 5 has_driver "$stick" usb-storage
wait_for "the keyboard is back with its driver" 5 has_driver "$keyboard" usbhid
