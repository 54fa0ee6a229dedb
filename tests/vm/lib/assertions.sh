# shellcheck shell=bash
# What a scenario says about what it sees, and how it waits for it.

tell() {
    printf '%s %s: %s\n' "$1" "$SCENARIO" "$2"
    printf '%s %s: %s\n' "$1" "$SCENARIO" "$2" >&3
}

pass() {
    tell 'ok  ' "$*"
}

fail() {
    failures=$((failures + 1))
    tell FAIL "$*"
}

# Worth seeing, neither passed nor failed.
note() {
    tell note "$*"
}

# check 'what must be true' COMMAND...: when it is not, the command's last line says why.
# In this very shell, so that what the command sets stays set.
check() {
    local text=$1 status
    shift
    "$@" >check.output 2>&1 3>&-
    status=$?
    cat check.output
    if [ $status = 0 ]; then
        pass "$text"
    else
        fail "$text: $(tail -n 1 check.output | grep . || echo "status $status of: $*")"
        return 1
    fi
}

# What the rest of the scenario can't do without.
require() {
    check "$@" || exit 1
}

refute() {
    ! "$@"
}

equal() {
    [ "$1" = "$2" ] || {
        printf 'expected "%s", got "%s"\n' "$1" "$2"
        return 1
    }
}

at_most() {
    [ "$2" -le "$1" ] || {
        printf 'at most %s, got %s\n' "$1" "$2"
        return 1
    }
}

# report [COMMAND...]: takes the ok/FAIL/note lines of a program, or of its own input, for
# the scenario's own. Give it the command: in a pipe it would count in a shell of its own.
report() {
    local line lines=0 input=0
    [ $# = 0 ] || exec {input}< <("$@" 2>&1 3>&-)
    while IFS= read -r line; do
        case $line in
            'ok '*) pass "${line#ok }" ;;
            'FAIL '*) fail "${line#FAIL }" ;;
            'note '*) note "${line#note }" ;;
            *) printf '%s\n' "$line" ;;
        esac
        lines=$((lines + 1))
    done <&"$input"
    [ "$input" = 0 ] || exec {input}<&-
    [ $lines -gt 0 ] || fail "a program that should report says nothing"
}

# wait_until SECONDS COMMAND...
wait_until() {
    local deadline=$((${EPOCHREALTIME/./} + $1 * 1000000))
    shift
    until "$@" >/dev/null 2>&1; do
        [ "${EPOCHREALTIME/./}" -lt "$deadline" ] || return 1
        sleep 0.05
    done
}

# wait_for 'what comes' SECONDS COMMAND...: an assertion with patience.
wait_for() {
    local text=$1 seconds=$2 begin=${EPOCHREALTIME/./}
    shift 2
    if wait_until "$seconds" "$@"; then
        pass "$text ($(((${EPOCHREALTIME/./} - begin) / 1000)) ms)"
    else
        fail "$text: not within $seconds s: $*"
        return 1
    fi
}
