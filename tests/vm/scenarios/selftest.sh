#!/bin/bash
# about: the rig itself, with the kernel's own tools only
# seconds: 30
. "$VM_DIR/lib.sh"

check "a stock Debian kernel runs" grep -q Debian /proc/version
check "the machine's files are here, read-only underneath" test -x "$VM_DIR/run"
for device in 'stick 46f4:0001' 'keyboard 0627:0001' 'speaker 46f4:0002' 'serial port 0403:6001'; do
    check "QEMU's ${device% *} is plugged in" lsusb -d "${device##* }"
done
check "QEMU's monitor answers" monitor info version
require "vhci_hcd loads" load_vhci

load_gadgets 2
require "a SourceSink gadget plugs in" gadget_source_sink zero
zero=$(gadget_busid zero)
check "usbtest takes it" wait_until 5 has_driver "$zero" usbtest
report "$VM_DIR/usbtest.py" "$zero" --cases 0-14,17-21,24,27-29 --times 3 --unlink-times 20

truncate -s 16M disk.img
dd if=/dev/urandom of=disk.img bs=1M count=4 conv=notrunc status=none
require "a mass storage gadget plugs in" gadget_mass_storage disk "$PWD/disk.img"
disk=$(gadget_busid disk)
require "usb-storage takes it" wait_until 5 has_driver "$disk" usb-storage
require "stock usbipd starts" start_stock_host
require "stock usbip binds it" stock_bind "$disk"
check "stock usbip lists it" sh -c "usbip list -r 127.0.0.1 | grep $disk"
require "stock usbip attaches it" usbip attach -r 127.0.0.1 -b "$disk"
require "the kernel enumerates it" wait_until 10 is_attached "$disk"
far=$(local_of "$disk")
require "it is a disk" wait_until 10 part_of "$far" block
check "it reads back what the gadget holds" cmp -n $((4 << 20)) disk.img "/dev/$(part_of "$far" block)"
check "stock usbip detaches it" usbip detach -p "$(port_of "$disk")"
check "the port is free again" wait_until 5 no_used_ports
expect_no_hung_tasks
