"""Keeps the acting key alive, gives valid requests a chance, and writes down what was called and answered."""

import os
from datetime import datetime, timedelta, timezone
from itertools import count

import schemathesis

ACTING_KEY = os.environ["KEYSTEAD_KEY_ID"]
# A project, and a credential of OpenAI that its tenant shares.
PROJECT = os.environ["KEYSTEAD_PROJECT"]
CREDENTIAL = os.environ["KEYSTEAD_CREDENTIAL"]
MISSING = "01a1fbcc-0000-7000-8000-000000000000"
NUMBERS = count(1)
# Each call on a line: phase, operation, status, id.
CALLS = open(os.environ["KEYSTEAD_CALLS"], "a", encoding="utf-8")
# Keys that were made here and not revoked.
living = []
# Credentials that were saved here and not removed, by who has them.
saved = {"organization": [], "project": []}


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
    if isinstance(body.get("owner"), str):
        body["owner"] = plain(body["owner"])[:100]
    if isinstance(body.get("expires_at"), str):
        body["expires_at"] = (datetime.now(timezone.utc) + timedelta(days=30)).isoformat()
    # A key may go without a project, and which there are no schema knows.
    body.pop("project", None)
    if "authorization_group" in body:
        body["authorization_group"] = "Read only"
    if body.pop("ip_allowlist_mode", None) is not None or "ip_allowlist" in body:
        body["ip_allowlist"] = ["203.0.113.0/24", "2001:db8::1"]
    if body.get("scopes"):
        body["scopes"] = ["orders:read"]


def of_integrations(case):
    """Whose credentials a request is about; nothing when it is about something else."""
    if "/integrations" not in case.operation.path:
        return None
    return "project" if "{project}" in case.operation.path else "organization"


def make_sense_of_integration(case, owner, is_stateful):
    """No schema knows which integrations, projects and credentials there are, or what a credential consists of."""
    for name, value in (("slug", "openai"), ("project", PROJECT)):
        if name in case.path_parameters:
            case.path_parameters[name] = value
    # A chain goes on with what it made.
    if "id" in case.path_parameters and not is_stateful:
        case.path_parameters["id"] = saved[owner][-1] if saved[owner] else MISSING
    if case.query and "environment" in case.query:
        case.query["environment"] = "live"
    if isinstance(case.body, dict):
        case.body.pop("destroy_credentials", None)
        if "fields" in case.body:
            case.body["fields"] = {"api_key": f"sk-{next(NUMBERS):060}"}
        if "environment" in case.body:
            case.body["environment"] = "live"
        if "credential_id" in case.body:
            case.body["credential_id"] = CREDENTIAL


@schemathesis.hook
def before_call(context, case, kwargs):
    if case.meta is None:
        return
    is_valid = case.meta.generation.mode.is_positive
    is_stateful = case.meta.phase.name.value == "stateful"
    if is_valid and isinstance(case.body, dict):
        make_sense(case.body)
    if is_valid and (owner := of_integrations(case)):
        make_sense_of_integration(case, owner, is_stateful)
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
    if owner := of_integrations(case):
        if operation.startswith("create") and response.status_code == 201:
            saved[owner].append(response.json()["id"])
        if operation.startswith("remove") and response.status_code == 204 and key in saved[owner]:
            saved[owner].remove(key)
    phase = case.meta.phase.name.value if case.meta else "probe"
    print(phase, operation, response.status_code, key, sep="\t", file=CALLS, flush=True)
