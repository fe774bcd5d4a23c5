"""The test panel: a flow played step by step, with nothing kept and nothing sent. The state goes out and comes back."""

from functools import partial

import msgspec

from hark.ai.queries import may_answer_customers
from hark.bots.calling import Servers, call
from hark.bots.checks import There, check_flow
from hark.bots.composing import Asking, compose
from hark.bots.conditions import World
from hark.bots.flow import BotFlow, SetSeverity, SetTags, SetTeam, SetTopic, Start
from hark.bots.knowledge import find_answer, get_article
from hark.bots.machine import step
from hark.bots.sending import bot_name, parts, plain
from hark.bots.steps import (
    Begin,
    Call,
    Called,
    Do,
    Effect,
    End,
    Found,
    Heard,
    Keep,
    Search,
    Sleep,
    State,
    Tell,
    TimeUp,
    Words,
)
from hark.bots.surroundings import hear
from hark.bots.trial_words import trial
from hark.bots.types import Reason, TriedFlow, TriedMessage, TrySaid
from hark.bots.words import reason_sentence
from hark.core.actor import Actor
from hark.core.db import Db
from hark.core.errors import BadRequest, HarkError


async def try_flow(
    db: Db, actor: Actor, bot_id: int, name: str, flow: BotFlow, said: TrySaid, there: There, servers: Servers
) -> TriedFlow:
    """One word to the flow. Raises BadRequest for a state that is none, or a flow with no start."""
    state = _state(said)
    heard = _heard(flow, said, state)
    world = World(
        now=db.now(), language=said.language, open=said.open, numbered=said.channel == "email",
        attributes=dict(said.attributes),
    )  # fmt: skip
    path: list[str] = []
    effects: list[Effect] = []
    sentences: list[str] = []
    following: Heard | None = heard
    while following is not None:
        one = step(flow, state, following, world)
        state, following = one.state, None
        path += one.entered
        for effect in one.effects:
            if isinstance(effect, Search):
                following, sentence = await _search(db, actor, effect, said, state.language, servers)
                sentences.append(sentence)
            elif isinstance(effect, Call):
                values, sentence = await _call(effect, said, actor.locale, servers)
                sentences.append(sentence)
                following = Called(values)
            elif isinstance(effect, Tell) and effect.article_id is not None:
                article = await get_article(db, actor.workspace_id, effect.article_id, state.language)
                effects.append(msgspec.structs.replace(effect, article=article))
            else:
                effects.append(effect)
                sentences += _sentence(effect, actor.locale)
    return _tried(flow, bot_id, name, said, state, path, effects, sentences, there)


def _state(said: TrySaid) -> State:
    if said.state is None:
        return State(language=said.language)
    try:
        return msgspec.json.decode(said.state, type=State)
    except msgspec.MsgspecError as error:
        raise BadRequest("The state of the test is none of ours. Begin the test anew.", code="bad_state") from error


def _heard(flow: BotFlow, said: TrySaid, state: State) -> Heard:
    if said.state is None:
        starts = [block.id for block in flow.blocks if isinstance(block, Start)]
        if said.block_id is not None and said.block_id not in starts:
            raise BadRequest("This start block is not in the flow. Choose another one.", code="no_start")
        if not starts:
            raise BadRequest("Nothing starts this flow. Add a start block, then try again.", code="no_start")
        text = said.text or ""
        return Begin(said.block_id or starts[0], text, hear(text).urgent)
    if said.text is None and said.file is None:
        return TimeUp()
    text = said.text or ""
    return Words(text, (said.file,) if said.file else (), hear(text).urgent)


async def _search(
    db: Db, actor: Actor, search: Search, said: TrySaid, language: str, servers: Servers
) -> tuple[Found, str]:
    """What is found in the articles, or said by the language model, which is asked only if the panel says so."""
    tell, told = partial(trial, actor.locale), ""
    if search.by_model and not await may_answer_customers(db, actor.workspace_id):
        told = tell("model_off")
    elif search.by_model and not (said.model and actor.can("ai.use")):
        told = tell("model_not_asked")
    elif search.by_model:
        one = await compose(
            db, actor, servers.keys, servers.ask_model, servers.learners, search, Asking(None, None, language)
        )
        if one.written is not None:
            return Found(None, one.written), tell("model_wrote", n=len(one.written.sources))
        if one.refused:
            return Found(None), tell("model_refused", why=one.why)
        told = tell("model_down", why=one.why)
    found = await find_answer(
        db, actor.workspace_id, search.query, language=language, confidence=search.confidence, skip=search.skip
    )
    return Found(found), f"{told} {tell('found', title=found.title) if found else tell('nothing')}".strip()


async def _call(effect: Call, said: TrySaid, locale: str, servers: Servers) -> tuple[dict[str, str] | None, str]:
    """The answer of a server, really asked or made up."""
    if not said.webhooks:
        values = dict.fromkeys(effect.results, "…")
        return values, trial(locale, "would_ask", url=effect.url)
    try:
        return await call(effect, servers.keys, servers.ask), trial(locale, "asked", url=effect.url)
    except HarkError as error:
        return None, error.detail


def _sentence(effect: Effect, locale: str) -> list[str]:
    match effect:
        case Keep(attribute, value):
            return [trial(locale, "keeps", attribute=attribute, value=value)]
        case Do(setting=SetTags()):
            return [trial(locale, "tags")]
        case Do(setting=SetSeverity(value=value)):
            return [trial(locale, f"severity_{value}")]
        case Do(setting=SetTeam()):
            return [trial(locale, "team")]
        case Do(setting=SetTopic()):
            return [trial(locale, "topic")]
        case Sleep(seconds):
            return [trial(locale, "waits", n=seconds)]
    return []


def _tried(
    flow: BotFlow, bot_id: int, name: str, said: TrySaid, state: State, path: list[str], effects: list[Effect],
    sentences: list[str], there: There,
) -> TriedFlow:  # fmt: skip
    end = next((e for e in effects if isinstance(e, End)), None)
    tells = [e for e in effects if isinstance(e, Tell)]
    spoken = parts(tells, bot_id=bot_id, name=bot_name(flow, state.language, name), held=end is None)
    numbered = said.channel == "email"
    return TriedFlow(
        state=None if end else msgspec.json.encode(state).decode(), block_id=state.block,
        messages=[
            TriedMessage(text=plain(tell, numbered=numbered, language=state.language), part=part, block_id=tell.block_id)
            for tell, part in spoken
        ],
        path=path, effects=sentences, collected=state.collected, ended=end.how if end else None,
        why=reason_sentence(said.language, end.reason or Reason.FLOW) if end and end.how == "handed_over" else "",
        waits_s=next((e.seconds for e in effects if isinstance(e, Sleep)), None), problems=check_flow(flow, there),
    )  # fmt: skip
