"""What people have labelled without knowing it: the examples a training learns from.

Topics, severities and difficulties set by people (and by rules, which people wrote), corrections of readings, messages
judged to need no answer or resolved without one. Where a conversation has no topic, what goes with one speaks for it:
a tag, a canned reply or an article that four times in five went with the same topic. Beside them, what customers wrote
first in other conversations: it has no label, and shows which words go together. Erased customers teach nothing.
"""

import asyncio
import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from uuid import UUID

import msgspec

from hark.core.actor import ActorKind
from hark.core.db import Queries
from hark.core.text import fold
from hark.understanding.reading import learned_text
from hark.understanding.training import Label, Order
from hark.understanding.types import Task

MOST = 20_000  # conversations looked at, the newest
MOST_WAITS = 2000  # of each kind
MOST_OTHERS = 10_000  # conversations whose first message is learned from without a label, the newest
SURE_SHARE, SURE_TIMES = 0.8, 5  # when evidence stands for a topic
_BY_PEOPLE = frozenset({ActorKind.AGENT, ActorKind.TOKEN, ActorKind.RULE})
_ARTICLE = re.compile(r"/articles/([\w%-]{3,80})")
_SAME = 60  # folded characters by which a canned reply is recognised


class Gathered(msgspec.Struct, frozen=True):
    """`people`: how many labels people have given themselves; `writers`: the customer's name by text."""

    order: Order
    people: int
    writers: dict[str, str]


class _Case(msgspec.Struct):
    message_id: UUID
    contact: str
    topic_id: int | None
    severity: int
    difficulty: int
    tag_ids: list[int]
    subject: str
    text: str
    quoted_at: int | None
    replies: str | None
    topic_by: int | None
    severity_by: int | None
    difficulty_by: int | None


class _Said(msgspec.Struct):
    message_id: UUID
    contact: str
    task: int
    value: int | None
    text: str
    quoted_at: int | None
    subject: str | None


class _Named(msgspec.Struct):
    id: int
    name: str


class _Other(msgspec.Struct):
    message_id: UUID
    contact: str
    subject: str
    text: str
    quoted_at: int | None


async def gather(db: Queries, workspace_id: int) -> Gathered:
    """All labels of a workspace, newest first."""
    topics = await db.all(
        _Named, "SELECT id, name FROM topics WHERE workspace_id = $1 AND archived_at IS NULL", workspace_id
    )
    tags = await db.all(_Named, "SELECT id, name FROM tags WHERE workspace_id = $1", workspace_id)
    canned = await db.all(_Named, "SELECT id, text AS name FROM canned_replies WHERE workspace_id = $1", workspace_id)
    cases = await db.all(_Case, _CASES, workspace_id, MOST)
    said = await db.all(_Said, _SAID, workspace_id, MOST)
    judged = await db.all(_Said, _JUDGED, workspace_id, MOST_WAITS)
    others = await db.all(_Other, _OTHERS, workspace_id, MOST_OTHERS)
    return await asyncio.to_thread(_gathered, topics, tags, canned, cases, said, judged, others)


_CASES = """
SELECT m.id AS message_id, coalesce(p.name, '') AS contact, c.topic_id, c.severity, c.difficulty, c.tag_ids, c.subject, left(m.text, 4000) AS text,
  (m.headers->>'quoted_at')::int AS quoted_at,
  (SELECT string_agg(left(o.text, 600), E'\\n') FROM (SELECT o.text FROM messages o WHERE o.workspace_id = c.workspace_id
    AND o.conversation_id = c.id AND o.direction = 2 AND o.kind = 1 AND o.author_kind <> 4
    ORDER BY o.seq LIMIT 3) o) AS replies,
  (SELECT e.actor_kind FROM events e WHERE e.workspace_id = c.workspace_id AND e.conversation_id = c.id AND e.kind = 170
    ORDER BY e.conversation_seq DESC LIMIT 1) AS topic_by,
  (SELECT e.actor_kind FROM events e WHERE e.workspace_id = c.workspace_id AND e.conversation_id = c.id AND e.kind = 20
    ORDER BY e.conversation_seq DESC LIMIT 1) AS severity_by,
  (SELECT e.actor_kind FROM events e WHERE e.workspace_id = c.workspace_id AND e.conversation_id = c.id AND e.kind = 21
    ORDER BY e.conversation_seq DESC LIMIT 1) AS difficulty_by
FROM conversations c JOIN contacts p ON p.workspace_id = c.workspace_id AND p.id = c.contact_id AND p.erased_at IS NULL
CROSS JOIN LATERAL (SELECT f.id, f.text, f.headers FROM messages f WHERE f.workspace_id = c.workspace_id
  AND f.conversation_id = c.id AND f.direction = 1 AND f.kind = 1 AND f.deleted_at IS NULL ORDER BY f.seq LIMIT 1) m
WHERE c.workspace_id = $1 AND c.status < 4
  AND (c.topic_id IS NOT NULL OR c.tag_ids <> '{}' OR c.severity <> 1 OR c.difficulty <> 1)
ORDER BY c.created_at DESC LIMIT $2
"""
_OTHERS = """
SELECT m.id AS message_id, coalesce(p.name, '') AS contact, c.subject, left(m.text, 4000) AS text, (m.headers->>'quoted_at')::int AS quoted_at
FROM (SELECT * FROM conversations WHERE workspace_id = $1 AND status < 4 ORDER BY created_at DESC LIMIT $2) c
JOIN contacts p ON p.workspace_id = c.workspace_id AND p.id = c.contact_id AND p.erased_at IS NULL
CROSS JOIN LATERAL (SELECT f.id, f.text, f.headers FROM messages f WHERE f.workspace_id = c.workspace_id
  AND f.conversation_id = c.id AND f.direction = 1 AND f.kind = 1 AND f.deleted_at IS NULL ORDER BY f.seq LIMIT 1) m
ORDER BY c.created_at DESC
"""
_SAID = """
SELECT k.message_id, coalesce(p.name, '') AS contact, k.task, k.value, left(m.text, 4000) AS text, (m.headers->>'quoted_at')::int AS quoted_at,
  CASE WHEN NOT EXISTS (SELECT FROM messages f WHERE f.workspace_id = m.workspace_id AND f.conversation_id = m.conversation_id
    AND f.seq < m.seq AND f.direction = 1 AND f.kind = 1) THEN c.subject END AS subject
FROM reading_corrections k JOIN messages m ON m.workspace_id = k.workspace_id AND m.id = k.message_id
JOIN conversations c ON c.workspace_id = m.workspace_id AND c.id = m.conversation_id
JOIN contacts p ON p.workspace_id = c.workspace_id AND p.id = c.contact_id AND p.erased_at IS NULL
WHERE k.workspace_id = $1 AND NOT k.undone AND m.deleted_at IS NULL ORDER BY k.at DESC LIMIT $2
"""
# Judged by people, resolved without an answer (outcome 3), or answered (outcome 1).
_JUDGED = """
WITH judged AS (
  (SELECT e.subject_id AS message_id, (e.kind = 19)::int AS value, 0 AS later, e.seq FROM events e
   WHERE e.workspace_id = $1 AND e.kind IN (18, 19, 20, 21, 170, 226) AND e.actor_kind IN (1, 2) AND e.kind IN (18, 19)
   ORDER BY e.seq DESC LIMIT $2)
  UNION ALL
  (SELECT m.id, 0, 1, 0 FROM waits w JOIN messages m ON m.workspace_id = w.workspace_id
     AND m.conversation_id = w.conversation_id AND m.seq = w.opened_seq
   WHERE w.workspace_id = $1 AND w.outcome = 3 AND w.cause = 1 ORDER BY w.opened_at DESC LIMIT $2)
  UNION ALL
  (SELECT m.id, 1, 1, 0 FROM waits w JOIN messages m ON m.workspace_id = w.workspace_id
     AND m.conversation_id = w.conversation_id AND m.seq = w.opened_seq
   WHERE w.workspace_id = $1 AND w.outcome = 1 AND w.cause = 1 ORDER BY w.opened_at DESC LIMIT $2)
)
SELECT DISTINCT ON (j.message_id) j.message_id, coalesce(p.name, '') AS contact, 5 AS task, j.value, left(m.text, 4000) AS text,
  (m.headers->>'quoted_at')::int AS quoted_at, NULL::text AS subject
FROM judged j JOIN messages m ON m.workspace_id = $1 AND m.id = j.message_id AND m.direction = 1 AND m.kind = 1
JOIN conversations c ON c.workspace_id = m.workspace_id AND c.id = m.conversation_id AND c.status < 4
JOIN contacts p ON p.workspace_id = c.workspace_id AND p.id = c.contact_id AND p.erased_at IS NULL
WHERE m.deleted_at IS NULL ORDER BY j.message_id, j.later, j.seq DESC
"""


# parts ------------------------------------------------------------------------------------------------------------------


def _gathered(
    topics: list[_Named],
    tags: list[_Named],
    canned: list[_Named],
    cases: list[_Case],
    said: list[_Said],
    judged: list[_Said],
    others: list[_Other],
) -> Gathered:
    known = {topic.id: topic.name for topic in topics}
    found: dict[Task, dict[UUID, Label]] = {task: {} for task in Task}
    people = 0
    for s in said:
        if s.task != Task.TOPIC or s.value is None or s.value in known:
            found[Task(s.task)][s.message_id] = Label(_text(s.text, s.quoted_at, s.subject or ""), s.value)
            people += 1
    for case in cases:
        text = _text(case.text, case.quoted_at, case.subject)
        for task, value, by in (
            (Task.TOPIC, case.topic_id if case.topic_id in known else None, case.topic_by),
            (Task.SEVERITY, case.severity, case.severity_by),
            (Task.DIFFICULTY, case.difficulty, case.difficulty_by),
        ):
            if by in _BY_PEOPLE and value is not None and case.message_id not in found[task]:
                found[task][case.message_id] = Label(text, value)
                people += 1
    for message_id, label in _by_evidence(cases, known, tags, canned):
        found[Task.TOPIC].setdefault(message_id, label)
    for s in judged:
        found[Task.NEEDS_ANSWER].setdefault(s.message_id, Label(_text(s.text, s.quoted_at, ""), s.value))
    labels = {task: [label for label in given.values() if label.text.strip()] for task, given in found.items()}
    unsaid = [o for o in others if o.message_id not in found[Task.TOPIC]]
    texts = dict.fromkeys(_text(o.text, o.quoted_at, o.subject) for o in unsaid)
    writers = {_text(s.text, s.quoted_at, s.subject or ""): s.contact for s in (*said, *judged)}
    writers |= {_text(c.text, c.quoted_at, c.subject): c.contact for c in cases}
    writers |= {_text(o.text, o.quoted_at, o.subject): o.contact for o in others}
    return Gathered(Order(labels, known, [text for text in texts if text.strip()]), people, writers)


def _text(text: str, quoted_at: int | None, subject: str) -> str:
    return learned_text(text if quoted_at is None else text[:quoted_at], subject)


def _by_evidence(
    cases: list[_Case], topics: dict[int, str], tags: list[_Named], canned: list[_Named]
) -> Iterable[tuple[UUID, Label]]:
    """Topics of conversations that have none, from what went with a topic elsewhere; a tag called like one is one."""
    by_name = {fold(name).strip(): id for id, name in topics.items()}
    stands_for = {f"tag:{tag.id}": by_name[fold(tag.name).strip()] for tag in tags if fold(tag.name).strip() in by_name}
    starts = [(f"canned:{c.id}", " ".join(fold(c.name).split())[:_SAME]) for c in canned]
    together: defaultdict[str, Counter[int]] = defaultdict(Counter)
    evidence = {case.message_id: _evidence(case, starts) for case in cases}
    for case in cases:
        if case.topic_by in _BY_PEOPLE and case.topic_id in topics:
            for name in evidence[case.message_id]:
                together[name][case.topic_id] += 1
    for name, counted in together.items():
        id, times = counted.most_common(1)[0]
        if times >= SURE_TIMES and times >= SURE_SHARE * counted.total():
            stands_for.setdefault(name, id)
    for case in cases:
        if case.topic_by not in _BY_PEOPLE:
            meant = {stands_for[name] for name in evidence[case.message_id] if name in stands_for}
            if len(meant) == 1:
                yield case.message_id, Label(_text(case.text, case.quoted_at, case.subject), meant.pop())


def _evidence(case: _Case, starts: list[tuple[str, str]]) -> set[str]:
    found = {f"tag:{id}" for id in case.tag_ids}
    if case.replies:
        found |= {f"article:{slug}" for slug in _ARTICLE.findall(case.replies)}
        said = " ".join(fold(case.replies).split())
        found |= {name for name, start in starts if len(start) >= 20 and start in said}
    return found
