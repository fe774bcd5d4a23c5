"""Addresses a visitor's browser loads without its token: files and faces, each by a signature."""

import base64
import struct
from datetime import datetime, timedelta
from uuid import UUID

from hark.channels.messenger.types import Inbox
from hark.core.crypto import Keys

_DAY_S = 86_400
GOOD_FOR = timedelta(days=2)
_PURPOSE = "messenger file"
_FACE = "messenger face"


class Links:
    """Makes the addresses of one messenger. Those of a day are the same, so that a browser can keep what it loaded."""

    def __init__(self, inbox: Inbox, keys: Keys, now: datetime) -> None:
        self.inbox = inbox
        self._keys = keys
        day = int(now.timestamp()) // _DAY_S * _DAY_S
        self._until = day + int(GOOD_FOR.total_seconds())

    def file(self, id: UUID) -> str:
        """Where a file is read, for one to two days."""
        until = struct.pack(">I", self._until)
        signature = self._keys.sign(_PURPOSE, _subject(self.inbox, id, until))
        return f"/api/messenger/{self.inbox.key}/attachments/{id}/signed/{_text(until + signature)}"

    def face(self, agent_id: int | None, name: str | None, has_picture: bool) -> tuple[str, str | None]:
        """(name, picture) of somebody of the team; the messenger's own name where faces are not shown."""
        if agent_id is None or name is None or not self.inbox.config.show_faces:
            return self.inbox.name, None
        signature = _text(self._keys.sign(_FACE, _face(self.inbox, agent_id)))
        return name, f"/api/messenger/{self.inbox.key}/faces/{agent_id}/shown/{signature}" if has_picture else None


def is_signed(inbox: Inbox, keys: Keys, id: UUID, given: str, now: datetime) -> bool:
    """Whether `given` is what `Links.file` made for this file, and still good."""
    raw = _raw(given)
    if len(raw) != 20 or struct.unpack(">I", raw[:4])[0] < now.timestamp():
        return False
    return keys.verify(_PURPOSE, _subject(inbox, id, raw[:4]), raw[4:])


def is_face(inbox: Inbox, keys: Keys, agent_id: int, given: str) -> bool:
    """Whether this messenger has shown this person: nobody can leaf through the whole team."""
    raw = _raw(given)
    return len(raw) == 16 and keys.verify(_FACE, _face(inbox, agent_id), raw)


def _face(inbox: Inbox, agent_id: int) -> bytes:
    return struct.pack(">III", inbox.workspace_id, inbox.id, agent_id)


def _subject(inbox: Inbox, id: UUID, until: bytes) -> bytes:
    return struct.pack(">II", inbox.workspace_id, inbox.id) + id.bytes + until


def _raw(text: str) -> bytes:
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError:
        return b""


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")
