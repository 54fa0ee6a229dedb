#!/bin/bash
# about: inspect prints what lsusb -v prints, line by line: a SuperSpeed stick, a keyboard, a speaker, serial and network adapters, virtual devices
# seconds: 150
# cpus: 1
. "$VM_DIR/lib.sh"

# lsusb begins with an empty line, and leaves a blank behind fields that have no text.
tidy() {
    sed -e 's/ *$//' -e '/^$/d'
}

# by_lsusb BUSID: on the machine that has it.
by_lsusb() {
    lsusb -v -s "$(<"/sys/bus/usb/devices/$1/busnum"):$(<"/sys/bus/usb/devices/$1/devnum")" | tidy
}

by_inspect() {
    "$DIST/usbip-client" inspect "127.0.0.1:$host_port" "$1" 3>&- | tidy
}

# QEMU's speaker says that it speaks the protocol 4, which no version of the audio class is. lsusb
# takes it for version 1, as inspect does, but for the numbers of its parts, which it reads as those
# of version 3: a feature unit (6) becomes a selector unit.
without_feature_unit() {
    sed '/bDescriptorSubtype *6 (/,/AudioControl Interface Descriptor/d'
}

# The first line has the place of a device on its machine, which is another for an attached one.
without_place() {
    sed 's/^Bus [0-9]* Device [0-9]*: //'
}

# same NAME: in the files NAME.lsusb and NAME.inspect; their last differing line says why.
same() {
    [ "$(wc -l <"$1.lsusb")" -gt 20 ] || {
        echo "lsusb says next to nothing"
        return 1
    }
    diff "$1.lsusb" "$1.inspect"
}

# lsusb can only read the report descriptor of a keyboard that no driver has.
let_go_of() {
    local interface=$1:1.0
    wait_until 10 has_driver "$1" usbhid && echo "$interface" >/sys/bus/usb/drivers/usbhid/unbind
}

compare_real() {
    local name
    for name in stick keyboard speaker serial network; do
        by_inspect "${!name}" >"$name.inspect"
    done
    without_feature_unit <speaker.lsusb >speaker.part && mv speaker.part speaker.lsusb
    without_feature_unit <speaker.inspect >speaker.part && mv speaker.part speaker.inspect
    for name in stick keyboard speaker serial network; do
        check "$name: the same as lsusb -v" same "$name"
    done
    check "the stick is a SuperSpeed device" grep 'SuperSpeed USB Device Capability' stick.inspect
    check "the keyboard's report descriptor is there" grep 'Item(Global): Usage Page' keyboard.inspect
    check "the sound card's parts are there" grep '(INPUT_TERMINAL)' speaker.inspect
}

# compare_virtual NAME ID: as lsusb shows it where it is attached.
compare_virtual() {
    local busid far
    busid=$(served_busid "$2")
    by_inspect "$busid" | without_place >"$1.inspect"
    require "attach the virtual $1" attach_as far "$busid"
    [ "$1" != keys ] || require "no driver has it" let_go_of "$far"
    by_lsusb "$far" | without_place >"$1.lsusb"
    check "virtual $1: the same as lsusb -v" same "$1"
    check "detach" detach "$busid"
}

load_vhci
load_gadgets 1
require "a network gadget is plugged in" gadget_ncm network
stick=$(busid_of 46f4:0001)
keyboard=$(busid_of 0627:0001)
speaker=$(busid_of 46f4:0002)
serial=$(busid_of 0403:6001)
network=$(gadget_busid network)
require "no driver has the keyboard" let_go_of "$keyboard"
at_exit "stop_host; echo $keyboard:1.0 >/sys/bus/usb/drivers/usbhid/bind"
for name in stick keyboard speaker serial network; do
    by_lsusb "${!name}" >"$name.lsusb"
done

require "usbip-host serves them" start_host --force --export "$stick" --export "$keyboard" --export "$speaker" --export "$serial" \
    --export "$network" --virtual disk:16M --virtual keyboard --virtual serial --virtual zero
compare_real
compare_virtual disk 0525:a4a5
compare_virtual keys 0525:a4ac
compare_virtual modem 0525:a4a7
compare_virtual zero 0525:a4a0
check "usbip-host ends" stop_host
expect_no_hung_tasks
