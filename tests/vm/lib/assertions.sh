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
    local line last='' verdicts=0 input=0
    [ $# = 0 ] || exec {input}< <("$@" 2>&1 3>&-)
    while IFS= read -r line; do
        case $line in
            'ok '*) pass "${line#ok }" ;;
            'FAIL '*) fail "${line#FAIL }" ;;
            'note '*) note "${line#note }" ;;
            *) printf '%s\n' "$line" ;;
        esac
        case $line in 'ok '* | 'FAIL '*) verdicts=$((verdicts + 1)) ;; esac
        last=$line
    done <&"$input"
    [ "$input" = 0 ] || exec {input}<&-
    [ $verdicts -gt 0 ] || fail "a program gave no verdict: $last"
}

# --- Time ---
# A virtual machine without hardware help may run at a fraction of its speed, while others
# use the same processors. A clock alone would then tell of them, not of us.

# Milliseconds that this takes on an idle machine.
IDLE_LOOP_MS=80

# How much slower than an idle machine the guest runs at this moment, in percent.
slowness() {
    local begin=${EPOCHREALTIME/./} turns=0 percent
    while ((turns < 5000)); do
        turns=$((turns + 1))
    done
    percent=$(((${EPOCHREALTIME/./} - begin) / 10 / IDLE_LOOP_MS))
    echo $((percent > 100 ? percent : 100))
}

# A pipe in which there is never anything to read.
exec {nothing}<> <(:)

# pause SECONDS: sleep(1), which is a program, takes an emulated processor as long to start as
# one wants to wait between two looks.
pause() {
    read -r -t "$1" -u "$nothing" || true
}

# wait_until SECONDS COMMAND...: gives up when the time is over, and it has been looked
# often enough as well: on a machine that is short of time looking is slow too.
wait_until() {
    local deadline=$((${EPOCHREALTIME/./} + $1 * 1000000)) looks=$(($1 * 5))
    shift
    until "$@" >/dev/null 2>&1; do
        looks=$((looks - 1))
        [ "${EPOCHREALTIME/./}" -lt "$deadline" ] || [ $looks -gt 0 ] || return 1
        pause 0.05
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

# takes_at_most 'what' MILLISECONDS COMMAND...: and it must succeed.
takes_at_most() {
    local text=$1 limit=$2 begin took status
    shift 2
    begin=${EPOCHREALTIME/./}
    "$@" >check.output 2>&1 3>&-
    status=$?
    took=$(((${EPOCHREALTIME/./} - begin) / 1000))
    cat check.output
    limit=$((limit * $(slowness) / 100))
    if [ $status != 0 ]; then
        fail "$text: $(tail -n 1 check.output | grep . || echo "status $status of: $*")"
    elif [ $took -gt $limit ]; then
        fail "$text: took $took ms, more than $limit ms"
    else
        pass "$text ($took ms)"
    fi
}
