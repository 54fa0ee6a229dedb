#!/bin/bash
# about: kill -9 of the bridge while its device is read
# seconds: 30
# alone: yes
. "$VM_DIR/lib.sh"

load_vhci
stick=$(busid_of 46f4:0001)
require "usbip-host serves the stick" start_host --export "$stick"
disk_in_use "$stick"

bridge=$(program_pids usbip-client)
require "one bridge relays it" test "$(wc -w <<<"$bridge")" = 1
kill -9 "$bridge"
expect_unplug

expect_reattach "$stick"
check "usbip-host ends" stop_host
wait_for "the stick is back with its driver" 5 has_driver "$stick" usb-storage
