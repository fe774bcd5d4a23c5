"""The way of a step through a flow: the state in the making, what is to be done, and where it ends. Pure and bounded."""

import re
from collections.abc import Callable, Mapping
from typing import Literal

import msgspec

from hark.bots.conditions import World
from hark.bots.flow import AnyBlock, BotFlow, pick
from hark.bots.steps import AskKind, Effect, End, Keep, Shown, State, Tell, Waits
from hark.bots.types import Reason
from hark.bots.words import say

MAX_AT_ONCE = 40  # blocks entered in one step
MAX_VISITS = 400  # blocks entered in one run
MAX_WORDS = 2000


class Walk:
    """One step in the making. `enter` comes to a block and gives the next one."""

    def __init__(self, flow: BotFlow, state: State, world: World, enter: "Enter") -> None:
        self.flow = flow
        self.blocks: Mapping[str, AnyBlock] = {block.id: block for block in flow.blocks}
        self.state = state
        self.world = world
        self._enter = enter
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
            result = self._enter(self, block)
            if isinstance(result, Done):
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


class Done:
    """The block waits, or the run is over."""


DONE = Done()

Enter = Callable[[Walk, AnyBlock], str | Done | None]
"""Come to a block: the id of the next one, DONE where the step ends, None where a person takes over."""

VARIABLE = re.compile(r"\{\{\s*((?:contact|conversation)\.[a-z][a-z0-9_]{0,39})\s*(?:\|([^{}]*))?\}\}")


def fill(text: str, known: Mapping[str, str], *, quote_url: bool = False) -> str:
    """The text with its variables; one that is not known is its default, else nothing. What a value holds is never read
    as a variable again."""
    from urllib.parse import quote

    def value(found: re.Match[str]) -> str:
        said = known.get(found[1]) or (found[2] or "").strip()
        return quote(said, safe="") if quote_url else said

    return VARIABLE.sub(value, text)
