# shellcheck shell=bash
# What scenarios are told with. Source it first:
#   . "$VM_DIR/lib.sh"
# A scenario asserts with `check` and `require`, and everything it sets up through
# this file is taken down again when it ends, however it ends.
#
# fd 3 goes to the runner: one line per assertion. Daemons must not inherit it.

set -uo pipefail

host_port=3240
failures=0
host_pid=
cleanups=()
VHCI=/sys/devices/platform/vhci_hcd.0
GADGETS=/sys/kernel/config/usb_gadget

# --- Assertions ---

tell() {
    printf '%s %s: %s\n' "$1" "$SCENARIO" "$2"
    printf '%s %s: %s\n' "$1" "$SCENARIO" "$2" >&3
}

pass() {
    tell 'ok  ' "$*"
}

fail() {
    failures=$((failures + 1))
    tell FAIL "$*"
}

# Worth seeing, neither passed nor failed.
note() {
    tell note "$*"
}

# check 'what must be true' COMMAND...: why it is not, is the command's last line.
check() {
    local text=$1 output status
    shift
    output=$("$@" 2>&1 3>&-)
    status=$?
    [ -z "$output" ] || printf '%s\n' "$output"
    if [ $status = 0 ]; then
        pass "$text"
    else
        fail "$text: $(tail -n 1 <<<"${output:-status $status of: $*}")"
        return 1
    fi
}

# What the rest of the scenario can't do without.
require() {
    check "$@" || exit 1
}

refute() {
    ! "$@"
}

equal() {
    [ "$1" = "$2" ] || {
        printf 'expected "%s", got "%s"\n' "$1" "$2"
        return 1
    }
}

# Takes the ok/FAIL/note lines of one of the programs here for the scenario's own.
report() {
    local line
    while IFS= read -r line; do
        case $line in
            'ok '*) pass "${line#ok }" ;;
            'FAIL '*) fail "${line#FAIL }" ;;
            'note '*) note "${line#note }" ;;
            *) printf '%s\n' "$line" ;;
        esac
    done
}

# wait_until SECONDS COMMAND...
wait_until() {
    local deadline=$((${EPOCHREALTIME/./} + $1 * 1000000))
    shift
    until "$@" >/dev/null 2>&1; do
        [ "${EPOCHREALTIME/./}" -lt "$deadline" ] || return 1
        sleep 0.05
    done
}

# wait_for 'what comes' SECONDS COMMAND...: an assertion with patience.
wait_for() {
    local text=$1 seconds=$2
    shift 2
    if wait_until "$seconds" "$@"; then
        pass "$text"
    else
        fail "$text: not within $seconds s"
        return 1
    fi
}

# --- The end ---

at_exit() {
    cleanups+=("$*")
}

finish() {
    local index
    trap - EXIT
    for ((index = ${#cleanups[@]} - 1; index >= 0; index--)); do
        eval "${cleanups[index]}"
    done
    detach_all
    stop_host
    end_programs
    gadget_remove_all
    exit $((failures > 0))
}
trap finish EXIT
trap 'exit 1' TERM INT

end_programs() {
    local pids
    pids=$(program_pids)
    # shellcheck disable=SC2086
    [ -z "$pids" ] || kill -9 $pids 2>/dev/null
}

# Every running program of ours and of the stock tools.
program_pids() {
    find /proc -maxdepth 2 -path '/proc/[0-9]*/exe' -printf '%h %l\n' 2>/dev/null |
        sed -n 's,^/proc/\([0-9]*\) .*/\(usbip-host\|usbip-client\|usbipd\)$,\1,p'
}

# --- Time ---

# timed COMMAND...: sets $elapsed_ms.
# shellcheck disable=SC2034 # for the scenario
timed() {
    local begin=${EPOCHREALTIME/./} status
    "$@"
    status=$?
    elapsed_ms=$(((${EPOCHREALTIME/./} - begin) / 1000))
    return $status
}

# --- Devices of the machine, imported ones left out ---

# busid_of VID:PID, such as 46f4:0001: first in the machine, then among the virtual
# devices of the running host.
busid_of() {
    local device
    for device in /sys/bus/usb/devices/*; do
        [ -e "$device/idVendor" ] || continue
        case $(readlink -f "$device") in *vhci_hcd*) continue ;; esac
        if [ "$(<"$device/idVendor"):$(<"$device/idProduct")" = "$1" ]; then
            basename "$device"
            return
        fi
    done
    served_busid "$1"
}

# served_busid VID:PID: the busid under which the running host offers it.
served_busid() {
    "$DIST/usbip-client" list --json "127.0.0.1:$host_port" 2>/dev/null 3>&- |
        python3 "$VM_DIR/served_busid.py" "$1"
}

# The driver of a device's first interface, or nothing.
driver_of() {
    local driver
    driver=$(readlink "/sys/bus/usb/devices/$1:1.0/driver") && basename "$driver"
}

has_driver() {
    equal "$2" "$(driver_of "$1")"
}

# Its usbfs node.
node_of() {
    printf '/dev/bus/usb/%03d/%03d\n' "$(<"/sys/bus/usb/devices/$1/busnum")" "$(<"/sys/bus/usb/devices/$1/devnum")"
}

# part_of BUSID SUBSYSTEM: what the kernel made of it, such as sda, ttyACM0, usb0, event3.
part_of() {
    find "$(readlink -f "/sys/bus/usb/devices/$1")" -path "*/$2/*" -prune -name '[a-z]*' \
        ! -name 'card*' -printf '%f\n' 2>/dev/null | sort | head -n 1 | grep .
}

# --- Import ---

load_vhci() {
    modprobe vhci_hcd
    wait_until 10 test -e "$VHCI/status"
}

attach() {
    "$DIST/usbip-client" attach "127.0.0.1:$host_port" "$1" --log "$LOGS/bridge-$1.log" 3>&-
}

# port_of BUSID: the vhci port that holds the host's device BUSID. The state files
# are those of the stock tools, so this finds their attachments too.
port_of() {
    grep -lE "^[^ ]+ [0-9]+ $1\$" /run/vhci_hcd/port* 2>/dev/null | sed 's/.*port//' | head -n 1 | grep .
}

# local_of BUSID: the name that the device BUSID of the host has here once attached.
local_of() {
    local port
    port=$(port_of "$1") || return 1
    awk -v port="$port" '($1 == "hs" || $1 == "ss") && $2 + 0 == port && $3 + 0 == 6 { print $NF }' \
        "$VHCI"/status* | grep .
}

is_attached() {
    local name
    name=$(local_of "$1") && [ -e "/sys/bus/usb/devices/$name/bConfigurationValue" ]
}

detach() {
    "$DIST/usbip-client" detach "$(port_of "$1")" 3>&-
}

used_ports() {
    awk '($1 == "hs" || $1 == "ss") && $3 + 0 != 4 { print $2 + 0 }' "$VHCI"/status* 2>/dev/null
}

no_used_ports() {
    [ -z "$(used_ports)" ]
}

# For the end of a scenario: by the kernel's own means, whoever attached.
detach_all() {
    local port
    [ -e "$VHCI/detach" ] || return 0
    for port in $(used_ports); do
        echo "$port" >"$VHCI/detach"
    done 2>/dev/null
    wait_until 10 no_used_ports
    rm -rf /run/vhci_hcd
}

# --- Hosts ---

is_listening() {
    ss -Hltn "sport = :$host_port" | grep -q .
}

# start_host ARGUMENTS...: usbip-host serve, in the background.
start_host() {
    "$DIST/usbip-host" serve "$@" >>"$LOGS/host.log" 2>&1 3>&- &
    host_pid=$!
    wait_until 20 listening_or_gone
    is_listening && return
    echo "usbip-host serve does not listen"
    tail -n 5 "$LOGS/host.log"
    return 1
}

listening_or_gone() {
    is_listening || ! kill -0 "$host_pid"
}

stop_host() {
    [ -n "$host_pid" ] || return 0
    kill -CONT "$host_pid" 2>/dev/null
    kill -TERM "$host_pid" 2>/dev/null
    wait_until 10 refute kill -0 "$host_pid" || kill -9 "$host_pid"
    wait "$host_pid"
    local status=$?
    host_pid=
    return $status
}

# The stock server, and a device given to it.
start_stock_host() {
    modprobe usbip_host
    usbipd -D -P/run/usbipd.pid 3>&-
    at_exit 'stop_stock_host'
    wait_until 10 is_listening
}

stop_stock_host() {
    [ ! -e /run/usbipd.pid ] || kill "$(</run/usbipd.pid)" 2>/dev/null
    wait_until 5 refute is_listening
}

stock_bind() {
    at_exit "usbip unbind -b $1 2>&1"
    usbip bind -b "$1" 3>&-
}

# --- Gadgets: USB devices made of the kernel's own gadget drivers ---

# load_gadgets [COUNT] [PARAMETER]...: that many emulated controllers.
load_gadgets() {
    local count=${1:-1}
    [ $# = 0 ] || shift
    modprobe libcomposite
    modprobe dummy_hcd num="$count" "$@"
    at_exit 'gadget_remove_all; rmmod dummy_hcd'
}

free_udc() {
    local udc
    for udc in /sys/class/udc/*; do
        if ! grep -qsx "$(basename "$udc")" "$GADGETS"/*/UDC; then
            basename "$udc"
            return
        fi
    done
    return 1
}

# gadget_new NAME VID PID FUNCTION: the device, not plugged in yet.
gadget_new() {
    local gadget=$GADGETS/$1
    mkdir -p "$gadget/strings/0x409" "$gadget/configs/c.1" "$gadget/functions/$4"
    echo "0x$2" >"$gadget/idVendor"
    echo "0x$3" >"$gadget/idProduct"
    echo 0x0200 >"$gadget/bcdUSB"
    echo "$1" >"$gadget/strings/0x409/serialnumber"
    echo 'Test gadget' >"$gadget/strings/0x409/product"
    ln -s "$gadget/functions/$4" "$gadget/configs/c.1/"
}

gadget_plug() {
    local udc
    udc=$(free_udc) || return 1
    echo "$udc" >"$GADGETS/$1/UDC"
    wait_until 10 gadget_busid "$1"
}

gadget_unplug() {
    echo >"$GADGETS/$1/UDC"
}

# The busid of a plugged gadget: the one port of the bus that its controller emulates.
gadget_busid() {
    local udc path
    udc=$(<"$GADGETS/$1/UDC")
    for path in /sys/devices/platform/dummy_hcd."${udc#dummy_udc.}"/usb*/*-1/bConfigurationValue; do
        [ -n "$(cat "$path" 2>/dev/null)" ] || continue
        basename "$(dirname "$path")"
        return
    done
    return 1
}

# The field's Gadget Zero without iso: usbtest takes it by its id.
gadget_source_sink() {
    modprobe usb_f_ss_lb
    gadget_new "${1:-zero}" 0525 a4a0 SourceSink.0
    gadget_plug "${1:-zero}"
}

gadget_acm() {
    gadget_new "${1:-acm}" 0525 a4a7 acm."${1:-acm}"
    gadget_plug "${1:-acm}"
}

# The tty at the gadget's own end.
gadget_tty() {
    echo "/dev/ttyGS$(<"$GADGETS/${1:-acm}/functions/acm.${1:-acm}/port_num")"
}

gadget_ncm() {
    gadget_new "${1:-ncm}" 0525 a4a1 ncm."${1:-ncm}"
    gadget_plug "${1:-ncm}"
}

# The network interface at the gadget's own end.
gadget_ifname() {
    cat "$GADGETS/${1:-ncm}/functions/ncm.${1:-ncm}/ifname"
}

# gadget_mass_storage NAME IMAGE
gadget_mass_storage() {
    gadget_new "$1" 0525 a4a5 mass_storage."$1"
    echo "$2" >"$GADGETS/$1/functions/mass_storage.$1/lun.0/file"
    gadget_plug "$1"
}

# A boot keyboard; the reports it sends are written to /dev/hidgN.
gadget_keyboard() {
    local name=${1:-keyboard} function
    gadget_new "$name" 0525 a4ac hid."$name"
    function=$GADGETS/$name/functions/hid.$name
    echo 1 >"$function/protocol"
    echo 1 >"$function/subclass"
    echo 8 >"$function/report_length"
    printf '\x05\x01\x09\x06\xa1\x01\x05\x07\x19\xe0\x29\xe7\x15\x00\x25\x01\x75\x01\x95\x08\x81\x02\x95\x01\x75\x08\x81\x03\x95\x05\x75\x01\x05\x08\x19\x01\x29\x05\x91\x02\x95\x01\x75\x03\x91\x03\x95\x06\x75\x08\x15\x00\x25\x65\x05\x07\x19\x00\x29\x65\x81\x00\xc0' >"$function/report_desc"
    gadget_plug "$name"
}

gadget_remove() {
    local gadget=$GADGETS/$1
    [ -d "$gadget" ] || return 0
    [ -z "$(<"$gadget/UDC")" ] || echo >"$gadget/UDC"
    find "$gadget/configs/c.1" -maxdepth 1 -type l -delete
    rmdir "$gadget"/configs/c.1 "$gadget"/functions/* "$gadget"/strings/0x409 "$gadget"
}

gadget_remove_all() {
    local gadget
    for gadget in "$GADGETS"/*/; do
        [ ! -d "$gadget" ] || gadget_remove "$(basename "$gadget")"
    done
}

# --- The kernel's health ---

# Waits out what only passes through: a removal takes a moment in D state.
no_stuck_tasks() {
    local tasks
    wait_until "${1:-3}" no_tasks_in_d && return
    tasks=$(ps -eo stat=,pid=,wchan:30=,comm= | awk '/^D/')
    echo "stuck: ${tasks//$'\n'/; }"
    return 1
}

no_tasks_in_d() {
    [ -z "$(ps -eo stat= | awk '/^D/')" ]
}

expect_no_hung_tasks() {
    check "no task stays in D state" no_stuck_tasks
}

# --- Counting what a process holds ---

# holdings PID: open files, threads and resident KiB.
holdings() {
    printf '%s %s %s\n' "$(find "/proc/$1/fd" -type l | wc -l)" "$(find "/proc/$1/task" -mindepth 1 -maxdepth 1 | wc -l)" \
        "$(awk '/^VmRSS/ { print $2 }' "/proc/$1/status")"
}
