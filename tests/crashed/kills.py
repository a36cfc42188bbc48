"""The kills of a run, each at another point of a script, and the look at what is left."""

import json
import random
import shutil
import signal
import tempfile
import time
from collections import Counter
from pathlib import Path

from faulted.changers import Api
from faulted.direct import Direct
from faulted.postgres import Database

from .checks import LOST, ORPHAN, Checks
from .known import Known
from .script import Script
from .server import Killed, Watched

# More are not printed.
MOST_WRONG = 20
# After so many points in vain the further ones of their kind are left out.
IN_VAIN = 5


class Run:
    """Everything that one run has made."""

    def __init__(self, given):
        self.given = given
        self.work = Path(tempfile.mkdtemp(prefix="ksc-"))
        # The database belongs to another user.
        self.work.chmod(0o711)
        self.database, self.server = None, None
        # Kills by where they came, and by what was going on; and points that were not reached.
        self.places, self.moments, self.missed = Counter(), Counter(), 0
        self.wrong, self.now = Counter(), "before the first kill"
        # Scripts that were begun, and points of a kind that were not reached one after the other.
        self.runs, self.in_vain = 0, Counter()

    def build(self):
        """Makes the database, and a tenant with a key."""
        given, places = self.given, ["db1"] if self.given.database == "postgres" else []
        network = Direct(places)
        print(f"seed {given.seed}; {given.database}; data in {self.work}", flush=True)
        if places:
            self.database = Database(network, places[0], self.work)
            self.database.make()
            self.database.await_answer()
        program = self.work / "keystead"
        shutil.copy(given.keystead, program)
        self.server = Watched(network, places, self.work, program)
        self.server.run("tenant", "create", "Acme", "--admin", "alice@acme.example", "--key-limit", "1000000")
        self.admin = self.server.run("key", "create", "--tenant", "Acme", "--name", "Admin")
        self.known = Known(0)
        self.checks = Checks(self.known, self.server, self.complain)
        self.server.begin()
        self.checks.new_rows(self.api())
        self.server.kill()

    def go_on(self):
        """Kills at every point of a script, then of others, until there were enough."""
        self.began, seed = time.monotonic(), self.given.seed
        while not self.is_over():
            points = self.survey(seed)
            for point in spread(points, self.given.kills - self.places.total()):
                if self.in_vain[point.kind()] < IN_VAIN:
                    self.kill_at(point, seed)
                if self.is_over():
                    break
            seed += 1
        self.look(finally_=True)

    def is_over(self):
        """Whether there were enough kills, or enough is wrong."""
        return self.places.total() >= self.given.kills or self.wrong.total() >= MOST_WRONG

    def survey(self, seed):
        """The points of a script, which is run once without a kill. The first one is also killed while the server starts: that
        is the same with each."""
        self.now = f"the script of seed {seed}, without a kill"
        self.in_vain.clear()
        self.server.begin(watched=True)
        self.change(seed)
        if self.known.pending:
            raise RuntimeError(f"the server ended by itself: see {self.server.log_path}")
        points = self.server.watch.points(with_start=seed == self.given.seed)
        self.look()
        print(f"seed {seed}: {len(points)} points", flush=True)
        return points

    def kill_at(self, point, seed):
        """One run of the script up to a point, and the look at what is left."""
        self.now = f"killed at {point} of the script of seed {seed}"
        moment = "while it started"
        try:
            self.server.begin(point)
            moment = self.change(seed)
        except Killed:
            pass
        if self.server.is_gone():
            place = self.server.watch.where(point)
            self.places[place] += 1
            self.moments[moment] += 1
            self.in_vain[point.kind()] = 0
            self.now += f", {place}, {moment}"
        elif self.known.pending:
            self.complain(LOST, f"no answer to {self.known.pending.what}, and the server lives")
        else:
            # Threads that work by themselves make not as many calls each time.
            self.missed += 1
            self.in_vain[point.kind()] += 1
        self.look()

    def change(self, seed):
        """The changes of a script, until the server is gone; amid what that was."""
        self.runs += 1
        api = self.api()
        for change in Script(self.known, random.Random(seed), self.runs).changes():
            self.known.begin(change)
            try:
                status, body = api.send(change.method, change.path, change.body, change.headers())
            except OSError:
                return f"amid {change.what}"
            if status not in (200, 201, 204):
                raise RuntimeError(f"{self.now}: {change.what}: {status} {body[:300]!r}")
            self.known.answer(json.loads(body or "{}"))
        return "after the last change"

    def look(self, finally_=False):
        """Starts a server on what is left, and looks at it."""
        self.server.kill()
        self.forget_lease()
        try:
            self.server.begin()
        except Killed:
            self.complain(ORPHAN, f"no server starts on what is left\n{self.server.tail()}")
            raise SystemExit(1) from None
        api = self.api()
        self.checks.after_kill(api)
        self.checks.verify_log()
        if finally_:
            self.checks.all(api)
        self.server.kill()
        self.forget_lease()

    def forget_lease(self):
        """A change that stops a key would wait until the lease of the dead server is over: tests/faults is about that."""
        if self.database:
            self.database.ask("DELETE FROM node_leases")

    def api(self):
        """A client with a connection of its own."""
        return Api(self.server.socket, self.admin)

    def complain(self, kind, what):
        """Something is not as it must be."""
        self.wrong[kind] += 1
        print(f"VIOLATION ({kind}): {what}\n    {self.now}", flush=True)

    def summary(self):
        """Says how it was; the exit code."""
        print("killed at: " + ", ".join(f"{place} {count}" for place, count in self.places.most_common()))
        print("killed: " + ", ".join(f"{moment} {count}" for moment, count in self.moments.most_common()))
        took, kills = time.monotonic() - self.began, self.places.total()
        print(
            f"{self.given.database}: {kills} kills in {took:.0f} s, {self.missed} points not reached; {self.known.answered} "
            f"changes answered, {len(self.known.keys())} keys; lost {self.wrong['lost']}, orphans {self.wrong['orphan']}",
            flush=True,
        )
        if self.given.broken:
            found = self.wrong.total() > 0
            print(f"broken as '{self.given.broken}': {'found' if found else 'NOT FOUND'}")
            return 0 if found else 1
        return 1 if self.wrong.total() or kills < self.given.kills else 0

    def close(self):
        """Removes everything that was made."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_IGN)
        if self.server:
            self.server.end()
        if self.database:
            self.database.end()
        if not self.given.keep:
            shutil.rmtree(self.work, ignore_errors=True)


def spread(points, count):
    """So many of them, from the first to the last; all when there are fewer."""
    if count >= len(points):
        return points
    return [points[number * len(points) // count] for number in range(count)]
