"""The faults: each is begun somewhere at random, and ended by what beginning it gave."""

import signal
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from .servers import FAKETIME

HOUR = 3600


@dataclass
class Kind:
    """A kind of fault: how it is begun, what else of the same target it excludes, how many seconds it lasts, and how often
    it is chosen among others."""

    name: str
    begin: Callable
    excludes: str
    shortest: float
    longest: float
    weight: int
    of_server: bool = True


@dataclass
class Happened:
    """A fault that was done to something: a server by its place, or `database`."""

    kind: str
    target: str
    begun: float
    # Until when it may be felt: when everything answered again.
    felt: float = float("inf")
    undo: object = field(default=None, repr=False)


def nothing():
    """The end of a fault that ends by itself."""


class Faults:
    """What can be done to the servers and databases of a run."""

    def __init__(self, network, cluster, servers, rng, only, dense):
        self.network, self.cluster, self.servers, self.rng, self.dense = network, cluster, servers, rng, dense
        kinds = [
            Kind("link down", self.link_down, "link", 0.2, 25, 3),
            Kind("to the database lost", self.lost_there, "link", 0.2, 25, 3),
            Kind("from the database lost", self.lost_back, "link", 0.2, 25, 3),
            Kind("slow link", self.slow, "slow", 1, 15, 3),
            Kind("server paused", self.pause, "process", 0.1, 20, 4),
            Kind("server killed", self.kill, "process", 0.1, 8, 3),
            Kind("clock stepped", self.step_clock, "clock", 2, 15, 2),
            Kind("follow backend paused", self.pause_follower, "follower", 0.1, 20, 4, of_server=False),
            Kind("follow backend ended", self.end_follower, "follower", 0.1, 0.2, 2, of_server=False),
            Kind("backend paused", self.pause_backend, "backend", 0.1, 20, 2, of_server=False),
            # While there is no database nothing else is tried, so these are rare.
            Kind("database stopped at once", self.stop_database, "database", 0.1, 6, 1, of_server=False),
            Kind("database killed", self.kill_database, "database", 0.1, 6, 1, of_server=False),
        ]
        if cluster.standby:
            kinds.append(Kind("failover", self.fail_over, "database", 0.1, 0.2, 6, of_server=False))
        if not FAKETIME.exists():
            kinds = [kind for kind in kinds if kind.name != "clock stepped"]
        self.kinds = [kind for kind in kinds if not only or kind.name in only]
        if not self.kinds:
            raise SystemExit(f"tests/faults: nothing is called {' or '.join(only)}")
        self.going_on = {}
        self.all = []

    def plan(self):
        """Some faults for one round: when each begins, which it is, what it is done to, and how long it lasts."""
        is_dense = self.dense and self.rng.random() < 0.75
        count, begins, longest = (self.rng.randint(10, 16), 6, 5) if is_dense else (self.rng.randint(2, 7), 8, 25)
        plan = []
        for kind in self.rng.choices(self.kinds, [kind.weight for kind in self.kinds], k=count):
            target = self.rng.choice(self.servers) if kind.of_server else None
            # Short ones as often as long ones.
            lasts = kind.shortest * (min(kind.longest, longest) / kind.shortest) ** self.rng.random()
            plan.append((self.rng.uniform(0, begins), kind, target, lasts))
        return sorted(plan, key=lambda entry: entry[0])

    def begin(self, kind, target):
        """Begins a fault; `None` when another one is in its way, or it found nothing to do."""
        where = target.place if target else "database"
        if (kind.excludes, where) in self.going_on:
            return None
        begun = time.monotonic()
        undo = kind.begin(target) if target else kind.begin()
        if undo is None:
            return None
        happened = Happened(kind.name, where, begun, undo=undo)
        self.all.append(happened)
        self.going_on[kind.excludes, where] = happened
        return kind.excludes, where

    def end(self, which):
        """Ends a fault."""
        happened = self.going_on.pop(which)
        happened.undo()

    def end_all(self):
        """Ends all that go on."""
        for which in list(self.going_on):
            self.end(which)

    def recovered(self):
        """Everything answers again: what happened before is felt no more."""
        now = time.monotonic()
        for happened in self.all:
            happened.felt = min(happened.felt, now)

    def felt(self, since, until):
        """The faults that may have been felt in a time."""
        return [one for one in self.all if one.begun < until and since < one.felt]

    # --- Each kind ------------------------------------------------------------------------------------------

    def link_down(self, server):
        return self.network.cut(server.place)

    def lost_there(self, server):
        return self.network.lose_to_databases(server.place)

    def lost_back(self, server):
        return self.network.lose_from_databases(server.place)

    def slow(self, server):
        return self.network.slow(server.place, self.rng)

    def pause(self, server):
        server.pause()
        return server.resume

    def kill(self, server):
        server.kill()
        return server.start

    def step_clock(self, server):
        server.set_time(self.rng.choice([-HOUR, HOUR]))
        return lambda: server.set_time(0)

    def pause_one(self, pids):
        """Pauses one of these processes of the database."""
        database = self.cluster.primary
        pid = self.rng.choice(pids) if pids else None
        if pid is None or not database.signal(pid, signal.SIGSTOP):
            return None
        return lambda: database.signal(pid, signal.SIGCONT)

    def pause_follower(self):
        return self.pause_one(self.cluster.primary.followers())

    def pause_backend(self):
        return self.pause_one(self.cluster.primary.backends())

    def end_follower(self):
        pids = self.cluster.primary.followers()
        ended = pids and self.cluster.primary.signal(self.rng.choice(pids), signal.SIGTERM)
        return nothing if ended else None

    def stop_database(self):
        database = self.cluster.primary
        database.stop_at_once()
        return database.start

    def kill_database(self):
        database = self.cluster.primary
        database.kill(wholly=self.rng.random() < 0.5)
        return database.start

    def fail_over(self):
        return nothing if self.cluster.fail_over() else None
