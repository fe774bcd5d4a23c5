"""Understanding in the worker: reading every message as it comes, and training in a process of its own."""

import asyncio
import contextlib
import tempfile
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

import msgspec
import structlog

from hark.conversations.actions import set_needs_answer
from hark.core.actor import ActorKind, system
from hark.core.children import run_child
from hark.core.db import Db, Tx
from hark.core.errors import Conflict, HarkError
from hark.core.events import MAX_DEPTH, Recorded
from hark.core.files import Files, new_key
from hark.core.journal import Consumer
from hark.core.journal import read as read_journal
from hark.core.waiting import wait_at_most
from hark.journey.types import MessageReceived, Status
from hark.understanding.actions import (
    Claimed,
    Facts,
    apply_guess,
    claim_training,
    due_workspaces,
    finish_training,
    forget_versions,
    keep_reading,
    keep_training,
    queue_training,
    release_training,
    training_facts,
)
from hark.understanding.meaning import embed_all, embedder_name, keep_meanings, wanted
from hark.understanding.models import MODELS
from hark.understanding.queries import find_place, find_unread
from hark.understanding.reading import Reading, learned_text, read
from hark.understanding.types import Guessed, Task, TrainingReport

if TYPE_CHECKING:  # numpy is loaded in the process that trains
    from hark.understanding.labels import Gathered
    from hark.understanding.training import Order

log = structlog.get_logger(__name__)
HISTORY = timedelta(
    days=1
)  # what was recorded this long after it happened is imported history: it is learned from, not read
LOOK_S = 2.0
DUE_S = 60.0
LEAST_NEW = 20  # labels since the last training, or a tenth of those it knew
OLDEST = timedelta(days=7)
SURE = 0.8  # of severity and difficulty: they move prices
SHORT = 200  # characters of a message that a classifier may say needs no answer
BROKE = (
    "The training ended with an error of its own. The classifiers in use stay as they are; the worker's log says why."
)


# reading ----------------------------------------------------------------------------------------------------------------


async def read_message(tx: Tx, recorded: Recorded) -> None:
    """Read a customer's message and apply what is known: topic, severity, difficulty, "needs no answer"."""
    event, id = recorded.event, recorded.conversation_id
    assert isinstance(event, MessageReceived)
    if id is None or recorded.depth >= MAX_DEPTH or recorded.recorded_at - recorded.occurred_at > HISTORY:
        return
    unread = await find_unread(tx, tx.workspace_id, event.message_id)
    if unread is None or unread.status >= Status.SPAM:
        return
    text = unread.own
    reading = await read(tx, tx.workspace_id, text, subject=unread.new_subject)
    actor, before = system(tx.workspace_id, ActorKind.CLASSIFIER), tx.actor
    tx.actor = actor
    try:
        guesses = await _apply(tx, unread.conversation_id, event.message_id, reading, first=unread.first)
        if unread.answered and event.needs_answer and _only_thanks(text, reading):
            await set_needs_answer(tx, event.message_id, False)
            guesses = _not_needed(guesses)
    finally:
        tx.actor = before
    await keep_reading(tx, event.message_id, unread.conversation_id, recorded.occurred_at, reading, guesses)


async def _apply(tx: Tx, conversation_id: UUID, message_id: UUID, reading: Reading, *, first: bool) -> list[Guessed]:
    """Topics as soon as one is known; how bad and how hard by the first message, and worse by any later one."""
    made = []
    for guess in reading.guesses:
        if guess.task is Task.TOPIC and guess.known:
            made.append(await apply_guess(tx, conversation_id, guess))
        elif guess.task in (Task.SEVERITY, Task.DIFFICULTY) and guess.known and guess.confidence >= SURE:
            grows = guess.value is not None and guess.value > 1
            made.append(await apply_guess(tx, conversation_id, guess) if first or grows else guess)
        else:
            made.append(guess)
    return made


def _only_thanks(text: str, reading: Reading) -> bool:
    """By the rules; or by a sure classifier where the text is short, asks nothing and no rule hears anything in it."""
    heard = reading.signals
    if heard.thanks:
        return True
    guess = reading.find(Task.NEEDS_ANSWER)
    quiet = (
        not (heard.wants_person or heard.angry or heard.billing or heard.leaving)
        and len(text) <= SHORT
        and "?" not in text
    )
    return bool(guess and guess.known and guess.value == 0 and guess.confidence >= 0.9 and quiet)


def _not_needed(guesses: list[Guessed]) -> list[Guessed]:
    """The guess says what was done; the rules' is certain."""
    found = next((g for g in guesses if g.task is Task.NEEDS_ANSWER), None)
    done = Guessed(
        task=Task.NEEDS_ANSWER, value=0, confidence=found.confidence if found and found.value == 0 else 1.0, known=True,
        applied=True, before=1, because=found.because if found and found.value == 0 else [],
    )  # fmt: skip
    return [*(g for g in guesses if g.task is not Task.NEEDS_ANSWER), done]


async def prepare(db: Db, workspace_id: int) -> None:
    """Before messages are read: ask an endpoint for their embeddings, when the classifiers want them."""
    if not embedder_name(db):
        return
    embedder = wanted(db, await MODELS.of(db, workspace_id))
    if embedder is None or not embedder.remote:
        return
    coming = await read_journal(db, workspace_id, await find_place(db, workspace_id))
    ids = [recorded.event.message_id for recorded in coming if isinstance(recorded.event, MessageReceived)]
    unread = [found for id in ids if (found := await find_unread(db, workspace_id, id))]
    texts = [learned_text(message.own, message.new_subject) for message in unread]
    await keep_meanings(embedder, texts, {message.contact for message in unread})


CONSUMER = Consumer("understanding", (MessageReceived,), read_message, prepare)


# training ---------------------------------------------------------------------------------------------------------------


async def run_trainings(db: Db, files: Files, stop: asyncio.Event) -> None:
    """Train what is asked for or due until `stop`; what is under way then is given back and begins anew."""
    loop = asyncio.get_running_loop()
    look_at = 0.0
    while not stop.is_set():
        if loop.time() >= look_at:
            look_at = loop.time() + DUE_S
            await queue_due(db)
        run = await claim_training(db)
        if run is None:
            await wait_at_most(LOOK_S, stop)
        else:
            await train(db, files, run, stop)


async def queue_due(db: Db) -> None:
    """Ask for a training wherever there is something new to learn."""
    for workspace_id in await due_workspaces(db, least=LEAST_NEW, oldest=db.now() - OLDEST, embedder=embedder_name(db)):
        async with db.transaction(system(workspace_id)) as tx:
            with contextlib.suppress(Conflict):  # a person was faster
                await queue_training(tx)


async def train(db: Db, files: Files, run: Claimed, stop: asyncio.Event) -> None:
    """One training: done, failed, stopped by a person, or given back because the worker stops."""
    from hark.understanding.labels import gather

    facts = await training_facts(db, run.workspace_id)
    gathered = await gather(db, run.workspace_id)
    order = await asyncio.to_thread(msgspec.msgpack.encode, await _with_meanings(db, run, gathered, stop))
    with tempfile.TemporaryDirectory(prefix="hark-") as folder:
        path = Path(folder) / "classifiers"
        heard = _Heard()
        error = await run_child(
            "hark.understanding.child", str(path), order=order, hear=heard.line,
            keep=lambda: keep_training(db, run, heard.share), give_back=lambda: release_training(db, run), stop=stop,
        )  # fmt: skip
        if error is None:
            return
        data = await asyncio.to_thread(path.read_bytes) if heard.report is not None else None
    if data is None:
        log.error("a training failed", training=str(run.id), error=error)
    key = new_key(run.workspace_id, "classifiers", db.now(), run.id) if data is not None else None
    if key is not None and data is not None:
        await files.put(key, data)
    await _finish(db, files, run, key, heard.report, gathered.people, facts)


async def _with_meanings(db: Db, run: Claimed, gathered: "Gathered", stop: asyncio.Event) -> "Order":
    """The order with embeddings of all its texts, where there is a model and it answers."""
    if not embedder_name(db):
        return gathered.order
    from hark.understanding.training import Meanings, texts_of

    async def go_on() -> bool:
        return not stop.is_set() and await keep_training(db, run, 0.0)

    found = await embed_all(db, texts_of(gathered.order), gathered.writers, go_on)
    if found is None:
        log.warning("training without embeddings: the model did not answer", training=str(run.id))
        return gathered.order
    name, vectors = found
    return msgspec.structs.replace(gathered.order, meanings=Meanings(name, vectors.astype("<f2").tobytes()))


async def _finish(
    db: Db, files: Files, run: Claimed, key: str | None, report: TrainingReport | None, labels: int, facts: Facts
) -> None:
    async with db.transaction(system(run.workspace_id)) as tx:
        problem = BROKE if key is None else None
        kept = await finish_training(tx, run, key=key, report=report, labels=labels, facts=facts, problem=problem)
        old = await forget_versions(tx) if kept and key else []
        if kept and key and facts.erased:
            old += await forget_versions(tx, all_before=run.id)
    if not kept and key:
        old = [key]
    for gone in old:
        try:
            await files.delete(gone)
        except HarkError as problem_of_file:
            log.warning("the file of an old classifier stays", key=gone, problem=problem_of_file.detail)


class _Heard:
    """What the child has said so far."""

    def __init__(self) -> None:
        self.share = 0.0
        self.report: TrainingReport | None = None

    def line(self, raw: bytes) -> None:
        from hark.understanding.child import Line, Step, Trained

        match msgspec.json.decode(raw, type=Line):
            case Step(share):
                self.share = share
            case Trained(report):
                self.report = report
