"""One verifier: a process that asks one server about keys as fast as it answers, over its Unix socket, which no fault of the
network reaches: a server that is cut off from the database can still be asked."""

import json
import os
import random
import select
import socket
import time

from .ledger import ACCEPTED, GOOD_REFUSED, LATE, LOST, OTHER, REFUSED, UNSURE, WRONG

# Questions that are sent at once: that takes fewer system calls. They begin when the server reads them, after they were sent.
BATCH = 16
# When nothing is answered for so long, another connection is made, so that questions wait before a server that stands still.
# What it says of these when it goes on is what matters most.
IMPATIENCE = 0.05
MOST_CONNECTIONS = 30
# Seconds between two batches, if nobody wants another pace: servers and the database run on the same machine.
REST = 0.001


class Connection:
    """A connection, and what was asked on it."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.socket.settimeout(0.5)
        self.socket.connect(path)
        self.socket.setblocking(False)
        self.asked, self.sent, self.got = [], 0.0, b""

    def ask(self, ledger, slots):
        """Sends questions about these keys."""
        questions = b"".join(
            b"GET /forward-auth HTTP/1.1\r\nHost: keys\r\nAuthorization: Bearer " + ledger.key(slot) + b"\r\n\r\n"
            for slot in slots
        )
        self.asked, self.sent = slots, time.monotonic()
        if self.socket.send(questions) != len(questions):
            raise OSError("the server reads too slowly")

    def hear(self):
        """The answers that came: pairs of slot and status."""
        data = self.socket.recv(1 << 16)
        if not data:
            raise OSError("closed")
        self.got += data
        answers = []
        while self.asked:
            end = self.got.find(b"\r\n\r\n")
            if end < 0:
                break
            head = self.got[:end].lower()
            at = head.find(b"\r\ncontent-length:")
            length = int(head[at + 17 :].split(b"\r\n", 1)[0]) if at >= 0 else 0
            if len(self.got) < end + 4 + length:
                break
            self.got = self.got[end + 4 + length :]
            answers.append((self.asked.pop(0), int(head[9:12])))
        return answers


class Verifier:
    """Asks one server until it is ended."""

    def __init__(self, ledger, number, path, server, reports, lease, seed, rest):
        self.ledger, self.number, self.path, self.server = ledger, number, path, server
        self.reports, self.lease, self.rest = reports, lease, rest
        self.rng = random.Random(seed)
        self.counts, self.accepted = ledger.counts[number], ledger.accepted[number]
        self.connections = []

    def run(self):
        """Goes on until the process is ended."""
        poll, last = select.poll(), 0.0
        while True:
            idle = [one for one in self.connections if not one.asked]
            is_impatient = time.monotonic() - last > IMPATIENCE
            if not idle and is_impatient and len(self.connections) < MOST_CONNECTIONS:
                idle = self.connect(poll)
            for one in idle[2:]:
                self.drop(poll, one)
            for one in idle[:2]:
                try:
                    one.ask(self.ledger, self.choose())
                    last = time.monotonic()
                except OSError:
                    self.drop(poll, one)
            time.sleep(self.rest)
            for number, _ in poll.poll(20):
                one = next((one for one in self.connections if one.socket.fileno() == number), None)
                if one is not None:
                    self.hear(poll, one)

    def connect(self, poll):
        """One more connection, if the server takes it."""
        try:
            one = Connection(self.path)
        except OSError:
            time.sleep(0.02)
            return []
        self.connections.append(one)
        poll.register(one.socket, select.POLLIN)
        return [one]

    def drop(self, poll, one):
        """Ends a connection; what it was asked is lost."""
        self.counts[LOST] += len(one.asked)
        if one.asked:
            self.missed(0, one.sent, time.monotonic())
        poll.unregister(one.socket)
        one.socket.close()
        self.connections.remove(one)

    def choose(self):
        """Keys to ask about: the first, which nobody stops; the newest; those that were stopped last, and some of before."""
        made, stops = self.ledger.keys_count[0], self.ledger.stops_count[0]
        slots = [0]
        for _ in range(BATCH - 1):
            way = self.rng.random()
            if stops == 0 or way < 0.3:
                slots.append(max(0, made - 1 - int(self.rng.random() * 300)))
            elif way < 0.85:
                slots.append(self.ledger.stops[max(0, stops - 1 - int(self.rng.random() * 24))])
            else:
                slots.append(self.ledger.stops[int(self.rng.random() * stops)])
        return slots

    def hear(self, poll, one):
        """Takes in what a server says."""
        try:
            answers = one.hear()
        except OSError:
            self.drop(poll, one)
            return
        now = time.monotonic()
        for slot, status in answers:
            if status == 200:
                self.counts[ACCEPTED] += 1
                self.accepted[slot] = max(self.accepted[slot], one.sent)
                if 0 < self.ledger.stopped[slot] < one.sent:
                    self.report(LATE, slot, one.sent, now, status)
            elif status in (401, 403):
                self.counts[REFUSED] += 1
                if self.must_know(slot, one.sent):
                    self.counts[WRONG] += 1
                    self.report(GOOD_REFUSED, slot, one.sent, now, status)
            else:
                self.counts[UNSURE if status == 503 else OTHER] += 1
                self.missed(status, one.sent, now)

    def missed(self, status, sent, heard):
        """A question got no verdict, but another status, or 0: none. Faults are the cause here."""

    def must_know(self, slot, sent):
        """True of a key that nobody has begun to stop, and that was made so long ago that every lease under which it was not
        known has run out."""
        return not self.ledger.stopping[slot] and sent > self.ledger.made[slot] + 1.01 * self.lease + 0.2

    def report(self, what, slot, sent, heard, status):
        """Tells the main process; a line this short is written as a whole."""
        line = {
            "what": what, "server": self.server, "verifier": self.number, "key": slot, "status": status,
            "made": self.ledger.made[slot], "stopping": self.ledger.stopping[slot],
            "stopped": self.ledger.stopped[slot], "sent": sent, "heard": heard,
        }
        try:
            os.write(self.reports, json.dumps(line).encode() + b"\n")
        except BlockingIOError:
            # It is counted all the same.
            pass
