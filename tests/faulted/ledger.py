"""What is known of each key, in memory that all processes of a run share.

All times are of CLOCK_MONOTONIC, which is one clock for every process of the machine: the one observer.
"""

import ctypes
import mmap

MOST_KEYS = 300_000
TEXT = 80
# What a verifier sees that must not be.
LATE, GOOD_REFUSED = "accepted after its stop was answered", "good key refused"
# Answers to questions, as they are counted.
ACCEPTED, REFUSED, UNSURE, OTHER, LOST, WRONG = range(6)


def shared(kind, count):
    """So many numbers that child processes see as well."""
    size = ctypes.sizeof(kind) * count
    return (kind * count).from_buffer(mmap.mmap(-1, size))


class Ledger:
    """One slot for each key, in the order in which they were made."""

    def __init__(self, verifiers):
        self.text = mmap.mmap(-1, MOST_KEYS * TEXT)
        # When the answer came that told its text.
        self.made = shared(ctypes.c_double, MOST_KEYS)
        # When somebody began to stop it; 0 while nobody did.
        self.stopping = shared(ctypes.c_double, MOST_KEYS)
        # When somebody was told that it is stopped; 0 while nobody was.
        self.stopped = shared(ctypes.c_double, MOST_KEYS)
        # The last question of each verifier that was answered with yes: the time at which it was sent.
        self.accepted = [shared(ctypes.c_double, MOST_KEYS) for _ in range(verifiers)]
        # Slots in the order in which they were stopped.
        self.stops = shared(ctypes.c_uint32, MOST_KEYS)
        # How many there are of each: keys, stops. Each is raised by one process alone, after the slot is written.
        self.keys_count = shared(ctypes.c_uint32, 1)
        self.stops_count = shared(ctypes.c_uint32, 1)
        self.counts = [shared(ctypes.c_uint64, 6) for _ in range(verifiers)]

    def add(self, text, at):
        """Takes in a new key; its slot. `None` when there is no room left."""
        slot = self.keys_count[0]
        if slot >= MOST_KEYS:
            return None
        self.text[slot * TEXT : (slot + 1) * TEXT] = text.encode().ljust(TEXT)
        self.made[slot] = at
        self.keys_count[0] = slot + 1
        return slot

    def key(self, slot):
        """The text of a key."""
        return self.text[slot * TEXT : (slot + 1) * TEXT].rstrip()

    def stop(self, slot, at):
        """Notes that somebody was told that a key is stopped."""
        self.stopped[slot] = at
        self.stops[self.stops_count[0]] = slot
        self.stops_count[0] += 1

    def late_acceptances(self):
        """Every key that a verifier saw accepted after its stop was answered, and which verifier: the last word, which
        also sees what was answered before the answer of the stop was written down."""
        found = []
        for slot in range(self.keys_count[0]):
            stopped = self.stopped[slot]
            if stopped:
                found += [(slot, by) for by, times in enumerate(self.accepted) if times[slot] > stopped]
        return found

    def total(self, kind):
        """Answers of a kind, of all verifiers."""
        return sum(counts[kind] for counts in self.counts)
