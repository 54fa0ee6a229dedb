# shellcheck shell=bash
# Packages on a machine that systemd runs, and the people who use it.

export USBIP_CLIENT_PATIENCE=5

install_packages() {
    # Minutes of an emulated processor for an index that nobody asks for, and disks that nobody unplugs.
    rm -f /var/lib/man-db/auto-update
    dpkg --force-unsafe-io --install "$DIST"/usbip-host_*.deb "$DIST"/usbip-client_*.deb
}

save_journal() {
    journalctl --no-pager --boot --output short-monotonic >"$LOGS/journal.$STAGE"
}

# alice may do what is there for members, bob is nobody in particular.
make_users() {
    useradd --groups usbip-admin,usbip alice
    useradd bob
}

as() {
    runuser -u "$1" -- "${@:2}"
}

main_pid() {
    systemctl show --property MainPID --value "$1.service"
}

capabilities_of() {
    sed -n 's/^CapEff:\s*//p' "/proc/$1/status"
}

man_pages_are_there() {
    man --where usbip-host && man --where usbip-client
}

busid_of_serial() {
    basename "$(dirname "$(grep -lx "$1" /sys/bus/usb/devices/*/serial | head -n 1)")"
}

busid_of_class() {
    basename "$(dirname "$(grep -lx "$1" /sys/bus/usb/devices/*/bInterfaceClass | head -n 1)")" | cut -d : -f 1
}

node_of() {
    printf '/dev/bus/usb/%03d/%03d' "$(cat "/sys/bus/usb/devices/$1/busnum")" "$(cat "/sys/bus/usb/devices/$1/devnum")"
}

has_driver() {
    local interface
    for interface in "/sys/bus/usb/devices/$1:"*; do
        [ "$(basename "$(readlink -f "$interface/driver")")" = "$2" ] || return 1
    done
}

# set_up_attachment NAME BUSID: what `usbip-client service enable` writes.
set_up_attachment() {
    mkdir -p /etc/usbip-client/attachments
    printf 'HOST=127.0.0.1\nDEVICE=%s\nOPTIONS=\n' "$2" >"/etc/usbip-client/attachments/$1"
}

nothing_runs() {
    [ -z "$(program_pids)" ] && ! is_listening
}

nothing_is_left() {
    local left
    left=$(find /etc /lib /usr /var /run -xdev -path /usr/src -prune -o \
        \( -name '*usbip-host*' -o -name '*usbip-client*' -o -name '*usbip-attach*' \) -print 2>/dev/null | tr '\n' ' ')
    left+=$(getent passwd usbip-host)$(getent group usbip-host usbip-admin usbip)
    [ -z "$left" ] || {
        echo "left: $left"
        return 1
    }
}
