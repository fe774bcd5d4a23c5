"""A visitor in the messenger without its protocol: what it writes to the database, and the worker that watches it."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from tests.support.workspace import TestWorkspace

from hark.contacts.types import IdentityKind
from hark.conversations.inbound import receive_message
from hark.conversations.types import AccountRef, Headers, NewEndpoint, NewInbound, Received
from hark.core.actor import system
from hark.core.db import Db
from hark.core.ids import uuid7
from hark.delivery.actions import queue_reply
from hark.delivery.types import NewReplyBody, OutboxView

LIVE_S, AWAY_S = 120, 14_400


class Visitor:
    """Somebody at a workspace's messenger with one thread. `mailbox`: answers to who has left go out by it."""

    def __init__(self, db: Db, ws: TestWorkspace, *, mailbox: bool = True) -> None:
        self.db, self.ws, self.mailbox = db, ws, mailbox
        self.account: AccountRef
        self.id, self.contact_id, self.thread_id = uuid7(), uuid7(), uuid7()
        self.conversation_id: UUID | None = None

    async def arrive(self, address: str | None = "carla@shop.example", **config: Any) -> "Visitor":
        """A messenger of their own, and the visitor with the address they have typed."""
        db, ws = self.db, self.ws
        config = {**({"reply_mailbox_id": ws.account_id} if self.mailbox else {}), **config}
        account_id = await db.one(
            int,
            "INSERT INTO channel_accounts (workspace_id, kind, name, address, team_id, calendar_id, patience_s,"
            " away_patience_s, config) VALUES ($1, 2, 'Shop', $2, $3, $4, $5, $6, $7) RETURNING id",
            ws.id, f"key-{self.id}", ws.team_id, ws.calendar_id, LIVE_S, AWAY_S, config,
        )  # fmt: skip
        self.account = AccountRef(id=account_id, calendar_id=ws.calendar_id, team_id=ws.team_id, kind=2)
        await db.run(
            "INSERT INTO contacts (workspace_id, id, created_at) VALUES ($1, $2, now())", ws.id, self.contact_id
        )
        await db.run(
            "INSERT INTO visitors (workspace_id, id, account_id, contact_id, token_hash, address, profile, created_at,"
            " last_seen_at) VALUES ($1, $2, $3, $4, $5, $6, '{\"name\": \"Carla\"}', now(), now())",
            ws.id, self.id, account_id, self.contact_id, self.id.bytes, address,
        )  # fmt: skip
        return self

    async def says(self, text: str = "Hello?", *, live: bool = True, into: UUID | None = None) -> Received:
        """A message; whoever writes is there for a minute, unless not `live`. The first one starts a conversation."""
        until = self.db.now() + timedelta(minutes=1) if live else None
        known = await self.db.find(
            UUID, "SELECT id FROM endpoints WHERE workspace_id = $1 AND id = $2", self.ws.id, self.thread_id
        )
        endpoint = NewEndpoint(
            thread_key=str(self.thread_id), id=self.thread_id, visitor_id=self.id, live_until=until
        )  # fmt: skip
        async with self.db.transaction(system(self.ws.id)) as tx:
            received = await receive_message(
                tx,
                NewInbound(
                    account=self.account, contact_id=self.contact_id, at=tx.now(), text=text, headers=Headers(), live=live,
                    conversation_id=self.conversation_id or into, endpoint_id=known, endpoint=None if known else endpoint,
                ),
            )  # fmt: skip
        self.conversation_id = self.conversation_id or received.conversation_id
        if live:
            await self.stay()
        return received

    async def stay(self, seconds: float = 60) -> None:
        """The socket is open: they are there for so long."""
        until = self.db.now() + timedelta(seconds=seconds)
        await self.db.run(
            "UPDATE endpoints SET live_until = $3 WHERE workspace_id = $1 AND id = $2",
            self.ws.id,
            self.thread_id,
            until,
        )

    async def reads(self) -> None:
        """They have seen everything."""
        await self.db.run(
            "UPDATE endpoints SET read_seq = (SELECT max(seq) FROM messages WHERE workspace_id = $1 AND endpoint_id = $2)"
            " WHERE workspace_id = $1 AND id = $2",
            self.ws.id, self.thread_id,
        )  # fmt: skip

    async def verify(self, address: str) -> None:
        """The site has vouched for this address of theirs."""
        await self.db.run(
            "INSERT INTO identities (workspace_id, id, contact_id, kind, value, verified_at) VALUES ($1, $2, $3, $4, $5, now())",
            self.ws.id, uuid7(), self.contact_id, IdentityKind.EMAIL.value, address,
        )  # fmt: skip

    async def answered(self, text: str = "Yes?", **more: Any) -> OutboxView:
        """An agent's reply in the thread."""
        assert self.conversation_id is not None
        async with self.db.transaction(self.ws.owner) as tx:
            new = NewReplyBody(id=uuid7(), text=text, seen_seq=10_000, endpoint_id=self.thread_id, **more)
            return await queue_reply(tx, self.ws.owner, self.conversation_id, new)
