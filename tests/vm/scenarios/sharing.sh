#!/bin/bash
# about: several clients, one device: who has it, waiting in line, taking over, kick, races; watched from both sides
# seconds: 400
# cpus: 1
. "$VM_DIR/lib.sh"

# The same machine under several names counts as several clients: each looks for its own attachments only.
attach_from() {
    "$DIST/usbip-client" attach "$1:3240" "$busid" "${@:2}" --no-wait --log "$LOGS/bridge-$1.log" 3>&-
}

detach_from() {
    local file
    file=$(grep -lE "^$1 3240 $busid\$" /run/vhci_hcd/port* 2>/dev/null) || {
        echo "$1 has not attached $busid"
        return 1
    }
    "$DIST/usbip-client" detach "${file##*port}" 3>&-
}

# wait_in_line NAME: returns when the host has told that client its place, which is the last one, and sets $waiting.
wait_in_line() {
    place=$((place + 1))
    env --default-signal=INT "$DIST/usbip-client" attach "$1:3240" "$busid" --wait --no-wait \
        --log "$LOGS/bridge-$1.log" >"wait.$1" 2>&1 3>&- &
    waiting=$!
    wait_until 20 has_place "$1" "$place" "$place"
}

has_place() {
    grep -q "place $2 of $3" "wait.$1"
}

# its_turn NAME PROCESS: the device was given back, and that client has it now.
its_turn() {
    wait_for "it is $1's turn" 20 has_it "$1" || return
    check "and nobody else's" equal 1 "$(holders)"
    check "its command ends well" wait "$2"
}

has_it() {
    grep -qsE "^$1 3240 $busid\$" /run/vhci_hcd/port*
}

is_free() {
    "$DIST/usbip-host" status --json | jq -e '.devices[0].holder == null' >/dev/null
}

holders() {
    grep -lsE "^[^ ]+ 3240 $busid\$" /run/vhci_hcd/port* | wc -l
}

waiting_are() {
    "$DIST/usbip-host" status --json | jq -e ".devices[0].waiting == $1"
}

refused_with() {
    local output status
    output=$("$DIST/usbip-client" attach localhost:3240 "$busid" 2>&1 3>&-)
    status=$?
    printf '%s\n' "$output"
    [ $status = 6 ] && grep -q "$1" <<<"$output"
}

# taker_is_refused PATTERN: who takes it over is told why not.
taker_is_refused() {
    local output status
    output=$(attach_from 127.0.0.1 --take-over 2>&1)
    status=$?
    printf '%s\n' "$output"
    [ $status = 6 ] && grep -q "$1" <<<"$output"
}

stock_is_refused() {
    usbip attach -r 127.0.0.1 -b "$busid" 2>&1 | tee stock.output
    grep -qi 'busy' stock.output
}

told() {
    jq -es "any(.[]; .event == \"$2\" and ($3))" "$1" >/dev/null
}

# Two clients at once: 0 if exactly one got it.
race() {
    attach_from 127.0.0.1 >race.1 2>&1 &
    local first=$!
    attach_from localhost >race.2 2>&1 &
    local second=$! won=0
    wait $first && won=$((won + 1))
    wait $second && won=$((won + 1))
    if [ "$won $(holders)" != "1 1" ]; then
        echo "$won clients won, $(holders) hold it: $(cat race.1 race.2)"
        return 1
    fi
    detach_from 127.0.0.1 >/dev/null 2>&1 || detach_from localhost
    wait_until 10 is_free
}

races() {
    local round
    for round in $(seq "$1"); do
        race || {
            echo "in round $round"
            return 1
        }
    done
}

load_vhci
cp /etc/hosts hosts.before
at_exit "cp $PWD/hosts.before /etc/hosts"
echo "127.0.0.1 anna bert carl" >>/etc/hosts
require "usbip-host serves a virtual disk and a keyboard" start_host --listen 127.0.0.1 --virtual disk:16M --virtual keyboard
busid=$(virtual_busid 08)
keyboard=$(virtual_busid 03)
require "the disk has a busid" test -n "$busid"

# What a script starts in the background ignores Ctrl+C, unless told otherwise.
env --default-signal=INT "$DIST/usbip-host" watch --json >host.events 2>host.errors 3>&- &
host_watch=$!
env --default-signal=INT "$DIST/usbip-client" watch --json 127.0.0.1 >client.events 2>client.errors 3>&- &
client_watch=$!
wait_for "the host's watcher sees how things stand" 10 told host.events snapshot true
wait_for "the client's watcher too" 10 told client.events snapshot true

require "the first client attaches" attach_from 127.0.0.1
check "the second is told who has it" refused_with 'held by 127.0.0.1:[0-9]* since'
check "the stock client is told that it is busy" stock_is_refused
check "both watchers heard of the refusal" told client.events refused '.client != null'

place=0
require "anna waits in line" wait_in_line anna
anna=$waiting
require "bert waits behind her" wait_in_line bert
bert=$waiting
require "carl behind them" wait_in_line carl
carl=$waiting
require "and one more" wait_in_line localhost
last=$waiting
check "the host knows of all four" waiting_are 4
kill -INT $bert
wait $bert
check "bert leaves the middle of the line with Ctrl+C" equal 130 $?
wait_for "carl moves up" 10 has_place carl 2 3
wait_for "and so does the last" 10 has_place localhost 3 3

check "the first detaches" detach_from 127.0.0.1
its_turn anna $anna
check "anna detaches" detach_from anna
its_turn carl $carl
check "carl detaches" detach_from carl
its_turn localhost $last

check "it is not taken over where that is not allowed" taker_is_refused 'does not let clients take it over'
check "the export allows it from now on" "$DIST/usbip-host" export "$busid" --allow-take-over

# Its client is asked, and keeps it for as long as it uses it.
require "the client that has it has enumerated it" wait_until 10 is_attached "$busid"
far=$(local_of "$busid")
require "the client that has it sees a disk" wait_until 15 has_part "$far" block
disk=/dev/$(part_of "$far" block)
require "it has a node" wait_until 5 test -b "$disk"
require "it gets a file system" mkfs.ext4 -qF "$disk"
mkdir mounted
require "and is mounted" mount "$disk" mounted
at_exit "umount -q $PWD/mounted"
check "mounted, it is not taken over, and the taker is told where" taker_is_refused "its holder keeps it: ${disk##*/} is mounted on $PWD/mounted"
check "the client that has it goes on" sync -f mounted
check "and its log says who wanted it" wait_until 5 grep -q '127.0.0.1:[0-9]* wants it, and does not get it' "$LOGS/bridge-localhost.log"
check "it is unmounted" umount mounted
check "now it is taken over" attach_from 127.0.0.1 --take-over
wait_for "the one that held it is unplugged" 10 refute has_it localhost
check "its log says why" wait_until 5 grep -q 'taken over by 127.0.0.1' "$LOGS/bridge-localhost.log"

check "kick ends the session" "$DIST/usbip-host" kick "$busid" --reason 'maintenance at noon'
wait_for "the device is unplugged" 10 refute has_it 127.0.0.1
check "the client's log has the reason" wait_until 5 grep -q 'maintenance at noon' "$LOGS/bridge-127.0.0.1.log"
check "the host's log too" grep -q 'maintenance at noon' "$LOGS/host.log"
check "and so have the watchers" wait_until 5 told client.events released '.reason | contains("maintenance")'
wait_for "it is free" 10 is_free

check "of two clients that attach at once, one wins each time" races 3
check "of two clients that ask for the import at once, one wins each of 1,000 times" "$VM_DIR/race.py" "$busid" --times 1000
wait_for "it is free" 10 is_free

busid=$keyboard
check "a keyboard is to be taken back when nobody types" "$DIST/usbip-host" export "$busid" --idle-release 3s
require "it is attached" attach_from 127.0.0.1
wait_for "it is taken back" 30 refute has_it 127.0.0.1
check "the client's log says why" wait_until 5 grep -q 'idle for 3 s' "$LOGS/bridge-127.0.0.1.log"

check "a watcher on the host ends with Ctrl+C" kill -INT $host_watch
check "and one on a client" kill -INT $client_watch
wait $host_watch $client_watch
check "usbip-host ends" stop_host
wait_for "every port is free" 5 no_used_ports
expect_no_hung_tasks
