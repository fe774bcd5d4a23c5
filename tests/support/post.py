"""Mails for conversations without the intake: what it hands over once a mail is placed."""

import itertools
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from tests.support.workspace import TestWorkspace

from hark.contacts.actions import resolve_contact
from hark.conversations.inbound import receive_message, release_reply
from hark.conversations.types import (
    AccountRef,
    Headers,
    MailAddress,
    NewEndpoint,
    NewInbound,
    NewReply,
    Received,
    Sent,
)
from hark.core.actor import system
from hark.core.db import Db

_threads = itertools.count(1)


class Post:
    """Customers and agents who write to one workspace."""

    def __init__(self, db: Db, ws: TestWorkspace) -> None:
        self.db = db
        self.ws = ws
        self._messenger: AccountRef | None = None
        self.account = AccountRef(id=ws.account_id, calendar_id=ws.calendar_id, team_id=ws.team_id)

    async def mail(
        self,
        text: str = "Where is my parcel?",
        *,
        sender: str = "anna@shop.example",
        name: str = "Anna Kim",
        subject: str = "Parcel",
        to: UUID | None = None,
        at: datetime | None = None,
        **more: Any,
    ) -> Received:
        """A customer's mail, in a conversation (`to`) or as a new one."""
        async with self.db.transaction(system(self.ws.id)) as tx:
            who = await resolve_contact(tx, address=sender, name=name)
            new = NewInbound(
                account=self.account, contact_id=who.contact_id, company_id=who.company_id, at=at or tx.now(), text=text,
                headers=Headers(
                    from_=MailAddress(name, sender), to=[MailAddress("", self.ws.address)], subject=subject,
                    quoted_at=more.pop("quoted_at", None),
                ),
                conversation_id=to,
                endpoint=NewEndpoint(
                    thread_key=f"thread-{next(_threads)}", identity_id=who.identity_id,
                    refs={"to": [{"name": name, "address": sender}]},
                ),
            )  # fmt: skip
            return await receive_message(tx, msgspec.structs.replace(new, **more))

    async def messenger(self) -> AccountRef:
        """The workspace's messenger, made when it is first asked for."""
        if self._messenger is None:
            id = await self.db.one(
                int,
                "INSERT INTO channel_accounts (workspace_id, kind, name, address, team_id, calendar_id)"
                " VALUES ($1, 2, 'Shop', $2, $3, $4) RETURNING id",
                self.ws.id, f"key-{self.ws.id}", self.ws.team_id, self.ws.calendar_id,
            )  # fmt: skip
            self._messenger = msgspec.structs.replace(self.account, id=id, kind=2)
        return self._messenger

    async def chat(
        self,
        text: str = "Hi, where is my parcel?",
        *,
        to: UUID | None = None,
        endpoint: UUID | None = None,
        new_endpoint: NewEndpoint | None = None,
    ) -> Received:
        """A customer's line in the messenger: a new thread (`new_endpoint` when given), or in `endpoint`."""
        account = await self.messenger()
        async with self.db.transaction(system(self.ws.id)) as tx:
            who = await resolve_contact(tx, address="anna@shop.example", name="Anna Kim")
            new = NewInbound(
                account=account, contact_id=who.contact_id, at=tx.now(), text=text, headers=Headers(), conversation_id=to,
                endpoint_id=endpoint,
                endpoint=None if endpoint else new_endpoint or NewEndpoint(thread_key=f"chat-{next(_threads)}"),
            )  # fmt: skip
            return await receive_message(tx, new)

    async def reply(self, conversation_id: UUID, text: str = "It is on its way.", **more: Any) -> Sent:
        """Our answer, as the outbox releases it."""
        async with self.db.transaction(system(self.ws.id)) as tx:
            endpoint = await tx.one(
                UUID, "SELECT id FROM endpoints WHERE workspace_id = $1 AND conversation_id = $2 ORDER BY id LIMIT 1",
                self.ws.id, conversation_id,
            )  # fmt: skip
            reply = NewReply(
                conversation_id=conversation_id, endpoint_id=endpoint, text=text, headers=Headers(subject="Re: Parcel"),
                agent_id=self.ws.owner.agent_id,
            )  # fmt: skip
            return await release_reply(tx, msgspec.structs.replace(reply, **more))
