"""What is known of each key and group by what the server answered."""

from dataclasses import dataclass, field

FULL, READING = "Full access", "Read only"
# What keys are asked for: one group may have it, the other not.
SCOPE = "orders:write"
GRANTED = {FULL: True, READING: False}


@dataclass
class Thing:
    """A key or a group."""

    kind: str
    # What it was called first, which no other one ever was.
    first_name: str
    id: str = ""
    # As the API shows it, so far as somebody was told; empty before it was made, and `None` of what is gone.
    shown: dict | None = field(default_factory=dict)
    # Of a key: each text that was told, and whether it belongs to the key still. The newest text that nobody was told is
    # not among them.
    secrets: list = field(default_factory=list)
    # Somebody complained of it already.
    is_wrong: bool = False

    def is_active(self):
        """Whether a key works with the secrets that belong to it."""
        return bool(self.shown) and self.shown.get("status") == "active"


@dataclass
class Change:
    """One change: what is sent, which rows the audit log gets, and what is different afterwards."""

    what: str
    thing: Thing
    method: str
    path: str
    body: dict | None
    actions: list
    # What the API shows from then on.
    after: dict | None
    # What becomes of each secret that was told.
    keeps: list = field(default_factory=list)
    # Makes a repeated request harmless. Only what tells a secret has it.
    again: str = ""

    def headers(self):
        """Headers beyond the usual ones."""
        return f"Idempotency-Key: {self.again}\r\n" if self.again else ""

    def happened(self, answer=None):
        """It did; without an answer nobody was told of a secret."""
        thing = self.thing
        thing.secrets = [[text, keeps] for (text, _), keeps in zip(thing.secrets, self.keeps)]
        thing.shown = None if self.after is None else {**thing.shown, **self.after}
        if answer:
            thing.id = answer.get("id", thing.id)
            if "key" in answer:
                thing.secrets.append([answer["key"], True])


class Known:
    """All of it, and which rows the audit log must have."""

    def __init__(self, seq):
        self.things = []
        # The last row that was looked at, and those that must follow it: pairs of action and thing.
        self.seq, self.rows = seq, []
        # The change that was asked for and not answered.
        self.pending = None
        # Things that were changed since the last look.
        self.touched = []
        self.answered = 0

    def begin(self, change):
        """It is asked for."""
        self.pending = change
        if change.thing not in self.touched:
            self.touched.append(change.thing)
        if change.thing not in self.things:
            self.things.append(change.thing)

    def answer(self, answer):
        """What was asked for is done."""
        change, self.pending = self.pending, None
        change.happened(answer)
        self.rows += [(action, change.thing) for action in change.actions]
        self.answered += 1

    def settle(self, is_there):
        """It is known now whether what was not answered has happened."""
        change, self.pending = self.pending, None
        if is_there:
            change.happened()
        elif not change.thing.id:
            self.forget(change.thing)
        return change

    def forget(self, thing):
        """Nothing more is known of it."""
        self.things = [one for one in self.things if one is not thing]
        self.touched = [one for one in self.touched if one is not thing]

    def keys(self):
        """Every key that there is."""
        return [thing for thing in self.things if thing.kind == "key"]

    def groups(self):
        """Every group that there is."""
        return [thing for thing in self.things if thing.kind == "group" and thing.shown]

    def grants(self, name):
        """Whether a group of this name grants what keys are asked for."""
        own = {group.shown["name"]: SCOPE in group.shown["scopes"] for group in self.groups()}
        return {**GRANTED, **own}[name]
