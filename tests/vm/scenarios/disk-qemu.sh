#!/bin/bash
# about: a SuperSpeed stick: ext4, 64 MiB of files, attached again, checksums equal
# seconds: 60
# cpus: 1
. "$VM_DIR/lib.sh"

load_vhci
stick=$(busid_of 46f4:0001)
require "the stick is plugged in at SuperSpeed" equal 5000 "$(<"/sys/bus/usb/devices/$stick/speed")"
require "usbip-host serves it" start_host --export "$stick"
disk_story "$stick"
check "usbip-host ends" stop_host
wait_for "the stick is back with its driver" 5 has_driver "$stick" usb-storage
expect_no_hung_tasks
