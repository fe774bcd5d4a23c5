"""Answering a customer in a model's words, with nobody looking at it first: asked within the limits, judged before it is sent."""

from collections.abc import Sequence
from uuid import UUID

import msgspec

from hark.ai import prompts
from hark.ai.actions import ask_model, reject
from hark.ai.checking import renumbered, tidy, why_not_sent
from hark.ai.prompts import Prompt, Source
from hark.ai.queries import asked_lately, list_names, our_hosts
from hark.core.actor import Actor
from hark.core.asking import Ask
from hark.core.crypto import Keys
from hark.core.db import Db
from hark.core.errors import Conflict, Unavailable

PATIENCE_S = 20.0  # a customer waits no longer for a model, whatever people of the team do
MOST_A_DAY = 20  # answers in one conversation


class Answered(msgspec.Struct, frozen=True):
    """An answer that may be sent, its sources counted from one as it names them; or `why` it may not."""

    text: str = ""
    sources: list[Source] = []
    why: str | None = None


async def answer_customer(
    db: Db, actor: Actor, keys: Keys, ask: Ask, *, question: str, language: str, sources: Sequence[Source],
    conversation_id: UUID | None, host: str,
) -> Answered:  # fmt: skip
    """Ask for an answer from these sources and judge it. No transaction is open meanwhile.

    `host`: of Hark's own pages. Raises Conflict (turned off, budget, rate, too many here) and Unavailable (down, slow, or
    down a moment ago): then nothing is known about the answer, and articles can be shown as they are.
    """
    lately = await asked_lately(db, actor.workspace_id, conversation_id, db.now())
    if lately.down:
        raise Unavailable(
            "The language model has failed three times within two minutes, so it is left alone for a moment."
        )
    if conversation_id is not None and lately.here >= MOST_A_DAY:
        raise Conflict("The language model has answered often enough in this conversation today.", code="ai_rate")
    names = await list_names(db, actor.workspace_id, conversation_id)

    def make(hide: prompts.Hide, mark: str) -> Prompt:
        data = [(f"Source [{source.n}] {source.title}", hide(source.text)) for source in sources]
        return prompts.prompt(
            prompts.customer_task(language), [*data, ("The customer's question", hide(question))], mark
        )

    try:
        asked = await ask_model(
            db, actor, keys, ask, "customer", make, conversation_id=conversation_id, names=[*names.team, *names.customer],
            patience_s=PATIENCE_S,
        )  # fmt: skip
    except Unavailable as error:
        if error.code == "betrayed":
            return Answered(why=error.detail)
        raise
    text = tidy(asked.text)
    why = "The model made up links or markup, so its answer is not sent." if asked.left_out else why_not_sent(
        text, sources, language=language, ours={host, *await our_hosts(db, actor.workspace_id)}, names=names.team
    )  # fmt: skip
    if why:
        await reject(db, actor, asked.id, why)
        return Answered(why=why)
    return Answered(*renumbered(text, sources))
