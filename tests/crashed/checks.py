"""What is looked at after a kill: everything that was answered, what was not answered, and what the audit log says of both."""

import json
import time
from urllib.parse import quote

from .known import SCOPE
from .script import GROUPS, KEYS

LOST, ORPHAN = "lost", "orphan"
# So long a server may be unsure of its answers when it has just started.
PATIENCE = 20


class Checks:
    """The checks of one run. What is wrong is told to `complain`, with its kind."""

    def __init__(self, known, server, complain):
        self.known, self.server, self.tell, self.complaints = known, server, complain, 0

    def complain(self, kind, what):
        """Something is not as it must be."""
        self.complaints += 1
        self.tell(kind, what)

    def after_kill(self, api):
        """Looks at all that was changed since the last look."""
        known, pending = self.known, self.known.pending
        found = self.new_rows(api)
        wanted, perhaps = known.rows, [(action, pending.thing) for action in pending.actions] if pending else []
        # The log says whether it happened, and all else has to agree with that.
        is_there = len(found) > len(wanted)
        self.compare(found, wanted + (perhaps if is_there else []))
        if pending:
            known.settle(is_there)
            if not pending.thing.id:
                self.must_be_nowhere(api, pending.thing)
        for thing in known.touched:
            self.look_at(api, thing, ORPHAN if pending and thing is pending.thing else LOST)
        known.rows = []
        if pending and pending.again:
            self.repeat(api, pending, is_there)
        known.rows, known.touched = [], []

    def new_rows(self, api):
        """The rows of the audit log that nobody has looked at yet."""
        found = []
        while rows := self.get(api, f"/api/v1/audit?after={self.known.seq}"):
            found += rows
            self.known.seq = rows[-1]["seq"]
        return found

    def compare(self, found, wanted):
        """Rows and changes, one to one and in the same order."""
        for row, (action, thing) in zip(found, wanted):
            is_its = row["object_id"] == thing.id if thing.id else row["object_name"] == thing.first_name
            if row["action"] != action or not is_its:
                self.complain(ORPHAN, f"row {row['seq']} says {row['action']} of {row['object_name']}, and "
                                      f"{action} of {thing.first_name} was done")
            elif not thing.id:
                thing.id = row["object_id"]
        for row in found[len(wanted):]:
            self.complain(ORPHAN, f"row {row['seq']}, {row['action']} of {row['object_name']}, has no change")
        for action, thing in wanted[len(found):]:
            self.complain(ORPHAN, f"{action} of {thing.first_name} was answered and has no row")

    def must_be_nowhere(self, api, thing):
        """It was not made: the log has no row of it."""
        path = f"{KEYS}?q={quote(thing.first_name)}" if thing.kind == "key" else GROUPS
        if any(one["name"] == thing.first_name for one in self.get(api, path)):
            self.complain(ORPHAN, f"{thing.first_name} was made without a row in the audit log")

    def look_at(self, api, thing, kind):
        """A thing is as it is known, unless somebody complained of it before."""
        before = self.complaints
        if not thing.is_wrong:
            self.compare_with(api, thing, kind)
        thing.is_wrong = thing.is_wrong or self.complaints > before

    def compare_with(self, api, thing, kind):
        """A thing is as it is known."""
        path = f"{KEYS if thing.kind == 'key' else GROUPS}/{thing.id}"
        status, body = api.send("GET", path)
        if thing.shown is None or status != 200:
            if (status == 404) != (thing.shown is None):
                self.complain(kind, f"{thing.first_name}: {status}, and {thing.shown or 'nothing'} is known")
            return
        is_shown = json.loads(body)
        for member, value in thing.shown.items():
            if is_shown[member] != value:
                self.complain(kind, f"{thing.first_name}: {member} is {is_shown[member]!r}, and {value!r} is known")
        for number, (text, keeps) in enumerate(thing.secrets):
            self.ask(thing, number, text, keeps and thing.is_active(), kind)

    def ask(self, key, number, text, works, kind):
        """A secret is accepted, or refused, as it was said."""
        wants_scope = self.known.grants(key.shown["authorization_group"]) and works
        for scope, wanted in (("", works), (SCOPE, wants_scope)):
            status, end = self.server.ask(text.encode(), scope=scope), time.monotonic() + PATIENCE
            while status in (0, 503) and time.monotonic() < end:
                status = self.server.ask(text.encode(), scope=scope)
            if status not in ((200,) if wanted else (401, 403)):
                asked = f" with {scope}" if scope else ""
                self.complain(kind, f"{key.first_name}: secret {number + 1}{asked} is answered {status}, and "
                                    f"{'works' if wanted else 'is refused'} by what was answered")

    def repeat(self, api, change, is_there):
        """The same request once more does what the first did not do, and nothing otherwise."""
        status, body = api.send(change.method, change.path, change.body, change.headers())
        if status not in (200, 201):
            self.complain(ORPHAN, f"{change.what} of {change.thing.first_name}, repeated: {status} {body[:200]!r}")
            return
        answer = json.loads(body)
        if is_there:
            if "key" in answer or answer["id"] != change.thing.id:
                self.complain(ORPHAN, f"{change.what} of {change.thing.first_name} was done again when it was repeated")
        else:
            self.known.begin(change)
            self.known.answer(answer)
        self.compare(self.new_rows(api), self.known.rows)
        self.look_at(api, change.thing, LOST)

    def verify_log(self):
        """The audit log is as it was written."""
        try:
            self.server.run("audit", "verify")
        except RuntimeError as error:
            self.complain(ORPHAN, str(error))

    def all(self, api):
        """Everything that was ever answered, and that there is nothing else."""
        for thing in self.known.things:
            if thing.id:
                self.look_at(api, thing, LOST)
        listed = {key["id"] for key in json.loads(self.server.run("key", "list", "--tenant", "Acme", "--json"))}
        wanted = {key.id for key in self.known.keys()}
        for one in sorted(wanted - listed):
            self.complain(LOST, f"the key {one} is not in the list")
        if more := len(listed - wanted) - 1:
            # The first is that of the client.
            self.complain(ORPHAN, f"{more} keys that nobody made")

    def get(self, api, path):
        """What a path has."""
        status, body = api.send("GET", path)
        if status != 200:
            raise RuntimeError(f"GET {path}: {status} {body[:200]!r}")
        return json.loads(body)
