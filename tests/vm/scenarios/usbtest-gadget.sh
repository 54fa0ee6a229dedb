#!/bin/bash
# about: the kernel's usbtest on a gadget, through usbip-host and usbip-client
# seconds: 90
. "$VM_DIR/lib.sh"

load_vhci
load_gadgets 1
require "a SourceSink gadget is plugged in" gadget_source_sink zero
zero=$(gadget_busid zero)
require "usbtest has it" wait_until 5 has_driver "$zero" usbtest
require "usbip-host serves it" start_host --export "$zero"
require "attach" attach_as far "$zero"
require "usbtest has what was attached" wait_until 5 has_driver "$far" usbtest

report "$VM_DIR/usbtest.py" "$far" --cases 0-14,17-21,24,27-29 --times 20 --unlink-times 200

check "detach" detach "$zero"
wait_for "the port is free" 5 no_used_ports
check "usbip-host ends" stop_host
wait_for "usbtest has the gadget again" 5 has_driver "$zero" usbtest
expect_no_hung_tasks
