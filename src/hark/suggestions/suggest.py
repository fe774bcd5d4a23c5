"""The three replies to suggest in a conversation, made safe to be seen there."""

import asyncio
import math
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import msgspec

from hark.core.actor import Actor
from hark.core.db import Db
from hark.suggestions import queries
from hark.suggestions.actions import record_offer
from hark.suggestions.learning import Learned, Learners
from hark.suggestions.masking import Here, Person, Place, Segment, Source, mask, plain
from hark.suggestions.queries import Answered, Said, SourceRow
from hark.suggestions.types import OfferView, SourceView, SuggestionView

OFFERED = 3
LOOKED_AT = 16  # so many of the best are read; some say the same, some lose too much when they are made safe
SAME = 0.82  # from this likeness on two replies say the same
SAME_TEXT = 88.0  # and so do their texts, of 100
LEAST = 0.2  # below this confidence nothing is suggested


class Found(msgspec.Struct, frozen=True):
    """A candidate: its row in the ranker, how sure it is, and how many replies say nearly the same."""

    row: int
    confidence: float
    alike: int


async def suggest(db: Db, learners: Learners, actor: Actor, id: UUID, endpoint_id: UUID | None) -> OfferView:
    """What to answer the customer's question so far. Raises NotFound when the actor may not see the conversation.

    What is shown is recorded, so that it can be told later what became of it.
    """
    offer, account_id, sources = await find_replies(db, learners, actor, id, endpoint_id)
    if not offer.suggestions or actor.agent_id is None:
        return offer
    async with db.transaction(actor) as tx:
        offer_id = await record_offer(
            tx, actor.agent_id, id, account_id, sources, [v.confidence for v in offer.suggestions]
        )
    return msgspec.structs.replace(offer, id=offer_id)


async def find_replies(
    db: Db, learners: Learners, actor: Actor, id: UUID, endpoint_id: UUID | None
) -> tuple[OfferView, int, list[UUID]]:
    """What `suggest` would show, without an id and unrecorded; the account, and the messages it comes from. Raises NotFound."""
    answered = await queries.get_answered(db, actor, id, endpoint_id)
    nothing = OfferView(id=None, suggestions=[], enabled=answered.enabled, learning=False, learned=0)
    if not answered.enabled:
        return nothing, answered.account_id, []
    learned = await learners.get(actor.workspace_id, answered.account_id)
    if learned is None:
        return msgspec.structs.replace(nothing, learning=True), answered.account_id, []
    nothing = msgspec.structs.replace(nothing, learned=len(learned.ids))
    said = await queries.list_said(db, actor.workspace_id, id)
    question = question_of(answered, said)
    if not learned.ids or not question:
        return nothing, answered.account_id, []
    found = await asyncio.to_thread(rank, learned, question, id)
    rows = {r.message_id: r for r in await queries.list_sources(db, actor, [learned.ids[f.row] for f in found])}
    views, sources = await asyncio.to_thread(_views, learned, found, rows, place_of(answered, said))
    return msgspec.structs.replace(nothing, suggestions=views), answered.account_id, sources


def question_of(answered: Answered, said: Sequence[Said]) -> str:
    """The subject and what the customer has written since the last answer; without that, what they wrote last."""
    last_out = max((n for n, one in enumerate(said) if one.direction == 2), default=-1)
    fresh = [one.text for one in said[last_out + 1 :]] or [one.text for one in said if one.direction == 1][-1:]
    return f"{answered.subject}\n" + "\n".join(fresh) if fresh else ""


def place_of(answered: Answered, said: Sequence[Said]) -> Place:
    """The conversation as masking sees it."""
    person = Person(
        (answered.contact_name,) if answered.contact_name else (), tuple(answered.emails), answered.company or ""
    )
    asked = "\n".join([answered.subject, *(one.text for one in said if one.direction == 1)])
    return Place(
        person, "\n".join([asked, str(answered.number), *(one.text for one in said)]), asked, answered.agent_name or ""
    )


def rank(learned: Learned, question: str, conversation_id: UUID) -> list[Found]:
    """The best replies of other conversations, each with those that say the same; the best first."""
    import numpy as np

    from hark.suggestions.ranking import guess_language

    scores = learned.ranker.score(question, guess_language(question))
    total = scores.total + learned.outcomes
    total[[n for n, c in enumerate(learned.conversations) if c == conversation_id]] = -np.inf
    best = np.argpartition(-total, min(4 * LOOKED_AT, len(total) - 1))[: 4 * LOOKED_AT]
    found: list[Found] = []
    covered: set[int] = set()
    for row in map(int, best[np.argsort(-total[best], kind="stable")]):
        if row in covered or not np.isfinite(total[row]):
            continue
        sure = confidence(float(scores.question[row]), float(scores.answer[row]), float(learned.outcomes[row]))
        if sure < LEAST:
            continue
        group = np.flatnonzero(learned.likeness.alike(row) >= SAME)
        covered.update(map(int, group))
        found.append(Found(row, sure, max(1, len(group))))
        if len(found) == LOOKED_AT:
            break
    return found


def confidence(question: float, answer: float, outcome: float) -> float:
    """How sure it is that a reply helps (0..1), from how alike the question is to the one it answered and to itself, and
    from what people have made of it. Half at a likeness of .3 and .2; see docs/guide/suggestions.md."""
    return round(1 / (1 + math.exp(2.7 - 7 * question - 3 * answer - 4 * outcome)), 2)


def _views(
    learned: Learned, found: Sequence[Found], rows: dict[UUID, SourceRow], place: Place
) -> tuple[list[SuggestionView], list[UUID]]:
    from rapidfuzz.fuzz import token_sort_ratio

    here = Here(place)
    views: list[SuggestionView] = []
    texts: list[str] = []
    sources: list[UUID] = []
    for one in found:
        row = rows.get(learned.ids[one.row])
        segments = mask(source_of(row), here, learned.vocabulary) if row else None
        if row is None or segments is None:
            continue
        text = plain(segments)
        same = next((n for n, other in enumerate(texts) if token_sort_ratio(text, other) >= SAME_TEXT), None)
        if same is not None:
            views[same] = msgspec.structs.replace(views[same], alike=views[same].alike + one.alike)
        else:
            views.append(_view(len(views) + 1, one, row, segments))
            texts.append(text)
            sources.append(row.message_id)
        if len(views) == OFFERED:
            break
    return views, sources


def source_of(row: SourceRow) -> Source:
    """A learned reply as masking sees it."""
    return Source(
        row.text, Person(tuple(row.names), tuple(row.emails), row.company or ""), row.asked, row.agent_name or ""
    )


def _view(position: int, one: Found, row: SourceRow, segments: list[Segment]) -> SuggestionView:
    source = SourceView(
        conversation_id=row.conversation_id, number=row.number, subject=row.subject,
        contact_name=next(iter(row.names), ""), agent_name=row.agent_name or "", at=row.at,
    )  # fmt: skip
    return SuggestionView(
        position=position,
        segments=segments,
        confidence=one.confidence,
        alike=one.alike,
        source=source if row.shown else None,
    )


def frequent(learned: Learned, least: int = 3, limit: int = 20) -> list[tuple[int, Any]]:
    """Groups of replies that say nearly the same, the largest first: (row that stands for it, rows). Only those that went
    to at least `least` customers."""
    import numpy as np

    groups: list[tuple[int, Any]] = []
    covered = np.zeros(len(learned.ids), dtype=bool)
    for row in range(len(learned.ids) - 1, -1, -1):
        if covered[row]:
            continue
        group = np.flatnonzero((learned.likeness.alike(row) >= SAME) & ~covered)
        covered[group] = True
        covered[row] = True
        if len(group) >= least and len({learned.customers[n] for n in group}) >= least:
            groups.append((row, group))
    return sorted(groups, key=lambda g: -len(g[1]))[:limit]
