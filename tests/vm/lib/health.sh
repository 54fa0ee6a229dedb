# shellcheck shell=bash
# What must not be left behind: hung tasks, and what a process holds.

# Waits out what only passes through: a removal takes a moment in D state.
no_stuck_tasks() {
    local tasks
    wait_until "${1:-3}" no_tasks_in_d && return
    tasks=$(ps -eo stat=,pid=,wchan:30=,comm= | awk '/^D/')
    echo "stuck: ${tasks//$'\n'/; }"
    return 1
}

no_tasks_in_d() {
    [ -z "$(ps -eo stat= | awk '/^D/')" ]
}

expect_no_hung_tasks() {
    check "no task stays in D state" no_stuck_tasks
}

# holdings PID: open files, threads and resident KiB.
holdings() {
    printf '%s %s %s\n' "$(find "/proc/$1/fd" -type l | wc -l)" "$(find "/proc/$1/task" -mindepth 1 -maxdepth 1 | wc -l)" \
        "$(awk '/^VmRSS/ { print $2 }' "/proc/$1/status")"
}
