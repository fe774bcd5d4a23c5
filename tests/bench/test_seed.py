"""The seeded desk must be one that could have happened, or the lists measured on it are not those of the product."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
import pytest_asyncio

from hark.app import create_app
from hark.bench.actions import sign_in
from hark.bench.inbox import ask
from hark.bench.installation import Installation, installation
from hark.bench.queries import agent_ids, deep_threads
from hark.bench.seed import find_seeded, make, schema
from hark.core.services import open_services
from hark.hours.queries import load_calendars

pytestmark = pytest.mark.slow


@pytest_asyncio.fixture(scope="module")
async def here(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Installation]:
    folder: Path = tmp_path_factory.mktemp("seed")
    made = await make(folder, 2_000)
    assert find_seeded(folder) == made
    assert made.schema == schema()
    assert made.conversations == 2_000
    async with installation(folder=folder, smtp_port=0) as opened:
        yield opened


async def count(here: Installation, sql: str) -> int:
    return await here.db.one(int, sql)


async def test_about_ten_messages_each_and_a_few_open(here: Installation) -> None:
    assert 9 < await count(here, "SELECT count(*) FROM messages") / 2_000 < 11
    assert 20 < await count(here, "SELECT count(*) FROM conversations WHERE status < 3") < 60
    assert await count(here, "SELECT count(*) FROM conversations WHERE wait_t0 IS NOT NULL AND status <> 0") == 0


async def test_the_journal_is_gap_free_and_ends_at_its_head(here: Installation) -> None:
    events = await count(here, "SELECT count(*) FROM events")
    assert events == await count(here, "SELECT max(seq) FROM events")
    assert events == await count(here, "SELECT seq FROM journal_heads WHERE workspace_id = 1")
    assert await count(here, "SELECT sum(seq) FROM conversations") == events


async def test_each_message_has_its_event(here: Installation) -> None:
    unmatched = await count(
        here,
        "SELECT count(*) FROM messages m FULL JOIN (SELECT * FROM events WHERE kind IN (2, 3)) e"
        " ON e.conversation_id = m.conversation_id AND e.conversation_seq = m.seq AND e.subject_id = m.id"
        " AND e.kind = 1 + m.direction"
        " WHERE m.id IS NULL OR e.seq IS NULL",
    )
    assert unmatched == 0


async def test_events_read_back_as_their_structs(here: Installation) -> None:
    rows = await here.db.pool.fetch("SELECT kind, data FROM events ORDER BY seq DESC LIMIT 3000")
    for row in rows:
        msgspec.convert(row["data"], here.db.events[row["kind"]])
    assert {row["kind"] for row in rows} >= {1, 2, 3, 5, 8}


async def test_spans_touch_and_the_last_is_open(here: Installation) -> None:
    assert await count(here, "SELECT count(*) FROM spans WHERE t1 IS NULL") == 2_000
    gaps = await count(
        here,
        "SELECT count(*) FROM (SELECT t1, lead(t0) OVER (PARTITION BY conversation_id ORDER BY n) AS following FROM spans) s"
        " WHERE t1 IS DISTINCT FROM following AND abs(extract(epoch FROM t1 - following)) > 0.001",
    )
    assert gaps == 0


async def test_open_waits_are_those_of_the_conversations(here: Installation) -> None:
    apart = await count(
        here,
        "SELECT count(*) FROM (SELECT * FROM waits WHERE closed_at IS NULL) w"
        " FULL JOIN (SELECT * FROM conversations WHERE wait_t0 IS NOT NULL) c ON c.id = w.conversation_id"
        " WHERE w.f0 IS DISTINCT FROM c.wait_f0 OR abs(extract(epoch FROM w.opened_at) - c.wait_t0) > 0.001",
    )
    assert apart == 0


async def test_open_seconds_are_those_of_the_calendar(here: Installation) -> None:
    calendars = await load_calendars(here.db, 1)
    rows = await here.db.pool.fetch("SELECT wait_t0, wait_f0 FROM conversations WHERE wait_t0 IS NOT NULL LIMIT 200")
    assert rows
    for row in rows:
        assert row["wait_f0"] == pytest.approx(calendars.F(1, row["wait_t0"]), abs=0.001)


async def test_lists_and_threads_are_served(here: Installation) -> None:
    agents = await agent_ids(here.db)
    [person] = await sign_in(here, 1, agents[:1])
    [thread] = await deep_threads(here.db, 1)
    settings = msgspec.structs.replace(here.settings, database_url=here.dsn)
    async with open_services(settings, events=here.db.events, projectors=here.db.projectors) as services:
        app: Any = create_app(services)
        page = msgspec.json.decode(await ask(app, "/api/conversations?filter=open&order=price&limit=10", person))
        messages = msgspec.json.decode(await ask(app, f"/api/conversations/{thread}/thread?limit=100", person))
    assert len(page["items"]) == 10
    assert all(item["waiting_since"] and item["reason"]["text"] for item in page["items"])
    assert len(messages["items"]) == 100
    assert messages["next"]
