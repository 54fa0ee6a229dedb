#!/bin/bash
# about: a low-speed device (a HID gadget): its reports arrive whole and in order
# seconds: 40
# cpus: 1
. "$VM_DIR/lib.sh"

# As gadget_reports, at the speed and with the packets of an old mouse.
low_speed_reports() {
    local function
    modprobe usb_f_hid
    gadget_new mouse 0525 a4ad hid.mouse
    echo low-speed >"$GADGETS/mouse/max_speed"
    function=$GADGETS/mouse/functions/hid.mouse
    echo 8 >"$function/report_length"
    printf '\x06\x00\xff\x09\x01\xa1\x01\x09\x02\x15\x00\x26\xff\x00\x75\x08\x95\x08\x81\x02\xc0' >"$function/report_desc"
    gadget_plug mouse
}

# Eight digits make a report.
sends_and_receives() {
    # Open before the first is sent: for 50 ms from then on usbhid_open throws reports away.
    exec 8<"/dev/$(part_of "$far" hidraw)"
    timeout 30 head -c 800 <&8 >received 3>&- &
    for ((number = 10000000; number < 10000100; number++)); do
        printf %s "$number" >"$(gadget_hidg mouse)"
    done
    exec 8<&-
    wait $! && equal "$(printf %s {10000000..10000099})" "$(<received)"
}

load_vhci
load_gadgets 1
require "a low-speed HID gadget is plugged in" low_speed_reports
mouse=$(gadget_busid mouse)
check "it is one" equal 1.5 "$(<"/sys/bus/usb/devices/$mouse/speed")"
require "usbip-host serves it" start_host --export "$mouse" --force
require "attach" attach_as far "$mouse"
check "it is one at the far side too" equal 1.5 "$(<"/sys/bus/usb/devices/$far/speed")"
require "its driver has it" wait_until 10 has_part "$far" hidraw
check "a hundred reports arrive" sends_and_receives
check "detach" detach "$mouse"
check "usbip-host ends" stop_host
expect_no_hung_tasks
