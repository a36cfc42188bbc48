"""The databases of a run as servers see them: one, or a primary that commits synchronously and a standby that takes over."""

import shutil

from .postgres import Database


class Cluster:
    """One database, or two."""

    def __init__(self, network, places, work):
        self.network = network
        self.databases = [Database(network, place, work) for place in places]
        self.primary = self.databases[0]
        self.standby = self.databases[1] if len(places) > 1 else None

    def make(self):
        """Makes the databases, and waits until they answer."""
        self.primary.make()
        self.primary.await_answer()
        if self.standby:
            self.follow()
            self.await_standby()

    def follow(self):
        """Makes the standby a copy of the primary, and lets it follow."""
        primary, standby = self.primary, self.standby
        # Before the copy, which has it then as well: no commit is ever answered that is in one place alone.
        primary.ask("ALTER SYSTEM SET synchronous_standby_names = '*'")
        primary.ask("SELECT pg_reload_conf()")
        shutil.rmtree(standby.data, ignore_errors=True)
        address, port = self.network.listens(primary.place)
        source = ["-h", address, "-p", port, "-U", "keystead"]
        if standby.run("pg_basebackup", *source, "-D", standby.data, "-c", "fast", "-R") is None:
            raise RuntimeError(f"no copy for a standby: see {standby.log.name}")
        settings = (standby.data / "postgresql.conf").read_text(encoding="utf-8")
        settings = settings.replace(str(primary.dir), str(standby.dir))
        (standby.data / "postgresql.conf").write_text(settings, encoding="utf-8")
        standby.start()

    def await_standby(self):
        """Waits until commits are synchronous."""
        self.standby.await_answer()
        for _ in range(600):
            if self.is_synchronous():
                return
            self.standby.await_answer()
        raise RuntimeError(f"the standby does not follow: see {self.standby.log.name}")

    def is_synchronous(self):
        """Whether the standby has every commit."""
        return self.primary.ask("SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'") == "1"

    def fail_over(self):
        """Shuts the primary off, lets the standby take its place, and makes a new standby; false when it has not every
        commit, as nobody should promote it then."""
        if not self.is_synchronous():
            return False
        # Nothing may be written to the old one any more before the new one is asked.
        self.primary.kill(wholly=True)
        while self.primary.is_up() or self.primary.processes():
            self.primary.kill(wholly=True)
        promoted = self.standby.run("pg_ctl", "-D", self.standby.data, "-w", "promote")
        if promoted is None:
            raise RuntimeError(f"the standby is not promoted: see {self.standby.log.name}")
        self.primary, self.standby = self.standby, self.primary
        self.follow()
        return True

    def await_answer(self):
        """Waits until all of it answers."""
        self.primary.await_answer()
        if self.standby:
            self.await_standby()

    def end(self):
        """Ends all of it."""
        for database in self.databases:
            database.end()
