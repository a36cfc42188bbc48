"""A proxy before PostgreSQL, which kills the server at a message: before it is passed on, or before its answer is.

That is what fail points in the program would do before and after each statement, and it needs none there. Where a commit matters
the server is also killed when the message is on its way, and nobody waits for what comes of it. Messages of the thread that
follows changes and renews leases are not counted: it asks as often as there is time.
"""

import socket
import threading
from dataclasses import dataclass

FOLLOWS, COMMIT = b"keystead follow", "COMMIT"
BEFORE, SENT, ANSWERED = "before", "on its way", "answered"


@dataclass(frozen=True)
class Point:
    """Before the K-th message; or the K-th commit, when it is on its way or answered."""

    when: str
    number: int

    def kind(self):
        """What of it there may be fewer of than expected."""
        return self.when

    def __str__(self):
        return f"message {self.number}" if self.when == BEFORE else f"commit {self.number} ({self.when})"


class Line:
    """One connection of the server."""

    def __init__(self, near, far):
        self.near, self.far = near, far
        # Of the last message: its number, and its number among the commits when it is one.
        self.follows, self.number, self.commit = False, 0, 0

    def close(self):
        """Ends both halves."""
        for end in (self.near, self.far):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass


class Messages:
    """The proxy of one run, with the messages of one start of the server."""

    def __init__(self, database):
        self.database, self.lock = database, threading.Lock()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.kill, self.point, self.kinds, self.starts = None, None, [], 0
        threading.Thread(target=self.accept, daemon=True).start()

    def address(self):
        """Where the server finds it."""
        return self.listener.getsockname()

    def behind(self, point=None):
        """A server starts, and is killed at this point; it is put behind nothing."""
        with self.lock:
            self.point, self.kinds, self.starts = point, [], 0
        return []

    def started(self):
        """It serves."""
        self.starts = len(self.kinds)

    def points(self, with_start):
        """All points of the run that is over."""
        found, commits = [], 0
        for number, what in enumerate(self.kinds, 1):
            commits += what == COMMIT
            if number <= self.starts and not with_start:
                continue
            found.append(Point(BEFORE, number))
            if what == COMMIT:
                found += [Point(SENT, commits), Point(ANSWERED, commits)]
        return found

    def where(self, point):
        """Where a point was, in words."""
        return f"{BEFORE} {self.kinds[point.number - 1]}" if point.when == BEFORE else f"{COMMIT} {point.when}"

    # --- Connections ----------------------------------------------------------------------------------------

    def accept(self):
        """Takes connections as long as the process lives."""
        while True:
            near, _ = self.listener.accept()
            try:
                far = socket.create_connection(self.database)
            except OSError:
                near.close()
                continue
            for end in (near, far):
                end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            line = Line(near, far)
            for way in (self.there, self.back):
                threading.Thread(target=self.serve, args=(way, line), daemon=True).start()

    def serve(self, way, line):
        """One direction, until either side ends."""
        try:
            way(line)
        except OSError:
            pass
        line.close()

    def there(self, line):
        """To the database. Whoever asks waits for the answer, so what arrives is one message, or some that belong together."""
        while data := line.near.recv(1 << 16):
            line.follows = line.follows or FOLLOWS in data
            if not line.follows:
                with self.lock:
                    self.kinds.append(kind(data))
                    line.number = len(self.kinds)
                    line.commit = self.kinds.count(COMMIT) if self.kinds[-1] == COMMIT else 0
                if self.kills(Point(BEFORE, line.number)):
                    return
            line.far.sendall(data)
            if self.kills(Point(SENT, line.commit)):
                return

    def back(self, line):
        """From the database."""
        while data := line.far.recv(1 << 16):
            if self.kills(Point(ANSWERED, line.commit)):
                return
            line.near.sendall(data)

    def kills(self, point):
        """Whether this is the point; then the server is gone."""
        if self.point != point:
            return False
        self.kill()
        return True


def kind(data):
    """What a message is, in a word."""
    for word in ("BEGIN", COMMIT, "ROLLBACK"):
        if data.startswith(b"Q") and word.encode() in data[:16]:
            return word
    return "a statement"
