"""When promises are worked out, and when what is late is told.

- With every event that can move a promise, in its own transaction (the projector after the journey's).
- When a warning or a breach is due: one timer per conversation. It works everything out anew before it tells anything.
- When policies, hours, mailboxes or a customer change: soon after, for the open conversations, in short transactions.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from uuid import UUID

import msgspec

from hark.contacts.types import CompanyChanged, CompanyValueChanged, ContactChanged, ContactValueChanged
from hark.conversations.lock import lock_conversation, lock_conversations, record, save
from hark.conversations.types import ContactReplaced, MessagesMovedIn, SubjectChanged, TagsChanged
from hark.core.clock import from_unix, unix
from hark.core.db import Tx
from hark.core.events import Event, Projector, Recorded
from hark.core.journal import Consumer
from hark.hours.types import CalendarChanged
from hark.intake.accounts.types import MailboxChanged
from hark.journey.moves import MOVES
from hark.journey.types import (
    CORRECTIVE,
    ConversationStarted,
    DifficultyChanged,
    MarkedSpam,
    Merged,
    MergedIn,
    SeverityChanged,
    Unmerged,
    UnmergedOut,
)
from hark.sla.actions import go_on_reviewing, start_review, write_promises
from hark.sla.escalation import escalate
from hark.sla.keeping import GRACE, Kept, keep_promises
from hark.sla.queries import PromiseRow, accounts_differ, find_policy, open_ids, open_ids_of, with_promises
from hark.sla.types import PromiseState, SlaBreached, SlaCorrected, SlaMoved, SlaPolicyChanged, SlaWarned
from hark.timers.jobs import Handler
from hark.timers.types import Timer, TimerKind
from hark.topics.types import TopicChanged

HISTORY = timedelta(days=1)
"""What was recorded this long after it happened is imported: nobody here has promised anything for it."""

REVIEWED_AT_ONCE = 100

MERGES: frozenset[type[Event]] = frozenset({Merged, MergedIn, Unmerged, UnmergedOut})
WHOLE: frozenset[type[Event]] = MERGES | CORRECTIVE | {MarkedSpam}
"""Events that change more than the episode that runs."""

CONCERNS: frozenset[type[Event]] = WHOLE | {
    ConversationStarted, *MOVES, SeverityChanged, DifficultyChanged, TagsChanged, SubjectChanged, ContactReplaced,
    MessagesMovedIn, TopicChanged,
}  # fmt: skip


async def project(tx: Tx, recorded: Sequence[Recorded]) -> None:
    """Work out the promises of the conversations these events are about. It stands after the journey's projector."""
    live: dict[frozenset[str], list[UUID]] = {}
    imported: list[UUID] = []
    events: dict[UUID, list[Recorded]] = {}
    for one in recorded:
        if one.conversation_id is not None and type(one.event) in CONCERNS:
            events.setdefault(one.conversation_id, []).append(one)
    for id, of in events.items():
        if all(one.recorded_at - one.occurred_at > HISTORY for one in of):
            imported.append(id)
        kinds = {type(one.event) for one in of}
        how = frozenset(name for name, which in (("whole", WHOLE), ("quiet", MERGES)) if kinds & which)
        live.setdefault(how, []).append(id)
    if imported:
        known = await with_promises(tx, imported)
        live = {how: [id for id in ids if id not in imported or id in known] for how, ids in live.items()}
    for how, ids in live.items():
        if ids:
            await keep_promises(tx, ids, whole="whole" in how, quiet="quiet" in how)


PROJECTOR: Projector = project


async def tell(tx: Tx, timer: Timer) -> None:
    """A warning or a breach is due: work out whether it still is, then record it, tell it, and do what the policy says."""
    c = await lock_conversation(tx, timer.subject_id)
    for kept in await keep_promises(tx, [c.id]):
        news = [(row, event) for row in kept.rows if (event := _news(row, kept, unix(tx.now())))]
        for _, event in news:
            record(tx, c, event)
        await save(tx, c)
        await write_promises(tx, [row for row, _ in news], {c.id: kept.next_due()})
        for row, event in news:
            if row.ended_at is None and not isinstance(event, SlaCorrected):
                await _escalate(tx, row, broken=isinstance(event, SlaBreached))


def _news(row: PromiseRow, kept: Kept, now: float) -> SlaWarned | SlaBreached | SlaCorrected | None:
    """What is to be told of a promise now; it is marked as told. A breach needs no warning before it."""
    due = None if row.due_at is None else from_unix(row.due_at)
    if row.state is PromiseState.VOID:
        return None
    if row.breached_at is not None:
        if row.state is PromiseState.BROKEN:
            return None
        row.breached_at = None
        return SlaCorrected(promise=row.kind, due_at=due, policy_id=row.policy_id)
    if row.state is PromiseState.BROKEN or (
        _runs(row) and row.due_at is not None and row.due_at + GRACE.total_seconds() <= now
    ):
        row.breached_at, row.state, row.decided_at = now, PromiseState.BROKEN, row.due_at
        row.agent_id = row.agent_id if row.ended_at is not None else kept.facts.assignee_id
        return SlaBreached(promise=row.kind, due_at=due, policy_id=row.policy_id)
    if _runs(row) and row.warn_at is not None and row.warn_at <= now and row.warned_at is None:
        row.warned_at = now
        return SlaWarned(promise=row.kind, due_at=due, policy_id=row.policy_id)
    return None


def _runs(row: PromiseRow) -> bool:
    return row.ended_at is None and row.due_at is not None


async def _escalate(tx: Tx, row: PromiseRow, *, broken: bool) -> None:
    policy = None if row.policy_id is None else await find_policy(tx, tx.workspace_id, row.policy_id)
    if policy is not None and row.due_at is not None:
        await escalate(
            tx, row.conversation_id, policy.on_breach if broken else policy.on_warning, kind=row.kind,
            due_at=from_unix(row.due_at), broken=broken,
        )  # fmt: skip


async def review(tx: Tx, timer: Timer) -> None:
    """The next hundred open conversations by the policies, hours and mailboxes as they are now."""
    after = msgspec.convert(timer.data.get("after", str(UUID(int=0))), UUID, strict=False)
    ids = await open_ids(tx, after, REVIEWED_AT_ONCE)
    await _keep_quietly(tx, ids)
    if len(ids) == REVIEWED_AT_ONCE:
        await go_on_reviewing(tx, ids[-1])


async def _keep_quietly(tx: Tx, ids: Sequence[UUID]) -> None:
    """Open pages hear of those that have changed."""
    kept = await keep_promises(tx, ids, quiet=True) if ids else []
    for c in await lock_conversations(tx, [one.facts.id for one in kept if one.changed]):
        record(tx, c, SlaMoved())
        await save(tx, c)


TIMERS: Mapping[TimerKind, Handler] = {TimerKind.SLA: tell, TimerKind.SLA_REVIEW: review}


async def follow(tx: Tx, recorded: Recorded) -> None:
    """What the consumer `sla` does with an event: conversations whose promises may be others now are worked out again."""
    match recorded.event:
        case SlaPolicyChanged() | CalendarChanged():
            await start_review(tx)
        case ContactChanged() | ContactValueChanged():
            await _keep_quietly(tx, await open_ids_of(tx, contact_id=recorded.subject_id))
        case CompanyChanged(company_id=id) | CompanyValueChanged(company_id=id):
            await _keep_quietly(tx, await open_ids_of(tx, company_id=id))
        case _:
            if await accounts_differ(tx):
                await start_review(tx)


def consumer(*accounts: type[Event]) -> Consumer:
    """The journal reader; `accounts`: further events after which a channel account may promise something else."""
    events: tuple[type[Event], ...] = (
        SlaPolicyChanged, CalendarChanged, MailboxChanged, ContactChanged, ContactValueChanged, CompanyChanged,
        CompanyValueChanged, *accounts,
    )  # fmt: skip
    return Consumer("sla", events, follow)
