"""Erasing a person: what is asked, what a worker has still to do, and what the journal says about it."""

from datetime import datetime
from typing import Annotated, ClassVar
from uuid import UUID

import msgspec

from hark.core.events import Event
from hark.core.http import Body


class EraseBody(Body):
    """`confirm`: the contact's name, one of their addresses, or their id, as a sign that it is really this one."""

    confirm: Annotated[str, msgspec.Meta(min_length=1, max_length=400)]


class Known(msgspec.Struct, omit_defaults=True):
    """What the rest of somebody's data is found by, until it is gone. `addresses` in lower case; `files`: keys of uploads
    that nothing names any more."""

    addresses: list[str] = []
    files: list[str] = []


class Claim(msgspec.Struct, frozen=True, kw_only=True):
    """An erasure that a worker has taken. `cut`: rows with a younger id are somebody else's."""

    workspace_id: int
    contact_id: UUID
    contact_ids: list[UUID]
    cut: UUID
    known: Known
    after_id: UUID | None
    attempts: int
    requested_at: datetime


class ContactErased(Event, frozen=True, kw_only=True):
    """`subject_id` is the contact: name and addresses are gone, the rest follows in the background."""

    kind: ClassVar[int] = 250


class ConversationErased(Event, frozen=True, kw_only=True):
    """What was said in a conversation is gone, all of it or what one of several people has said. `subject_id` is the
    contact."""

    kind: ClassVar[int] = 251
    whole: bool


class ErasureEnded(Event, frozen=True, kw_only=True):
    """`subject_id` is the contact, of whom nothing is kept any more."""

    kind: ClassVar[int] = 252


EVENTS: tuple[type[Event], ...] = (ContactErased, ConversationErased, ErasureEnded)
