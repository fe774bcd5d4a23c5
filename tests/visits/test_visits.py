"""Facts about visits: written down in a moment, lost only when there is no other way, and forgotten."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from tests.conftest import FakeClock
from tests.support.workspace import TestWorkspace

from hark.core import metrics
from hark.core.db import Db
from hark.core.errors import Unavailable
from hark.core.ids import uuid7
from hark.visits import writer as writing
from hark.visits.actions import forget_visits, start_visit
from hark.visits.queries import list_visits, timeline, visitors_of
from hark.visits.types import FactKind, NewVisit
from hark.visits.writer import FactWriter

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)


async def new_visitor(db: Db, workspace: TestWorkspace, *, at: datetime | None = None) -> UUID:
    id = uuid7()
    await db.run(
        "INSERT INTO visitors (workspace_id, id, account_id, token_hash, created_at, last_seen_at)"
        " VALUES ($1, $2, $3, $4, $5, $5)",
        workspace.id, id, workspace.account_id, id.bytes, at or db.now(),
    )  # fmt: skip
    return id


def visit_of(workspace: TestWorkspace, visitor: UUID, **more: Any) -> NewVisit:
    return NewVisit(workspace_id=workspace.id, account_id=workspace.account_id, visitor_id=visitor, **more)


async def count_facts(db: Db, workspace: TestWorkspace) -> int:
    return await db.one(int, "SELECT count(*) FROM visit_facts WHERE workspace_id = $1", workspace.id)


async def kinds(db: Db, workspace: TestWorkspace, visitor: UUID) -> list[str]:
    visits = await list_visits(db, workspace.id, [visitor])
    return [f.kind for f in await timeline(db, workspace.id, visits)]


async def test_facts_are_written_and_read_newest_first(db: Db, workspace: TestWorkspace) -> None:
    visitor, visits, id = await new_visitor(db, workspace), FactWriter(db), uuid4()
    assert await visits.enter(visit_of(workspace, visitor, id=id, landing="https://a.example/")) == id
    visits.add(workspace.id, id, NOW, FactKind.LANDED, {"url": "https://a.example/"})
    visits.add(workspace.id, id, NOW + timedelta(seconds=5), FactKind.EVENT, {"name": "cart", "data": {"items": 2}})
    await visits.close()
    (seen,) = await list_visits(db, workspace.id, [visitor])
    assert (seen.id, seen.landing) == (id, "https://a.example/")
    facts = await timeline(db, workspace.id, [seen])
    assert [(f.kind, f.at) for f in facts] == [("event", NOW + timedelta(seconds=5)), ("landed", NOW)]
    assert facts[0].data == {"name": "cart", "data": {"items": 2}}


async def test_a_visit_is_its_visitors_alone(db: Db, workspace: TestWorkspace, stranger: TestWorkspace) -> None:
    one, other, id = await new_visitor(db, workspace), await new_visitor(db, workspace), uuid4()
    visits = FactWriter(db)
    assert await visits.enter(visit_of(workspace, one, id=id)) == id
    assert await visits.enter(visit_of(workspace, other, id=id)) is None
    assert await start_visit(db, visit_of(stranger, one, id=uuid4())) is None
    assert await visits.enter(visit_of(workspace, one)) == id  # no name: the last one
    assert await FactWriter(db).enter(visit_of(workspace, one)) == id  # another process knows it from the table


async def test_the_newest_are_dropped_and_counted_when_too_many_wait(
    db: Db, workspace: TestWorkspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "MAX_WAITING", 3)
    visitor, visits = await new_visitor(db, workspace), FactWriter(db)
    id = await visits.enter(visit_of(workspace, visitor))
    assert id is not None
    before = metrics.facts_dropped._value.get()
    for n in range(5):
        visits.add(workspace.id, id, NOW + timedelta(seconds=n), FactKind.PAGE, {})
    assert metrics.facts_dropped._value.get() - before == 2
    await visits.close()
    assert await count_facts(db, workspace) == 3


async def test_facts_wait_while_the_database_is_away(
    db: Db, workspace: TestWorkspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "RETRY_S", 0.01)
    visitor, visits, tried = await new_visitor(db, workspace), FactWriter(db), 0
    id = await visits.enter(visit_of(workspace, visitor))
    assert id is not None
    write = writing.write_facts

    async def away(*args: Any) -> int:
        nonlocal tried
        tried += 1
        if tried < 3:
            raise Unavailable("The database is not reachable right now.")
        return await write(*args)

    monkeypatch.setattr(writing, "write_facts", away)
    visits.add(workspace.id, id, NOW, FactKind.OPENED, {})
    assert visits._task is not None
    await visits._task
    assert await kinds(db, workspace, visitor) == ["opened"]
    assert tried == 3


async def test_facts_of_an_erased_visitor_do_not_take_others_with_them(db: Db, workspace: TestWorkspace) -> None:
    gone, here = await new_visitor(db, workspace), await new_visitor(db, workspace)
    visits = FactWriter(db)
    for visitor in (gone, here):
        id = await visits.enter(visit_of(workspace, visitor))
        assert id is not None
        visits.add(workspace.id, id, NOW, FactKind.PAGE, {})
    await visits.flush()
    await db.run("DELETE FROM visitors WHERE workspace_id = $1 AND id = $2", workspace.id, gone)
    assert await count_facts(db, workspace) == 1  # erased with their visitor
    for visitor in (gone, here):
        id = await visits.enter(visit_of(workspace, visitor))
        assert id is not None  # remembered
        visits.add(workspace.id, id, NOW, FactKind.OPENED, {})
    await visits.flush()
    assert await kinds(db, workspace, here) == ["opened", "page"]
    assert await count_facts(db, workspace) == 2
    assert await visits.enter(visit_of(workspace, gone)) is None
    await visits.close()


async def test_who_closed_the_last_tab_has_left_unless_they_come_back(
    db: Db, workspace: TestWorkspace, clock: FakeClock
) -> None:
    clock.at = NOW
    visitor, visits, id = await new_visitor(db, workspace), FactWriter(db), uuid4()
    await visits.enter(visit_of(workspace, visitor, id=id))
    for _ in range(2):
        visits.arrive(workspace.id, id)
    visits.depart(workspace.id, visitor, id)
    clock.at = NOW + timedelta(minutes=5)
    visits._let_go()
    assert not visits._waiting  # another tab is open
    visits.depart(workspace.id, visitor, id)
    visits._let_go()
    clock.at += timedelta(seconds=10)
    visits.arrive(workspace.id, id)  # turned a page
    clock.at += timedelta(minutes=5)
    visits._let_go()
    assert not visits._waiting
    left_at = clock.at
    visits.depart(workspace.id, visitor, id)
    clock.at += writing.GONE
    visits._let_go()
    await visits.close()
    (fact,) = await timeline(db, workspace.id, await list_visits(db, workspace.id, [visitor]))
    assert (fact.kind, fact.at) == ("left", left_at)


async def test_visits_are_forgotten_by_age(db: Db, workspace: TestWorkspace, clock: FakeClock) -> None:
    clock.at = NOW
    await db.run(
        "UPDATE workspaces SET settings = settings || '{\"visits_keep_days\": 30}' WHERE id = $1", workspace.id
    )
    silent, known = await new_visitor(db, workspace, at=NOW), await new_visitor(db, workspace, at=NOW)
    contact = uuid7()
    await db.run("INSERT INTO contacts (workspace_id, id, created_at) VALUES ($1, $2, $3)", workspace.id, contact, NOW)
    await db.run(
        "UPDATE visitors SET contact_id = $3 WHERE workspace_id = $1 AND id = $2", workspace.id, known, contact
    )
    visits = FactWriter(db)
    for visitor in (silent, known):
        id = await visits.enter(visit_of(workspace, visitor))
        assert id is not None
        visits.add(workspace.id, id, NOW, FactKind.PAGE, {})
    await visits.close()
    clock.at = NOW + timedelta(days=29)
    await forget_visits(db, 90)
    assert await count_facts(db, workspace) == 2
    clock.at = NOW + timedelta(days=31)
    assert await forget_visits(db, 90) == 2
    assert await count_facts(db, workspace) == 0
    assert await visitors_of(db, workspace.id, contact) == [known]  # who wrote stays, with their conversations
    assert (
        await db.find(UUID, "SELECT id FROM visitors WHERE workspace_id = $1 AND id = $2", workspace.id, silent) is None
    )
