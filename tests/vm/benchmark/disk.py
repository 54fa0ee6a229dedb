"""What is done with a disk: big and small direct transfers, and a file system full of small files."""

import hashlib
import io
import mmap
import os
import random
import subprocess
import tarfile
import time
from pathlib import Path

from measure import Sample, repeat

MIB = 1 << 20
SMALL = 4096
PAGE = mmap.PAGESIZE
HUGE_PAGE = 2 * MIB
MAP_HUGETLB = 0x40000


class Disk:
    def __init__(self, node, rtt_ms):
        self.node = node
        self.rtt_ms = rtt_ms

    def measure(self, workload, meter):
        if workload == "disk-files":
            return self.files(meter)
        writes = workload.endswith("write")
        size = SMALL if "random" in workload else MIB
        fd = os.open(self.node, (os.O_WRONLY if writes else os.O_RDONLY) | os.O_DIRECT)
        try:
            return self.transfers(fd, writes, in_one_piece(size) if workload == "disk-read-whole" else scattered(size), meter)
        finally:
            os.close(fd)

    @staticmethod
    def transfers(fd, writes, pages, meter):
        size = sum(map(len, pages))
        places = os.lseek(fd, 0, os.SEEK_END) // size
        chooser = random.Random(2)

        def transfer(number):
            place = number % places if size == MIB else chooser.randrange(places)
            done = os.pwritev(fd, pages, place * size) if writes else os.preadv(fd, pages, place * size)
            if done != size:
                raise OSError(f"only {done} of {size} bytes")

        took, elapsed = repeat(transfer, meter)
        if writes:
            begun = time.monotonic()
            os.fsync(fd)
            elapsed += time.monotonic() - begun
        megabytes = len(took) * size / MIB
        if size == MIB:
            return Sample("MiB/s", megabytes / elapsed, len(took), megabytes, took)
        return Sample("IO/s", len(took) / elapsed, len(took), megabytes, took)

    def files(self, meter):
        """Untars a tree of small files onto a new ext4, and reads every one back from the disk."""
        # As many as a slow path takes within seconds, and the same on every path.
        count = max(10, int(200 / (1 + self.rtt_ms / 5)))
        archive, sums = tree(count)
        subprocess.run(["mkfs.ext4", "-qF", "-N", "1024", "-E", "nodiscard,lazy_itable_init=1,lazy_journal_init=1", self.node], check=True)
        place = Path("/run/benchmark-mnt")
        place.mkdir(exist_ok=True)
        subprocess.run(["mount", "-o", "noinit_itable", self.node, place], check=True)
        try:
            meter.start()
            begun = time.monotonic()
            with tarfile.open(fileobj=archive) as tar:
                tar.extractall(place)
            subprocess.run(["sync", "-f", place], check=True)
            took = []
            for name, wanted in sums.items():
                before = time.monotonic()
                with open(place / name, "rb") as file:
                    os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
                    if hashlib.sha256(file.read()).digest() != wanted:
                        raise OSError(f"{name} came back different")
                took.append(time.monotonic() - before)
            elapsed = time.monotonic() - begun
        finally:
            subprocess.run(["umount", place], check=True)
        return Sample("files/s", count / elapsed, count, 0, took)


def scattered(size):
    """`size` bytes in pages that are no neighbours in physical memory, as on a machine that has been up for a while.

    vhci_hcd takes 32 stretches of memory in a URB. In a fresh guest neighbours are common, by chance more in one turn
    than in the next, and one turn's disk would be asked for 128 KiB at a time, the next one's for three times that.
    """
    memory = memoryview(mmap.mmap(-1, 2 * size))
    memory[:] = random.Random(1).randbytes(2 * size)
    return [memory[start:start + PAGE] for start in range(0, 2 * size, 2 * PAGE)]


def in_one_piece(size):
    """`size` bytes that lie beside each other in physical memory too: the disk is asked for all of them at once."""
    Path("/proc/sys/vm/nr_hugepages").write_text("1")
    return [memoryview(mmap.mmap(-1, HUGE_PAGE, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | MAP_HUGETLB))[:size]]


def tree(count):
    """A tar of `count` files of 1 to 16 KiB in ten folders, and their checksums."""
    chooser = random.Random(count)
    archive, sums = io.BytesIO(), {}
    with tarfile.open(fileobj=archive, mode="w") as tar:
        for number in range(count):
            data = chooser.randbytes(chooser.randrange(1024, 16384))
            name = f"folder{number % 10}/file{number}"
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            tar.addfile(entry, io.BytesIO(data))
            sums[name] = hashlib.sha256(data).digest()
    archive.seek(0)
    return archive, sums
