#!/usr/bin/env bash
# Shows the main job: a USB disk is exported over the network, imported, formatted,
# written, unplugged, plugged in again and read back with a checksum.
#
#   ./demo.sh [--native | --vm]
#
# Without an option it uses this machine's kernel where that has vhci_hcd, the USB/IP
# host controller, and else a stock Debian kernel in a virtual machine (QEMU), which
# takes some minutes of downloads the first time. Installs what it needs.
set -euo pipefail
cd "$(dirname "$0")"

where=
case ${1:-} in
    '') ;;
    --native | --vm) where=${1#--} ;;
    -h | --help) sed -n '2,/^set /{/^#/s/^# \{0,1\}//p}' "$0"; exit ;;
    *) printf 'demo: the option %s does not exist.\nTry: ./demo.sh --help\n' "$1" >&2; exit 2 ;;
esac

. build/prerequisites.sh
say() { printf 'demo: %s\n' "$*"; }

has_vhci() {
    [ -e /sys/devices/platform/vhci_hcd.0 ] || as_root modprobe vhci_hcd 2>/dev/null
}

require_sdk
install_linker || say "no linker: the programs will have the .NET runtime inside"
say "building usbip-host and usbip-client"
build/publish.sh
if [ -z "$where" ]; then
    if has_vhci; then where=native; else where=vm; fi
fi
if [ "$where" = native ]; then
    say "using this machine's kernel, $(uname -r)"
    install_packages libusb-1.0-0 usb.ids usbutils e2fsprogs util-linux kmod
    as_root "$PWD/build/demo-steps.sh" "$PWD/dist"
else
    say "this machine's kernel ($(uname -r)) has no vhci_hcd: starting a stock Debian kernel in a virtual machine"
    tests/vm/run --shell "'$PWD/build/demo-steps.sh' '$PWD/dist'"
fi
