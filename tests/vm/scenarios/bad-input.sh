#!/bin/bash
# about: what users get wrong: a sentence, a hint and the right exit code each time
# seconds: 60
. "$VM_DIR/lib.sh"

# refuses 'what' STATUS 'WORDS' COMMAND...: ends with that status, names the thing in
# words, and adds what to try.
refuses() {
    local text=$1 status=$2 words=$3 got
    shift 3
    timeout 20 "$@" >refusal 2>&1 3>&- </dev/null
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
at_exit "mv /sbin/modprobe.away /sbin/modprobe"
require "usbip-host serves a disk" start_host --virtual disk:16M
disk=$(virtual_busid 08)
refuses "attach without vhci_hcd" 4 vhci_hcd "$client" attach 127.0.0.1 "$disk"
check "list works without vhci_hcd" "$client" list 127.0.0.1
check "inspect works without vhci_hcd" "$client" inspect 127.0.0.1 "$disk"
mv /sbin/modprobe.away /sbin/modprobe
load_vhci

# --- The client ---
refuses "attach of what is not there" 5 '9-9' "$client" attach 127.0.0.1 9-9
refuses "attach of no busid" 2 'nonsense!' "$client" attach 127.0.0.1 'nonsense!'
refuses "a host that does not resolve" 8 no-such-host.invalid "$client" list no-such-host.invalid
refuses "a host that does not listen" 8 127.0.0.1 "$client" list 127.0.0.1:9
refuses "a port out of range" 2 999 "$client" detach 999
refuses "a port with nothing on it" 5 '\b3\b' "$client" detach 3
refuses "attach without permission" 3 'permission|root' "${nobody[@]}" "$client" attach 127.0.0.1 "$disk"
check "list needs no permission" "${nobody[@]}" "$client" list 127.0.0.1
require "attach" attach_as far "$disk"
refuses "attach of what is attached" '6|12' "$disk" "$client" attach 127.0.0.1 "$disk"
check "detach" detach "$disk"

# --- The host ---
refuses "export of what is not there" 5 '9-9' "$host" export 9-9
refuses "export of no busid" 2 'nonsense!' "$host" export 'nonsense!'
refuses "export of a hub" 1 hub "$host" export usb1
refuses "unexport of what is not exported" 5 "$(busid_of 46f4:0001)" "$host" unexport "$(busid_of 46f4:0001)"
refuses "serve on a port in use" 1 3240 "$host" serve --virtual disk:16M
refuses "serve of an unknown virtual device" 2 toaster "$host" serve --listen 127.0.0.1:3250 --virtual toaster
refuses "status without permission" 3 'permission|root' "${nobody[@]}" "$host" status
check "usbip-host ends" stop_host
refuses "status without a daemon" 8 'daemon|running' "$host" status

library=$(readlink -e /usr/lib/*/libusb-1.0.so.0)
touch empty
mount --bind empty "$library"
at_exit "umount -q $library"
refuses "list without libusb" 1 libusb "$host" list
umount "$library"
expect_no_hung_tasks
