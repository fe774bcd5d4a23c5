"""Every list is served by an index, or by a bounded scan of the open partial index: never by reading the whole table."""

import contextlib
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import pytest
from tests.support.workspace import TestWorkspace

from hark.conversations import queries
from hark.conversations.lists import ListQuery, condition_of
from hark.conversations.queries import count_conversations, get_conversation, list_conversations, list_of_contact
from hark.conversations.search import search
from hark.conversations.thread import list_thread
from hark.core.db import Db
from hark.core.ids import uuid7
from hark.core.services import Services
from hark.privacy.export import export_contact
from hark.privacy.queries import messages_after, messages_of, next_conversations, spoken_elsewhere
from hark.privacy.types import Claim, Known

MANY = 20_000
BIG = ("conversations", "messages", "events", "message_search", "contacts", "identities", "reads")

_FILL = """
INSERT INTO contacts (workspace_id, id, name, created_at)
  SELECT $1, gen_random_uuid(), 'c' || n, now() FROM generate_series(1, 20000) n
"""
_CONVERSATIONS = """
WITH people AS (SELECT array_agg(id) AS ids FROM contacts WHERE workspace_id = $1)
INSERT INTO conversations (workspace_id, id, number, contact_id, account_id, team_id, status, stage, holder_kind,
  created_at, last_message_at, wait_t0, wait_f0, calendar_id, per_s, stake, seq, customer_seq, public_seq)
SELECT $1, gen_random_uuid(), n + 10, people.ids[1 + n % 20000], $2, CASE WHEN n % 3 = 0 THEN $3::int END,
  CASE WHEN n % 40 = 0 THEN 0 WHEN n % 40 = 1 THEN 1 WHEN n % 400 = 2 THEN 2 WHEN n % 100 = 3 THEN 4 ELSE 3 END, 1, 1,
  now() - n * interval '1 minute', now() - n * interval '1 minute',
  CASE WHEN n % 40 = 0 THEN extract(epoch FROM now()) - n END, CASE WHEN n % 40 = 0 THEN 0 END, $4,
  CASE WHEN n % 40 = 0 THEN 1 / 26640.0 END, CASE WHEN n % 40 = 0 THEN 120000 + n % 1000 END, 2, 2, 2
FROM people, generate_series(1, $5::int) n
"""
_MESSAGES = """
INSERT INTO messages
  (workspace_id, id, conversation_id, seq, direction, kind, audience, author_kind, author_id, occurred_at, text)
  SELECT workspace_id, gen_random_uuid(), id, 2, 1, 1, 1, 3, contact_id::text, created_at,
    CASE WHEN number % 20 = 0 THEN 'parcel ' ELSE 'other ' END || number FROM conversations
  WHERE workspace_id = $1
"""
_EVENTS = """
INSERT INTO events (workspace_id, seq, kind, v, conversation_id, conversation_seq, actor_kind, occurred_at, recorded_at,
  data)
  SELECT workspace_id, number + 100000, 1, 1, id, 1, 0, created_at, created_at, '{}' FROM conversations
  WHERE workspace_id = $1
"""
_IDENTITIES = """
INSERT INTO identities (workspace_id, id, contact_id, kind, value)
  SELECT workspace_id, gen_random_uuid(), id, 1, name || '@x.example' FROM contacts WHERE workspace_id = $1
"""
_READS = """
INSERT INTO reads (workspace_id, conversation_id, agent_id, seq)
  SELECT c.workspace_id, c.id, a.id, 2 FROM conversations c JOIN agents a USING (workspace_id)
  WHERE c.workspace_id = $1 AND c.number % 3 = 0
"""
_SEARCH = """
INSERT INTO message_search (workspace_id, message_id, conversation_id, occurred_at, tokens)
  SELECT workspace_id, id, conversation_id, occurred_at,
    array_to_tsvector(string_to_array(text, ' ') || ARRAY['w' || seq, 'x' || left(id::text, 2)]) FROM messages
  WHERE workspace_id = $1
"""


_filled: dict[str, TestWorkspace] = {}


@pytest.fixture
async def filled(db: Db, dsn: str, workspace: TestWorkspace) -> TestWorkspace:
    """The workspace of the module's first test, with twenty thousand conversations."""
    if dsn not in _filled:
        _filled[dsn] = workspace
        await db.run(_FILL, workspace.id)
        await db.run(_CONVERSATIONS, workspace.id, workspace.account_id, workspace.team_id, workspace.calendar_id, MANY)
        for statement in (_MESSAGES, _EVENTS, _IDENTITIES, _READS, _SEARCH):
            await db.run(statement, workspace.id)
        await db.run("SELECT gin_clean_pending_list('message_search_gin')")  # as autovacuum does
        for table in BIG:
            await db.run(f"ANALYZE {table}")
    return _filled[dsn]


@contextlib.asynccontextmanager
async def plans(db: Db) -> AsyncIterator[list[str]]:
    """Explains every statement that runs meanwhile, with its own arguments; yields the plans."""
    found: list[str] = []
    seen: list[tuple[str, tuple[Any, ...]]] = []

    def log(record: Any) -> None:
        if record.query.lstrip().startswith(("SELECT", "WITH")) and "pg_advisory" not in record.query:
            seen.append((record.query, tuple(record.args)))

    connections = [holder._con for holder in db.pool._holders if holder._con]
    for one in connections:
        one.add_query_logger(log)
    yield found
    for one in connections:
        one.remove_query_logger(log)
    async with db.pool.acquire() as conn:
        for query, args in seen:
            rows = await conn.fetch(f"EXPLAIN {query}", *args)
            found.append("\n".join(r[0] for r in rows))


def no_big_scan(found: list[str]) -> None:
    assert found
    for plan in found:
        scans = [line for line in plan.splitlines() if "Seq Scan on" in line]
        assert not [s for s in scans if any(f"Seq Scan on {table} " in s for table in BIG)], plan


@pytest.mark.parametrize("order", ["price", "oldest", "newest"])
@pytest.mark.parametrize("preset", ["open", "unassigned", "mine", "snoozed", "resolved", "spam"])
async def test_lists(db: Db, filled: TestWorkspace, order: queries.Order, preset: str) -> None:
    for query in (
        ListQuery(filter=preset), ListQuery(filter=preset, team=filled.team_id), ListQuery(filter=preset, tag=1),
        ListQuery(filter=preset, q="parcel xff"),
    ):  # fmt: skip
        condition, name = condition_of(query, filled.owner, now=db.now())
        async with plans(db) as found:
            page = await list_conversations(db, filled.owner, condition=condition, order=order, name=name)
        no_big_scan(found)
        if page.next:
            async with plans(db) as found:
                await list_conversations(
                    db, filled.owner, condition=condition, order=order, name=name, cursor=page.next
                )
            no_big_scan(found)


async def test_counters_detail_thread_search_and_contact(db: Db, filled: TestWorkspace) -> None:
    condition, name = condition_of(ListQuery(), filled.owner, now=db.now())
    row = (await list_conversations(db, filled.owner, condition=condition, order="price", name=name)).items[0]
    for read in (
        lambda: count_conversations(db, filled.owner),
        lambda: get_conversation(db, filled.owner, row.id, now=db.now()),
        lambda: list_thread(db, filled.owner, row.id),
        lambda: search(db, filled.owner, "parcel xff"),
        lambda: list_of_contact(db, filled.owner, row.contact.id),
    ):
        async with plans(db) as found:
            await read()
        no_big_scan(found)


async def test_erasing_somebody_and_a_copy_of_their_data(db: Db, filled: TestWorkspace, services: Services) -> None:
    """What one person has said is looked for by their own id, in whatever conversation it stands."""
    contact = await db.one(UUID, "SELECT contact_id FROM conversations WHERE workspace_id = $1 LIMIT 1", filled.id)
    claim = Claim(
        workspace_id=filled.id, contact_id=contact, contact_ids=[contact], cut=uuid7(), known=Known(), after_id=None,
        attempts=1, requested_at=db.now(),
    )  # fmt: skip
    async with plans(db) as found:
        await spoken_elsewhere(db, claim)
        (place, *_) = await next_conversations(db, claim, 20)
        await messages_of(db, claim, place.id, -1, 200)
        await messages_after(db, claim, place.id, 0)
    no_big_scan(found)
    async with plans(db) as found:
        _, pieces = await export_contact(db, filled.owner, services.files, contact)
        assert [piece async for piece in pieces]
    no_big_scan(found)
