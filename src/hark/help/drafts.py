"""What a new article begins with: a conversation, searches that found nothing, or a reply that is used often.

An article is for everybody, so what a conversation says about its customer is taken out or made a visible blank: names
of those who took part, addresses, telephone numbers, long numbers.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

import msgspec

from hark.conversations.visibility import visible
from hark.core.db import Tx
from hark.core.sql import Sql
from hark.core.text import one_line
from hark.help.types import FromConversation, FromReply, FromSearches, NewArticle

QUESTION = {"en": "Question", "it": "Domanda", "ko": "질문"}
ANSWER = {"en": "Answer", "it": "Risposta", "ko": "답변"}
BLANK = "[…]"
MAX_MESSAGES = 40
MAX_SIGNATURE = 8
"""Lines behind a closing that are who wrote it."""
_ADDRESS = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_NUMBER = re.compile(r"(?<![\w.])\+?\d[\d ()./-]{5,}\d(?!\w)")
_TOKEN = re.compile(r"\b(?=\w*\d)(?=\w*[A-Za-z])[\w-]{8,}\b")
_GREETING = re.compile(
    r"^(?:hi|hello|dear|hey|good (?:morning|afternoon|evening)|ciao|salve|buon ?giorno|gentile|안녕하세요)\b[^\n.!?]{0,60}[,.!]?\s*$",
    re.IGNORECASE,
)
_CLOSING = re.compile(
    r"^(?:best(?: regards)?|kind regards|regards|cheers|thanks|thank you|sincerely|cordiali saluti|saluti|grazie|감사합니다)"
    r"[^\n]{0,40}$",
    re.IGNORECASE,
)


class Draft(msgspec.Struct, frozen=True):
    """How a text begins."""

    title: str
    summary: str
    body: str
    keywords: list[str]


async def begin(tx: Tx, new: NewArticle, language: str) -> tuple[Draft, dict[str, Any] | None]:
    """The first words of a new article, and what is remembered of where they came from. What the request says itself goes
    before what its source says. Raises NotFound for a conversation the actor does not see."""
    origin: dict[str, Any]
    match new.source:
        case FromConversation(id):
            found, origin = await _from_conversation(tx, id, language), {"type": "conversation", "id": str(id)}
        case FromSearches(queries):
            found, origin = _from_searches(queries), {"type": "searches", "queries": queries[:10]}
        case FromReply():
            found, origin = _from_reply(new.source), {"type": "reply"}
        case _:
            return Draft(new.title.strip(), new.summary, new.body, new.keywords), None
    return Draft(
        new.title.strip() or found.title,
        new.summary or found.summary,
        new.body or found.body,
        new.keywords or found.keywords,
    ), origin


def _from_searches(queries: Sequence[str]) -> Draft:
    title = one_line(queries[0], 300)
    return Draft(title[:1].upper() + title[1:], "", "", list(dict.fromkeys(one_line(q, 80) for q in queries))[:50])


def _from_reply(source: FromReply) -> Draft:
    first = next((line.strip("# ") for line in source.text.splitlines() if line.strip()), "")
    return Draft(source.title.strip() or one_line(first, 120), "", source.text.strip(), [])


class _Said(msgspec.Struct):
    direction: int
    text: str
    quoted_at: int | None


class _Talk(msgspec.Struct):
    subject: str
    names: list[str]


async def _from_conversation(tx: Tx, id: UUID, language: str) -> Draft:
    talk = await tx.one(
        _Talk,
        Sql(
            "SELECT c.subject, ARRAY(SELECT p.name FROM contacts p WHERE p.workspace_id = c.workspace_id"
            " AND p.id = c.contact_id AND p.name IS NOT NULL UNION SELECT g.name FROM agents g JOIN messages m"
            " ON m.workspace_id = g.workspace_id AND m.author_kind = 1 AND m.author_id = g.id::text"
            " WHERE m.workspace_id = c.workspace_id AND m.conversation_id = c.id) AS names"
            " FROM conversations c WHERE c.workspace_id = {} AND c.id = {} AND {}",
            tx.workspace_id, id, visible(tx.actor),
        ),
        missing="This conversation does not exist, or is not within your reach.",
    )  # fmt: skip
    said = await tx.all(
        _Said,
        "SELECT direction, text, (headers->>'quoted_at')::int AS quoted_at FROM messages WHERE workspace_id = $1"
        " AND conversation_id = $2 AND kind = 1 AND direction IN (1, 2) AND author_kind <> 4 AND audience > 0 AND deleted_at IS NULL"
        " ORDER BY seq LIMIT $3",
        tx.workspace_id, id, MAX_MESSAGES,
    )  # fmt: skip
    asked = [without_names(_own_words(m), talk.names) for m in said if m.direction == 1]
    answers = [without_names(_own_words(m), talk.names) for m in said if m.direction == 2]
    code = language.partition("-")[0]
    question = next((text for text in asked if text), "")
    parts = []
    if question:
        quoted = "\n".join(f"> {line}".rstrip() for line in question.splitlines())
        parts += [f"## {QUESTION.get(code, QUESTION['en'])}", quoted]
    parts += [f"## {ANSWER.get(code, ANSWER['en'])}", *(text for text in answers if text)]
    return Draft(without_names(one_line(talk.subject, 300), talk.names), "", "\n\n".join(parts), [])


def _own_words(message: _Said) -> str:
    return (message.text if message.quoted_at is None else message.text[: message.quoted_at]).strip()


def without_names(text: str, names: Iterable[str]) -> str:
    """A text of a conversation as everybody may read it. Pure."""
    lines = [line for line in text.splitlines() if not _GREETING.match(line.strip())]
    closing = next((n for n in reversed(range(len(lines))) if _CLOSING.match(lines[n].strip())), len(lines))
    if len(lines) - closing > MAX_SIGNATURE:
        closing = len(lines)
    text = "\n".join(lines[:closing]).strip()
    text = _ADDRESS.sub(BLANK, text)
    text = _NUMBER.sub(BLANK, text)
    text = _TOKEN.sub(BLANK, text)
    parts = {part for name in names for part in [name, *name.split()] if len(part) > 1}
    for part in sorted(parts, key=len, reverse=True):
        text = re.sub(rf"(?<!\w){re.escape(part)}(?!\w)", BLANK, text, flags=re.IGNORECASE)
    return re.sub(rf"(?:{re.escape(BLANK)}\s*)+{re.escape(BLANK)}", BLANK, text).strip()
