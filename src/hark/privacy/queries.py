"""What there is of a person, in portions: for whoever erases it."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import msgspec

from hark.core.db import Db, Queries
from hark.intake.summary import MailSummary
from hark.intake.types import Envelope
from hark.privacy.types import Claim


async def find_family(db: Queries, workspace_id: int, id: UUID) -> tuple[UUID, list[UUID]]:
    """The contact that stands for a person, and its id with those of all that were merged into it. Raises NotFound."""
    root = await db.one(UUID, _ROOT, workspace_id, id, missing="There is no such contact.")
    return root, await db.all(UUID, _FAMILY, workspace_id, root)


_ROOT = """
WITH RECURSIVE up AS (
  SELECT id, merged_into FROM contacts WHERE workspace_id = $1 AND id = $2
  UNION SELECT c.id, c.merged_into FROM up JOIN contacts c ON c.workspace_id = $1 AND c.id = up.merged_into
)
SELECT id FROM up WHERE merged_into IS NULL
"""
_FAMILY = """
WITH RECURSIVE down AS (
  SELECT id FROM contacts WHERE workspace_id = $1 AND id = $2
  UNION SELECT c.id FROM down JOIN contacts c ON c.workspace_id = $1 AND c.merged_into = down.id
)
SELECT id FROM down ORDER BY id
"""


class Place(msgspec.Struct, frozen=True):
    """A conversation of the person. `busy`: a reply is being handed to a mail server at this moment."""

    id: UUID
    status: int
    busy: bool


async def next_conversations(db: Db, one: Claim, limit: int) -> list[Place]:
    """Their conversations after the last one that is done, in id order."""
    return await db.all(
        Place,
        "SELECT c.id, c.status, EXISTS (SELECT FROM outbox o WHERE o.workspace_id = $1 AND o.conversation_id = c.id"
        " AND o.state = 2) AS busy FROM conversations c WHERE c.workspace_id = $1 AND c.contact_id = ANY($2::uuid[])"
        " AND ($3::uuid IS NULL OR c.id > $3) ORDER BY c.id LIMIT $4",
        one.workspace_id, one.contact_ids, one.after_id, limit,
    )  # fmt: skip


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """A message with all files that belong to it. `theirs`: another customer has written it; `told`: its text when no person
    has, but Hark or a mail server."""

    id: UUID
    conversation_id: UUID
    seq: int
    theirs: bool
    told: str | None
    text: str
    headers: dict[str, Any]
    html_key: str | None
    intake_id: UUID | None
    raw_key: str | None
    file_names: list[str]
    file_keys: list[str]


async def messages_of(db: Db, one: Claim, conversation_id: UUID, after_seq: int, limit: int) -> list[Message]:
    """The next messages of one of their conversations that are not erased yet."""
    return await db.all(
        Message, _MESSAGES + " AND m.conversation_id = $3 AND m.seq > $4 AND NOT m.headers ? 'erased' ORDER BY m.seq LIMIT $5",
        one.workspace_id, [str(id) for id in one.contact_ids], conversation_id, after_seq, limit,
    )  # fmt: skip


async def messages_by_id(db: Db, one: Claim, ids: Sequence[UUID]) -> list[Message]:
    """These messages, in no order."""
    return await db.all(
        Message, _MESSAGES + " AND m.id = ANY($3::uuid[])",
        one.workspace_id, [str(id) for id in one.contact_ids], list(ids),
    )  # fmt: skip


# Of what is no message of another person (kind 1: no delivery report, no automatic answer) nothing is kept.
_MESSAGES = """
SELECT m.id, m.conversation_id, m.seq, m.kind = 1 AND m.author_kind = 3 AND m.author_id <> ALL($2::text[]) AS theirs,
  CASE WHEN m.kind IN (3, 5) THEN m.text END AS told, m.text,
  m.headers, m.html_key, m.intake_id, nullif(i.blob_key, '') AS raw_key,
  ARRAY(SELECT f.name FROM attachments f WHERE f.workspace_id = $1 AND f.message_id = m.id) AS file_names,
  ARRAY(SELECT f.blob_key FROM attachments f WHERE f.workspace_id = $1 AND f.message_id = m.id) AS file_keys
FROM messages m LEFT JOIN intake_items i ON i.workspace_id = $1 AND i.id = m.intake_id
WHERE m.workspace_id = $1"""


class Spoken(msgspec.Struct, frozen=True):
    """Where in somebody else's conversation the person has written first, what, and the Message-IDs of that in lower case."""

    conversation_id: UUID
    seq: int
    ids: list[UUID]
    mail_ids: list[str]


async def spoken_elsewhere(db: Db, one: Claim) -> list[Spoken]:
    """What they have written in conversations of others."""
    return await db.all(
        Spoken,
        "SELECT conversation_id, min(seq) AS seq, array_agg(id ORDER BY seq) AS ids,"
        " array_remove(array_agg(lower(external_id)), NULL) AS mail_ids FROM messages WHERE workspace_id = $1"
        " AND author_kind = 3 AND author_id = ANY($2::text[]) AND NOT headers ? 'erased' GROUP BY conversation_id",
        one.workspace_id, [str(id) for id in one.contact_ids],
    )  # fmt: skip


async def messages_after(db: Db, one: Claim, conversation_id: UUID, seq: int) -> list[UUID]:
    """Others' messages after that number which may quote what was said before, in their text, HTML or raw mail; also the
    team's, where they came as mail."""
    return await db.all(
        UUID,
        "SELECT id FROM messages m WHERE workspace_id = $1 AND conversation_id = $2 AND seq > $3 AND NOT headers ? 'erased'"
        " AND (direction = 1 OR intake_id IS NOT NULL) AND (headers ? 'quoted_at' OR html_key IS NOT NULL"
        " OR EXISTS (SELECT FROM intake_items i WHERE i.workspace_id = $1 AND i.id = m.intake_id AND i.blob_key <> ''))",
        one.workspace_id, conversation_id, seq,
    )  # fmt: skip


async def messages_naming(db: Db, one: Claim, words: str, address: str, after: UUID) -> list[UUID]:
    """The next older messages that the index of words finds for the address and whose header names it, or whose text
    when Hark or a mail server has written it."""
    return await db.all(
        UUID,
        "SELECT m.id FROM message_search s JOIN messages m ON m.workspace_id = $1 AND m.id = s.message_id"
        " WHERE s.workspace_id = $1 AND s.tokens @@ $2::text::tsquery AND m.id > $4 AND m.id < $5"
        " AND (position($3 IN lower(m.headers::text)) > 0 OR m.kind IN (3, 5) AND position($3 IN lower(m.text)) > 0) ORDER BY m.id LIMIT 200",
        one.workspace_id, words, address, after, one.cut,
    )  # fmt: skip


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the ledger. `erased`: its message is, or it has none; `about`: it belongs to one of their conversations;
    `waiting`: for a person's decision."""

    id: UUID
    blob_key: str
    envelope: Envelope
    mail: MailSummary | None
    erased: bool
    about: bool
    waiting: bool


async def lines_naming(db: Db, one: Claim, words: str, after: UUID) -> list[Line]:
    """The next older lines of the ledger that an address is found in."""
    return await db.all(
        Line, _LINES + " AND i.tokens @@ $3::text::tsquery AND i.id > $4 AND i.id < $5 ORDER BY i.id LIMIT 200",
        one.workspace_id, one.contact_ids, words, after, one.cut,
    )  # fmt: skip


async def lines_telling(db: Db, one: Claim, address: str, after: UUID) -> list[Line]:
    """The next older lines, delivery reports above all, whose reason names an address; none that waits for somebody."""
    return await db.all(
        Line,
        _LINES + " AND i.fate > 2 AND i.fate NOT IN (6, 7) AND position($3 IN lower(i.reason)) > 0 AND i.id > $4 AND i.id < $5"
        " ORDER BY i.id LIMIT 200",
        one.workspace_id, one.contact_ids, address, after, one.cut,
    )  # fmt: skip


async def lines_about(db: Db, one: Claim, after: UUID) -> list[Line]:
    """The next lines that ended in one of their conversations: chats (source 7), and mail that became no message of its own,
    for other mail went with its message."""
    return await db.all(
        Line,
        _LINES + " AND i.conversation_id IN (SELECT id FROM conversations WHERE workspace_id = $1"
        " AND contact_id = ANY($2::uuid[])) AND (i.source = 7 OR i.fate > 2) AND i.mail IS DISTINCT FROM '{}' AND i.id > $3"
        " ORDER BY i.id LIMIT 5000",
        one.workspace_id, one.contact_ids, after,
    )  # fmt: skip


_LINES = """
SELECT i.id, i.blob_key, i.envelope, i.mail, coalesce(m.headers ? 'erased', i.fate <> 0) AS erased,
  coalesce(c.contact_id = ANY($2::uuid[]), false) AS about, i.fate IN (6, 7) AS waiting
FROM intake_items i LEFT JOIN messages m ON m.workspace_id = $1 AND m.id = i.message_id
LEFT JOIN conversations c ON c.workspace_id = $1 AND c.id = i.conversation_id
WHERE i.workspace_id = $1"""


class Carried(msgspec.Struct, frozen=True):
    """Something with a JSON column that may name the person."""

    id: UUID
    value: dict[str, Any]


async def endpoints_of(db: Db, one: Claim, conversation_ids: Sequence[UUID]) -> list[Carried]:
    """Threads of others' conversations, with whom an answer would go to."""
    return await db.all(
        Carried, "SELECT id, refs AS value FROM endpoints WHERE workspace_id = $1 AND conversation_id = ANY($2::uuid[])",
        one.workspace_id, list(conversation_ids),
    )  # fmt: skip


async def replies_of(db: Db, one: Claim, conversation_ids: Sequence[UUID]) -> list[Carried]:
    """Replies in others' conversations, with their recipients; not those that a server is being given now."""
    return await db.all(
        Carried,
        "SELECT id, body AS value FROM outbox WHERE workspace_id = $1 AND conversation_id = ANY($2::uuid[]) AND state <> 2",
        one.workspace_id, list(conversation_ids),
    )  # fmt: skip
