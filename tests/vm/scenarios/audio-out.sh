#!/bin/bash
# about: a sound card (isochronous OUT): 10 s played, none lost, none doubled
# seconds: 35
# alone: yes
. "$VM_DIR/lib.sh"

load_vhci
speaker=$(busid_of 46f4:0002)
require "usbip-host serves the speaker" start_host --export "$speaker"
require "attach" attach_as far "$speaker"
require "the kernel sees a sound card" wait_until 10 has_part "$far" sound
card=$(part_of "$far" sound)
card=${card#card}
require "it can play" wait_until 10 test -c "/dev/snd/pcmC${card}D0p"

"$VM_DIR/audio.py" write tone.wav --seconds 10
# At less than full volume QEMU would change the samples.
check "the volume is full" amixer -q -c "$card" sset 'Audio Output Volume Control' 256
recorded=$(stat -c %s /mnt/run/audio.wav)
# The kernel gives up on a card that takes nothing for as long as the buffer lasts; half a
# second happens on a busy emulated machine.
check "10 s are played" aplay -q -D "hw:$card,0" --buffer-time=2000000 tone.wav
check "every sample was recorded, once, in order" \
    "$VM_DIR/audio.py" compare tone.wav /mnt/run/audio.wav --from "$recorded"

check "detach" detach "$speaker"
check "usbip-host ends" stop_host
wait_for "the speaker is back with its driver" 5 has_driver "$speaker" snd-usb-audio
expect_no_hung_tasks
