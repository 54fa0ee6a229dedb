#!/bin/bash
# about: 12 devices of mixed kinds attached at once from one host, all in use for a minute
# seconds: 160
# alone: yes
. "$VM_DIR/lib.sh"

use_seconds=60

# use NAME COMMAND...: does it again and again, each time within its own shell, and notes
# how often it went well and how often not.
use() {
    local name=$1 good=0 bad=0 deadline=$((SECONDS + use_seconds))
    shift
    while [ $SECONDS -lt $deadline ]; do
        if "$@" >>"$LOGS/use.$name.log" 2>&1; then good=$((good + 1)); else bad=$((bad + 1)); fi
    done
    echo "$good $bad" >"use.$name"
}

# --- What use is, per kind ---

use_disk() {
    local file=data.$1
    head -c 1M /dev/urandom >"$file"
    dd if="$file" of="/dev/$1" bs=256k oflag=direct conv=notrunc status=none &&
        dd if="/dev/$1" bs=256k count=4 iflag=direct status=none | cmp "$file" -
}

use_zero() {
    "$VM_DIR/usbtest.py" "$1" --cases "$2"
}

use_serial() {
    "$VM_DIR/serial_echo.py" "$@" --bytes 65536 --seconds 20
}

use_network() {
    ip netns exec far ping -q -c 10 -i 0.1 -W 2 10.55.0.1
}

use_speaker() {
    aplay -q -D "hw:$1,0" --buffer-time=2000000 tone.wav
}

# use_keyboard EVENT COMMAND...: what the command types is what comes.
use_keyboard() {
    local event=$1
    shift
    "$VM_DIR/evdev.py" "/dev/input/$event" --count 5 --seconds 60 >"keys.$event" &
    wait_until 20 grep -q ready "keys.$event" && "$@" && wait $! &&
        equal "h e l l o" "$(tail -n 1 "keys.$event")"
}

type_on_qemu() {
    printf 'sendkey %s 20\n' h e l l o | monitor
}

# --- Four of QEMU's, four gadgets, four virtual ones ---

load_vhci
load_gadgets 4
truncate -s 16M disk.img
require "a SourceSink gadget is plugged in" gadget_source_sink zero
require "an ACM gadget is plugged in" gadget_acm acm
require "an NCM gadget is plugged in" gadget_ncm ncm
require "a mass storage gadget is plugged in" gadget_mass_storage disk "$PWD/disk.img"

# Name -> busid on the host, and -> busid where it is attached.
declare -A busid far
busid[stick]=$(busid_of 46f4:0001)
busid[keyboard]=$(busid_of 0627:0001)
busid[speaker]=$(busid_of 46f4:0002)
busid[ftdi]=$(busid_of 0403:6001)
for name in zero acm ncm disk; do
    busid[$name]=$(gadget_busid $name)
done
exports=()
for name in "${!busid[@]}"; do
    exports+=(--export "${busid[$name]}")
done
require "usbip-host serves them and four virtual ones" start_host --force "${exports[@]}" \
    --virtual disk:16M --virtual keyboard --virtual serial --virtual zero
busid[virtual-disk]=$(virtual_busid 08)
busid[virtual-keyboard]=$(virtual_busid 03)
busid[virtual-serial]=$(virtual_busid 02)
busid[virtual-zero]=$(virtual_busid ff)

for name in "${!busid[@]}"; do
    require "attach $name" attach_as "far[$name]" "${busid[$name]}"
done
check "12 ports are in use" equal 12 "$(used_ports | wc -l)"
for part in stick:block disk:block virtual-disk:block keyboard:input virtual-keyboard:input \
    speaker:sound ftdi:tty acm:tty virtual-serial:tty ncm:net; do
    name=${part%:*}
    require "$name has become a ${part#*:} device" wait_until 15 has_part "${far[$name]}" "${part#*:}"
done
udevadm settle

part() {
    part_of "${far[$1]}" "$2"
}

ip netns add far
at_exit "ip netns del far"
interface=$(part ncm net)
ip link set "$interface" netns far
ip address add 10.55.0.1/24 dev "$(gadget_ifname ncm)"
ip link set "$(gadget_ifname ncm)" up
ip -n far address add 10.55.0.2/24 dev "$interface"
ip -n far link set "$interface" up
require "the network link comes up" wait_until 10 ip netns exec far ping -c 1 -W 1 10.55.0.1

card=$(part speaker sound)
"$VM_DIR/audio.py" write tone.wav --seconds 5

# --- A minute of everything at once ---

users=()
in_use() {
    # Twelve loops without a pause would leave an emulated machine no time for what they use.
    (renice -n 10 "$BASHPID" && use "$@") >/dev/null 3>&- &
    users+=($!)
}
in_use stick use_disk "$(part stick block)"
in_use disk use_disk "$(part disk block)"
in_use virtual-disk use_disk "$(part virtual-disk block)"
in_use zero use_zero "${far[zero]}" 1-8,10,14,21
in_use virtual-zero use_zero "${far[virtual-zero]}" 1-8,10,14-16,21,25,26
in_use acm use_serial "/dev/$(part acm tty)" "$(gadget_tty acm)"
in_use virtual-serial use_serial "/dev/$(part virtual-serial tty)"
in_use ftdi use_serial "/dev/$(part ftdi tty)" /dev/virtio-ports/usbserial
in_use ncm use_network
in_use speaker use_speaker "${card#card}"
in_use keyboard use_keyboard "$(part keyboard input)" type_on_qemu
in_use virtual-keyboard use_keyboard "$(part virtual-keyboard input)" "$DIST/usbip-host" type hello
wait "${users[@]}"

for name in "${!busid[@]}"; do
    read -r good bad <"use.$name"
    [ "$bad" = 0 ] || tail -n 5 "$LOGS/use.$name.log"
    check "$name was used $good times, $bad of them in vain" test "$bad" = 0 -a "$good" -gt 0
done
check "12 ports are still in use" equal 12 "$(used_ports | wc -l)"

check "detach --all" "$DIST/usbip-client" detach --all
wait_for "every port is free" 10 no_used_ports
check "usbip-host ends" stop_host
for driver in stick:usb-storage keyboard:usbhid speaker:snd-usb-audio ftdi:ftdi_sio \
    zero:usbtest acm:cdc_acm ncm:cdc_ncm disk:usb-storage; do
    name=${driver%:*}
    wait_for "$name is back with ${driver#*:}" 5 has_driver "${busid[$name]}" "${driver#*:}"
done
expect_no_hung_tasks
