"""A resource server and a client, written with Authlib alone: no line here knows how Keystead works inside."""

import os
from types import SimpleNamespace

import requests
from authlib.integrations.requests_client import OAuth2Session
from authlib.oauth2.rfc6749 import ResourceProtector
from authlib.oauth2.rfc6750 import InsufficientScopeError, InvalidTokenError
from authlib.oauth2.rfc7662 import IntrospectTokenValidator

BASE = os.environ["KEYSTEAD_BASE"]
VERIFIER = os.environ["KEYSTEAD_VERIFIER"]
KEY = os.environ["KEYSTEAD_KEY"]
INTROSPECT = f"{BASE}/oauth2/introspect"
REVOKE = f"{BASE}/oauth2/revoke"


class AskKeystead(IntrospectTokenValidator):
    """As Authlib's manual shows it."""

    def introspect_token(self, token_string):
        answer = requests.post(
            INTROSPECT,
            data={"token": token_string, "token_type_hint": "access_token"},
            headers={"Authorization": f"Bearer {VERIFIER}"},
            timeout=10,
        )
        answer.raise_for_status()
        return answer.json()


def protected(key, scopes=None):
    """What a protected resource does with a request that carries a key."""
    protector = ResourceProtector()
    protector.register_token_validator(AskKeystead())
    request = SimpleNamespace(headers={"Authorization": f"Bearer {key}"})
    validator, token = protector.parse_request_authorization(request)
    validator.validate_request(request)
    token = validator.authenticate_token(token)
    validator.validate_token(token, scopes, request)
    return token


def refuses(error, *arguments):
    try:
        token = protected(*arguments)
    except error:
        return
    raise AssertionError(f"{arguments} passed as {token}")


# The session authenticates by HTTP Basic (client_secret_basic), Authlib's default.
session = OAuth2Session("orders-api", VERIFIER)
told = session.introspect_token(INTROSPECT, token=KEY, token_type_hint="access_token")
assert told.status_code == 200, told.text
told = told.json()
assert told["active"] is True and told["username"] == "ERP" and told["token_type"] == "Bearer", told

token = protected(KEY, ["*:*"])
assert token["client_id"] == told["client_id"] and token["tenant_id"] == told["tenant_id"], token
refuses(InsufficientScopeError, KEY, ["billing:write"])
refuses(InvalidTokenError, KEY[:-1] + "!")
refuses(InvalidTokenError, VERIFIER)

stranger = OAuth2Session("orders-api", KEY)
assert stranger.introspect_token(INTROSPECT, token=KEY).status_code == 401
assert stranger.introspect_token(INTROSPECT, token=KEY).json()["error"] == "invalid_client"

# Whoever holds the key revokes it, once or twice; then a token that never was.
for dead in [KEY, KEY, "no-such-token"]:
    answer = OAuth2Session("anybody", "").revoke_token(REVOKE, token=dead, token_type_hint="access_token")
    assert answer.status_code == 200 and answer.content == b"", answer.text
refused = session.revoke_token(REVOKE, token=VERIFIER)
assert refused.status_code == 400 and refused.json()["error"] == "unsupported_token_type", refused.text

assert session.introspect_token(INTROSPECT, token=KEY).json() == {"active": False}
refuses(InvalidTokenError, KEY)
print("all good")
