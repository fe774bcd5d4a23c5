"""One condition, two readings: SQL over alias `c` of conversations, and a decision in memory. A property test holds
them equal."""

import re
from datetime import datetime, timedelta
from typing import Any

from hark.core.actor import Actor
from hark.core.sql import FALSE, Sql, join
from hark.filters.catalogue import find_field
from hark.filters.field import LAST_MESSAGE, At, Field
from hark.filters.parse import ME
from hark.filters.types import All, AnyOf, Compare, Condition, Facts, Not
from hark.filters.words import words_pattern

_UPPER = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_LOWER = str.maketrans(_UPPER, _UPPER.lower())
NUMBER = r"^-?[0-9]{1,15}(\.[0-9]{1,15})?$"
_NUMBER = re.compile(NUMBER.removesuffix("$") + r"\Z")


def to_sql(condition: Condition, actor: Actor, *, now: datetime, message: Sql = LAST_MESSAGE) -> Sql:
    """The condition as a predicate. It may be NULL, which counts as false: use it in WHERE, or `IS TRUE`.

    `message`: the number of the message that is asked about, as SQL over `c`; the customer's last one by itself.
    """
    at = At(now, message)
    match condition:
        case All(parts):
            return join(" AND ", (to_sql(p, actor, now=now, message=message) for p in parts))
        case AnyOf(parts):
            return join(" OR ", (to_sql(p, actor, now=now, message=message) for p in parts), empty=FALSE)
        case Not(part):
            return Sql("({}) IS NOT TRUE", to_sql(part, actor, now=now, message=message))
        case Compare(name, op, value):
            return _compare_sql(_field(name), op, _resolve(value, actor), at)


def matches(condition: Condition, facts: Facts, actor: Actor, *, now: datetime) -> bool:
    """Whether the condition holds for one conversation."""
    match condition:
        case All(parts):
            return all(matches(p, facts, actor, now=now) for p in parts)
        case AnyOf(parts):
            return any(matches(p, facts, actor, now=now) for p in parts)
        case Not(part):
            return not matches(part, facts, actor, now=now)
        case Compare(name, op, value):
            actual, wanted = facts.get(name), _resolve(value, actor)
            if actual is None or wanted is None:
                return (
                    (actual is None) == (wanted is None)
                    if op == "is"
                    else op == "is_not" and (actual is None) != (wanted is None)
                )
            return _compare(_field(name), actual, op, wanted, now)


def _field(name: str) -> Field:
    found = find_field(name)
    assert found is not None, name  # parse_condition lets only those of the catalogue through
    return found


def _resolve(value: Any, actor: Actor) -> Any:
    """ "me" as the acting person; nobody's id (0) when the machine asks."""
    if isinstance(value, tuple):
        return tuple(_resolve(v, actor) for v in value)
    return (actor.agent_id or 0) if value == ME else value


# as SQL ---------------------------------------------------------------------------------------------------------------


def _compare_sql(field: Field, op: str, value: Any, at: At) -> Sql:
    c = field.column(at)
    if value is None:
        return Sql("{} IS NULL", c) if op == "is" else Sql("{} IS NOT NULL", c)
    match field.type:
        case "bool":
            return c if value else Sql("NOT {}", c)
        case "bits":
            return Sql("{} & {} <> 0" if op == "has" else "{} & {} = 0", c, 1 << value)
        case "ids":
            return _ids_sql(c, op, value)
        case "text":
            return _text_sql(c, op, value)
        case "texts":
            return _texts_sql(c, op, value)
        case "time":
            return _time_sql(c, op, value, at.now)
        case "attribute":
            return _attribute_sql(c, op, value)
        case "measure":
            return Sql("{} >= {}::float8" if op == "at_least" else "{} <= {}::float8", c, value)
    match op:
        case "is":
            return Sql("{} = {}", c, value)
        case "is_not":
            return Sql("({} = {}) IS NOT TRUE", c, value)
        case "in":
            return Sql("{} = ANY({})", c, list(value)) if value else FALSE
        case "at_least":
            return Sql("{} >= {}", c, value)
        case "at_most":
            return Sql("{} <= {}", c, value)
    raise AssertionError(f"no comparison {op}")  # parse_condition lets only those of the catalogue through


def _ids_sql(c: Sql, op: str, value: Any) -> Sql:
    match op:
        case "has":
            return Sql("{} @> {}", c, [value])
        case "has_not":
            return Sql("NOT {} @> {}", c, [value])
    return Sql("{} && {}::int[]", c, list(value)) if value else FALSE


def _text_sql(c: Sql, op: str, value: Any) -> Sql:
    low = _lower_sql(c)
    match op:
        case "contains":
            return Sql("position({} in {}) > 0", _lower(value), low)
        case "contains_not":
            return Sql("position({} in {}) = 0", _lower(value), low)
        case "has_any_word":
            return Sql("{} ~ {}", low, words_pattern(_lower(word) for word in value)) if _some(value) else FALSE
    each = (Sql("{} ~ {}", low, words_pattern([_lower(word)])) for word in value if word.strip())
    return join(" AND ", each) if _some(value) else FALSE


def _some(words: Any) -> bool:
    return any(word.strip() for word in words)


def _texts_sql(c: Sql, op: str, value: str) -> Sql:
    match op:
        case "is":
            return Sql("{} = ANY({})", _lower(value), c)
        case "contains":
            test = Sql("position({} in v) > 0", _lower(value))
        case _:
            test = Sql("right(v, length({}::text)) = {}", _lower(value), _lower(value))
    return Sql("EXISTS (SELECT FROM unnest({}) AS a(v) WHERE {})", c, test)


def _time_sql(c: Sql, op: str, value: Any, now: datetime) -> Sql:
    match op:
        case "before":
            return Sql("{} < {}", c, value)
        case "after":
            return Sql("{} > {}", c, value)
        case "older_than":
            return Sql("{} < {}", c, now - _ago(value))
        case "newer_than":
            return Sql("{} > {}", c, now - _ago(value))
    return Sql("{} BETWEEN {} AND {}", c, now, now + _ago(value))


def _attribute_sql(c: Sql, op: str, value: Any) -> Sql:
    match op:
        case "is":
            return Sql("{} = {}", _lower_sql(c), _lower(_text(value)))
        case "is_not":
            return Sql("({} = {}) IS NOT TRUE", _lower_sql(c), _lower(_text(value)))
        case "contains":
            return Sql("position({} in {}) > 0", _lower(_text(value)), _lower_sql(c))
    sign = ">=" if op == "at_least" else "<="
    if isinstance(value, str):
        return Sql(f'{{}} COLLATE "C" {sign} {{}}', c, value)
    return Sql(
        f"CASE WHEN {{}} ~ {{}} THEN ({{}})::float8 {sign} {{}}::float8 ELSE false END", c, NUMBER, c, float(value)
    )


# in memory ------------------------------------------------------------------------------------------------------------


def _compare(field: Field, actual: Any, op: str, value: Any, now: datetime) -> bool:
    match field.type:
        case "bits":
            return bool(actual & (1 << value)) == (op == "has")
        case "ids":
            return any(v in actual for v in value) if op == "has_any" else (value in actual) == (op == "has")
        case "text":
            return _compare_text(_lower(actual), op, value)
        case "texts":
            return _compare_texts(actual, op, _lower(value))
        case "time":
            return _compare_time(actual, op, value, now)
        case "attribute":
            return _compare_attribute(actual, op, value)
    match op:
        case "is":
            return bool(actual == value)
        case "is_not":
            return bool(actual != value)
        case "in":
            return actual in value
        case "at_least":
            return bool(actual >= value)
        case "at_most":
            return bool(actual <= value)
    raise AssertionError(f"no comparison {op}")


def _compare_text(actual: str, op: str, value: Any) -> bool:
    match op:
        case "contains" | "contains_not":
            return (_lower(value) in actual) == (op == "contains")
        case "has_any_word":
            return re.search(words_pattern(_lower(word) for word in value), actual) is not None
    words = [word for word in value if word.strip()]
    return bool(words) and all(re.search(words_pattern([_lower(word)]), actual) for word in words)


def _compare_texts(actual: list[str], op: str, value: str) -> bool:
    match op:
        case "is":
            return value in actual
        case "contains":
            return any(value in one for one in actual)
    return any(one.endswith(value) for one in actual)


def _compare_time(actual: datetime, op: str, value: Any, now: datetime) -> bool:
    match op:
        case "before":
            return bool(actual < value)
        case "after":
            return bool(actual > value)
        case "older_than":
            return actual < now - _ago(value)
        case "newer_than":
            return actual > now - _ago(value)
    return now <= actual <= now + _ago(value)


def _compare_attribute(actual: str, op: str, value: Any) -> bool:
    match op:
        case "is" | "is_not":
            return (_lower(actual) == _lower(_text(value))) == (op == "is")
        case "contains":
            return _lower(_text(value)) in _lower(actual)
    if isinstance(value, str):
        ours, theirs = actual.encode(), value.encode()  # as COLLATE "C" compares
        return ours >= theirs if op == "at_least" else ours <= theirs
    if _NUMBER.match(actual) is None:
        return False
    return bool(float(actual) >= value if op == "at_least" else float(actual) <= value)


def _text(value: Any) -> str:
    """As `->>` writes it."""
    return ("true" if value else "false") if isinstance(value, bool) else str(value)


def _ago(seconds: int) -> timedelta:
    return timedelta(seconds=min(max(seconds, 0), 3_000_000_000))


def _lower(text: str) -> str:
    """Only A-Z: what other letters' small forms are depends on the database."""
    return text.translate(_LOWER)


def _lower_sql(column: Sql) -> Sql:
    return Sql("translate({}, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ', 'abcdefghijklmnopqrstuvwxyz')", column)
