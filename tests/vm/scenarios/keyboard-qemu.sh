#!/bin/bash
# about: a keyboard (interrupt IN): every key arrives, in order, once
# seconds: 30
# cpus: 1
. "$VM_DIR/lib.sh"

type_keys() {
    sed 's/.*/sendkey & 20/' keys | monitor
}

load_vhci
keyboard=$(busid_of 0627:0001)
# It is the only one that this machine has.
require "usbip-host serves the keyboard" start_host --force --export "$keyboard"
keyboard_story "$keyboard" type_keys
check "usbip-host ends" stop_host
wait_for "the keyboard is back with its driver" 5 has_driver "$keyboard" usbhid
expect_no_hung_tasks
