#!/bin/bash
# Measures one device on every path, in every network, in turn. What to do is in $LOGS/plan, a file that
# tests/vm/bench writes:
#   device=stick workloads=disk-read,attach paths='direct kernel pair' repeats=3 seconds=2
#   patience=90       seconds that a turn may take
#   networks=('0 0' '25 100')     each the round trip in ms and the rate in Mbit/s, 0 for none
# shellcheck disable=SC2154 # those variables
. "$VM_DIR/lib.sh"
. "$LOGS/plan"

stock_port=3240
our_port=3241
usbfs_port=3242
near=10.77.0.1

# The client's side is in a network namespace of its own, so that what it says to the host goes over a
# wire that can be slow. Device nodes, processes and vhci_hcd are the same in both.
make_network() {
    ip netns add far
    at_exit "ip netns del far"
    ip link add near-end type veth peer name far-end netns far
    ip address add $near/24 dev near-end
    ip link set near-end up
    in_far ip address add 10.77.0.2/24 dev far-end
    in_far ip link set far-end up
    in_far ping -q -c 3 -i 0.2 -W 2 $near
}

in_far() {
    nsenter --net=/run/netns/far "$@"
}

# set_network RTT_MS MBIT: half of the delay, and all of the rate, on each end.
set_network() {
    local netem=() delay
    delay=$(awk -v rtt="$1" 'BEGIN { printf "%.0f", rtt * 500 }')
    [ "$delay" = 0 ] || netem+=(delay "${delay}us")
    [ "$2" = 0 ] || netem+=(rate "${2}mbit")
    tc qdisc delete dev near-end root 2>/dev/null
    in_far tc qdisc delete dev far-end root 2>/dev/null
    [ ${#netem[@]} = 0 ] && return
    tc qdisc add dev near-end root netem limit 100000 "${netem[@]}" &&
        in_far tc qdisc add dev far-end root netem limit 100000 "${netem[@]}"
}

real_rtt() {
    in_far ping -q -c 5 -i 0.2 -W 2 $near | sed -n 's,^rtt .* = [^/]*/\([^/]*\)/.*,\1,p'
}

# udev reads every new disk, and every disk that was written to: not while it is measured.
silence_udev() {
    mkdir -p /run/udev/rules.d
    echo 'ENV{UDEV_DISABLE_PERSISTENT_STORAGE_RULES_FLAG}="1"' >/run/udev/rules.d/00-benchmark.rules
    echo 'SUBSYSTEM=="block", OPTIONS+="nowatch"' >/run/udev/rules.d/99-benchmark.rules
    udevadm control --reload
}

# Sets busid, and far_end where the device has another side.
plug_device() {
    far_end=
    case $device in
        stick) busid=$(busid_of 46f4:0001) ;;
        serial-qemu)
            modprobe ftdi_sio
            busid=$(busid_of 0403:6001)
            far_end=/dev/virtio-ports/usbserial
            ;;
        disk-gadget)
            truncate -s 64M disk.img
            gadget_mass_storage disk "$PWD/disk.img" && busid=$(gadget_busid disk)
            ;;
        zero-gadget) gadget_source_sink zero && busid=$(gadget_busid zero) ;;
        hid-gadget)
            gadget_reports reports && busid=$(gadget_busid reports) && far_end=$(gadget_hidg reports)
            ;;
        serial-gadget) gadget_acm acm && busid=$(gadget_busid acm) && far_end=$(gadget_tty acm) ;;
    esac
    [ -n "$busid" ] && wait_until 10 test -n "$(driver_of "$busid")" && driver=$(driver_of "$busid")
}

uses() {
    case " $paths " in *" $1 "*) ;; *) return 1 ;; esac
}

start_hosts() {
    if uses kernel || uses our-client; then
        start_stock_host || return 1
        # stop_stock_host looks at the port.
        at_exit "host_port=$stock_port"
        at_exit unbind
    fi
    if uses pair || uses our-host; then
        # shellcheck disable=SC2034 # for programs.sh
        host_port=$our_port
        start_host --listen $near:$our_port --export "$busid" || return 1
    fi
    if uses our-host-usbfs; then
        # shellcheck disable=SC2034 # for programs.sh
        host_port=$usbfs_port
        start_host --control usbfs.control --backend usbfs --listen $near:$usbfs_port --export "$busid" || return 1
    fi
}

# Who serves the device at this moment: its own driver, which our host takes it from, or the kernel's host.
serve_by_kernel() {
    is_bound || {
        wait_until 20 has_driver "$busid" "$driver"
        usbip bind -b "$busid" 2>&1
    }
    wait_until 10 kernel_host_is_free
}

is_bound() {
    [ -e "/sys/bus/usb/drivers/usbip-host/$busid" ]
}

kernel_host_is_free() {
    equal 1 "$(cat "/sys/bus/usb/devices/$busid/usbip_status")"
}

serve_by_driver() {
    unbind
    wait_until 20 has_driver "$busid" "$driver" && udevadm settle --timeout=20
}

unbind() {
    ! is_bound || usbip unbind -b "$busid" 2>&1
}

# Prints the words of the turn that attach and detach.
commands_of() {
    local port=$our_port
    case $1 in
        kernel | our-client) port=$stock_port ;;
        our-host-usbfs) port=$usbfs_port ;;
    esac
    case $1 in
        direct) return ;;
        kernel | our-host | our-host-usbfs)
            echo --attach "nsenter --net=/run/netns/far usbip --tcp-port $port attach -r $near -b $busid"
            echo --detach "usbip detach -p"
            ;;
        pair | our-client)
            echo --attach "nsenter --net=/run/netns/far $DIST/usbip-client attach $near:$port $busid --log $LOGS/bridge.log"
            echo --detach "$DIST/usbip-client detach"
            ;;
    esac
}

# paths_of NUMBER: those over a network, in each turn another one first, since what comes later finds a machine that is warmer.
paths_of() {
    local all=() first path
    for path in $paths; do
        [ "$path" = direct ] || all+=("$path")
    done
    [ ${#all[@]} != 0 ] || return 0
    first=$((($1 - 1) % ${#all[@]}))
    echo "${all[@]:first}" "${all[@]:0:first}"
}

# turn NUMBER PATH RTT RATE [WORKLOADS]
turn() {
    local number=$1
    shift
    local arguments=() option value line
    case $1 in
        kernel | our-client) serve_by_kernel ;;
        *) serve_by_driver ;;
    esac 3>&- || {
        tell FAIL "$device is not served for $1"
        return
    }
    while read -r option value; do
        arguments+=("$option" "$value")
    done < <(commands_of "$1")
    # A path that hangs costs its turn only.
    timeout --kill-after=5 "$((patience + ${2%.*}))" "$VM_DIR/benchmark/turn.py" --device "$device" --path "$1" --number "$number" --busid "$busid" \
        --workloads "${4:-$workloads}" --seconds "$seconds" --rtt "$2" --rate "$3" ${far_end:+--far "$far_end"} "${arguments[@]}" \
        3>&- </dev/null | while IFS= read -r line; do
        printf '%s\n' "$line"
        printf '%s\n' "$line" >&3
    done
    [ "${PIPESTATUS[0]}" = 0 ] || tell FAIL "the turn of $1 at $2 ms did not finish"
    [ -z "$(used_ports)" ] || detach_all
}

require "vhci_hcd is there" load_vhci
require "dummy_hcd is there" load_gadgets 1
silence_udev
require "two ends of a network" make_network
require "$device is plugged in" plug_device
require "its hosts serve it" start_hosts

# The first run of a program reads it from a slow file system: nobody's figure.
for path in $paths; do
    [ "$path" = direct ] || turn 0 "$path" 0 0 none
done

first=yes
for network in "${networks[@]}"; do
    read -r rtt rate <<<"$network"
    require "a network of $rtt ms, $rate Mbit/s" set_network "$rtt" "$rate"
    note "network $rtt ms, $rate Mbit/s: ping takes $(real_rtt) ms"
    for ((number = 1; number <= repeats; number++)); do
        # Directly, there is no network.
        if [ $first = yes ] && uses direct; then
            turn "$number" direct "$rtt" "$rate"
        fi
        for path in $(paths_of "$number"); do
            turn "$number" "$path" "$rtt" "$rate"
        done
    done
    first=no
    printf 'done %s %s\n' "$rtt" "$rate" >&3
done
