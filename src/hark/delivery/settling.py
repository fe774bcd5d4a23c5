"""Leases on released replies and what became of them: sent, later again, failed, unknown, bounced."""

from collections.abc import Mapping, Sequence, Set
from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from hark.contacts.suppressions import Reason, suppress
from hark.conversations.inbound import add_system_message
from hark.conversations.lock import lock_root
from hark.conversations.types import Delivery, Locked
from hark.core.actor import system
from hark.core.db import Db, Tx
from hark.core.ids import uuid7
from hark.delivery import queries
from hark.delivery.releasing import changed, set_delivery
from hark.delivery.types import DeliveryReported, Handed, OutboxRow, State, Turn

LEASE_S = 60.0
BACK_OFF_S = (10, 30, 60, 300, 900, 1800, 3600, 7200, 14400, 28800)
GIVE_UP_S = 4 * 86_400.0  # RFC 5321 4.5.4.1: a server that only asks to wait is asked for four to five days
SENDING_PROBLEM = "Sending: "


class Lease(msgspec.Struct, frozen=True):
    """The right to send one row until `lease_until`; renewed while the network is at it."""

    row: OutboxRow
    token: UUID


class _Leased(msgspec.Struct):
    workspace_id: int
    id: UUID


async def lease_next(db: Db) -> Lease | None:
    """The next row to prepare. Per endpoint only the first of those that have not left; failed ones stand in nobody's way.

    While it is prepared the row stays `ready` and comes back when the lease ends: nothing has left the house yet.
    """
    token = uuid7()
    now = db.now()
    leased = await db.find(
        _Leased,
        "UPDATE outbox o SET lease_token = $1, lease_until = $3, next_try_at = $3 WHERE (o.workspace_id, o.id) ="
        " (SELECT r.workspace_id, r.id FROM outbox r WHERE r.state = 1 AND r.next_try_at <= $2 AND NOT EXISTS"
        "   (SELECT 1 FROM outbox p WHERE p.workspace_id = r.workspace_id AND p.endpoint_id = r.endpoint_id"
        "    AND p.state IN (1, 2) AND p.ord < r.ord)"
        "  ORDER BY r.next_try_at, r.ord LIMIT 1 FOR UPDATE SKIP LOCKED) RETURNING o.workspace_id, o.id",
        token, now, now + timedelta(seconds=LEASE_S),
    )  # fmt: skip
    row = await queries.find_outbox_row(db, leased.workspace_id, leased.id) if leased else None
    return Lease(row, token) if row else None


async def start_sending(db: Db, lease: Lease) -> bool:
    """From here on the network may have it. False when somebody else has the row now."""
    until = db.now() + timedelta(seconds=LEASE_S)
    return await db.run(
        "UPDATE outbox SET state = 2, attempts = attempts + 1, lease_until = $4, next_try_at = $4"
        " WHERE workspace_id = $1 AND id = $2 AND lease_token = $3 AND state = 1",
        lease.row.workspace_id, lease.row.id, lease.token, until,
    ) == 1  # fmt: skip


async def renew_lease(db: Db, lease: Lease) -> None:
    """A large mail over a slow line takes longer than one lease."""
    await db.run(
        "UPDATE outbox SET lease_until = $4, next_try_at = $4"
        " WHERE workspace_id = $1 AND id = $2 AND lease_token = $3 AND state = 2",
        lease.row.workspace_id, lease.row.id, lease.token, db.now() + timedelta(seconds=LEASE_S),
    )  # fmt: skip


async def postpone(db: Db, lease: Lease, turn: Turn) -> None:
    """Its turn has not come: it stays ready, with the reason to be seen. Nothing was tried."""
    await db.run(
        "UPDATE outbox SET next_try_at = $4, error = $5, lease_token = NULL, lease_until = NULL"
        " WHERE workspace_id = $1 AND id = $2 AND lease_token = $3 AND state = 1",
        lease.row.workspace_id, lease.row.id, lease.token, db.now() + timedelta(seconds=turn.wait_s), turn.sentence,
    )  # fmt: skip


async def mark_sent(db: Db, lease: Lease, account_id: int, handed: Handed) -> None:
    """The other side has it. Recipients it refused are named in the thread; those it wants to see again stay in the row,
    which goes on with them alone."""
    row = lease.row
    async with db.transaction(system(row.workspace_id)) as tx:
        again = bool(handed.later) and row.attempts + 1 < len(BACK_OFF_S)
        if again:
            c = await _go_on(tx, lease, handed)
        elif handed.taken or row.body.partly:
            c = await _settle(tx, lease, State.SENT, Delivery.SENT, provider_id=handed.provider_id)
        else:
            said = _said({**handed.refused, **handed.later})
            c = await _settle(tx, lease, State.FAILED, Delivery.FAILED, error=f"No recipient was accepted. {said}")
        if c is None:
            return
        await _tell(tx, c, row, handed, again=again)
        await _set_problem(tx, account_id, None)


async def _go_on(tx: Tx, lease: Lease, handed: Handed) -> Locked | None:
    """Some recipients are left: the row is ready again for them."""
    row = lease.row
    c = await lock_root(tx, row.conversation_id)
    body = msgspec.structs.replace(row.body, remaining=list(handed.later), partly=row.body.partly or handed.taken)
    moved = await tx.run(
        "UPDATE outbox SET state = 1, body = $4, error = $5, next_try_at = $6, lease_token = NULL, lease_until = NULL"
        " WHERE workspace_id = $1 AND id = $2 AND lease_token = $3",
        tx.workspace_id, row.id, lease.token, msgspec.to_builtins(body), f"Still to be tried: {_said(handed.later)}",
        tx.now() + timedelta(seconds=BACK_OFF_S[min(row.attempts, len(BACK_OFF_S) - 1)]),
    )  # fmt: skip
    if not moved:
        return None
    changed(tx, c, row.id, State.READY)
    return c


async def _tell(tx: Tx, c: Locked, row: OutboxRow, handed: Handed, *, again: bool) -> None:
    """What the thread says of a mail that was taken, but not for all."""
    what = _what(row.message_id)
    refused = handed.refused if again else {**handed.refused, **handed.later}
    if refused:
        await add_system_message(
            tx, c.id, f"The mail server did not take the {what} for some recipients. {_said(refused)}"
        )
    if again and not row.body.remaining:
        await add_system_message(
            tx, c.id, f"The mail server asks to wait with the {what} for some recipients; Hark tries again by itself."
            f" {_said(handed.later)}",
        )  # fmt: skip
    if handed.note:
        await add_system_message(tx, c.id, handed.note)


def _said(answers: Mapping[str, str]) -> str:
    return "; ".join(f"{address}: {answer}" for address, answer in list(answers.items())[:10])


async def _set_problem(tx: Tx, account_id: int, sentence: str | None) -> None:
    """What the mailbox shows about sending; None: it works."""
    if sentence is None:
        await tx.run(
            "UPDATE channel_accounts SET problem = NULL, problem_at = NULL"
            " WHERE workspace_id = $1 AND id = $2 AND problem LIKE $3",
            tx.workspace_id, account_id, f"{SENDING_PROBLEM}%",
        )  # fmt: skip
    else:
        await tx.run(
            "UPDATE channel_accounts SET problem = $3, problem_at = coalesce(problem_at, $4)"
            " WHERE workspace_id = $1 AND id = $2",
            tx.workspace_id, account_id, SENDING_PROBLEM + sentence, tx.now(),
        )  # fmt: skip


async def mark_failed(db: Db, lease: Lease, sentence: str, *, account: bool = False) -> None:
    """It cannot be sent. The thread says so, and the next one may pass. Where somebody has it already, it is sent, and
    the thread says who has not."""
    row = lease.row
    async with db.transaction(system(row.workspace_id)) as tx:
        if row.body.partly:
            c = await _settle(tx, lease, State.SENT, Delivery.SENT)
            told = f"The {_what(row.message_id)} did not reach {', '.join(row.body.remaining[:10])}. {sentence}"
        else:
            c = await _settle(tx, lease, State.FAILED, Delivery.FAILED, error=sentence)
            told = f"The {_what(row.message_id)} could not be sent. {sentence}"
        if c is not None:
            await add_system_message(tx, c.id, told)
            if account:
                await _set_problem(tx, await _account_of(tx, row), sentence)


async def _account_of(tx: Tx, row: OutboxRow) -> int:
    return await tx.one(
        int, "SELECT account_id FROM endpoints WHERE workspace_id = $1 AND id = $2", tx.workspace_id, row.endpoint_id
    )


async def mark_unknown(db: Db, lease: Lease, sentence: str) -> None:
    """It may have been sent. Nothing is sent again until a person has decided."""
    async with db.transaction(system(lease.row.workspace_id)) as tx:
        c = await _settle(tx, lease, State.UNKNOWN, Delivery.UNKNOWN, error=sentence)
        if c is not None:
            await add_system_message(
                tx, c.id, f"It is not known whether the {_what(lease.row.message_id)} was sent. {sentence}"
            )


async def retry_later(db: Db, row: OutboxRow, lease: Lease | None, sentence: str, *, account: bool = False) -> None:
    """A failure that may pass: again after a longer pause each time, failed after the last (about sixteen hours).

    Without a lease the row is still held. `account`: the mailbox shows the sentence while it lasts.
    """
    if lease is not None and row.attempts + 1 >= len(BACK_OFF_S):
        await mark_failed(db, lease, f"{sentence} It was tried {row.attempts + 1} times.")
        return
    due = db.now() + timedelta(seconds=BACK_OFF_S[min(row.attempts, len(BACK_OFF_S) - 1)])
    async with db.transaction(system(row.workspace_id)) as tx:
        moved = await tx.run(
            "UPDATE outbox SET state = CASE WHEN state = 2 THEN 1 ELSE state END, next_try_at = $4, error = $5,"
            " attempts = attempts + CASE WHEN state = 2 THEN 0 ELSE 1 END, lease_token = NULL, lease_until = NULL"
            " WHERE workspace_id = $1 AND id = $2 AND state < 3 AND lease_token IS NOT DISTINCT FROM $3",
            tx.workspace_id, row.id, lease.token if lease else None, due, sentence,
        )  # fmt: skip
        if moved and account:
            await _set_problem(tx, await _account_of(tx, row), sentence)


async def wait_longer(db: Db, lease: Lease, wait_s: float, sentence: str, *, account: bool = False) -> None:
    """Nothing is wrong with the message, the other side wants it later: not counted as a try, and failed after four days."""
    row = lease.row
    if db.now() - row.release_at > timedelta(seconds=GIVE_UP_S):
        await mark_failed(db, lease, f"{sentence} It was tried for four days.", account=account)
        return
    async with db.transaction(system(row.workspace_id)) as tx:
        moved = await tx.run(
            "UPDATE outbox SET state = 1, next_try_at = $4, error = $5, attempts = greatest(attempts - 1, 0),"
            " lease_token = NULL, lease_until = NULL"
            " WHERE workspace_id = $1 AND id = $2 AND lease_token = $3 AND state = 2",
            tx.workspace_id, row.id, lease.token, tx.now() + timedelta(seconds=wait_s), sentence,
        )  # fmt: skip
        if moved and account:
            await _set_problem(tx, await _account_of(tx, row), sentence)


# what cannot be known ---------------------------------------------------------------------------------------------------


class _Lost(msgspec.Struct):
    workspace_id: int
    id: UUID
    conversation_id: UUID
    message_id: UUID | None


LOST = "Hark was stopped in the middle of sending. Look whether the recipient has it before sending it again."


async def sweep_lost(db: Db) -> int:
    """Rows whose sender died in the middle: unknown, with a line in the thread; sent where that can be told. How many."""
    rows = await db.all(
        _Lost,
        "SELECT workspace_id, id, conversation_id, message_id FROM outbox WHERE state = 2 AND next_try_at <= $1 LIMIT 50",
        db.now(),
    )  # fmt: skip
    for row in rows:
        async with db.transaction(system(row.workspace_id)) as tx:
            c = await lock_root(tx, row.conversation_id)
            lost = await tx.run(
                "UPDATE outbox SET state = 6, error = $3, lease_token = NULL, lease_until = NULL"
                " WHERE workspace_id = $1 AND id = $2 AND state = 2 AND next_try_at <= $4",
                tx.workspace_id, row.id, LOST, tx.now(),
            )  # fmt: skip
            if not lost:
                continue
            if row.message_id is not None:
                await set_delivery(tx, row.message_id, Delivery.UNKNOWN)
            changed(tx, c, row.id, State.UNKNOWN)
            if row.message_id is not None and await tx.one(bool, _SEEN, tx.workspace_id, row.message_id):
                await confirm_sent(tx, row.message_id, SEEN_BEFORE)
                continue
            await add_system_message(tx, c.id, f"It is not known whether the {_what(row.message_id)} was sent. {LOST}")
    return len(rows)


SEEN_BEFORE = "it came back, or somebody answered it, before Hark was running again."
# Mail that names a message of ours was written after that had left: an answer, a report, or the message itself. Of the
# ids in thread_ids only those of what came in count, and none of these is ours unless it came back or was named.
_SEEN = """
SELECT EXISTS (SELECT FROM messages m JOIN thread_ids t ON t.workspace_id = $1 AND t.external_id = m.external_id
    WHERE m.workspace_id = $1 AND m.id = $2)
  OR EXISTS (SELECT FROM messages m JOIN intake_items i ON i.workspace_id = $1 AND i.message_id = m.id
    AND i.received_at >= m.occurred_at AND i.fate IN (4, 9) WHERE m.workspace_id = $1 AND m.id = $2)
"""


async def confirm_sent(tx: Tx, id: UUID, how: str) -> bool:
    """An unknown row turned out to have left; `id` is its own or that of its message, `how` ends a sentence. False when
    it was not unknown, or is so for some recipients only."""
    row = await tx.find(
        _Lost,
        "SELECT workspace_id, id, conversation_id, message_id FROM outbox WHERE workspace_id = $1 AND state = 6"
        " AND (id = $2 OR message_id = $2) AND NOT coalesce((body ->> 'partly')::boolean, false)",
        tx.workspace_id, id,
    )  # fmt: skip
    if row is None:
        return False
    c = await lock_root(tx, row.conversation_id)
    settled = await tx.run(
        "UPDATE outbox SET state = 3, error = NULL WHERE workspace_id = $1 AND id = $2 AND state = 6",
        tx.workspace_id, row.id,
    )  # fmt: skip
    if not settled:
        return False
    if row.message_id is not None:
        await set_delivery(tx, row.message_id, Delivery.SENT)
    changed(tx, c, row.id, State.SENT)
    await add_system_message(tx, c.id, f"The {_what(row.message_id)} was sent after all: {how}")
    return True


async def look_again(db: Db, workspace_id: int, id: UUID, at: datetime) -> None:
    """When something that may tell about an unknown row is asked next."""
    await db.run(
        "UPDATE outbox SET next_try_at = $3 WHERE workspace_id = $1 AND id = $2 AND state = 6", workspace_id, id, at
    )


def _what(message_id: UUID | None) -> str:
    """What a row that has left the house carried: one without a message is a thread written out."""
    return "transcript" if message_id is None else "reply"


async def _settle(
    tx: Tx, lease: Lease, state: State, delivery: Delivery, *, error: str | None = None, provider_id: str | None = None
) -> Locked | None:
    """Write a leased row's end; its conversation, locked. None when the lease had passed to somebody else."""
    row = lease.row
    c = await lock_root(tx, row.conversation_id)
    settled = await tx.run(
        "UPDATE outbox SET state = $4, error = $5, provider_id = $6, lease_token = NULL, lease_until = NULL"
        " WHERE workspace_id = $1 AND id = $2 AND lease_token = $3",
        tx.workspace_id, row.id, lease.token, state, error, provider_id,
    )  # fmt: skip
    if not settled:
        return None
    if row.message_id is not None:
        await set_delivery(tx, row.message_id, delivery)
    changed(tx, c, row.id, state)
    return c


# delivery reports -------------------------------------------------------------------------------------------------------


class Reported(msgspec.Struct, frozen=True, kw_only=True):
    """What a delivery report says about one recipient. `failed` is false for a delay or a complaint; with `delivered` all
    went well, and the thread need not hear of it. `complained`: they marked it as spam."""

    address: str
    failed: bool
    sentence: str
    delivered: bool = False
    complained: bool = False


class _Ours(msgspec.Struct):
    conversation_id: UUID


async def apply_report(tx: Tx, message_id: UUID, reports: Sequence[Reported]) -> bool:
    """A bounce of a message of ours: it counts as failed, and the thread says why. False when it is not ours."""
    ours = await tx.find(
        _Ours,
        "SELECT conversation_id FROM messages WHERE workspace_id = $1 AND id = $2 AND direction = 2",
        tx.workspace_id, message_id,
    )  # fmt: skip
    if ours is None:
        return False
    c = await lock_root(tx, ours.conversation_id)
    await confirm_sent(tx, message_id, "a server has reported about it.")
    if reports and all(r.delivered for r in reports):
        return True
    failed = any(r.failed for r in reports)
    if failed:
        await set_delivery(tx, message_id, Delivery.FAILED)
    tx.emit(
        DeliveryReported(message_id=message_id, failed=failed), conversation_id=c.id, subject_id=message_id,
        team=(c.team_id, c.team_id), assignee=(c.assignee_id, c.assignee_id),
    )  # fmt: skip
    if complained := {r.address.lower() for r in reports if r.complained}:
        await _spare(tx, message_id, complained)
    said = " ".join(r.sentence for r in reports[:5]) or "The report names no recipient."
    start = "The reply did not arrive." if failed else "There is news about the delivery of the reply."
    await add_system_message(tx, c.id, f"{start} {said}")
    return True


async def _spare(tx: Tx, message_id: UUID, complained: Set[str]) -> None:
    """Those of them who really got this mail get no automatic mail any more: a report can name anybody."""
    got = await tx.all(
        str,
        "SELECT DISTINCT lower(x ->> 'address') FROM outbox o CROSS JOIN jsonb_array_elements(o.body -> 'to') AS x"
        " WHERE o.workspace_id = $1 AND (o.id = $2 OR o.message_id = $2)",
        tx.workspace_id, message_id,
    )  # fmt: skip
    for address in sorted(complained & set(got)):
        await suppress(tx, address, Reason.COMPLAINED)
