#!/bin/bash
# about: kill -9 of usbip-host while its device is read
# seconds: 30
# alone: yes
. "$VM_DIR/lib.sh"

load_vhci
stick=$(busid_of 46f4:0001)
require "usbip-host serves the stick" start_host --export "$stick"
disk_in_use "$stick"

kill_host
expect_unplug

require "usbip-host starts again, exporting nothing" start_host
wait_for "the stick is back with its driver" 5 has_driver "$stick" usb-storage
check "usbip-host ends" stop_host

require "usbip-host serves the stick again" start_host --export "$stick"
expect_reattach "$stick"
check "usbip-host ends again" stop_host
wait_for "the stick is back with its driver again" 5 has_driver "$stick" usb-storage
