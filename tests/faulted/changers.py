"""Those who make keys and stop them: threads of one process, each at one of the servers."""

import json
import os
import random
import re
import socket
import threading
import time

KEYS = "/api/v1/auth/api-keys"
# More than the longest lease takes: who gives up earlier never hears of it.
PATIENCE = 15
# So many good keys are kept in stock.
STOCK = 100
THREADS = 24
# Between two changes of a thread: the machine has other things to do as well.
REST = 0.03


class Api:
    """One connection to one server, kept as long as it works."""

    def __init__(self, path, admin):
        self.path, self.admin, self.stream, self.got = path, admin, None, b""

    def send(self, method, path, body=None, headers=""):
        """Status and body of the answer; an `OSError` when there was none, and then nobody knows what happened. Each further
        header ends a line."""
        try:
            return self.exchange(method, path, body, headers)
        except (OSError, ValueError) as error:
            if self.stream is not None:
                self.stream.close()
            self.stream, self.got = None, b""
            raise OSError(str(error)) from error

    def exchange(self, method, path, body, headers):
        if self.stream is None:
            self.stream = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            self.stream.settimeout(PATIENCE)
            self.stream.connect(self.path)
        content = b"" if body is None else json.dumps(body).encode()
        head = (
            f"{method} {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {self.admin}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(content)}\r\n{headers}\r\n"
        )
        self.stream.sendall(head.encode() + content)
        while b"\r\n\r\n" not in self.got:
            self.more()
        head, self.got = self.got.split(b"\r\n\r\n", 1)
        lines = head.lower().split(b"\r\n")
        lengths = [int(line.split(b":")[1]) for line in lines if line.startswith(b"content-length:")]
        length = lengths[0] if lengths else 0
        while len(self.got) < length:
            self.more()
        answer, self.got = self.got[:length], self.got[length:]
        return int(head[9:12]), answer

    def more(self):
        data = self.stream.recv(1 << 16)
        if not data:
            raise OSError("closed")
        self.got += data


class Changers:
    """What the threads share."""

    def __init__(self, ledger, paths, admin, notes, seed):
        self.ledger, self.paths, self.admin, self.notes, self.seed = ledger, paths, admin, notes, seed
        self.lock = threading.Lock()
        # Pairs of slot and id: keys that work, and keys of which nobody knows whether they were stopped.
        self.live, self.doubtful = [], []

    def run(self):
        """Goes on until the process is ended."""
        threads = [threading.Thread(target=self.work, args=(number,), daemon=True) for number in range(THREADS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def work(self, number):
        """One thread. It stays at one server, so that one which stands still does not hold up all of them."""
        rng = random.Random(self.seed * 1000 + number)
        server = number % len(self.paths)
        api = Api(self.paths[server], self.admin)
        while True:
            with self.lock:
                wants_more = len(self.live) < rng.randint(STOCK // 2, STOCK)
                again = self.doubtful.pop(0) if self.doubtful and rng.random() < 0.3 else None
                if again is None and not wants_more:
                    again = self.live.pop(rng.randrange(len(self.live)))
            try:
                if again is not None:
                    self.stop(api, server, rng, again)
                else:
                    self.make(api, rng)
            except OSError:
                time.sleep(0.2)
            time.sleep(REST)

    def make(self, api, rng):
        """Makes a key. One whose answer was lost is nobody's."""
        wanted = {"name": f"Key {rng.getrandbits(60):x}", "authorization_group": "Full access"}
        status, body = api.send("POST", KEYS, wanted)
        at = time.monotonic()
        if status != 201:
            self.note(makes=status, said=detail(body))
            time.sleep(0.1)
            return
        made = json.loads(body)
        with self.lock:
            slot = self.ledger.add(made["key"], at)
            if slot is not None:
                self.live.append((slot, made["id"]))

    def stop(self, api, server, rng, key):
        """Stops a key in one way or another. Only a good answer promises anything; without one it is tried again."""
        slot, name = key
        sent = time.monotonic()
        # Of which nobody knows whether it was stopped before, it is stopped for good.
        disables = not self.ledger.stopping[slot] and rng.random() < 0.2
        self.ledger.stopping[slot] = self.ledger.stopping[slot] or sent
        try:
            way = ("POST", f"{KEYS}/{name}/disable", {}) if disables else ("DELETE", f"{KEYS}/{name}")
            status, body = api.send(*way)
        except OSError:
            status, body = 0, b""
        at = time.monotonic()
        with self.lock:
            if status in (200, 204):
                self.ledger.stop(slot, at)
            else:
                self.doubtful.append(key)
        said = "" if status in (0, 200, 204) else detail(body)
        self.note(server=server, key=slot, sent=sent, answered=at, status=status, disables=disables, said=said)
        if status not in (200, 204):
            time.sleep(0.1)

    def note(self, **what):
        """Tells the main process; a line this short is written as a whole."""
        os.write(self.notes, json.dumps(what).encode() + b"\n")


def detail(body):
    """What a refusal says, without what is another one each time."""
    try:
        return re.sub("[0-9]+", "N", json.loads(body)["detail"])[:200]
    except (ValueError, KeyError, TypeError):
        return body[:200].decode(errors="replace")
