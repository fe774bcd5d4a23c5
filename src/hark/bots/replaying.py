"""A bot tried over past conversations: which it would have answered, and where its answer was another than the person's.

Pure but for the index, which is built from the articles that come with the order. Wrong means: a person of the team did
answer, and of the telling words of that answer less than a fifth stand in the article that the bot would have shown (its
section counts as much as the rest). That is easily explained and errs towards "wrong": a person may have said the same in
other words, so every case is listed with both texts to be judged by eye.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from hark.bots.answers import fold
from hark.bots.conditions import World
from hark.bots.flow import Answer, BotFlow, NewConversation, OnKeyword, OutsideHours, Start
from hark.bots.machine import step
from hark.bots.steps import Begin, Called, Found, Heard, Search, State, TimeUp, Words
from hark.bots.surroundings import hear
from hark.bots.types import Reason, Replayed, ReplayResult, Unasked
from hark.core.text import fold as plain_fold

WRONG_BELOW = 0.2
MAX_STEPS = 12
MAX_CASES = 200
MAX_UNKNOWN = 50


class Text(msgspec.Struct, frozen=True):
    """A live article in one language. `fields` as the search reads them."""

    id: int
    language: str
    title: str
    url: str
    fields: dict[str, str]


class Past(msgspec.Struct, frozen=True):
    """A conversation as it was: what the customer said, one message after the other, and the person's first answer."""

    id: UUID
    number: int
    language: str
    said: list[str]
    answer: str
    open: bool
    at: datetime


class Order(msgspec.Struct, frozen=True):
    """`synonyms`: groups of words that mean the same in this workspace."""

    flow: BotFlow
    articles: list[Text]
    past: list[Past]
    synonyms: list[list[str]] = []


class Progress(msgspec.Struct, frozen=True, tag="progress"):
    share: float


class Finished(msgspec.Struct, frozen=True, tag="finished"):
    result: ReplayResult


Line = Progress | Finished


class _Outcome(msgspec.Struct, kw_only=True):
    """`server`: the flow came to a server that only real work asks; `model`: a language model would have put it in words;
    `left`: the bot waits for more than the customer has said."""

    article: Text | None = None
    reason: Reason | None = None
    server: bool = False
    model: bool = False
    left: bool = False


Find = Callable[[str, str, float | None, Sequence[str]], Text | None]
"""(query, language, confidence, addresses shown before) -> the article that answers."""


def replay(order: Order, progress: Callable[[float], None], find: Find | None = None) -> ReplayResult:
    """What the flow would have done with each of these conversations; `progress` is told the share that is done."""
    look = find or finder(order.articles, order.synonyms)
    answered: list[tuple[Past, Text]] = []
    handed: dict[str, int] = {}
    asking: list[Past] = []
    by_model = 0
    for n, past in enumerate(order.past):
        outcome = play(order.flow, past, look)
        by_model += outcome.model
        if outcome.server:
            asking.append(past)
        if outcome.article is not None:
            answered.append((past, outcome.article))
        else:
            key = "left" if outcome.left else outcome.reason.name.lower() if outcome.reason else "not_started"
            handed[key] = handed.get(key, 0) + 1
        progress((n + 1) / len(order.past))
    cases = [judge(past, article) for past, article in answered]
    wrong, unsure = sum(c.wrong for c in cases), sum(not c.answer for c in cases)
    return ReplayResult(
        total=len(order.past), answered=len(answered), wrong=wrong, unsure=unsure,
        handed=dict(sorted(handed.items(), key=lambda one: -one[1])),
        sentence=f"Would have answered {len(answered)} of {len(order.past)}, {wrong} of these wrongly.",
        cases=sorted(cases, key=lambda case: (not case.wrong, case.share))[:MAX_CASES],
        servers=len(asking), by_model=by_model,
        unknown=[Unasked(conversation_id=p.id, number=p.number, question=p.said[0][:500]) for p in asking[:MAX_UNKNOWN]],
    )  # fmt: skip


def judge(past: Past, article: Text) -> Replayed:
    """Whether the article agrees with what the person said then."""
    mine, theirs = telling(" ".join(article.fields.values())), telling(past.answer)
    share = len(mine & theirs) / len(theirs) if theirs else 0.0
    return Replayed(
        conversation_id=past.id, number=past.number, question=past.said[0][:500], article=article.title,
        answer=past.answer[:500], share=round(share, 3), wrong=bool(theirs) and share < WRONG_BELOW,
    )  # fmt: skip


def telling(text: str) -> set[str]:
    """The words of a text that tell something: long ones, without greetings and closings; Korean by its syllable pairs."""
    found: set[str] = set()
    for word in re.findall(r"[^\W_]+", plain_fold(text)):
        if any("가" <= c <= "힣" for c in word):
            found |= {word[n : n + 2] for n in range(len(word) - 1)}
        elif len(word) >= 4 and word not in POLITE:
            found.add(word[:7])
    return found


POLITE = frozenset(
    [
        "hello",
        "dear",
        "thanks",
        "thank",
        "regards",
        "kind",
        "best",
        "your",
        "yours",
        "with",
        "from",
        "have",
        "this",
        "that",
        "will",
        "please",
        "would",
        "could",
        "about",
        "here",
        "when",
        "what",
        "which",
        "there",
        "their",
        "they",
        "them",
        "been",
        "were",
        "does",
        "into",
        "just",
        "also",
        "more",
        "than",
        "then",
        "some",
        "only",
        "very",
        "much",
        "contact",
        "support",
        "team",
        "ciao",
        "buongiorno",
        "salve",
        "gentile",
        "grazie",
        "saluti",
        "cordiali",
        "della",
        "delle",
        "degli",
        "sono",
        "questo",
        "questa",
        "anche",
        "come",
        "quando",
        "puoi",
        "potete",
        "siamo",
        "abbiamo",
        "nostro",
        "nostra",
        "vostro",
        "vostra",
    ]
)


def play(flow: BotFlow, past: Past, find: Find) -> _Outcome:
    """One conversation through the flow, with the customer's messages in their order, until it ends or shows an article.

    Servers and language models are not asked. What a server would have said is not known: such a way counts as failed, and
    the conversation is named as one of which nothing certain can be said. Waiting times pass.
    """
    block_id = begins(flow, past)
    if block_id is None:
        return _Outcome()
    world = World(now=past.at, language=past.language, open=past.open)
    said = iter(past.said[1:])
    state, heard = State(language=past.language or flow.language), _begin(block_id, past.said[0])
    server = model = False
    for _ in range(MAX_STEPS):
        one = step(flow, state, heard, world)
        state = one.state
        if one.end is not None:
            return _Outcome(reason=one.end.reason or (None if one.end.how == "handed_over" else Reason.FLOW), server=server)
        server = server or state.waits == "call"
        model = model or any(isinstance(e, Search) and e.by_model for e in one.effects)
        following = _next(one.effects, state, said, find, flow)
        if isinstance(following, Text):
            return _Outcome(article=following, server=server, model=model)
        if following is None:
            return _Outcome(left=True, server=server)
        heard = following
    return _Outcome(reason=Reason.LOOP, server=server)


def _begin(block_id: str, text: str) -> Heard:
    return Begin(block_id, text, hear(text).urgent)


def _next(
    effects: Sequence[object], state: State, said: Iterator[str], find: Find, flow: BotFlow
) -> Heard | Text | None:
    search = next((e for e in effects if isinstance(e, Search)), None)
    if search is not None:
        block = next((b for b in flow.blocks if b.id == state.block), None)
        confidence = block.confidence if isinstance(block, Answer) else None
        found = find(search.query, state.language, confidence, search.skip)
        return found if found is not None else Found(None)
    if state.waits == "call":
        return Called(None)
    if state.waits == "time":
        return TimeUp()
    text = next(said, None)
    return None if text is None else Words(text, (), hear(text).urgent)


def begins(flow: BotFlow, past: Past) -> str | None:
    """The start block that the first message reaches."""
    starts = [block for block in flow.blocks if isinstance(block, Start)]
    first = f" {fold(past.said[0])} "
    for block in starts:
        if isinstance(block.on, OnKeyword) and any(fold(word) in first for word in block.on.words):
            return block.id
    for block in starts:
        if isinstance(block.on, NewConversation) or (isinstance(block.on, OutsideHours) and not past.open):
            return block.id
    return None


def finder(articles: Sequence[Text], synonyms: Sequence[Sequence[str]] = ()) -> Find:
    """The search over these articles, as sure as at work; loads numpy."""
    from hark.bots.knowledge import SURE
    from hark.help.finding import WEIGHTS
    from hark.search.index import Document, build_index

    by_key = {(a.id, a.language): a for a in articles}
    documents = (Document(id=key, language=a.language, fields=a.fields) for key, a in by_key.items())
    index = build_index(documents, weights=WEIGHTS, synonyms=synonyms)

    def find(query: str, language: str, confidence: float | None, skip: Sequence[str]) -> Text | None:
        short = language.split("-")[0] or None
        found = index.search(query, language=short, limit=3, allowed=lambda key: by_key[key].url not in skip)  # type: ignore[index]
        best = found.hits[0] if found.hits else None
        good = best is not None and found.good and best.confidence >= (SURE if confidence is None else confidence)
        return by_key[best.id] if best is not None and good else None  # type: ignore[index]

    return find
