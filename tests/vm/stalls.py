"""A machine that gets no turn now and then, as a virtual one on a busy host or a laptop that hibernates."""

import random
import signal
import threading

# Seconds. Longer than what a program may take for a sign that nothing happens any more, and not so long that
# all it waits for is over.
STALL = (0.055, 0.085)
BETWEEN = (0.04, 0.12)


class Stalls:
    """Stops the machine for a moment, several times a second, from __enter__ to __exit__."""

    def __init__(self, machine):
        self.process = machine.process
        self.over = threading.Event()
        self.thread = threading.Thread(target=self.run)
        self.count = 0

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.thread.join()

    def run(self):
        chooser = random.Random(1)
        while not self.over.wait(chooser.uniform(*BETWEEN)) and self.process.poll() is None:
            self.process.send_signal(signal.SIGSTOP)
            self.over.wait(chooser.uniform(*STALL))
            self.process.send_signal(signal.SIGCONT)
            self.count += 1
