"""The servers of a run, each a process that can be paused, killed and given another time of day."""

import os
import signal
import socket
import subprocess
from pathlib import Path

FAKETIME = Path("/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1")
NAMES = ["ada", "bela", "cleo"]


class Server:
    """One server in a place of the network."""

    def __init__(self, network, databases, number, work, program, lease):
        self.network, self.place, self.number = network, NAMES[number], number
        self.work, self.program, self.lease = work, program, lease
        self.databases = databases
        # Where those lie that all have.
        self.secrets = work / NAMES[0] / "data"
        self.dir = work / self.place
        self.dir.mkdir()
        self.socket = str(self.dir / "socket")
        self.log_path = work / f"{self.place}.log"
        self.log = open(self.log_path, "ab")
        self.process = None
        # How often it ended before it served, and where the log of this start begins.
        self.gave_up, self.begins_at = 0, 0
        self.time_file = self.dir / "time"
        self.set_time(0)

    def environment(self):
        """Its settings. All have the secrets of the first one."""
        routes = [self.network.route(self.place, database) for database in self.databases]
        hosts = ",".join(f"{address}:{port}" for address, port in routes)
        more = "?target_session_attrs=read-write" if len(routes) > 1 else ""
        return {
            "KEYSTEAD_DATA_DIR": str(self.dir / "data"),
            "KEYSTEAD_LISTEN": "127.0.0.1:0",
            "KEYSTEAD_UNIX_SOCKET": self.socket,
            "KEYSTEAD_DATABASE_URL": f"postgres://keystead@{hosts}/postgres{more}",
            "KEYSTEAD_PEPPER_FILE": str(self.secrets / "pepper"),
            "KEYSTEAD_MASTER_KEY_FILE": str(self.secrets / "master-key"),
            "KEYSTEAD_NODE_NAME": self.place,
            "KEYSTEAD_LEASE_SECONDS": str(self.lease),
            "KEYSTEAD_CHANGES_PER_SECOND": "0",
            "KEYSTEAD_REQUEST_LOG_PER_SECOND": "0",
            # Answers are counted by those who asked.
            "KEYSTEAD_LOG": "info,keystead::web::guard=off",
            "KEYSTEAD_REQUIRE_SECOND_FACTOR": "nobody",
        }

    def run(self, *args):
        """Runs a command beside the servers, and gives what it prints."""
        done = subprocess.run(
            self.command(*args), cwd=self.dir, env=self.environment(), stdin=subprocess.DEVNULL,
            capture_output=True, text=True, timeout=120, check=False,
        )
        if done.returncode != 0:
            raise RuntimeError(f"keystead {' '.join(args)}: {done.stderr.strip()}")
        return done.stdout.strip()

    def command(self, *args):
        """The program in its place."""
        return [*self.network.within(self.place), str(self.program), *args]

    def start(self):
        """Starts it, if it is not running; it is not waited for."""
        if self.is_up():
            return
        environment = self.environment()
        if FAKETIME.exists():
            # The steady clock stays as it is, as when somebody sets the time of day.
            environment |= {
                "LD_PRELOAD": str(FAKETIME), "FAKETIME_TIMESTAMP_FILE": str(self.time_file),
                "FAKETIME_DONT_FAKE_MONOTONIC": "1", "FAKETIME_CACHE_DURATION": "1",
            }
        self.launch(self.command("serve"), environment)

    def launch(self, command, environment):
        """Begins a process that logs where this server does."""
        self.begins_at = self.log_path.stat().st_size
        self.process = subprocess.Popen(
            command, cwd=self.dir, env=environment, stdin=subprocess.DEVNULL,
            stdout=self.log, stderr=self.log, start_new_session=True,
        )

    def is_up(self):
        """Whether its process lives."""
        return self.process is not None and self.process.poll() is None

    def look(self):
        """Starts one again that ended by itself, as a service manager does; true when it had served before. One that can't
        start since something is wrong may give up."""
        if self.process is None or self.is_up():
            return False
        served = b"Keystead listens on " in self.said()
        self.gave_up += not served
        self.start()
        return served

    def said(self):
        """The log of this start."""
        with open(self.log_path, "rb") as log:
            log.seek(self.begins_at)
            return log.read()

    def pause(self):
        """Leaves it without a processor."""
        if self.is_up():
            self.process.send_signal(signal.SIGSTOP)

    def resume(self):
        """Lets it go on."""
        if self.is_up():
            self.process.send_signal(signal.SIGCONT)

    def stop(self, patience=30):
        """Asks it to stop, and waits until it has; its exit code, `None` when it does not end."""
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(patience)
        except subprocess.TimeoutExpired:
            return None

    def kill(self):
        """Ends it as `kill -9` does."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    def set_time(self, seconds):
        """Sets its time of day so far off."""
        self.time_file.with_suffix(".new").write_text(f"{seconds:+d}\n", encoding="ascii")
        os.replace(self.time_file.with_suffix(".new"), self.time_file)

    def ask(self, key, patience=1.0, scope=""):
        """The status that a gateway is told of a key, which shall have this scope; 0 without an answer."""
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as stream:
                stream.settimeout(patience)
                stream.connect(self.socket)
                path = f"/forward-auth?scope={scope}" if scope else "/forward-auth"
                question = f"GET {path} HTTP/1.1\r\nHost: keys\r\nConnection: close\r\nAuthorization: Bearer "
                stream.sendall(question.encode() + key + b"\r\n\r\n")
                head = stream.recv(4096)
                return int(head[9:12]) if head.startswith(b"HTTP/1.1 ") else 0
        except (OSError, ValueError):
            return 0

    def end(self):
        """Ends it for good."""
        self.kill()
        self.log.close()
