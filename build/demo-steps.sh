#!/usr/bin/env bash
# The demonstration itself: a virtual disk crosses the wire and a stock kernel uses it.
# Runs as root on a machine with vhci_hcd, the real one or that of tests/vm; ./demo.sh
# chooses. Takes the directory of usbip-host and usbip-client, dist if none is given.
set -euo pipefail

dist=$(cd "${1:-$(dirname "$0")/../dist}" && pwd)
export PATH=$dist:/usr/local/sbin:/usr/sbin:/sbin:$PATH
work=$(mktemp -d)
mount_point=$work/disk
typed=()
host="" port=""

bold="" dim="" plain=""
if [ -t 1 ]; then bold=$'\e[1m' dim=$'\e[2m' plain=$'\e[0m'; fi

explain() { printf '\n%s# %s%s\n' "$dim" "$*" "$plain"; }
show() { printf '%s$ %s%s\n' "$bold" "$*" "$plain"; typed+=("$*"); }
run() { show "$@"; "$@"; }
give_up() { printf 'demo: %s\n' "$*" >&2; exit 1; }

finish() {
    local status=$?
    trap - EXIT
    mountpoint -q "$mount_point" && umount "$mount_point"
    [ -z "$port" ] || usbip-client detach "$port" || true
    [ -z "$host" ] || { kill "$host"; wait "$host" || true; }
    [ $status = 0 ] || { echo "--- what usbip-host said:"; cat "$work/host.log"; } >&2 2>/dev/null
    rm -rf "$work"
    exit $status
}
trap finish EXIT
trap 'exit 130' INT TERM

# wait_for SECONDS COMMAND...
wait_for() {
    local end=$((SECONDS + $1))
    shift
    until "$@" >/dev/null 2>&1; do
        [ $SECONDS -lt $end ] || return 1
        kill -0 "$host" 2>/dev/null || give_up "usbip-host has ended."
        sleep 0.1
    done
}

# The block device of the attached disk, and of no other: nothing else is to be formatted.
attached_disk() {
    local path
    for path in /sys/block/sd*; do
        case $(readlink -f "$path") in
            */vhci_hcd.*/usb*) disk=/dev/${path##*/}; [ -b "$disk" ] && [ "$(cat "$path/size")" = 131072 ] && return ;;
        esac
    done
    return 1
}

attach() {
    show usbip-client attach localhost "$busid"
    usbip-client attach localhost "$busid" | tee "$work/attach.out"
    port=$(sed -n 's/.* as port 0*\([0-9]\{1,\}\).*/\1/p' "$work/attach.out")
    [ -n "$port" ] || give_up "usbip-client did not say at which port the disk is."
    wait_for 60 attached_disk || give_up "the kernel shows no disk of 64 MiB behind vhci_hcd."
}

detach() {
    run usbip-client detach "$port"
    port=
    disk_is_gone() { [ ! -e "/sys/block/${disk##*/}" ]; }
    wait_for 60 disk_is_gone || give_up "$disk is still there."
}

mount_disk() {
    mkdir -p "$mount_point"
    show mount "$disk" /mnt
    mount "$disk" "$mount_point"
}

unmount_disk() {
    show umount /mnt
    umount "$mount_point"
}

[ -e /sys/devices/platform/vhci_hcd.0 ] || run modprobe vhci_hcd

explain "The machine with the device: here a disk of 64 MiB in memory stands for one of metal."
show "usbip-host serve --virtual disk:64M &"
usbip-host serve --virtual disk:64M >"$work/host.log" 2>&1 &
host=$!
is_ready() { grep -q 'ready' "$work/host.log"; } # and not: something answers on port 3240, which may be another daemon
wait_for 60 is_ready || give_up "usbip-host does not get ready."

explain "The machine that wants it, in this demonstration the same: what is there?"
show usbip-client list localhost
usbip-client list localhost | tee "$work/list.out"
busid=$(awk 'NR == 2 { print $1 }' "$work/list.out")

explain "Plug it in."
attach
run usbip-client port

explain "The kernel sees an ordinary USB disk."
show "lsusb | grep -v 'root hub'"
lsusb | grep -v 'root hub'
run lsblk "$disk"

explain "Use it as one: a file system, and 32 MiB of random data."
run mkfs.ext4 -q "$disk"
mount_disk
show "head -c 32M /dev/urandom >/mnt/random"
head -c 32M /dev/urandom >"$mount_point/random"
show "(cd /mnt && sha256sum random) >before.sha256"
(cd "$mount_point" && sha256sum random) | tee "$work/before.sha256"
run sync
unmount_disk

explain "Unplug it and plug it in again, so that nothing can come from this machine's memory."
detach
attach
mount_disk
show "(cd /mnt && sha256sum -c) <before.sha256"
(cd "$mount_point" && sha256sum -c) <"$work/before.sha256"
unmount_disk
detach
run usbip-client port

printf '\n%sThat was real. What you would type:%s\n\n' "$bold" "$plain"
printf '    %s\n' "${typed[@]}"
