#!/bin/bash
# about: a serial port (CDC-ACM gadget): 1 MiB both ways at once, intact
# seconds: 40
# cpus: 1
. "$VM_DIR/lib.sh"

load_vhci
load_gadgets 1
require "an ACM gadget is plugged in" gadget_acm
acm=$(gadget_busid acm)
require "usbip-host serves it" start_host --export "$acm"
require "attach" attach_as far "$acm"
require "the kernel sees a serial port" wait_until 10 has_part "$far" tty
require "it has a node" wait_until 5 test -c "/dev/$(part_of "$far" tty)"

report "$VM_DIR/serial_echo.py" "/dev/$(part_of "$far" tty)" "$(gadget_tty)" --bytes $((1 << 20))

check "detach" detach "$acm"
check "usbip-host ends" stop_host
wait_for "the serial port is back with its driver" 5 has_driver "$acm" cdc_acm
expect_no_hung_tasks
