"""A network of namespaces: each server and each database has one, with one cable to a bridge in a further one.

Only iproute2 is asked for. A direction is lost by a neighbour entry that names a card which nobody has: what is sent there
reaches the bridge and no further, and whoever sends hears of nothing.
"""

import os
import subprocess

NOBODY = "02:00:00:00:00:99"


def quiet(*command):
    """Runs a command, and tells whether it succeeded."""
    return subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False).returncode == 0


def must(*command):
    """Runs a command that has to succeed."""
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(command)}: {done.stderr.strip()}")


class Namespaces:
    """The network of one run."""

    def __init__(self, places):
        self.prefix = f"ksf{os.getpid()}"
        self.made = []
        self.places = places
        self.databases = [place for place in places if place.startswith("db")]
        try:
            self.build()
        except BaseException:
            self.close()
            raise
        self.has_netem = self.try_netem()
        slow = "netem" if self.has_netem else "a narrow token bucket, as the kernel has no netem"
        self.name = f"network namespaces, slow links by {slow}"

    def build(self):
        """Lays the cables."""
        hub = self.add("hub")
        must("ip", "-n", hub, "link", "add", "bridge0", "type", "bridge")
        must("ip", "-n", hub, "link", "set", "bridge0", "up")
        for place in self.places:
            space = self.add(place)
            must("ip", "-n", hub, "link", "add", place, "type", "veth", "peer", "name", "eth0", "netns", space)
            must("ip", "-n", hub, "link", "set", place, "master", "bridge0", "up")
            must("ip", "-n", space, "address", "add", f"{self.address(place)}/24", "dev", "eth0")
            for link in ("lo", "eth0"):
                must("ip", "-n", space, "link", "set", link, "up")

    def add(self, place):
        """Makes a namespace."""
        space = self.space(place)
        must("ip", "netns", "add", space)
        self.made.append(space)
        return space

    def space(self, place):
        """What the namespace of a place is called."""
        return f"{self.prefix}-{place}"

    def address(self, place):
        """Where it is reached by others."""
        return f"10.77.0.{10 + self.places.index(place)}"

    def within(self, place):
        """What a command is put behind to run there."""
        return ["ip", "netns", "exec", self.space(place)]

    def listens(self, place):
        """Address and port at which the database of a place listens."""
        return self.address(place), 5432

    def route(self, _node, database):
        """Address and port at which a server reaches a database."""
        return self.address(database), 5432

    def try_netem(self):
        """Many kernels come without it."""
        hub, port = self.space("hub"), self.places[0]
        there = quiet("tc", "-n", hub, "qdisc", "add", "dev", port, "root", "netem", "delay", "1ms")
        return there and quiet("tc", "-n", hub, "qdisc", "del", "dev", port, "root")

    def cut(self, place):
        """Pulls the cable; what it gives puts it back."""
        must("ip", "-n", self.space("hub"), "link", "set", place, "down")
        return lambda: must("ip", "-n", self.space("hub"), "link", "set", place, "up")

    def lose(self, source, target):
        """Loses all that one place sends to another."""
        end = self.address(target)
        entry = ["ip", "-n", self.space(source), "neigh"]
        must(*entry, "replace", end, "lladdr", NOBODY, "dev", "eth0", "nud", "permanent")
        return lambda: must(*entry, "del", end, "dev", "eth0")

    def lose_to_databases(self, node):
        """Loses what a server sends, and lets it hear."""
        return together([self.lose(node, database) for database in self.databases])

    def lose_from_databases(self, node):
        """Loses what a server is sent, and lets it speak."""
        return together([self.lose(database, node) for database in self.databases])

    def slow(self, node, rng):
        """Makes one direction or both slow."""
        ends = [(self.space(node), "eth0"), (self.space("hub"), node)]
        chosen = rng.choice([ends, ends[:1], ends[1:]])
        if self.has_netem:
            delay = rng.randint(50, 500)
            how = ["netem", "delay", f"{delay}ms", f"{delay // 4}ms"]
        else:
            # What does not fit waits for up to half a second, and is lost when that is not enough.
            how = ["tbf", "rate", f"{rng.randint(8, 64)}kbit", "burst", "1600", "latency", "500ms"]
        for space, link in chosen:
            must("tc", "-n", space, "qdisc", "add", "dev", link, "root", *how)

        def undo():
            for space, link in chosen:
                must("tc", "-n", space, "qdisc", "del", "dev", link, "root")
        return undo

    def close(self):
        """Removes all of it; with a namespace its cable goes."""
        for space in self.made:
            quiet("ip", "netns", "del", space)


def together(undoes):
    """One function for several."""
    def undo():
        for one in undoes:
            one()
    return undo


def allowed():
    """Whether such a network can be made here."""
    name = f"ksf{os.getpid()}-try"
    if os.geteuid() != 0 or not quiet("ip", "netns", "add", name):
        return False
    works = quiet("ip", "-n", name, "link", "add", "try0", "type", "veth", "peer", "name", "try1")
    works = works and quiet("ip", "-n", name, "link", "add", "bridge0", "type", "bridge")
    quiet("ip", "netns", "del", name)
    return works
