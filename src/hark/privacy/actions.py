"""Asking for an erasure, and a worker's hold on it. What it does is in `erasing`."""

from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from hark.contacts.queries import get_contact
from hark.contacts.types import Contact
from hark.core.actor import system
from hark.core.db import Db, Tx
from hark.core.errors import BadRequest, Conflict
from hark.core.ids import uuid7
from hark.intake.actions import wait_for_intake
from hark.privacy.queries import find_family
from hark.privacy.types import Claim, ContactErased, ErasureEnded, Known
from hark.timers.types import TimerKind

LEASE = timedelta(seconds=60)
RETRY_AFTER = (timedelta(seconds=10), timedelta(minutes=1), timedelta(minutes=10), timedelta(hours=1))


class _Person(msgspec.Struct):
    id: UUID
    erased_at: datetime | None


async def erase_contact(tx: Tx, id: UUID, confirm: str) -> Contact:
    """Forget a person, with those who were merged into them. Nobody can undo it.

    In this transaction they lose name, addresses, attributes, visits, the sessions of their browsers and every way to be
    answered: who writes from the address from now on is a new contact. A worker erases the rest. Asking again for one
    that is still under way has it tried at once. Raises NotFound, BadRequest(code="not_confirmed") and
    Conflict(code="changed_meanwhile") when they are being merged at the same time.
    """
    await wait_for_intake(tx)  # no mail of theirs is being placed meanwhile
    root, ids = await find_family(tx, tx.workspace_id, id)
    # Whoever posts in the messenger locks the visitor first and the contact after it.
    visitors = await tx.all(UUID, _VISITORS, tx.workspace_id, ids)
    people = await tx.all(_Person, _LOCK, tx.workspace_id, ids)
    if await find_family(tx, tx.workspace_id, id) != (root, ids):
        raise Conflict("Somebody merged this contact just now. Nothing was erased; try again.", code="changed_meanwhile")
    if any(p.id == root and p.erased_at is not None for p in people):
        await tx.run(
            "UPDATE erasures SET next_try_at = $3 WHERE workspace_id = $1 AND contact_id = $2 AND finished_at IS NULL",
            tx.workspace_id, root, tx.now(),
        )  # fmt: skip
        return await get_contact(tx, tx.actor, root)
    await _require_confirmed(tx, root, id, confirm)
    known = Known(
        addresses=await tx.all(str, _ADDRESSES, tx.workspace_id, ids, visitors),
        files=await tx.all(
            str, "DELETE FROM attachments WHERE workspace_id = $1 AND visitor_id = ANY($2::uuid[]) RETURNING blob_key",
            tx.workspace_id, visitors,
        ),
    )  # fmt: skip
    for statement in (_CLOSE_THREADS, _STOP_REPLIES, _FORGET_PERSON):
        await tx.run(statement, tx.workspace_id, ids, tx.now())
    await tx.run(
        "DELETE FROM identities WHERE workspace_id = $1 AND contact_id = ANY($2::uuid[])", tx.workspace_id, ids
    )
    await tx.run(_STOP_MAILS, tx.workspace_id, ids, TimerKind.CHAT_MAIL)
    await tx.run("DELETE FROM visitors WHERE workspace_id = $1 AND id = ANY($2::uuid[])", tx.workspace_id, visitors)
    await tx.run(
        _REMEMBER, tx.workspace_id, root, ids, uuid7(), msgspec.to_builtins(known), tx.now(), tx.actor.agent_id
    )
    await tx.audit("contact.erased", f"contact:{root}", data={"merged": len(ids) - 1})
    for one in ids:
        tx.emit(ContactErased(), subject_id=one)
    return await get_contact(tx, tx.actor, root)


async def _require_confirmed(tx: Tx, root: UUID, id: UUID, confirm: str) -> None:
    contact = await get_contact(tx, tx.actor, root)
    right = {str(root), str(id), contact.name or "", *(i.value for i in contact.identities)}
    if " ".join(confirm.split()).casefold() not in {" ".join(word.split()).casefold() for word in right if word}:
        raise BadRequest(
            "This is not the contact's name. Nothing was erased; type the name exactly as it stands there.",
            code="not_confirmed",
        )


_VISITORS = """
SELECT id FROM visitors WHERE workspace_id = $1 AND id IN (
  SELECT id FROM visitors WHERE workspace_id = $1 AND contact_id = ANY($2::uuid[])
  UNION ALL SELECT value::uuid FROM identities WHERE workspace_id = $1 AND contact_id = ANY($2::uuid[]) AND kind = 2
) ORDER BY id FOR UPDATE
"""
_LOCK = """
SELECT id, erased_at FROM contacts WHERE workspace_id = $1 AND id = ANY($2::uuid[]) ORDER BY id FOR NO KEY UPDATE
"""
# Without those of the house: they stand in every mail. One that was typed in the messenger and is another customer's says
# nothing: anybody can type it, and what is found by it would be that customer's.
_ADDRESSES = """
(SELECT lower(value) FROM identities WHERE workspace_id = $1 AND contact_id = ANY($2::uuid[]) AND kind = 1
UNION SELECT lower(v.address) FROM visitors v WHERE v.workspace_id = $1 AND v.id = ANY($3::uuid[]) AND v.address IS NOT NULL
  AND NOT EXISTS (SELECT FROM identities i WHERE i.workspace_id = $1 AND i.kind = 1 AND i.value = lower(v.address)
    AND i.contact_id <> ALL($2::uuid[])))
EXCEPT SELECT lower(address) FROM channel_accounts WHERE workspace_id = $1
EXCEPT SELECT address FROM account_aliases WHERE workspace_id = $1
EXCEPT SELECT email FROM agents WHERE workspace_id = $1
"""
_CLOSE_THREADS = """
UPDATE endpoints e SET closed_at = coalesce(e.closed_at, $3) FROM conversations c
WHERE e.workspace_id = $1 AND c.workspace_id = $1 AND c.id = e.conversation_id AND c.contact_id = ANY($2::uuid[])
"""
# What waits does not leave any more; what is on its way to a server cannot be called back.
_STOP_REPLIES = """
UPDATE outbox o SET state = 5, next_try_at = $3 FROM conversations c
WHERE o.workspace_id = $1 AND c.workspace_id = $1 AND c.id = o.conversation_id AND c.contact_id = ANY($2::uuid[])
  AND o.state IN (0, 1)
"""
# Of what they have not read in the messenger nobody is told by mail.
_STOP_MAILS = """
DELETE FROM timers t USING endpoints e, conversations c WHERE t.workspace_id = $1 AND t.kind = $3 AND e.workspace_id = $1
  AND e.id = t.subject_id AND c.workspace_id = $1 AND c.id = e.conversation_id AND c.contact_id = ANY($2::uuid[])
"""
# Company, VIP mark and revenue stay: prices and figures of the past were made with them, and they name nobody.
_FORGET_PERSON = """
UPDATE contacts SET name = NULL, locale = NULL, tz = NULL, attributes = '{}', erased_at = $3
WHERE workspace_id = $1 AND id = ANY($2::uuid[])
"""
_REMEMBER = """
INSERT INTO erasures (workspace_id, contact_id, contact_ids, cut, known, total, requested_at, requested_by, next_try_at)
SELECT $1, $2, $3, $4, $5, count(*), $6, $7, $6 FROM conversations
WHERE workspace_id = $1 AND contact_id = ANY($3::uuid[])
"""


# the worker's hold ----------------------------------------------------------------------------------------------------


async def claim_erasure(db: Db) -> Claim | None:
    """The erasure that waits longest, taken under a lease."""
    return await db.find(Claim, _CLAIM, db.now(), db.now() + LEASE)


_CLAIM = """
UPDATE erasures SET lease_until = $2, attempts = attempts + 1, problem = NULL WHERE (workspace_id, contact_id) = (
  SELECT workspace_id, contact_id FROM erasures WHERE finished_at IS NULL AND next_try_at <= $1
    AND (lease_until IS NULL OR lease_until < $1) ORDER BY next_try_at LIMIT 1 FOR UPDATE SKIP LOCKED)
RETURNING workspace_id, contact_id, contact_ids, cut, known, after_id, attempts, requested_at
"""


async def keep_erasure(db: Db, one: Claim, *, after_id: UUID | None = None, done: int = 0) -> None:
    """Go on holding it; with `after_id` so many more conversations are done, up to that one."""
    await db.run(
        "UPDATE erasures SET lease_until = $3, after_id = coalesce($4, after_id), done = least(done + $5, total)"
        " WHERE workspace_id = $1 AND contact_id = $2",
        one.workspace_id, one.contact_id, db.now() + LEASE, after_id, done,
    )  # fmt: skip


async def postpone_erasure(db: Db, one: Claim, problem: str) -> None:
    """It could not go on: `problem` says why, and it is tried again, ever more seldom but at least once an hour."""
    wait = RETRY_AFTER[min(one.attempts, len(RETRY_AFTER)) - 1]
    await db.run(
        "UPDATE erasures SET lease_until = NULL, problem = $3, next_try_at = $4 WHERE workspace_id = $1 AND contact_id = $2",
        one.workspace_id, one.contact_id, problem, db.now() + wait,
    )  # fmt: skip


async def finish_erasure(db: Db, one: Claim) -> None:
    """Everything is gone, also what it was found by."""
    async with db.transaction(system(one.workspace_id)) as tx:
        ended = await tx.run(
            "UPDATE erasures SET known = '{}', problem = NULL, lease_until = NULL, done = total, finished_at = $3"
            " WHERE workspace_id = $1 AND contact_id = $2 AND finished_at IS NULL",
            tx.workspace_id, one.contact_id, tx.now(),
        )  # fmt: skip
        if ended:
            tx.emit(ErasureEnded(), subject_id=one.contact_id)
