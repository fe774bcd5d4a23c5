"""A database on which the journey runs: histories are replayed through real transactions and the projector."""

import random
from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

import msgspec
from tests.journey.histories import CHAT, MAIL, History, office_hours
from tests.support.workspace import TestWorkspace, make_workspace

from hark.core.actor import ActorKind, system
from hark.core.clock import Clock
from hark.core.db import Db, Tx
from hark.core.events import Recorded, registry
from hark.core.ids import uuid7
from hark.journey.pricing import PricedCase, PricedWait
from hark.journey.project import projector
from hark.journey.types import EVENTS, OpenSeconds, SeverityChanged
from hark.value.price import wait_price
from hark.value.types import ValueModel

PATIENCE: dict[int, tuple[int, int | None]] = {MAIL: (26_640, None), CHAT: (120, 14_400)}


class RealPricing:
    """Prices by the default value model: twelve months of revenue, severity weights, patience of the account."""

    version = 1
    model = ValueModel()

    def stake(self, case: PricedCase) -> tuple[float, float]:
        monthly = self.model.default_monthly_minor if case.monthly_minor is None else case.monthly_minor
        return 12.0 * monthly * self.model.severity_weights[case.severity], 1 / case.patience_s

    def price(self, wait: PricedWait) -> int:
        scale = self.model.severity_weights[wait.severity]
        return round(wait_price(wait.stake / scale, scale, wait.seconds, per_s=wait.per_s, model=self.model))


async def hours_of(tx: Tx) -> OpenSeconds:
    return office_hours


async def pricing_of(tx: Tx) -> RealPricing:
    return RealPricing()


class Desk(msgspec.Struct):
    """A workspace with two accounts (mail and chat) whose projector is the real one."""

    db: Any
    workspace: TestWorkspace
    contact_id: UUID

    async def conversation(self, company_id: UUID | None = None) -> UUID:
        """A new row, as `conversations` inserts it before the first event."""
        id = uuid7()
        await self.db.run(
            "INSERT INTO conversations (workspace_id, id, number, contact_id, company_id, account_id, created_at,"
            " last_message_at) SELECT $1, $2, count(*) + 1, $3, $4, $5, now(), now() FROM conversations"
            " WHERE workspace_id = $1",
            self.workspace.id, id, self.contact_id, company_id, MAIL,
        )  # fmt: skip
        return id

    async def replay(self, id: UUID, events: Sequence[Recorded]) -> None:
        """One transaction with these events of one conversation."""
        first = events[0]
        actor = system(self.workspace.id, ActorKind(first.actor_kind), first.actor_id)
        async with self.db.transaction(actor) as tx:
            await tx.run(
                "SELECT FROM conversations WHERE workspace_id = $1 AND id = $2 FOR UPDATE", actor.workspace_id, id
            )
            for one in events:
                await self._emit(tx, id, one)

    async def _emit(self, tx: Tx, id: UUID, one: Recorded) -> None:
        if isinstance(one.event, SeverityChanged):
            await tx.run(
                "UPDATE conversations SET severity = $3 WHERE workspace_id = $1 AND id = $2",
                tx.workspace_id, id, one.event.after,
            )  # fmt: skip
        tx.emit(
            one.event, conversation_id=id, conversation_seq=one.conversation_seq, occurred_at=one.occurred_at,
            team=(one.team_before, one.team_after), assignee=(one.assignee_before, one.assignee_after),
        )  # fmt: skip

    async def play(self, h: History, rng: random.Random | None = None) -> UUID:
        """The whole history: one event per transaction, or now and then several at once."""
        id = await self.conversation()
        batch: list[Recorded] = []
        for one in h.events:
            if batch and (batch[-1].actor_kind, batch[-1].actor_id) != (one.actor_kind, one.actor_id):
                await self.replay(id, batch)
                batch = []
            batch.append(one)
            if rng is None or rng.random() < 0.6:
                await self.replay(id, batch)
                batch = []
        if batch:
            await self.replay(id, batch)
        return id

    async def dump(self, tables: Iterable[str] = ("spans", "waits", "episodes")) -> dict[str, list[dict[str, Any]]]:
        """All journey rows of the workspace, with the journey's columns of the conversations."""
        found = {
            table: [
                dict(row)
                for row in await self.db.pool.fetch(
                    f"SELECT * FROM {table} WHERE workspace_id = $1 ORDER BY conversation_id, n", self.workspace.id
                )
            ]
            for table in tables
        }
        found["conversations"] = [
            dict(row)
            for row in await self.db.pool.fetch(
                "SELECT id, status, reducer, stage, holder_kind, holder_id, since, episode, journey, promise_until,"
                " snoozed_until, wait_t0, wait_f0, calendar_id, per_s, stake FROM conversations"
                " WHERE workspace_id = $1 ORDER BY id",
                self.workspace.id,
            )
        ]
        return found


async def make_desk(pool: Any, clock: Clock) -> Desk:
    """A fresh workspace with the two accounts of `histories` and one contact."""
    db = Db(pool, events=registry(EVENTS), projectors=(projector(hours_of, pricing_of),), clock=clock)
    workspace = await make_workspace(db)
    for account, (patience, away) in PATIENCE.items():
        await db.run(
            "INSERT INTO channel_accounts (workspace_id, id, kind, name, address, calendar_id, patience_s, away_patience_s)"
            " VALUES ($1, $2, 1, 'Account', $3, $4, $5, $6) ON CONFLICT (workspace_id, id)"
            " DO UPDATE SET patience_s = excluded.patience_s, away_patience_s = excluded.away_patience_s",
            workspace.id, account, f"account{account}@desk.example", workspace.calendar_id, patience, away,
        )  # fmt: skip
    contact = uuid7()
    await db.run("INSERT INTO contacts (workspace_id, id, created_at) VALUES ($1, $2, now())", workspace.id, contact)
    return Desk(db, workspace, contact)
