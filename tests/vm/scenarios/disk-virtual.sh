#!/bin/bash
# about: the virtual disk: ext4, 64 MiB of files, attached again, checksums equal
# seconds: 60
# cpus: 1
. "$VM_DIR/lib.sh"

load_vhci
require "usbip-host serves a virtual disk" start_host --virtual disk:128M
disk_story "$(virtual_busid 08)"
check "usbip-host ends" stop_host
expect_no_hung_tasks
