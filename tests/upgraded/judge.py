"""What the streams of questions and changes went through while servers were replaced, and what the database has at the end."""

import time

# A server that is up may be unsure for so long at once: as long as a lease that it could not renew, and what follows.
LONGEST_UNSURE = 3.0
# A row of the log for each thing that was done, and the other way round.
RECORDS = [
    ("keys without one row of their making", """SELECT count(*) FROM api_keys k WHERE (SELECT count(*) FROM audit_events e
        WHERE e.object_id = k.id AND e.action = 'key.created') <> 1"""),
    ("revoked keys without one row of that", """SELECT count(*) FROM api_keys k WHERE k.revoked_at IS NOT NULL AND (SELECT
        count(*) FROM audit_events e WHERE e.object_id = k.id AND e.action = 'key.revoked') <> 1"""),
    ("rows of revocations that did not happen", """SELECT count(*) FROM api_keys k WHERE k.revoked_at IS NULL AND EXISTS
        (SELECT 1 FROM audit_events e WHERE e.object_id = k.id AND e.action = 'key.revoked')"""),
    ("numbers missing in the change log", "SELECT h.rev - (SELECT count(*) FROM change_log) FROM change_head h"),
]


class Times:
    """When each server was up: from its first verdict until it was asked to stop."""

    def __init__(self):
        self.up, self.replaced = {}, []

    def begins(self, place):
        """A server answers."""
        self.up.setdefault(place, []).append([time.monotonic(), float("inf")])
        if len(self.up[place]) > 1:
            self.replaced.append((self.up[place][-2][1], time.monotonic()))

    def ends(self, place):
        """A server is asked to stop."""
        self.up[place][-1][1] = time.monotonic()

    def was_up(self, place, since, until):
        """Whether it was up throughout."""
        return any(begun <= since and until <= ended for begun, ended in self.up[place])

    def was_replacing(self, since, until):
        """Whether one was being replaced meanwhile."""
        return any(begun < until and since < ended for begun, ended in self.replaced)


def questions(notes, times, fail):
    """A server that is up gives verdicts, but for short times in which it says that it is unsure; the longest of these."""
    longest = 0.0
    for one in notes.without:
        if not times.was_up(one["server"], one["since"], one["until"]):
            continue
        took = one["until"] - one["since"]
        if one["status"] == 503:
            longest = max(longest, took)
        if one["status"] != 503 or took > LONGEST_UNSURE:
            status = one["status"] or "nothing"
            fail(f"{one['server']} answered {status} to {one['count']} questions within {took:.2f} s while it was up")
    return longest


def changes(notes, times, servers, fail):
    """A server that is up makes changes, but for 503 while another one is replaced; how many were 503."""
    refused = 0
    for one in notes.changes:
        place = servers[one["server"]].place
        if one["status"] in (200, 204) or not times.was_up(place, one["sent"], one["answered"]):
            continue
        refused += 1
        if one["status"] != 503 or not times.was_replacing(one["sent"] - 1, one["answered"] + 1):
            fail(f"{place} answered {one['status'] or 'nothing'} to a stop while it was up: {one['said']}")
    return refused


def records(database, fail):
    """Rows and changes agree."""
    for what, statement in RECORDS:
        found = database.ask(statement, patience=60)
        if found != "0":
            fail(f"{what}: {found}")


def logs(servers, fail):
    """No server saw anything that should not be."""
    for server in servers:
        lines = server.log_path.read_text(encoding="utf-8", errors="replace").splitlines()
        wrong = [line for line in lines if " ERROR " in line or "panicked" in line]
        for line in wrong[:5]:
            fail(f"the log of {server.place}, {len(wrong)} such lines: {line}")
