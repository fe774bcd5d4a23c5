"""The one catalogue of fields that lists, counters and rules filter by."""

from typing import Any, Literal

import msgspec

from hark.core.sql import Sql

Type = Literal["choice", "number", "id", "uuid", "ids", "bits", "text", "texts", "time", "bool", "word"]


class Field(msgspec.Struct, frozen=True, kw_only=True):
    """One field: the column over alias `c` and the attribute of `Facts` it is, and what values it takes.

    `choices` are the words for the stored numbers, `me` whether "me" stands for the acting person.
    """

    type: Type
    column: Sql
    attribute: str
    nullable: bool = False
    me: bool = False
    choices: dict[str, int] = {}


def _field(type: Type, column: str, attribute: str, **options: Any) -> Field:
    return Field(type=type, column=Sql(column), attribute=attribute, **options)


STATUS = {"open": 0, "waiting": 1, "snoozed": 2, "resolved": 3, "spam": 4, "merged": 5}
SEVERITY = {"low": 0, "normal": 1, "high": 2, "urgent": 3}
DIFFICULTY = {"easy": 0, "normal": 1, "hard": 2}
CHANNEL = {"email": 1, "messenger": 2}
PROMISE = {"none": 0, "running": 1, "due_soon": 2, "overdue": 3}

FIELDS: dict[str, Field] = {
    "status": _field("choice", "c.status", "status", choices=STATUS),
    "severity": _field("choice", "c.severity", "severity", choices=SEVERITY),
    "difficulty": _field("choice", "c.difficulty", "difficulty", choices=DIFFICULTY),
    "number": _field("number", "c.number", "number"),
    "team": _field("id", "c.team_id", "team_id", nullable=True),
    "assignee": _field("id", "c.assignee_id", "assignee_id", nullable=True, me=True),
    "account": _field("id", "c.account_id", "account_id"),
    "contact": _field("uuid", "c.contact_id", "contact_id"),
    "company": _field("uuid", "c.company_id", "company_id", nullable=True),
    "topic": _field("id", "c.topic_id", "topic_id", nullable=True),
    "plan": _field(
        "word",
        "(SELECT k.plan FROM companies k WHERE k.workspace_id = c.workspace_id AND k.id = c.company_id)",
        "plan",
        nullable=True,
    ),
    "vip": _field(
        "bool",
        "(EXISTS (SELECT FROM contacts p WHERE p.workspace_id = c.workspace_id AND p.id = c.contact_id AND p.vip)"
        " OR EXISTS (SELECT FROM companies k WHERE k.workspace_id = c.workspace_id AND k.id = c.company_id AND k.vip))",
        "vip",
    ),
    "tag": _field("ids", "c.tag_ids", "tag_ids"),
    "channel": _field("bits", "c.channels", "channels", choices=CHANNEL),
    "subject": _field("text", "c.subject", "subject"),
    "preview": _field("text", "c.preview", "preview"),
    "address": _field(
        "texts",
        "ARRAY(SELECT i.value FROM identities i WHERE i.workspace_id = c.workspace_id AND i.contact_id = c.contact_id"
        " AND i.kind = 1)",
        "addresses",
    ),
    "created_at": _field("time", "c.created_at", "created_at"),
    "last_message_at": _field("time", "c.last_message_at", "last_message_at"),
    "waiting": _field("bool", "(c.wait_t0 IS NOT NULL)", "waiting"),
    "promise": _field(
        "choice",
        "(SELECT coalesce(max(CASE WHEN r.breached_at IS NOT NULL THEN 3 WHEN r.warned_at IS NOT NULL THEN 2 ELSE 1 END), 0)"
        " FROM promises r WHERE r.workspace_id = c.workspace_id AND r.conversation_id = c.id AND r.ended_at IS NULL)",
        "promise",
        choices=PROMISE,
    ),
}
"""Name -> field. A new field is one line here; `docs/guide/inbox.md` lists them and a test compares."""

OPS: dict[Type, tuple[str, ...]] = {
    "choice": ("is", "is_not", "in", "at_least", "at_most"),
    "number": ("is", "is_not", "in", "at_least", "at_most"),
    "id": ("is", "is_not", "in"),
    "uuid": ("is", "is_not", "in"),
    "ids": ("has", "has_not", "has_any"),
    "bits": ("has", "has_not"),
    "text": ("contains", "contains_not"),
    "texts": ("is", "ends_with", "contains"),
    "time": ("before", "after", "older_than", "newer_than"),
    "bool": ("is",),
    "word": ("is", "is_not", "in"),
}
"""The comparisons of each type. `older_than` and `newer_than` take seconds before now."""
