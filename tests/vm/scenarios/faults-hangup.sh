#!/bin/bash
# about: the terminal of usbip-host closes while its device is read
# seconds: 30
# alone: yes
. "$VM_DIR/lib.sh"

# serve_in_terminal [PREFIX]...: exports the stick in a terminal of its own, as over ssh.
# Sets terminal and host_process.
serve_in_terminal() {
    script -qefc "$* $DIST/usbip-host export $stick" "$LOGS/host.log" >/dev/null 2>&1 3>&- </dev/null &
    terminal=$!
    at_exit "kill $terminal 2>/dev/null"
    wait_until 60 is_listening || return 1
    host_process=$(program_pids usbip-host)
    [ -n "$host_process" ]
}

load_vhci
stick=$(busid_of 46f4:0001)
require "usbip-host serves the stick" serve_in_terminal
disk_in_use "$stick"

kill -9 "$terminal"
wait "$terminal" 2>/dev/null
# Not expect_unplug: the stick is this machine's own again, and may be a disk of the same name.
wait_for "the attached side sees an unplug" $unplug_seconds refute test -e "/sys/bus/usb/devices/$far"
wait_for "whoever uses it gets an error" $unplug_seconds refute is_running "$user"
wait_for "the port is free" $unplug_seconds no_used_ports
wait_for "its bridge has ended" 5 no_bridges
wait_for "usbip-host has ended" 10 refute is_running "$host_process"
wait_for "the stick is back with its driver" 5 has_driver "$stick" usb-storage

require "usbip-host serves the stick again, under nohup" serve_in_terminal nohup
kill -9 "$terminal"
wait "$terminal" 2>/dev/null
# It is still there without its terminal.
expect_reattach "$stick"
kill -TERM "$host_process"
wait_for "it ends when it is told to" 10 refute is_running "$host_process"
expect_no_hung_tasks
