# shellcheck shell=bash
# A disk in use while something breaks, and what must be true afterwards.

# The longest that the attached side may take to see what happened.
unplug_seconds=3

# disk_in_use BUSID [read|write]: attaches it, and reads or writes it until that fails.
# Sets far, disk, its place in sysfs (given back to its own driver, a stick may get the same
# name there), and user.
disk_in_use() {
    require "attach" attach_as far "$1"
    require "the kernel sees a disk" wait_until 15 has_part "$far" block
    disk=$(part_of "$far" block)
    disk_place=$(readlink -e "/sys/block/$disk")
    require "it has a node" wait_until 5 test -b "/dev/$disk"
    "${2:-read}_without_end" "/dev/$disk" >user.log 2>&1 3>&- &
    user=$!
    at_exit "kill $user 2>/dev/null"
    require "it is in use" wait_until 10 grep -q round user.log
}

read_without_end() {
    while dd if="$1" of=/dev/null bs=64k count=64 iflag=direct status=none; do
        echo round
    done
    # dd has said why.
    echo "no more"
}

write_without_end() {
    while dd if=/dev/zero of="$1" bs=64k count=64 oflag=direct conv=notrunc status=none; do
        echo round
    done
    echo "no more"
}

# What an unplug looks like from the attached side, to whoever uses the disk.
expect_unplug() {
    wait_for "the attached side sees an unplug" $unplug_seconds refute test -e "/sys/bus/usb/devices/$far"
    wait_for "whoever uses it gets an error" $unplug_seconds refute is_running "$user"
    wait_for "the port is free" $unplug_seconds no_used_ports
    wait_for "the disk is gone" $unplug_seconds refute test -e "$disk_place"
    wait_for "its bridge has ended" 5 no_bridges
    expect_no_hung_tasks
}

no_bridges() {
    [ -z "$(program_pids usbip-client)" ]
}

# expect_reattach BUSID: after the fault all is as before.
expect_reattach() {
    wait_for "the host offers it again" 10 is_offered "$1"
    check "it is attached again" attach_as far "$1" || return
    check "it can be read again" read_once "$far"
    check "it is detached again" detach "$1"
    wait_for "its port is free again" 5 no_used_ports
}

read_once() {
    wait_until 15 has_part "$1" block && wait_until 5 test -b "/dev/$(part_of "$1" block)" &&
        dd if="/dev/$(part_of "$1" block)" of=/dev/null bs=64k count=64 iflag=direct status=none
}

# start_proxy: clients connect through proxy.py from now on. Sets proxy.
start_proxy() {
    "$VM_DIR/proxy.py" 3241 3240 "$host_address" 3>&- &
    proxy=$!
    at_exit "kill $proxy"
    # shellcheck disable=SC2034 # for programs.sh
    host_port=3241
    wait_until 10 is_listening
}
