# shellcheck shell=bash
# What scenarios are told with. Source it first:
#   . "$VM_DIR/lib.sh"
# A scenario asserts with `check`, `require` and `wait_for`, and everything that it sets
# up through these files is taken down again when it ends, however it ends.
#
# fd 3 goes to the runner: one line per assertion. Daemons must not inherit it.
set -uo pipefail

for room in assertions devices programs gadgets health stories backends faults; do
    # shellcheck source=/dev/null
    . "$VM_DIR/lib/$room.sh"
done

failures=0
cleanups=()

# at_exit COMMAND: run when the scenario ends, the last one first.
at_exit() {
    cleanups+=("$*")
}

finish() {
    local index
    trap - EXIT
    for ((index = ${#cleanups[@]} - 1; index >= 0; index--)); do
        eval "${cleanups[index]}"
    done
    detach_all
    stop_host
    end_programs
    gadget_remove_all
    rmmod dummy_hcd 2>/dev/null
    exit $((failures > 0))
}
trap finish EXIT

# For a scenario with "# init: systemd": everything stays as it is, and the script runs anew after a
# reboot, with STAGE one higher.
reboot_then_go_on() {
    trap - EXIT
    [ $failures = 0 ] || exit 1
    exit 75
}
trap 'exit 1' TERM INT
