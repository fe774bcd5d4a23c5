"""Keyset paging: `{items, next}` with an opaque cursor that belongs to one list and one filter."""

import base64
import binascii
from typing import Any, Generic, TypeVar

import msgspec

from hark.core.errors import BadRequest

T = TypeVar("T")

MAX_LIMIT = 200


class Page(msgspec.Struct, Generic[T], kw_only=True):
    """One page of a list. `next` is the cursor of the following page, null on the last one."""

    items: list[T]
    next: str | None = None


def encode_cursor(name: str, *values: Any) -> str:
    """A cursor of the list `name` (its filter and order belong into the name) standing after `values`."""
    raw = msgspec.json.encode([name, *values])
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def decode_cursor(name: str, cursor: str, *types: Any) -> tuple[Any, ...]:
    """The values of a cursor, converted to `types`.

    Raises BadRequest(code="bad_cursor") when it is damaged or was made by another list.
    """
    try:
        raw = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        owner, *values = msgspec.json.decode(raw)
        if owner == name and len(values) == len(types):
            return tuple(msgspec.convert(v, t) for v, t in zip(values, types, strict=True))
    except (msgspec.MsgspecError, binascii.Error, ValueError, TypeError):
        pass
    raise BadRequest("This cursor does not belong to this list. Start again without a cursor.", code="bad_cursor")


def check_limit(limit: int) -> int:
    """The page size asked for. Raises BadRequest outside 1..200."""
    if not 1 <= limit <= MAX_LIMIT:
        raise BadRequest(f"limit must be between 1 and {MAX_LIMIT}.", code="bad_limit")
    return limit
