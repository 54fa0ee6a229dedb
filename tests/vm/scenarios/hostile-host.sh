#!/bin/bash
# about: a host that lies in every field: this kernel sees an unplug at worst
# seconds: 420
. "$VM_DIR/lib.sh"

# What is wrong is in the busid: KIND:OFFSET:VALUE, see tests/UsbIp.HostileHost/Attack.cs.
# Header: 0 command, 4 seqnum, 8 devid, 12 direction, 16 ep, 20 status, 24 actual_length,
# 28 start_frame, 32 number_of_packets, 36 error_count. A packet descriptor, counted from the
# end: -16 offset, -12 length, -8 actual_length, -4 status.
replies=()
for kind in control bulk-in bulk-out iso-in iso-out; do
    for value in 0 1 2 5 ffffffff; do replies+=("$kind:0:$value"); done
    for value in 0 7fffffff ffffffff; do replies+=("$kind:4:$value"); done
    replies+=("$kind:8:ffffffff" "$kind:12:ffffffff" "$kind:16:ffffffff")
    for value in 1 4d ffffff8d 80000000 7fffffff; do replies+=("$kind:20:$value"); done
    for value in 0 1 10000 7fffffff 80000000 ffffffff; do replies+=("$kind:24:$value"); done
    replies+=("$kind:28:ffffffff")
    for value in 0 1 400 7fffffff ffffffff; do replies+=("$kind:32:$value"); done
    for value in 7fffffff ffffffff; do replies+=("$kind:36:$value"); done
    replies+=("$kind:twice" "$kind:half")
done
for kind in iso-in iso-out; do
    for offset in -16 -12 -8 -4; do
        for value in 0 1000 7fffffff 80000000 f0000000 ffffffff; do replies+=("$kind:$offset:$value"); done
    done
done
unlinks=(unlink:0:1 unlink:0:3 unlink:4:0 unlink:4:ffffffff unlink:20:0 unlink:20:4d unlink:20:ffffff8d unlink:twice unlink:half)
imports=(import:0:0 import:2:ffffffff import:4:1 import:8:ffffffff import:264:ffffffff import:304:0 import:304:7 import:304:ffffffff import:half)

start_hostile_host() {
    "$VM_DIR/../UsbIp.HostileHost/bin/${CONFIGURATION:-Release}/net10.0/hostile-host" "$host_port" >hostile.log 2>&1 3>&- &
    host_pid=$!
    wait_until 20 is_listening
}

# The kernel's drivers need the device once, for what this attack is about; most of it fails.
use() {
    local cases=4 name
    case $1 in
        bulk-out:*) cases=3 ;;
        iso-in:*) cases=16 ;;
        iso-out:*) cases=15 ;;
        unlink:*) cases=11 ;;
        control:* | import:*) return ;;
        seed:*) cases=1,2,9,16,15 ;;
    esac
    name=$(local_of "$1") && "$VM_DIR/usbtest.py" "$name" --cases "$cases" --deadline 20
}

# Attaches, uses and detaches; all that can go wrong here but a hanging kernel is what was to be expected.
try() {
    "$DIST/usbip-client" attach "127.0.0.1:$host_port" "$1" --no-wait --log bridge.log 3>&-
    wait_until 3 has_settled "$1"
    use "$1"
    detach "$1"
    wait_until 10 port_is_free "$1"
}

has_settled() {
    local name
    name=$(local_of "$1") || ! port_of "$1" || return
    [ -e "/sys/bus/usb/devices/$name:1.0/driver" ]
}

port_is_free() {
    ! port_of "$1"
}

# A few at once, since each waits most of its time; HOSTILE_EVERY=N tries only each Nth.
try_all() {
    local attack number=0 running=0
    for attack in "$@"; do
        number=$((number + 1))
        [ $((number % ${HOSTILE_EVERY:-1})) = 0 ] || continue
        try "$attack" >>tries.log 2>&1 3>&- &
        running=$((running + 1))
        if [ $((running % ${HOSTILE_AT_ONCE:-3})) = 0 ]; then
            wait_for_tries || { echo "after $attack"; return 1; }
        fi
    done
    wait_for_tries
}

wait_for_tries() {
    local pids
    pids=$(jobs -pr | grep -vx "$host_pid")
    # shellcheck disable=SC2086 # one word per process
    [ -z "$pids" ] || wait $pids
    no_stuck_tasks 10 && wait_until 20 no_used_ports && is_running "$host_pid"
}

wrong_replies() {
    awk '{ sum += $2 } END { print sum + 0 }' hostile.log
}

# at_least LEAST NUMBER
at_least() {
    [ "$2" -ge "$1" ] || {
        printf 'at least %s, got %s\n' "$1" "$2"
        return 1
    }
}

load_vhci
require "a hostile host runs" start_hostile_host
check "every field of OP_REP_IMPORT wrong (${#imports[@]})" try_all "${imports[@]}"
check "every field of RET_UNLINK wrong (${#unlinks[@]})" try_all "${unlinks[@]}"
check "every field of RET_SUBMIT and of the packets wrong (${#replies[@]})" try_all "${replies[@]}"
mapfile -t seeds < <(seq -f 'seed:%.0f' "${HOSTILE_SEEDS:-200}")
check "${#seeds[@]} hosts with random replies" try_all "${seeds[@]}"
check "wrong replies were sent" at_least 400 "$(wrong_replies)"
note "$(wrong_replies) wrong replies were sent in all"

require "a device that works can still be attached" attach_as far none:0
require "usbtest has it" wait_until 10 has_driver "$far" usbtest
report "$VM_DIR/usbtest.py" "$far" --cases 1-4,15,16
check "detach" detach none:0
wait_for "the port is free" 10 no_used_ports
expect_no_hung_tasks
