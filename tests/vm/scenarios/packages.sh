#!/bin/bash
# about: the packages: installed, used by ordinary users, killed, rebooted, attached again, removed
# seconds: 700
# init: systemd
. "$VM_DIR/lib.sh"
. "$VM_DIR/lib/packages.sh"
at_exit save_journal
require "dpkg's lists are at hand" keep_dpkg_lists

stick=$(busid_of 46f4:0001)
case $STAGE in
    1)
        require "both packages install with dpkg" install_packages
        require "the host's service is ready" systemctl is-active --quiet usbip-host.service
        check "it runs as its own user" equal usbip-host "$(stat -c %U "/proc/$(main_pid usbip-host)")"
        check "without any capability" equal 0000000000000000 "$(capabilities_of usbip-host)"
        check "man finds the pages" man --where usbip-host usbip-client
        make_users

        check "what udev has not given to the service cannot be exported" refute as alice usbip-host export "$stick"
        require "root has a rule export it by words that udev does not know" usbip-host rule add allow class:storage
        check "rule check names the command that is missing" says "usbip-host access grant serial:QEMUSTICK1" usbip-host rule check "$stick"
        check "so does status" says "usbip-host access grant serial:QEMUSTICK1" usbip-host status
        check "so does doctor" says "H-NODE-PERMISSION.*$stick" usbip-host doctor
        check "root gives it the stick" usbip-host access grant serial:QEMUSTICK1
        check "then nothing is missing" refute says "access grant" usbip-host rule check "$stick"
        check "nor does doctor miss anything" refute says H-NODE-PERMISSION usbip-host doctor
        check "the rule goes" usbip-host rule remove 1
        keyboard=$(busid_of 0627:0001)
        check "root exports the keyboard" usbip-host export "$keyboard" --force
        check "which gives it to the service" equal usbip-host "$(stat -c %G "$(node_of "$keyboard")")"
        check "root takes it back" usbip-host unexport "$keyboard"
        check "also from the service" equal root "$(stat -c %G "$(node_of "$keyboard")")"
        disk=$(part_of "$stick" block)
        require "the stick is mounted" sh -c "mkfs.ext4 -q /dev/$disk && mount /dev/$disk /media"
        check "a member of usbip-admin may not export it, and is told why" says "$disk is mounted on /media" as alice usbip-host export "$stick"
        require "it is unmounted" umount /media
        check "a member of usbip-admin exports the stick, for good" as alice usbip-host export "$stick" --keep
        check "bash completes commands" completes "usbip-host expo" export
        check "and busids" completes "usbip-host unexport ${stick%?}" "$stick"
        check "fish completes commands" fish_completes "usbip-host expo" export
        check "and busids" fish_completes "usbip-host unexport ${stick%?}" "$stick"
        check "zsh completes commands" zsh_completes "usbip-host expo" "host export"
        check "and busids" zsh_completes "usbip-host unexport ${stick%?}" "unexport $stick"
        check "another user may not change that" refute as bob usbip-host unexport "$stick"
        check "but sees it" is_shown_to bob

        check "root sets up an attachment" usbip-client service enable 127.0.0.1 serial:QEMUSTICK1 --name stick
        wait_for "the kernel has the stick a second time" 60 is_attached "$stick"
        check "another user may not detach it" refute as bob systemctl stop usbip-attach@stick
        check "a member of usbip detaches it" as alice systemctl stop usbip-attach@stick
        wait_for "the kernel has it no longer" 10 no_used_ports
        wait_for "no state file stays" 10 no_state_files
        check "and attaches it" as alice systemctl start usbip-attach@stick
        wait_for "the kernel has it again" 60 is_attached "$stick"
        check "the attachment runs as a user of its own" equal usbip-client "$(stat -c %U "/proc/$(main_pid usbip-attach@stick)")"
        check "without any capability" equal 0000000000000000 "$(capabilities_of usbip-attach@stick)"
        check "nor has the broker one, which gave its socket to the kernel" equal 0000000000000000 "$(capabilities_of usbip-vhci)"
        check "another user may not ask the broker" equal 3 "$(as bob usbip-client attach 127.0.0.1 "$(busid_of 0627:0001)" >broker.log 2>&1; echo $?)"
        check "port says who keeps the stick" kept_by_service stick
        check "so does the stock usbip port" grep -q "usbip://127.0.0.1:3240/$stick" <(usbip port)

        check "alice lets clients take it over" as alice usbip-host export "$stick" --allow-take-over
        wait_for "the kernel has a disk of it" 20 has_part "$(local_of "$stick")" block
        disk=$(part_of "$(local_of "$stick")" block)
        require "that is mounted below /home" sh -c "mkdir -p /home/disk && mount /dev/$disk /home/disk"
        check "the service keeps it, and says what for" says "$disk is mounted on /home/disk" usbip-client attach localhost "$stick" --take-over # by another name: this machine knows which it has of 127.0.0.1
        require "it is unmounted" umount /home/disk

        check "root detaches it by its host and name" usbip-client detach 127.0.0.1 serial:QEMUSTICK1
        check "for good" unit_has_ended usbip-attach@stick
        check "it is started again" systemctl start usbip-attach@stick
        wait_for "and attached" 60 is_attached "$stick"
        check "the stock usbip detaches it" usbip detach --port "$(port_of "$stick")"
        wait_for "for good" 20 unit_has_ended usbip-attach@stick
        wait_for "no state file stays behind the stock tool" 10 no_state_files
        kill -9 "$(main_pid usbip-vhci)"
        check "it is started again, without the broker" systemctl start usbip-attach@stick
        wait_for "systemd starts that, and the stick is attached" 60 is_attached "$stick"
        broker=$(main_pid usbip-vhci)
        kill -9 "$broker"
        wait_for "the broker that attached it is killed" 10 is_gone "$broker"
        check "which unplugs nothing" is_attached "$stick"
        systemctl start usbip-vhci.service
        takes_at_most "another one ends" 3000 systemctl stop usbip-vhci.service
        check "which unplugs nothing" is_attached "$stick"

        require "the stick is pulled out" monitor device_del stick
        wait_for "the kernel has it no longer" 10 no_used_ports
        require "it is plugged in again" plug_stick
        wait_for "udev gives it to the service, and it is attached again" 60 is_attached "$stick"

        check "root exports the keyboard by hand" usbip-host export "$keyboard" --force
        check "which gives it to the service" equal usbip-host "$(stat -c %G "$(node_of "$keyboard")")"
        kill -9 "$(main_pid usbip-attach@stick)"
        wait_for "after kill -9 of the attachment the kernel has it no longer" 10 no_used_ports
        wait_for "and then again, by itself" 60 is_attached "$stick"

        kill -9 "$(main_pid usbip-host)"
        wait_for "after kill -9 the stick is back with its driver" 15 has_driver "$stick" usb-storage
        wait_for "and then attached again, by itself" 60 is_attached "$stick"
        stuck=$(main_pid usbip-host)
        kill -STOP "$stuck"
        wait_for "the watchdog ends a host that is stuck, and starts another" 60 is_another_host "$stuck"
        wait_for "and the stick is attached again, by itself" 60 is_attached "$stick"
        check "what was exported by hand is the service's no longer" equal root "$(stat -c %G "$(node_of "$keyboard")")"
        reboot_then_go_on
        ;;
    2)
        wait_for "after a reboot it is attached again, by itself" 60 is_attached "$stick"
        check "from the service" equal usbip-host "$(stat -c %G "$(node_of "$stick")")"

        takes_at_most "SIGTERM gives the stick back" 5000 stop_service
        check "to its driver" has_driver "$stick" usb-storage
        dpkg --listfiles usbip-client usbip-host >files
        check "both packages are removed" dpkg --remove usbip-client usbip-host
        check "nothing of them runs" nothing_runs
        check "both are purged" dpkg --purge usbip-client usbip-host
        check "nothing of them is left" nothing_is_left

        install -m 755 "$DIST/usbip-client" /usr/local/bin
        require "a host without a package serves a disk" start_host --virtual disk:16M
        disk=$(virtual_busid 08)
        check "a client without a package keeps it attached" /usr/local/bin/usbip-client service enable 127.0.0.1 "$disk" --name disk
        wait_for "it is attached" 60 is_attached "$disk"
        check "by a user of its own, too" equal usbip-client "$(stat -c %U "/proc/$(main_pid usbip-attach@disk)")"
        check "until it is disabled" /usr/local/bin/usbip-client service disable disk
        wait_for "then the port is free" 10 no_used_ports
        check "and nothing stays of the units that it wrote" equal "" "$(find /etc/systemd/system /etc/sysusers.d -name '*usbip-attach*' -o -name '*usbip-vhci*' -o -name '*usbip-client*')"
        ;;
esac
