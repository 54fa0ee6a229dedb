#!/bin/bash
# about: rules: what is plugged in is exported within 200 ms, input devices and what is denied are not; what is in use is refused
# seconds: 60
# alone: yes
. "$VM_DIR/lib.sh"

host() {
    "$DIST/usbip-host" "$@" 3>&-
}

# refused WORDS COMMAND...: it fails, and says so.
refused() {
    local words=$1 said
    shift
    said=$("$@" 2>&1 3>&-) && return 1
    printf '%s\n' "$said"
    grep -q "$words" <<<"$said"
}

export USBIP_HOST_CONFIG=$PWD/config.yaml
cat >config.yaml <<'CONFIG'
# Boards are for everybody, but not the one on the bench.
aliases:
  board: [0525:a4a7, 0525:a4a1]   # ACM, and NCM after an update
rules:
  - allow: board
  - allow: class:hid              # too wide for that
  - allow: class:storage
    from: 10.0.0.0/8
  - deny: serial:bench
CONFIG
load_vhci
load_gadgets 1
stick=$(busid_of 46f4:0001)
keyboard=$(busid_of 0627:0001)
require "usbip-host serves what its rules say" start_host
check "which is nothing yet for this machine" refute is_offered "$stick"
check "a keyboard is not exported by its class" sh -c "grep -q '$keyboard: not exported, for it is an input device' $LOGS/host.log"
check "rule check says that a hub never is" sh -c "$DIST/usbip-host rule check class:hub | grep -q 'is not exported: it is a hub'"

require "a board is plugged in" gadget_acm acm
board=$(gadget_busid acm)
wait_for "it is exported" 5 is_offered "$board"
report "$VM_DIR/plug_latency.py" "$LOGS/host.log" "$GADGETS/acm" "$(slowness)"
gadget_remove acm
wait_for "it is gone when it is unplugged" 5 refute is_offered "$board"

require "the same board after its update" gadget_ncm ncm
wait_for "it is exported under its name" 5 sh -c "$DIST/usbip-client list 127.0.0.1 | grep -q 'ncm *board'"
require "our client attaches it by its name" sh -c "$DIST/usbip-client attach 127.0.0.1 board --log $LOGS/bridge.log 3>&-"
wait_for "the kernel has it" 10 is_attached "$(gadget_busid ncm)"
attached=$("$DIST/usbip-client" port --json 3>&- | jq -r '.ports[0].localBusId')
check "rule check says that what is attached is not shared again" \
    sh -c "$DIST/usbip-host rule check $attached | grep -q 'is not exported: it is itself attached over USB/IP'"
gadget_remove ncm
wait_for "its session ends when it leaves" 5 no_used_ports

require "what is denied is plugged in" gadget_acm bench
denied=$(gadget_busid bench)
check "and not exported" refused "deny \"serial:bench\"" host export "$denied" --force
check "rule check says which rule decides" sh -c "$DIST/usbip-host rule check $denied | grep -q 'is not exported: rule 4 says: deny'"
gadget_remove bench

require "the machine has a disk to mount" sh -c "mkfs.ext4 -qF /dev/$(part_of "$stick" block) && mount /dev/$(part_of "$stick" block) /mnt"
at_exit "umount /mnt 2>/dev/null"
check "a mounted disk is refused, and the message says where" refused "is mounted on /mnt" host export "$stick"
check "the only keyboard is refused" refused "the only keyboard of this machine" host export "$keyboard"
check "with --force it is not" host export "$keyboard" --force
check "and taken back" host unexport "$keyboard"

# By SIGHUP: the rule for far clients goes, and comes back for near ones.
sed -i 's,10.0.0.0/8,127.0.0.0/8,' config.yaml
kill -HUP "$host_pid"
wait_for "SIGHUP reads the file anew" 5 is_offered "$stick"
check "it is exported by its rule, but a mounted disk is busy" refused "busy" \
    "$DIST/usbip-client" attach "127.0.0.1:$host_port" "$stick"
umount /mnt
require "unmounted it is free" attach_as far "$stick"
check "a deny ends its session" host rule add deny class:storage
wait_for "the port is free" 5 no_used_ports
wait_for "the stick is back with its driver" 5 has_driver "$stick" usb-storage
check "the remarks are still there" grep -q 'Boards are for everybody' config.yaml
check "usbip-host ends" stop_host
expect_no_hung_tasks
