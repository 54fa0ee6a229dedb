#!/bin/bash
# about: a configuration that is corrupt, empty, truncated or read-only, and a full disk: nothing is granted, nothing is lost, and it is said
# seconds: 45
# cpus: 1
. "$VM_DIR/lib.sh"

host() {
    "$DIST/usbip-host" "$@" 3>&-
}

# says WORDS COMMAND...: whatever its exit status.
says() {
    local words=$1 said
    shift
    said=$("$@" 2>&1 3>&-)
    printf '%s\n' "$said"
    grep -q "$words" <<<"$said"
}

place=$PWD/etc
mkdir "$place"
mount -t tmpfs -o size=64k none "$place"
at_exit "mount -o remount,rw $place 2>/dev/null; umount $place"
export USBIP_HOST_CONFIG=$place/config.yaml
stick=$(busid_of 46f4:0001)

require "a rule and a name are made" sh -c "$DIST/usbip-host rule add allow serial:QEMUSTICK1 && $DIST/usbip-host alias backup serial:QEMUSTICK1"
cp "$place/config.yaml" good.yaml
require "usbip-host serves the stick by its rule" start_host
check "it is exported" is_offered "$stick"

head -c $(($(stat -c %s good.yaml) - 4)) good.yaml >"$place/config.yaml"
check "a truncated file is refused with its line" says "does not hold, and what held before goes on: line [0-9]*:" host reload
check "what held goes on" is_offered "$stick"
head -n -1 good.yaml >"$place/config.yaml"
check "so is one that is cut at the end of a line" says "line [0-9]*: the file is cut off" host reload
check "status says so" says "DEGRADED: .*line" host status
check "a broken file is not written over" says "is broken, so it is not changed" host rule add deny 1-9
head -c 4096 /dev/urandom >"$place/config.yaml"
check "a corrupt file is refused" refute host reload
check "what held goes on still" is_offered "$stick"

check "usbip-host ends" stop_host
require "it starts with the corrupt file" start_host
check "and exports nothing" refute is_offered "$stick"
check "and says so" says DEGRADED host status
cp good.yaml "$place/config.yaml"
check "with the file mended" host reload
check "it is exported again" is_offered "$stick"
: >"$place/config.yaml"
kill -HUP "$host_pid"
wait_for "an empty file takes every rule away" 5 refute is_offered "$stick"
check "and is no fault" refute says DEGRADED host status
cp good.yaml "$place/config.yaml"
check "the good one again" host reload

dd if=/dev/zero of="$place/filler" bs=1k 2>/dev/null
check "on a full disk a change is refused, and why" says "cannot be written, so nothing is changed: .*[Nn]o space" host rule add deny serial:QEMUSTICK1
check "the file is whole" cmp good.yaml "$place/config.yaml"
check "nothing is left beside it" equal 2 "$(find "$place" -type f | wc -l)"
check "and the stick is still exported" is_offered "$stick"
rm "$place/filler"

mount -o remount,ro "$place"
check "a read-only file system refuses a change too" says "cannot be written, so nothing is changed: .*[Rr]ead-only" host alias --remove backup
check "but reads" host reload
check "the stick is still exported" is_offered "$stick"
mount -o remount,rw "$place"
check "writable again, a change is made" host rule add deny serial:QEMUSTICK1
wait_for "and holds" 5 refute is_offered "$stick"
check "usbip-host ends at last" stop_host
expect_no_hung_tasks
