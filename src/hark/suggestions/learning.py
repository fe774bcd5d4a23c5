"""What a process has learned of each account: kept while it is used, checked with every request, renewed aside.

A request never waits for learning: it is answered with what was there before, or with "still reading" the first time.
Only an erased person is different: what was learned before is dropped at once.
"""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID

import msgspec
import structlog

from hark.contacts.addresses import company_domain
from hark.core.db import Db
from hark.embeddings.embedder import embedder_of
from hark.suggestions import queries
from hark.suggestions.confidence import Correction, refit
from hark.suggestions.lexing import clean
from hark.suggestions.masking import Vocabulary, body
from hark.suggestions.meaning import Meanings, read_meanings
from hark.suggestions.queries import Experience, Record, Reply, Version

if TYPE_CHECKING:
    from hark.suggestions.ranking import Likeness, Ranker

log = structlog.get_logger(__name__)

KEPT_ACCOUNTS = 64
REST_S = 10.0  # at most so often is an account read again
WHOLE_S = 600.0  # so often everything is read again: the window moves on, and new words become known
SMALL = 300  # below so many replies everything is read again each time: that takes no longer than a moment
WAIT_S = 2.0
MAX_ARTICLES = 300
PRIOR = 4.0  # offers a reply is thought to have had, with an average outcome
RARE, FAVOUR = 0.02, 1.5  # added to both shares before they are compared, and the most that outcomes move log-odds
FEEDBACK = 0.6  # how much outcomes count beside likeness


class Learned(msgspec.Struct, frozen=True):
    """An account's replies, ready to be ranked. `row` i of the ranker is the reply `ids[i]` of `conversations[i]`."""

    version: Version
    made_at: float
    whole_at: float
    ids: list[UUID]
    conversations: list[UUID]
    customers: list[str]
    ranker: "Ranker"
    likeness: "Likeness"
    vocabulary: Vocabulary
    outcomes: Any  # per row: what people made of it so far, added to the score
    favours: Any  # per row: how much more often than the average it was used, as logarithm
    correction: Correction  # of the curve of confidence, by the workspace's own records
    meanings: Meanings | None = None  # where the operator has set a model; read aside, so they may come a moment later


class Learners:
    """The accounts one process has learned, least recently used first. `seconds` only goes forward."""

    def __init__(self, db: Db, seconds: Callable[[], float] = time.monotonic, rest_s: float = REST_S) -> None:
        self._db = db
        self._seconds, self._rest_s = seconds, rest_s
        self._learned: OrderedDict[tuple[int, int], Learned] = OrderedDict()
        self._tasks: dict[tuple[int, int], asyncio.Task[Learned]] = {}
        self._reading: dict[tuple[int, int], asyncio.Task[None]] = {}

    async def get(self, workspace_id: int, account_id: int) -> Learned | None:
        """What is learned of an account; None while its replies are being read for the first time."""
        key = workspace_id, account_id
        version = await queries.version_of(self._db, workspace_id, account_id)
        known = self._learned.get(key)
        if known is not None and known.version.erased != version.erased:
            del self._learned[key]
            known = None
        if known is None or (known.version != version and self._seconds() - known.made_at >= self._rest_s):
            task = self._renew(key, known)
            if known is None:
                done, _ = await asyncio.wait({task}, timeout=WAIT_S)
                known = task.result() if done else None
                if known is not None and known.version.erased != version.erased:
                    return None
        if known is not None and key in self._learned:
            self._learned.move_to_end(key)
        return known

    async def settle(self) -> None:
        """Wait for what is being learned."""
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)
        await asyncio.gather(*self._reading.values(), return_exceptions=True)

    async def close(self) -> None:
        """Learn no more."""
        for task in (*self._tasks.values(), *self._reading.values()):
            task.cancel()
        await self.settle()

    def _renew(self, key: tuple[int, int], known: Learned | None) -> "asyncio.Task[Learned]":
        task = self._tasks.get(key)
        if task is None:
            task = self._tasks[key] = asyncio.create_task(self._learn(key, known))
            task.add_done_callback(lambda done: self._learnt(key, done))
        return task

    def _learnt(self, key: tuple[int, int], task: "asyncio.Task[Learned]") -> None:
        self._tasks.pop(key, None)
        if task.cancelled():
            return
        if error := task.exception():
            # without the stack: its variables are letters of customers
            log.error("suggestions could not be learned", account=key[1], error=type(error).__name__)
            return
        self._learned[key] = task.result()
        self._learned.move_to_end(key)
        while len(self._learned) > KEPT_ACCOUNTS:
            self._learned.popitem(last=False)

    async def _learn(self, key: tuple[int, int], before: Learned | None) -> Learned:
        db, now = self._db, self._db.now()
        version = await queries.version_of(db, *key)
        more = before is not None and len(before.ids) >= SMALL and self._seconds() - before.whole_at < WHOLE_S
        base = before if more else None
        replies = await queries.list_replies(db, *key, now=now, after=base.version.seq if base else 0)
        experience = await queries.list_experience(db, *key, now=now)
        known = [] if base else await published_texts(db, key[0])
        records = await queries.list_records(db, key[0], now=now)
        learned = await asyncio.to_thread(build, replies, experience, version, self._seconds(), base, known, records)
        if embedder_of(db) is not None and key not in self._reading:
            reading = self._reading[key] = asyncio.create_task(self._read_meanings(key, learned, replies))
            reading.add_done_callback(lambda done: self._meant(key, done))
        return learned

    def _meant(self, key: tuple[int, int], task: "asyncio.Task[None]") -> None:
        self._reading.pop(key, None)
        if not task.cancelled() and (error := task.exception()):
            log.error("meanings of replies could not be read", account=key[1], error=type(error).__name__)

    async def _read_meanings(self, key: tuple[int, int], learned: Learned, replies: Sequence[Reply]) -> None:
        """Read, and where they are missing make, the vectors of what was learned, while it is in use without them."""
        meanings = await read_meanings(self._db, key[0], learned.ids, replies)
        current = self._learned.get(key)
        if current is not None and current.ids == learned.ids:
            self._learned[key] = msgspec.structs.replace(current, meanings=meanings)


async def published_texts(db: Db, workspace_id: int) -> list[str]:
    """What everybody can read in the help centres: at most `MAX_ARTICLES` articles."""
    from hark.help.audience import ANYBODY, may_read
    from hark.help.published import list_live, list_live_centres

    public = {
        centre.id
        for centre in await list_live_centres(db, workspace_id)
        if may_read(centre.visibility, centre.condition, ANYBODY)
    }
    live = await list_live(db, workspace_id, bodies=True) if public else []
    readable = [a for a in live if a.centre_id in public and may_read(a.visibility, a.condition, ANYBODY)]
    return [f"{a.title}\n{a.body}" for a in readable[:MAX_ARTICLES]]


def build(
    replies: Sequence[Reply],
    experience: Sequence[Experience],
    version: Version,
    at: float,
    base: Learned | None = None,
    known: Sequence[str] = (),
    records: Sequence[Record] = (),
) -> Learned:
    """Learn an account's replies; with `base` only the new ones are read, and what several customers have received stays
    as it was. `records`: what became of suggestions of the whole workspace. Takes about a second for 2,000 of them, so it belongs into a thread."""
    from hark.suggestions.ranking import Likeness, Pair, Ranker, guess_language

    customers = customer_keys(replies)
    texts = [body(clean(r.text)) for r in replies]
    questions = [f"{r.subject}\n{body(clean(r.question))}" if r.question else "" for r in replies]
    pairs = [Pair(q, a, guess_language(f"{q} {a}")) for q, a in zip(questions, texts, strict=True)]
    ids, conversations = [r.message_id for r in replies], [r.conversation_id for r in replies]
    if base is None:
        people = [r.contact_name for r in replies if r.contact_name]
        vocabulary = Vocabulary(zip(customers, texts, strict=True), known, people)
        ranker, whole_at = Ranker(pairs), at
        likeness = Likeness([vocabulary.known_in(text) for text in texts])
    else:
        ids, conversations, customers = base.ids + ids, base.conversations + conversations, base.customers + customers
        vocabulary, whole_at = base.vocabulary, base.whole_at
        ranker = Ranker(pairs, base.ranker) if pairs else base.ranker
        likeness = Likeness([vocabulary.known_in(text) for text in texts], base.likeness)
    outcomes, favours = _outcomes(ids, experience)
    return Learned(
        version=version, made_at=at, whole_at=whole_at, ids=ids, conversations=conversations, customers=customers,
        ranker=ranker, likeness=likeness, vocabulary=vocabulary, outcomes=outcomes, favours=favours,
        correction=refit([(r.odds, r.used) for r in records]),
    )  # fmt: skip


def _outcomes(ids: Sequence[UUID], experience: Sequence[Experience]) -> tuple[Any, Any]:
    """What is added to each reply's score, and to its log-odds of being used: chosen and kept more often than most is good,
    ignored more often is bad."""
    import numpy as np

    added, favours = (np.zeros(len(ids), dtype=np.float32) for _ in range(2))
    average = sum(e.kept for e in experience) / max(1, sum(e.offered for e in experience))
    at = {id: n for n, id in enumerate(ids)}
    for e in experience:
        if e.message_id in at:
            rate = (e.kept + PRIOR * average) / (e.offered + PRIOR)
            added[at[e.message_id]] = FEEDBACK * (rate - average)
            favours[at[e.message_id]] = np.clip(np.log((rate + RARE) / (average + RARE)), -FAVOUR, FAVOUR)
    return added, favours


def customer_keys(replies: Sequence[Reply]) -> list[str]:
    """Who counts as one customer: a contact, everybody of their company or mail domain, and whoever bears their name.

    So three colleagues, or one person with three addresses, are one customer and make no word known.
    """
    group: dict[str, str] = {}

    def root(key: str) -> str:
        while (up := group.setdefault(key, key)) != key:
            group[key] = group[up]
            key = up
        return key

    for r in replies:
        own = f"contact:{r.contact_id}"
        linked = [f"company:{r.company_id}"] if r.company_id else []
        linked += [f"domain:{domain}" for email in r.emails if (domain := company_domain(email))]
        linked += [f"name:{' '.join(r.contact_name.casefold().split())}"] if r.contact_name else []
        for key in linked:
            group[root(key)] = root(own)
    return [root(f"contact:{r.contact_id}") for r in replies]
