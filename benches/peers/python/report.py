"""What each program in Python reports, as the parent process reads it."""

import json
import sys
import time


def numbers():
    """The numbers of the work, from the command line."""
    return json.loads(sys.argv[1])


class Stopwatch:
    """Measures wall-clock time."""

    def __init__(self):
        self.started = time.perf_counter()

    def report(self, **found):
        """Prints what it took, the most memory that the process had, and what was found."""
        seconds = time.perf_counter() - self.started
        print(json.dumps({"seconds": seconds, "peak_kib": peak_kib(), "found": found}))


def peak_kib():
    """The most memory that this process had [KiB]."""
    with open("/proc/self/status", encoding="ascii") as status:
        fields = dict(line.split(":", 1) for line in status)
    return int(fields["VmHWM"].split()[0])
