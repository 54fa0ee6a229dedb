#!/bin/bash
# about: the kernel's usbtest on a gadget, through usbip-host and usbip-client
# seconds: 150
. "$VM_DIR/lib.sh"

usbtest_story 20 200
