#!/usr/bin/env bash
# Makes dist/usbip-host and dist/usbip-client: each one file that runs without .NET on the machine.
#
#   build/publish.sh [--framework-dependent] [--rid RID] [--output DIR] [--force]
#
#   --framework-dependent  small files that need the .NET 10 runtime on the machine
#   --rid RID              for another kind of machine, such as linux-arm64
#   --output DIR           into DIR instead of dist
#   --force                although nothing has changed since the last time
#
# Ahead-of-time code (ReadyToRun) makes the programs start fast; self-contained ones are also
# trimmed to what they use. A second run without changes in the sources does nothing.
set -euo pipefail
cd "$(dirname "$0")/.."

usage() { sed -n '2,/^set /{/^#/s/^# \{0,1\}//p}' "$0"; }
say() { printf 'publish: %s\n' "$*"; }
refuse() { printf 'publish: %s\nTry: build/publish.sh --help\n' "$*" >&2; exit 2; }

case $(uname -m) in
    aarch64) rid=linux-arm64 ;;
    *) rid=linux-x64 ;;
esac
kind=self-contained output=dist force=""

while [ $# -gt 0 ]; do
    case $1 in
        -h | --help) usage; exit ;;
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

now=$(fingerprint)
if [ -z "$force" ] && [ -x "$output/usbip-host" ] && [ -x "$output/usbip-client" ] \
    && [ "$(cat "$output/.fingerprint" 2>/dev/null)" = "$now" ]; then
    say "$output/usbip-host and $output/usbip-client are up to date"
    exit
fi

options=(-c Release -nologo -v quiet -r "$rid" -p:PublishSingleFile=true -p:PublishDocumentationFiles=false
    -p:DebugType=embedded -p:CopyOutputSymbolsToPublishDirectory=false)
case $kind in
    self-contained) options+=(--self-contained -p:PublishTrimmed=true) ;;
    framework-dependent) options+=(--no-self-contained) ;;
esac
# The lock files hold for linux-x64; another machine's packages are locked aside.
if [ "$rid" != linux-x64 ]; then
    options+=("-p:RuntimeIdentifiers=$rid" "-p:NuGetLockFilePath=obj/$rid.lock.json" -p:RestoreLockedMode=false)
fi

# Made aside and moved, so that a program that runs at this moment keeps its file.
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for program in Host Client; do
    say "usbip-${program,,} for $rid, $kind"
    # The SDK compiles ahead of time only what is newer than the last time. What was compiled for the trimmed
    # framework of the other kind would pass for up to date, and the program would abort as it starts.
    compiled=src/UsbIp.$program/obj/Release/net10.0/$rid/R2R
    rm -rf "$compiled"
    [ ! -d "$compiled-$kind" ] || mv "$compiled-$kind" "$compiled"
    dotnet publish "src/UsbIp.$program" "${options[@]}" -o "$work"
    mv "$compiled" "$compiled-$kind"
done

mkdir -p "$output"
rm -f "$output/.fingerprint"
for program in usbip-host usbip-client; do
    mv -f "$work/$program" "$output/$program"
done
echo "$now" >"$output/.fingerprint"
for program in usbip-host usbip-client; do
    say "$output/$program, $(($(stat -c %s "$output/$program") >> 20)) MiB"
done
