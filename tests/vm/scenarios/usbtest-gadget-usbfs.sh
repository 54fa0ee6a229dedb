#!/bin/bash
# about: the kernel's usbtest on a gadget, through usbip-host on usbfs and usbip-client
# seconds: 70
. "$VM_DIR/lib.sh"

# Fewer times than libusb, the default: the contract that both keep is backend-*.sh.
usbtest_story 5 50 --backend usbfs
