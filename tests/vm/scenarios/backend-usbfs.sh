#!/bin/bash
# about: the usbfs backend alone, with no session around it, on gadgets and on QEMU's devices
# seconds: 180
# cpus: 1
. "$VM_DIR/lib.sh"

backend_story usbfs
