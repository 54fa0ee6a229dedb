#!/bin/bash
# about: the packages: installed, used by ordinary users, killed, rebooted, attached again, removed
# seconds: 300
# init: systemd
. "$VM_DIR/lib.sh"
. "$VM_DIR/lib/packages.sh"
at_exit save_journal

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
        check "root gives it the stick" usbip-host access grant serial:QEMUSTICK1
        check "the keyboard's node stays root's" equal root "$(stat -c %G "$(node_of "$(busid_of 0627:0001)")")"
        check "a member of usbip-admin exports it, for good" as alice usbip-host export "$stick" --keep
        check "another user may not change that" refute as bob usbip-host unexport "$stick"
        check "but sees it" is_shown_to bob

        check "root sets up an attachment" usbip-client service enable 127.0.0.1 serial:QEMUSTICK1 --name stick
        wait_for "the kernel has the stick a second time" 60 is_attached "$stick"
        check "another user may not detach it" refute as bob systemctl stop usbip-attach@stick
        check "a member of usbip detaches it" as alice systemctl stop usbip-attach@stick
        wait_for "the kernel has it no longer" 10 no_used_ports
        check "and attaches it" as alice systemctl start usbip-attach@stick
        wait_for "the kernel has it again" 60 is_attached "$stick"
        check "the attachment runs without any capability" equal 0000000000000000 "$(capabilities_of usbip-attach@stick)"

        kill -9 "$(main_pid usbip-host)"
        wait_for "after kill -9 the stick is back with its driver" 15 has_driver "$stick" usb-storage
        wait_for "and then attached again, by itself" 60 is_attached "$stick"
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
        ;;
esac
