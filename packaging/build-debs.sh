#!/usr/bin/env bash
# Makes dist/usbip-host_VERSION_ARCH.deb and dist/usbip-client_VERSION_ARCH.deb: programs, systemd units, udev and
# polkit rules, manual pages and completion. Builds the programs first if they are not up to date.
#
#   packaging/build-debs.sh [--output DIR] [--no-lint]
#
#   --output DIR  packages into DIR instead of dist
#   --no-lint     without lintian and without the check of the units' sandboxes
set -euo pipefail
cd "$(dirname "$0")/.."

usage() { sed -n '2,/^set /{/^#/s/^# \{0,1\}//p}' "$0"; }
say() { printf 'build-debs: %s\n' "$*"; }
refuse() { printf 'build-debs: %s\nTry: packaging/build-debs.sh --help\n' "$*" >&2; exit 2; }

# What 'systemd-analyze security' may find exposed, in tenths: 10 of 10 is a service without a sandbox.
MAX_EXPOSURE=20

output=dist lint=yes
while [ $# -gt 0 ]; do
    case $1 in
        -h | --help) usage; exit ;;
        --output) output=${2:?'--output needs a directory'}; shift ;;
        --no-lint) lint="" ;;
        *) refuse "the option $1 does not exist." ;;
    esac
    shift
done

version=$(sed -n 's,.*<Version>\(.*\)</Version>.*,\1,p' Directory.Build.props)
architecture=$(dpkg --print-architecture)
# The same sources make the same packages: no file is younger than the last commit.
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || date +%s)}
export SOURCE_DATE_EPOCH

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# install_file MODE SOURCE TREE/DESTINATION
install_file() { install -D -m "$1" "$2" "$3"; }

render_completion() {
    local program=$1 tree=$2 shell target
    for shell in bash:usr/share/bash-completion/completions/$program \
        zsh:usr/share/zsh/vendor-completions/_$program fish:usr/share/fish/vendor_completions.d/$program.fish; do
        target=$tree/${shell#*:}
        mkdir -p "$(dirname "$target")"
        sed "s/@PROGRAM@/$program/g; s/@FUNCTION@/${program//-/_}/g" "packaging/completion/${shell%%:*}" >"$target"
        chmod 644 "$target"
    done
}

# What every package has.
stage() {
    local program=$1 room=$2 tree=$work/$1 share=$work/$1/usr/share
    install_file 755 "dist/$program" "$tree/usr/bin/$program"
    install_file 644 "$work/manuals/$program.1" "$share/man/man1/$program.1"
    gzip -9n "$share/man/man1/$program.1"
    render_completion "$program" "$tree"
    {
        printf 'Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\nUpstream-Name: UsbIp\n\n'
        printf 'Files: *\nCopyright: 2026 The UsbIp authors\nLicense: Expat\n'
        sed '1,4d; s/^$/./; s/^/ /' LICENSE
    } >"$work/copyright"
    install_file 644 "$work/copyright" "$share/doc/$program/copyright"
    printf '%s (%s) unstable; urgency=medium\n\n  * See /usr/share/doc/%s/CHANGES.md.gz.\n\n -- The UsbIp authors <usbip@localhost.localdomain>  %s\n' \
        "$program" "$version" "$program" "$(date -u -R -d "@$SOURCE_DATE_EPOCH")" >"$work/changelog"
    install_file 644 "$work/changelog" "$share/doc/$program/changelog.gz.tmp"
    gzip -9nc "$share/doc/$program/changelog.gz.tmp" >"$share/doc/$program/changelog.gz"
    rm "$share/doc/$program/changelog.gz.tmp"
    gzip -9nc CHANGELOG.md >"$share/doc/$program/CHANGES.md.gz"
    chmod 644 "$share/doc/$program/"*.gz
    install_file 644 "packaging/$room/lintian-overrides" "$share/lintian/overrides/$program"
    install_file 644 "packaging/$room/$program.sysusers" "$tree/usr/lib/sysusers.d/$program.conf"
}

# What was compiled whole needs no memory that is written and then run.
install_unit() {
    local unit=$2/lib/systemd/system/${1##*/}
    install_file 644 "$1" "$unit"
    [ "$(cat dist/.kind)" != native ] || sed -i -e '/^# A program with the .NET runtime inside/,+1d' -e 's/^SystemCallArchitectures=/MemoryDenyWriteExecute=yes\n&/' "$unit"
}

stage_host() {
    local tree=$work/usbip-host unit
    stage usbip-host host
    for unit in usbip-host.service usbip-host.socket usbip-host-control.socket; do
        install_unit "packaging/host/$unit" "$tree"
    done
    install_file 644 packaging/host/usbip-host.tmpfiles "$tree/usr/lib/tmpfiles.d/usbip-host.conf"
    install_file 644 packaging/host/72-usbip-host.rules "$tree/lib/udev/rules.d/72-usbip-host.rules"
}

stage_client() {
    local tree=$work/usbip-client
    stage usbip-client client
    local unit
    for unit in usbip-attach@.service usbip-vhci.socket usbip-vhci.service; do
        install_unit "packaging/client/$unit" "$tree"
    done
    install_file 644 packaging/client/50-usbip-client.rules "$tree/usr/share/polkit-1/rules.d/50-usbip-client.rules"
}

# Its control files, and the package itself.
pack() {
    local program=$1 room=$2 tree=$work/$1 size script libc
    # The newest version whose functions it calls: that of the machine which linked it, at most.
    libc=$(grep -aoE 'GLIBC_2\.[0-9]+' "dist/$program" | sort -uV | tail -n 1)
    size=$(du -sk --apparent-size "$tree" | cut -f 1)
    mkdir -p "$tree/DEBIAN"
    sed "s/@VERSION@/$version/; s/@ARCHITECTURE@/$architecture/; s/@SIZE@/$size/; s/@LIBC@/${libc#GLIBC_}/" "packaging/$room/control" >"$tree/DEBIAN/control"
    for script in postinst prerm postrm; do
        install_file 755 "packaging/$room/$script" "$tree/DEBIAN/$script"
    done
    (cd "$tree" && find . -path ./DEBIAN -prune -o -type f -printf '%P\0' | LC_ALL=C sort -z | xargs -0 md5sum) >"$tree/DEBIAN/md5sums"
    find "$tree" -newermt "@$SOURCE_DATE_EPOCH" -print0 | xargs -0 touch --no-dereference --date="@$SOURCE_DATE_EPOCH"
    mkdir -p "$output"
    dpkg-deb --root-owner-group -Zxz --build "$tree" "$output/${program}_${version}_$architecture.deb" >/dev/null
    say "$output/${program}_${version}_$architecture.deb, $(($(stat -c %s "$output/${program}_${version}_$architecture.deb") >> 20)) MiB"
}

check_sandbox() {
    local unit=$1 copy
    copy=$work/units/$(basename "${unit/@/@check}")
    mkdir -p "$work/units"
    cp "$unit" "$copy"
    systemd-analyze security --offline=true --threshold=$MAX_EXPOSURE --no-pager "$copy" >"$work/exposure" ||
        { cat "$work/exposure"; return 1; }
    say "$(tail -n 1 "$work/exposure" | sed 's/^[^O]*//')"
}

build/publish.sh
say "manual pages"
mkdir -p "$work/manuals"
dotnet run --project packaging/UsbIp.Manuals -c Release -- "$work/manuals"
stage_host
stage_client
pack usbip-host host
pack usbip-client client
if [ -n "$lint" ]; then
    check_sandbox "$work/usbip-host/lib/systemd/system/usbip-host.service"
    check_sandbox "$work/usbip-client/lib/systemd/system/usbip-attach@.service"
    check_sandbox "$work/usbip-client/lib/systemd/system/usbip-vhci.service"
    # It needs no root, and warns where it has it.
    lintian --allow-root --fail-on error,warning --tag-display-limit 0 "$output/usbip-host_${version}_$architecture.deb" "$output/usbip-client_${version}_$architecture.deb"
    say "lintian finds nothing"
fi
