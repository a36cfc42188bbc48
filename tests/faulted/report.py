"""What went wrong, what was tried, and the figures at the end."""

import json
import os
import time
from collections import Counter

from .ledger import ACCEPTED, LATE, LOST, OTHER, REFUSED, UNSURE, WRONG

# A violation is printed with all that is known, but not thousands of them.
MOST_PRINTED = 10
# What a stop may take beyond the leases where its server and the database are well: locks of somebody who vanished are waited
# for, 3 s each, and this machine may be busy.
LOCKS, BUSY = 6.0, 2.0
# So long nobody may be able to stop anything there: the database ends the transaction of who vanished after 2 s.
STANDSTILL = 12.0


class Reports:
    """Lines that the other processes write into a pipe, and what is made of them."""

    def __init__(self, lease):
        self.lease = lease
        self.out, self.into = os.pipe()
        os.set_blocking(self.out, False)
        os.set_blocking(self.into, True)
        self.rest = b""
        self.violations, self.failures, self.printed = 0, 0, Counter()
        self.seen, self.tries, self.stops, self.statuses, self.sayings = set(), [], [], Counter(), Counter()
        self.longest_recovery = 0.0

    def read(self, faults):
        """Takes in what was written."""
        while True:
            try:
                data = os.read(self.out, 1 << 16)
            except BlockingIOError:
                return
            *lines, self.rest = (self.rest + data).split(b"\n")
            for line in lines:
                self.take(json.loads(line), faults)

    def take(self, line, faults):
        """One line: an answer to a stop, or a fault that a verifier saw."""
        if "what" in line:
            if line["what"] == LATE:
                self.violations += 1
            same = (line["what"], line["key"], line["server"])
            if same not in self.seen:
                self.seen.add(same)
                self.show(line, faults)
            return
        if "makes" not in line:
            self.statuses[line["status"]] += 1
        if "server" in line:
            self.tries.append(line)
        if line.get("status") in (200, 204):
            self.stops.append(line)
        elif line["said"]:
            self.sayings[line["said"]] += 1

    def show(self, line, faults):
        """Prints a violation with all that is known of it."""
        self.printed[line["what"]] += 1
        if self.printed[line["what"]] > MOST_PRINTED:
            return
        now, since = time.monotonic(), line["stopped"] or line["sent"]
        ago = {name: round(now - line[name], 4) for name in ("made", "stopping", "stopped", "sent", "heard") if line[name]}
        title = "VIOLATION" if line["stopped"] else "FAILURE"
        print(f"{title}: {line['what']}: key {line['key']} at {line['server']}, status {line['status']}; seconds ago: {ago}")
        for one in faults.felt(since - 10, line["heard"]):
            ended = "" if one.felt == float("inf") else f", felt until {now - one.felt:.3f} s ago"
            print(f"    fault: {one.kind} at {one.target}, from {now - one.begun:.3f} s ago{ended}", flush=True)

    def late(self, slot, server, sent, stopped):
        """A violation that the ledger tells at the end; most were seen before."""
        if (LATE, slot, server) not in self.seen:
            self.violations += 1
            after = f"asked {sent - stopped:.6f} s after its stop was answered"
            print(f"VIOLATION: key {slot} accepted by {server}, {after}")

    def fail(self, what):
        """Something else that must not be."""
        self.failures += 1
        print(f"FAILURE: {what}", flush=True)

    def note_recovery(self, took):
        """How long it took until everything answered."""
        self.longest_recovery = max(self.longest_recovery, took)

    def longest_wait(self, faults, servers):
        """The longest time that a stop took whose own server and database were well, whatever had happened to others, and
        what is known of it."""
        longest, known = 0.0, ""
        for stop in self.stops:
            near = {servers[stop["server"]], "database"}
            felt = faults.felt(stop["sent"], stop["answered"])
            took = stop["answered"] - stop["sent"]
            if took > longest and not any(one.target in near for one in felt):
                others = ", ".join(f"{one.kind} at {one.target}" for one in felt) or "nothing"
                ago = time.monotonic() - stop["answered"]
                answered = time.strftime("%H:%M:%S", time.gmtime(time.time() - ago))
                longest = took
                known = f"key {stop['key']} at {servers[stop['server']]}, answered at {answered}; elsewhere: {others}"
        return longest, known

    def longest_standstill(self, faults, servers, began, ended):
        """The longest time in which no stop was answered by a server that was well, as was the database; and where and when."""
        longest, known = 0.0, ""
        for number, server in enumerate(servers):
            answered = [stop["answered"] for stop in self.stops if stop["server"] == number]
            ill = [(one.begun, one.felt) for one in faults.all if one.target in (server, "database")]
            for since, until in well(ill, began, ended):
                times = [since, *sorted(at for at in answered if since < at < until), until]
                for before, after in zip(times, times[1:]):
                    if after - before > longest:
                        ago = time.monotonic() - before
                        begun = time.strftime("%H:%M:%S", time.gmtime(time.time() - ago))
                        longest, known = after - before, f"at {server}, from {begun}{self.known(number, before, after, faults)}"
        return longest, known

    def known(self, number, since, until, faults):
        """What was tried there meanwhile, and which faults there were elsewhere."""
        at = [one for one in self.tries if one["server"] == number and one["sent"] < until and since < one["answered"]]
        lines = [
            f"    asked {one['sent'] - since:+.2f} s, answered {one['answered'] - since:+.2f} s: {one['status'] or 'lost'} {one['said']}"
            for one in sorted(at, key=lambda one: one["answered"])
        ]
        for one in faults.felt(since - 10, until):
            lines.append(f"    fault: {one.kind} at {one.target}, {one.begun - since:+.2f} s to {one.felt - since:+.2f} s")
        return "".join("\n" + line for line in lines)

    def judge(self, ledger, faults, began, ended):
        """Says what else was not as it must be; the longest wait and the longest standstill."""
        servers = [server.place for server in faults.servers]
        wait, known = self.longest_wait(faults, servers)
        limit = 1.01 * self.lease + 0.2 + LOCKS + BUSY
        if wait > limit:
            self.fail(f"a stop took {wait:.2f} s where server and database were well; the limit is {limit:.2f} s: {known}")
        standstill, known = self.longest_standstill(faults, servers, began, ended)
        if standstill > STANDSTILL:
            self.fail(f"no key could be stopped for {standstill:.2f} s where server and database were well: {known}")
        if ledger.total(WRONG):
            self.fail(f"good keys were refused {ledger.total(WRONG)} times")
        return wait, standstill

    def summary(self, ledger, faults, began, ended, waited):
        """Prints the figures; the exit code."""
        wait, standstill = self.judge(ledger, faults, began, ended)
        kinds = Counter(one.kind for one in faults.all)
        gave_up = sum(server.gave_up for server in faults.servers)
        minutes = (ended - began) / 60
        tried = [len(self.stops) / 20, len(faults.all) / 4, ledger.total(ACCEPTED) / 5000]
        little = min(tried) < minutes
        print("faults: " + ", ".join(f"{kind} {count}" for kind, count in sorted(kinds.items())))
        answers = sorted(self.statuses.items())
        print("answers to stops: " + ", ".join(f"{status or 'lost'} {count}" for status, count in answers))
        for saying, count in self.sayings.most_common(5):
            print(f"    {count} times {saying}")
        if gave_up:
            print(f"servers gave up while they started, since something was wrong, and were started again: {gave_up} times")
        print(f"longest wait by the servers' own account: {waited} ms")
        print(f"where server and database were well: longest wait {wait:.2f} s, longest time without a stop {standstill:.2f} s")
        print(
            f"{60 * minutes:.0f} s: {len(self.stops)} stops answered, {len(faults.all)} faults, "
            f"{ledger.keys_count[0]} keys; verifications: {ledger.total(ACCEPTED)} accepted, "
            f"{ledger.total(REFUSED)} refused, {ledger.total(UNSURE)} answered 503, "
            f"{ledger.total(OTHER)} something else, {ledger.total(LOST)} lost; longest recovery {self.longest_recovery:.1f} s; "
            f"{self.failures} failures, {self.violations} violations" + ("; TOO LITTLE WAS TRIED" if little else ""),
            flush=True,
        )
        return 1 if self.violations or self.failures or little else 0


def well(ill, began, ended):
    """What is left of a time without these times."""
    left, since = [], began
    for begun, felt in sorted(ill):
        if begun > since:
            left.append((since, begun))
        since = max(since, felt)
    return [*left, (since, ended)] if since < ended else left
