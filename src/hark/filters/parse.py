"""From JSON to a condition. Everything wrong is a 400 that names the path."""

from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec

from hark.core.errors import BadRequest
from hark.filters.catalogue import FIELDS, find_field
from hark.filters.field import LISTS, OPS, Field
from hark.filters.types import All, AnyOf, Compare, Condition, Not

MAX_DEPTH = 8
MAX_PARTS = 100
ME = "me"


def parse_condition(value: Any) -> Condition:
    """The condition that plain JSON values describe.

    Raises BadRequest(code="bad_filter", path=...) for unknown keys, fields, comparisons or wrong values, and for
    trees deeper than 8 or with more than 100 parts.
    """
    budget = [MAX_PARTS]
    return _parse(value, "$", 1, budget)


def parse_query(text: str) -> Condition:
    """The condition in a query parameter, as JSON text."""
    try:
        return parse_condition(msgspec.json.decode(text))
    except (msgspec.DecodeError, RecursionError) as error:
        raise _bad("$", "this is not JSON, or nested too deeply") from error


def fields_of(condition: Condition) -> set[str]:
    """The fields a condition asks for."""
    return {one.field for one in comparisons(condition)}


def comparisons(condition: Condition) -> Iterator[Compare]:
    """Every comparison of a condition, wherever it stands."""
    match condition:
        case Compare():
            yield condition
        case All(parts) | AnyOf(parts):
            for part in parts:
                yield from comparisons(part)
        case Not(part):
            yield from comparisons(part)


def _bad(path: str, why: str) -> BadRequest:
    return BadRequest(f"The filter cannot be understood: {why} - at {path}.", code="bad_filter", path=path)


def _parse(value: Any, path: str, depth: int, budget: list[int]) -> Condition:
    budget[0] -= 1
    if depth > MAX_DEPTH or budget[0] < 0:
        raise _bad(path, f"it is deeper than {MAX_DEPTH} or has more than {MAX_PARTS} parts")
    if not isinstance(value, dict):
        raise _bad(path, "expected an object")
    keys = set(value)
    for key, kind in (("all", All), ("any", AnyOf)):
        if keys == {key}:
            return kind(_parse_list(value[key], f"{path}.{key}", depth, budget))
    if keys == {"not"}:
        return Not(_parse(value["not"], f"{path}.not", depth + 1, budget))
    if keys == {"field", "op", "value"}:
        return _compare(value, path)
    raise _bad(path, 'expected {"all": []}, {"any": []}, {"not": {}} or {"field", "op", "value"}')


def _parse_list(value: Any, path: str, depth: int, budget: list[int]) -> tuple[Condition, ...]:
    if not isinstance(value, list):
        raise _bad(path, "expected a list")
    return tuple(_parse(part, f"{path}[{n}]", depth + 1, budget) for n, part in enumerate(value))


def _compare(value: dict[str, Any], path: str) -> Compare:
    name, op = value["field"], value["op"]
    field = find_field(name) if isinstance(name, str) else None
    if field is None:
        raise _bad(
            f"{path}.field",
            f"there is no field {name!r}; there are {', '.join(FIELDS)}, and attributes as contact.<name>",
        )
    if op not in OPS[field.type]:
        raise _bad(f"{path}.op", f"{name} can be compared by {', '.join(OPS[field.type])}")
    return Compare(name, op, _value(field, op, value["value"], f"{path}.value"))


def _value(field: Field, op: str, value: Any, path: str) -> Any:
    if op in LISTS:
        if not isinstance(value, list) or len(value) > MAX_PARTS:
            raise _bad(path, f"expected a list of at most {MAX_PARTS} values")
        return tuple(_scalar(field, op, one, f"{path}[{n}]") for n, one in enumerate(value))
    return _scalar(field, op, value, path)


def _scalar(field: Field, op: str, value: Any, path: str) -> Any:
    if value is None and field.nullable and op in ("is", "is_not"):
        return None
    if value == ME and field.me:
        return ME
    if field.choices:
        if isinstance(value, str) and value in field.choices:
            return field.choices[value]
        raise _bad(path, f"expected one of {', '.join(field.choices)}")
    try:
        converted = msgspec.convert(value, _wanted(field, op))
    except msgspec.ValidationError as error:
        raise _bad(path, str(error)) from error
    if isinstance(converted, datetime) and converted.tzinfo is None:
        raise _bad(path, "the time needs a zone, like 2026-03-01T09:00:00Z")
    if isinstance(converted, str) and "\0" in converted:
        raise _bad(path, "text cannot hold NUL")
    return converted


_Int = Annotated[int, msgspec.Meta(ge=-(2**31), le=2**31 - 1)]
"""What fits the columns it is compared with."""
_Float = Annotated[float, msgspec.Meta(ge=-1e15, le=1e15)]
_Text = Annotated[str, msgspec.Meta(max_length=2000)]
_Word = Annotated[str, msgspec.Meta(max_length=200)]
"""Of a hundred longer ones PostgreSQL makes a pattern for many seconds, and then refuses it."""


def _wanted(field: Field, op: str) -> Any:
    """The type a value must have."""
    if field.type == "time":
        return _Int if op in ("older_than", "newer_than", "within") else datetime
    if field.type == "text" and op in LISTS:
        return _Word
    if field.type == "attribute" and op in ("at_least", "at_most"):
        return float | str
    return {
        "number": _Int, "id": _Int, "ids": _Int, "uuid": UUID, "text": _Text, "texts": _Text, "bool": bool, "word": _Text,
        "measure": _Float, "attribute": bool | int | float | _Text,
    }[field.type]  # fmt: skip
