# shellcheck shell=bash
# The USB devices of the machine, and what the kernel made of them.

# busid_of VID:PID, such as 46f4:0001: first among the machine's own devices (imported ones
# left out), then among the virtual devices of the running host.
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

# What the running host offers for import, as JSON.
# shellcheck disable=SC2154 # host_port is in programs.sh
offers() {
    "$DIST/usbip-client" list --json "$host_address:$host_port" 2>/dev/null 3>&-
}

served_busid() {
    offers | jq -re --arg id "$1" '[.devices[] | select("\(.vendorId):\(.productId)" == $id)][0].busId // empty'
}

# virtual_busid CLASS: the busid of the virtual device whose first interface is of that
# class, such as 08 for a disk.
virtual_busid() {
    offers | jq -re --arg class "$1/" '.devices[] | select(.interfaces[0] // "" | startswith($class)).busId' |
        while read -r busid; do
            # The machine's own devices are in sysfs.
            [ -e "/sys/bus/usb/devices/$busid" ] || echo "$busid"
        done | head -n 1 | grep .
}

is_offered() {
    offers | jq -re '.devices[].busId' | grep -qx "$1"
}

# The driver of a device's first interface, or nothing.
driver_of() {
    local interface
    for interface in "/sys/bus/usb/devices/$1":*.0; do
        basename "$(readlink "$interface/driver")"
        return
    done
}

has_driver() {
    equal "$2" "$(driver_of "$1")"
}

is_plugged() {
    [ -n "$(cat "/sys/bus/usb/devices/$1/bConfigurationValue" 2>/dev/null)" ]
}

# Its usbfs node.
node_of() {
    printf '/dev/bus/usb/%03d/%03d\n' "$(<"/sys/bus/usb/devices/$1/busnum")" "$(<"/sys/bus/usb/devices/$1/devnum")"
}

# part_of BUSID SUBSYSTEM: what the kernel made of it there: block, tty, net, input, sound.
# The name is that of the node, such as sda, ttyACM0, usb0, event3, card1.
part_of() {
    local pattern='.*'
    case $2 in
        input) pattern='event.*' ;;
        sound) pattern='card.*' ;;
    esac
    find "$(readlink -e "/sys/bus/usb/devices/$1")" -name subsystem -lname "*/$2" -printf '%h\n' 2>/dev/null |
        sed 's,.*/,,' | grep -x "$pattern" | sort | head -n 1 | grep .
}

has_part() {
    part_of "$1" "$2" >/dev/null
}

# plug_stick: QEMU's stick is plugged in again, after 'monitor device_del stick'.
plug_stick() {
    monitor device_add usb-storage,bus=xhci.0,port=1,id=stick,drive=stick-image,serial=QEMUSTICK1
}
