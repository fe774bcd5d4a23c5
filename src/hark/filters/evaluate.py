"""One condition, two readings: SQL over alias `c` of conversations, and a decision in memory. A property test holds
them equal."""

from datetime import datetime, timedelta
from typing import Any

from hark.core.actor import Actor
from hark.core.sql import FALSE, Sql, join
from hark.filters.catalogue import FIELDS, Field
from hark.filters.parse import ME
from hark.filters.types import All, AnyOf, Compare, Condition, Facts, Not

_UPPER = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_LOWER = str.maketrans(_UPPER, _UPPER.lower())


def to_sql(condition: Condition, actor: Actor, *, now: datetime) -> Sql:
    """The condition as a predicate. It may be NULL, which counts as false: use it in WHERE, or `IS TRUE`."""
    match condition:
        case All(parts):
            return join(" AND ", (to_sql(p, actor, now=now) for p in parts))
        case AnyOf(parts):
            return join(" OR ", (to_sql(p, actor, now=now) for p in parts), empty=FALSE)
        case Not(part):
            return Sql("({}) IS NOT TRUE", to_sql(part, actor, now=now))
        case Compare(name, op, value):
            return _compare_sql(FIELDS[name], op, _resolve(value, actor), now)


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
            return _compare(getattr(facts, FIELDS[name].attribute), op, _resolve(value, actor), now)


def _resolve(value: Any, actor: Actor) -> Any:
    """ "me" as the acting person; nobody's id (0) when the machine asks."""
    if isinstance(value, tuple):
        return tuple(_resolve(v, actor) for v in value)
    return (actor.agent_id or 0) if value == ME else value


def _compare_sql(field: Field, op: str, value: Any, now: datetime) -> Sql:
    c = field.column
    if value is None:
        return Sql("{} IS NULL", c) if op == "is" else Sql("{} IS NOT NULL", c)
    match op:
        case "is" if field.type == "texts":
            return Sql("{} = ANY({})", _lower(value), c)
        case "is" if field.type == "bool":
            return c if value else Sql("NOT {}", c)
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
        case "has" if field.type == "bits":
            return Sql("{} & {} <> 0", c, 1 << value)
        case "has_not" if field.type == "bits":
            return Sql("{} & {} = 0", c, 1 << value)
        case "has":
            return Sql("{} @> {}", c, [value])
        case "has_not":
            return Sql("NOT {} @> {}", c, [value])
        case "has_any":
            return Sql("{} && {}::int[]", c, list(value)) if value else FALSE
        case _:
            return _text_or_time_sql(field, op, value, now)


def _text_or_time_sql(field: Field, op: str, value: Any, now: datetime) -> Sql:
    c = field.column
    match op:
        case "contains" | "ends_with" if field.type == "texts":
            test = {
                "contains": Sql("position({} in v) > 0", _lower(value)),
                "ends_with": Sql("right(v, length({}::text)) = {}", _lower(value), _lower(value)),
            }[op]
            return Sql("EXISTS (SELECT FROM unnest({}) AS a(v) WHERE {})", c, test)
        case "contains":
            return Sql("position({} in {}) > 0", _lower(value), _lower_sql(c))
        case "contains_not":
            return Sql("position({} in {}) = 0", _lower(value), _lower_sql(c))
        case "before":
            return Sql("{} < {}", c, value)
        case "after":
            return Sql("{} > {}", c, value)
        case "older_than":
            return Sql("{} < {}", c, now - _ago(value))
        case "newer_than":
            return Sql("{} > {}", c, now - _ago(value))
    raise AssertionError(f"no comparison {op}")  # parse_condition lets only those of the catalogue through


def _compare(actual: Any, op: str, value: Any, now: datetime) -> bool:
    match op:
        case "is":
            return _lower(value) in actual if isinstance(actual, list) else bool(actual == value)
        case "is_not":
            return bool(actual != value)
        case "in":
            return actual in value
        case "at_least":
            return bool(actual >= value)
        case "at_most":
            return bool(actual <= value)
        case "has" | "has_not":
            present = value in actual if isinstance(actual, list) else bool(actual & (1 << value))
            return present == (op == "has")
        case "has_any":
            return any(v in actual for v in value)
        case "contains" if isinstance(actual, list):
            return any(_lower(value) in a for a in actual)
        case "ends_with":
            return any(a.endswith(_lower(value)) for a in actual)
        case "contains" | "contains_not":
            return (_lower(value) in _lower(actual)) == (op == "contains")
        case "before":
            return bool(actual < value)
        case "after":
            return bool(actual > value)
        case "older_than":
            return bool(actual < now - _ago(value))
        case "newer_than":
            return bool(actual > now - _ago(value))
    raise AssertionError(f"no comparison {op}")


def _ago(seconds: int) -> timedelta:
    return timedelta(seconds=min(max(seconds, 0), 3_000_000_000))


def _lower(text: str) -> str:
    """Only A-Z: what other letters' small forms are depends on the database."""
    return text.translate(_LOWER)


def _lower_sql(column: Sql) -> Sql:
    return Sql("translate({}, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ', 'abcdefghijklmnopqrstuvwxyz')", column)
