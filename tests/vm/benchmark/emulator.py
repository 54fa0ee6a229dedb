"""What the emulator itself counts."""

import re

import monitor

# A processor has several tables of where pages are, of which the kernel's code and programs use different ones. A full flush counts
# once for all of them, a partial one once for each that it empties, and empty ones are not emptied again.
EMPTIED = re.compile(r"TLB (?:full|partial) flushes\s+(\d+)")


def tables_emptied():
    """How often one of the emulator's tables of translated addresses was emptied since the start; None where QEMU does not say.

    It does that for each change of address space, and finds each page and each piece of translated code anew then."""
    try:
        with monitor.opened() as command:
            found = EMPTIED.findall(command("info jit"))
    except (OSError, monitor.Refused):
        return None
    return sum(map(int, found)) if found else None
