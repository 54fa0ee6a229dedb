#!/bin/bash
# about: the virtual serial port echoes 1 MiB, intact
# seconds: 40
# cpus: 1
. "$VM_DIR/lib.sh"

load_vhci
require "usbip-host serves a virtual serial port" start_host --virtual serial
serial=$(virtual_busid 02)
require "attach" attach_as far "$serial"
require "the kernel sees a serial port" wait_until 10 has_part "$far" tty
require "it has a node" wait_until 5 test -c "/dev/$(part_of "$far" tty)"

report "$VM_DIR/serial_echo.py" "/dev/$(part_of "$far" tty)" --bytes $((1 << 20))

check "detach" detach "$serial"
check "usbip-host ends" stop_host
expect_no_hung_tasks
