# shellcheck shell=bash
# What a machine needs before anything can be built here. Source it, then call
#   require_sdk                  the .NET 10 SDK must be there: how to get it differs from machine to machine
#   install_packages NAME...     Debian packages, those that are missing; asks apt, as root or through sudo
#   install_linker               what links the programs after they are compiled, if there is none
#   can_link                     whether there is

export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_SKIP_FIRST_TIME_EXPERIENCE=1
# Build servers that outlive their build would keep the output of a script open.
export MSBUILDDISABLENODEREUSE=1 DOTNET_CLI_USE_MSBUILD_SERVER=0
export HOME=${HOME:-/tmp}

give_up() {
    printf '%s\nTry: %s\n' "$1" "$2" >&2
    return 1
}

as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    elif command -v sudo >/dev/null; then
        sudo "$@"
    else
        give_up "'$*' needs root, and this machine has no sudo." "run this script as root"
    fi
}

require_sdk() {
    if ! dotnet --list-sdks 2>/dev/null | grep -q '^10\.'; then
        give_up "The .NET SDK 10 is missing: 'dotnet --list-sdks' names none." \
            "install it as https://learn.microsoft.com/dotnet/core/install/linux says, then run this again"
    fi
}

install_packages() {
    local missing=() package
    for package in "$@"; do
        [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || missing+=("$package")
    done
    [ ${#missing[@]} -gt 0 ] || return 0
    command -v apt-get >/dev/null ||
        give_up "These Debian packages are missing, and this machine has no apt-get: ${missing[*]}." "install what they hold" || return 1
    echo "installing ${missing[*]}"
    # The package lists may be missing on a fresh machine, or older than the archive: one update settles both.
    apt_install "${missing[@]}" || { as_root apt-get -qq update && apt_install "${missing[@]}"; } ||
        give_up "apt could not install ${missing[*]}." "apt-get update, and look at what it says"
}

install_linker() {
    can_link || install_packages gcc libc6-dev
}

# A compiler alone is not enough: Debian's gcc comes without the C library's files to link with.
can_link() {
    local compiler
    compiler=$(command -v clang || command -v gcc) &&
        echo 'int main(void) { return 0; }' | "$compiler" -x c -o /dev/null - 2>/dev/null
}

apt_install() {
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -y --no-install-recommends -o Dpkg::Use-Pty=0 install "$@" >/dev/null 2>&1
}
