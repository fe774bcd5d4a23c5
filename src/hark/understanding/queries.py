"""Reading readings, trainings and the figures of the page."""

from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

import msgspec

from hark.conversations.visibility import visible
from hark.core.actor import Actor
from hark.core.db import Db, Queries
from hark.core.errors import NotFound
from hark.core.sql import Sql
from hark.embeddings.embedder import embedder_of
from hark.understanding.types import (
    SIGNALS,
    STATES,
    TASKS,
    AgreementView,
    Guessed,
    GuessView,
    ReadingView,
    Task,
    TopicShare,
    TrainingReport,
    TrainingView,
    UnderstandingView,
    UnderstandingWeek,
)

MISSING = "This training does not exist."
MONTH = timedelta(days=30)
WEEKS = 8


class ModelRow(msgspec.Struct, frozen=True):
    id: UUID
    blob_key: str


async def find_model_in_use(db: Queries, workspace_id: int) -> ModelRow | None:
    """The last training that is done and whose file is kept."""
    return await db.find(
        ModelRow,
        "SELECT id, blob_key FROM understanding_models WHERE workspace_id = $1 AND state = 2 AND blob_key IS NOT NULL"
        " ORDER BY id DESC LIMIT 1",
        workspace_id,
    )  # fmt: skip


# readings ---------------------------------------------------------------------------------------------------------------


class _Reading(msgspec.Struct):
    message_id: UUID
    at: datetime
    language: str
    signals: int
    guesses: list[Guessed]
    model_id: UUID | None
    text: str
    corrections: list[tuple[int, int | None, bool]]


async def list_readings(db: Queries, actor: Actor, conversation_id: UUID, *, limit: int = 50) -> list[ReadingView]:
    """What was read in a conversation's messages, the newest first. Raises NotFound where the actor may not see it."""
    seen = await db.find(
        bool,
        Sql(
            "SELECT true FROM conversations c WHERE c.workspace_id = {} AND c.id = {} AND {}",
            actor.workspace_id, conversation_id, visible(actor),
        ),
    )  # fmt: skip
    if seen is None:
        raise NotFound("This conversation does not exist, or your role does not include it.")
    rows = await db.all(
        _Reading,
        "SELECT r.message_id, r.at, r.language, r.signals, r.guesses, r.model_id, m.text,"
        " coalesce((SELECT jsonb_agg(jsonb_build_array(k.task, k.value, k.undone)) FROM reading_corrections k"
        "  WHERE k.workspace_id = r.workspace_id AND k.message_id = r.message_id), '[]') AS corrections"
        " FROM readings r JOIN messages m ON m.workspace_id = r.workspace_id AND m.id = r.message_id"
        " WHERE r.workspace_id = $1 AND r.conversation_id = $2 AND m.deleted_at IS NULL ORDER BY r.at DESC, r.message_id DESC LIMIT $3",
        actor.workspace_id, conversation_id, limit,
    )  # fmt: skip
    topics = await _topic_names(db, actor.workspace_id)
    can = ["correct"] if actor.can("conversations.write") else []
    return [_view(row, topics, can) for row in rows]


def _view(row: _Reading, topics: dict[int, str], can: list[str]) -> ReadingView:
    corrected = {Task(task): (value, undone) for task, value, undone in row.corrections}
    return ReadingView(
        message_id=row.message_id, at=row.at, language=row.language, model_id=row.model_id, can=can,
        signals=[name for n, name in enumerate(SIGNALS) if row.signals >> n & 1],
        guesses=[_guess_view(g, corrected.pop(g.task, None), row.text, topics) for g in row.guesses],
    )  # fmt: skip


def _guess_view(g: Guessed, corrected: tuple[int | None, bool] | None, text: str, topics: dict[int, str]) -> GuessView:
    state: Literal["set", "undone", "corrected", "kept", "seen"] = "set" if g.applied else "seen"
    if corrected is not None:
        state = "undone" if corrected[1] else "corrected"
    label = topics.get(g.value, "") if g.task is Task.TOPIC and g.value is not None else ""
    return GuessView(
        task=TASKS[g.task], value=g.value, label=label, confidence=g.confidence, known=g.known, state=state,
        corrected_to=corrected[0] if corrected else None, because=[text[p.start : p.end] for p in g.because],
    )  # fmt: skip


class _Named(msgspec.Struct):
    id: int
    name: str


async def _topic_names(db: Queries, workspace_id: int) -> dict[int, str]:
    rows = await db.all(_Named, "SELECT id, name FROM topics WHERE workspace_id = $1", workspace_id)
    return {row.id: row.name for row in rows}


# trainings --------------------------------------------------------------------------------------------------------------


class _Training(msgspec.Struct):
    id: UUID
    state: int
    progress: float
    asked_by: str | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    labels: int
    problem: str | None
    report: TrainingReport | None
    has_file: bool


_TRAINING = Sql(
    "t.id, t.state, t.progress, (SELECT g.name FROM agents g WHERE g.workspace_id = t.workspace_id AND g.id = t.agent_id)"
    " AS asked_by, t.created_at, t.started_at, t.finished_at, t.labels, t.problem, t.report, t.blob_key IS NOT NULL AS has_file"
)


async def list_trainings(db: Db, actor: Actor, *, limit: int = 20) -> list[TrainingView]:
    """The last trainings, newest first, without their reports."""
    rows = await db.all(
        _Training,
        Sql(
            "SELECT {} FROM understanding_models t WHERE t.workspace_id = {} ORDER BY t.id DESC LIMIT {}",
            _TRAINING, actor.workspace_id, limit,
        ),
    )  # fmt: skip
    used = next((row.id for row in rows if row.state == 2 and row.has_file), None)
    return [_training(row, used, actor, now=db.now(), report=False) for row in rows]


async def get_training(db: Queries, actor: Actor, id: UUID, *, now: datetime) -> TrainingView:
    """One training with its report. Raises NotFound."""
    row = await db.one(
        _Training,
        Sql(
            "SELECT {} FROM understanding_models t WHERE t.workspace_id = {} AND t.id = {}",
            _TRAINING,
            actor.workspace_id,
            id,
        ),
        missing=MISSING,
    )
    used = await find_model_in_use(db, actor.workspace_id)
    view = _training(row, used.id if used else None, actor, now=now, report=True)
    return msgspec.structs.replace(view, report=_named(view.report, await _topic_names(db, actor.workspace_id)))


def _training(row: _Training, used: UUID | None, actor: Actor, *, now: datetime, report: bool) -> TrainingView:
    left = None
    if row.state == 1 and row.started_at is not None and row.progress > 0.02:
        left = (now - row.started_at).total_seconds() * (1 - row.progress) / row.progress
    return TrainingView(
        id=row.id, state=STATES[row.state], progress=row.progress, asked_by=row.asked_by, created_at=row.created_at,
        finished_at=row.finished_at, in_use=row.id == used, labels=row.labels, problem=row.problem, seconds_left=left,
        report=row.report if report else None,
        can=["stop"] if row.state < 2 and actor.can("understanding.write") else [],
    )  # fmt: skip


def _named(report: TrainingReport | None, topics: dict[int, str]) -> TrainingReport | None:
    if report is None:
        return None
    tasks = [
        msgspec.structs.replace(
            t,
            labels=[
                msgspec.structs.replace(x, label=topics.get(x.value, "") if x.value is not None else "")
                for x in t.labels
            ],
        )
        if t.task == "topic"
        else t
        for t in report.tasks
    ]
    return msgspec.structs.replace(report, tasks=tasks)


# the page ---------------------------------------------------------------------------------------------------------------


async def get_understanding(db: Db, actor: Actor) -> UnderstandingView:
    """Everything the page shows."""
    ws, now = actor.workspace_id, db.now()
    used = await find_model_in_use(db, ws)
    newest = await db.find(
        UUID, "SELECT id FROM understanding_models WHERE workspace_id = $1 ORDER BY id DESC LIMIT 1", ws
    )
    current = await get_training(db, actor, used.id, now=now) if used else None
    last = await get_training(db, actor, newest, now=now) if newest and (used is None or newest != used.id) else None
    topics = await _topic_names(db, ws)
    trained = _trained_shares(current)
    embedder = embedder_of(db)
    return UnderstandingView(
        current=current, last=last, new_labels=await count_new_labels(db, ws), agreement=await _agreement(db, ws, now - MONTH),
        weeks=await _weeks(db, ws, now, trained), topics=await _shares(db, ws, now - MONTH, trained, topics),
        embeddings_problem=embedder.problem if embedder else None,
        can=["train"] if actor.can("understanding.write") else [],
    )  # fmt: skip


def _trained_shares(training: TrainingView | None) -> dict[int, float]:
    if training is None or training.report is None:
        return {}
    found = next((t for t in training.report.tasks if t.task == "topic"), None)
    counted = {x.value: x.examples for x in found.labels if x.value is not None} if found else {}
    total = sum(counted.values())
    return {value: n / total for value, n in counted.items()} if total else {}


class _Agreement(msgspec.Struct):
    task: int
    set: int
    changed: int


async def _agreement(db: Queries, workspace_id: int, since: datetime) -> list[AgreementView]:
    rows = await db.all(_Agreement, _AGREED, workspace_id, since)
    return [AgreementView(task=TASKS[Task(r.task)], set=r.set, changed=r.changed) for r in rows]


_AGREED = """
SELECT (g->>'task')::int AS task, count(*)::int AS set, count(*) FILTER (WHERE
    EXISTS (SELECT FROM reading_corrections k WHERE k.workspace_id = r.workspace_id AND k.message_id = r.message_id
      AND k.task = (g->>'task')::int)
    OR EXISTS (SELECT FROM events e WHERE e.workspace_id = r.workspace_id AND e.conversation_id = r.conversation_id
      AND e.occurred_at > r.at AND e.actor_kind IN (1, 2)
      AND e.kind = CASE (g->>'task')::int WHEN 1 THEN 170 WHEN 2 THEN 20 WHEN 3 THEN 21 END))::int AS changed
FROM readings r CROSS JOIN jsonb_array_elements(r.guesses) g
WHERE r.workspace_id = $1 AND r.at >= $2 AND (g->>'applied')::boolean GROUP BY 1 ORDER BY 1
"""


class _Week(msgspec.Struct):
    week: datetime
    topic_id: int | None
    known: bool
    n: int


async def _weeks(db: Queries, workspace_id: int, now: datetime, trained: dict[int, float]) -> list[UnderstandingWeek]:
    rows = await db.all(
        _Week,
        "SELECT date_trunc('week', at) AS week, topic_id, topic_known AS known, count(*)::int AS n FROM readings"
        " WHERE workspace_id = $1 AND at >= $2 GROUP BY 1, 2, 3 ORDER BY 1",
        workspace_id, now - timedelta(weeks=WEEKS),
    )  # fmt: skip
    weeks: dict[datetime, list[_Week]] = {}
    for row in rows:
        weeks.setdefault(row.week, []).append(row)
    made = []
    for week, parts in weeks.items():
        total = sum(p.n for p in parts)
        counted = {p.topic_id: p.n for p in parts if p.known and p.topic_id is not None}
        made.append(
            UnderstandingWeek(
                week=week, messages=total, unknown=round(1 - sum(counted.values()) / total, 4),
                moved=_distance(counted, trained),
            )
        )  # fmt: skip
    return made


def _distance(counted: dict[int, int], trained: dict[int, float]) -> float | None:
    """Half the sum of differences of two distributions."""
    total = sum(counted.values())
    if not total or not trained:
        return None
    keys = counted.keys() | trained.keys()
    return round(sum(abs(counted.get(k, 0) / total - trained.get(k, 0.0)) for k in keys) / 2, 4)


class _Count(msgspec.Struct):
    topic_id: int
    n: int


async def _shares(
    db: Queries, workspace_id: int, since: datetime, trained: dict[int, float], topics: dict[int, str]
) -> list[TopicShare]:
    rows = await db.all(
        _Count,
        "SELECT topic_id, count(*)::int AS n FROM readings WHERE workspace_id = $1 AND at >= $2 AND topic_known"
        " AND topic_id IS NOT NULL GROUP BY 1",
        workspace_id, since,
    )  # fmt: skip
    counted = {row.topic_id: row.n for row in rows}
    total = sum(counted.values()) or 1
    shares = [
        TopicShare(
            topic_id=id,
            label=topics[id],
            trained=round(trained.get(id, 0.0), 4),
            now=round(counted.get(id, 0) / total, 4),
        )
        for id in counted.keys() | trained.keys()
        if id in topics
    ]
    return sorted(shares, key=lambda s: (-abs(s.now - s.trained), s.topic_id))[:20]


async def count_new_labels(db: Queries, workspace_id: int) -> int:
    """Labels people have given since the last training: topics, severities and difficulties set, readings corrected."""
    return await db.one(
        int,
        "SELECT count(*)::int FROM events WHERE workspace_id = $1 AND kind IN (18, 19, 20, 21, 170, 226) AND actor_kind IN (1, 2)"
        " AND seq > coalesce((SELECT max(seq) FROM understanding_models WHERE workspace_id = $1 AND state = 2), 0)",
        workspace_id,
    )  # fmt: skip


class Unread(msgspec.Struct, frozen=True):
    """A customer's message as it is read, `contact` is the customer's name. `first`: the customer's first in its conversation; `answered`: a person, or a
    bot, had written before it."""

    conversation_id: UUID
    status: int
    subject: str
    text: str
    quoted_at: int | None
    contact: str
    first: bool
    answered: bool

    @property
    def own(self) -> str:
        """The text without the history it quotes."""
        return self.text if self.quoted_at is None else self.text[: self.quoted_at]

    @property
    def new_subject(self) -> str:
        """The subject, where it is new."""
        return self.subject if self.first else ""


async def find_unread(db: Queries, workspace_id: int, message_id: UUID) -> Unread | None:
    """None when the message is gone, or was read before."""
    return await db.find(Unread, _UNREAD, workspace_id, message_id)


_UNREAD = """
SELECT m.conversation_id, c.status, c.subject, left(m.text, 20000) AS text, (m.headers->>'quoted_at')::int AS quoted_at, coalesce(p.name, '') AS contact,
  NOT EXISTS (SELECT FROM messages f WHERE f.workspace_id = m.workspace_id AND f.conversation_id = m.conversation_id
    AND f.seq < m.seq AND f.direction = 1 AND f.kind = 1) AS first,
  EXISTS (SELECT FROM messages o WHERE o.workspace_id = m.workspace_id AND o.conversation_id = m.conversation_id
    AND o.seq < m.seq AND o.direction = 2 AND o.kind = 1 AND o.author_kind <> 4) AS answered
FROM messages m JOIN conversations c ON c.workspace_id = m.workspace_id AND c.id = m.conversation_id
JOIN contacts p ON p.workspace_id = c.workspace_id AND p.id = c.contact_id
WHERE m.workspace_id = $1 AND m.id = $2 AND m.deleted_at IS NULL AND m.direction = 1
  AND NOT EXISTS (SELECT FROM readings r WHERE r.workspace_id = m.workspace_id AND r.message_id = m.id)
"""


async def find_place(db: Queries, workspace_id: int) -> int:
    """Up to where the journal has been read for this."""
    return (
        await db.find(
            int, "SELECT seq FROM event_cursors WHERE consumer = 'understanding' AND workspace_id = $1", workspace_id
        )
        or 0
    )
