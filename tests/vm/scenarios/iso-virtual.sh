#!/bin/bash
# about: isochronous packets with numbers, 10 s each way: none lost, doubled or out of place
# seconds: 40
# alone: yes
. "$VM_DIR/lib.sh"

load_vhci
require "usbip-host serves a virtual zero that numbers its packets" start_host --virtual zero:numbered
zero=$(served_busid 0525:a4a0)
require "attach" attach_as far "$zero"
wait_until 5 has_driver "$far" usbtest

# One packet per millisecond.
report "$VM_DIR/iso_numbers.py" "$far" in --packets 10000
report "$VM_DIR/iso_numbers.py" "$far" out --packets 10000

check "detach" detach "$zero"
check "usbip-host ends" stop_host
expect_no_hung_tasks
