#!/bin/bash
# about: a network that is away for a while, a host that is stopped for a moment, and one that never answers again
# seconds: 60
# alone: yes
. "$VM_DIR/lib.sh"

# Whoever has it open waits for keys, and so does a transfer.
attach_keyboard() {
    attach_as keys "$keyboard" && echo on >"/sys/bus/usb/devices/$keys/power/control" &&
        wait_until 10 test -c "/dev/input/$(part_of "$keys" input)" && exec 7<"/dev/input/$(part_of "$keys" input)"
}

reading_goes_on() {
    local rounds
    rounds=$(wc -l <user.log)
    wait_for "$1" 20 eval "[ \$(wc -l <user.log) -gt $((rounds + 2)) ]"
    check "nothing was read wrong" refute grep -q 'no more' user.log
    check "the idle keyboard is still there" is_attached "$keyboard"
}

both_unplugged() {
    ! [ -e "/sys/bus/usb/devices/$far" ] && ! [ -e "/sys/bus/usb/devices/$keys" ]
}

load_vhci
require "the host has an address as of another machine" use_another_address
modprobe sch_netem
keyboard=$(busid_of 0627:0001)
stick=$(busid_of 46f4:0001)
require "usbip-host serves a keyboard and a stick" start_host --listen "$host_address" --force --export "$keyboard" --export "$stick"
disk_in_use "$stick"
require "attach the keyboard" attach_keyboard

# What is sent into a network that is away is not acknowledged; TCP sends it again.
tc qdisc add dev lo root netem loss 100%
sleep 5
tc qdisc delete dev lo root
reading_goes_on "after 5 s without a network reading goes on"

# Where this machine itself has no way to send, nothing is unacknowledged.
ip address delete "$host_address/32" dev lo
sleep 3
ip address add "$host_address/32" dev lo
reading_goes_on "after 3 s without an address reading goes on"

kill -STOP "$host_pid"
sleep 1
kill -CONT "$host_pid"
reading_goes_on "after a pause of 1 s of the host reading goes on"

# No driver unlinks within 3 s: the disk's after 30 s, the keyboard's never.
kill -STOP "$host_pid"
wait_for "the attached side sees both unplugged" $unplug_seconds both_unplugged
exec 7<&-
expect_unplug

kill -CONT "$host_pid"
expect_reattach "$stick"
check "usbip-host ends" stop_host
wait_for "the stick is back with its driver" 5 has_driver "$stick" usb-storage
wait_for "the keyboard is back with its driver" 5 has_driver "$keyboard" usbhid
