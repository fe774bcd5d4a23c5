"""The prices of a workspace where they are stored: on open waits, through the projector and the consumer."""

from datetime import UTC, datetime
from uuid import UUID

import pytest
from tests.conftest import FakeClock
from tests.support.workspace import TestWorkspace

from hark.contacts.types import CompanyValueChanged
from hark.core.actor import ActorKind
from hark.core.clock import unix
from hark.core.db import Db
from hark.core.ids import uuid7
from hark.core.journal import run_once
from hark.core.sql import Sql
from hark.hours.queries import load_calendars
from hark.journey.types import ConversationStarted, CustomerLeft, MessageReceived, SeverityChanged
from hark.value.actions import CONSUMER
from hark.value.order import ahead_sql, index_sql, order_index, u_sql, urgency
from hark.value.pricing import load_model
from hark.value.queries import MIN_CASES
from hark.workspaces.actions import update_workspace
from hark.workspaces.types import SettingsPatch, ValuePatch, WorkspacePatch

NOW = datetime(2026, 3, 10, 9, tzinfo=UTC)


@pytest.fixture(autouse=True)
def at_nine(clock: FakeClock) -> None:
    clock.at = NOW


async def company(db: Db, ws: TestWorkspace, monthly_minor: int | None) -> UUID:
    id = uuid7()
    await db.run(
        "INSERT INTO companies (workspace_id, id, name, value_minor, currency, created_at) VALUES ($1, $2, $3, $4, 'EUR', $5)",
        ws.id, id, f"Company {id}", monthly_minor, NOW,
    )  # fmt: skip
    return id


async def waiting(
    db: Db, ws: TestWorkspace, company_id: UUID | None = None, *, severity: int = 1, live: bool = False
) -> UUID:
    """A conversation whose customer waits since now."""
    contact, id = uuid7(), uuid7()
    async with db.transaction(ws.owner) as tx:
        await tx.run("INSERT INTO contacts (workspace_id, id, created_at) VALUES ($1, $2, $3)", ws.id, contact, NOW)
        await tx.run(
            "INSERT INTO conversations (workspace_id, id, number, contact_id, company_id, account_id, severity, seq,"
            " created_at, last_message_at) SELECT $1, $2, count(*) + 1, $3, $4, $5, $6, 2, $7, $7"
            " FROM conversations WHERE workspace_id = $1",
            ws.id, id, contact, company_id, ws.account_id, severity, NOW,
        )  # fmt: skip
        started = ConversationStarted(by=ActorKind.CUSTOMER, account_id=ws.account_id, calendar_id=ws.calendar_id)
        tx.emit(started, conversation_id=id, conversation_seq=1)
        received = MessageReceived(
            message_id=uuid7(), message_seq=2, account_id=ws.account_id, calendar_id=ws.calendar_id, live=live
        )
        tx.emit(received, conversation_id=id, conversation_seq=2)
    return id


async def stakes(db: Db, ws: TestWorkspace, id: UUID) -> tuple[float, float, int]:
    """The stake with the conversation, with its open wait, and the version of the model."""
    row = await db.pool.fetchrow(
        "SELECT c.stake AS c, w.stake AS w, w.model FROM conversations c JOIN waits w ON w.workspace_id = c.workspace_id"
        " AND w.conversation_id = c.id AND w.closed_at IS NULL WHERE c.workspace_id = $1 AND c.id = $2", ws.id, id)
    return row["c"], row["w"], row["model"]


async def consume(db: Db, ws: TestWorkspace) -> None:
    while await run_once(db, CONSUMER, ws.id):
        pass


async def test_an_open_wait_has_its_stake(db: Db, workspace: TestWorkspace) -> None:
    known = await waiting(db, workspace, await company(db, workspace, 400_00), severity=2)
    unknown = await waiting(db, workspace)
    assert await stakes(db, workspace, known) == (12_000_00, 12_000_00, 1)
    assert (await stakes(db, workspace, unknown))[0] == 1_200_00


async def test_the_stored_columns_give_the_index_at_any_later_moment(
    db: Db, workspace: TestWorkspace, clock: FakeClock
) -> None:
    id = await waiting(db, workspace, await company(db, workspace, 400_00))
    clock.advance(hours=3)
    now = unix(db.now())
    model, calendars = await load_model(db, workspace.id), await load_calendars(db, workspace.id)
    found = await db.one(float, Sql(
        "SELECT {} FROM (SELECT stake, per_s, {} AS u FROM conversations WHERE workspace_id = {} AND id = {}) w",
        index_sql(model), u_sql(now_s=now, f_now=calendars.f_now(now), ahead=ahead_sql({}, model), model=model), workspace.id, id))
    u = urgency(3 * 3600, 3 * 3600, per_s=1 / 26_640, ahead_s=600, model=model)
    assert found == pytest.approx(order_index(4_800_00, u, per_s=1 / 26_640, model=model))


async def test_a_company_worth_more_is_priced_again(db: Db, workspace: TestWorkspace) -> None:
    worth = await company(db, workspace, 100_00)
    id, other = await waiting(db, workspace, worth), await waiting(db, workspace)
    async with db.transaction(workspace.owner) as tx:
        await tx.run("UPDATE companies SET value_minor = 900000 WHERE workspace_id = $1 AND id = $2", workspace.id, worth)
        tx.emit(CompanyValueChanged(company_id=worth), subject_id=worth)
    await consume(db, workspace)
    assert await stakes(db, workspace, id) == (110_000_00, 110_000_00, 1)
    assert (await stakes(db, workspace, other))[0] == 1_200_00


async def test_another_model_prices_open_waits_again(db: Db, workspace: TestWorkspace, stranger: TestWorkspace) -> None:
    id, foreign = await waiting(db, workspace), await waiting(db, stranger)
    async with db.transaction(workspace.owner) as tx:
        await update_workspace(tx, WorkspacePatch(settings=SettingsPatch(value=ValuePatch(default_monthly_minor=50_00))))
    await consume(db, workspace)
    assert await stakes(db, workspace, id) == (600_00, 600_00, 2)
    assert (await stakes(db, stranger, foreign))[0] == 1_200_00


@pytest.mark.parametrize(("live", "patience"), [(True, 120), (False, 14_400)])
async def test_another_model_keeps_the_patience_of_a_live_wait(
    db: Db, workspace: TestWorkspace, live: bool, patience: int
) -> None:
    id = await waiting(db, workspace, live=True)
    await db.run(
        "UPDATE channel_accounts SET patience_s = 120, away_patience_s = 14400 WHERE workspace_id = $1", workspace.id
    )
    if not live:
        async with db.transaction(workspace.owner) as tx:
            tx.emit(CustomerLeft(endpoint_id=uuid7()), conversation_id=id, conversation_seq=3)
    async with db.transaction(workspace.owner) as tx:
        await update_workspace(tx, WorkspacePatch(settings=SettingsPatch(value=ValuePatch(default_monthly_minor=50_00))))
    await consume(db, workspace)
    per_s = await db.one(float, "SELECT per_s FROM conversations WHERE workspace_id = $1 AND id = $2", workspace.id, id)
    assert (per_s, (await stakes(db, workspace, id))[2]) == (1 / patience, 2)


async def test_severity_changes_the_stake(db: Db, workspace: TestWorkspace) -> None:
    id = await waiting(db, workspace)
    async with db.transaction(workspace.owner) as tx:
        await tx.run("UPDATE conversations SET severity = 3, seq = 3 WHERE workspace_id = $1 AND id = $2", workspace.id, id)
        tx.emit(SeverityChanged(before=1, after=3), conversation_id=id, conversation_seq=3)
    assert (await stakes(db, workspace, id))[:2] == (6_000_00, 6_000_00)


async def test_severities_are_rescaled_once_there_are_enough(
    db: Db, workspace: TestWorkspace, clock: FakeClock
) -> None:
    for _ in range(MIN_CASES - 1):
        await waiting(db, workspace, severity=3)
    clock.advance(hours=2)
    assert (await load_model(db, workspace.id)).severity_mean == 1
    await waiting(db, workspace, severity=0)
    assert (await load_model(db, workspace.id)).severity_mean == 1, "counted once an hour"
    clock.advance(hours=2)
    expected = (29 * 5.0 + 0.25) / 30
    assert (await load_model(db, workspace.id)).severity_mean == pytest.approx(expected)
    clock.advance(days=91)
    assert (await load_model(db, workspace.id)).severity_mean == 1
