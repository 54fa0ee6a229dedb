#!/bin/bash
# about: a stick by its alias, with the stock client and ours; plugged into another port it keeps name, rule and data
# seconds: 60
# cpus: 1
. "$VM_DIR/lib.sh"

# plug_stick PORT
plug_stick() {
    monitor device_add "usb-storage,bus=xhci.0,port=$1,id=stick,drive=stick-image,serial=QEMUSTICK1"
}

stick_home() {
    monitor device_del stick
    wait_until 5 refute busid_of 46f4:0001
    plug_stick 1
}

host() {
    "$DIST/usbip-host" "$@" 3>&-
}

# attach_by SELECTOR BUSID: our client; sets far to what the kernel calls it.
attach_by() {
    "$DIST/usbip-client" attach "127.0.0.1:$host_port" "$1" --log "$LOGS/bridge.log" 3>&- || return 1
    wait_until 10 is_attached "$2" && far=$(local_of "$2")
}

stock_attach() {
    usbip attach -r 127.0.0.1 -b "$1"
}

stock_detach() {
    usbip detach -p "$(port_of "$1")"
}

export USBIP_HOST_CONFIG=$PWD/config.yaml
load_vhci
stick=$(busid_of 46f4:0001)
check "without a daemon, an alias goes into the file" host alias backup serial:QEMUSTICK1
check "and so does a rule" host rule add allow backup
require "usbip-host serves what its rules say" start_host
wait_for "the stick is exported by its rule" 5 is_offered "$stick"
usbip list -r 127.0.0.1 >listing
cat listing
check "usbip list -r shows the real busid" grep -q "^ *$stick: " listing
check "and alias and serial number in the line below" grep -q 'alias=backup serial=QEMUSTICK1' listing
check "our list shows them too" sh -c "$DIST/usbip-client list 127.0.0.1 | grep -q 'QEMUSTICK1  backup'"

require "the stock client attaches by the alias" stock_attach backup
wait_for "the kernel has it" 10 is_attached backup
far=$(local_of backup)
require "it is a disk" wait_until 15 has_part "$far" block
head -c 4M /dev/urandom >data
check "4 MiB are written" dd if=data of="/dev/$(part_of "$far" block)" bs=1M oflag=direct status=none
check "usbip port shows the alias" sh -c "usbip port | grep -q 127.0.0.1:3240/backup"
check "usbip detach" stock_detach backup
wait_for "the port is free" 5 no_used_ports

at_exit stick_home
check "the stick is pulled out" monitor device_del stick
wait_for "it is offered no more" 5 refute is_offered "$stick"
check "it is plugged into another port" plug_stick 6
wait_for "the machine sees it" 10 busid_of 46f4:0001
moved=$(busid_of 46f4:0001)
check "under another busid" refute equal "$stick" "$moved"
wait_for "it is exported there" 5 is_offered "$moved"

for selector in backup serial:QEMUSTICK1 46f4:0001; do
    require "our client attaches $selector" attach_by "$selector" "$moved"
    require "it is a disk" wait_until 15 has_part "$far" block
    check "with what the stock client wrote" cmp -n $((4 << 20)) data "/dev/$(part_of "$far" block)"
    check "detach" detach "$moved"
    wait_for "the port is free" 5 no_used_ports
done

check "a rule takes it away from this machine alone" host rule add deny backup --from 127.0.0.0/8
check "our list is empty" sh -c "! $DIST/usbip-client list 127.0.0.1 | grep -q backup"
check "and the stock client gets nothing" refute stock_attach backup
check "rule check names the rule" sh -c "$DIST/usbip-host rule check backup --from 127.0.0.1 | grep -q 'may not be attached.*rule 2 says: deny'"
check "without that rule" host rule remove 2
require "it may again" attach_by backup "$moved"

check "a name that is too long is refused" sh -c "$DIST/usbip-host alias 123456789012345678901234 serial:1 2>&1 | grep -q 'the longest has 23'"
check "and one that looks like a busid" refute host alias 1-2 serial:1
check "usbip-host ends" stop_host
wait_for "the stick is back with its driver" 5 has_driver "$moved" usb-storage
expect_no_hung_tasks
