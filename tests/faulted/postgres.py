"""The databases of a run: one PostgreSQL, or two of which one stands by and takes over."""

import os
import pwd
import shutil
import signal
import subprocess
import time
from pathlib import Path

SETTINGS = """
unix_socket_directories = '{sockets}'
max_connections = 100
shared_buffers = 32MB
fsync = on
full_page_writes = on
autovacuum = on
log_line_prefix = '%m [%p] %a '
"""
HOSTS = "host all all 10.77.0.0/24 trust\nhost replication all 10.77.0.0/24 trust\n"


def programs():
    """The directory of the newest PostgreSQL of Debian, or wherever `initdb` is found."""
    found = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    if found:
        return max(found, key=lambda path: float(path.parent.name))
    other = shutil.which("initdb")
    if other is None:
        raise SystemExit("PostgreSQL is needed: please install the Debian package postgresql")
    return Path(other).resolve().parent


class Database:
    """One PostgreSQL in a place of the network."""

    def __init__(self, network, place, work):
        self.network, self.place = network, place
        self.bin = programs()
        self.dir = work / place
        self.data = self.dir / "data"
        self.log = open(work / f"{place}.log", "ab")
        self.process = None
        self.dir.mkdir()
        self.owner = pwd.getpwnam("postgres") if os.geteuid() == 0 else None
        if self.owner:
            os.chown(self.dir, self.owner.pw_uid, self.owner.pw_gid)

    def command(self, program, *args):
        """A program of PostgreSQL, in its place, as the user who may run it: it refuses root."""
        as_owner = ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups", "--"] if self.owner else []
        return [*self.network.within(self.place), *as_owner, str(self.bin / program), *map(str, args)]

    def run(self, program, *args, patience=60):
        """Runs a program to its end, and gives what it prints; `None` when it failed."""
        command = self.command(program, *args)
        try:
            done = subprocess.run(
                command, cwd=self.dir, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=patience, check=False
            )
        except subprocess.TimeoutExpired:
            return None
        if done.returncode != 0:
            self.log.write(f"{program}: {done.stderr}\n".encode())
            self.log.flush()
            return None
        return done.stdout.strip()

    def make(self):
        """Makes an empty one, and starts it."""
        how = ["-U", "keystead", "--auth=trust", "-N", "--locale=C.UTF-8", "--encoding=UTF8"]
        made = self.run("initdb", "-D", self.data, *how, patience=300)
        if made is None:
            raise RuntimeError(f"initdb failed: see {self.log.name}")
        with open(self.data / "pg_hba.conf", "a", encoding="utf-8") as hosts:
            hosts.write(HOSTS)
        with open(self.data / "postgresql.conf", "a", encoding="utf-8") as settings:
            settings.write(SETTINGS.format(sockets=self.dir))
        self.start()

    def start(self):
        """Starts it, if it is not running; it is not waited for."""
        if self.is_up():
            return
        address, port = self.network.listens(self.place)
        command = self.command("postgres", "-D", self.data, "-c", f"listen_addresses={address}", "-c", f"port={port}")
        self.process = subprocess.Popen(
            command, cwd=self.dir, stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log, start_new_session=True
        )

    def is_up(self):
        """Whether its first process lives."""
        return self.process is not None and self.process.poll() is None

    def ask(self, statement, patience=3):
        """What one statement gives, over its Unix socket, which no fault of the network reaches; `None` without an answer."""
        _, port = self.network.listens(self.place)
        where = ["-h", self.dir, "-p", port, "-U", "keystead", "-d", "postgres"]
        return self.run("psql", "-XAtq", *where, "-c", statement, patience=patience)

    def await_answer(self, patience=60):
        """Waits until it answers. One that could not start, since the one before is still about to end, is started again."""
        end = time.monotonic() + patience
        while self.ask("SELECT 1") != "1":
            if time.monotonic() > end:
                raise RuntimeError(f"{self.place} does not answer: see {self.log.name}")
            time.sleep(0.2)
            self.start()

    def processes(self):
        """Every process of it, the first one aside; a number that was given to another program since is not among them."""
        first = self.process.pid if self.is_up() else None
        return [pid for pid in map(int, filter(str.isdigit, os.listdir("/proc"))) if pid != first and self.owns(pid)]

    def owns(self, pid):
        """Whether a process is one of this database: those work in its directory."""
        try:
            return os.readlink(f"/proc/{pid}/cwd") == str(self.data)
        except OSError:
            return False

    def signal(self, pid, number):
        """Sends a signal to one of its processes, if it is that still."""
        if not self.owns(pid):
            return False
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            return False
        return True

    def backends(self):
        """The processes that answer servers."""
        def title(pid):
            try:
                return Path(f"/proc/{pid}/cmdline").read_text(encoding="utf-8", errors="replace")
            except OSError:
                return ""
        return [pid for pid in self.processes() if title(pid).startswith("postgres: keystead ")]

    def followers(self):
        """The processes that answer the threads that follow changes and renew leases."""
        said = self.ask("SELECT pid FROM pg_stat_activity WHERE application_name = 'keystead follow'")
        return [int(pid) for pid in (said or "").split()]

    def stop_at_once(self):
        """As `pg_ctl stop -m immediate`: no checkpoint, and recovery at the next start."""
        if self.is_up():
            self.process.send_signal(signal.SIGQUIT)
            # Those that were made to stand still take the signal when they go on.
            for pid in self.processes():
                self.signal(pid, signal.SIGCONT)

    def kill(self, wholly):
        """As `kill -9` of its first process; `wholly`, as a power failure, of all of them."""
        left = self.processes() if wholly else []
        if self.is_up():
            self.process.kill()
            self.process.wait()
        for pid in left:
            self.signal(pid, signal.SIGKILL)

    def end(self):
        """Ends every process of it."""
        deadline = time.monotonic() + 20
        while (self.is_up() or self.processes()) and time.monotonic() < deadline:
            self.kill(wholly=True)
            time.sleep(0.05)
        self.log.close()
