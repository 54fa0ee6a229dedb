#!/bin/bash
# about: all of the kernel's usbtest, isochronous and interrupt too, on the virtual zero
# seconds: 150
. "$VM_DIR/lib.sh"

load_vhci
require "usbip-host serves a virtual zero" start_host --virtual zero
zero=$(served_busid 0525:a4a0)
require "attach" attach_as far "$zero"
require "usbtest has it" wait_until 5 has_driver "$far" usbtest

report "$VM_DIR/usbtest.py" "$far" --cases 0-29 --times 20 --unlink-times 200

check "detach" detach "$zero"
wait_for "the port is free" 5 no_used_ports
check "usbip-host ends" stop_host
expect_no_hung_tasks
