# shellcheck shell=bash
# usbip-host, usbip-client and the stock tools: started, asked, stopped.

# Where clients connect to: a scenario that puts something in between changes it.
host_address=127.0.0.1
host_port=3240
host_pid=
VHCI=/sys/devices/platform/vhci_hcd.0

is_listening() {
    ss -Hltn "sport = :$host_port" | grep -q .
}

# --- the hostile host, which also tries our bridge against itself ---

hostile_host=$VM_DIR/../UsbIp.HostileHost/bin/${CONFIGURATION:-Release}/net10.0/hostile-host

hostile_host_is_built() {
    [ -x "$hostile_host" ] || {
        echo "$hostile_host is missing: build it with 'dotnet build tests/UsbIp.HostileHost -c ${CONFIGURATION:-Release}'"
        return 1
    }
}

# --- usbip-host ---

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

# As from another machine: a client asks no host on a loopback address whether it is still there, for that may be a tunnel.
# To be followed by start_host --listen "$host_address".
use_another_address() {
    host_address=10.9.9.9
    ip address add "$host_address/32" dev lo && at_exit "ip address delete $host_address/32 dev lo"
}

listening_or_gone() {
    is_listening || refute is_running "$host_pid"
}

is_running() {
    [ -d "/proc/$1" ] && ! grep -q '^State:.*[ZX]' "/proc/$1/status"
}

# Asks it to end, and gives back its exit status.
stop_host() {
    local status
    [ -n "$host_pid" ] || return 0
    kill -CONT "$host_pid" 2>/dev/null
    kill -TERM "$host_pid" 2>/dev/null
    wait_until 10 refute is_running "$host_pid" || kill -9 "$host_pid"
    wait "$host_pid"
    status=$?
    host_pid=
    return $status
}

kill_host() {
    kill -9 "$host_pid"
    wait "$host_pid" 2>/dev/null
    host_pid=
}

# --- usbip-client ---

load_vhci() {
    modprobe vhci_hcd
    wait_until 10 test -e "$VHCI/status"
}

# attach BUSID [OPTION]...
attach() {
    "$DIST/usbip-client" attach "$host_address:$host_port" "$@" --log "$LOGS/bridge-$1.log" 3>&-
}

# attach_as NAME BUSID [OPTION]...: attaches, waits for the kernel, and sets the variable NAME
# to what the kernel calls it.
attach_as() {
    attach "${@:2}" || return 1
    wait_until 10 is_attached "$2" || {
        echo "$2 is attached, but the kernel has not enumerated it"
        return 1
    }
    printf -v "$1" %s "$(local_of "$2")"
}

detach() {
    local port
    port=$(port_of "$1") || {
        echo "no port holds $1"
        return 1
    }
    "$DIST/usbip-client" detach "$port" 3>&-
}

# --- The kernel's side of an import, whoever made it ---

# port_of BUSID: the vhci port that holds the host's device BUSID. The state files
# are those of the stock tools, so this finds their attachments too.
port_of() {
    grep -lE "^[^ ]+ [0-9]+ $1\$" /run/vhci_hcd/port* 2>/dev/null | sed 's/.*port//' | head -n 1 | grep .
}

# local_of BUSID: the name that the host's device BUSID has here.
local_of() {
    local port
    port=$(port_of "$1") || return 1
    awk -v port="$port" '($1 == "hs" || $1 == "ss") && $2 + 0 == port && $3 + 0 == 6 { print $NF }' \
        "$VHCI"/status* | grep .
}

is_attached() {
    local name
    name=$(local_of "$1") && [ -n "$(cat "/sys/bus/usb/devices/$name/bConfigurationValue" 2>/dev/null)" ]
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

# program_pids [NAME]: running processes of ours, and of the stock server.
program_pids() {
    find /proc -maxdepth 2 -path '/proc/[0-9]*/exe' -printf '%h %l\n' 2>/dev/null |
        sed -n "s,^/proc/\([0-9]*\) .*/\(${1:-usbip-host\|usbip-client\|usbipd}\)\$,\1,p"
}

end_programs() {
    local pids
    pids=$(program_pids)
    # shellcheck disable=SC2086 # one word per process
    [ -z "$pids" ] || kill -9 $pids 2>/dev/null
}

# --- The stock tools ---

start_stock_host() {
    modprobe usbip_host
    usbipd -D -P/run/usbipd.pid 3>&-
    at_exit stop_stock_host
    wait_until 10 is_listening
}

stop_stock_host() {
    [ ! -e /run/usbipd.pid ] || kill "$(</run/usbipd.pid)" 2>/dev/null
    wait_until 5 refute is_listening
}

stock_bind() {
    at_exit "usbip unbind -b $1"
    usbip bind -b "$1" 3>&-
}
