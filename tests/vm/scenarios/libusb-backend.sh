#!/bin/bash
# about: the libusb backend alone, with no session around it, on gadgets and on QEMU's devices
# seconds: 180
. "$VM_DIR/lib.sh"

# Whichever was built last, Debug or Release.
probe_dll=$(ls -t "$VM_DIR"/../UsbIp.LibUsbProbe/bin/*/net10.0/UsbIp.LibUsbProbe.dll | head -n 1)
require "the probe is built (dotnet build tests/UsbIp.LibUsbProbe)" test -f "$probe_dll"

probe() {
    dotnet "$probe_dll" "$@" 2>>"$LOGS/probe.log"
}

# steps BUSID STEP...: its lines as assertions.
steps() {
    report steps_of "$@"
}

steps_of() {
    probe open "$@" || echo "FAIL the probe of $1 ended with status $?"
}

# refused BUSID WORDS: opening it ends with that text.
refused() {
    local said
    said=$(probe open "$1" </dev/null)
    printf '%s\n' "$said"
    grep -q "$2" <<<"$said"
}

memory=/sys/module/usbcore/parameters/usbfs_memory_mb
stick=$(busid_of 46f4:0001)
keyboard=$(busid_of 0627:0001)
speaker=$(busid_of 46f4:0002)

# --- Listing, with and without rights ---
check "the list names the stick with its driver" sh -c "dotnet $probe_dll list 2>/dev/null | grep -E '^$stick 46f4:0001 Super .*usb-storage'"
check "hubs are listed as hubs" sh -c "dotnet $probe_dll list 2>/dev/null | grep -E '^usb1 .*hub True'"
check "a hub is not opened" refused usb1 'NotServable'
check "what is not there is not opened" refused 9-9 'NotFound'
refused_to_nobody() {
    local said
    said=$(setpriv --reuid 65534 --regid 65534 --clear-groups env HOME=/tmp dotnet "$probe_dll" open "$1" </dev/null 2>&1)
    printf '%s\n' "$said"
    grep -q "AccessDenied.*$(node_of "$1")" <<<"$said"
}
check "without rights the text names the node" refused_to_nobody "$stick"

# --- Bulk and control, on a gadget that usbtest holds ---
load_gadgets 2
require "a SourceSink gadget plugs in" gadget_source_sink zero
zero=$(gadget_busid zero)
check "usbtest takes it" wait_until 5 has_driver "$zero" usbtest
steps "$zero" control long-control bulk queue queue-out halt alternate configure bulk queue reset bulk steady
check "usbtest has it back" has_driver "$zero" usbtest
steps "$zero" unconfigure
check "usbtest has it back from a client that unconfigured it" has_driver "$zero" usbtest

# --- Back-pressure ---
megabytes=$(<$memory)
echo 1 >$memory
steps "$zero" memory giant bulk
echo "$megabytes" >$memory
check "usbtest has it back again" has_driver "$zero" usbtest

# --- Idle endpoints, and someone else's device ---
steps "$keyboard" cancel-interrupt control
probe open "$keyboard" interrupt >interrupt.out &
typist=$!
wait_for "an interrupt IN waits" 60 grep -q 'waiting for an interrupt' interrupt.out
monitor sendkey a
wait "$typist"
report cat interrupt.out
check "usbhid has the keyboard back" has_driver "$keyboard" usbhid
mkfifo hold
dotnet "$probe_dll" open "$zero" hold <hold >held.out 2>>"$LOGS/probe.log" &
holder=$!
exec 9>hold
wait_for "one probe holds the gadget" 60 grep -q held held.out
check "another is told who holds it" refused "$zero" 'Busy.*dotnet'
check "the claims are noted" grep -rqs "+ $zero" /run/usbip-probe

# --- kill -9, and recovery ---
kill -9 "$holder"
exec 9>&-
wait "$holder" 2>/dev/null
wait_for "a killed host leaves no driver" 5 refute has_driver "$zero" usbfs
check "and nothing else either" equal "" "$(driver_of "$zero")"
check "recovery gives one interface back" equal "recovered 1" "$(probe recover)"
check "usbtest has it back after the kill" has_driver "$zero" usbtest
check "recovery again finds nothing" equal "recovered 0" "$(probe recover)"

# --- Isochronous ---
steps "$speaker" control iso control
check "the sound driver has the speaker back" has_driver "$speaker" snd-usb-audio

# --- Coming and going, without udevd ---
mkfifo watch
probe watch <watch >watch.out &
watcher=$!
exec 8>watch
wait_for "the watcher watches" 60 grep -q watching watch.out
probe open "$zero" leave >leave.out &
leaver=$!
wait_for "32 transfers are out" 60 grep -q 'waiting for departure' leave.out
gadget_unplug zero
wait "$leaver"
report cat leave.out
wait_for "the watcher saw it leave" 10 grep -q "left $zero" watch.out
require "it plugs in again" gadget_plug zero
wait_for "the watcher saw it arrive" 10 grep -q "arrived $zero" watch.out
exec 8>&-
wait "$watcher"

# --- A disk in use ---
steps "$stick" control reset control
wait_for "usb-storage has the stick back" 5 has_driver "$stick" usb-storage
expect_no_hung_tasks
