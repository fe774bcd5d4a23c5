"""The three replies to suggest in a conversation, made safe to be seen there."""

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID

import msgspec

from hark.core.actor import Actor
from hark.core.db import Db
from hark.suggestions import queries
from hark.suggestions.actions import record_offer
from hark.suggestions.confidence import LEAST, Evidence, chance, log_odds
from hark.suggestions.learning import Learned, Learners
from hark.suggestions.masking import Here, Person, Place, Segment, Source, mask, plain
from hark.suggestions.meaning import likeness, question_vector
from hark.suggestions.queries import Answered, Said, SourceRow
from hark.suggestions.types import OfferView, SourceView, SuggestionView

if TYPE_CHECKING:
    from hark.embeddings.embedder import Vectors

OFFERED = 3
LOOKED_AT = 16  # so many of the best are read; some say the same, some lose too much when they are made safe
SAME = 0.82  # from this likeness on two replies say the same
SAME_TEXT = 88.0  # and so do their texts, of 100


class Found(msgspec.Struct, frozen=True):
    """A candidate: its row in the ranker, what is known of it, its log-odds of being used by the curve all workspaces share,
    and the chance by this workspace's."""

    row: int
    evidence: Evidence
    odds: float
    confidence: float


class Shown(msgspec.Struct, frozen=True):
    """Suggestions as they are shown, and of each the message it comes from and its log-odds."""

    views: list[SuggestionView]
    sources: list[UUID]
    odds: list[float]


async def suggest(db: Db, learners: Learners, actor: Actor, id: UUID, endpoint_id: UUID | None) -> OfferView:
    """What to answer the customer's question so far. Raises NotFound when the actor may not see the conversation.

    What is shown is recorded, so that it can be told later what became of it.
    """
    offer, account_id, shown = await find_replies(db, learners, actor, id, endpoint_id)
    if not offer.suggestions or actor.agent_id is None:
        return offer
    async with db.transaction(actor) as tx:
        offer_id = await record_offer(
            tx, actor.agent_id, id, account_id, shown.sources, [v.confidence for v in shown.views], shown.odds
        )
    return msgspec.structs.replace(offer, id=offer_id)


async def find_replies(
    db: Db, learners: Learners, actor: Actor, id: UUID, endpoint_id: UUID | None
) -> tuple[OfferView, int, Shown]:
    """What `suggest` would show, without an id and unrecorded; the account, and where it comes from. Raises NotFound."""
    answered = await queries.get_answered(db, actor, id, endpoint_id)
    nothing = OfferView(id=None, suggestions=[], enabled=answered.enabled, learning=False, learned=0)
    none = Shown([], [], [])
    if not answered.enabled:
        return nothing, answered.account_id, none
    learned = await learners.get(actor.workspace_id, answered.account_id)
    if learned is None:
        return msgspec.structs.replace(nothing, learning=True), answered.account_id, none
    nothing = msgspec.structs.replace(nothing, learned=len(learned.ids))
    said = await queries.list_said(db, actor.workspace_id, id)
    question = queries.question_of(answered.subject, said)
    if not learned.ids or not question:
        return nothing, answered.account_id, none
    names = [answered.contact_name] if answered.contact_name else []
    meant = await question_vector(db, learned.meanings, question, names)
    found = [f for f in await asyncio.to_thread(rank, learned, question, id, meant) if f.confidence >= LEAST]
    rows = {r.message_id: r for r in await queries.list_sources(db, actor, [learned.ids[f.row] for f in found])}
    shown = await asyncio.to_thread(_shown, learned, found, rows, place_of(answered, said))
    return msgspec.structs.replace(nothing, suggestions=shown.views), answered.account_id, shown


def place_of(answered: Answered, said: Sequence[Said]) -> Place:
    """The conversation as masking sees it."""
    person = Person(
        (answered.contact_name,) if answered.contact_name else (), tuple(answered.emails), answered.company or ""
    )
    asked = "\n".join([answered.subject, *(one.text for one in said if one.direction == 1)])
    return Place(
        person, "\n".join([asked, str(answered.number), *(one.text for one in said)]), asked, answered.agent_name or ""
    )


def rank(learned: Learned, question: str, conversation_id: UUID, meant: "Vectors | None" = None) -> list[Found]:
    """The best replies of other conversations, each with those that say the same; the best first. `meant`: what the question
    means, by the model of what is learned."""
    import numpy as np

    from hark.suggestions.ranking import guess_language

    scores = learned.ranker.score(question, guess_language(question))
    total = scores.total + learned.outcomes
    if meant is not None and learned.meanings is not None:
        total += likeness(learned.meanings, meant)
    total[[n for n, c in enumerate(learned.conversations) if c == conversation_id]] = -np.inf
    best = np.argpartition(-total, min(4 * LOOKED_AT, len(total) - 1))[: 4 * LOOKED_AT]
    best = best[np.argsort(-total[best], kind="stable")]
    found: list[Found] = []
    covered: set[int] = set()
    for row in map(int, best):
        if row in covered or not np.isfinite(total[row]):
            continue
        group = np.flatnonzero(learned.likeness.alike(row) >= SAME)
        covered.update(map(int, group))
        evidence = Evidence(
            float(scores.question[row]), float(scores.answer[row]), behind=float(total[best[0]] - total[row]),
            alike=max(1, len(group)), words=scores.words, favour=float(learned.favours[row]),
        )  # fmt: skip
        odds = log_odds(evidence)
        found.append(Found(row, evidence, odds, round(chance(odds, learned.correction), 2)))
        if len(found) == LOOKED_AT:
            break
    return found


def _shown(learned: Learned, found: Sequence[Found], rows: dict[UUID, SourceRow], place: Place) -> Shown:
    from rapidfuzz.fuzz import token_sort_ratio

    here = Here(place)
    texts: list[str] = []
    shown = Shown([], [], [])
    for one in found:
        row = rows.get(learned.ids[one.row])
        segments = mask(source_of(row), here, learned.vocabulary) if row else None
        if row is None or segments is None:
            continue
        text, views = plain(segments), shown.views
        same = next((n for n, other in enumerate(texts) if token_sort_ratio(text, other) >= SAME_TEXT), None)
        if same is not None:
            views[same] = msgspec.structs.replace(views[same], alike=views[same].alike + one.evidence.alike)
        else:
            views.append(_view(len(views) + 1, one, row, segments))
            texts.append(text)
            shown.sources.append(row.message_id)
            shown.odds.append(one.odds)
        if len(views) == OFFERED:
            break
    return shown


def source_of(row: SourceRow) -> Source:
    """A learned reply as masking sees it."""
    return Source(
        row.text, Person(tuple(row.names), tuple(row.emails), row.company or ""), row.asked, row.agent_name or "",
        row.replied, tuple(row.others),
    )  # fmt: skip


def _view(position: int, one: Found, row: SourceRow, segments: list[Segment]) -> SuggestionView:
    source = SourceView(
        conversation_id=row.conversation_id, number=row.number, subject=row.subject,
        contact_name=next(iter(row.names), ""), agent_name=row.agent_name or "", at=row.at,
    )  # fmt: skip
    return SuggestionView(
        position=position,
        segments=segments,
        confidence=one.confidence,
        alike=one.evidence.alike,
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
