#!/bin/bash
# about: a virtual disk in an image file: it holds what is written, and what was synced outlives a kill of usbip-host
# seconds: 60
# cpus: 1
. "$VM_DIR/lib.sh"

image=$PWD/disk.img

# The file `before` is in the image before anybody serves it.
make_image() {
    head -c 1M /dev/urandom >before &&
        truncate -s 64M "$image" &&
        mkfs.ext4 -qF "$image" &&
        debugfs -w -R "write $PWD/before before" "$image"
}

serve_and_mount() {
    local disk
    require "usbip-host serves the image" start_host --virtual "disk:$image"
    disk=$(virtual_busid 08)
    require "attach" attach_as far "$disk"
    require "the kernel sees a disk" wait_until 15 has_part "$far" block
    require "it has a node" wait_until 5 test -b "/dev/$(part_of "$far" block)"
    check "it is as large as the image" equal "$(stat -c %s "$image")" "$(blockdev --getsize64 "/dev/$(part_of "$far" block)")"
    require "mount" mount "/dev/$(part_of "$far" block)" mnt
}

# write_synced FILE
write_synced() {
    head -c 8M /dev/urandom >"$1" && cp "$1" "mnt/$1" && sync -f mnt
}

# holds FILE...: the image, looked into on the host's own side with nothing of USB in between.
holds() {
    local file status=0
    mount -o loop "$image" mnt || return 1
    for file; do
        cmp "$file" "mnt/$file" || status=1
    done
    umount mnt && return $status
}

load_vhci
modprobe loop
mkdir mnt
at_exit "umount -q -l $PWD/mnt"
require "an image with a file system and a file in it" make_image

serve_and_mount
check "the file that was there before is read" cmp before mnt/before
check "another is written" write_synced first
check "unmount" umount mnt
check "detach" detach "$(virtual_busid 08)"
check "usbip-host ends" stop_host
check "e2fsck finds nothing in the image" e2fsck -fn "$image"
check "the image holds both" holds before first

serve_and_mount
check "a third is written and synced" write_synced second
kill_host
wait_for "the attached side sees an unplug" 5 refute test -e "/sys/bus/usb/devices/$far"
check "unmount what is gone" umount mnt
# That replays the journal, as after every crash.
check "the image holds all three" holds before first second
check "e2fsck finds nothing in the image then" e2fsck -fn "$image"
wait_for "the port is free" 5 no_used_ports
expect_no_hung_tasks
