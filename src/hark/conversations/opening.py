"""A conversation that begins on our side."""

from uuid import UUID

import msgspec

from hark.contacts.actions import resolve_contact
from hark.conversations.inbound import start_conversation
from hark.conversations.lock import save
from hark.conversations.types import AccountRef, MailAddress, NewConversation, NewEndpoint
from hark.core.actor import ActorKind
from hark.core.db import Tx
from hark.core.errors import BadRequest
from hark.core.ids import uuid7


class _Account(msgspec.Struct):
    id: int
    calendar_id: int
    team_id: int | None
    kind: int


async def open_conversation(tx: Tx, *, account_id: int, to: MailAddress, cc: list[MailAddress], subject: str) -> UUID:
    """A new conversation with somebody, assigned to who opens it; its first message goes through the outbox.

    Raises BadRequest for an account that does not exist, is switched off or is no mailbox, and for an address that is none.
    """
    account = await tx.find(
        _Account,
        "SELECT id, calendar_id, team_id, kind FROM channel_accounts"
        " WHERE workspace_id = $1 AND id = $2 AND kind = 1 AND disabled_at IS NULL",
        tx.workspace_id, account_id,
    )  # fmt: skip
    if account is None:
        raise BadRequest("This mailbox does not exist or is switched off.", code="unknown_reference")
    contact = await resolve_contact(tx, address=to.address, name=to.name or None)
    refs = {
        "to": [msgspec.to_builtins(to)], "cc": msgspec.to_builtins(cc), "subject": subject, "parent": None,
        "references": [],
    }  # fmt: skip
    c, _ = await start_conversation(
        tx,
        NewConversation(
            account=AccountRef(
                id=account.id, calendar_id=account.calendar_id, team_id=account.team_id, kind=account.kind
            ),
            contact_id=contact.contact_id, company_id=contact.company_id, subject=subject, at=tx.now(),
            by=ActorKind.AGENT, assignee_id=tx.actor.agent_id,
            endpoint=NewEndpoint(thread_key=f"ours:{uuid7()}", identity_id=contact.identity_id, refs=refs),
        ),
    )  # fmt: skip
    await save(tx, c)
    return c.id
