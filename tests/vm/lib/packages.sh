# shellcheck shell=bash
# Packages on a machine that systemd runs, and the people who use it.

# dpkg reads each package's list of files, whatever it is asked: a thousand files of another machine's, a minute each time.
# So this machine has them on a disk of its own.
keep_dpkg_lists() {
    [ -d /root/dpkg ] || tar -C /root -xf "$LOGS/../dpkg.tar" || return 1
    mount --bind /root/dpkg /var/lib/dpkg
}

install_packages() {
    # Minutes of an emulated processor for an index that nobody asks for, and disks that nobody unplugs.
    rm -f /var/lib/man-db/auto-update
    dpkg --force-unsafe-io --install "$DIST"/usbip-host_*.deb "$DIST"/usbip-client_*.deb
}

save_journal() {
    journalctl --no-pager --boot --output short-monotonic >"$LOGS/journal.$STAGE"
}

# alice may do what is there for members, bob is nobody in particular.
make_users() {
    useradd --groups usbip-admin,usbip alice
    useradd bob
}

as() {
    runuser -u "$1" -- "${@:2}"
}

is_shown_to() {
    as "$1" usbip-host status | grep "^$stick "
}

main_pid() {
    systemctl show --property MainPID --value "$1.service"
}

capabilities_of() {
    sed -n 's/^CapEff:\s*//p' "/proc/$(main_pid "$1")/status"
}

# Until its process has ended; what systemd does then is not waited for.
stop_service() {
    local pid
    pid=$(main_pid usbip-host)
    systemctl stop --no-block usbip-host.service usbip-host.socket usbip-host-control.socket
    wait_until 20 refute is_running "$pid"
}

no_state_files() {
    equal "" "$(ls /run/vhci_hcd)"
}

# kept_by_service NAME: 'port' knows which process of the service keeps a device.
kept_by_service() {
    usbip-client port | grep "kept attached by process $(main_pid "usbip-attach@$1")$"
}

# completes LINE WORD: bash offers WORD behind LINE, with the completion that the package brought.
completes() {
    # shellcheck disable=SC2016 # for the other shell
    bash -c '
        . "/usr/share/bash-completion/completions/${1%% *}"
        COMP_LINE=$1 COMP_POINT=${#1}
        read -ra COMP_WORDS <<<"$1"
        COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
        "_${COMP_WORDS[0]//-/_}"
        printf "%s\n" "${COMPREPLY[@]}"' bash "$1" | grep -x -- "$2"
}

fish_completes() {
    # shellcheck disable=SC2016 # for the other shell
    fish -c 'complete -C "$argv[1]"' "$1" | cut -f 1 | grep -x -- "$2"
}

# zsh_completes LINE TEXT: the line that zsh makes of LINE and a tab contains TEXT.
zsh_completes() {
    timeout 180 "$VM_DIR/zsh_completes" "$1" "$2"
}

# is_another_host PID: the service runs, and not as that process.
is_another_host() {
    systemctl is-active --quiet usbip-host.service && [ "$(main_pid usbip-host)" != "$1" ]
}

is_gone() { [ ! -e "/proc/$1" ]; }

unit_has_ended() {
    equal inactive "$(systemctl is-active "$1")"
}

nothing_runs() {
    [ -z "$(program_pids)" ] && ! is_listening
}

# What the packages brought is in the file `files`; the rest is what they made.
nothing_is_left() {
    local left
    left=$(find /etc /run /var/lib -xdev \( -name '*usbip-host*' -o -name '*usbip-client*' -o -name '*usbip-attach*' -o -name '*usbip-vhci*' \) 2>/dev/null
        while read -r file; do
            [ -d "$file" ] || [ ! -e "$file" ] || echo "$file"
        done <files
        getent passwd usbip-host usbip-client
        getent group usbip-host usbip-admin usbip-client usbip)
    equal "" "$left"
}
