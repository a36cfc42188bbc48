"""Verifiers that also tell when a question got no verdict, and what is made of that."""

import json
import os
import time

from faulted.report import Reports
from faulted.verifier import Verifier

# Two questions without a verdict that are so near to each other belong to one time without.
NEAR = 0.25


class Watcher(Verifier):
    """Asks one server until it is ended."""

    bad = None

    def missed(self, status, sent, heard):
        """Notes it, together with those just before."""
        bad = self.bad
        if bad and bad["status"] == status and sent < bad["until"] + NEAR:
            bad["until"], bad["count"] = max(heard, bad["until"]), bad["count"] + 1
            return
        self.tell()
        self.bad = {"server": self.server, "status": status, "since": sent, "until": heard, "count": 1}

    def choose(self):
        """Keys to ask about next."""
        if self.bad and time.monotonic() > self.bad["until"] + NEAR:
            self.tell()
        return super().choose()

    def tell(self):
        """Tells the main process."""
        if self.bad:
            os.write(self.reports, json.dumps({"without": self.bad}).encode() + b"\n")
        self.bad = None


class Nothing:
    """No faults."""

    all, servers = [], []

    def felt(self, _since, _until):
        """None ever."""
        return []


class Notes(Reports):
    """What verifiers and those who change keys tell."""

    def __init__(self, lease):
        super().__init__(lease)
        self.without, self.changes = [], []

    def take(self, line, faults=Nothing()):
        """One line."""
        if "without" in line:
            self.without.append(line["without"])
            return
        if "status" in line and "answered" in line:
            self.changes.append(line)
        super().take(line, faults)
