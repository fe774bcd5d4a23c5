"""Conditions over conversations: a tree of all, any, not and comparisons of fields."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec


class Compare(msgspec.Struct, frozen=True):
    """`{"field": "severity", "op": "at_least", "value": 2}`; the value is already of the field's type."""

    field: str
    op: str
    value: Any = None


class All(msgspec.Struct, frozen=True):
    """True when every part is; an empty one is true."""

    parts: tuple["Condition", ...]


class AnyOf(msgspec.Struct, frozen=True):
    """True when one part is; an empty one is false."""

    parts: tuple["Condition", ...]


class Not(msgspec.Struct, frozen=True):
    part: "Condition"


Condition = Compare | All | AnyOf | Not


class Facts(msgspec.Struct, kw_only=True):
    """What conditions can ask of one conversation; the in-memory twin of its row. Names are those of the columns.

    `addresses` are the contact's addresses in lower case, `waiting` whether the customer waits for us,
    `promise` how near to being broken the promises that run are: 0 there is none, to 3 one is overdue.
    """

    number: int
    status: int
    team_id: int | None
    assignee_id: int | None
    account_id: int
    contact_id: UUID
    company_id: UUID | None
    severity: int
    difficulty: int
    topic_id: int | None
    plan: str | None
    vip: bool
    tag_ids: list[int]
    channels: int
    subject: str
    preview: str
    created_at: datetime
    last_message_at: datetime
    waiting: bool
    promise: int
    addresses: list[str]
