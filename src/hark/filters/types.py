"""Conditions over conversations: a tree of all, any, not and comparisons of fields."""

from collections.abc import Mapping
from typing import Any

import msgspec


class Compare(msgspec.Struct, frozen=True):
    """`{"field": "severity", "op": "at_least", "value": 2}`; the value is already of the field's type."""

    field: str
    op: str
    value: Any = None


class All(msgspec.Struct, frozen=True):
    """True when every part is; an empty one is true."""

    parts: tuple["Condition", ...]


class AnyOf(msgspec.Struct, frozen=True):
    """True when one part is; an empty one is false."""

    parts: tuple["Condition", ...]


class Not(msgspec.Struct, frozen=True):
    part: "Condition"


Condition = Compare | All | AnyOf | Not

Facts = Mapping[str, Any]
"""What is known of one conversation, by the name of the field: the values of the catalogue's SQL, read by
`hark.filters.facts.find_facts`. What is not there is not known, and no comparison but `is_not` holds for it."""
