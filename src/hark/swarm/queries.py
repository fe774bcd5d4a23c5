"""Who solved something like this before, who was asked in, and what is asked of whom."""

from datetime import datetime
from uuid import UUID

import msgspec

from hark.agents.presence import GONE_AFTER
from hark.agents.queries import agent_states, list_people_who_may
from hark.conversations.queries import find_rows, require_visible
from hark.conversations.visibility import visible
from hark.core.actor import Actor
from hark.core.db import Db, Queries
from hark.core.sql import Sql
from hark.swarm.ranking import LIKE_WORDS, SAMPLE, evidence, score, telling_words, words_of
from hark.swarm.types import Candidate, Invitation, Participation, ParticipationName, PastCase, SolvedRef

MOST_CANDIDATES = 50
EXAMPLES = 3


async def list_candidates(db: Db, actor: Actor, id: UUID) -> list[Candidate]:
    """Colleagues who can be asked into the conversation, those first who solved what is most like it and are here.

    People count for what they solved anywhere; only cases the actor may see are named. Raises NotFound.
    """
    await require_visible(db, actor, id)
    now = db.now()
    known = evidence(await past_cases(db, actor, id), now)
    states = {s.id: s.state for s in await agent_states(db, [actor.workspace_id], now - GONE_AFTER)}
    there = await participation_of(db, actor.workspace_id, id)
    found = []
    for person in await list_people_who_may(db, actor.workspace_id, "conversations.read"):
        if person.id == actor.agent_id or person.id not in states:
            continue
        weighed = known.get(person.id, [])
        cases = [case for _, case in weighed]
        found.append(Candidate(
            agent_id=person.id, name=person.name, state=states[person.id], score=score(weighed, states[person.id]),
            cases=len(cases), same_topic=sum(c.same_topic for c in cases), same_tags=sum(c.tags > 0 for c in cases),
            similar_words=sum(c.words >= LIKE_WORDS for c in cases),
            last_at=max((c.resolved_at for c in cases), default=None),
            examples=[
                SolvedRef(id=c.id, number=c.number, subject=c.subject, resolved_at=c.resolved_at) for c in cases if c.shown
            ][:EXAMPLES],
            participation=there.get(person.id),
        ))  # fmt: skip
    here = {"online": 0, "busy": 1, "away": 2, "offline": 3}
    found.sort(key=lambda c: (-c.score, here[c.state], c.name, c.agent_id))
    return found[:MOST_CANDIDATES]


class _State(msgspec.Struct):
    agent_id: int
    state: Participation


async def participation_of(db: Queries, workspace_id: int, id: UUID) -> dict[int, ParticipationName]:
    """How everybody stands who was ever asked into the conversation."""
    rows = await db.all(
        _State,
        "SELECT agent_id, state FROM participants WHERE workspace_id = $1 AND conversation_id = $2",
        workspace_id,
        id,
    )
    return {row.agent_id: NAMES[row.state] for row in rows}


NAMES: dict[Participation, ParticipationName] = {
    Participation.INVITED: "invited", Participation.JOINED: "joined", Participation.DECLINED: "declined",
    Participation.ENDED: "ended",
}  # fmt: skip


# what is like it --------------------------------------------------------------------------------------------------


async def past_cases(db: Db, actor: Actor, id: UUID) -> list[PastCase]:
    """Resolved conversations that have topic, tags or words in common with this one and were not reopened."""
    words = await _telling(db, actor.workspace_id, id)
    ws = actor.workspace_id
    return await db.all(
        PastCase,
        Sql(
            _PAST, ws, id, sum(words.values()) or 1.0, list(words), list(words.values()), ws, LIKE_WORDS, ws, ws,
            visible(actor), visible(actor), ws,
        ),
    )  # fmt: skip


# From the newest: at most 200 of the same topic, 200 with a tag of it among 2,000; each word reads at most 500 messages.
_PAST = """
WITH self AS (SELECT id, topic_id, tag_ids FROM conversations WHERE workspace_id = {} AND id = {}),
by_words AS (
  SELECT w.id, sum(t.weight) / max(t.whole) AS words
  FROM (SELECT word, weight, {}::float8 AS whole FROM unnest({}::text[], {}::float8[]) AS x(word, weight)) t
  CROSS JOIN LATERAL (SELECT DISTINCT m.conversation_id AS id FROM (
    SELECT s.conversation_id FROM message_search s
    WHERE s.workspace_id = {} AND s.tokens @@ ('''' || t.word || '''')::tsquery LIMIT 500) m) w
  GROUP BY w.id HAVING sum(t.weight) / max(t.whole) >= {}),
by_topic AS (
  SELECT k.id FROM self s CROSS JOIN LATERAL (
    SELECT k.id FROM conversations k WHERE k.workspace_id = {} AND k.topic_id = s.topic_id AND k.status = 3
    ORDER BY k.last_message_at DESC LIMIT 200) k),
by_tag AS (
  SELECT k.id FROM self s, (
    SELECT k.id, k.tag_ids FROM conversations k WHERE k.workspace_id = {} AND k.status = 3
    ORDER BY k.last_message_at DESC, k.id DESC LIMIT 2000) k WHERE k.tag_ids && s.tag_ids LIMIT 200),
found AS (SELECT id FROM by_words UNION SELECT id FROM by_topic UNION SELECT id FROM by_tag)
SELECT c.id, c.number, CASE WHEN {} THEN c.subject ELSE '' END AS subject, e.resolved_at,
  coalesce(c.topic_id = s.topic_id, false) AS same_topic,
  CASE WHEN c.tag_ids && s.tag_ids THEN (SELECT count(*) FROM unnest(s.tag_ids) t WHERE t = ANY(c.tag_ids))::float8
    / cardinality(s.tag_ids) ELSE 0 END AS tags,
  coalesce(b.words, 0)::float8 AS words,
  array_remove(array(SELECT unnest(e.repliers) UNION SELECT e.resolver_id UNION SELECT h.agent_id FROM participants h
    WHERE h.workspace_id = c.workspace_id AND h.conversation_id = c.id AND h.joined_at <= e.resolved_at), NULL) AS solvers,
  {} AS shown
FROM found f CROSS JOIN self s JOIN conversations c ON c.workspace_id = {} AND c.id = f.id AND c.id <> s.id AND c.status = 3
JOIN LATERAL (SELECT * FROM episodes e WHERE e.workspace_id = c.workspace_id AND e.conversation_id = c.id
  ORDER BY e.n DESC LIMIT 1) e ON e.reopens = 0 AND e.resolved_at IS NOT NULL
LEFT JOIN by_words b ON b.id = c.id
"""


class _Seen(msgspec.Struct):
    word: str
    cases: int


async def _telling(db: Db, workspace_id: int, id: UUID) -> dict[str, float]:
    """The words of the customer that tell this conversation from others, with their weights."""
    words = words_of(await db.all(str, _TEXTS, workspace_id, id))
    if not words:
        return {}
    sample = await db.one(int, _SAMPLE, workspace_id, SAMPLE)
    seen = await db.all(_Seen, _SEEN, workspace_id, SAMPLE, words)
    return telling_words(words, {s.word: s.cases for s in seen}, sample)


_TEXTS = """
SELECT left(m.text, 4000) FROM (
  SELECT m.text, m.seq FROM messages m WHERE m.workspace_id = $1 AND m.conversation_id = $2 AND m.direction = 1
    AND m.kind = 1 AND m.deleted_at IS NULL ORDER BY m.seq DESC LIMIT 20) m
UNION ALL SELECT subject FROM conversations WHERE workspace_id = $1 AND id = $2
"""
_SAMPLE = """
SELECT count(*) FROM (SELECT FROM conversations WHERE workspace_id = $1 AND status = 3
  ORDER BY last_message_at DESC, id DESC LIMIT $2) r
"""
_SEEN = """
SELECT t.lexeme AS word, count(DISTINCT r.id) AS cases FROM (
  SELECT id FROM conversations WHERE workspace_id = $1 AND status = 3 ORDER BY last_message_at DESC, id DESC LIMIT $2) r
JOIN messages m ON m.workspace_id = $1 AND m.conversation_id = r.id AND m.direction = 1
JOIN message_search s ON s.workspace_id = $1 AND s.message_id = m.id CROSS JOIN LATERAL unnest(s.tokens) t
WHERE t.lexeme = ANY($3::text[]) GROUP BY t.lexeme
"""


# what is asked of me ----------------------------------------------------------------------------------------------


class _Open(msgspec.Struct):
    help_id: UUID
    conversation_id: UUID
    question: str
    asked_by: int | None
    asked_at: datetime
    first_only: bool


async def list_invitations(db: Db, actor: Actor) -> list[Invitation]:
    """Questions to the actor that wait for their answer, oldest first."""
    rows = await db.all(_Open, _OPEN, actor.workspace_id, actor.agent_id)
    found = {r.id: r for r in await find_rows(db, actor, [r.conversation_id for r in rows], now=db.now())}
    return [
        Invitation(
            help_id=r.help_id, conversation=found[r.conversation_id], question=r.question, asked_by=r.asked_by,
            asked_at=r.asked_at, first_only=r.first_only,
        )
        for r in rows if r.conversation_id in found
    ]  # fmt: skip


_OPEN = """
SELECT h.id AS help_id, p.conversation_id, m.text AS question, h.asked_by, h.asked_at, h.first_only FROM participants p
JOIN help_requests h ON h.workspace_id = p.workspace_id AND h.id = p.help_id
JOIN messages m ON m.workspace_id = h.workspace_id AND m.id = h.note_id
JOIN conversations c ON c.workspace_id = p.workspace_id AND c.id = p.conversation_id AND c.status < 3
WHERE p.workspace_id = $1 AND p.agent_id = $2 AND p.state = 1 ORDER BY h.asked_at, h.id
"""
