#!/bin/bash
# about: twenty faults on a real kernel, each found by doctor under its own id; a healthy machine gives no warnings
# seconds: 400
. "$VM_DIR/lib.sh"

client=$DIST/usbip-client
host=$DIST/usbip-host
nobody=(setpriv --reuid 65534 --regid 65534 --clear-groups env HOME=/tmp)

# complaints COMMAND...: the ids of errors and warnings, and the exit code behind them.
complaints() {
    local status
    timeout 60 "$@" --json >doctor.json 2>doctor.err 3>&-
    status=$?
    jq -r '[.findings[] | select(.severity != "note") | .id] | join(" ")' doctor.json | tr '\n' ' '
    echo $status
}

# healthy 'what' COMMAND...
healthy() {
    local text=$1 got
    shift
    got=$(complaints "$@")
    check "$text gives no warning" equal " 0" "$got"
}

# finds ID COMMAND...: that and nothing else, the exit code says so, and there is something to try.
finds() {
    local id=$1 got
    shift
    got=$(complaints "$@")
    if [ "$got" = "$id 13" ] && jq -e --arg id "$id" '.findings[] | select(.id == $id).try | length > 0' doctor.json >/dev/null; then
        pass "$id: $(jq -r --arg id "$id" '.findings[] | select(.id == $id).sentence' doctor.json | head -n 1)"
    else
        fail "$id: got '$got'"
        cat doctor.json doctor.err
    fi
}

# --- Before a module is loaded, and without a daemon ---
rmmod vhci_hcd 2>/dev/null
finds C-VHCI-NOT-LOADED "${nobody[@]}" "$client" doctor
healthy "root, whose attach loads the module," "$client" doctor
healthy "a machine on which no daemon runs" "$host" doctor
finds H-NODE-PERMISSION "${nobody[@]}" "$host" doctor

stick=$(busid_of 46f4:0001)
require "the stick is a disk here" wait_until 10 has_part "$stick" block
place=/sys/bus/usb/devices/$stick

echo 0 >"$place/authorized"
finds H-NOT-AUTHORIZED "$host" doctor
echo 1 >"$place/authorized"
wait_until 10 has_part "$stick" block
echo 0 >"$place/bConfigurationValue"
finds H-NOT-CONFIGURED "$host" doctor
echo 1 >"$place/bConfigurationValue"
require "the stick is a disk again" wait_until 10 has_part "$stick" block

memory=/sys/module/usbcore/parameters/usbfs_memory_mb
before=$(<$memory)
echo 4 >$memory
finds H-USBFS-MEMORY "$host" doctor
echo "$before" >$memory

library=$(readlink -e /usr/lib/*/libusb-1.0.so.0)
touch empty
mount --bind empty "$library"
finds H-LIBUSB-MISSING "$host" doctor
umount "$library"

modprobe usbip_host
stock_bind "$stick"
finds H-HELD-DRIVER "$host" doctor
usbip unbind -b "$stick" 3>&-
require "the stick has its driver again" wait_until 10 has_driver "$stick" usb-storage

# A program claims the stick as any program that uses it without a kernel driver does.
echo "$stick:1.0" >/sys/bus/usb/drivers/usb-storage/unbind
python3 -c '
import fcntl, os, struct, sys, time
node = os.open(sys.argv[1], os.O_RDWR)
fcntl.ioctl(node, 0x8004550F, struct.pack("I", 0))
print("claimed", flush=True)
time.sleep(600)
' "$(node_of "$stick")" >claim.log 3>&- &
holder=$!
at_exit "kill $holder 2>/dev/null"
require "a program claims the stick" wait_until 10 grep -q claimed claim.log
finds H-HELD-PROGRAM "$host" doctor
kill $holder
wait $holder 2>/dev/null
echo "$stick:1.0" >/sys/bus/usb/drivers/usb-storage/bind
require "the stick is a disk once more" wait_until 10 has_part "$stick" block

start_stock_host
finds H-PORT-TAKEN "$host" doctor
stop_stock_host

mkdir -p /run/usbip-host
echo 'what is this' >/run/usbip-host/claims-1
finds H-CLAIMS-BROKEN "$host" doctor
rm /run/usbip-host/claims-1

# --- A daemon runs ---
load_vhci
require "usbip-host serves the stick" start_host --listen 0.0.0.0 --export "$stick"
healthy "a host that serves" "$host" doctor
healthy "a client of it" "$client" doctor 127.0.0.1
healthy "a user who may only look" "${nobody[@]}" "$host" doctor
chmod 700 /run/usbip-host
finds H-CONTROL-REFUSED "${nobody[@]}" "$host" doctor
chmod 755 /run/usbip-host
finds C-NO-PERMISSION "${nobody[@]}" "$client" doctor 127.0.0.1

mkdir -p /etc/ufw
echo 'ENABLED=yes' >/etc/ufw/ufw.conf
finds H-FIREWALL "$host" doctor
rm -r /etc/ufw

block=/dev/$(part_of "$stick" block)
mkdir -p mounted
mkfs.ext4 -q -F "$block"
require "the exported stick is mounted" mount "$block" "$PWD/mounted"
finds H-HELD-DISK "$host" doctor
umount mounted

mkdir -p /run/vhci_hcd
echo '127.0.0.1 3240 1-9' >/run/vhci_hcd/port5
finds C-STATE-STALE "$client" doctor
rm -r /run/vhci_hcd

# --- The network ---
finds C-NAME-UNKNOWN "$client" doctor no-such-host.invalid
finds C-HOST-REFUSES "$client" doctor 127.0.0.1:9
ip route add unreachable 203.0.113.1/32
finds C-HOST-UNREACHABLE "$client" doctor 203.0.113.1
ip route del unreachable 203.0.113.1/32

# answer PORT [BYTES]: a server of something else, or one that says nothing.
answer() {
    python3 -c '
import socket, sys, time
server = socket.create_server(("127.0.0.1", int(sys.argv[1])))
while True:
    peer = server.accept()[0]
    peer.recv(8)
    if len(sys.argv) > 2:
        peer.sendall(sys.argv[2].encode().decode("unicode_escape").encode("latin-1"))
        time.sleep(0.2)
        peer.close()
' "$@" 3>&- &
    at_exit "kill $!"
    wait_until 10 sh -c "ss -Hltn 'sport = :$1' | grep -q ."
}
answer 3301 'HTTP/1.1 400 Bad Request\r\n\r\n'
finds C-OTHER-PROTOCOL "$client" doctor 127.0.0.1:3301
answer 3302 '\x01\x06\x00\x05\x00\x00\x00\x00\x00\x00\x00\x00'
finds C-OTHER-VERSION "$client" doctor 127.0.0.1:3302
answer 3303
finds C-NO-ANSWER "$client" doctor 127.0.0.1:3303

modprobe sch_netem
if tc qdisc add dev lo root netem delay 25ms; then
    finds C-ROUND-TRIP-LONG "$client" doctor 127.0.0.1
    tc qdisc del dev lo root
else
    fail "netem cannot be set up"
fi

check "unexport" "$host" unexport "$stick"
finds C-NOTHING-EXPORTED "$client" doctor 127.0.0.1
check "export" "$host" export "$stick"

# --- A daemon is killed while its device is in use ---
require "attach" attach_as far "$stick"
kill_host
wait_for "the port is free" 10 no_used_ports
got=$(complaints "$host" doctor)
check "H-CONTROL-STALE and H-CLAIMS-LEFT are found after a kill -9" equal "H-CONTROL-STALE H-CLAIMS-LEFT 13" "$got"
require "usbip-host starts again" start_host
wait_for "the stick is back with its driver" 5 has_driver "$stick" usb-storage
healthy "the host that has tidied up" "$host" doctor
check "usbip-host ends" stop_host
expect_no_hung_tasks
