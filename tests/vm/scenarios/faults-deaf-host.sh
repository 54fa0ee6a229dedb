#!/bin/bash
# about: a host that reads nothing any more, with writes under way
# seconds: 30
# alone: yes
. "$VM_DIR/lib.sh"

load_vhci
require "the host has an address as of another machine" use_another_address
stick=$(busid_of 46f4:0001)
require "usbip-host serves the stick" start_host --listen "$host_address" --export "$stick"
require "a proxy stands in between" start_proxy
disk_in_use "$stick" write

# The machine in between still acknowledges what it has no room for, and nothing answers.
kill -USR2 "$proxy"
expect_unplug

kill -WINCH "$proxy"
expect_reattach "$stick"
check "usbip-host ends" stop_host
wait_for "the stick is back with its driver" 5 has_driver "$stick" usb-storage
