#!/bin/bash
# about: a device with two configurations: the far side chooses the other one, and it works there and is chosen here
# seconds: 60
# cpus: 1
. "$VM_DIR/lib.sh"

# The second differs in what it may draw.
two_configurations() {
    modprobe usb_f_ss_lb
    gadget_new zero 0525 a4a0 SourceSink.0
    mkdir "$GADGETS/zero/configs/c.2"
    echo 50 >"$GADGETS/zero/configs/c.2/MaxPower"
    ln -s "$GADGETS/zero/functions/SourceSink.0" "$GADGETS/zero/configs/c.2/"
    gadget_plug zero
}

# is_chosen BUSID NUMBER MILLIAMPERES
is_chosen() {
    equal "$2 $3mA" "$(cat "/sys/bus/usb/devices/$1/bConfigurationValue") $(cat "/sys/bus/usb/devices/$1/bMaxPower")"
}

choose() {
    echo "$1" >"/sys/bus/usb/devices/$far/bConfigurationValue"
}

works() {
    wait_until 10 has_driver "$far" usbtest && "$VM_DIR/usbtest.py" "$far" --cases 1,2,9
}

load_vhci
modprobe usbtest
load_gadgets 1
require "a gadget with two configurations is plugged in" two_configurations
zero=$(gadget_busid zero)
first=$(sed 's/mA//' "/sys/bus/usb/devices/$zero/bMaxPower")
require "usbip-host serves it" start_host --export "$zero"
check "inspect reads both" equal 2 "$("$DIST/usbip-client" inspect 127.0.0.1 "$zero" 3>&- | grep -c 'Configuration Descriptor')"

require "attach" attach_as far "$zero"
check "the far side has chosen the first" is_chosen "$far" 1 "$first"
check "which works" works
check "it chooses the second" choose 2
check "which it has then" is_chosen "$far" 2 50
check "and so has the host" is_chosen "$zero" 2 50
check "the second works" works
check "it chooses none" choose 0
check "and the first again" choose 1
check "which works" works
check "the host has it too" is_chosen "$zero" 1 "$first"
check "it chooses the second once more" choose 2

check "detach" detach "$zero"
check "the port is free" no_used_ports
require "attach, once more" attach_as far "$zero"
check "works as ever" works
check "detach" detach "$zero"
check "usbip-host ends" stop_host
wait_for "the device is back with its driver" 10 has_driver "$zero" usbtest
expect_no_hung_tasks
