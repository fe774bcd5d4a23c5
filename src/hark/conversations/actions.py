"""What people and rules do to a conversation. Each action locks it, records its events and saves it, once."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from msgspec import UNSET, UnsetType

from hark.conversations.inbound import add_internal
from hark.conversations.lock import lock_conversation, record, save
from hark.conversations.types import Direction, Locked, MessageKind, SubjectChanged, TagsChanged
from hark.core.db import Tx
from hark.core.errors import BadRequest, Conflict, Forbidden, NotFound
from hark.core.ids import uuid7
from hark.core.text import one_line
from hark.journey.types import (
    AnswerNeeded,
    AnswerNotNeeded,
    Assigned,
    DifficultyChanged,
    MarkedSpam,
    NoteAdded,
    Reopened,
    ReopenReason,
    Resolved,
    SeverityChanged,
    Snoozed,
    SnoozeEnd,
    SnoozeEnded,
    Status,
    UnmarkedSpam,
)
from hark.timers.actions import cancel_timer, set_timer
from hark.timers.types import FARTHEST, TimerKind
from hark.topics.types import TopicChanged
from hark.value.types import ChangeReason


async def lock_live(tx: Tx, id: UUID, *, spam: bool = False) -> Locked:
    """A conversation that can be worked on. Raises Conflict when it was merged away, or (unless `spam`) is spam."""
    c = await lock_conversation(tx, id)
    if c.status is Status.MERGED:
        raise Conflict(
            "This conversation was merged into another one. Go on there, or unmerge it.",
            code="conversation_merged", root_id=c.root_id,
        )  # fmt: skip
    if c.status is Status.SPAM and not spam:
        raise Conflict("This conversation is marked as spam. Take it out of spam first.", code="conversation_spam")
    return c


async def assign(
    tx: Tx, id: UUID, *, team_id: int | UnsetType | None = UNSET, assignee_id: int | UnsetType | None = UNSET
) -> None:
    """Give the conversation to a team, a person, both or nobody; what is UNSET stays.

    Raises BadRequest for a team or an active person that does not exist in the workspace.
    """
    c = await lock_live(tx, id)
    before = c.team_id, c.assignee_id
    if not isinstance(team_id, UnsetType):
        await _require(tx, _TEAM, team_id, "This team does not exist.")
        c.team_id = team_id
    if not isinstance(assignee_id, UnsetType):
        await _require(tx, _AGENT, assignee_id, "This person is not in the team, or no longer active.")
        c.assignee_id = assignee_id
    if (c.team_id, c.assignee_id) != before:
        record(tx, c, Assigned(), before=before)
        await save(tx, c)


_TEAM = "SELECT id FROM teams WHERE workspace_id = $1 AND id = $2"
_AGENT = "SELECT id FROM agents WHERE workspace_id = $1 AND id = $2 AND disabled_at IS NULL"


async def _require(tx: Tx, sql: str, id: int | None, sentence: str) -> None:
    if id is not None and await tx.find(int, sql, tx.workspace_id, id) is None:
        raise BadRequest(sentence, code="unknown_reference")


async def change_tags(tx: Tx, id: UUID, *, add: Iterable[int] = (), remove: Iterable[int] = ()) -> None:
    """Put tags on and take tags off. Raises BadRequest for a tag that does not exist."""
    c = await lock_live(tx, id, spam=True)
    have = set(c.tag_ids)
    added = set(add) - have
    removed = (set(remove) & have) - added
    known = await tx.all(
        int, "SELECT id FROM tags WHERE workspace_id = $1 AND id = ANY($2::int[])", tx.workspace_id, sorted(added)
    )
    if len(known) != len(added):
        raise BadRequest("There is no such tag in this workspace. Choose another one.", code="unknown_reference")
    if not added and not removed:
        return
    await tx.run(
        "INSERT INTO conversation_tags (workspace_id, tag_id, conversation_id)"
        " SELECT $1, unnest($3::int[]), $2 ON CONFLICT DO NOTHING",
        tx.workspace_id, id, sorted(added),
    )  # fmt: skip
    await tx.run(
        "DELETE FROM conversation_tags WHERE workspace_id = $1 AND conversation_id = $2 AND tag_id = ANY($3::int[])",
        tx.workspace_id, id, sorted(removed),
    )  # fmt: skip
    c.tag_ids = sorted((have | added) - removed)
    record(tx, c, TagsChanged(added=tuple(sorted(added)), removed=tuple(sorted(removed))))
    await save(tx, c)


async def rename(tx: Tx, id: UUID, subject: str) -> None:
    """Change the subject people see; mails keep the one of their thread. Raises NotFound, or Conflict when merged."""
    c = await lock_live(tx, id, spam=True)
    subject = one_line(subject, 500)
    if subject != c.subject:
        c.subject = subject
        record(tx, c, SubjectChanged())
        await save(tx, c)


async def set_topic(tx: Tx, id: UUID, topic_id: int | None, reason: ChangeReason | None = None) -> None:
    """What the conversation is about; None: nothing that is known. Its handle time stands in price and order.

    Raises NotFound, Conflict, and BadRequest for a topic that does not exist or is archived.
    """
    c = await lock_live(tx, id, spam=True)
    before = await tx.one(
        _Topic, "SELECT topic_id AS id FROM conversations WHERE workspace_id = $1 AND id = $2", tx.workspace_id, id
    )
    if topic_id == before.id:
        return
    await _require(tx, _USED_TOPIC, topic_id, "There is no such topic, or it is archived. Choose another one.")
    await tx.run(
        "UPDATE conversations SET topic_id = $3 WHERE workspace_id = $1 AND id = $2", tx.workspace_id, id, topic_id
    )
    await _saved(tx, c, TopicChanged(before=before.id, after=topic_id, reason=reason))


class _Topic(msgspec.Struct):
    id: int | None


_USED_TOPIC = "SELECT id FROM topics WHERE workspace_id = $1 AND id = $2 AND archived_at IS NULL"


async def set_severity(tx: Tx, id: UUID, value: int, reason: ChangeReason | None = None) -> None:
    """How bad it is for the customer, 0 low to 3 urgent; an open wait is priced anew. Raises NotFound, Conflict."""
    c = await lock_live(tx, id, spam=True)
    if value != c.severity:
        event = SeverityChanged(before=c.severity, after=value, reason=reason)
        c.severity = value
        await _saved(tx, c, event)


async def set_difficulty(tx: Tx, id: UUID, value: int, reason: ChangeReason | None = None) -> None:
    """How hard it is for us, 0 easy to 2 hard. Raises NotFound, Conflict."""
    c = await lock_live(tx, id, spam=True)
    if value != c.difficulty:
        event = DifficultyChanged(before=c.difficulty, after=value, reason=reason)
        c.difficulty = value
        await _saved(tx, c, event)


async def _saved(tx: Tx, c: Locked, event: Any) -> None:
    record(tx, c, event)
    await save(tx, c)


async def resolve(tx: Tx, id: UUID) -> None:
    """End the case. Resolving what is resolved changes nothing."""
    c = await lock_live(tx, id)
    if c.status is not Status.RESOLVED:
        await cancel_timer(tx, id, TimerKind.SNOOZE)
        await cancel_timer(tx, id, TimerKind.PROMISE)
        await _saved(tx, c, Resolved(agent_id=tx.actor.agent_id))


async def reopen(tx: Tx, id: UUID, *, reason: ReopenReason = ReopenReason.MANUAL) -> None:
    """Open what was resolved; anything else stays as it is. Raises NotFound, or Conflict when spam or merged."""
    c = await lock_live(tx, id)
    if c.status is Status.RESOLVED:
        await _saved(tx, c, Reopened(reason=reason))


async def snooze(tx: Tx, id: UUID, until: datetime, *, asked_by_customer: bool = False) -> None:
    """Out of the list until a moment. It is our time, unless the customer asked for the date."""
    if until <= tx.now():
        raise BadRequest("The time of a snooze must lie in the future.", code="past")
    if until > tx.now() + FARTHEST:
        raise BadRequest("A snooze ends within a hundred years.", code="too_far")
    c = await lock_live(tx, id)
    await set_timer(tx, id, TimerKind.SNOOZE, until, {})
    await _saved(tx, c, Snoozed(until=until, asked_by_customer=asked_by_customer))


async def unsnooze(tx: Tx, id: UUID) -> None:
    """End a snooze before its time; without one nothing changes. Raises NotFound, Conflict."""
    c = await lock_live(tx, id)
    if c.status is Status.SNOOZED:
        await cancel_timer(tx, id, TimerKind.SNOOZE)
        await _saved(tx, c, SnoozeEnded(reason=SnoozeEnd.MANUAL))


async def mark_spam(tx: Tx, id: UUID) -> None:
    """Out of every list and figure. Its timers stay: they do nothing to spam, and count again when it is none."""
    c = await lock_live(tx, id, spam=True)
    if c.status is not Status.SPAM:
        await _saved(tx, c, MarkedSpam())


async def unmark_spam(tx: Tx, id: UUID) -> None:
    """Not spam after all: everything is again as if it had never been marked."""
    c = await lock_live(tx, id, spam=True)
    if c.status is Status.SPAM:
        await _saved(tx, c, UnmarkedSpam())
        await restore_timers(tx, id)


async def restore_timers(tx: Tx, id: UUID) -> None:
    """After a corrective event: set the timers that the state of the conversation now asks for."""
    await tx.flush()
    c = await lock_conversation(tx, id)
    if c.snoozed_until is not None:
        await set_timer(tx, id, TimerKind.SNOOZE, c.snoozed_until, {})
    if c.promise_until is not None:
        await set_timer(tx, id, TimerKind.PROMISE, c.promise_until, {})


async def add_note(tx: Tx, id: UUID, text: str, *, mentions: Iterable[int] = ()) -> UUID:
    """An internal note; it moves no ball. Its message's id. Raises BadRequest when a mentioned person is unknown."""
    if not text.strip():
        raise BadRequest("A note needs some text.", code="empty")
    c = await lock_live(tx, id, spam=True)
    people = sorted(set(mentions))
    known = await tx.all(int, _PEOPLE, tx.workspace_id, people) if people else []
    if len(known) != len(people):
        raise BadRequest("A mentioned person is not in the team.", code="unknown_reference")
    message_id = uuid7()
    seq = record(tx, c, NoteAdded(message_id=message_id, message_seq=c.seq + 1), subject_id=message_id)
    await add_internal(
        tx, c, kind=MessageKind.NOTE, text=text.replace("\0", ""), mentions=people, message_id=message_id, seq=seq
    )
    return message_id


_PEOPLE = "SELECT id FROM agents WHERE workspace_id = $1 AND id = ANY($2::int[])"


async def set_needs_answer(tx: Tx, message_id: UUID, value: bool) -> UUID:
    """Correct whether a customer's message asks for an answer; the conversation's id.

    The conversation is folded again from its journal, as if the message had always been judged so.
    """
    id = await tx.find(
        UUID, "SELECT conversation_id FROM messages WHERE workspace_id = $1 AND id = $2", tx.workspace_id, message_id
    )
    if id is None:
        raise NotFound("This message does not exist, or your role does not include it.")
    c = await lock_live(tx, id)
    changed = await tx.run(
        "UPDATE messages SET needs_answer = $4 WHERE workspace_id = $1 AND id = $2 AND conversation_id = $3"
        " AND needs_answer <> $4 AND direction = $5 AND kind = $6",
        tx.workspace_id, message_id, c.id, value, Direction.IN, MessageKind.MESSAGE,
    )  # fmt: skip
    if changed:
        event = AnswerNeeded(message_id=message_id) if value else AnswerNotNeeded(message_id=message_id)
        record(tx, c, event, subject_id=message_id)
        await save(tx, c)
        await restore_timers(tx, c.id)
    return c.id


# what belongs to one person: no events ----------------------------------------------------------------------------


def require_agent(tx: Tx) -> int:
    """The acting person's id. Raises Forbidden for the machine: drafts and reads belong to people."""
    if tx.actor.agent_id is None:
        raise Forbidden("Only a person of the team has drafts and reads.", code="person_only")
    return tx.actor.agent_id


async def mark_read(tx: Tx, id: UUID, seq: int) -> None:
    """The acting person has seen everything up to `seq`; reading never goes back."""
    agent_id = require_agent(tx)
    await tx.run(
        "INSERT INTO reads (workspace_id, conversation_id, agent_id, seq) VALUES ($1, $2, $3, $4)"
        " ON CONFLICT (workspace_id, agent_id, conversation_id) DO UPDATE SET seq = greatest(reads.seq, $4)",
        tx.workspace_id, id, agent_id, seq,
    )  # fmt: skip
