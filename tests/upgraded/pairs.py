"""Changes made at one server, and what all of them say then: whoever is told that something is stopped finds it stopped."""

import json
import time
from itertools import count

from faulted.changers import KEYS, Api

GROUPS = "/api/v1/auth/authorization-groups"
READS, WRITES = "orders:read", "orders:write"
# Something that was allowed may be heard of later, but no later than this.
PATIENCE = 10


class Pairs:
    """Does the same at each server in turn."""

    def __init__(self, servers, admin, fail):
        self.servers, self.admin, self.fail = servers, admin, fail
        self.numbers, self.done = count(1), 0
        self.kinds = ""

    def each(self, kinds):
        """At every server; `kinds` tells in words which are which."""
        self.kinds = kinds
        for server in self.servers:
            self.at(server)

    def at(self, server):
        """All kinds of changes at one of them."""
        api, name = Api(server.socket, self.admin), f"Pair {next(self.numbers)}"
        group = self.change(api, server, "POST", GROUPS, {"name": name, "scopes": [READS]})
        key = self.change(api, server, "POST", KEYS, {"name": name, "authorization_group": name})
        if not (group and key):
            return
        there, text = f"{KEYS}/{key['id']}", key["key"].encode()
        self.all_say(server, "made a key", text, READS, True)
        self.all_say(server, "made a key", text, WRITES, False)
        self.change(api, server, "PATCH", f"{GROUPS}/{group['id']}", {"scopes": [READS, WRITES]})
        self.all_say(server, "gave a group more", text, WRITES, True)
        self.change(api, server, "PATCH", f"{GROUPS}/{group['id']}", {"scopes": [READS]})
        self.all_say(server, "took something from a group", text, WRITES, False)
        self.change(api, server, "POST", f"{there}/disable", {})
        self.all_say(server, "disabled a key", text, READS, False)
        self.change(api, server, "POST", f"{there}/enable", {})
        self.all_say(server, "enabled a key", text, READS, True)
        rotated = self.change(api, server, "POST", f"{there}/rotate", {})
        self.all_say(server, "rotated a key", text, READS, False)
        text = rotated["key"].encode() if rotated else text
        self.all_say(server, "rotated a key", text, READS, True)
        self.all_show(server, there, "active")
        self.change(api, server, "DELETE", there)
        self.all_say(server, "revoked a key", text, READS, False)
        self.all_show(server, there, "revoked")

    def change(self, api, server, method, path, body=None):
        """Makes a change, again when the server could not for a moment; what it answers."""
        end = time.monotonic() + PATIENCE
        while True:
            try:
                status, answer = api.send(method, path, body)
            except OSError as error:
                status, answer = 0, str(error).encode()
            if status in (200, 201, 204):
                self.done += 1
                return json.loads(answer or "{}")
            if status != 503 or time.monotonic() > end:
                self.fail(f"{self.kinds}: {method} {path} at {server.place}: {status} {answer[:200]!r}")
                return None

    def all_say(self, writer, what, text, scope, wanted):
        """What was stopped is refused at once, and what was allowed is accepted soon."""
        for reader in self.servers:
            status, end = reader.ask(text, scope=scope), time.monotonic() + PATIENCE
            while wanted and status != 200 and time.monotonic() < end:
                time.sleep(0.01)
                status = reader.ask(text, scope=scope)
            if (status == 200) != wanted:
                self.fail(f"{self.kinds}: {writer.place} {what}, and {reader.place} answers {status}")

    def all_show(self, writer, path, state):
        """Everybody reads the same."""
        for reader in self.servers:
            try:
                status, body = Api(reader.socket, self.admin).send("GET", path)
            except OSError as error:
                status, body = 0, str(error).encode()
            if status != 200 or json.loads(body)["status"] != state:
                self.fail(f"{self.kinds}: {writer.place} made {path} {state}, and {reader.place} shows {status} {body[:200]!r}")
