"""What the checks of several providers have in common: the password in the address, and how old a signature may be. Pure."""

import base64
import binascii
import hmac
from datetime import datetime, timedelta

from hark.channels.email.providers.types import Post, Refused, Secrets

USER = "hark"
AHEAD = timedelta(minutes=10)  # clocks differ


def has_password(post: Post, secrets: Secrets) -> bool:
    """Whether the request carries the user name and password that stand in the address we gave out (RFC 7617)."""
    scheme, _, credential = post.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic" or not secrets.password:
        return False
    try:
        given = base64.b64decode(credential.strip(), validate=True)
    except (binascii.Error, ValueError):
        return False
    return hmac.compare_digest(given, f"{USER}:{secrets.password}".encode())


def require_recent(seconds: str, now: datetime, *, at_most: timedelta, what: str) -> None:
    """Raises Refused for a time (in seconds since 1970) that is none, ahead of ours, or older than `at_most`."""
    try:
        age = now.timestamp() - float(seconds)
    except ValueError:
        age = float("nan")
    if not -AHEAD.total_seconds() <= age <= at_most.total_seconds():
        raise Refused(
            f"{what} is signed for another time than now, so it may be an old one sent again. "
            "Check that the clock of this machine is right."
        )
