"""What people ask a model for. Each gives a text to look at; nothing is sent to a customer here."""

from functools import partial
from uuid import UUID

from hark.ai import prompts
from hark.ai.actions import ask_model, reject, written
from hark.ai.prompts import Prompt, Source
from hark.ai.queries import article_bodies, read_told
from hark.ai.types import AiAnswer, ChangeTone, Citation, Translate, Written
from hark.core.actor import Actor
from hark.core.asking import Ask
from hark.core.crypto import Keys
from hark.core.db import Db
from hark.core.errors import BadRequest
from hark.help.audience import ANYBODY
from hark.help.finding import find_articles
from hark.help.markdown import plain_text
from hark.suggestions.learning import Learners
from hark.suggestions.masking import plain
from hark.suggestions.suggest import find_replies

ARTICLES, REPLIES = 4, 2
SOURCE_LENGTH = 4_000
NOTHING_ASKED = "The customer has not written anything yet, so there is nothing to answer."
NO_SOURCE = "Neither an article nor an earlier answer fits this question."


async def draft(db: Db, actor: Actor, keys: Keys, ask: Ask, id: UUID) -> Written:
    """A reply to the conversation, to be looked at. Raises NotFound, BadRequest, Conflict, Unavailable."""
    told = await read_told(db, actor, id)
    if not told.lines:
        raise BadRequest(NOTHING_ASKED, code="nothing_asked")
    task = prompts.draft_task(None)
    asked = await ask_model(
        db, actor, keys, ask, "draft", lambda hide, mark: prompts.prompt(task, [("The conversation", hide(told.script()))], mark),
        conversation_id=id, names=told.names(),
    )  # fmt: skip
    return await written(db, actor, asked)


async def summarise(db: Db, actor: Actor, keys: Keys, ask: Ask, id: UUID, *, language: str) -> Written:
    """What a colleague who takes over needs to know. Raises as `draft`."""
    told = await read_told(db, actor, id)
    task = prompts.summary_task(language)
    asked = await ask_model(
        db, actor, keys, ask, "summary", lambda hide, mark: prompts.prompt(task, [("The conversation", hide(told.script()))], mark),
        conversation_id=id, names=told.names(),
    )  # fmt: skip
    return await written(db, actor, asked)


async def translate(db: Db, actor: Actor, keys: Keys, ask: Ask, id: UUID, wanted: Translate) -> Written:
    """A text, or what the customer wrote last, in another language. Raises as `draft`."""
    told = await read_told(db, actor, id)
    text = wanted.text or told.asked()
    if not text.strip():
        raise BadRequest(NOTHING_ASKED, code="nothing_asked")
    task = prompts.translate_task(wanted.to)
    asked = await ask_model(
        db, actor, keys, ask, "translate", lambda hide, mark: prompts.prompt(task, [("The text", hide(text))], mark),
        conversation_id=id, names=told.names(),
    )  # fmt: skip
    return await written(db, actor, asked)


async def change_tone(db: Db, actor: Actor, keys: Keys, ask: Ask, id: UUID, wanted: ChangeTone) -> Written:
    """One's own text in another tone. Raises as `draft`."""
    told = await read_told(db, actor, id)
    task = prompts.tone_task(wanted.tone)
    asked = await ask_model(
        db, actor, keys, ask, "tone", lambda hide, mark: prompts.prompt(task, [("The text", hide(wanted.text))], mark),
        conversation_id=id, names=told.names(),
    )  # fmt: skip
    return await written(db, actor, asked)


async def answer(db: Db, actor: Actor, keys: Keys, ask: Ask, learners: Learners, id: UUID) -> AiAnswer:
    """An answer from articles everybody may read and from past answers made safe, with its sources; refused without one."""
    told = await read_told(db, actor, id)
    question = f"{told.subject}\n{told.asked()}".strip()
    if not told.asked().strip():
        raise BadRequest(NOTHING_ASKED, code="nothing_asked")
    sources, citations = await _sources(db, actor, learners, id, question, told.names())
    if not sources:
        return AiAnswer(text="", citations=[], refused=True, why=NO_SOURCE)
    asked = await ask_model(
        db, actor, keys, ask, "answer", lambda hide, mark: _answer_prompt(hide(question), [(s, hide(s.text)) for s in sources], mark),
        conversation_id=id, names=told.names(),
    )  # fmt: skip
    if why := prompts.why_not(asked.text, sources, question):
        await reject(db, actor, asked.id, why)
        return AiAnswer(text="", citations=[], refused=True, why=why)
    named = {source.n for source in prompts.cited(asked.text, sources)}
    return AiAnswer(text=asked.text, citations=[c for c in citations if c.n in named])


def _answer_prompt(question: str, sources: list[tuple[Source, str]], mark: str) -> Prompt:
    data = [(f"Source [{source.n}] {source.title}", text) for source, text in sources]
    return prompts.prompt(prompts.answer_task(None), [*data, ("The customer's question", question)], mark)


async def _sources(
    db: Db, actor: Actor, learners: Learners, id: UUID, question: str, names: list[str]
) -> tuple[list[Source], list[Citation]]:
    found = await find_articles(
        db, actor.workspace_id, question, language=None, audience=ANYBODY, limit=ARTICLES, names=names
    )
    hits = found.hits if found.good else []
    bodies = await article_bodies(db, actor.workspace_id, [(hit.article_id, hit.language) for hit in hits])
    sources: list[Source] = []
    citations: list[Citation] = []
    for hit in hits:
        n = len(sources) + 1
        text = plain_text(bodies.get((hit.article_id, hit.language), ""))[:SOURCE_LENGTH]
        sources.append(Source(n, hit.title, text, hit.page))
        citations.append(Citation(n=n, kind="article", title=hit.title, url=hit.page, article_id=hit.article_id))
    replies, _, _ = await find_replies(db, learners, actor, id, None)
    for one in replies.suggestions[:REPLIES]:
        n = len(sources) + 1
        where = one.source
        sources.append(Source(n, "An earlier answer", plain(one.segments)[:SOURCE_LENGTH], None))
        citations.append(Citation(n=n, kind="reply", title="", url=None, conversation_id=where.conversation_id if where else None))
    return sources, citations


async def test_model(db: Db, actor: Actor, keys: Keys, ask: Ask) -> Written:
    """Whether the endpoint answers. Raises Conflict, Unavailable."""
    make = partial(_test_prompt)
    asked = await ask_model(db, actor, keys, ask, "test", make, conversation_id=None, names=[], anyway=True)
    return await written(db, actor, asked)


def _test_prompt(hide: object, mark: str) -> Prompt:
    return prompts.prompt("Answer with the one word: ready.", [("A test", "Are you there?")], mark)
