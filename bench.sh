#!/usr/bin/env bash
# Measures how fast USB/IP is here, and writes docs/benchmarks.md with tables and plots. A whole
# run takes hours, and replaces the results on record, the virtual machine's from its first
# device on.
#
#   ./bench.sh [--quick] [--native | --vm] [PART...]
#
#   --quick    shorter windows, fewer repeats, and only a disk in the virtual machine: under
#              5 minutes in all, besides the compiling that the first run begins with. Its
#              page and results are in artifacts/bench, and leave those on record as they are
#   --native   only outside the virtual machine: the programs at native speed, over loopback
#   --vm       only in the virtual machine: against the kernel's own usbip
#   PART       of the native half only: programs, host, bridge, sessions or micro
#
# What counts are ratios within one run; let the machine do nothing else meanwhile. Results
# are kept as JSON in benchmarks/results/, where a half that was not run keeps its last ones,
# and the page is written from all that are there. The exit status is 0 if everything ran,
# whether or not it was fast enough.
set -uo pipefail
cd "$(dirname "$0")" || exit 1

speed=full native=yes vm=yes parts=()
while [ $# -gt 0 ]; do
    case $1 in
        -h | --help) sed -n '2,/^set /{/^#/s/^# \{0,1\}//p}' "$0"; exit ;;
        --quick) speed=quick ;;
        --native) vm= ;;
        --vm) native= ;;
        programs | host | bridge | sessions | micro) parts+=("$1") vm= ;;
        *) printf 'bench: the option %s does not exist.\nTry: ./bench.sh --help\n' "$1" >&2; exit 2 ;;
    esac
    shift
done
if [ -z "$native$vm" ]; then
    [ ${#parts[@]} = 0 ] && why="--native and --vm each leave the other half out" || why="--vm leaves the native half out, and ${parts[0]} is a part of it"
    printf 'bench: %s.\nTry: ./bench.sh --help\n' "$why" >&2
    exit 2
fi

. build/prerequisites.sh
project=benchmarks/UsbIp.Benchmarks
program=$project/bin/Release/net10.0/usbip-bench
results=benchmarks/results page=docs/benchmarks.md
[ "$speed" = full ] || results=artifacts/bench/results page=artifacts/bench/benchmarks.md
vm_bench=tests/vm/bench
status=0

require_sdk || exit
install_packages libusb-1.0-0 || exit
install_linker || exit
build/publish.sh || exit
[ "$(cat dist/.kind)" = native ] || echo "bench: these programs have the .NET runtime inside; the figures on record are of native ones"
dotnet build "$project" -c Release -v quiet -nologo || exit
mkdir -p "$results"

if [ -n "$native" ]; then
    "$program" run dist "$results" "$speed" "${parts[@]}" || status=1
fi
if [ -n "$vm" ] && [ -x "$vm_bench" ]; then
    options=(--output "$results/vm.json")
    [ "$speed" = full ] || options+=(--quick)
    "$vm_bench" "${options[@]}" || status=1
fi
"$program" report "$results" "$page" || status=1
echo "bench: $page, from $results/"
exit $status
