"""Before the first message: who looked for help, how far they came, and what those who gave up are assumed to cost."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from tests.bottlenecks.test_map import fetch
from tests.support.workspace import SignedIn, TestWorkspace

from hark.core.db import Db
from hark.core.ids import uuid7
from hark.visits.types import FactKind

DAY = datetime(2026, 3, 2, tzinfo=UTC)
OPENED, FORM, SENT, LEFT, SEARCH = (FactKind[n] for n in ("OPENED", "FORM", "SENT", "LEFT", "SEARCH"))


async def visit(
    db: Db,
    ws: TestWorkspace,
    *facts: tuple[FactKind, int],
    visitor: UUID | None = None,
    days: int = 0,
    referrer: str = "",
) -> UUID:
    """A visit with facts at seconds after its start; the visitor."""
    id, at = uuid7(), DAY + timedelta(days=days)
    if visitor is None:
        visitor = uuid7()
        await db.run(
            "INSERT INTO visitors (workspace_id, id, account_id, token_hash, created_at, last_seen_at)"
            " VALUES ($1, $2, $3, $4, $5, $5)", ws.id, visitor, ws.account_id, visitor.bytes, at,
        )  # fmt: skip
    await db.run(
        "INSERT INTO visits (workspace_id, id, account_id, visitor_id, started_at, landing, referrer)"
        " VALUES ($1, $2, $3, $4, $5, '/help', $6)", ws.id, id, ws.account_id, visitor, at, referrer,
    )  # fmt: skip
    for kind, seconds in facts:
        await db.run(
            "INSERT INTO visit_facts (workspace_id, visit_id, at, kind) VALUES ($1, $2, $3, $4)",
            ws.id, id, at + timedelta(seconds=seconds), kind.value,
        )  # fmt: skip
    return visitor


@pytest.fixture
async def before(client: SignedIn, workspace: TestWorkspace, db: Db, clock: Any) -> dict[str, Any]:
    clock.at = DAY + timedelta(days=20)
    google = "https://www.google.co.uk/search?q=refund"
    await visit(db, workspace, (SEARCH, 10), (SEARCH, 40), (LEFT, 100), referrer=google)
    await visit(db, workspace, (OPENED, 5), (FORM, 20), (SENT, 80), (OPENED, 300), (LEFT, 400))
    lost = await visit(db, workspace, (OPENED, 5), (FORM, 20), (LEFT, 50), referrer="https://google.evil-shop.example/")
    await visit(db, workspace, (OPENED, 5), (FORM, 9), (LEFT, 20), visitor=lost, days=1)
    back = await visit(db, workspace, (OPENED, 5), (LEFT, 10))
    await visit(db, workspace, (OPENED, 5), (SENT, 10), visitor=back, days=3)
    await visit(db, workspace, (LEFT, 10))  # only looked at pages
    found: dict[str, Any] = (await fetch(client))["now"]["before_contact"]
    return found


async def test_who_gave_up_where(before: dict[str, Any]) -> None:
    assert (before["visits"], before["wrote"]) == (6, 3)
    assert before["gave_up"] == {"search": 1, "form": 2}
    nodes = {node["key"]: node for node in before["flow"]["nodes"]}
    assert {key: node["visits"] for key, node in nodes.items()} == {
        "landed_search": 1, "landed": 5, "search": 1, "opened": 5, "form": 3, "sent": 2}  # fmt: skip
    assert nodes["search"]["time"]["total"] == 90  # from the first search until the visitor left
    assert nodes["form"]["time"]["total"] == 60 + 30 + 11


async def test_a_visitor_who_gave_up_twice_is_priced_once(before: dict[str, Any]) -> None:
    """A third of the default value at stake, 1,200 a year."""
    assert before["priced"] == 1
    assert before["cost"] == before["each_minor"] == pytest.approx(1_200_00 / 3)


async def test_the_visits_behind_a_step_and_who_may_see_them(
    client: SignedIn, workspace: TestWorkspace, db: Db, before: dict[str, Any]
) -> None:
    rows = await fetch(client, "/visits", step="form")
    assert [row["landing"] for row in rows] == ["/help", "/help"]
    assert before["gave_up"]["form"] == len(rows)
    assert (await fetch(client, team_id=workspace.team_id))["now"]["before_contact"] is None
    assert (await fetch(client, account_id=workspace.account_id))["now"]["before_contact"]["visits"] == 6
    await db.run("UPDATE roles SET scope = 1 WHERE workspace_id = $1", workspace.id)
    assert (await fetch(client))["now"]["before_contact"] is None
    assert await fetch(client, "/visits", step="form") == []
