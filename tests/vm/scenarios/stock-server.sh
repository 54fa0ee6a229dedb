#!/bin/bash
# about: usbip-client against stock usbipd: list, inspect, usbtest, a disk
# seconds: 120
# boot: own
. "$VM_DIR/lib.sh"

load_vhci
load_gadgets 1
require "a SourceSink gadget is plugged in" gadget_source_sink zero
zero=$(gadget_busid zero)
stick=$(busid_of 46f4:0001)
require "usbipd runs" start_stock_host
for busid in "$zero" "$stick"; do
    require "usbip-host.ko has $busid" stock_bind "$busid"
done

"$DIST/usbip-client" list 127.0.0.1 >listing 2>&1
cat listing
check "our list shows the gadget" grep -q "$zero .*0525:a4a0" listing
check "our list shows the stick" grep -q "$stick .*46f4:0001" listing
check "inspect prints the stick's descriptors" \
    sh -c "$DIST/usbip-client inspect 127.0.0.1 $stick | grep -E 'idVendor +0x46f4'"

require "attach the gadget" attach_as far "$zero"
require "usbtest has it" wait_until 5 has_driver "$far" usbtest
# Not the cases that cancel transfers: those crash the stock server's kernel.
report "$VM_DIR/usbtest.py" "$far" --cases 0-10,13-14,17-21,27-29 --times 20
check "detach" detach "$zero"

require "attach the stick" attach_as far "$stick"
require "it is a disk" wait_until 15 has_part "$far" block
head -c 8M /dev/urandom >data
check "8 MiB are written" dd if=data of="/dev/$(part_of "$far" block)" bs=1M oflag=direct status=none
check "and read back" cmp -n $((8 << 20)) data "/dev/$(part_of "$far" block)"
check "a second attach is refused" refute attach "$stick"
check "detach" detach "$stick"
wait_for "every port is free" 5 no_used_ports
expect_no_hung_tasks
