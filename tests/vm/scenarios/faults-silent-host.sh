#!/bin/bash
# about: a host that is stopped for a while, and one that never answers again
# seconds: 40
# alone: yes
. "$VM_DIR/lib.sh"

load_vhci
keyboard=$(busid_of 0627:0001)
stick=$(busid_of 46f4:0001)
require "usbip-host serves a keyboard and a stick" start_host --export "$keyboard" --export "$stick"
disk_in_use "$stick"
require "attach the keyboard" attach_as keys "$keyboard"
echo on >"/sys/bus/usb/devices/$keys/power/control"
require "it has a node" wait_until 10 test -c "/dev/input/$(part_of "$keys" input)"
exec 7<"/dev/input/$(part_of "$keys" input)"

# Closing it cancels the transfer that waits for keys.
close_keyboard() {
    exec 7<&-
}

# A pause is no fault: nothing was lost, so all goes on.
kill -STOP "$host_pid"
sleep 2
kill -CONT "$host_pid"
rounds=$(wc -l <user.log)
wait_for "after a pause of 2 s reading goes on" 10 eval "[ \$(wc -l <user.log) -gt $((rounds + 2)) ]"
check "nothing was read wrong" refute grep -q 'no more' user.log

kill -STOP "$host_pid"
takes_at_most "closing the keyboard takes at most 3 s, though the host is silent" 3000 close_keyboard
if is_attached "$keyboard"; then
    takes_at_most "detaching it takes at most 3 s" 3000 detach "$keyboard"
else
    pass "it is unplugged, since its host is gone"
fi
takes_at_most "detaching the disk that is being read takes at most 3 s" 3000 detach "$stick"
expect_unplug

kill -CONT "$host_pid"
expect_reattach "$stick"
check "usbip-host ends" stop_host
wait_for "the stick is back with its driver" 5 has_driver "$stick" usb-storage
wait_for "the keyboard is back with its driver" 5 has_driver "$keyboard" usbhid
