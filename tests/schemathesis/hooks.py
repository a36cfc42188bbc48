"""Keeps the acting key alive, gives valid requests a chance, and writes down what was called and answered."""

import os
from datetime import datetime, timedelta, timezone
from itertools import count

import schemathesis

ACTING_KEY = os.environ["KEYSTEAD_KEY_ID"]
MISSING = "01a1fbcc-0000-7000-8000-000000000000"
NUMBERS = count(1)
# Each call on a line: phase, operation, status, id.
CALLS = open(os.environ["KEYSTEAD_CALLS"], "a", encoding="utf-8")
# Keys that were made here and not revoked.
living = []


def plain(text):
    return "".join(c for c in text if c.isprintable()).strip()


def make_sense(body):
    """Replaces what no schema can say is wrong: dates in the past, names taken, groups that there are not."""
    for members in (body, body.get("rate_limit") or {}):
        # To a schema 1.0 is an integer.
        members.update({name: int(value) for name, value in members.items() if isinstance(value, float)})
    if isinstance(body.get("name"), str):
        body["name"] = f"{next(NUMBERS)} {plain(body['name'])}"[:70]
    for member in ("description", "summary"):
        if isinstance(body.get(member), str):
            body[member] = plain(body[member])[:300]
    if isinstance(body.get("expires_at"), str):
        body["expires_at"] = (datetime.now(timezone.utc) + timedelta(days=30)).isoformat()
    if "authorization_group" in body:
        body["authorization_group"] = "Read only"
    if body.pop("ip_allowlist_mode", None) is not None or "ip_allowlist" in body:
        body["ip_allowlist"] = ["203.0.113.0/24", "2001:db8::1"]
    if body.get("scopes"):
        body["scopes"] = ["orders:read"]


@schemathesis.hook
def before_call(context, case, kwargs):
    if case.meta is None:
        return
    is_valid = case.meta.generation.mode.is_positive
    is_stateful = case.meta.phase.name.value == "stateful"
    if is_valid and isinstance(case.body, dict):
        make_sense(case.body)
    if case.path_parameters.get("id") == ACTING_KEY and case.method != "GET":
        case.path_parameters["id"] = living[-1] if living else MISSING
    # A repeated word would give the key of an earlier chain; the other phases repeat it.
    if is_stateful and case.headers and "Idempotency-Key" in case.headers:
        case.headers["Idempotency-Key"] = f"chain-{next(NUMBERS)}"


@schemathesis.hook
def after_call(context, case, response):
    operation = case.operation.definition.raw["operationId"]
    key = case.path_parameters.get("id", "")
    if operation == "createKey" and response.status_code == 201:
        key = response.json()["id"]
        living.append(key)
    if operation == "revokeKey" and response.status_code == 204 and key in living:
        living.remove(key)
    phase = case.meta.phase.name.value if case.meta else "probe"
    print(phase, operation, response.status_code, key, sep="\t", file=CALLS, flush=True)
