"""The one catalogue of fields that lists, counters, rules, promises and bots ask for."""

import re

import msgspec

from hark.filters import conversation_fields, customer_fields, message_fields
from hark.filters.conversation_fields import CHANNEL, DIFFICULTY, PROMISE, SEVERITY, STATUS
from hark.filters.field import LISTS, OPS, At, Field, Type

__all__ = [
    "CHANNEL", "DIFFICULTY", "FIELDS", "LISTS", "OPS", "PROMISE", "SEVERITY", "STATUS", "At", "Field", "Type", "find_field",
]  # fmt: skip

FIELDS: dict[str, Field] = {**conversation_fields.FIELDS, **customer_fields.FIELDS, **message_fields.FIELDS}
"""Name -> field. A new field is one line in one of the three; `docs/guide/conditions.md` lists them and a test compares."""

_ATTRIBUTE = re.compile(r"(contact|conversation)\.([a-z][a-z0-9_]{0,39})")


def find_field(name: str) -> Field | None:
    """The field of this name; any `contact.<attribute>` and `conversation.<attribute>` is one."""
    if (known := FIELDS.get(name)) is not None:
        return known
    found = _ATTRIBUTE.fullmatch(name)
    return found and msgspec.structs.replace(customer_fields.ATTRIBUTES[found[1]], argument=found[2])
