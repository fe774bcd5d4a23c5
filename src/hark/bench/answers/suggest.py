"""The suggestions part of `hark bench answers`: is the right reply ranked first of a hundred, and how fast is it offered?

Quality: 670 real questions of customers with the reply of the staff, in order of time. The first two thirds are what was
learned (and what the constants of `hark.suggestions.ranking` were tuned on); for each question of the later third its
reply stands among 99 other replies of that third, drawn with a fixed seed, twenty times. How right its confidence is:
`suggest_confidence`.
Speed: the whole of a request (learned replies ranked, read from the database, made safe, noted) in 50 channels that have
learned 2,000 replies together, the articles that are asked for next, and the ranking alone of one channel with 2,000.
"""

import time
from datetime import timedelta
from typing import Any
from uuid import UUID

import msgspec
import numpy as np

from hark.bench.installation import installation
from hark.bench.mails import data_folder
from hark.bench.runner import Figure
from hark.core.actor import Actor
from hark.core.db import Db
from hark.core.errors import NotFound
from hark.core.ids import uuid7
from hark.settings import Settings

CANDIDATES, DRAWS = 100, 20
CHANNELS, MESSAGES = 50, 2_000
ASKED = 600
ARTICLES = 500
BEST = (1, 5, 10)
TARGETS = {"r1": 0.50, "r5": 0.74, "r10": 0.80}


class Pair(msgspec.Struct):
    """A line of support-mail/pairs.jsonl; `question` has the subject on its first line."""

    asked_at: float
    question: str
    answer: str


async def run(settings: Settings, *, quick: bool) -> list[Figure]:
    """Raises NotFound without the data."""
    pairs = load()
    later = len(pairs) * 2 // 3
    found = recalls(similarity(pairs[:later], pairs[later:]), draws=2 if quick else DRAWS)
    figures = [
        Figure(key=f"suggest_{key}", value=share, unit="share", target=target, better="higher")
        for (key, target), share in zip(TARGETS.items(), found, strict=True)
    ]
    from hark.bench.answers.suggest_confidence import measure

    return [*figures, *measure(), *await speed(pairs, channels=5 if quick else CHANNELS, asked=30 if quick else ASKED)]


def load() -> list[Pair]:
    """The pairs in order of time. Raises NotFound."""
    path = data_folder() / "support-mail" / "pairs.jsonl"
    if not path.exists():
        raise NotFound("The pairs are not here: put them below HARK_BENCH_DATA as support-mail/pairs.jsonl.")
    return sorted(
        msgspec.json.decode(b"[" + b",".join(path.read_bytes().splitlines()) + b"]", type=list[Pair]),
        key=lambda p: p.asked_at,
    )


def similarity(learned: list[Pair], asked: list[Pair]) -> Any:
    """Score of every reply of `asked` (column) for every question of `asked` (row). Their own questions are not known."""
    from hark.suggestions.ranking import Pair as Known
    from hark.suggestions.ranking import Ranker, guess_language

    pairs = [Known(p.question, p.answer, guess_language(p.answer)) for p in learned]
    pairs += [Known("", p.answer, guess_language(p.answer)) for p in asked]
    ranker = Ranker(pairs)
    return np.stack([ranker.score(p.question, guess_language(p.question)).total[len(learned) :] for p in asked])


def recalls(scores: Any, *, draws: int) -> list[float]:
    """Share of questions whose own reply is among the best 1, 5 and 10 of `CANDIDATES`; ties count against us."""
    rng, many = np.random.default_rng(0), len(scores)
    ranks = []
    for _ in range(draws):
        for row in range(many):
            others = rng.choice(many - 1, CANDIDATES - 1, replace=False)
            others += others >= row
            ranks.append(int((scores[row, others] >= scores[row, row]).sum()))
    return [sum(rank < best for rank in ranks) / len(ranks) for best in BEST]


async def speed(pairs: list[Pair], *, channels: int, asked: int) -> list[Figure]:
    """p95 of a request in a channel that is learned, and what learning 2,000 replies takes."""
    from hark.suggestions.learning import Learners, build
    from hark.suggestions.queries import Version, list_replies
    from hark.suggestions.suggest import rank, suggest

    async with installation() as here:
        db = here.db
        actor, accounts, waiting = await _desk(db, pairs, channels)
        learners = Learners(db)
        for account in accounts:
            await learners.get(actor.workspace_id, account)
        await learners.settle()
        times = []
        for n in range(asked):
            began = time.perf_counter()
            await suggest(db, learners, actor, waiting[n % len(waiting)], None)
            times.append((time.perf_counter() - began) * 1e3)
        articles = await _articles_ms(db, actor, pairs, waiting, asked)
        replies = [r for a in accounts for r in await list_replies(db, actor.workspace_id, a, now=db.now())]
        began = time.perf_counter()
        learned = build(replies, [], Version(0, 0), 0.0)
        build_s = time.perf_counter() - began
    ranked = []
    for pair in pairs[:200]:
        began = time.perf_counter()
        rank(learned, pair.question, uuid7())
        ranked.append((time.perf_counter() - began) * 1e3)
    return [
        Figure(key="suggest_p95_ms", value=_p95(times), unit="ms", target=50.0, better="lower"),
        Figure(key="suggest_articles_p95_ms", value=_p95(articles), unit="ms", target=50.0, better="lower"),
        Figure(key="suggest_p50_ms", value=sorted(times)[len(times) // 2], unit="ms", better="lower"),
        Figure(key="suggest_rank_2000_p95_ms", value=_p95(ranked), unit="ms", target=50.0, better="lower"),
        Figure(key="suggest_learn_2000_s", value=build_s * MESSAGES / len(replies), unit="s", better="lower"),
    ]


async def _articles_ms(db: Db, actor: Actor, pairs: list[Pair], waiting: list[UUID], asked: int) -> list[float]:
    """Milliseconds of the articles, which a browser asks for when the replies are there; `ARTICLES` are live."""
    from hark.settings import load_settings
    from hark.suggestions.articles import suggest_articles

    await _articles(db, actor.workspace_id, pairs[:ARTICLES])
    settings = load_settings()
    await suggest_articles(db, settings, actor, waiting[0], None)  # the index is made
    times = []
    for n in range(asked):
        began = time.perf_counter()
        await suggest_articles(db, settings, actor, waiting[n % len(waiting)], None)
        times.append((time.perf_counter() - began) * 1e3)
    return times


async def _articles(db: Db, ws: int, pairs: list[Pair]) -> None:
    """A help centre whose live articles say what was answered."""
    now = db.now()
    centre = await db.one(
        int,
        "INSERT INTO help_centres (workspace_id, name, slug, languages, published, created_at, changes)"
        " VALUES ($1, 'Help', 'bench', '{en}', true, $2, 1) RETURNING id",
        ws, now,
    )  # fmt: skip
    ids = range(1, len(pairs) + 1)
    titles = [pair.question.partition("\n")[0][:200] or "?" for pair in pairs]
    await db.copy(
        "articles", ("workspace_id", "id", "centre_id", "source_language", "created_at", "updated_at"),
        [(ws, id, centre, "en", now, now) for id in ids],
    )  # fmt: skip
    await db.copy(
        "article_texts",
        ("workspace_id", "article_id", "language", "centre_id", "title", "slug", "body", "updated_at"),
        [
            (ws, id, "en", centre, title, f"a{id}", pair.answer, now)
            for id, title, pair in zip(ids, titles, pairs, strict=True)
        ],
    )
    await db.copy(
        "article_versions",
        ("workspace_id", "article_id", "language", "number", "title", "slug", "summary", "body", "keywords", "created_at"),
        [
            (ws, id, "en", 1, title, f"a{id}", "", pair.answer, [], now)
            for id, title, pair in zip(ids, titles, pairs, strict=True)
        ],
    )  # fmt: skip
    await db.run(
        "UPDATE article_texts SET live = 1, live_slug = slug, state = 3, live_at = $2, first_live_at = $2"
        " WHERE workspace_id = $1",
        ws, now,
    )  # fmt: skip


def _p95(times: list[float]) -> float:
    return sorted(times)[int(0.95 * len(times))]


# a desk that has answered -----------------------------------------------------------------------------------------------


async def _desk(db: Db, pairs: list[Pair], channels: int) -> tuple[Actor, list[int], list[UUID]]:
    """A workspace whose channels have answered questions of as many customers, and conversations that wait in them."""
    from hark.access.actors import agent_actor
    from hark.workspaces.actions import create_workspace

    ws = await create_workspace(db, name="Bench", base_currency="EUR", locale="en", time_zone="UTC")
    role = await db.one(int, "SELECT id FROM roles WHERE workspace_id = $1 AND builtin = 'owner'", ws)
    agent = await db.one(
        int, "INSERT INTO agents (workspace_id, email, name, role_id) VALUES ($1, 'a@desk.example', 'Ada', $2) RETURNING id",
        ws, role,
    )  # fmt: skip
    calendar = await db.one(
        int, "INSERT INTO calendars (workspace_id, name, is_default) VALUES ($1, 'Always', true) RETURNING id", ws
    )
    accounts = await db.all(
        int,
        "INSERT INTO channel_accounts (workspace_id, kind, name, address, calendar_id)"
        " SELECT $1, 1, 'Box ' || n, 'box' || n || '@desk.example', $2 FROM generate_series(1, $3) n RETURNING id",
        ws, calendar, channels,
    )  # fmt: skip
    rows = [(accounts[n % channels], pairs[n % len(pairs)], True) for n in range(MESSAGES)]
    waiting = [(account, pairs[(7 * n + 3) % len(pairs)], False) for account in accounts for n in range(2)]
    ids = await _fill(db, ws, agent, calendar, [*rows, *waiting])
    return await agent_actor(db, ws, agent), accounts, ids[len(rows) :]


async def _fill(db: Db, ws: int, agent: int, calendar: int, rows: list[tuple[int, Pair, bool]]) -> list[UUID]:
    """A conversation for each (account, pair, answered): its contact, its question and, when answered, the reply."""
    now = db.now()
    contacts, conversations, endpoints, messages, learned = [], [], [], [], []
    ids = []
    for n, (account, pair, answered) in enumerate(rows):
        contact, conversation, endpoint, reply = uuid7(), uuid7(), uuid7(), uuid7()
        at = now - timedelta(days=60) + timedelta(minutes=n)
        ids.append(conversation)
        subject, _, question = pair.question.partition("\n")
        contacts.append((ws, contact, f"Person{n} Bench{n}", now))
        conversations.append((ws, conversation, n + 1, contact, account, calendar, subject[:500], at, at))
        endpoints.append((ws, endpoint, conversation, account, f"t{n}"))
        messages.append((ws, uuid7(), conversation, 1, endpoint, 1, 1, 1, 3, str(contact), at, question))
        if answered:
            messages.append((ws, reply, conversation, 2, endpoint, 2, 1, 1, 1, str(agent), at, pair.answer))
            learned.append((ws, reply, account, n + 1, at))
    await db.copy("contacts", ("workspace_id", "id", "name", "created_at"), contacts)
    await db.copy(
        "conversations",
        (
            "workspace_id",
            "id",
            "number",
            "contact_id",
            "account_id",
            "calendar_id",
            "subject",
            "created_at",
            "last_message_at",
        ),
        conversations,
    )
    await db.copy("endpoints", ("workspace_id", "id", "conversation_id", "account_id", "thread_key"), endpoints)
    columns = ("workspace_id", "id", "conversation_id", "seq", "endpoint_id", "direction", "kind", "audience", "author_kind", "author_id", "occurred_at", "text")  # fmt: skip
    await db.copy("messages", columns, messages)
    await db.copy("learned_replies", ("workspace_id", "message_id", "account_id", "seq", "at"), learned)
    await db.run("ANALYZE")
    return ids
