#!/bin/bash
# about: from the plug to the node in /dev of the client: told by our host, and asked of the stock one
# seconds: 150
# alone: yes
. "$VM_DIR/lib.sh"

load_vhci
load_gadgets 1
require "a serial gadget is plugged in" gadget_acm acm
acm=$(gadget_busid acm)

# The tty that the client's kernel made of it.
has_tty() {
    local name
    name=$(local_of "$acm") && has_part "$name" tty && [ -e "/dev/$(part_of "$name" tty)" ]
}

plug() {
    gadget_plug acm
}

# The stock host gives nothing away by itself.
plug_and_bind() {
    gadget_plug acm && usbip bind -b "$acm" >/dev/null 2>&1 3>&-
}

# measure COUNT PLUG: how long from the plug to the node, in ms, sorted, in the variable sorted.
measure() {
    local round begin times=()
    for ((round = 1; round <= $1; round++)); do
        gadget_unplug acm
        wait_until 20 refute has_tty || return 1
        begin=${EPOCHREALTIME/./}
        "$2" && wait_until 60 has_tty || return 1
        times+=($(((${EPOCHREALTIME/./} - begin) / 1000)))
    done
    mapfile -t sorted < <(printf '%s\n' "${times[@]}" | sort -n)
}

export USBIP_HOST_CONFIG=$PWD/config.yaml
printf 'rules:\n  - allow: 0525:a4a7\n' >config.yaml
require "usbip-host serves it by a rule" start_host
require "it is kept attached" attach_as far "$acm" --persist
require "and has a node" wait_until 10 has_tty
require "20 times it is plugged in, and has its node again" measure 20 plug
note "told by usbip-host: p50 ${sorted[10]} ms, p99 ${sorted[19]} ms from the plug to the node, the host's own enumeration included"
pushed=${sorted[10]}
check "detach" detach "$acm"
wait_for "no bridge stays" 10 no_bridges
check "usbip-host ends" stop_host

require "the stock host runs" start_stock_host
require "and serves it" stock_bind "$acm"
require "it is kept attached" attach_as far "$acm" --persist
require "and has a node" wait_until 10 has_tty
require "10 times it is plugged in, and has its node again" measure 10 plug_and_bind
note "asked of the stock host: p50 ${sorted[5]} ms, p99 ${sorted[9]} ms, its usbip bind included"
check "being told is faster than asking: $pushed ms against ${sorted[5]} ms" at_most "${sorted[5]}" "$pushed"
check "detach" detach "$acm"
wait_for "no bridge stays" 10 no_bridges
wait_for "every port is free" 5 no_used_ports
expect_no_hung_tasks
