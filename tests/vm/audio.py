#!/usr/bin/env python3
"""Sound whose every sample is told apart from every other, so that a lost, doubled or
misplaced one shows.

    audio.py write tone.wav --seconds 10      48 kHz, stereo, 16 bits
    audio.py compare tone.wav recorded.wav    is it in there whole, once, in order?

Frame n carries n: its low 15 bits on the left, the bits above, plus one, on the right: no
frame is silence. Silence follows, since a sound card drops the last few milliseconds when
it is stopped, and a recorder writes its file in blocks.
"""

import argparse
import array
import sys
import wave
from pathlib import Path

RATE = 48000


def numbered(count):
    samples = array.array("h")
    for n in range(count):
        samples.append((n & 0x7FFF) - 0x4000)
        samples.append((n >> 15) + 1)
    return samples


def numbers(samples):
    """The numbers of the frames that are not silence."""
    return [(left + 0x4000) | (right - 1) << 15
            for left, right in zip(samples[0::2], samples[1::2]) if right != 0]


def write(path, seconds):
    with wave.open(path, "wb") as output:
        output.setnchannels(2)
        output.setsampwidth(2)
        output.setframerate(RATE)
        output.writeframes(numbered(seconds * RATE).tobytes() + bytes(4 * RATE // 2))
    return 0


def samples_of(path, start=44):
    """The samples after the header, whose sizes a recorder still running has not filled in."""
    data = Path(path).read_bytes()[max(start, 44):]
    samples = array.array("h")
    samples.frombytes(data[:len(data) // 4 * 4])
    return samples


def compare(sent_path, recorded_path, start):
    want = len(numbers(samples_of(sent_path)))
    got = numbers(samples_of(recorded_path, start))
    if got == list(range(want)):
        return 0
    breaks = [(at, before, after) for at, (before, after) in enumerate(zip(got, got[1:])) if after != before + 1]
    for at, before, after in breaks[:5]:
        print(f"at {at / RATE:.3f} s frame {before} is followed by {after}")
    span = f"frames {got[0]} to {got[-1]}" if got else "no frame"
    print(f"{span} of {want}: {len(set(range(want)) - set(got))} lost, "
          f"{len(got) - len(set(got))} doubled, {len(breaks)} breaks")
    return 1


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    command = commands.add_parser("write")
    command.add_argument("path")
    command.add_argument("--seconds", type=int, default=10)
    command = commands.add_parser("compare")
    command.add_argument("sent")
    command.add_argument("recorded")
    command.add_argument("--from", dest="start", type=int, default=44, help="byte of the recording to begin at")
    options = parser.parse_args()
    if options.command == "write":
        return write(options.path, options.seconds)
    return compare(options.sent, options.recorded, options.start)


if __name__ == "__main__":
    sys.exit(main())
