# shellcheck shell=bash
# What a backend that reaches real devices must do, with no session around it, whichever it
# is: libusb or usbfs.

# use_backend NAME: the one that `probe` and `steps` go through from now on.
use_backend() {
    backend=$1
    # Whichever was built last, Debug or Release.
    probe_dll=$(ls -t "$VM_DIR"/../UsbIp.BackendProbe/bin/*/net10.0/UsbIp.BackendProbe.dll | head -n 1)
    require "the probe is built (dotnet build tests/UsbIp.BackendProbe)" test -f "$probe_dll"
}

probe() {
    dotnet "$probe_dll" "$backend" "$@" 2>>"$LOGS/probe.log"
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
    says "$2" probe open "$1"
}

refused_to_nobody() {
    says "AccessDenied.*$(node_of "$1")" \
        setpriv --reuid 65534 --regid 65534 --clear-groups env HOME=/tmp dotnet "$probe_dll" "$backend" open "$1"
}

lists() {
    says "$1" probe list
}

# says WORDS COMMAND...
says() {
    local words=$1 said
    shift
    said=$("$@" </dev/null 2>&1)
    printf '%s\n' "$said"
    grep -Eq "$words" <<<"$said"
}

# backend_story NAME
backend_story() {
    use_backend "$1"
    stick=$(busid_of 46f4:0001)
    keyboard=$(busid_of 0627:0001)
    speaker=$(busid_of 46f4:0002)
    listing_and_refusals
    load_gadgets 2
    require "a SourceSink gadget plugs in" gadget_source_sink zero
    zero=$(gadget_busid zero)
    bulk_and_control
    back_pressure
    loopback
    [ "$1" != usbfs ] || without_gathering
    idle_endpoints
    held_by_another_and_killed
    isochronous
    coming_and_going
    steps "$stick" control reset control
    wait_for "usb-storage has the stick back" 5 has_driver "$stick" usb-storage
    expect_no_hung_tasks
}

listing_and_refusals() {
    check "the list names the stick with its driver" lists "^$stick 46f4:0001 Super .*usb-storage"
    check "hubs are listed as hubs" lists "^usb1 .*hub True"
    check "a hub is not opened" refused usb1 'NotServable'
    check "what is not there is not opened" refused 9-9 'NotFound'
    check "without rights the text names the node" refused_to_nobody "$stick"
}

# On a gadget that usbtest holds.
bulk_and_control() {
    check "usbtest takes it" wait_until 5 has_driver "$zero" usbtest
    steps "$zero" control long-control bulk queue queue-out long-queue long-queue-out halt alternate configure bulk queue reset bulk steady
    check "usbtest has it back" has_driver "$zero" usbtest
    steps "$zero" unconfigure
    check "usbtest has it back from a client that unconfigured it" has_driver "$zero" usbtest
}

back_pressure() {
    local memory=/sys/module/usbcore/parameters/usbfs_memory_mb megabytes
    megabytes=$(<$memory)
    echo 1 >$memory
    steps "$zero" memory giant bulk
    echo "$megabytes" >$memory
    check "usbtest has it back again" has_driver "$zero" usbtest
}

# Short reads, and reads that wait for data that never comes.
loopback() {
    modprobe usb_f_ss_lb
    gadget_new loop 1d6b 0104 Loopback.0
    require "a Loopback gadget plugs in" gadget_plug loop
    steps "$(gadget_busid loop)" echo cancel-bulk echo
    check "it is unplugged" gadget_remove loop
}

# As on a host controller that takes no more than 16 KiB at a time.
without_gathering() {
    note "the following as on a host controller that cannot gather"
    use_backend usbfs-split
    steps "$zero" bulk queue long-queue long-queue-out halt bulk steady
    back_pressure
    loopback
    use_backend usbfs
}

idle_endpoints() {
    local typist
    steps "$keyboard" cancel-interrupt control
    probe open "$keyboard" interrupt >interrupt.out &
    typist=$!
    wait_for "an interrupt IN waits" 60 grep -q 'waiting for an interrupt' interrupt.out
    monitor sendkey a
    wait "$typist"
    report cat interrupt.out
    check "usbhid has the keyboard back" has_driver "$keyboard" usbhid
}

held_by_another_and_killed() {
    local holder
    mkfifo hold
    # Not through `probe`: the process itself is to be killed.
    dotnet "$probe_dll" "$backend" open "$zero" hold <hold >held.out 2>>"$LOGS/probe.log" &
    holder=$!
    exec 9>hold
    wait_for "one probe holds the gadget" 60 grep -q held held.out
    check "another is told who holds it" refused "$zero" 'Busy.*dotnet'
    check "the claims are noted" grep -rqs "+ $zero" /run/usbip-probe

    kill -9 "$holder"
    exec 9>&-
    wait "$holder" 2>/dev/null
    wait_for "a killed host leaves no driver" 5 refute has_driver "$zero" usbfs
    check "and nothing else either" equal "" "$(driver_of "$zero")"
    check "recovery gives one interface back" equal "recovered 1" "$(probe recover)"
    check "usbtest has it back after the kill" has_driver "$zero" usbtest
    check "recovery again finds nothing" equal "recovered 0" "$(probe recover)"
}

isochronous() {
    steps "$speaker" control iso long-iso control
    check "the sound driver has the speaker back" has_driver "$speaker" snd-usb-audio
}

# Without udevd's help.
coming_and_going() {
    local watcher leaver
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
}
