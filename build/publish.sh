#!/usr/bin/env bash
# Makes dist/usbip-host and dist/usbip-client: each one file that runs without .NET on the machine.
#
#   build/publish.sh [--ready-to-run | --framework-dependent] [--rid RID] [--output DIR] [--force]
#
#   --ready-to-run         with the .NET runtime inside, larger and slower to start; also made where
#                          native ones can't be: no linker (gcc or clang), no package of the native
#                          compiler, or for another kind of machine
#   --framework-dependent  small files that need the .NET 10 runtime on the machine
#   --rid RID              for another kind of machine, such as linux-arm64
#   --output DIR           into DIR instead of dist
#   --force                although nothing has changed since the last time
#
# The programs are compiled to machine code as a whole (NativeAOT): nothing is left for a compiler
# to do while they run. They need a C library that is at least as new as this machine's. A second
# run without changes in the sources does nothing.
set -euo pipefail
cd "$(dirname "$0")/.."
. build/prerequisites.sh

usage() { sed -n '2,/^set /{/^#/s/^# \{0,1\}//p}' "$0"; }
say() { printf 'publish: %s\n' "$*"; }
refuse() { printf 'publish: %s\nTry: build/publish.sh --help\n' "$*" >&2; exit 2; }

case $(uname -m) in
    aarch64) here=linux-arm64 ;;
    *) here=linux-x64 ;;
esac
rid=$here kind=native output=dist force=""

while [ $# -gt 0 ]; do
    case $1 in
        -h | --help) usage; exit ;;
        --ready-to-run) kind=ready-to-run ;;
        --framework-dependent) kind=framework-dependent ;;
        --rid) [ -n "${2:-}" ] || refuse "--rid needs a runtime identifier, such as linux-arm64."; rid=$2; shift ;;
        --output) [ -n "${2:-}" ] || refuse "--output needs a directory."; output=$2; shift ;;
        --force) force=yes ;;
        *) refuse "the option $1 does not exist." ;;
    esac
    shift
done

# What the programs are made of, and how: the same fingerprint means the same programs.
fingerprint() {
    {
        echo "$kind $rid $(dotnet --version)"
        find src packaging/client \
            Directory.Build.props Directory.Packages.props build/publish.sh \
            \( -name bin -o -name obj \) -prune -o -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum
    } | sha256sum | cut -d ' ' -f 1
}

# The packages of the build are locked; those of a compiler, or of another kind of machine, are locked aside.
lock_aside() {
    options+=("-p:NuGetLockFilePath=obj/$1.lock.json" -p:RestoreLockedMode=false)
}

can_be_native() {
    if [ "$rid" != "$here" ]; then
        say "this machine links for $here only"
        return 1
    fi
    if ! can_link; then
        say "no linker here: neither gcc nor clang, or no C library to link with (on Debian: apt install gcc libc6-dev)"
        return 1
    fi
    local program
    for program in Host Client; do
        if ! dotnet restore "src/UsbIp.$program" -nologo -v quiet -r "$rid" "${options[@]}" >"$work/restore" 2>&1; then
            grep -m 1 -o 'error NU1[0-9]*:.*' "$work/restore" || { cat "$work/restore"; exit 1; } # a package, or a mistake of ours
            say "the packages of the native compiler can't be had"
            return 1
        fi
    done
}

# compile PROGRAM
compile() {
    # The SDK compiles ahead of time only what is newer than the last time. What was compiled for the trimmed
    # framework of the other kind would pass for up to date, and the program would abort as it starts.
    local compiled=src/UsbIp.$1/obj/Release/net10.0/$rid/R2R
    rm -rf "$compiled"
    [ ! -d "$compiled-$kind" ] || mv "$compiled-$kind" "$compiled"
    dotnet publish "src/UsbIp.$1" -c Release -nologo -v quiet -r "$rid" "${options[@]}" -o "$work"
    [ ! -d "$compiled" ] || mv "$compiled" "$compiled-$kind"
}

leave_if_up_to_date() {
    now=$(fingerprint)
    [ -z "$force" ] && [ -x "$output/usbip-host" ] && [ -x "$output/usbip-client" ] &&
        [ "$(cat "$output/.fingerprint" 2>/dev/null)" = "$now" ] || return 0
    say "$output/usbip-host and $output/usbip-client are up to date"
    exit
}

# Made aside and moved, so that a program that runs at this moment keeps its file.
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

leave_if_up_to_date
options=(-p:PublishAot=true)
lock_aside "$rid-native"
if [ $kind = native ] && ! can_be_native; then
    say "making programs with the runtime inside instead (--ready-to-run)"
    kind=ready-to-run
    leave_if_up_to_date
fi
if [ $kind != native ]; then
    options=(-p:PublishReadyToRun=true -p:PublishSingleFile=true -p:DebugType=embedded)
    [ "$rid" = linux-x64 ] || lock_aside "$rid"
fi
case $kind in
    ready-to-run) options+=(--self-contained -p:PublishTrimmed=true) ;;
    framework-dependent) options+=(--no-self-contained) ;;
esac
[ "$rid" = linux-x64 ] || options+=("-p:RuntimeIdentifiers=$rid")
options+=(-p:PublishDocumentationFiles=false -p:CopyOutputSymbolsToPublishDirectory=false)

for program in Host Client; do
    say "usbip-${program,,} for $rid, $kind"
    compile "$program"
done

mkdir -p "$output"
rm -f "$output/.fingerprint"
for program in usbip-host usbip-client; do
    mv -f "$work/$program" "$output/$program"
done
echo $kind >"$output/.kind"
echo "$now" >"$output/.fingerprint"
for program in usbip-host usbip-client; do
    say "$output/$program, $(($(stat -c %s "$output/$program") >> 20)) MiB"
done
