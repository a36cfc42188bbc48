"""strace, which ends a server at a point: at the entry of a thread's K-th call of one kind, so that the call is not made.

It counts the calls of each thread by themselves. What a client asks for is done by one thread as long as it asks for one thing
after the other, so that counting to K reaches each of its calls; threads that work by themselves write little.

A process that was killed loses nothing that it had given to the system: what a disk loses with its power is another matter.
"""

import re
import shutil
from collections import Counter
from dataclasses import dataclass

# All that puts anything anywhere, and what wakes or tells somebody: at these it is done already.
WRITES = ["pwrite64", "pwritev", "fsync", "fdatasync", "ftruncate", "rename", "unlink", "write", "writev", "sendto", "sendmsg"]
LINE = re.compile(r"(?P<thread>\d+) +(?P<call>\w+)\((?P<rest>.*)")


@dataclass(frozen=True)
class Point:
    """The K-th call of one kind."""

    call: str
    number: int

    def kind(self):
        """What of it there may be fewer of than expected."""
        return self.call

    def __str__(self):
        return f"{self.call} {self.number}"


class Tracing:
    """The calls of one start of the server."""

    def __init__(self, log):
        self.log, self.starts = log, Counter()
        self.strace = shutil.which("strace")
        if self.strace is None:
            raise SystemExit("tests/crashes: please install the Debian package strace")

    def behind(self, point=None):
        """What a server is put behind that starts, to be killed at this point."""
        self.log.unlink(missing_ok=True)
        self.starts = Counter()
        # Of a message the beginning is kept. Not with --seccomp-bpf: strace 6.1 sends no signals then.
        how = [self.strace, "-f", "-qq", "-y", "-s", "20", "-e", "signal=none", "-o", str(self.log)]
        if point is None:
            return [*how, "-e", f"trace={','.join(WRITES)}"]
        return [*how, "-e", f"trace={point.call}", "-e", f"inject={point.call}:signal=KILL:when={point.number}"]

    def started(self):
        """It serves."""
        self.starts = self.most()

    def points(self, with_start):
        """All points of the run that is over."""
        most, first = self.most(), Counter() if with_start else self.starts
        return [Point(call, number) for call in WRITES for number in range(first[call] + 1, most[call] + 1)]

    def where(self, point):
        """Where a point was, in words."""
        counts = Counter()
        for thread, call, rest in self.read():
            counts[thread] += 1
            if call == point.call and counts[thread] == point.number:
                return f"{call} to {target(rest)}"
        return f"{point.call} somewhere"

    def read(self):
        """The calls that were made: thread, kind, and the rest of the line."""
        if not self.log.exists():
            return []
        lines = self.log.read_text(encoding="utf-8", errors="replace").splitlines()
        return [(one["thread"], one["call"], one["rest"]) for one in map(LINE.match, lines) if one]

    def most(self):
        """How often each kind of call was made by the thread that made it most."""
        counts, highest = Counter((thread, call) for thread, call, _ in self.read()), Counter()
        for (_, call), count in counts.items():
            highest[call] = max(highest[call], count)
        return highest


def target(rest):
    """What a call was about."""
    named = re.match(r'(?:\d+<(?P<path>[^>]*)>|"(?P<name>[^"]*)")', rest)
    path = (named["path"] or named["name"] or "") if named else ""
    if path.endswith(("-wal", "-shm", "-journal", ".db")):
        return "the database" + path[path.rfind(".db") + 3 :]
    if "socket" in path or "UNIX" in path:
        return "the client" if "HTTP/1." in rest else "a socket"
    return "wake a thread" if "eventfd" in path else "the log" if path.endswith(".log") else "another file"
