"""The machine: one step of a flow. Pure, bounded, and the same for the same words.

`step(flow, state, heard, world)` takes what came (words, a search's result, an answered call, a time that is over) and
gives the state after it and what is to be done, in order. It stops where it must wait for somebody. Nothing is done here:
the runtime does it and feeds back what came of it.
"""

import re
from collections.abc import Mapping
from typing import Literal

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
    SetSeverity,
    SetTags,
    SetTeam,
    Setting,
    SetTopic,
    Start,
    Survey,
    Wait,
    WebhookBlock,
    pick,
)
from hark.bots.types import Reason
from hark.bots.words import say

MAX_AT_ONCE = 40  # blocks entered in one step
MAX_VISITS = 400  # blocks entered in one run
MAX_WORDS = 2000

Waits = Literal["", "words", "question", "helped", "search", "call", "time"]


class Shown(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An article that was shown. `section`: the piece of it that fits."""

    title: str
    url: str
    section: str = ""
    helped: bool | None = None


class State(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Where a run stands. `waits` for what, at which `block`; `question`: what the customer wants, in their words; `last`:
    what they said last, `spent` when that only answered something (a button, a date); `asked`: how often the block has asked again; `missed`: articles of it that did not help."""

    block: str | None = None
    waits: Waits = ""
    language: str = "en"
    question: str = ""
    last: str = ""
    spent: bool = False
    asked: int = 0
    missed: int = 0
    visits: int = 0
    collected: dict[str, str] = {}
    articles: list[Shown] = []
    tried: list[str] = []


# what comes ---------------------------------------------------------------------------------------------------------


class Begin(msgspec.Struct, frozen=True, tag="begin"):
    """The bot starts at this start block. `text`: what the customer has said already; `urgent` as in Words."""

    block_id: str
    text: str = ""
    urgent: Reason | None = None


class Words(msgspec.Struct, frozen=True, tag="words"):
    """The customer says something, or presses a button (which says its label). `urgent`: why nobody may be held by a bot
    now: they ask for a person, are angry, it is about money, they are leaving."""

    text: str
    files: tuple[str, ...] = ()
    urgent: Reason | None = None


class Found(msgspec.Struct, frozen=True, tag="found"):
    """What a search came to; None: nothing good enough."""

    article: Shown | None


class Called(msgspec.Struct, frozen=True, tag="called"):
    """What a server answered, as attributes; None: it did not, or not as it should."""

    values: dict[str, str] | None


class TimeUp(msgspec.Struct, frozen=True, tag="time"):
    """The block's waiting time is over."""


Heard = Begin | Words | Found | Called | TimeUp

# what is to be done ---------------------------------------------------------------------------------------------------

AskKind = Literal["text", "email", "number", "date", "choice", "file"]


class Tell(msgspec.Struct, frozen=True, kw_only=True):
    """Say something. `article_id`: with this article, which the runtime looks up."""

    text: str
    block_id: str
    choices: tuple[str, ...] = ()
    ask: AskKind | None = None
    article: Shown | None = None
    article_id: int | None = None


class Keep(msgspec.Struct, frozen=True):
    """Keep a value as an attribute of the contact or the conversation."""

    attribute: str
    value: str


class Do(msgspec.Struct, frozen=True):
    """Set tags, severity, team or topic."""

    setting: SetTags | SetSeverity | SetTeam | SetTopic
    block_id: str


class Search(msgspec.Struct, frozen=True):
    """Look in the articles; `Found` goes back. `skip`: addresses of articles that were shown already."""

    query: str
    confidence: float | None
    skip: tuple[str, ...]


class Call(msgspec.Struct, frozen=True, kw_only=True):
    """Ask a server; `Called` goes back. Variables are filled in. `secret_headers` are as stored."""

    block_id: str
    url: str
    method: str
    headers: dict[str, str]
    secret_headers: dict[str, str]
    body: dict[str, str]
    timeout_s: int
    results: dict[str, str]  # attribute -> path


class Sleep(msgspec.Struct, frozen=True):
    """`TimeUp` after so many seconds."""

    seconds: int


class End(msgspec.Struct, frozen=True, kw_only=True):
    """The run is over. `answered`: the customer has accepted the bot's answer."""

    how: Literal["handed_over", "resolved", "answered"]
    reason: Reason | None = None
    team_id: int | None = None


Effect = Tell | Keep | Do | Search | Call | Sleep | End


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """`entered`: the blocks gone through, in order. After an End the state is the last one, for the summary."""

    state: State
    effects: list[Effect]
    entered: list[str]

    @property
    def end(self) -> End | None:
        return next((e for e in self.effects if isinstance(e, End)), None)


def step(flow: BotFlow, state: State, heard: Heard, world: World) -> Step:
    """One step. What does not fit the state (a late answer of a server, say) changes nothing."""
    walk = _Walk(flow, state, world)
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
        case Found(article) if state.waits == "search":
            _found(walk, article)
        case Called(values) if state.waits == "call":
            _called(walk, values)
        case TimeUp() if state.waits == "time":
            block = walk.blocks.get(state.block or "")
            walk.go(block.next if isinstance(block, Wait) else None)
    return Step(state=walk.state, effects=walk.effects, entered=walk.entered)


class _Walk:
    """One step in the making."""

    def __init__(self, flow: BotFlow, state: State, world: World) -> None:
        self.flow = flow
        self.blocks: Mapping[str, AnyBlock] = {block.id: block for block in flow.blocks}
        self.state = state
        self.world = world
        self.effects: list[Effect] = []
        self.entered: list[str] = []

    # the state --------------------------------------------------------------------------------------------------------

    def set(self, **changes: object) -> None:
        self.state = msgspec.structs.replace(self.state, **changes)

    def hear(self, text: str) -> None:
        text = text.strip()[:MAX_WORDS]
        if text:
            self.set(last=text, spent=False, question=self.state.question or text)

    def keep(self, attribute: str, value: str) -> None:
        self.effects.append(Keep(attribute, value))
        self.set(collected={**self.state.collected, attribute: value})

    def note(self, line: str) -> None:
        """A line for the agent's summary; the last ones are kept."""
        self.set(tried=[*self.state.tried, line][-30:])

    def known(self, attribute: str) -> str | None:
        return self.state.collected.get(attribute, self.world.attributes.get(attribute)) or None

    # words ------------------------------------------------------------------------------------------------------------

    def words(self, texts: dict[str, str]) -> str:
        return fill(pick(texts, self.state.language, self.flow.language), self.all_known())

    def all_known(self) -> dict[str, str]:
        return {**self.world.attributes, **self.state.collected}

    def tell(
        self, text: str, *, choices: tuple[str, ...] = (), ask: AskKind | None = None, article: Shown | None = None
    ) -> None:
        if text or choices or article:
            self.effects.append(
                Tell(text=text, block_id=self.state.block or "", choices=choices, ask=ask, article=article)
            )

    def wait(self, waits: Waits) -> None:
        self.set(waits=waits)

    # the way ------------------------------------------------------------------------------------------------------------

    def go(self, id: str | None) -> None:
        """Go on at a block until one waits. Without one a person takes over."""
        while id is not None:
            block = self.blocks.get(id)
            if block is None:
                self.hand_over(Reason.BROKEN)
                return
            if len(self.entered) >= MAX_AT_ONCE or self.state.visits >= MAX_VISITS:
                self.hand_over(Reason.LOOP)
                return
            self.entered.append(id)
            self.set(block=id, waits="", asked=0, missed=0, visits=self.state.visits + 1)
            result = _enter(self, block)
            if isinstance(result, _Done):
                return
            id = result
        self.hand_over(Reason.FLOW)

    def hand_over(self, reason: Reason, *, team_id: int | None = None, text: str = "") -> None:
        """A person takes over; the customer hears when somebody is there."""
        key = "over_open" if self.world.open else "over_closed" if self.world.back else "over_later"
        closing = say(self.state.language, key).format(when=self.world.back)
        self.tell("\n\n".join(part for part in (text, closing) if part))
        self.set(waits="")
        self.effects.append(End(how="handed_over", reason=reason, team_id=team_id))

    def end(self, how: Literal["resolved", "answered"]) -> None:
        self.set(waits="")
        self.effects.append(End(how=how))


class _Done:
    """The block waits, or the run is over."""


DONE = _Done()


def _enter(walk: _Walk, block: AnyBlock) -> str | _Done | None:
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


def _ask(walk: _Walk, block: Buttons | Ask | Answer | Survey) -> str | _Done | None:
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


def _labels(walk: _Walk, block: Buttons | Ask) -> tuple[str, ...]:
    options = [b.label for b in block.buttons] if isinstance(block, Buttons) else [c.label for c in block.choices]
    return tuple(walk.words(label) for label in options)


def _said(walk: _Walk, text: str, files: tuple[str, ...]) -> None:
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
        case Answer() if state.waits == "helped":
            _judged(walk, block, text)
        case Wait() if state.waits == "time":
            walk.go(block.written if block.written is not None else block.next)
        case _:  # while a server is asked or articles are looked through: heard, and nothing else
            pass


def _pressed(walk: _Walk, block: Buttons, text: str) -> None:
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


def _answered(walk: _Walk, block: Ask, text: str, files: tuple[str, ...]) -> None:
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


def _search(walk: _Walk, block: Answer) -> None:
    shown = tuple(article.url for article in walk.state.articles)
    walk.effects.append(Search(walk.state.last, block.confidence, shown))
    walk.wait("search")


def _found(walk: _Walk, article: Shown | None) -> None:
    block = walk.blocks.get(walk.state.block or "")
    if not isinstance(block, Answer):
        walk.hand_over(Reason.BROKEN)
    elif article is None:
        walk.note(f"? {walk.state.last[:200]}")
        _unknown(walk, block, Reason.UNKNOWN)
    else:
        language = walk.state.language
        walk.set(articles=[*walk.state.articles, article])
        walk.tell(say(language, "found"), article=article)
        walk.tell(say(language, "helped"), choices=(say(language, "yes"), say(language, "no")))
        walk.wait("helped")


def _judged(walk: _Walk, block: Answer, text: str) -> None:
    """ "Did that help?" - anything but yes and no is the question in other words."""
    language = walk.state.language
    helped = yes_or_no(text, say(language, "yes"), say(language, "no"))
    if walk.state.articles:
        last = msgspec.structs.replace(walk.state.articles[-1], helped=helped is True)
        walk.set(articles=[*walk.state.articles[:-1], last])
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


def _unknown(walk: _Walk, block: Answer, reason: Reason) -> None:
    if block.unknown is None:
        walk.hand_over(reason)
    else:
        walk.go(block.unknown)


# servers and settings -------------------------------------------------------------------------------------------------


def _call(walk: _Walk, block: WebhookBlock) -> Call:
    known = walk.all_known()
    return Call(
        block_id=block.id, url=fill(block.url, known, quote_url=True), method=block.method, headers=block.headers,
        secret_headers=block.secret_headers, body={key: fill(text, known) for key, text in block.body.items()},
        timeout_s=block.timeout_s, results={one.attribute: one.path for one in block.results},
    )  # fmt: skip


def _called(walk: _Walk, values: dict[str, str] | None) -> None:
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


def _apply(walk: _Walk, action: Setting, block_id: str) -> None:
    if isinstance(action, SetAttribute):
        walk.keep(action.attribute, fill(action.value, walk.all_known())[:500])
    else:
        walk.effects.append(Do(action, block_id))


VARIABLE = re.compile(r"\{\{\s*((?:contact|conversation)\.[a-z][a-z0-9_]{0,39})\s*(?:\|([^{}]*))?\}\}")


def fill(text: str, known: Mapping[str, str], *, quote_url: bool = False) -> str:
    """The text with its variables; one that is not known is its default, else nothing. What a value holds is never read
    as a variable again."""
    from urllib.parse import quote

    def value(found: re.Match[str]) -> str:
        said = known.get(found[1]) or (found[2] or "").strip()
        return quote(said, safe="") if quote_url else said

    return VARIABLE.sub(value, text)
