"""The machine: one step of a flow. Pure, bounded, and the same for the same words.

`step(flow, state, heard, world)` takes what came (words, a search's result, an answered call, a time that is over) and
gives the state after it and what is to be done, in order. It stops where it must wait for somebody. Nothing is done here:
the runtime does it and feeds back what came of it.
"""

import msgspec

from hark.bots.answers import again, pick_choice, read_answer, yes_or_no
from hark.bots.conditions import World, holds
from hark.bots.flow import (
    Answer,
    AnyBlock,
    ArticleBlock,
    Ask,
    BotFlow,
    Buttons,
    Condition,
    HandOver,
    Resolve,
    Say,
    Set,
    SetAttribute,
    Setting,
    Start,
    Survey,
    Wait,
    WebhookBlock,
)
from hark.bots.steps import (
    Begin,
    Call,
    Called,
    Do,
    Found,
    Heard,
    Search,
    Sleep,
    State,
    Step,
    Tell,
    TimeUp,
    Words,
    Written,
)
from hark.bots.types import Reason
from hark.bots.walking import DONE, MAX_WORDS, Done, Walk, fill
from hark.bots.words import say


def step(flow: BotFlow, state: State, heard: Heard, world: World) -> Step:
    """One step. What does not fit the state (a late answer of a server, say) changes nothing."""
    walk = Walk(flow, state, world, _enter)
    match heard:
        case Begin(block_id, text, urgent):
            walk.hear(text)
            if urgent is not None:
                walk.hand_over(urgent)
            else:
                walk.go(block_id)
        case Words(text, files, urgent):
            walk.hear(text)
            if urgent is not None:
                walk.hand_over(urgent)
            else:
                _said(walk, text, files)
        case Found() if state.waits == "search":
            _found(walk, heard)
        case Called(values) if state.waits == "call":
            _called(walk, values)
        case TimeUp() if state.waits == "time":
            block = walk.blocks.get(state.block or "")
            walk.go(block.next if isinstance(block, Wait) else None)
    return Step(state=walk.state, effects=walk.effects, entered=walk.entered)


def _enter(walk: Walk, block: AnyBlock) -> str | Done | None:
    """Come to a block: the next one, or DONE where the step ends."""
    match block:
        case Start():
            return block.next
        case Say():
            walk.tell(walk.words(block.text))
            return block.next
        case ArticleBlock():
            text = walk.words(block.text)
            walk.effects.append(Tell(text=text, block_id=block.id, article_id=block.article_id))
            return block.next
        case Condition():
            for branch in block.branches:
                if holds(branch.when, walk.world, walk.all_known(), walk.state.last):
                    return branch.next
            return block.next
        case Set():
            for action in block.actions:
                _apply(walk, action, block.id)
            return block.next
        case HandOver():
            walk.hand_over(Reason.FLOW, team_id=block.team_id, text=walk.words(block.text))
            return DONE
        case Resolve():
            walk.tell(walk.words(block.text))
            walk.end("answered" if block.accepted else "resolved")
            return DONE
        case Wait():
            walk.effects.append(Sleep(block.seconds))
            walk.wait("time")
            return DONE
        case WebhookBlock():
            walk.effects.append(_call(walk, block))
            walk.wait("call")
            return DONE
        case _:
            return _ask(walk, block)


def _ask(walk: Walk, block: Buttons | Ask | Answer | Survey) -> str | Done | None:
    """Blocks that ask. What is known already is not asked again."""
    match block:
        case Buttons():
            walk.tell(walk.words(block.text), choices=_labels(walk, block))
        case Ask():
            if known := walk.known(block.attribute):
                walk.set(collected={**walk.state.collected, block.attribute: known})
                return block.next
            walk.tell(walk.words(block.text), choices=_labels(walk, block), ask=block.kind)
        case Survey():
            walk.tell(walk.words(block.text), choices=RATINGS)
        case Answer():
            if walk.state.last and not walk.state.spent:
                _search(walk, block)
                return DONE
            walk.tell(walk.words(block.text) or say(walk.state.language, "question"), ask="text")
            walk.wait("question")
            return DONE
    walk.wait("words")
    return DONE


RATINGS = ("1", "2", "3", "4", "5")


def _labels(walk: Walk, block: Buttons | Ask) -> tuple[str, ...]:
    options = [b.label for b in block.buttons] if isinstance(block, Buttons) else [c.label for c in block.choices]
    return tuple(walk.words(label) for label in options)


def _said(walk: Walk, text: str, files: tuple[str, ...]) -> None:
    """Words of the customer, where the run stands."""
    state, block = walk.state, walk.blocks.get(walk.state.block or "")
    if block is None:
        walk.hand_over(Reason.BROKEN)
        return
    match block:
        case Buttons() if state.waits == "words":
            _pressed(walk, block, text)
        case Ask() if state.waits == "words":
            _answered(walk, block, text, files)
        case Survey() if state.waits == "words":
            at = pick_choice(text, [[rating] for rating in RATINGS])
            if at is not None:
                walk.keep(block.attribute, RATINGS[at])
            walk.go(block.next)
        case Answer() if state.waits == "question" and text.strip():
            _search(walk, block)
        case Answer() if state.waits == "search" and text.strip():  # they go on writing: all of it is one question
            _search(walk, block, after=state.sought)
        case Answer() if state.waits == "helped":
            _judged(walk, block, text)
        case Wait() if state.waits == "time":
            walk.go(block.written if block.written is not None else block.next)
        case _:  # while a server is asked: heard, and nothing else
            pass


def _pressed(walk: Walk, block: Buttons, text: str) -> None:
    at = pick_choice(text, [[*button.label.values()] for button in block.buttons])
    if at is not None:
        label = walk.words(block.buttons[at].label)
        walk.note(f"→ {label}")
        if text.strip() == walk.state.question:
            walk.set(question="")  # a pressed button is no question
        walk.set(last=label, spent=True)
        walk.go(block.buttons[at].next)
    elif block.other is not None:
        walk.go(block.other)
    elif walk.state.asked:
        walk.hand_over(Reason.NOT_UNDERSTOOD)
    else:
        walk.set(asked=1)
        walk.tell(say(walk.state.language, "again"), choices=_labels(walk, block))


def _answered(walk: Walk, block: Ask, text: str, files: tuple[str, ...]) -> None:
    value = read_answer(block, text, files, walk.state.language)
    if value is not None:
        if text.strip() == walk.state.question:
            walk.set(question="")
        walk.set(spent=True)
        walk.keep(block.attribute, value)
        walk.go(block.next)
    elif walk.state.asked:
        if block.failed is None:
            walk.hand_over(Reason.NOT_UNDERSTOOD)
        else:
            walk.go(block.failed)
    else:
        walk.set(asked=1)
        walk.tell(again(block, walk.state.language), choices=_labels(walk, block), ask=block.kind)


# answers from articles ------------------------------------------------------------------------------------------------


def _search(walk: Walk, block: Answer, *, after: str = "") -> None:
    shown = tuple(article.url for article in walk.state.articles)
    query = f"{after}\n{walk.state.last}".strip()[-MAX_WORDS:]
    walk.set(sought=query)
    walk.effects.append(Search(query, block.confidence, shown, by_model=block.words == "model"))
    walk.wait("search")


def _found(walk: Walk, found: Found) -> None:
    block = walk.blocks.get(walk.state.block or "")
    language = walk.state.language
    if not isinstance(block, Answer):
        walk.hand_over(Reason.BROKEN)
        return
    if found.written is not None:
        fresh = [one for one in found.written.sources if one.url and one.url not in _addresses(walk)]
        walk.set(articles=[*walk.state.articles, *fresh], recent=len(fresh))
        walk.tell(with_sources(found.written, language))
    elif found.article is not None:
        walk.set(articles=[*walk.state.articles, found.article], recent=1)
        walk.tell(say(language, "found"), article=found.article)
    else:
        walk.note(f"? {walk.state.sought[:200]}")
        _unknown(walk, block, Reason.UNKNOWN)
        return
    walk.tell(say(language, "helped"), choices=(say(language, "yes"), say(language, "no")))
    walk.wait("helped")


def _addresses(walk: Walk) -> set[str]:
    return {article.url for article in walk.state.articles}


def with_sources(written: Written, language: str) -> str:
    """The answer as the customer reads it: that no person has written it, and each source with its address."""
    lines = [
        f"[{n}] {one.title}\n{one.url}" if one.url else f"[{n}] {say(language, 'earlier')}"
        for n, one in enumerate(written.sources, 1)
    ]
    return "\n".join([written.text, "", say(language, "written"), *lines])


def _judged(walk: Walk, block: Answer, text: str) -> None:
    """ "Did that help?" - anything but yes and no is the question in other words."""
    language = walk.state.language
    helped = yes_or_no(text, say(language, "yes"), say(language, "no"))
    if recent := walk.state.recent:
        judged = [msgspec.structs.replace(one, helped=helped is True) for one in walk.state.articles[-recent:]]
        walk.set(articles=[*walk.state.articles[:-recent], *judged])
    if helped:
        if block.accepted is None:
            walk.tell(say(language, "glad"))
            walk.end("answered")
        else:
            walk.set(spent=True)
            walk.go(block.accepted)
        return
    walk.set(missed=walk.state.missed + 1)
    if walk.state.missed >= block.tries:
        _unknown(walk, block, Reason.NOT_HELPED)
    elif helped is None:
        _search(walk, block)
    else:
        walk.tell(say(language, "rephrase"), ask="text")
        walk.wait("question")


def _unknown(walk: Walk, block: Answer, reason: Reason) -> None:
    if block.unknown is None:
        walk.hand_over(reason)
    else:
        walk.go(block.unknown)


# servers and settings -------------------------------------------------------------------------------------------------


def _call(walk: Walk, block: WebhookBlock) -> Call:
    known = walk.all_known()
    return Call(
        block_id=block.id, url=fill(block.url, known, quote_url=True), method=block.method, headers=block.headers,
        secret_headers=block.secret_headers, body={key: fill(text, known) for key, text in block.body.items()},
        timeout_s=block.timeout_s, results={one.attribute: one.path for one in block.results},
    )  # fmt: skip


def _called(walk: Walk, values: dict[str, str] | None) -> None:
    block = walk.blocks.get(walk.state.block or "")
    if not isinstance(block, WebhookBlock):
        walk.hand_over(Reason.BROKEN)
    elif values is not None:
        for attribute, value in values.items():
            walk.keep(attribute, value)
        walk.go(block.next)
    elif block.failed is None:
        walk.hand_over(Reason.WEBHOOK)
    else:
        walk.go(block.failed)


def _apply(walk: Walk, action: Setting, block_id: str) -> None:
    if isinstance(action, SetAttribute):
        walk.keep(action.attribute, fill(action.value, walk.all_known())[:500])
    else:
        walk.effects.append(Do(action, block_id))
