"""Writing readings, applying what is known, people's corrections, and the life of a training."""

from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from hark.conversations.actions import set_difficulty, set_needs_answer, set_severity, set_topic
from hark.conversations.queries import require_visible
from hark.core.actor import ActorKind
from hark.core.db import Db, Tx
from hark.core.errors import BadRequest, Conflict, NotFound
from hark.core.ids import uuid7
from hark.journey.types import DifficultyChanged, SeverityChanged
from hark.topics.types import TopicChanged
from hark.understanding.queries import MISSING
from hark.understanding.reading import Reading
from hark.understanding.types import (
    SIGNALS,
    TASK_OF,
    Guessed,
    ReadingCorrected,
    ReadingCorrection,
    Task,
    TrainingChanged,
    TrainingReport,
)
from hark.value.types import ChangeReason, Difficulty, Severity

LEASE = timedelta(seconds=60)
KEPT = 5  # versions whose file is kept


# readings ---------------------------------------------------------------------------------------------------------------


async def keep_reading(
    tx: Tx, message_id: UUID, conversation_id: UUID, at: datetime, reading: Reading, guesses: list[Guessed]
) -> None:
    """Store what was read, as it was applied."""
    topic = next((g for g in guesses if g.task is Task.TOPIC), None)
    bits = sum(1 << n for n, name in enumerate(SIGNALS) if getattr(reading.signals, name))
    await tx.run(
        "INSERT INTO readings (workspace_id, message_id, conversation_id, at, model_id, language, signals, guesses, topic_id,"
        " topic_known) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (workspace_id, message_id) DO NOTHING",
        tx.workspace_id, message_id, conversation_id, at, reading.model_id, reading.signals.language, bits,
        msgspec.to_builtins(guesses), topic.value if topic else None, bool(topic and topic.known),
    )  # fmt: skip


class _Standing(msgspec.Struct):
    topic_id: int | None
    severity: int
    difficulty: int


async def may_set(tx: Tx, conversation_id: UUID, kind: int) -> bool:
    """Whether nobody but the classifier has set this value so far; `kind` is that of its event."""
    by = await tx.find(
        int,
        "SELECT actor_kind FROM events WHERE workspace_id = $1 AND conversation_id = $2 AND kind = $3 AND actor_kind <> $4 LIMIT 1",
        tx.workspace_id, conversation_id, kind, ActorKind.CLASSIFIER.value,
    )  # fmt: skip
    return by is None


async def apply_guess(tx: Tx, conversation_id: UUID, guess: Guessed) -> Guessed:
    """Set topic, severity or difficulty as the classifier, unless a person or a rule has; the guess with what it did."""
    kind, column = _FIELDS[guess.task]
    if guess.value is None or not await may_set(tx, conversation_id, kind):
        return guess
    standing = await tx.one(
        _Standing,
        "SELECT topic_id, severity, difficulty FROM conversations WHERE workspace_id = $1 AND id = $2",
        tx.workspace_id, conversation_id,
    )  # fmt: skip
    before = getattr(standing, column)
    if before == guess.value or (guess.task is Task.TOPIC and before is not None):
        return guess
    await _set(tx, conversation_id, guess.task, guess.value, ChangeReason.CLASSIFIER)
    return msgspec.structs.replace(guess, applied=True, before=before)


_FIELDS = {
    Task.TOPIC: (TopicChanged.kind, "topic_id"),
    Task.SEVERITY: (SeverityChanged.kind, "severity"),
    Task.DIFFICULTY: (DifficultyChanged.kind, "difficulty"),
}


async def _set(tx: Tx, conversation_id: UUID, task: Task, value: int | None, reason: ChangeReason | None) -> None:
    if task is Task.TOPIC:
        await set_topic(tx, conversation_id, value, reason)
    elif task is Task.SEVERITY and value is not None:
        await set_severity(tx, conversation_id, value, reason)
    elif task is Task.DIFFICULTY and value is not None:
        await set_difficulty(tx, conversation_id, value, reason)


class _Message(msgspec.Struct):
    conversation_id: UUID
    needs_answer: bool


async def correct(tx: Tx, message_id: UUID, data: ReadingCorrection) -> UUID:
    """A person says what a message really is, or takes back what the classifier had set; the conversation's id.

    The conversation follows at once, the label is kept for the next training. Raises NotFound, BadRequest, Conflict.
    """
    task = TASK_OF[data.task]
    message = await tx.one(
        _Message,
        "SELECT conversation_id, needs_answer FROM messages WHERE workspace_id = $1 AND id = $2 AND direction = 1 AND kind = 1"
        " AND deleted_at IS NULL",
        tx.workspace_id, message_id, missing="This message does not exist, or your role does not include it.",
    )  # fmt: skip
    await require_visible(tx, tx.actor, message.conversation_id)
    guess = next((g for g in await _guesses(tx, message_id) if g.task is task), None)
    guessed = guess.value if guess and guess.applied else None
    value = (guess.before if guess else None) if data.undo else data.value
    if data.undo and not (guess and guess.applied):
        raise BadRequest("Nothing was set here, so there is nothing to take back.", code="nothing_set")
    if not data.undo:
        _check(task, value)
    if task is Task.NEEDS_ANSWER:
        value = (1 if guessed == 0 else 0) if data.undo else value
        await set_needs_answer(tx, message_id, value == 1)
    else:
        await _set(tx, message.conversation_id, task, value, None)
    await tx.run(
        "INSERT INTO reading_corrections (workspace_id, message_id, task, value, guessed, undone, agent_id, at)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (workspace_id, message_id, task) DO UPDATE"
        " SET value = $4, guessed = coalesce(reading_corrections.guessed, $5), undone = $6, agent_id = $7, at = $8",
        tx.workspace_id, message_id, task.value, value, guessed, data.undo and task is not Task.NEEDS_ANSWER,
        tx.actor.agent_id, tx.now(),
    )  # fmt: skip
    tx.emit(ReadingCorrected(message_id=message_id, task=task, guessed=guessed, value=value), subject_id=message_id)
    return message.conversation_id


class _Guesses(msgspec.Struct):
    guesses: list[Guessed]


async def _guesses(tx: Tx, message_id: UUID) -> list[Guessed]:
    row = await tx.find(
        _Guesses,
        "SELECT guesses FROM readings WHERE workspace_id = $1 AND message_id = $2",
        tx.workspace_id,
        message_id,
    )
    return row.guesses if row else []


def _check(task: Task, value: int | None) -> None:
    """Raises BadRequest for a value the task does not have."""
    allowed: dict[Task, set[int]] = {
        Task.SEVERITY: {int(s) for s in Severity}, Task.DIFFICULTY: {int(d) for d in Difficulty},
        Task.SENTIMENT: {-1, 0, 1}, Task.NEEDS_ANSWER: {0, 1},
    }  # fmt: skip
    if task in allowed and value not in allowed[task]:
        raise BadRequest("There is no such value. Choose one of those the page offers.", code="unknown_value")


# trainings --------------------------------------------------------------------------------------------------------------


class Claimed(msgspec.Struct, frozen=True):
    workspace_id: int
    id: UUID


async def queue_training(tx: Tx) -> UUID:
    """Put a training in the worker's queue. Raises Conflict("training_under_way") while one waits or runs."""
    open_now = await tx.find(
        UUID, "SELECT id FROM understanding_models WHERE workspace_id = $1 AND state < 2", tx.workspace_id
    )
    if open_now is not None:
        raise Conflict(
            "A training is under way already. Wait until it has ended, or stop it.", code="training_under_way"
        )
    id = uuid7()
    await tx.run(
        "INSERT INTO understanding_models (workspace_id, id, agent_id, created_at) VALUES ($1, $2, $3, $4)",
        tx.workspace_id, id, tx.actor.agent_id, tx.now(),
    )  # fmt: skip
    await tx.audit("understanding.training_asked", f"training:{id}")
    tx.emit(TrainingChanged(model_id=id, state=0))
    return id


async def stop_training(tx: Tx, id: UUID) -> None:
    """End a training that waits or runs; one that has ended stays as it is. Raises NotFound."""
    known = await tx.find(
        UUID, "SELECT id FROM understanding_models WHERE workspace_id = $1 AND id = $2", tx.workspace_id, id
    )
    if known is None:
        raise NotFound(MISSING)
    stopped = await tx.run(
        "UPDATE understanding_models SET state = 3, finished_at = $3, lease_until = NULL"
        " WHERE workspace_id = $1 AND id = $2 AND state < 2",
        tx.workspace_id, id, tx.now(),
    )  # fmt: skip
    if stopped:
        await tx.audit("understanding.training_stopped", f"training:{id}")
        tx.emit(TrainingChanged(model_id=id, state=3))


async def claim_training(db: Db) -> Claimed | None:
    """The oldest training that waits, or whose worker has died, under a lease; None: nothing to do."""
    now = db.now()
    return await db.find(
        Claimed,
        "UPDATE understanding_models SET state = 1, started_at = $1, lease_until = $2, progress = 0 WHERE (workspace_id, id) ="
        " (SELECT workspace_id, id FROM understanding_models WHERE state = 0 OR (state = 1 AND lease_until < $1)"
        "  ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED) RETURNING workspace_id, id",
        now, now + LEASE,
    )  # fmt: skip


async def keep_training(db: Db, run: Claimed, share: float) -> bool:
    """Renew the lease and note the progress; False when a person has stopped it."""
    return bool(
        await db.run(
            "UPDATE understanding_models SET lease_until = $3, progress = $4 WHERE workspace_id = $1 AND id = $2 AND state = 1",
            run.workspace_id, run.id, db.now() + LEASE, share,
        )
    )  # fmt: skip


async def release_training(db: Db, run: Claimed) -> None:
    """Give it back: the worker stops."""
    await db.run(
        "UPDATE understanding_models SET state = 0, lease_until = NULL, started_at = NULL, progress = 0"
        " WHERE workspace_id = $1 AND id = $2 AND state = 1",
        run.workspace_id, run.id,
    )  # fmt: skip


class Facts(msgspec.Struct, frozen=True):
    """Where the journal stood and how many contacts were erased when the labels were gathered."""

    seq: int
    erased: int


async def training_facts(db: Db, workspace_id: int) -> Facts:
    return await db.one(
        Facts,
        "SELECT coalesce((SELECT seq FROM journal_heads WHERE workspace_id = $1), 0) AS seq,"
        " (SELECT count(*)::int FROM contacts WHERE workspace_id = $1 AND erased_at IS NOT NULL) AS erased",
        workspace_id,
    )  # fmt: skip


async def finish_training(
    tx: Tx,
    run: Claimed,
    *,
    key: str | None,
    report: TrainingReport | None,
    labels: int,
    facts: Facts,
    problem: str | None,
) -> bool:
    """Done with a file, or failed with a problem; False when it was stopped meanwhile."""
    state = 4 if problem else 2
    kept = await tx.run(
        "UPDATE understanding_models SET state = $3, finished_at = $4, lease_until = NULL, progress = $5, blob_key = $6,"
        " report = $7, labels = $8, seq = $9, erased = $10, problem = $11 WHERE workspace_id = $1 AND id = $2 AND state = 1",
        run.workspace_id, run.id, state, tx.now(), 0.0 if problem else 1.0, key,
        msgspec.to_builtins(report) if report else None, labels, facts.seq, facts.erased, problem,
    )  # fmt: skip
    if kept:
        tx.emit(TrainingChanged(model_id=run.id, state=state))
    return bool(kept)


async def forget_versions(tx: Tx, *, all_before: UUID | None = None) -> list[str]:
    """Take the files of old versions out of use: all but the last `KEPT`, or all before one (somebody was erased).
    The keys to delete."""
    return await tx.all(
        str,
        "WITH old AS (SELECT workspace_id, id, blob_key FROM understanding_models WHERE workspace_id = $1 AND blob_key IS NOT NULL"
        " AND ($2::uuid IS NULL OR id < $2) ORDER BY id DESC OFFSET CASE WHEN $2::uuid IS NULL THEN $3 ELSE 0 END)"
        " UPDATE understanding_models m SET blob_key = NULL FROM old WHERE m.workspace_id = old.workspace_id AND m.id = old.id"
        " RETURNING old.blob_key",
        tx.workspace_id, all_before, KEPT,
    )  # fmt: skip


async def due_workspaces(db: Db, *, least: int, oldest: datetime, embedder: str = "") -> list[int]:
    """Workspaces to train: with messages and without classifiers; with enough new labels; with any since `oldest`; where a
    contact was erased since; where the last training, an hour ago or more, had not learned with the model `embedder`. None
    of them while a training waits or runs, or has failed within the hour."""
    return await db.all(int, _DUE, least, oldest, db.now() - timedelta(hours=1), embedder)


_DUE = """
SELECT w.id FROM workspaces w
LEFT JOIN LATERAL (SELECT m.id, m.seq, m.erased, m.created_at, m.labels, m.report FROM understanding_models m
  WHERE m.workspace_id = w.id AND m.state = 2 ORDER BY m.id DESC LIMIT 1) u ON true
CROSS JOIN LATERAL (SELECT count(*) AS n FROM (SELECT FROM events e WHERE e.workspace_id = w.id
  AND e.kind IN (18, 19, 20, 21, 170, 226) AND e.actor_kind IN (1, 2) AND e.seq > coalesce(u.seq, 0) LIMIT 1000) x) fresh
WHERE NOT EXISTS (SELECT FROM understanding_models r WHERE r.workspace_id = w.id
    AND (r.state < 2 OR (r.state IN (3, 4) AND r.finished_at > $3)))
  AND CASE WHEN u.id IS NULL THEN EXISTS (SELECT FROM messages x WHERE x.workspace_id = w.id AND x.direction = 1)
    ELSE fresh.n >= greatest($1, u.labels / 10) OR (fresh.n > 0 AND u.created_at < $2)
      OR ($4 <> '' AND u.created_at < $3 AND coalesce(u.report->>'embedder', '') <> $4)
      OR u.erased < (SELECT count(*) FROM contacts p WHERE p.workspace_id = w.id AND p.erased_at IS NOT NULL) END
"""
