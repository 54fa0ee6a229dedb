#!/bin/bash
# about: a disk that misbehaves looks the same to this kernel with reading ahead and without
# seconds: 280
. "$VM_DIR/lib.sh"

program=$VM_DIR/../UsbIp.FaultyDisk/bin/${CONFIGURATION:-Release}/net10.0/faulty-disk
usbmon=/sys/kernel/debug/usb/usbmon
separator=' C Bi:[^ ]* 0 512 '

start_faulty_disk() {
    "$program" "$host_port" >offered 3>&- &
    # shellcheck disable=SC2034 # for programs.sh
    host_pid=$!
    wait_until 20 listening_or_gone
    is_listening
}

begin_usbmon() {
    modprobe usbmon
    mountpoint -q /sys/kernel/debug || mount -t debugfs none /sys/kernel/debug
    test -e "$usbmon/0u"
}

all_separators() {
    equal "$(wc -l <faults)" "$(grep -cE "$separator" urbs)"
}

is_open_in() {
    find "/proc/$1/fd" -lname "*$2*" | grep -q .
}

# run_through NAME [OPTION]: every fault once in a read and once in a write, each tried again.
# What a program sees goes to NAME.seen, what the driver sees of every bulk URB to NAME.urbs, and what it
# asks the device for by control requests (clearing halts, resets) to NAME.controls.
run_through() {
    local name=$1 far disk block fault attempt watcher
    shift
    require "a disk that misbehaves is served, $name" start_faulty_disk
    require "attach, $name" attach_as far "$(head -n 1 offered)" "$@"
    require "the kernel sees a disk, $name" wait_until 15 has_part "$far" block
    disk=$(part_of "$far" block)
    # A disk that has fallen silent is given up after that many seconds.
    echo 3 >"/sys/block/$disk/device/timeout"
    udevadm settle --timeout=20
    # udev leaves a locked disk alone.
    exec {lock}<"/dev/$disk"
    flock "$lock"

    sed 1d offered >faults
    cat "$usbmon/${far%%-*}u" >urbs 3>&- &
    watcher=$!
    require "its URBs are watched, $name" wait_until 5 is_open_in $watcher usbmon
    while read -r block fault; do
        for attempt in 1 2; do
            printf '%s read %s: ' "$fault" $attempt
            dd if="/dev/$disk" bs=2048 count=1 skip=$((block / 4)) iflag=direct status=none 2>&1 | sha256sum
            printf '%s write %s: ' "$fault" $attempt
            head -c 2048 /dev/zero | tr '\0' "$attempt" |
                dd of="/dev/$disk" bs=2048 count=1 seek=$((block / 4)) oflag=direct conv=notrunc iflag=fullblock status=none 2>&1 && echo written
        done
        # A read like no other stands between two faults.
        dd if="/dev/$disk" of=/dev/null bs=512 count=1 iflag=direct status=none
    done <faults >"$name.seen"
    wait_until 10 all_separators
    kill $watcher
    wait $watcher
    # "C" ends a URB: its endpoint, status and length. "S" begins one: behind "s", the setup packet. Device 1 is
    # the hub. SET_ADDRESS has another address each time that it is attached.
    awk -v separator="$separator" -v ends="$name.urbs" -v controls="$name.controls" '
        NR == FNR { faults[NR] = $2; next }
        $0 ~ separator { done++ }
        !((done + 1) in faults) { next }
        $3 == "C" && $4 ~ /^B/ { print faults[done + 1], substr($4, 1, 2), $5, $6 >ends }
        $3 == "S" && $4 ~ /^C/ && $4 !~ /:001:/ {
            print faults[done + 1], $6, $7, ($6 == "00" && $7 == "05" ? "-" : $8), $9, $10 >controls
        }' faults urbs

    exec {lock}<&-
    check "detach, $name" detach "$(head -n 1 offered)"
    wait_for "the port is free, $name" 10 no_used_ports
    kill -9 "$host_pid"
    wait "$host_pid"
    host_pid=
    check "every fault was met, $name" equal "$(wc -l <faults)" "$(awk '{ print $1 }' "$name.urbs" | sort -u | wc -l)"
}

# A command that is answered before the device stalls it, or leaves it, ends otherwise, by design.
without_commands() {
    grep -vE '^(StallsCommand|HangsInCommand) ' "$1"
}

# The driver believes it taken, and hears of it at its next step.
fails_behind() {
    grep -qE "^$1 Bo 0 31" with.urbs && grep -qE "^$1 B[io] $2 " with.urbs
}

load_vhci
require "the faulty disk is built" test -x "$program"
require "the kernel's URBs can be watched" begin_usbmon
run_through without --no-read-ahead
run_through with
check "a program sees the same" diff without.seen with.seen
check "the driver sees the same of every URB" diff <(without_commands without.urbs) <(without_commands with.urbs)
check "the driver asks the device for the same" diff <(without_commands without.controls) <(without_commands with.controls)
check "a command that the device stalls fails at its next step" fails_behind StallsCommand -71
check "a command that the device does not take is given up at its next step" fails_behind HangsInCommand -104
note "$(wc -l <with.urbs) URBs, $(wc -l <with.controls) control requests, $(grep -c '' with.seen) reads and writes"
expect_no_hung_tasks
