#!/bin/bash
# about: a board that becomes its bootloader and back 100 times while attach --persist holds; the network cut; the host killed; what ends it
# seconds: 600
# cpus: 1
. "$VM_DIR/lib.sh"

export USBIP_HOST_CONFIG=$PWD/config.yaml
attach_by_name() {
    attach "$1" --persist && wait_until 20 is_attached "$zero"
}

load_vhci
load_gadgets 1
client=$DIST/usbip-client
require "a board is plugged in: a SourceSink gadget" gadget_source_sink zero
zero=$(gadget_busid zero)
check "board and bootloader get one name" "$DIST/usbip-host" alias board serial:zero 0525:b007
check "which is exported whenever it is there" "$DIST/usbip-host" rule add allow board
require "usbip-host serves it" start_host
require "attach --persist" attach_by_name board
check "port says that it is kept" grep -q 'kept attached by process' <("$client" port 3>&-)

is_waiting_for() {
    "$client" port 3>&- | grep -q "waiting since .*$1"
}

# is_attached_as PRODUCT: the client's kernel has it under that id.
is_attached_as() {
    is_attached "$zero" && equal "$1" "$(<"/sys/bus/usb/devices/$(local_of "$zero")/idProduct")"
}

# become PRODUCT SERIAL: it leaves and comes back as something else. Adds what it took to be attached again to times.
times=()
become() {
    local begin
    gadget_unplug zero
    echo "0x$1" >"$GADGETS/zero/idProduct"
    echo "$2" >"$GADGETS/zero/strings/0x409/serialnumber"
    gadget_plug zero || return 1
    begin=${EPOCHREALTIME/./}
    wait_until 45 is_attached_as "$1" || return 1
    times+=($(((${EPOCHREALTIME/./} - begin) / 1000)))
}

changes() {
    local round
    for ((round = 1; round <= $1 / 2; round++)); do
        become b007 boot && become a4a0 zero || {
            echo "round $round went wrong"
            return 1
        }
    done
}

require "it changes its identity 100 times, and is attached again each time" changes 100
read -r -a sorted < <(printf '%s\n' "${times[@]}" | sort -n | tr '\n' ' ')
note "from the plug to the attached device: p50 ${sorted[50]} ms, p99 ${sorted[98]} ms, on an emulated machine"
far=$(local_of "$zero")
wait_for "its driver has it" 10 has_driver "$far" usbtest
check "it works" "$VM_DIR/usbtest.py" "$far" --cases 9
check "one process keeps it, and no other stays" equal 1 "$(program_pids usbip-client | wc -l)"
keeper=$(program_pids usbip-client)
read -r files threads _ < <(holdings "$keeper")
check "it holds few files: $files" at_most 60 "$files"
check "it has few threads: $threads" at_most 30 "$threads"

gadget_unplug zero
wait_for "port says what it waits for" 20 is_waiting_for board
gadget_plug zero
wait_for "it is attached again" 45 is_attached "$zero"

ip link set lo down
at_exit "ip link set lo up"
wait_for "without the network it is gone" 30 no_used_ports
ip link set lo up
wait_for "with the network it is attached again" 60 is_attached "$zero"

kill_host
wait_for "the killed host's device is gone" 10 no_used_ports
wait_for "port says that the host refuses" 20 is_waiting_for 'refuses connections'
require "usbip-host starts again" start_host --export "$zero"
wait_for "it is attached again" 60 is_attached "$zero"

check "detach ends it" detach "$zero"
wait_for "the keeping process has ended" 10 no_bridges
sleep 3
check "it stays detached" no_used_ports

# --- Absent at the start, and ended by the stock tool ---
check "usbip-host ends" stop_host
attach "$zero" --persist >start.log 2>&1
check "the absent host is waited for, and the command returns well" grep -q "waiting for $zero of 127.0.0.1:3240: 127.0.0.1:3240 refuses connections" start.log
require "usbip-host starts" start_host --export "$zero"
wait_for "it is attached when the host comes" 60 is_attached "$zero"
check "the stock tool detaches it" usbip detach -p "$(port_of "$zero")"
wait_for "that ends it too" 10 no_bridges

# --- While it waits, and in the foreground ---
attach 9-9 --persist >wait.log 2>&1
check "a device that is not there is waited for" grep -q 'exports no device 9-9' wait.log
check "the same again is refused" equal 12 "$(attach 9-9 --persist >again.log 2>&1; echo $?)"
check "detach HOST BUSID ends the wait" "$client" detach 127.0.0.1 9-9
wait_for "its process has ended" 5 no_bridges
"$client" attach --foreground --persist 127.0.0.1 "$zero" >foreground.log 2>&1 3>&- &
keeper=$!
wait_for "it is kept in the foreground" 30 is_attached "$zero"
kill -TERM $keeper
wait $keeper
check "SIGTERM ends it well" equal 0 $?
wait_for "and detaches" 5 no_used_ports

setpriv --reuid 65534 --regid 65534 --clear-groups env HOME=/tmp "$client" attach --persist 127.0.0.1 "$zero" >refused.log 2>&1 3>&-
check "without permission there is nothing to wait for: exit code 3" equal 3 $?
check "no state file stays" equal "" "$(ls /run/vhci_hcd 2>/dev/null)"
check "usbip-host ends" stop_host
expect_no_hung_tasks
