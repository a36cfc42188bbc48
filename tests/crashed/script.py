"""The changes of a run: some lines of changes of one thing each, mixed at random, and the same for the same seed."""

from .known import FULL, READING, SCOPE, Change, Thing

KEYS = "/api/v1/auth/api-keys"
GROUPS = "/api/v1/auth/authorization-groups"
DAY = 86_400
READS = "orders:read"
SHARED = "Clerks"
LINES = [
    ["create", "rename", "rotate", "disable", "enable", "regroup", "rotate with grace", "end", "revoke"],
    ["create", "rotate with grace", "cancel", "describe", "disable", "revoke"],
    ["create", "regroup", "rotate"],
    ["shared edit", "shared edit", "shared edit"],
    ["group create", "group edit", "group delete"],
]


class Script:
    """The changes of one run. Each is made when it is asked for, since it goes by what is known then."""

    def __init__(self, known, rng, run):
        self.known, self.rng, self.run = known, rng, run

    def changes(self):
        """One after the other."""
        # A run before was killed while it had these.
        left = [group for group in self.known.groups() if group.first_name != SHARED]
        for group in left:
            yield self.group_delete(group)
        lines = [list(line) for line in LINES]
        things = [None] * len(lines)
        while any(lines):
            number = self.rng.choices(range(len(lines)), [len(line) for line in lines])[0]
            what = lines[number].pop(0)
            if number == 3:
                things[number] = next((one for one in self.known.groups() if one.first_name == SHARED), None)
                what = what if things[number] else "shared create"
            if things[number] is None:
                kind = "group" if number > 2 else "key"
                name = SHARED if number == 3 else f"{kind.title()} {self.run}{'ABCDE'[number]}"
                things[number] = Thing(kind, name)
            make = getattr(self, what.replace(" ", "_"))
            yield make(things[number])

    # --- Keys -----------------------------------------------------------------------------------------------

    def create(self, key):
        body = {"name": key.first_name, "description": "", "authorization_group": FULL}
        return Change("create", key, "POST", KEYS, body, ["key.created"], {**body, "status": "active"}, again=key.first_name)

    def patch(self, what, key, **body):
        return Change(what, key, "PATCH", f"{KEYS}/{key.id}", body, ["key.updated"], body, kept(key))

    def rename(self, key):
        return self.patch("rename", key, name=f"{key.first_name} {self.rng.getrandbits(32):x}")

    def describe(self, key):
        return self.patch("describe", key, description=f"Number {self.rng.getrandbits(32)}")

    def regroup(self, key):
        shared = [group.shown["name"] for group in self.known.groups() if group.first_name == SHARED]
        return self.patch("regroup", key, authorization_group=self.rng.choice([READING, *shared]))

    def post(self, what, key, body, action, keeps, **after):
        return Change(what, key, "POST", f"{KEYS}/{key.id}/{what}", body, [action], after, keeps)

    def rotate(self, key, grace=0):
        keeps = kept(key) if grace else [False for _ in key.secrets]
        change = self.post("rotate", key, {"grace_seconds": grace}, "key.rotated", keeps)
        change.again = f"{key.first_name} {self.rng.getrandbits(32):x}"
        return change

    def rotate_with_grace(self, key):
        change = self.rotate(key, DAY)
        change.what = "rotate with grace"
        return change

    def end(self, key):
        keeps = [False for _ in key.secrets[1:]] + [True]
        return self.post("rotation/end", key, {}, "key.rotation_ended", keeps)

    def cancel(self, key):
        keeps = [keeps for _, keeps in key.secrets[:-1]] + [False]
        return self.post("rotation/cancellation", key, {}, "key.rotation_cancelled", keeps)

    def disable(self, key):
        return self.post("disable", key, {}, "key.disabled", kept(key), status="disabled")

    def enable(self, key):
        return self.post("enable", key, {}, "key.enabled", kept(key), status="active")

    def revoke(self, key):
        after = {"status": "revoked"}
        return Change("revoke", key, "DELETE", f"{KEYS}/{key.id}", None, ["key.revoked"], after, kept(key))

    # --- Groups ---------------------------------------------------------------------------------------------

    def group_create(self, group):
        body = {"name": group.first_name, "summary": "", "scopes": [READS]}
        return Change("create a group", group, "POST", GROUPS, body, ["group.created"], body)

    shared_create = group_create

    def group_edit(self, group):
        body = {"summary": f"Number {self.rng.getrandbits(32)}", "scopes": [READS]}
        if SCOPE not in group.shown["scopes"]:
            body["scopes"].append(SCOPE)
        return Change("edit a group", group, "PATCH", f"{GROUPS}/{group.id}", body, ["group.updated"], body)

    shared_edit = group_edit

    def group_delete(self, group):
        return Change("delete a group", group, "DELETE", f"{GROUPS}/{group.id}", None, ["group.deleted"], None)


def kept(key):
    """All of its secrets stay as they are."""
    return [keeps for _, keeps in key.secrets]
