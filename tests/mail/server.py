"""A mail server, and a reader of mail that knows nothing of Keystead: each message is parsed and printed as a line of JSON.

Settings: KEYSTEAD_MAIL_PORT (0: any), KEYSTEAD_MAIL_MODE (take, refuse, grumble, silent), KEYSTEAD_MAIL_TLS (none,
starttls, tls), KEYSTEAD_MAIL_CERT, KEYSTEAD_MAIL_KEY, KEYSTEAD_MAIL_LOGIN (user:password, needed when set).
"""

import asyncio
import json
import os
import socket
import ssl
from email import message_from_bytes, policy

from aiosmtpd.smtp import SMTP, AuthResult

MODE = os.environ.get("KEYSTEAD_MAIL_MODE", "take")
TLS = os.environ.get("KEYSTEAD_MAIL_TLS", "none")
LOGIN = os.environ.get("KEYSTEAD_MAIL_LOGIN")


def say(**what):
    print(json.dumps(what), flush=True)


def part(message, kind):
    found = message.get_body((kind,))
    return found.get_content() if found else None


class Handler:
    async def handle_RCPT(self, server, session, envelope, address, options):
        if MODE == "refuse":
            say(refused=address)
            return "550 5.1.1 no such person here"
        if MODE == "grumble":
            say(refused=address)
            return "451 4.3.0 come back later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        message = message_from_bytes(envelope.content, policy=policy.default)
        say(
            sender=envelope.mail_from,
            to=envelope.rcpt_tos,
            tls=TLS == "tls" or session.ssl is not None,
            login=(session.auth_data or {}).get("user") if isinstance(session.auth_data, dict) else None,
            headers=[[name, str(value)] for name, value in message.items()],
            defects=[repr(one) for one in message.defects],
            kinds=[one.get_content_type() for one in message.walk()],
            text=part(message, "plain"),
            html=part(message, "html"),
            raw=envelope.content.decode("latin-1"),
        )
        return "250 OK"


def check(server, session, envelope, mechanism, data):
    user, password = data.login.decode(), data.password.decode()
    return AuthResult(success=f"{user}:{password}" == LOGIN, auth_data={"user": user})


def context():
    made = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    made.load_cert_chain(os.environ["KEYSTEAD_MAIL_CERT"], os.environ["KEYSTEAD_MAIL_KEY"])
    return made


def speaker():
    return SMTP(
        Handler(),
        hostname="mail.test",
        tls_context=context() if TLS == "starttls" else None,
        require_starttls=TLS == "starttls",
        authenticator=check if LOGIN else None,
        auth_required=bool(LOGIN),
        auth_require_tls=False,
    )


async def main():
    loop = asyncio.get_running_loop()
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", int(os.environ.get("KEYSTEAD_MAIL_PORT", "0"))))
    listener.listen()
    port = listener.getsockname()[1]
    if MODE == "silent":
        say(port=port)
        listener.setblocking(False)
        held = []
        while True:
            held.append(await loop.sock_accept(listener))
            say(connected=True)
    server = await loop.create_server(speaker, sock=listener, ssl=context() if TLS == "tls" else None)
    say(port=port)
    await server.serve_forever()


asyncio.run(main())
