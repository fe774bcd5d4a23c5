"""Reading conversations: lists in three orders, counters, and one in whole."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

import msgspec

from hark.contacts.queries import get_contact
from hark.conversations.lock import MISSING
from hark.conversations.types import CHANNELS
from hark.conversations.views import (
    Detail,
    DraftRef,
    EndpointView,
    Lens,
    ListPage,
    MergedRef,
    ParticipantRef,
    Row,
    Stored,
    addresses,
    holder_of,
    load_lens,
    row_of,
    stage_name,
)
from hark.conversations.visibility import visible
from hark.core.actor import Actor
from hark.core.db import Db, Queries, Tx
from hark.core.errors import NotFound
from hark.core.paging import check_limit, decode_cursor, encode_cursor
from hark.core.sql import TRUE, Sql, join
from hark.value.order import ahead_sql, index_sql, overdue_sql, u_sql, with_reserved

Order = Literal["price", "oldest", "newest"]

COLUMNS = Sql("""c.id, c.number, c.subject, c.preview, c.contact_id, p.name AS contact_name, p.erased_at IS NOT NULL AS contact_erased,
  (SELECT i.value FROM identities i WHERE i.workspace_id = c.workspace_id AND i.contact_id = c.contact_id AND i.kind = 1
    ORDER BY i.id LIMIT 1) AS contact_address,
  c.company_id, k.name AS company_name, coalesce(k.value_minor, p.value_minor) AS value_minor,
  (CASE WHEN k.value_minor IS NULL THEN p.currency ELSE k.currency END)::text AS value_currency, k.renewal_on,
  k.cycle_days, k.plan, p.vip OR coalesce(k.vip, false) AS vip, k.customer_since,
  c.account_id, a.kind AS account_kind, c.team_id, c.assignee_id, c.status, c.severity, c.difficulty, c.topic_id,
  c.tag_ids,   c.created_at, c.last_message_at, c.wait_t0, c.wait_f0, c.calendar_id, c.per_s, c.stake, c.seq, c.customer_seq,
  coalesce(r.seq, 0) AS read_seq,
  (SELECT jsonb_build_object('kind', q.kind, 'policy_id', q.policy_id, 'state', q.state, 'clock', q.clock,
      'target_s', q.target_s, 'calendar_id', q.calendar_id, 'due_at', q.due_at, 'warn_at', q.warn_at, 'left_s', q.left_s)
    FROM promises q WHERE q.workspace_id = c.workspace_id AND q.conversation_id = c.id AND q.ended_at IS NULL
    ORDER BY q.due_at, q.kind LIMIT 1) AS promise""")
"""Over `c`, its contact `p`, account `a`, company `k` and the viewer's own row `r` of reads."""


class Candidate(Stored, kw_only=True):
    """A row of a list with what its place follows from: `index` is None where nobody waits, `rank` counts by index,
    `turn` among the overdue, `reserved` is set when it stands in a reserved row."""

    index: float | None = None
    rank: int | None = None
    turn: int | None = None
    reserved: bool = False


class _Position(msgspec.Struct, frozen=True, kw_only=True):
    """Where a page begins: the instant of the list, how many rows were shown, and the last key of each of its parts.

    `ranked` is (index, wait_t0, id) of the last row that stood there by its rank, `promised` (wait_t0, id) of the
    last one in a reserved row, `quiet` (last_message_at, id) of the last one in which nobody waits.
    """

    as_of: datetime
    shown: int = 0
    ranked: tuple[float, float, UUID] | None = None
    promised: tuple[float, UUID] | None = None
    quiet: tuple[datetime, UUID] | None = None

    def after(self, rows: Sequence[Candidate]) -> "_Position":
        """The position behind these rows."""
        ranked, promised, quiet = self.ranked, self.promised, self.quiet
        for row in rows:
            if row.index is None or row.wait_t0 is None:
                quiet = (row.last_message_at, row.id)
            elif row.reserved:
                promised = (row.wait_t0, row.id)
            else:
                ranked = (row.index, row.wait_t0, row.id)
        return _Position(as_of=self.as_of, shown=self.shown + len(rows), ranked=ranked, promised=promised, quiet=quiet)


async def list_conversations(
    db: Db, actor: Actor, *, condition: Sql, order: Order, name: str, cursor: str | None = None, limit: int = 50
) -> ListPage:
    """One page of the visible conversations that meet `condition` (over alias `c`).

    price: by the order index, every eighth row the longest overdue one. oldest: who waits longest first. Both show
    the conversations in which nobody waits after these, newest first. newest: all by their last message. `name`
    stands for list and filter in the cursor. Raises BadRequest for a cursor of another list.
    """
    check_limit(limit)
    name = f"{name}|{order}"
    position = decode_cursor(name, cursor, _Position)[0] if cursor else _Position(as_of=db.now())
    where = join(" AND ", [Sql("c.workspace_id = {}", actor.workspace_id), condition, visible(actor)])
    lens = await load_lens(db, actor, position.as_of)
    found: list[Candidate] = []
    if order != "newest" and position.quiet is None:
        pick = _by_price if order == "price" else _by_age
        found = await pick(db, where, lens, position, limit + 1)
    if len(found) <= limit:
        nobody_waits = TRUE if order == "newest" else Sql("c.wait_t0 IS NULL")
        found += await _by_message(db, Sql("{} AND {}", where, nobody_waits), lens, position, limit + 1)
    shown = found[:limit]
    following = encode_cursor(name, position.after(shown)) if len(found) > limit else None
    items = [row_of(row, lens, reserved=row.reserved) for row in shown]
    return ListPage(items=items, next=following, as_of=position.as_of)


def _rows(count: int) -> Sql:
    """A LIMIT PostgreSQL knows when it plans: for an unknown one it expects a tenth of the table, so that no plan could
    be kept and each page would be planned anew."""
    return Sql(str(count))


async def _by_price(db: Db, where: Sql, lens: Lens, position: _Position, limit: int) -> list[Candidate]:
    """The waiting ones in order of the index and the overdue ones in order of age, then every eighth row from these.

    Both parts come from one scan of the open set (SCHEMA.sql, end). A row of an earlier page is left out: by rank it
    stood before `ranked`, by turn before `promised`.
    """
    model, f_now, ranked, promised = lens.model, lens.f_now, position.ranked, position.promised
    ahead = ahead_sql(lens.handle_s, model)
    u = u_sql(now_s=lens.now_s, f_now=f_now, ahead=ahead, model=model)
    before = Sql("false") if ranked is None else Sql(_RANKED_BEFORE, ranked[0], ranked[0], ranked[1], ranked[2])
    had_turn = Sql("false") if promised is None else Sql("overdue AND (wait_t0, id) <= ({}::float8, {})", *promised)
    rows = await db.all(
        Candidate,
        Sql(
            _PRICE, index_sql(model), u, overdue_sql(f_now=f_now, model=model), where, before, had_turn, _rows(limit), _rows(limit),
            COLUMNS, lens.actor.agent_id, lens.actor.workspace_id,
        ),
    )  # fmt: skip
    by_id = {row.id: row for row in rows}
    order = sorted((row.rank, row.id) for row in rows if row.rank is not None)
    turns = sorted((row.turn, row.id) for row in rows if row.turn is not None)
    placed = with_reserved([id for _, id in order], [id for _, id in turns], model=model, start=position.shown)
    for id, reserved in placed:
        by_id[id].reserved = reserved
    return [by_id[id] for id, _ in placed[:limit]]


_RANKED_BEFORE = "index > {}::float8 OR (index = {}::float8 AND (wait_t0, id) <= ({}::float8, {}))"
_PRICE = """
WITH open AS MATERIALIZED (
  SELECT id, wait_t0, ({})::float8 AS index, overdue FROM (
    SELECT c.id, wait_t0, stake, per_s, ({})::float8 AS u, ({})::boolean AS overdue FROM conversations c
    WHERE {} AND c.status < 3 AND c.wait_t0 IS NOT NULL OFFSET 0) w
), left_over AS NOT MATERIALIZED (
  SELECT id, wait_t0, index, overdue FROM open WHERE NOT ({}) AND NOT ({})
), top AS (
  SELECT id, index, row_number() OVER (ORDER BY index DESC, wait_t0, id) AS rank, NULL::bigint AS turn
    FROM (SELECT * FROM left_over ORDER BY index DESC, wait_t0, id LIMIT {}) ranked
  UNION ALL
  SELECT id, index, NULL, row_number() OVER (ORDER BY wait_t0, id)
    FROM (SELECT * FROM left_over WHERE overdue ORDER BY wait_t0, id LIMIT {}) promised
), places AS (
  SELECT id, max(index) AS index, max(rank) AS rank, max(turn) AS turn FROM top GROUP BY id
)
SELECT {}, t.index, t.rank, t.turn FROM places t JOIN conversations c ON c.id = t.id
JOIN contacts p ON p.workspace_id = c.workspace_id AND p.id = c.contact_id
JOIN channel_accounts a ON a.workspace_id = c.workspace_id AND a.id = c.account_id
LEFT JOIN companies k ON k.workspace_id = c.workspace_id AND k.id = c.company_id
LEFT JOIN reads r ON r.workspace_id = c.workspace_id AND r.agent_id = {} AND r.conversation_id = c.id
WHERE c.workspace_id = {}
"""


async def _by_age(db: Db, where: Sql, lens: Lens, position: _Position, limit: int) -> list[Candidate]:
    last = position.ranked
    after = Sql("(c.wait_t0, c.id) > ({}::float8, {})", last[1], last[2]) if last else TRUE
    return await db.all(
        Candidate, Sql(_AGE, COLUMNS, where, after, _rows(limit), lens.actor.agent_id, lens.actor.workspace_id)
    )


_AGE = """
SELECT {}, 0::float8 AS index FROM (
  SELECT c.id FROM conversations c WHERE {} AND c.status < 3 AND c.wait_t0 IS NOT NULL AND {}
  ORDER BY c.wait_t0, c.id LIMIT {}) t JOIN conversations c ON c.id = t.id
JOIN contacts p ON p.workspace_id = c.workspace_id AND p.id = c.contact_id
JOIN channel_accounts a ON a.workspace_id = c.workspace_id AND a.id = c.account_id
LEFT JOIN companies k ON k.workspace_id = c.workspace_id AND k.id = c.company_id
LEFT JOIN reads r ON r.workspace_id = c.workspace_id AND r.agent_id = {} AND r.conversation_id = c.id
WHERE c.workspace_id = {} ORDER BY c.wait_t0, c.id
"""


async def _by_message(db: Db, where: Sql, lens: Lens, position: _Position, limit: int) -> list[Candidate]:
    after = Sql("(c.last_message_at, c.id) < ({}, {})", *position.quiet) if position.quiet else TRUE
    return await db.all(
        Candidate, Sql(_NEWEST, COLUMNS, where, after, _rows(limit), lens.actor.agent_id, lens.actor.workspace_id)
    )


_NEWEST = """
SELECT {} FROM (
  SELECT c.id FROM conversations c WHERE {} AND {} ORDER BY c.last_message_at DESC, c.id DESC LIMIT {}) t
JOIN conversations c ON c.id = t.id
JOIN contacts p ON p.workspace_id = c.workspace_id AND p.id = c.contact_id
JOIN channel_accounts a ON a.workspace_id = c.workspace_id AND a.id = c.account_id
LEFT JOIN companies k ON k.workspace_id = c.workspace_id AND k.id = c.company_id
LEFT JOIN reads r ON r.workspace_id = c.workspace_id AND r.agent_id = {} AND r.conversation_id = c.id
WHERE c.workspace_id = {} ORDER BY c.last_message_at DESC, c.id DESC
"""


async def find_rows(db: Db | Tx, actor: Actor, ids: Sequence[UUID], *, now: datetime) -> list[Row]:
    """The rows of these conversations as the actor sees them now; those not visible are left out. In no order."""
    lens = await load_lens(db, actor, now)
    return [row_of(row, lens) for row in await stored_rows(db, actor, ids)]


async def stored_rows(db: Db | Tx, actor: Actor, ids: Sequence[UUID]) -> list[Stored]:
    """What stands behind `find_rows`."""
    return await db.all(Stored, Sql(_ROWS, COLUMNS, actor.agent_id, actor.workspace_id, list(ids), visible(actor)))


_ROWS = """
SELECT {} FROM conversations c
JOIN contacts p ON p.workspace_id = c.workspace_id AND p.id = c.contact_id
JOIN channel_accounts a ON a.workspace_id = c.workspace_id AND a.id = c.account_id
LEFT JOIN companies k ON k.workspace_id = c.workspace_id AND k.id = c.company_id
LEFT JOIN reads r ON r.workspace_id = c.workspace_id AND r.agent_id = {} AND r.conversation_id = c.id
WHERE c.workspace_id = {} AND c.id = ANY({}::uuid[]) AND {}
"""


async def list_of_contact(
    db: Db, actor: Actor, contact_id: UUID, *, cursor: str | None = None, limit: int = 50
) -> ListPage:
    """All visible conversations of a contact but spam, newest first. Raises NotFound."""
    await get_contact(db, actor, contact_id)
    condition = Sql("c.contact_id = {} AND c.status <> 4", contact_id)
    return await list_conversations(
        db, actor, condition=condition, order="newest", name=f"contact:{contact_id}", cursor=cursor, limit=limit
    )


class _Counted(msgspec.Struct):
    team_id: int | None
    everything: bool
    open: int
    unassigned: int
    mine: int
    snoozed: int
    waiting: int


async def count_conversations(db: Queries, actor: Actor) -> dict[str, int]:
    """How many stand in each preset list, and open ones per team (`team:3`): one scan of the open set."""
    rows = await db.all(
        _Counted, Sql(_COUNTERS, actor.agent_id, actor.workspace_id, visible(actor))
    )  # fmt: skip
    counters: dict[str, int] = {}
    for row in rows:
        if row.everything:
            counters |= {name: getattr(row, name) for name in ("open", "unassigned", "mine", "snoozed", "waiting")}
        elif row.team_id is not None:
            counters[f"team:{row.team_id}"] = row.open
    return counters


_COUNTERS = """
SELECT c.team_id, grouping(c.team_id) = 1 AS everything,
  count(*) FILTER (WHERE c.status < 2) AS open,
  count(*) FILTER (WHERE c.status < 2 AND c.assignee_id IS NULL) AS unassigned,
  count(*) FILTER (WHERE c.status < 2 AND c.assignee_id = {}) AS mine,
  count(*) FILTER (WHERE c.status = 2) AS snoozed,
  count(*) FILTER (WHERE c.wait_t0 IS NOT NULL) AS waiting
FROM conversations c WHERE c.workspace_id = {} AND c.status < 3 AND {}
GROUP BY GROUPING SETS ((c.team_id), ())
"""


class _Endpoint(msgspec.Struct, kw_only=True):
    id: UUID
    account_id: int
    kind: int
    name: str | None
    address: str | None
    visitor_id: UUID | None
    refs: dict[str, Any]
    senders: list[str]
    read_seq: int
    read_at: datetime | None
    live_until: datetime | None
    reply_until: datetime | None
    closed_at: datetime | None


class _Whole(Stored, kw_only=True):
    endpoints: list[_Endpoint]
    answer_endpoint_id: UUID | None
    reply_locked: bool
    drafts: list[DraftRef]
    merged: list[MergedRef]
    participants: list[ParticipantRef]
    stage: int
    holder_kind: int
    holder_id: int | None
    since: datetime
    promise_until: datetime | None
    snoozed_until: datetime | None
    public_seq: int
    root_id: UUID | None


async def get_conversation(
    db: Db | Tx, actor: Actor, id: UUID, *, now: datetime, after_own_action: bool = False
) -> Detail:
    """One conversation in whole. Raises NotFound when it does not exist or the actor may not see it.

    `after_own_action`: the actor has just worked on it and sees the result, even where that took it out of reach.
    """
    row = await db.find(
        _Whole,
        Sql(
            _DETAIL, COLUMNS, actor.agent_id, actor.agent_id, actor.workspace_id, id,
            TRUE if after_own_action else visible(actor),
        ),
    )  # fmt: skip
    if row is None:
        raise NotFound(MISSING)
    lens = await load_lens(db, actor, now)
    return Detail(
        **msgspec.structs.asdict(row_of(row, lens)),
        endpoints=[_endpoint(e, now) for e in row.endpoints],
        answer_endpoint_id=row.answer_endpoint_id,
        reply_locked=row.reply_locked,
        stage=stage_name(row.stage),
        holder=holder_of(row.holder_kind, row.holder_id),
        since=row.since,
        promise_until=row.promise_until,
        snoozed_until=row.snoozed_until,
        public_seq=row.public_seq,
        customer_seq=row.customer_seq,
        read_seq=row.read_seq,
        drafts=row.drafts,
        root_id=row.root_id,
        merged=row.merged,
        participants=row.participants,
    )


_DETAIL = """
SELECT {}, c.stage, c.holder_kind, c.holder_id, c.since, c.promise_until, c.snoozed_until, c.public_seq, c.root_id,
  (WITH RECURSIVE family AS (
      SELECT c.id UNION ALL
      SELECT m.id FROM family f JOIN conversations m ON m.workspace_id = c.workspace_id AND m.root_id = f.id)
    SELECT coalesce(jsonb_agg(jsonb_build_object('id', e.id, 'account_id', e.account_id, 'kind', n.kind,
      'name', q.name, 'address', CASE WHEN i.kind = 1 THEN i.value END, 'visitor_id', e.visitor_id, 'refs', e.refs,
      'senders', CASE WHEN n.kind = 1 THEN (SELECT jsonb_agg(x.address) FROM (SELECT lower(n.address) AS address
        UNION ALL (SELECT y.address FROM account_aliases y WHERE y.workspace_id = c.workspace_id AND y.account_id = n.id
        ORDER BY y.address)) x) ELSE '[]' END,
      'read_seq', e.read_seq, 'read_at', e.read_at, 'live_until', e.live_until, 'reply_until', e.reply_until, 'closed_at', e.closed_at)
      ORDER BY e.id), '[]')
    FROM family f JOIN endpoints e ON e.workspace_id = c.workspace_id AND e.conversation_id = f.id
    JOIN channel_accounts n ON n.workspace_id = c.workspace_id AND n.id = e.account_id
    LEFT JOIN identities i ON i.workspace_id = c.workspace_id AND i.id = e.identity_id
    LEFT JOIN visitors v ON v.workspace_id = c.workspace_id AND v.id = e.visitor_id
    LEFT JOIN contacts q ON q.workspace_id = c.workspace_id AND q.id = coalesce(i.contact_id, v.contact_id)) AS endpoints,
  (WITH RECURSIVE family AS (
      SELECT c.id UNION ALL
      SELECT m.id FROM family f JOIN conversations m ON m.workspace_id = c.workspace_id AND m.root_id = f.id)
    SELECT l.endpoint_id FROM family f CROSS JOIN LATERAL (
      SELECT m.endpoint_id, m.occurred_at FROM messages m JOIN endpoints e ON e.workspace_id = c.workspace_id
        AND e.id = m.endpoint_id AND e.closed_at IS NULL
      WHERE m.workspace_id = c.workspace_id AND m.conversation_id = f.id AND m.direction = 1 AND m.kind = 1
      ORDER BY m.seq DESC LIMIT 1) l
    ORDER BY l.occurred_at DESC LIMIT 1) AS answer_endpoint_id,
  coalesce((SELECT t.reply_lock AND c.assignee_id IS DISTINCT FROM {} FROM teams t
    WHERE t.workspace_id = c.workspace_id AND t.id = c.team_id), false) AS reply_locked,
  (SELECT coalesce(jsonb_agg(jsonb_build_object('agent_id', d.agent_id, 'updated_at', d.updated_at)), '[]')
    FROM drafts d WHERE d.workspace_id = c.workspace_id AND d.conversation_id = c.id) AS drafts,
  (SELECT coalesce(jsonb_agg(jsonb_build_object('id', m.id, 'number', m.number) ORDER BY m.number), '[]')
    FROM conversations m WHERE m.workspace_id = c.workspace_id AND m.root_id = c.id) AS merged,
  (SELECT coalesce(jsonb_agg(jsonb_build_object('agent_id', h.agent_id,
      'state', CASE h.state WHEN 1 THEN 'invited' ELSE 'joined' END) ORDER BY h.invited_at, h.agent_id), '[]')
    FROM participants h WHERE h.workspace_id = c.workspace_id AND h.conversation_id = c.id AND h.state < 3) AS participants
FROM conversations c
JOIN contacts p ON p.workspace_id = c.workspace_id AND p.id = c.contact_id
JOIN channel_accounts a ON a.workspace_id = c.workspace_id AND a.id = c.account_id
LEFT JOIN companies k ON k.workspace_id = c.workspace_id AND k.id = c.company_id
LEFT JOIN reads r ON r.workspace_id = c.workspace_id AND r.agent_id = {} AND r.conversation_id = c.id
WHERE c.workspace_id = {} AND c.id = {} AND {}
"""


def _endpoint(e: _Endpoint, now: datetime) -> EndpointView:
    def people(field: str) -> list[str]:
        return addresses(e.refs.get(field, []))

    return EndpointView(
        id=e.id, account_id=e.account_id, channel=CHANNELS[e.kind], name=e.name, address=e.address,
        visitor_id=e.visitor_id, to=people("to"), cc=people("cc"), bcc=people("bcc"),
        from_address=e.refs.get("from") if e.refs.get("from") in e.senders else next(iter(e.senders), None),
        from_addresses=e.senders,
        live=e.live_until is not None and e.live_until > now, read_seq=e.read_seq, read_at=e.read_at,
        can_reply=e.closed_at is None and (e.reply_until is None or e.reply_until > now), closed_at=e.closed_at,
    )  # fmt: skip


async def require_visible(db: Queries, actor: Actor, id: UUID) -> None:
    """Raises NotFound unless the actor may see the conversation."""
    if not await db.find(
        bool,
        Sql(
            "SELECT true FROM conversations c WHERE c.workspace_id = {} AND c.id = {} AND {}",
            actor.workspace_id, id, visible(actor),
        ),
    ):  # fmt: skip
        raise NotFound(MISSING)
