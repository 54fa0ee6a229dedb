#!/usr/bin/env bash
# Runs every layer of tests, from the format of the sources to a real kernel, and
# installs what they need.
#
#   ./test.sh [--fast]
#
#   --fast   without the acceptance tests in the virtual machine: some seven minutes on two
#            cores instead of 45 to 60
#
# Each layer prints one line, and what went wrong. The last line sums all layers up:
# N passed, N failed. The exit status is 0 only if nothing failed; a layer that could
# not run has failed. Logs are in artifacts/test/.
set -uo pipefail
cd "$(dirname "$0")" || exit 1

fast=
case ${1:-} in
    '') ;;
    --fast) fast=yes ;;
    -h | --help) sed -n '2,/^set /{/^#/s/^# \{0,1\}//p}' "$0"; exit ;;
    *) printf 'test: the option %s does not exist.\nTry: ./test.sh --help\n' "$1" >&2; exit 2 ;;
esac

. build/prerequisites.sh
solution=UsbIp.slnx
logs=artifacts/test
passed=0 failed=0 skipped=0
rm -rf "$logs"
mkdir -p "$logs"

# count NAME PASSED FAILED [SKIPPED]: one layer's line.
count() {
    passed=$((passed + $2)) failed=$((failed + $3)) skipped=$((skipped + ${4:-0}))
    local line
    line=$(printf '%-12s %5d passed, %d failed' "$1" "$2" "$3")
    [ "${4:-0}" = 0 ] || line+=", $4 skipped"
    printf '%s  (%d s)\n' "$line" $((SECONDS - began))
}

# step NAME COMMAND...: a layer that passes or fails as a whole; its output matters when it fails.
step() {
    local name=$1
    shift
    began=$SECONDS
    if "$@" >"$logs/$name.log" 2>&1 </dev/null; then
        count "$name" 1 0
    else
        count "$name" 0 1
        tail -n 40 "$logs/$name.log"
        return 1
    fi
}

finish() {
    local sum="$passed passed, $failed failed"
    [ $skipped = 0 ] || sum+=", $skipped skipped"
    echo "$sum"
    exit $((failed > 0))
}

prepare() {
    require_sdk && install_packages libusb-1.0-0 usb.ids lintian systemd gcc libc6-dev libusb-1.0-0-dev
}

build() {
    dotnet restore "$solution" --locked-mode -v quiet &&
        dotnet build "$solution" -c Release --no-restore -v quiet -nologo
}

# The tests mostly wait, so that it takes next to no time beside them.
begin_format() {
    dotnet format "$solution" --verify-no-changes --no-restore >"$logs/format.out" 2>&1 </dev/null &
    formatting=$!
}

end_format() {
    wait "$formatting"
    local status=$?
    cat "$logs/format.out"
    return $status
}

# Unit and session tests: one file of results for each test project.
unit_tests() {
    local results=$logs/results project name total=0 bad=0 left_out=0 numbers
    began=$SECONDS
    USBIP_ALL_TESTS=1 dotnet test "$solution" -c Release --no-build --nologo --logger trx --results-directory "$results" \
        --blame-hang-timeout 2m --blame-hang-dump-type none >"$logs/tests.log" 2>&1 </dev/null
    local status=$?
    for project in tests/*.Tests/*.csproj; do
        name=$(basename "$project" .csproj)
        numbers=$(sum_of "$results" "$name") || { echo "$name gave no results"; bad=$((bad + 1)); continue; }
        # shellcheck disable=SC2086
        set -- $numbers
        total=$((total + $1)) bad=$((bad + $2)) left_out=$((left_out + $3))
    done
    # A test that hung or crashed its project is in no file.
    [ $status = 0 ] || [ $bad -gt 0 ] || bad=1
    count tests $total $bad $left_out
    [ $bad = 0 ] || grep -vE '^\s*(Test run for|A total of|Passed|Results File|Data collector|at (FluentAssertions|System|Xunit)\.|$)' "$logs/tests.log" | tail -n 80
}

# sum_of RESULTS PROJECT: its passed, failed and skipped tests.
sum_of() {
    local file
    file=$(grep -lsi "/$2.dll\"" "$1"/*.trx | head -n 1)
    [ -n "$file" ] || return 1
    sed -n 's/.*<Counters total="\([0-9]*\)" executed="\([0-9]*\)" passed="\([0-9]*\)".*/\1 \2 \3/p' "$file" |
        awk '{ print $3, $2 - $3, $1 - $2; found = 1 } END { exit !found }'
}

# What is tested is what is shipped: programs without the runtime inside.
publish_native() {
    build/publish.sh && [ "$(cat dist/.kind)" = native ]
}

# The programs for machines that have .NET, in a folder of their own: dist is what all other layers take.
framework_dependent() {
    local small=artifacts/framework-dependent
    build/publish.sh --framework-dependent --output "$small" && build/try-published.sh "$small"
}

# A regression of the speed, as ratios within one run: alone, before the virtual machines keep the processors busy.
speed() {
    benchmarks/UsbIp.Benchmarks/bin/Release/net10.0/usbip-bench guard dist
}

vm_tests() {
    began=$SECONDS
    tests/vm/run --all --jobs 2 --again </dev/null 2>&1 | tee "$logs/vm.log" | grep --line-buffered -E '^(FAIL|----)'
    local numbers
    numbers=$(sed -n '$s/^\([0-9]*\) passed, \([0-9]*\) failed.*/\1 \2/p' "$logs/vm.log")
    if [ -n "$numbers" ]; then
        # shellcheck disable=SC2086
        count vm $numbers
    else
        count vm 0 1
        tail -n 40 "$logs/vm.log"
    fi
}

# not_run NAME...: layers that another layer's failure left without a chance.
not_run() {
    local name
    began=$SECONDS
    for name in "$@"; do
        echo "$name could not run"
        count "$name" 0 1
    done
}

if ! step prepare prepare; then
    not_run build format tests publish run small packages speed
    [ -n "$fast" ] || not_run vm
    finish
fi
if step build build; then
    begin_format
    unit_tests
    step format end_format
else
    not_run format tests
fi
if step publish publish_native; then
    step run build/try-published.sh dist
    step small framework_dependent
    step packages packaging/build-debs.sh
    step speed speed
    [ -n "$fast" ] || vm_tests
else
    not_run run small packages speed
    [ -n "$fast" ] || not_run vm
fi
finish
