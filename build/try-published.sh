#!/usr/bin/env bash
# Sees whether published programs run: they say their versions and their help, and one lists and
# inspects what the other serves. Needs no root and no device, and leaves nothing behind.
#
#   build/try-published.sh DIR
set -euo pipefail

give_up() { printf 'try-published: %s\n' "$*" >&2; exit 1; }

[ $# = 1 ] && [ -d "$1" ] || give_up "'${1:-}' is no directory of published programs; try build/try-published.sh dist"
programs=$(readlink -f "$1")
work=$(mktemp -d)
host_pid=
trap '[ -z "$host_pid" ] || kill "$host_pid" 2>/dev/null || true; rm -rf "$work"' EXIT

for program in usbip-host usbip-client; do
    "$programs/$program" --version | grep -q '[0-9]\.[0-9]' || give_up "$program does not say its version"
    "$programs/$program" --help | grep -q 'Exit codes:' || give_up "$program has no help"
done

# A port that nobody has; port 3240 may be a real host's.
port=$((20000 + RANDOM % 10000))
"$programs/usbip-host" --control "$work/control" serve --listen "127.0.0.1:$port" --virtual disk:8M >"$work/log" 2>&1 &
host_pid=$!
for ((tries = 0; ; tries++)); do
    ! grep -q ' ready' "$work/log" || break
    kill -0 "$host_pid" 2>/dev/null && [ $tries -lt 300 ] || { cat "$work/log"; give_up "usbip-host serve is not ready"; }
    sleep 0.1
done

"$programs/usbip-client" list "127.0.0.1:$port" >"$work/list"
# The virtual disk is all there is.
busid=$(grep -oE '[0-9]+-[0-9]+' "$work/list" | head -n 1) || { cat "$work/list"; give_up "usbip-client list shows no device"; }
"$programs/usbip-client" inspect "127.0.0.1:$port" "$busid" >"$work/inspect"
grep -q 'Mass Storage\|bInterfaceClass *8' "$work/inspect" || { cat "$work/inspect"; give_up "usbip-client inspect shows no disk"; }
kill "$host_pid"
wait "$host_pid" || give_up "usbip-host serve ended with status $?"
host_pid=
echo "usbip-host and usbip-client run"
