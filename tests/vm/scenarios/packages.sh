#!/bin/bash
# about: the packages: installed, used by ordinary users, restarted, killed, rebooted, removed
# seconds: 400
# init: systemd
. "$VM_DIR/lib.sh"
. "$VM_DIR/lib/packages.sh"
at_exit save_journal

case $STAGE in
    1)
        require "both packages install with dpkg" install_packages
        require "the host's service is ready" systemctl is-active --quiet usbip-host.service
        check "it runs as its own user" equal usbip-host "$(stat -c %U "/proc/$(main_pid usbip-host)")"
        check "without any capability" equal 0000000000000000 "$(capabilities_of "$(main_pid usbip-host)")"
        check "man finds the pages" man_pages_are_there
        make_users

        stick=$(busid_of_serial QEMUSTICK1)
        check "what udev has not given to the service cannot be exported" refute as alice usbip-host export "$stick"
        check "root gives it the stick" usbip-host access grant serial:QEMUSTICK1
        check "a member of usbip-admin exports it" as alice usbip-host export "$stick"
        check "another user sees that" sh -c "runuser -u bob -- usbip-host status | grep -q '^$stick '"
        check "and may not change it" refute as bob usbip-host unexport "$stick"
        check "the keyboard's node stays root's" equal root "$(stat -c %G "$(node_of "$(busid_of_class 03)")")"

        set_up_attachment stick "$stick"
        check "a member of usbip attaches it" as alice systemctl start usbip-attach@stick
        wait_for "the kernel has the stick a second time" 60 is_attached "$stick"
        check "another user may not detach it" refute as bob systemctl stop usbip-attach@stick

        check "the service restarts" systemctl restart usbip-host.service
        check "its TCP socket was there all the time" is_listening
        wait_for "nothing is attached, for exports end with a daemon that keeps none" 60 refute is_attached "$stick"
        systemctl stop usbip-attach@stick

        check "the stick is exported again" as alice usbip-host export "$stick"
        check "and attached again" systemctl start usbip-attach@stick
        wait_for "the kernel has the stick" 60 is_attached "$stick"
        kill -9 "$(main_pid usbip-host)"
        wait_for "after kill -9 the stick is back with its driver" 15 has_driver "$stick" usb-storage
        wait_for "and the service runs again" 30 systemctl is-active --quiet usbip-host.service
        systemctl stop usbip-attach@stick

        check "it is exported once more" as alice usbip-host export "$stick"
        check "and attached" systemctl start usbip-attach@stick
        wait_for "the kernel has the stick once more" 60 is_attached "$stick"
        takes_at_most "SIGTERM gives the stick back" 5000 systemctl stop usbip-host.service usbip-host.socket usbip-host-control.socket
        check "to its driver" has_driver "$stick" usb-storage
        systemctl enable usbip-attach@stick
        reboot_then_go_on
        ;;
    2)
        stick=$(busid_of_serial QEMUSTICK1)
        wait_for "after the reboot the service is ready" 60 systemctl is-active --quiet usbip-host.service
        check "the stick is still the service's to open" equal usbip-host "$(stat -c %G "$(node_of "$stick")")"
        check "the attachment is still enabled" systemctl is-enabled --quiet usbip-attach@stick
        check "the stick is exported" as alice usbip-host export "$stick"
        systemctl restart usbip-attach@stick
        wait_for "and attached again" 60 is_attached "$stick"

        check "both packages are removed" dpkg --remove usbip-client usbip-host
        check "nothing of them runs" nothing_runs
        check "the stick is back with its driver" has_driver "$stick" usb-storage
        check "and purged" dpkg --purge usbip-client usbip-host
        check "nothing of them is left" nothing_is_left
        ;;
esac
