#!/bin/bash
# about: what users get wrong: a sentence, a hint and the right exit code each time
# seconds: 200
# cpus: 1
. "$VM_DIR/lib.sh"

# refuses 'what' STATUS 'WORDS' COMMAND...: ends with that status, names the thing in
# words, and adds what to try.
refuses() {
    local text=$1 status=$2 words=$3 got
    shift 3
    # The first commands run while udev looks at the buses that vhci_hcd has made.
    timeout $((20 * $(slowness) / 100)) "$@" >refusal 2>&1 3>&- </dev/null
    got=$?
    cat refusal
    if [[ ! $got =~ ^($status)$ ]]; then
        fail "$text: exit code $got, not $status: $(head -n 1 refusal)"
    elif ! grep -qiE -- "$words" refusal; then
        fail "$text: nothing about '$words': $(head -n 1 refusal)"
    elif ! grep -q '^ *Try: ' refusal; then
        fail "$text: no hint: $(head -n 1 refusal)"
    elif grep -qE 'Exception|^ +at ' refusal; then
        fail "$text: a stack trace"
    else
        pass "$text: $(head -n 1 refusal)"
    fi
}

client=$DIST/usbip-client
host=$DIST/usbip-host
nobody=(setpriv --reuid 65534 --regid 65534 --clear-groups env HOME=/tmp)

# --- Before vhci_hcd is there ---
rmmod vhci_hcd 2>/dev/null
mv /sbin/modprobe /sbin/modprobe.away
at_exit "[ ! -e /sbin/modprobe.away ] || mv /sbin/modprobe.away /sbin/modprobe"
require "usbip-host serves a disk" start_host --virtual disk:16M
disk=$(virtual_busid 08)
refuses "attach without vhci_hcd" 4 vhci_hcd "$client" attach 127.0.0.1 "$disk"
check "list works without vhci_hcd" "$client" list 127.0.0.1
check "inspect works without vhci_hcd" "$client" inspect 127.0.0.1 "$disk"
mv /sbin/modprobe.away /sbin/modprobe
load_vhci

# --- The client ---
refuses "attach of what is not there" 5 '9-9' "$client" attach 127.0.0.1 9-9
# Not every host's busids look like Linux's, so it is the host that knows.
refuses "attach of nonsense" 5 'nonsense!' "$client" attach 127.0.0.1 'nonsense!'
refuses "a host that does not resolve" 14 no-such-host.invalid "$client" list no-such-host.invalid
refuses "a host that does not listen" 8 127.0.0.1 "$client" list 127.0.0.1:9

# What a host answers that refuses for no better reason (ST_NA), and one whose device is broken (ST_DEV_ERR).
for status in 1 3; do
    printf '\x01\x11\x00\x03\x00\x00\x00'"\\x0$status" >"answer$status"
    socat "TCP-LISTEN:326$status,bind=127.0.0.1,reuseaddr,fork" "SYSTEM:cat answer$status; cat >/dev/null" 3>&- &
    at_exit "kill $!"
    host_port=326$status wait_until 10 is_listening
done
refuses "attach where the host refuses" 15 'request failed \(ST_NA\)' "$client" attach 127.0.0.1:3261 1-1
refuses "attach of a device in an error state" 16 'device in error state \(ST_DEV_ERR\)' "$client" attach 127.0.0.1:3263 1-1
refuses "a port out of range" 2 999 "$client" detach 999
refuses "a port with nothing on it" 5 'port 03' "$client" detach 3
refuses "attach without permission" 3 'may not' "${nobody[@]}" "$client" attach 127.0.0.1 "$disk"
check "list needs no permission" "${nobody[@]}" "$client" list 127.0.0.1
require "attach" attach_as far "$disk"
refuses "attach of what is attached" 12 "$disk" "$client" attach 127.0.0.1 "$disk"
# An import exported again would make a loop.
refuses "export of an import" '1|5' "$far" "$host" export "$far"
check "detach" detach "$disk"

# --- The host ---
require "a hub is plugged in" monitor device_add usb-hub,bus=xhci.0,port=6,id=hub
at_exit 'monitor device_del hub'
wait_until 5 is_plugged 1-6
refuses "export of a hub" 1 hub "$host" export 1-6
refuses "export of what is not there" 5 '9-9' "$host" export 9-9
refuses "export of no busid" 2 'nonsense!' "$host" export 'nonsense!'

# A disk that this machine has mounted is not taken from under the file system.
stick=$(busid_of 46f4:0001)
require "the stick is a disk here" wait_until 10 has_part "$stick" block
block=/dev/$(part_of "$stick" block)
mkdir mounted
require "a file system on it" mkfs.ext4 -q -F "$block"
require "it is mounted" mount "$block" "$PWD/mounted"
at_exit "umount -q $PWD/mounted"
refuses "export of a mounted disk" 6 "mounted on $PWD/mounted" "$host" export "$stick"
umount mounted
check "export of the unmounted disk" "$host" export "$stick"
require "it is mounted after its export" mount "$block" "$PWD/mounted"
refuses "attach of a disk that its host has mounted" 6 "$stick" "$client" attach 127.0.0.1 "$stick"
check "it is mounted still" mountpoint -q mounted
check "export by force of a mounted disk" "$host" export --force "$stick"
check "unexport" "$host" unexport "$stick"
umount mounted

install -d -o 65534 place
chmod a+rx .
refuses "serve of a device whose node is another's" 3 'may not write to /dev/bus/usb/' \
    "${nobody[@]}" "$host" --control "$PWD/place/control" serve --listen 127.0.0.1:3251 --export "$stick"
refuses "serve where a daemon serves" 12 daemon "$host" serve --virtual disk:16M
refuses "serve on a port in use" '1|6|8' 3240 "$host" --control "$PWD/control" serve --virtual disk:16M
refuses "serve of an unknown virtual device" 2 toaster \
    "$host" --control "$PWD/control" serve --listen 127.0.0.1:3250 --virtual toaster
check "status needs no permission" "${nobody[@]}" "$host" status
refuses "export without permission" 3 'not control it' "${nobody[@]}" "$host" export "$stick"
check "usbip-host ends" stop_host
refuses "status without a daemon" 5 'daemon' "$host" status

library=$(readlink -e /usr/lib/*/libusb-1.0.so.0)
touch empty
mount --bind empty "$library"
at_exit "umount -q $library"
check "list works without libusb" "$host" list
refuses "serve of a device without libusb" 4 libusb "$host" serve --export "$(busid_of 46f4:0001)"
expect_no_hung_tasks
