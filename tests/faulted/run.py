"""One run of tests/faults, from its arguments to its summary."""

import argparse
import ctypes
import multiprocessing
import os
import random
import shutil
import signal
import tempfile
import time
from pathlib import Path

from . import broken, command, namespaces, report
from .changers import Changers
from .cluster import Cluster
from .faults import Faults
from .ledger import Ledger
from .loopback import Loopback
from .namespaces import Namespaces
from .servers import FAKETIME, NAMES, Server
from .verifier import REST, Verifier

ROOT = Path(__file__).resolve().parents[2]
# So soon every server has to answer again when nothing is wrong any more.
RECOVERY = 30


def arguments():
    """What was asked for."""
    parser = argparse.ArgumentParser(prog="tests/faults", description=(
        "Runs three servers on a PostgreSQL of their own, makes things fail at random, and looks for a key that is accepted "
        "after somebody was told that it is stopped. Ends with 1 when there is one, or too little was tried."))
    add = parser.add_argument
    add("--minutes", type=float, default=2, help="how long (default: 2)")
    add("--seed", type=int, help="which faults happen when (default: another one each time)")
    usual = ROOT / "target/debug/keystead"
    add("--keystead", type=Path, default=usual, metavar="PATH", help="the program (default: target/debug/keystead)")
    add("--lease", type=int, default=2, metavar="SECONDS", help="length of the leases (default: 2, the shortest)")
    add("--servers", type=int, default=3, choices=[1, 2, 3], help="how many (default: 3)")
    add("--only", action="append", metavar="KIND", help="only faults of this kind, such as 'link down'; may be given again")
    add("--dense", action="store_true", help="three of four rounds have more faults, which end sooner: for long runs")
    add("--rest", type=float, default=REST, metavar="SECONDS", help="rest of a verifier between two batches (default: 0.001)")
    add("--failover", action="store_true", help="a second PostgreSQL, which commits with the first and takes its place now and then")
    add("--loopback", action="store_true", help="proxies on this machine in place of network namespaces")
    add("--keep", action="store_true", help="leave the logs and the data where they are")
    add("--broken", choices=broken.kinds(), help="build the program with a fault of its own, and expect that it is found")
    return command.parsed(parser)


def main():
    """The program; its exit code."""
    given = arguments()
    if given.broken:
        given.keystead = broken.build(ROOT, given.broken)
    if not command.is_there("tests/faults", given.keystead):
        return 2
    return command.carry_out("tests/faults", Run, given)


class Run:
    """Everything that one run has made."""

    def __init__(self, given):
        self.given = given
        self.rng = random.Random(given.seed)
        self.work = Path(tempfile.mkdtemp(prefix="ksf-"))
        # The databases belong to another user.
        self.work.chmod(0o711)
        self.network, self.cluster, self.servers, self.children = None, None, [], []
        self.reports = report.Reports(given.lease)

    def build(self):
        """Makes the network, the database and the servers, and starts whoever asks them."""
        given = self.given
        places = NAMES[: given.servers]
        databases = ["db1", "db2"] if given.failover else ["db1"]
        in_namespaces = not given.loopback and namespaces.allowed()
        self.network = (Namespaces if in_namespaces else Loopback)([*databases, *places])
        print(f"seed {given.seed}; lease {given.lease} s; {self.network.name}; data in {self.work}", flush=True)
        if not FAKETIME.exists():
            print("without libfaketime: clocks are not stepped", flush=True)
        self.cluster = Cluster(self.network, databases, self.work)
        self.cluster.make()
        # In its place: the working directory of a command does not matter to it.
        program = self.work / "keystead"
        shutil.copy(given.keystead, program)
        self.servers = [
            Server(self.network, databases, number, self.work, program, given.lease) for number in range(given.servers)
        ]
        first = self.servers[0]
        first.run("tenant", "create", "Acme", "--admin", "alice@acme.example", "--key-limit", "1000000")
        admin = first.run("key", "create", "--tenant", "Acme", "--name", "Admin")
        self.ledger = Ledger(given.servers)
        self.ledger.add(admin, time.monotonic())
        for server in self.servers:
            server.start()
        self.faults = Faults(self.network, self.cluster, self.servers, self.rng, given.only, given.dense)
        self.must_answer()
        self.start_children(admin)

    def start_children(self, admin):
        """Starts the verifiers, and those who change keys."""
        context = multiprocessing.get_context("fork")
        for number, server in enumerate(self.servers):
            seed = self.given.seed + number
            reports, lease, rest = self.reports.into, self.given.lease, self.given.rest
            verifier = Verifier(self.ledger, number, server.socket, server.place, reports, lease, seed, rest)
            self.children.append(context.Process(target=child, args=(verifier.run,), daemon=True))
        sockets = [server.socket for server in self.servers]
        changers = Changers(self.ledger, sockets, admin, self.reports.into, self.given.seed)
        self.children.append(context.Process(target=child, args=(changers.run,), daemon=True))
        for process in self.children:
            process.start()

    def go_on(self):
        """Rounds of faults until the time is over."""
        self.began = time.monotonic()
        end = self.began + 60 * self.given.minutes
        self.wait_until(self.began + 2)
        while time.monotonic() < end:
            self.round(end)
            self.recover()
            self.wait_until(time.monotonic() + 1)
        self.ended = time.monotonic()

    def round(self, end):
        """Some faults, one after the other or at once, until the last one is over."""
        begun = time.monotonic()
        coming = [(begun + after, kind, target, lasts) for after, kind, target, lasts in self.faults.plan()]
        ends = []
        while coming or ends:
            now = time.monotonic()
            if coming and coming[0][0] <= now:
                _, kind, target, lasts = coming.pop(0)
                which = self.faults.begin(kind, target)
                if which:
                    ends.append((now + lasts, which))
                continue
            for over, which in [one for one in ends if one[0] <= now]:
                self.faults.end(which)
                ends.remove((over, which))
            if now > end + 20:
                break
            self.wait_until(now + 0.05)
        self.faults.end_all()

    def wait_until(self, when):
        """Waits, and takes in what is reported meanwhile."""
        while True:
            self.reports.read(self.faults)
            for process in self.children:
                if not process.is_alive():
                    raise RuntimeError(f"a process that asks servers ended: {process}")
            left = when - time.monotonic()
            if left <= 0:
                return
            time.sleep(min(left, 0.05))

    def recover(self):
        """Now that nothing is wrong any more, all must answer soon, and keys must be stopped."""
        self.cluster.await_answer()
        begun, stops = time.monotonic(), self.ledger.stops_count[0]
        self.must_answer()
        while self.ledger.stops_count[0] == stops:
            if time.monotonic() - begun > 2 * RECOVERY:
                self.reports.fail(f"no key could be stopped {2 * RECOVERY} s after the last fault ended")
                break
            self.wait_until(time.monotonic() + 0.02)
        self.reports.note_recovery(time.monotonic() - begun)
        self.faults.recovered()

    def must_answer(self):
        """Waits until each server accepts the key that nobody stops."""
        begun, key = time.monotonic(), self.ledger.key(0)
        for server in self.servers:
            while server.ask(key) != 200:
                if server.look():
                    self.reports.fail(f"{server.place} ended by itself\n{tail(server.log_path)}")
                if time.monotonic() - begun > RECOVERY + (60 if not self.children else 0):
                    what = f"{server.place} did not answer {RECOVERY} s after the last fault ended"
                    self.reports.fail(f"{what}\n{tail(server.log_path)}")
                    return
                self.wait_until(time.monotonic() + 0.05)

    def summary(self):
        """Says how it was; the exit code."""
        self.reports.read(self.faults)
        for slot, by in self.ledger.late_acceptances():
            self.reports.late(slot, self.servers[by].place, self.ledger.accepted[by][slot], self.ledger.stopped[slot])
        waited = self.cluster.primary.ask("SELECT max(waited_ms) FROM change_confirmations", patience=30)
        code = self.reports.summary(self.ledger, self.faults, self.began, self.ended, waited)
        if self.given.broken:
            found = self.reports.violations > 0
            print(f"broken as '{self.given.broken}': {'found' if found else 'NOT FOUND'}")
            return 0 if found else 1
        return code

    def close(self):
        """Removes everything that was made."""
        # Nothing keeps that from being done to its end.
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_IGN)
        for process in self.children:
            process.kill()
            process.join(5)
        for server in self.servers:
            server.end()
        if self.cluster:
            self.cluster.end()
        if self.network:
            self.network.close()
        if not self.given.keep:
            shutil.rmtree(self.work, ignore_errors=True)


def child(run):
    """What a child process does: it leaves signals of the terminal to the one that began it, and ends with that."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    set_death_signal = 1
    ctypes.CDLL(None).prctl(set_death_signal, signal.SIGKILL)
    run()


def tail(path):
    """The last lines of a log that are about something else than requests."""
    lines = Path(path).read_text(encoding="utf-8", errors="replace").splitlines()
    return "\n".join(["    " + line for line in lines if " request " not in line][-25:])
