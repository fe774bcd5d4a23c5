"""Addresses in our mails that open without a sign-in: leaving automatic mail (RFC 8058), and files too large to send.

Each carries what it is for and a signature over that: nothing is stored, and nobody can make one for somebody else.
"""

import base64
import binascii
import struct
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from hark.core.crypto import Keys

FILE_DAYS = 30
_LEAVE = "unsubscribe link"
_FILE = "mailed file link"
_SIGNATURE = 16


class Leaving(NamedTuple):
    """Who wants no automatic mail any more."""

    workspace_id: int
    address: str


class MailedFile(NamedTuple):
    """A file that a mail links to; `until` in seconds since 1970."""

    workspace_id: int
    id: UUID
    until: int


def unsubscribe_url(base_url: str, keys: Keys, who: Leaving) -> str:
    """Good for ever: an old mail must still be able to end the mails."""
    return f"{base_url.rstrip('/')}/api/mail/unsubscribe/{_seal(keys, _LEAVE, _packed(who))}"


def read_leaving(keys: Keys, token: str) -> Leaving | None:
    """What a token of `unsubscribe_url` says, None for one that is not ours."""
    raw = _open(keys, _LEAVE, token)
    if raw is None or len(raw) < 5:
        return None
    return Leaving(struct.unpack(">I", raw[:4])[0], raw[4:].decode("utf-8", "replace"))


def file_url(base_url: str, keys: Keys, file: MailedFile) -> str:
    packed = struct.pack(">II", file.workspace_id, file.until) + file.id.bytes
    return f"{base_url.rstrip('/')}/api/mail/files/{_seal(keys, _FILE, packed)}"


def read_file(keys: Keys, token: str, now: datetime) -> MailedFile | None:
    """What a token of `file_url` says, None for one that is not ours or whose time is over."""
    raw = _open(keys, _FILE, token)
    if raw is None or len(raw) != 24:
        return None
    workspace_id, until = struct.unpack(">II", raw[:8])
    return MailedFile(workspace_id, UUID(bytes=raw[8:]), until) if until >= now.timestamp() else None


def file_until(sent_at: datetime) -> int:
    """How long the files of a mail are there: from its own time, so that every try links to the same."""
    return int((sent_at + timedelta(days=FILE_DAYS)).timestamp())


def _packed(who: Leaving) -> bytes:
    return struct.pack(">I", who.workspace_id) + who.address.lower().encode()


def _seal(keys: Keys, purpose: str, data: bytes) -> str:
    signed = keys.sign(purpose, data, length=_SIGNATURE) + data
    return base64.urlsafe_b64encode(signed).decode().rstrip("=")


def _open(keys: Keys, purpose: str, token: str) -> bytes | None:
    try:
        raw = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
    except (binascii.Error, ValueError):
        return None
    signature, data = raw[:_SIGNATURE], raw[_SIGNATURE:]
    return data if len(signature) == _SIGNATURE and keys.verify(purpose, data, signature) else None
