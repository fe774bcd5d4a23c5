"""Reading bots, their versions, what they have done, and what a flow can name."""

from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from hark.ai.queries import may_answer_customers
from hark.bots.checks import There, check_flow
from hark.bots.flow import BotFlow
from hark.bots.secrets import masked, without_secrets
from hark.bots.steps import State
from hark.bots.types import (
    BlockFigures,
    Bot,
    BotRow,
    BotVersion,
    Collected,
    Exported,
    Funnel,
    Reason,
    RunCard,
    RunState,
    ShownArticle,
    Trouble,
)
from hark.bots.words import reason_sentence
from hark.conversations.visibility import visible
from hark.core.actor import Actor
from hark.core.db import Queries
from hark.core.errors import NotFound
from hark.core.sql import Sql

MISSING = "This bot does not exist."
LIST_DAYS = 30


class BotRecord(msgspec.Struct, kw_only=True):
    """A row of bots. `draft` with its secrets encrypted."""

    id: int
    name: str
    position: int
    enabled: bool
    draft: BotFlow
    revision: int
    version: int | None
    updated_at: datetime
    changed: bool


_BOT = (
    "SELECT b.id, b.name, b.position, b.enabled, b.draft, b.revision, b.version, b.updated_at, (SELECT v.flow FROM"
    " bot_versions v WHERE v.workspace_id = b.workspace_id AND v.bot_id = b.id AND v.version = b.version)"
    " IS DISTINCT FROM b.draft AS changed FROM bots b WHERE b.workspace_id = {} AND {}"
)


async def get_record(db: Queries, workspace_id: int, id: int, *, lock: bool = False) -> BotRecord:
    """A bot as it is stored. Raises NotFound."""
    if lock:
        await db.run("SELECT FROM bots WHERE workspace_id = $1 AND id = $2 FOR UPDATE", workspace_id, id)
    return await db.one(BotRecord, Sql(_BOT, workspace_id, Sql("b.id = {}", id)), missing=MISSING)


async def get_bot(db: Queries, actor: Actor, id: int) -> Bot:
    """A bot with its draft and what is wrong with that. Raises NotFound."""
    row = await get_record(db, actor.workspace_id, id)
    there = await list_references(db, actor.workspace_id)
    return Bot(
        id=row.id, name=row.name, position=row.position, enabled=row.enabled, version=row.version, changed=row.changed,
        revision=row.revision, updated_at=row.updated_at, flow=masked(row.draft), problems=check_flow(row.draft, there),
        can=_can(actor),
    )  # fmt: skip


def _can(actor: Actor) -> list[str]:
    return ["write"] if actor.can("bots.write") else []


class _Counts(msgspec.Struct):
    id: int
    runs: int
    answered: int
    handed_over: int
    asked_person: int


async def list_bots(db: Queries, actor: Actor, *, now: datetime) -> list[BotRow]:
    """All bots in the order they are asked."""
    rows = await db.all(BotRecord, Sql(_BOT + " ORDER BY b.position, b.id", actor.workspace_id, Sql("true")))
    counted = await db.all(
        _Counts,
        "SELECT bot_id AS id, count(*)::int AS runs, (count(*) FILTER (WHERE status = 2))::int AS answered,"
        " (count(*) FILTER (WHERE status = 1))::int AS handed_over, count(asked_at)::int AS asked_person FROM bot_runs"
        " WHERE workspace_id = $1 AND started_at >= $2 GROUP BY bot_id",
        actor.workspace_id, now - timedelta(days=LIST_DAYS),
    )  # fmt: skip
    counts = {one.id: one for one in counted}
    there = await list_references(db, actor.workspace_id) if rows else There()
    none = _Counts(0, 0, 0, 0, 0)
    return [
        BotRow(
            id=row.id, name=row.name, position=row.position, enabled=row.enabled, version=row.version,
            changed=row.changed, updated_at=row.updated_at, runs=(c := counts.get(row.id, none)).runs,
            answered=c.answered, handed_over=c.handed_over, asked_person=c.asked_person,
            errors=sum(p.level == "error" for p in check_flow(row.draft, there)), can=_can(actor),
        )
        for row in rows
    ]  # fmt: skip


class _Names(msgspec.Struct):
    tags: list[int]
    teams: list[int]
    topics: list[int]
    accounts: list[int]
    articles: list[int]


async def list_references(db: Queries, workspace_id: int) -> There:
    """What the flows of a workspace can name."""
    found = await db.one(
        _Names,
        "SELECT ARRAY(SELECT id FROM tags WHERE workspace_id = $1) AS tags,"
        " ARRAY(SELECT id FROM teams WHERE workspace_id = $1) AS teams,"
        " ARRAY(SELECT id FROM topics WHERE workspace_id = $1 AND archived_at IS NULL) AS topics,"
        " ARRAY(SELECT id FROM channel_accounts WHERE workspace_id = $1 AND disabled_at IS NULL) AS accounts,"
        " ARRAY(SELECT DISTINCT article_id FROM article_texts WHERE workspace_id = $1 AND live IS NOT NULL) AS articles",
        workspace_id,
    )  # fmt: skip
    return There(
        tags=found.tags, teams=found.teams, topics=found.topics, accounts=found.accounts, articles=found.articles,
        model=await may_answer_customers(db, workspace_id),
    )  # fmt: skip


# versions -------------------------------------------------------------------------------------------------------------


class _Version(msgspec.Struct):
    version: int
    published_at: datetime
    published_by: str | None
    blocks: int
    note: str
    current: bool


async def list_versions(db: Queries, actor: Actor, bot_id: int) -> list[BotVersion]:
    """What was published, newest first. Raises NotFound."""
    await get_record(db, actor.workspace_id, bot_id)
    rows = await db.all(
        _Version,
        "SELECT v.version, v.published_at, g.name AS published_by, jsonb_array_length(v.flow->'blocks') AS blocks, v.note,"
        " b.version IS NOT DISTINCT FROM v.version AS current FROM bot_versions v"
        " JOIN bots b ON b.workspace_id = $1 AND b.id = v.bot_id"
        " LEFT JOIN agents g ON g.workspace_id = $1 AND g.id = v.published_by"
        " WHERE v.workspace_id = $1 AND v.bot_id = $2 ORDER BY v.version DESC LIMIT 200",
        actor.workspace_id, bot_id,
    )  # fmt: skip
    return [BotVersion(**msgspec.structs.asdict(row)) for row in rows]


class _Flow(msgspec.Struct):
    flow: BotFlow


async def get_version(db: Queries, workspace_id: int, bot_id: int, version: int) -> BotFlow:
    """A published flow as stored, secrets encrypted. Raises NotFound."""
    found = await db.one(
        _Flow,
        "SELECT flow FROM bot_versions WHERE workspace_id = $1 AND bot_id = $2 AND version = $3",
        workspace_id, bot_id, version, missing="This version of the bot does not exist.",
    )  # fmt: skip
    return found.flow


async def export_bot(db: Queries, actor: Actor, id: int) -> Exported:
    """The bot's draft as a file. Raises NotFound."""
    row = await get_record(db, actor.workspace_id, id)
    return Exported(format="hark-bot/1", name=row.name, flow=without_secrets(row.draft))


# what happened --------------------------------------------------------------------------------------------------------


class _Figures(msgspec.Struct):
    runs: int
    answered: int
    resolved: int
    handed_over: int
    taken: int
    left: int
    active: int
    asked: int
    got: int
    after_s: float | None


class _Reasons(msgspec.Struct):
    reason: int
    times: int


async def get_funnel(
    db: Queries, actor: Actor, bot_id: int, *, days: int, version: int | None, now: datetime
) -> Funnel:
    """What became of a bot's runs, and block by block where. Raises NotFound."""
    await get_record(db, actor.workspace_id, bot_id)
    which = Sql(
        "r.bot_id = {} AND r.started_at >= {} AND ({}::int IS NULL OR r.version = {}::int)",
        bot_id, now - timedelta(days=days), version, version,
    )  # fmt: skip
    figures = await db.one(_Figures, Sql(_FIGURES, actor.workspace_id, which))
    reasons = await db.all(_Reasons, Sql(_REASONS, actor.workspace_id, which))
    blocks = await db.all(BlockFigures, Sql(_BLOCKS, actor.workspace_id, which))
    return Funnel(
        days=days, version=version, runs=figures.runs, answered=figures.answered, resolved=figures.resolved,
        handed_over=figures.handed_over, taken=figures.taken, left=figures.left, active=figures.active,
        asked_person=figures.asked, got_person=figures.got, person_after_s=figures.after_s,
        reasons={Reason(row.reason).name.lower(): row.times for row in reasons}, blocks=blocks,
    )  # fmt: skip


_FIGURES = """
SELECT count(*)::int AS runs, (count(*) FILTER (WHERE r.status = 2))::int AS answered,
  (count(*) FILTER (WHERE r.status = 3))::int AS resolved, (count(*) FILTER (WHERE r.status = 1))::int AS handed_over,
  (count(*) FILTER (WHERE r.status = 4))::int AS taken, (count(*) FILTER (WHERE r.status = 5))::int AS left,
  (count(*) FILTER (WHERE r.status = 0))::int AS active, count(r.asked_at)::int AS asked,
  (count(*) FILTER (WHERE r.asked_at IS NOT NULL AND r.person_at IS NOT NULL))::int AS got,
  (percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM r.person_at - r.asked_at))
    FILTER (WHERE r.asked_at IS NOT NULL AND r.person_at IS NOT NULL))::float8 AS after_s
FROM bot_runs r WHERE r.workspace_id = {} AND {}
"""
_REASONS = """
SELECT r.reason, count(*)::int AS times FROM bot_runs r WHERE r.workspace_id = {} AND {} AND r.reason IS NOT NULL
GROUP BY 1 ORDER BY 2 DESC
"""
# Where a run ended is the last block it came to.
_BLOCKS = """
WITH come AS (
  SELECT DISTINCT ON (f.run_id, f.block_id) f.run_id, f.block_id, r.status, f.block_id = (SELECT l.block_id FROM bot_facts l
    WHERE l.workspace_id = f.workspace_id AND l.run_id = f.run_id ORDER BY l.n DESC LIMIT 1) AS last
  FROM bot_runs r JOIN bot_facts f ON f.workspace_id = r.workspace_id AND f.run_id = r.id
  WHERE r.workspace_id = {} AND {}
  ORDER BY f.run_id, f.block_id, f.n
)
SELECT block_id, count(*)::int AS entered, (count(*) FILTER (WHERE last AND status IN (0, 5)))::int AS left,
  (count(*) FILTER (WHERE last AND status IN (1, 4)))::int AS handed_over,
  (count(*) FILTER (WHERE last AND status IN (2, 3)))::int AS answered
FROM come GROUP BY block_id ORDER BY entered DESC, block_id
"""


async def list_troubles(db: Queries, actor: Actor, bot_id: int) -> list[Trouble]:
    """What went wrong lately, newest first, with the messages that no bot could handle; conversations that the actor may not see are not named. Raises NotFound."""
    await get_record(db, actor.workspace_id, bot_id)
    own = await db.all(
        Trouble,
        Sql(
            "SELECT t.at, t.block_id, t.sentence, (SELECT c.id FROM conversations c WHERE c.workspace_id = {}"
            " AND c.id = t.conversation_id AND {}) AS conversation_id FROM bot_troubles t"
            " WHERE t.workspace_id = {} AND t.bot_id = {} ORDER BY t.at DESC LIMIT 50",
            actor.workspace_id, visible(actor), actor.workspace_id, bot_id,
        ),
    )  # fmt: skip
    parked = await db.all(
        Trouble,
        Sql(
            "SELECT p.parked_at AS at, NULL::text AS block_id, 'A message could not be handled three times and waits for a'"
            " || ' person of the team: ' || left(p.error, 300) AS sentence, (SELECT c.id FROM events e JOIN conversations c"
            "   ON c.workspace_id = e.workspace_id AND c.id = e.conversation_id WHERE e.workspace_id = p.workspace_id"
            "   AND e.seq = p.seq AND {}) AS conversation_id FROM parked_events p WHERE p.workspace_id = {}"
            " AND p.consumer = 'bots' ORDER BY p.parked_at DESC LIMIT 20",
            visible(actor), actor.workspace_id,
        ),
    )  # fmt: skip
    return sorted([*own, *parked], key=lambda one: one.at, reverse=True)


class _Run(msgspec.Struct):
    bot_id: int
    bot_name: str
    status: RunState
    reason: int | None
    started_at: datetime
    ended_at: datetime | None
    asked_at: datetime | None
    state: State


async def list_cards(db: Queries, actor: Actor, conversation_id: UUID) -> list[RunCard]:
    """What bots did in a conversation that the actor sees, newest first. Raises NotFound."""
    seen = await db.find(
        int,
        Sql(
            "SELECT 1 FROM conversations c WHERE c.workspace_id = {} AND c.id = {} AND {}",
            actor.workspace_id, conversation_id, visible(actor),
        ),
    )  # fmt: skip
    if seen is None:
        raise NotFound("This conversation does not exist, or your role does not include it.")
    rows = await db.all(
        _Run,
        "SELECT r.bot_id, b.name AS bot_name, r.status, r.reason, r.started_at, r.ended_at, r.asked_at, r.state"
        " FROM bot_runs r JOIN bots b ON b.workspace_id = $1 AND b.id = r.bot_id"
        " WHERE r.workspace_id = $1 AND r.conversation_id = $2 ORDER BY r.started_at DESC LIMIT 20",
        actor.workspace_id, conversation_id,
    )  # fmt: skip
    return [_card(row, actor.locale) for row in rows]


def _card(row: _Run, locale: str) -> RunCard:
    state = row.state
    return RunCard(
        bot_id=row.bot_id, bot_name=row.bot_name, state=row.status.name.lower(), started_at=row.started_at,
        ended_at=row.ended_at, question=state.question, asked_person=row.asked_at is not None,
        reason=None if row.reason is None else reason_sentence(locale, Reason(row.reason)),
        collected=[Collected(name=name, value=value) for name, value in state.collected.items()],
        articles=[ShownArticle(title=a.title, url=a.url, helped=a.helped) for a in state.articles], tried=state.tried,
    )  # fmt: skip
