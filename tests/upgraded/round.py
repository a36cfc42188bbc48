"""One upgrade of three servers, in one order, on a database of its own."""

import multiprocessing
import os
import shutil
import subprocess
import threading
import time

from faulted.changers import Changers
from faulted.ledger import ACCEPTED, REFUSED, WRONG, Ledger
from faulted.postgres import Database
from faulted.run import child, tail
from faulted.servers import Server

from . import judge
from .backup import back_up
from .pairs import Pairs
from .watcher import Notes, Nothing, Watcher

LEASE = 2
# Seconds between two batches of questions: starts shall not take longer than they do elsewhere.
REST = 0.01
# So soon a server has to answer that was started.
START = 60
REFUSED_BY = "the database was made by a newer Keystead"
MIGRATIONS = "SELECT max(version) FROM __diesel_schema_migrations"


class Round:
    """It is done by one process; others ask and change."""

    def __init__(self, network, older, newer, work, seed):
        self.older, self.newer, self.work, self.seed = older, newer, work, seed
        self.notes, self.times = Notes(LEASE), judge.Times()
        self.database = Database(network, "db1", work)
        self.servers = [Server(network, ["db1"], number, work, older, LEASE) for number in range(3)]
        self.stray = Server(network, ["db1"], 0, work / "stray", older, LEASE)
        self.stray.secrets = self.servers[0].secrets
        self.children = []

    def run(self, order, seconds):
        """From three older servers to three newer ones; so many seconds with each mixture."""
        self.build()
        self.mixture(seconds)
        before = self.database.ask(MIGRATIONS)
        backup = threading.Thread(target=back_up, args=(self.database,))
        backup.start()
        for number in order:
            self.replace(self.servers[number])
            after = self.database.ask(MIGRATIONS)
            if after != before:
                self.must_refuse(self.stray)
            self.mixture(seconds)
        backup.join()
        if after == before:
            print(f"    no migration between them (both {after}): nothing to be refused", flush=True)
        else:
            print(f"    migrations {before} to {after}", flush=True)
            self.way_back(self.servers[order[0]])
        self.finish()

    def build(self):
        """Makes the database and three older servers, and starts whoever asks them."""
        self.database.make()
        self.database.await_answer()
        first = self.servers[0]
        first.run("tenant", "create", "Acme", "--admin", "alice@acme.example", "--key-limit", "1000000")
        admin = first.run("key", "create", "--tenant", "Acme", "--name", "Admin")
        self.ledger = Ledger(len(self.servers))
        self.ledger.add(admin, time.monotonic())
        for server in self.servers:
            self.start(server)
        self.pairs = Pairs(self.servers, admin, self.notes.fail)
        context, sockets = multiprocessing.get_context("fork"), [server.socket for server in self.servers]
        for number, server in enumerate(self.servers):
            seed, into = self.seed + number, self.notes.into
            watcher = Watcher(self.ledger, number, server.socket, server.place, into, LEASE, seed, REST)
            self.children.append(context.Process(target=child, args=(watcher.run,), daemon=True))
        changers = Changers(self.ledger, sockets, admin, self.notes.into, self.seed)
        self.children.append(context.Process(target=child, args=(changers.run,), daemon=True))
        for process in self.children:
            process.start()

    def start(self, server):
        """Starts a server, and waits until it answers."""
        server.start()
        end, key = time.monotonic() + START, self.ledger.key(0)
        while server.ask(key) != 200:
            if not server.is_up() or time.monotonic() > end:
                raise RuntimeError(f"{server.place} does not start\n{tail(server.log_path)}")
            self.read()
            time.sleep(0.01)
        self.times.begins(server.place)

    def stop(self, server):
        """Stops a server as a service manager does."""
        self.times.ends(server.place)
        if server.stop() != 0:
            self.notes.fail(f"{server.place} did not stop in order\n{tail(server.log_path)}")
            server.kill()

    def replace(self, server):
        """Puts the newer program in the place of the older one."""
        begun = time.monotonic()
        self.stop(server)
        stopped = time.monotonic()
        server.program = self.newer
        self.start(server)
        took = f"{stopped - begun:.1f} s to stop, {time.monotonic() - stopped:.1f} s to start"
        print(f"    {server.place} is replaced: {took}", flush=True)

    def kinds(self):
        """Which servers are which, in words."""
        return "/".join("new" if server.program == self.newer else "old" for server in self.servers)

    def mixture(self, seconds):
        """Changes at each, seen by all, amid the streams; none may end by itself."""
        end, stops = time.monotonic() + seconds, self.ledger.stops_count[0]
        self.pairs.each(self.kinds())
        while time.monotonic() < end or self.ledger.stops_count[0] < stops + 20:
            if time.monotonic() > end + START:
                self.notes.fail(f"{self.kinds()}: hardly a key could be stopped")
                break
            self.read()
            time.sleep(0.05)
        for server in self.servers:
            if not server.is_up():
                raise RuntimeError(f"{self.kinds()}: {server.place} ended by itself\n{tail(server.log_path)}")
        print(f"    {self.kinds()}: {self.ledger.stops_count[0] - stops} stops answered", flush=True)

    def read(self):
        """Takes in what the other processes tell."""
        self.notes.read(Nothing())

    def must_refuse(self, server):
        """An older server does not start any more, and says why in one line."""
        server.launch(server.command("serve"), server.environment())
        try:
            code = server.process.wait(START)
        except subprocess.TimeoutExpired:
            code = None
            server.kill()
        said = server.said().decode(errors="replace").strip()
        last = said.splitlines()[-1] if said else ""
        if code in (0, None) or REFUSED_BY not in last:
            self.notes.fail(f"{self.kinds()}: an older server does not refuse to start: {code}\n{said}")
        else:
            print(f"    {self.kinds()}: an older one more ends with {code}: {last}", flush=True)

    def way_back(self, server):
        """The older program in the place of a newer one is refused as well; the newer one goes on where it was."""
        self.stop(server)
        server.program = self.older
        self.must_refuse(server)
        server.program = self.newer
        self.start(server)
        self.mixture(1)

    def finish(self):
        """Ends the streams, and looks at what is left."""
        for process in self.children[-1:] + self.children[:-1]:
            if not process.is_alive():
                self.notes.fail(f"a process that asks servers ended: {process}")
            process.kill()
            process.join()
            self.read()
        notes, fail = self.notes, self.notes.fail
        for slot, by in self.ledger.late_acceptances():
            notes.late(slot, self.servers[by].place, self.ledger.accepted[by][slot], self.ledger.stopped[slot])
        if wrong := self.ledger.total(WRONG):
            fail(f"good keys were refused {wrong} times")
        unsure = judge.questions(notes, self.times, fail)
        refused = judge.changes(notes, self.times, self.servers, fail)
        judge.records(self.database, fail)
        judge.logs(self.servers, fail)
        try:
            verified = self.servers[0].run("audit", "verify")
        except RuntimeError as error:
            verified = str(error)
            fail(verified)
        print(
            f"    {self.ledger.keys_count[0]} keys, {len(notes.stops)} stops answered, {refused} stops answered with 503; "
            f"{self.pairs.done} changes compared; verdicts: {self.ledger.total(ACCEPTED)} accepted, "
            f"{self.ledger.total(REFUSED)} refused; longest time without by a server that was up: {unsure:.2f} s\n    {verified}",
            flush=True,
        )

    def close(self):
        """Ends everything."""
        for process in self.children:
            process.kill()
            process.join(5)
        for server in [*self.servers, self.stray]:
            server.end()
        self.database.end()
        os.close(self.notes.out)
        os.close(self.notes.into)
        shutil.rmtree(self.work, ignore_errors=True)
