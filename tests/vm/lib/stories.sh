# shellcheck shell=bash
# What is done to an imported device in the same way whatever stands behind it.

# disk_story BUSID: 64 MiB of files written, found again after detach and attach.
disk_story() {
    local busid=$1 far disk
    require "attach" attach_as far "$busid"
    require "the kernel sees a disk" wait_until 15 has_part "$far" block
    disk=/dev/$(part_of "$far" block)
    require "mkfs.ext4" mkfs.ext4 -qF "$disk"
    mkdir -p mnt
    require "mount" mount "$disk" mnt
    at_exit "umount -q $PWD/mnt"
    check "64 MiB of random files are written" write_files mnt
    (cd mnt && sha256sum -- *) >sums
    check "unmount" umount mnt
    require "detach" detach "$busid"
    wait_for "the port is free" 5 no_used_ports

    require "attach again" attach_as far "$busid"
    require "the kernel sees a disk again" wait_until 15 has_part "$far" block
    disk=/dev/$(part_of "$far" block)
    check "e2fsck finds nothing" e2fsck -fn "$disk"
    require "mount again" mount -o ro "$disk" mnt
    check "every checksum is the same" same_files mnt
    check "unmount again" umount mnt
    check "detach again" detach "$busid"
    wait_for "the port is free again" 5 no_used_ports
}

write_files() {
    local number
    for number in {1..16}; do
        head -c 4M /dev/urandom >"$1/file$number" || return 1
    done
    sync -f "$1"
}

same_files() {
    equal 16 "$(wc -l <sums)" && (cd "$1" && sha256sum --quiet -c ../sums)
}

typed_text='the quick brown fox jumps over the lazy dog 0123456789'

# keyboard_story BUSID COMMAND...: COMMAND types $typed_text, which the file ./keys
# holds too, one name of a key per line; the attached side must see the same.
keyboard_story() {
    local busid=$1 far reader
    shift
    require "attach" attach_as far "$busid"
    require "the kernel sees a keyboard" wait_until 10 has_part "$far" input
    # udev makes the node a little later than the kernel makes the device.
    require "it has a node" wait_until 5 test -c "/dev/input/$(part_of "$far" input)"
    grep -o . <<<"$typed_text" | sed 's/ /spc/' >keys
    "$VM_DIR/evdev.py" "/dev/input/$(part_of "$far" input)" --count "$(wc -l <keys)" --seconds 30 >seen 3>&- &
    reader=$!
    require "it is read" wait_until 10 grep -q ready seen
    # udev lets idle keyboards sleep, and USB/IP has no way to say that one woke up.
    sleep 3
    check "it is awake after 3 s without a key" equal active "$(<"/sys/bus/usb/devices/$far/power/runtime_status")"
    check "keys are typed" "$@"
    wait "$reader"
    check "every key arrives, in order, once" equal "$(paste -sd ' ' keys)" "$(tail -n 1 seen)"
    check "detach" detach "$busid"
}

# usbtest_story TIMES UNLINK_TIMES [OPTIONS]: the kernel's usbtest on a gadget, each case TIMES over and
# those that unlink UNLINK_TIMES, through usbip-host serve OPTIONS and usbip-client.
usbtest_story() {
    local zero far times=$1 unlink_times=$2
    shift 2
    load_vhci
    load_gadgets 1
    require "a SourceSink gadget is plugged in" gadget_source_sink zero
    zero=$(gadget_busid zero)
    require "usbtest has it" wait_until 5 has_driver "$zero" usbtest
    require "usbip-host serves it" start_host "$@" --export "$zero"
    require "attach" attach_as far "$zero"
    require "usbtest has what was attached" wait_until 5 has_driver "$far" usbtest

    report "$VM_DIR/usbtest.py" "$far" --cases 0-14,17-21,24,27-29 --times "$times" --unlink-times "$unlink_times"

    check "detach" detach "$zero"
    wait_for "the port is free" 5 no_used_ports
    check "usbip-host ends" stop_host
    wait_for "usbtest has the gadget again" 5 has_driver "$zero" usbtest
    expect_no_hung_tasks
}
