"""People at their desks, and the routing that the worker runs for them."""

from datetime import datetime
from typing import Any
from uuid import UUID

import httpx
from tests.support.workspace import SignedIn, TestWorkspace

from hark.agents.actions import write_tabs
from hark.core.actor import Actor
from hark.core.ids import uuid7
from hark.core.journal import run_once
from hark.core.services import Services
from hark.routing import engine, jobs
from hark.timers.jobs import serve_due


class Floor:
    """One team's room: who sits there, and the engine that the worker runs."""

    def __init__(self, services: Services, ws: TestWorkspace, http: httpx.AsyncClient, clock: Any) -> None:
        self.services, self.db, self.ws, self.http, self.clock = services, services.db, ws, http, clock
        self.watched: datetime = clock()
        self.connections: dict[int, UUID] = {}

    async def person(self, name: str, *, here: bool = True, team: int | None = None) -> tuple[Actor, SignedIn]:
        actor, token = await self.ws.agent(name=name, teams=(team or self.ws.team_id,))
        if here:
            await self.come(actor)
        return actor, SignedIn(self.http, token)

    async def come(self, actor: Actor) -> None:
        """A tab of theirs is open."""
        assert actor.agent_id is not None
        id = self.connections.setdefault(actor.agent_id, uuid7())
        await write_tabs(self.db, [(self.ws.id, id, actor.agent_id, False)], self.db.now())

    async def go(self, actor: Actor) -> None:
        """All their tabs are closed."""
        assert actor.agent_id is not None
        await self.db.run(
            "DELETE FROM agent_presence WHERE workspace_id = $1 AND agent_id = $2", self.ws.id, actor.agent_id
        )
        self.connections.pop(actor.agent_id, None)

    async def stay(self) -> None:
        """The open tabs are renewed."""
        for agent_id, id in self.connections.items():
            await write_tabs(self.db, [(self.ws.id, id, agent_id, False)], self.db.now())

    async def tick(self) -> None:
        """What the worker does every few seconds: the journal is read, timers and routing are served."""
        while await run_once(self.db, jobs.CONSUMER, self.ws.id):
            pass
        await serve_due(self.db, jobs.TIMERS)
        await self.stay()
        await engine.note_people(self.db, self.ws.id)
        await engine.take_back(self.db, self.ws.id, watched_since=self.watched)
        await engine.overflow(self.db, self.ws.id)
        await engine.decide(self.db, self.ws.id)

    async def assignee(self, id: UUID) -> int | None:
        return await self.db.find(
            int, "SELECT assignee_id FROM conversations WHERE workspace_id = $1 AND id = $2", self.ws.id, id
        )

    async def offer(self) -> list[tuple[UUID, int]]:
        async with self.db.pool.acquire() as conn:
            rows = await conn.fetch("SELECT conversation_id, agent_id FROM offers WHERE workspace_id = $1", self.ws.id)
        return [(r["conversation_id"], r["agent_id"]) for r in rows]
