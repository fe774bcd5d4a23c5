"""Search over the words of messages, their subjects, people and file names."""

from datetime import datetime
from uuid import UUID

import msgspec

from hark.conversations.queries import find_rows
from hark.conversations.views import Row
from hark.conversations.visibility import visible
from hark.core.actor import Actor
from hark.core.db import Db
from hark.core.paging import MAX_LIMIT, check_limit, decode_cursor, encode_cursor
from hark.core.sql import FALSE, TRUE, Sql
from hark.core.text import cjk_runs, fold, search_query

MAX_FOUND = 1_000  # conversations a list can be narrowed to by words
OVER_FETCH = 3  # of Chinese, Japanese and Korean hits some only hold the pairs, not the word
BEFORE, AFTER = 40, 120  # characters of a snippet around its first hit


class Hit(msgspec.Struct, frozen=True, kw_only=True):
    """One message found. `snippet` is the place in its text, or its beginning when only a name or subject met."""

    conversation: Row
    message_id: UUID
    seq: int
    at: datetime
    snippet: str


class SearchPage(msgspec.Struct, kw_only=True):
    """Hits, newest first. `more`: there may be further ones ("25+")."""

    items: list[Hit]
    next: str | None
    more: bool


class _Found(msgspec.Struct):
    message_id: UUID
    conversation_id: UUID
    at: datetime
    seq: int
    text: str
    around: str


async def search(db: Db, actor: Actor, q: str, *, cursor: str | None = None, limit: int = 25) -> SearchPage:
    """Messages that hold every word of `q`, newest first, in conversations the actor may see and that are not spam."""
    check_limit(limit)
    tokens = search_query(q)
    if tokens is None:
        return SearchPage(items=[], next=None, more=False)
    name = f"search:{q}"
    after = TRUE
    if cursor:
        after = Sql("(s.occurred_at, s.message_id) < ({}, {})", *decode_cursor(name, cursor, datetime, UUID))
    runs = cjk_runs(q)
    fetch = min((limit + 1) * (OVER_FETCH if runs else 1), MAX_LIMIT * OVER_FETCH)
    rows = await db.all(_Found, Sql(_SEARCH, actor.workspace_id, tokens, after, visible(actor), fetch))
    kept = [row for row in rows if holds(row.around, runs)]
    shown = kept[:limit]
    conversations = {r.id: r for r in await find_rows(db, actor, [f.conversation_id for f in shown], now=db.now())}
    items = [
        Hit(conversation=conversations[f.conversation_id], message_id=f.message_id, seq=f.seq, at=f.at,
            snippet=snippet(f.text, q))
        for f in shown if f.conversation_id in conversations
    ]  # fmt: skip
    more = len(kept) > limit or len(rows) == fetch
    last = shown[-1] if len(kept) > limit else rows[-1] if rows else None
    following = encode_cursor(name, last.at, last.message_id) if more and last else None
    return SearchPage(items=items, next=following, more=more)


_SEARCH = """
SELECT s.message_id, s.conversation_id, s.occurred_at AS at, m.seq, m.text,
  concat_ws(' ', m.text, m.headers->>'subject', m.headers->>'from', m.headers->>'to', m.headers->>'cc',
    (SELECT string_agg(f.name, ' ') FROM attachments f WHERE f.workspace_id = m.workspace_id AND f.message_id = m.id))
    AS around
FROM message_search s
JOIN messages m ON m.workspace_id = s.workspace_id AND m.id = s.message_id
JOIN conversations c ON c.workspace_id = s.workspace_id AND c.id = s.conversation_id
WHERE s.workspace_id = {} AND s.tokens @@ {}::text::tsquery AND {} AND {} AND c.status <> 4 AND m.deleted_at IS NULL
ORDER BY s.occurred_at DESC, s.message_id DESC LIMIT {}
"""


def matching(actor: Actor, q: str) -> Sql:
    """The predicate over `c` that narrows a list by words: a message of it holds them all, or it has this number
    (`#17`: only the number)."""
    number = q.strip().removeprefix("#")
    by_number = Sql("c.number = {}", int(number)) if number.isdecimal() and len(number) < 18 else FALSE
    tokens = search_query(q)
    if tokens is None or q.strip().startswith("#"):
        return by_number
    return Sql(
        "({} OR c.id IN (SELECT conversation_id FROM message_search WHERE workspace_id = {}"
        " AND tokens @@ {}::text::tsquery ORDER BY occurred_at DESC LIMIT {}))",
        by_number, actor.workspace_id, tokens, MAX_FOUND,
    )  # fmt: skip


def holds(text: str, runs: list[str]) -> bool:
    """Whether a text really holds each run: its pairs alone can also meet in other words."""
    folded = fold(text) if runs else ""
    return all(run in folded for run in runs)


def snippet(text: str, q: str) -> str:
    """The surroundings of the first hit of any word of `q`, in one line."""
    line = " ".join(text.split())
    low = line.casefold()
    hits = [at for word in q.casefold().split() if (at := low.find(word)) >= 0]
    start = max(0, min(hits, default=0) - BEFORE)
    end = min(len(line), start + BEFORE + AFTER)
    return ("…" if start else "") + line[start:end].strip() + ("…" if end < len(line) else "")
