"""Conversations as people see them: a row of the list with its price and its reason, and the whole of one."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

import msgspec

from hark.conversations.promised import PromiseView, StoredPromise, promise_view
from hark.conversations.types import CHANNELS
from hark.core.actor import Actor
from hark.core.clock import from_unix, unix
from hark.core.db import Db, Tx
from hark.hours.queries import Calendars, load_calendars
from hark.journey.types import HolderKind, Stage, Status
from hark.topics.queries import own_handle_seconds
from hark.value.order import is_overdue, order_index, urgency
from hark.value.pricing import load_model
from hark.value.reason import explain, is_live, render
from hark.value.stake import value_at_stake
from hark.value.types import HOUR_S, Severity, ValueModel, Worth


class ContactRef(msgspec.Struct, frozen=True, kw_only=True):
    id: UUID
    name: str | None
    address: str | None
    erased: bool = False


class CompanyRef(msgspec.Struct, frozen=True, kw_only=True):
    id: UUID
    name: str


class ReasonView(msgspec.Struct, frozen=True, kw_only=True):
    """Why the row stands where it stands: the key, its numbers, and the sentence in the viewer's language."""

    key: str
    params: dict[str, Any]
    text: str


class Row(msgspec.Struct, kw_only=True):
    """One line of the list. Money in minor units of `currency`, `order_index` in minor units per hour.

    `price_per_job_minor` is what one more job before this one costs, the same per hour `price_per_hour_minor`;
    `price_basis` says which of them to show: a customer who is there does not wait for an hour.
    `waiting_since` is null when nobody waits for us; `waiting_team_s` is the same wait in open seconds.
    """

    id: UUID
    number: int
    subject: str
    preview: str
    contact: ContactRef
    company: CompanyRef | None
    account_id: int
    channel: str
    team_id: int | None
    assignee_id: int | None
    status: Status
    severity: int
    difficulty: int
    topic_id: int | None
    tag_ids: list[int]
    created_at: datetime
    last_message_at: datetime
    waiting_since: datetime | None
    waiting_team_s: float | None
    price_per_hour_minor: int | None
    price_per_job_minor: int | None
    price_basis: Literal["hour", "job"]
    currency: str
    price_assumed: bool
    order_index: float | None
    reason: ReasonView | None
    overdue: bool
    promise: PromiseView | None
    unread: bool
    seq: int
    can: tuple[str, ...]


class EndpointView(msgspec.Struct, frozen=True, kw_only=True):
    """A thread of the customer's side; `to` and `cc` are whom a mail on it goes to, `bcc` whom our last reply went to
    in secret. `from_address` is the sender of an answer, `from_addresses` all that one may leave from (none in a chat).

    `live`: the customer is in the messenger now; `read_seq`: they have read up to there, at `read_at`. `name` and `address` are the
    other party's, as far as known; `can_reply` is false once it is closed or can no longer be answered.
    """

    id: UUID
    account_id: int
    channel: str
    name: str | None
    address: str | None
    visitor_id: UUID | None
    to: list[str]
    cc: list[str]
    bcc: list[str]
    from_address: str | None
    from_addresses: list[str]
    live: bool
    read_seq: int
    read_at: datetime | None
    can_reply: bool
    closed_at: datetime | None


class DraftRef(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody has begun to write. The text is only their own."""

    agent_id: int
    updated_at: datetime


class Holder(msgspec.Struct, frozen=True, kw_only=True):
    kind: str
    id: int | None


class ParticipantRef(msgspec.Struct, frozen=True, kw_only=True):
    """A colleague who was asked in: `invited`, or `joined`."""

    agent_id: int
    state: str


class MergedRef(msgspec.Struct, frozen=True, kw_only=True):
    id: UUID
    number: int


class Detail(Row, kw_only=True):
    """Everything about one conversation but its thread.

    `answer_endpoint_id` is where a reply goes that names no other: the thread of the customer's last message.
    `reply_locked`: only the assignee answers here, and the viewer is not the one; they may take over.
    """

    endpoints: list[EndpointView]
    answer_endpoint_id: UUID | None
    reply_locked: bool
    stage: str
    holder: Holder
    since: datetime
    promise_until: datetime | None
    snoozed_until: datetime | None
    public_seq: int
    customer_seq: int
    read_seq: int
    drafts: list[DraftRef]
    root_id: UUID | None
    merged: list[MergedRef]
    participants: list[ParticipantRef]


class ListPage(msgspec.Struct, kw_only=True):
    """One page of a list as of one instant; the cursor carries it, so that later pages fit."""

    items: list[Row]
    next: str | None
    as_of: datetime


# from the database ------------------------------------------------------------------------------------------------


class Stored(msgspec.Struct, kw_only=True):
    """The columns behind a Row."""

    id: UUID
    number: int
    subject: str
    preview: str
    contact_id: UUID
    contact_name: str | None
    contact_address: str | None
    contact_erased: bool
    company_id: UUID | None
    company_name: str | None
    value_minor: int | None
    value_currency: str | None
    renewal_on: date | None
    cycle_days: int | None
    plan: str | None
    vip: bool
    customer_since: date | None
    account_id: int
    account_kind: int
    team_id: int | None
    assignee_id: int | None
    status: Status
    severity: Severity
    difficulty: int
    topic_id: int | None
    tag_ids: list[int]
    created_at: datetime
    last_message_at: datetime
    wait_t0: float | None
    wait_f0: float | None
    calendar_id: int | None
    per_s: float | None
    stake: float | None
    seq: int
    customer_seq: int
    read_seq: int
    promise: StoredPromise | None


class Lens(msgspec.Struct, frozen=True):
    """What every row of one answer is seen through: who looks, what they may do (`commands` by status), when (`now_s`:
    the same in seconds since 1970), and by which prices and hours (`f_now`: F(now) of each calendar, `handle_s`: the
    look-ahead of topics that have one of their own)."""

    actor: Actor
    commands: dict[Status, tuple[str, ...]]
    now: datetime
    now_s: float
    model: ValueModel
    f_now: dict[int, float]
    handle_s: dict[int, float]
    opens: dict[int, float | None]
    """Of every calendar that is closed now, when it opens next; None: never again."""

    def ahead_s(self, topic_id: int | None) -> float:
        """d: the mean handle time of a topic in seconds."""
        return self.model.handle_s if topic_id is None else self.handle_s.get(topic_id, self.model.handle_s)


async def load_lens(db: Db | Tx, actor: Actor, now: datetime) -> Lens:
    """Prices and hours are kept by each process from one call to the next (`hark.core.kept`)."""

    async def load() -> tuple[ValueModel, Calendars, dict[int, float]]:
        id = actor.workspace_id
        return await load_model(db, id), await load_calendars(db, id), await own_handle_seconds(db, id)

    kept = await load() if isinstance(db, Tx) else await db.kept.get(actor.workspace_id, Lens, load)
    model, calendars, handle_s = kept
    now_s = unix(now)
    opens = {id: hours.next_open(now_s) for id, hours in calendars.by_id.items() if not hours.open_at(now_s)}
    return Lens(actor, _commands(actor), now, now_s, model, calendars.f_now(now_s), handle_s, opens)


def seen_by(actor: Actor, lens: Lens) -> Lens:
    """The same moment through another viewer's eyes."""
    return msgspec.structs.replace(lens, actor=actor, commands=_commands(actor))


def _commands(actor: Actor) -> dict[Status, tuple[str, ...]]:
    return {status: commands(actor, status) for status in Status}


def _without_reply(can: tuple[str, ...]) -> tuple[str, ...]:
    """Who was erased has no address any more."""
    return tuple(one for one in can if one != "reply")


def row_of(stored: Stored, lens: Lens, *, reserved: bool = False) -> Row:
    """The Row of these columns. `reserved`: it stands there as the oldest overdue one, whatever it is worth."""
    row = Row(
        id=stored.id,
        number=stored.number,
        subject=stored.subject,
        preview=stored.preview,
        contact=ContactRef(
            id=stored.contact_id, name=stored.contact_name, address=stored.contact_address, erased=stored.contact_erased
        ),
        company=(
            CompanyRef(id=stored.company_id, name=stored.company_name or "") if stored.company_id is not None else None
        ),
        account_id=stored.account_id,
        channel=CHANNELS[stored.account_kind],
        team_id=stored.team_id,
        assignee_id=stored.assignee_id,
        status=stored.status,
        severity=stored.severity,
        difficulty=stored.difficulty,
        topic_id=stored.topic_id,
        tag_ids=stored.tag_ids,
        created_at=stored.created_at,
        last_message_at=stored.last_message_at,
        unread=stored.customer_seq > stored.read_seq,
        seq=stored.seq,
        can=_without_reply(lens.commands[stored.status]) if stored.contact_erased else lens.commands[stored.status],
        currency=lens.model.currency,
        waiting_since=None,
        waiting_team_s=None,
        price_per_hour_minor=None,
        price_per_job_minor=None,
        price_basis="hour",
        price_assumed=False,
        order_index=None,
        reason=None,
        overdue=False,
        promise=None if stored.promise is None else promise_view(stored.promise, lens.opens),
    )
    if stored.wait_t0 is not None:
        _add_wait(row, stored, lens, reserved)
    return row


def _add_wait(row: Row, stored: Stored, lens: Lens, reserved: bool) -> None:
    """What there is to say about the open wait: its age on both clocks, price, order index and the sentence."""
    t0, f0, per_s, stake = stored.wait_t0, stored.wait_f0, stored.per_s, stored.stake
    if t0 is None or f0 is None or per_s is None or stake is None or stored.calendar_id is None:
        return
    model = lens.model
    since = from_unix(t0)
    customer_s = max(0.0, lens.now_s - t0)
    open_s = max(0.0, lens.f_now[stored.calendar_id] - f0)
    ahead_s = lens.ahead_s(stored.topic_id)
    u = urgency(customer_s, open_s, per_s=per_s, ahead_s=ahead_s, model=model)
    row.overdue = is_overdue(open_s, per_s=per_s, model=model)
    worth = Worth(
        monthly_minor=stored.value_minor, currency=stored.value_currency, renewal_on=stored.renewal_on,
        cycle_days=stored.cycle_days, plan=stored.plan, vip=stored.vip, customer_since=stored.customer_since,
    )  # fmt: skip
    reason = explain(
        value_at_stake(worth, today=since.date(), model=model), stored.severity, per_s=per_s,
        customer_s=customer_s, ahead_s=ahead_s, u=u, promised=reserved and row.overdue, model=model,
    )  # fmt: skip
    row.waiting_since = since
    row.waiting_team_s = open_s
    row.price_per_hour_minor, row.price_per_job_minor = reason.price_minor, reason.job_minor
    row.price_basis = "job" if is_live(per_s) else "hour"
    row.price_assumed = reason.assumed
    row.order_index = order_index(stake, u, per_s=per_s, model=model) * HOUR_S
    row.reason = ReasonView(
        key=reason.key, params=msgspec.structs.asdict(reason), text=render(reason, lens.actor.locale)
    )


_WRITE = ("assign", "tag", "topic", "severity", "difficulty", "rename")
_BY_STATUS: dict[Status, tuple[str, ...]] = {
    Status.OPEN: (*_WRITE, "snooze", "resolve", "spam", "merge", "split"),
    Status.WAITING: (*_WRITE, "snooze", "resolve", "spam", "merge", "split"),
    Status.SNOOZED: (*_WRITE, "snooze", "unsnooze", "resolve", "spam", "merge", "split"),
    Status.RESOLVED: (*_WRITE, "snooze", "reopen", "spam", "merge", "split"),
    Status.SPAM: ("tag", "spam", "unspam"),
    Status.MERGED: ("unmerge",),
}


def commands(actor: Actor, status: Status) -> tuple[str, ...]:
    """What the actor may do to a conversation of this status."""
    can: list[str] = []
    if actor.can("conversations.reply") and status < Status.SPAM:
        can.append("reply")
    if actor.can("conversations.write"):
        can += ["note"] if status is not Status.MERGED else []
        can += _BY_STATUS[status]
    return tuple(can)


def stage_name(stage: int) -> str:
    """`queue`, `agent`, `customer` ...; a conversation always has one once its first event is written."""
    return Stage(stage).name.lower()


def holder_of(kind: int, id: int | None) -> Holder:
    return Holder(kind=HolderKind(kind).name.lower(), id=id)


def addresses(values: Sequence[Any]) -> list[str]:
    """The addresses of a list of `{name, address}` in an endpoint's refs."""
    return [v["address"] for v in values if isinstance(v, dict) and v.get("address")]
