"""Conditions of a branch: those of lists and rules, and what only a bot knows. Pure.

`{"all": [...]}`, `{"any": [...]}`, `{"not": ...}` and comparisons as everywhere; the fields named here are looked up in
what the bot has collected and heard, all others are asked of the conversation.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

import msgspec

from hark.bots.answers import fold
from hark.bots.flow import BotFlow, Condition
from hark.core.actor import ActorKind, system
from hark.core.errors import BadRequest
from hark.filters.evaluate import matches
from hark.filters.parse import parse_condition
from hark.filters.types import Facts

OWN = re.compile(r"^(contact\.[a-z][a-z0-9_]{0,39}|conversation\.[a-z][a-z0-9_]{0,39}|answer|channel_open|language|understanding\.(intent|topic|severity|difficulty|sentiment|language))$")  # fmt: skip
OPS = frozenset({"is", "is_not", "contains", "known", "unknown", "at_least", "at_most"})
MAX_DEPTH = 8


class World(msgspec.Struct, frozen=True, kw_only=True):
    """What a step may look at: nothing else changes its outcome. `facts` is None before there is a conversation;
    `open`: somebody of the team is there, `back` the words for when they are again; `numbered`: buttons cannot be shown."""

    now: datetime
    language: str
    open: bool = True
    back: str = ""
    numbered: bool = False
    attributes: Mapping[str, str] = {}
    understanding: Mapping[str, Any] = {}
    facts: Facts | None = None


def check_condition(when: Any, depth: int = 1) -> str | None:
    """The sentence about what is wrong with a condition; None when it can be asked."""
    if depth > MAX_DEPTH or not isinstance(when, dict):
        return "The condition cannot be read. Make it anew."
    for key in ("all", "any"):
        if set(when) == {key} and isinstance(when[key], list):
            return next((wrong for part in when[key] if (wrong := check_condition(part, depth + 1))), None)
    if set(when) == {"not"}:
        return check_condition(when["not"], depth + 1)
    if OWN.match(str(when.get("field", ""))):
        if when.get("op") not in OPS or set(when) - {"field", "op", "value"}:
            return f"“{when['field']}” cannot be compared like that. Choose is, is not, contains, known, unknown, at least or at most."
        return None
    try:
        parse_condition(when)
    except BadRequest as error:
        return error.detail
    return None


def asks_understanding(flow: BotFlow) -> bool:
    """Whether a condition of the flow asks what was understood: only then it has to be."""
    return any(field.startswith("understanding.") for field in _asked(flow))


def asked_fields(flow: BotFlow) -> set[str]:
    """What conditions of the flow ask of the conversation: only that has to be looked up."""
    return {field for field in _asked(flow) if not OWN.match(field)}


def _asked(flow: BotFlow) -> Iterator[str]:
    for block in flow.blocks:
        if isinstance(block, Condition):
            for branch in block.branches:
                if check_condition(branch.when) is None:
                    yield from _fields(branch.when)


def _fields(when: dict[str, Any]) -> Iterator[str]:
    if "field" in when:
        yield str(when["field"])
    for part in (*when.get("all", ()), *when.get("any", ()), *([when["not"]] if "not" in when else ())):
        yield from _fields(part)


def holds(when: dict[str, Any], world: World, known: Mapping[str, str], last: str) -> bool:
    """Whether a condition holds; one that cannot be read does not."""
    if check_condition(when) is not None:
        return False
    return _holds(when, world, known, last)


def _holds(when: dict[str, Any], world: World, known: Mapping[str, str], last: str) -> bool:
    if set(when) == {"all"}:
        return all(_holds(part, world, known, last) for part in when["all"])
    if set(when) == {"any"}:
        return any(_holds(part, world, known, last) for part in when["any"])
    if set(when) == {"not"}:
        return not _holds(when["not"], world, known, last)
    field = str(when["field"])
    if not OWN.match(field):
        if world.facts is None:
            return False
        actor = system(0, ActorKind.BOT)
        return matches(parse_condition(when), world.facts, actor, now=world.now)
    return _compare(_value(field, world, known, last), when["op"], when.get("value"))


def _value(field: str, world: World, known: Mapping[str, str], last: str) -> Any:
    if field == "answer":
        return last
    if field == "channel_open":
        return world.open
    if field == "language":
        return world.language.split("-")[0]
    if field.startswith("understanding."):
        return world.understanding.get(field.removeprefix("understanding."))
    return known.get(field, world.attributes.get(field))


def _compare(actual: Any, op: str, value: Any) -> bool:
    there = actual is not None and actual != ""
    match op:
        case "known":
            return there
        case "unknown":
            return not there
        case "is_not":
            return not _same(actual, value)
        case "is":
            return _same(actual, value)
        case "contains":
            return there and fold(str(value)) in fold(str(actual))
    try:
        return there and (float(actual) >= float(value) if op == "at_least" else float(actual) <= float(value))
    except (TypeError, ValueError):
        return there and (str(actual) >= str(value) if op == "at_least" else str(actual) <= str(value))


def _same(actual: Any, value: Any) -> bool:
    if isinstance(actual, bool) or isinstance(value, bool):
        return bool(actual) == (value if isinstance(value, bool) else fold(str(value)) in ("true", "yes", "1"))
    return fold(str(actual if actual is not None else "")) == fold(str(value))
