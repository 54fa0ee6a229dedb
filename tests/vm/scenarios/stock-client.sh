#!/bin/bash
# about: the stock usbip against usbip-host: list, attach, usbtest, a disk, detach
# seconds: 300
. "$VM_DIR/lib.sh"

stock_attach_as() {
    usbip attach -r 127.0.0.1 -b "$2" || return 1
    wait_until 10 is_attached "$2" && printf -v "$1" %s "$(local_of "$2")"
}

stock_detach() {
    usbip detach -p "$(port_of "$1")"
}

load_vhci
load_gadgets 1
require "a SourceSink gadget is plugged in" gadget_source_sink zero
zero=$(gadget_busid zero)
stick=$(busid_of 46f4:0001)
require "usbip-host serves it, a stick and two virtual devices" \
    start_host --export "$zero" --export "$stick" --virtual zero --virtual disk:64M
virtual_disk=$(virtual_busid 08)
virtual_zero=$(virtual_busid ff)
require "the virtual devices have busids" test -n "$virtual_disk" -a -n "$virtual_zero"
check "usbip list -r reads the list, and not what our own clients find behind it" sh -c 'usbip list -r 127.0.0.1 >listing'
cat listing
for busid in "$zero" "$stick" "$virtual_disk" "$virtual_zero"; do
    check "usbip list -r shows $busid" grep -q "^ *$busid: " listing
done

require "usbip attach takes the gadget" stock_attach_as far "$zero"
require "usbtest has it" wait_until 5 has_driver "$far" usbtest
report "$VM_DIR/usbtest.py" "$far" --cases 0-14,17-21,24,27-29 --times 20 --unlink-times 200
check "usbip port shows it" sh -c "usbip port | grep 127.0.0.1:3240/$zero"
check "our port shows it" sh -c "$DIST/usbip-client port | grep $zero"
check "usbip detach" stock_detach "$zero"
wait_for "the port is free" 5 no_used_ports

require "usbip attach takes the virtual zero" stock_attach_as far "$virtual_zero"
require "usbtest has it" wait_until 5 has_driver "$far" usbtest
report "$VM_DIR/usbtest.py" "$far" --cases 0-29 --times 20 --unlink-times 200
check "usbip detach" stock_detach "$virtual_zero"

for busid in "$stick" "$virtual_disk"; do
    require "usbip attach takes disk $busid" stock_attach_as far "$busid"
    require "it is a disk" wait_until 15 has_part "$far" block
    head -c 8M /dev/urandom >data
    check "8 MiB are written" dd if=data of="/dev/$(part_of "$far" block)" bs=1M oflag=direct status=none
    check "and read back" cmp -n $((8 << 20)) data "/dev/$(part_of "$far" block)"
    check "usbip detach" stock_detach "$busid"
done

require "our client attaches the stick" attach_as far "$stick"
check "usbip port shows our attachment" sh -c "usbip port | grep 127.0.0.1:3240/$stick"
check "usbip detach ends it" stock_detach "$stick"
wait_for "our bridge has ended" 5 no_bridges
wait_for "every port is free" 5 no_used_ports
check "usbip-host ends" stop_host
expect_no_hung_tasks
