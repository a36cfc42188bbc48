"""The one server of a run, which strace may watch."""

import os
import signal
import time
from pathlib import Path

from faulted.servers import Server

from .messages import Messages
from .tracing import Tracing

# So long a start may take on a busy machine, watched.
PATIENCE = 60


class Killed(Exception):
    """The server was gone before it served."""


class Watched(Server):
    """It is started anew for each kill, and once more to look at what is left."""

    def __init__(self, network, databases, work, program):
        super().__init__(network, databases, 0, work, program, lease=2)
        if databases:
            self.watch = Messages(network.listens(databases[0]))
            self.watch.kill = self.shoot
        else:
            self.watch = Tracing(work / "trace")

    def environment(self):
        """On SQLite there is no other database; and before PostgreSQL there is what watches."""
        environment = super().environment() | {"KEYSTEAD_WORKERS": "1"}
        if self.databases:
            address, port = self.watch.address()
            environment["KEYSTEAD_DATABASE_URL"] = f"postgres://keystead@{address}:{port}/postgres"
        else:
            del environment["KEYSTEAD_DATABASE_URL"]
        return environment

    def begin(self, point=None, watched=False):
        """Starts it, to be killed at a point or only watched, and waits until it serves."""
        behind = self.watch.behind(point)
        self.launch([*(behind if point or watched else []), *self.command("serve")], self.environment())
        end = time.monotonic() + PATIENCE
        while b"Keystead listens on " not in self.said():
            if not self.is_up():
                raise Killed
            if time.monotonic() > end:
                raise RuntimeError(f"no server after {PATIENCE} s: see {self.log_path}")
            time.sleep(0.005)
        self.watch.started()

    def shoot(self):
        """Ends it at once, and leaves it to others to notice."""
        self.process.kill()

    def is_gone(self, patience=0.3):
        """Whether it is gone, or goes soon."""
        end = time.monotonic() + patience
        while self.is_up() and time.monotonic() < end:
            time.sleep(0.005)
        return not self.is_up()

    def kill(self):
        """Ends it as `kill -9` does."""
        if self.process is None:
            return
        # Who watches it ends with it: not before, since what it held would still be held then.
        if self.is_up():
            for pid in children(self.process.pid) or [self.process.pid]:
                os.kill(pid, signal.SIGKILL)
        self.process.wait()
        self.process = None

    def tail(self):
        """The last lines of its log."""
        return "\n".join("    " + line for line in self.said().decode(errors="replace").splitlines()[-15:])


def children(pid):
    """The processes that a process has begun."""
    try:
        return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()]
    except OSError:
        return []
