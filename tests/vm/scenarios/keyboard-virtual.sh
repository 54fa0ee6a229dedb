#!/bin/bash
# about: the virtual keyboard: every key it is told to type arrives, in order, once
# seconds: 30
# cpus: 1
. "$VM_DIR/lib.sh"

load_vhci
require "usbip-host serves a virtual keyboard" start_host --virtual keyboard
keyboard_story "$(virtual_busid 03)" "$DIST/usbip-host" type "$typed_text"
check "usbip-host ends" stop_host
expect_no_hung_tasks
