#!/bin/bash
# about: a device is pulled out (its controller unbound) while it is read
# seconds: 30
# alone: yes
. "$VM_DIR/lib.sh"

load_vhci
load_gadgets 1
truncate -s 32M disk.img
require "a mass storage gadget is plugged in" gadget_mass_storage disk "$PWD/disk.img"
gadget=$(gadget_busid disk)
require "usbip-host serves it" start_host --export "$gadget"
disk_in_use "$gadget"

gadget_unplug disk
expect_unplug

check "it is plugged in again" gadget_plug disk
expect_reattach "$gadget"
check "usbip-host ends" stop_host
wait_for "the gadget is back with its driver" 5 has_driver "$gadget" usb-storage
