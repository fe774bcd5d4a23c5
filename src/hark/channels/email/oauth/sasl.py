"""What a mail server is told instead of a password: XOAUTH2 (Google's, also Microsoft's) and OAUTHBEARER (RFC 7628)."""

from collections.abc import Awaitable, Callable, Collection
from typing import Literal

from hark.channels.base import TransportError

GetToken = Callable[[str | None], Awaitable[str]]
"""An access token for one mailbox. The argument is one that the server has just refused (it is then renewed), or None.
Raises SignInNeeded."""

Mechanism = Literal["XOAUTH2", "OAUTHBEARER"]


class SignInNeeded(TransportError):
    """There is no access token to be had; the mailbox's own alarm says why and a person may have to sign in again."""

    def __init__(self, message: str) -> None:
        super().__init__(message, permanent=False)


def choose_mechanism(offered: Collection[str]) -> Mechanism | None:
    """The mechanism to use with a server that offers these (upper case), or None. XOAUTH2 first: all of ours have it."""
    if "XOAUTH2" in offered:
        return "XOAUTH2"
    return "OAUTHBEARER" if "OAUTHBEARER" in offered else None


def initial_response(mechanism: Mechanism, user: str, token: str, host: str, port: int) -> str:
    """What the client says first, before base64. Raises TransportError for a user name that cannot be said."""
    if not user.isprintable():
        raise TransportError(
            "The mailbox's user name holds a control character. Correct it in its settings.", permanent=False
        )
    if mechanism == "XOAUTH2":
        return f"user={user}\x01auth=Bearer {token}\x01\x01"
    identity = user.replace("=", "=3D").replace(",", "=2C")  # RFC 5801 section 4
    return f"n,a={identity},\x01host={host}\x01port={port}\x01auth=Bearer {token}\x01\x01"


def answer_to_refusal(mechanism: Mechanism) -> bytes:
    """After a refusal the server sends its reason and waits for this before it says NO or 535 (RFC 7628 section 3.2.3)."""
    return b"" if mechanism == "XOAUTH2" else b"\x01"
