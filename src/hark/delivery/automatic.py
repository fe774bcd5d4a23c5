"""Where automatic mail may go: never to machines, to ourselves, to who wants none, and never too often (RFC 3834).

One limit covers everything that leaves without a person: rules and bots. Mails that carry a person's words (of a chat,
say) do not count.
"""

import re
from datetime import timedelta
from uuid import UUID

from hark.contacts.suppressions import find_suppression
from hark.core.db import Tx
from hark.delivery.types import is_recipient

MOST_A_DAY = 10
"""Automatic mails to one address within 24 hours, and automatic messages in one chat."""
_ROBOT = re.compile(
    r"^(?:no[-_.]?reply|do[-_.]?not[-_.]?reply|auto[-_.]?(?:reply|respond(?:er)?)|mailer-daemon|postmaster|bounces?|listserv"
    r"|majordomo|[^@]+-request|owner-[^@]+)\b",
    re.IGNORECASE,
)
NO_ADDRESS = "The customer has no address that mail can be sent to."
ROBOT = "Nobody reads mail to {address}."
OURSELVES = "{address} is an address of this workspace itself."
UNWANTED = "{address} wants no automatic mail."
OFTEN = f"{{address}} has had {MOST_A_DAY} automatic mails within a day. No more go out before tomorrow."
CHATTY = f"This chat has had {MOST_A_DAY} automatic messages within a day. No more go out before tomorrow."
MACHINE = "The customer's last message was written by a machine or sent to many people."
FORGED = "The customer's last mail is not from whom it says."
BOUNCED = "The last mail to the customer came back."


async def find_obstacle(tx: Tx, address: str | None) -> str | None:
    """Why no automatic mail goes to an address now, in a sentence; None when it may."""
    if address is None or not is_recipient(address):
        return NO_ADDRESS
    if _ROBOT.match(address):
        return ROBOT.format(address=address)
    if await find_suppression(tx, tx.workspace_id, address) is not None:
        return UNWANTED.format(address=address)
    if await _is_own(tx, address.lower()):
        return OURSELVES.format(address=address)
    # rules and bots work side by side: one after the other, as far as one address goes
    await tx.run("SELECT pg_advisory_xact_lock(hashtextextended($1, 7))", f"{tx.workspace_id}:{address.lower()}")
    if await mails_today(tx, address) >= MOST_A_DAY:
        return OFTEN.format(address=address)
    return None


async def mails_today(tx: Tx, address: str) -> int:
    """Automatic mails of the last 24 hours to an address, with those that wait to leave."""
    return await tx.one(
        int,
        "SELECT count(*)::int FROM outbox WHERE workspace_id = $1 AND lower(body #>> '{to,0,address}') = $2"
        " AND created_at > $3 AND (body ? 'bot' OR body ? 'rule') AND state <> 5",
        tx.workspace_id, address.lower(), tx.now() - timedelta(days=1),
    )  # fmt: skip


async def find_chat_obstacle(tx: Tx, conversation_id: UUID) -> str | None:
    """The same for a chat, which has no address: only how many rules have said there."""
    said = await tx.one(
        int,
        "SELECT count(*)::int FROM messages WHERE workspace_id = $1 AND conversation_id = $2 AND author_kind = 4"
        " AND direction = 2 AND occurred_at > $3",
        tx.workspace_id, conversation_id, tx.now() - timedelta(days=1),
    )  # fmt: skip
    return CHATTY if said >= MOST_A_DAY else None


async def find_unanswerable(tx: Tx, conversation_id: UUID) -> str | None:
    """Why nothing automatic answers what came last from the customer's side; None when it may.

    Automatic replies and bounces stand in the thread as what they are; a mail that a person may have to act on, and that a
    machine wrote, carries a mark.
    """
    found = await tx.find(
        str,
        "SELECT CASE WHEN m.kind = 5 THEN 'bounce' WHEN m.headers ? 'machine' THEN 'machine'"
        " WHEN m.headers #>> '{authentication,verdict}' = 'forged' THEN 'forged' ELSE '' END FROM messages m"
        " WHERE m.workspace_id = $1 AND m.conversation_id = $2 AND m.direction = 1 AND m.kind IN (1, 5)"
        " ORDER BY m.seq DESC LIMIT 1",
        tx.workspace_id, conversation_id,
    )  # fmt: skip
    return {"bounce": BOUNCED, "machine": MACHINE, "forged": FORGED}.get(found or "")


async def _is_own(tx: Tx, address: str) -> bool:
    return await tx.one(
        bool,
        "SELECT EXISTS (SELECT FROM channel_accounts WHERE workspace_id = $1 AND kind = 1 AND lower(address) = $2)"
        " OR EXISTS (SELECT FROM account_aliases WHERE workspace_id = $1 AND address = $2)",
        tx.workspace_id, address,
    )  # fmt: skip
