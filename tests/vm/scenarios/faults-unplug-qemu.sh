#!/bin/bash
# about: a stick is pulled out (by the hypervisor) while it is read
# seconds: 30
# alone: yes
. "$VM_DIR/lib.sh"

load_vhci
stick=$(busid_of 46f4:0001)
require "usbip-host serves the stick" start_host --export "$stick"
disk_in_use "$stick"

# Whatever happens now, the next scenario wants it back.
at_exit "lsusb -d 46f4:0001 >/dev/null || plug_stick"
require "the stick is pulled out" monitor device_del stick
expect_unplug

check "it is plugged in again" plug_stick
wait_for "the machine sees it" 5 is_plugged "$stick"
expect_reattach "$stick"
check "usbip-host ends" stop_host
wait_for "the stick is back with its driver" 5 has_driver "$stick" usb-storage
