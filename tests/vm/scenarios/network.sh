#!/bin/bash
# about: a network interface (CDC-NCM gadget): ping, and 8 MiB over TCP each way
# seconds: 80
. "$VM_DIR/lib.sh"

near_address=10.55.0.1
far_address=10.55.0.2

# The attached interface lives in a network namespace of its own: otherwise the kernel
# would hand packets for its own addresses over without any wire.
in_far() {
    ip netns exec far "$@"
}

send_file() {
    socat -u TCP-LISTEN:7000,reuseaddr OPEN:received,creat,trunc 3>&- &
    wait_until 5 sh -c 'ss -Hltn "sport = :7000" | grep -q .'
    in_far socat -u OPEN:data TCP:$near_address:7000 3>&-
    wait $!
    cmp data received
}

fetch_file() {
    socat -u OPEN:data TCP-LISTEN:7001,reuseaddr 3>&- &
    wait_until 5 sh -c 'ss -Hltn "sport = :7001" | grep -q .'
    in_far socat -u TCP:$near_address:7001 OPEN:fetched,creat,trunc 3>&-
    wait $!
    cmp data fetched
}

load_vhci
load_gadgets 1
require "an NCM gadget is plugged in" gadget_ncm
ncm=$(gadget_busid ncm)
require "usbip-host serves it" start_host --export "$ncm"
require "attach" attach_as far "$ncm"
require "the kernel sees a network interface" wait_until 10 has_part "$far" net

near_interface=$(gadget_ifname)
ip netns add far
at_exit "ip netns del far"
# udev renames a new interface; only then is its name its name.
udevadm settle
far_interface=$(part_of "$far" net)
ip link set "$far_interface" netns far
ip address add $near_address/24 dev "$near_interface"
ip link set "$near_interface" up
in_far ip address add $far_address/24 dev "$far_interface"
in_far ip link set "$far_interface" up

require "the link comes up" wait_until 10 in_far ping -c 1 -W 1 $near_address
check "20 pings, none lost" in_far ping -q -c 20 -i 0.05 -W 2 $near_address
head -c 8M /dev/urandom >data
check "8 MiB go out over TCP, intact" send_file
check "8 MiB come in over TCP, intact" fetch_file

check "detach" detach "$ncm"
check "usbip-host ends" stop_host
wait_for "the network interface is back with its driver" 5 has_driver "$ncm" cdc_ncm
expect_no_hung_tasks
