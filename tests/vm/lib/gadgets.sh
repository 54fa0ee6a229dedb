# shellcheck shell=bash
# USB devices made of the kernel's own gadget drivers on emulated controllers.

GADGETS=/sys/kernel/config/usb_gadget

# load_gadgets [COUNT] [PARAMETER]...: that many emulated controllers.
load_gadgets() {
    local count=${1:-1}
    [ $# = 0 ] || shift
    modprobe libcomposite
    modprobe dummy_hcd num="$count" "$@"
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
}

# A function takes no settings once it is part of the configuration.
gadget_plug() {
    local udc function
    udc=$(free_udc) || return 1
    for function in "$GADGETS/$1"/functions/*; do
        [ -e "$GADGETS/$1/configs/c.1/$(basename "$function")" ] || ln -s "$function" "$GADGETS/$1/configs/c.1/"
    done
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

# A HID device of its maker's own kind, with reports of 16 bytes that no driver but hidraw
# understands; they are written to its gadget_hidg.
gadget_reports() {
    local name=${1:-reports} function
    gadget_new "$name" 0525 a4ad hid."$name"
    function=$GADGETS/$name/functions/hid.$name
    echo 16 >"$function/report_length"
    printf '\x06\x00\xff\x09\x01\xa1\x01\x09\x02\x15\x00\x26\xff\x00\x75\x08\x95\x10\x81\x02\xc0' >"$function/report_desc"
    gadget_plug "$name"
}

# The node that takes a HID gadget's reports.
gadget_hidg() {
    local name=${1:-reports} number
    number=$(<"$GADGETS/$name/functions/hid.$name/dev")
    echo "/dev/$(sed -n 's/^DEVNAME=//p' "/sys/dev/char/$number/uevent")"
}

gadget_remove() {
    local gadget=$GADGETS/$1
    [ -d "$gadget" ] || return 0
    [ -z "$(<"$gadget/UDC")" ] || echo >"$gadget/UDC"
    find "$gadget"/configs/c.* -maxdepth 1 -type l -delete
    rmdir "$gadget"/configs/c.* "$gadget"/functions/* "$gadget"/strings/0x409 "$gadget"
}

gadget_remove_all() {
    local gadget
    for gadget in "$GADGETS"/*/; do
        [ ! -d "$gadget" ] || gadget_remove "$(basename "$gadget")"
    done
}
