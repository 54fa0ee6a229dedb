#!/bin/bash
# about: a serial adapter with a class of its own (FTDI), far away: intact, sooner with reading ahead, opened again and again
# seconds: 50
. "$VM_DIR/lib.sh"

far_end=/dev/virtio-ports/usbserial

# come_in TIME: sends 48 KiB to the adapter, and writes to that file how many milliseconds they took.
come_in() {
    local near reader begun
    exec {near}<"/dev/$(part_of "$far" tty)"
    stty raw -echo <&"$near"
    begun=$(date +%s%N)
    timeout 30 head -c 48K <&"$near" >received &
    reader=$!
    exec {near}<&-
    cat data >"$far_end"
    wait $reader
    echo $((($(date +%s%N) - begun) / 1000000)) >"$1"
    cmp data received
}

attach_serial() {
    require "attach, reading ahead: $1" attach_as far "$adapter" "${@:2}"
    require "the kernel sees a serial port" wait_until 20 has_part "$far" tty
    require "it has a node" wait_until 5 test -c "/dev/$(part_of "$far" tty)"
}

head -c 48K /dev/urandom >data
load_vhci
modprobe ftdi_sio
modprobe sch_netem
adapter=$(busid_of 0403:6001)
require "usbip-host serves it" start_host --export "$adapter"
# Its driver gets 1 KiB in each round trip: 5 s for 48 KiB, whatever the machine does, where the adapter gives them in one.
require "the network takes 100 ms there and back" tc qdisc add dev lo root netem delay 50ms
at_exit "tc qdisc del dev lo root"

attach_serial no --no-read-ahead
check "48 KiB come in, intact, without reading ahead" come_in without
check "detach" detach "$adapter"
wait_for "the port is free" 10 no_used_ports

attach_serial yes
check "48 KiB come in, intact" come_in with
note "$(<with) ms, and $(<without) without reading ahead"
check "that takes less time" test "$(<with)" -lt "$(<without)"
require "the network takes 25 ms there and back" tc qdisc change dev lo root netem delay 12500us
report "$VM_DIR/serial_echo.py" "/dev/$(part_of "$far" tty)" "$far_end" --bytes 32768
report "$VM_DIR/serial_reopen.py" "/dev/$(part_of "$far" tty)" "$far_end"

check "detach" detach "$adapter"
check "usbip-host ends" stop_host
wait_for "the adapter is back with its driver" 5 has_driver "$adapter" ftdi_sio
expect_no_hung_tasks
