"""Which conversations a report may count, kept by number and followed by the journal like the facts. Pure."""

from collections.abc import Sequence

import msgspec
import numpy as np

from hark.filters.types import All, AnyOf, Compare, Condition, Not
from hark.reports.columns import Array
from hark.reports.queries import Head

FOLLOWED = frozenset({
    "status", "severity", "difficulty", "number", "team", "assignee", "account", "company", "topic", "tag", "channel",
    "created_at", "last_message_at", "waiting",
})  # fmt: skip
"""Fields that change with an event of the conversation only; the others are those of people and companies."""

BY_NOW = frozenset({"older_than", "newer_than"})
"""What these say changes as time passes."""


class Marks(msgspec.Struct, frozen=True):
    """By number, whether a conversation counts, as of a head of the journal."""

    head: Head
    found: Array


def can_be_followed(condition: Condition | None) -> bool:
    """Whether only an event of a conversation can change what the condition says of it. Who may see it always is one."""
    match condition:
        case None:
            return True
        case All(parts) | AnyOf(parts):
            return all(map(can_be_followed, parts))
        case Not(part):
            return can_be_followed(part)
        case Compare(field, op, _):
            return field in FOLLOWED and op not in BY_NOW


def marked(numbers: Array, before: Array | None = None, changed: Sequence[int] | None = None) -> Array:
    """Marks of these numbers; with `before` that array for all but the `changed`, of which `numbers` are marked."""
    size = 1 + max(int(numbers.max(initial=0)), max(changed or (), default=0))
    found = np.zeros(max(size, 0 if before is None else len(before)), dtype=np.bool_)
    if before is not None:
        found[: len(before)] = before
        found[list(changed or ())] = False
    found[numbers] = True
    return found
