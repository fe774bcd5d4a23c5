"""Taking one person's addresses out of what others keep: recipients, header lines, references. Pure."""

import re
from collections.abc import Collection
from functools import lru_cache
from typing import Any


def without(value: Any, addresses: Collection[str]) -> Any:
    """`value` (JSON) without these addresses (lower case): entries of lists that are one, or `{address, name}` of one, go,
    elsewhere such an entry becomes null, and a text loses the address alone."""
    if isinstance(value, list):
        return [without(one, addresses) for one in value if not _is(one, addresses)]
    if isinstance(value, dict):
        return {key: None if _is(one, addresses) else without(one, addresses) for key, one in value.items()}
    return _pattern(frozenset(addresses)).sub("", value) if isinstance(value, str) and addresses else value


def names(value: Any, addresses: Collection[str]) -> bool:
    """Whether one of the addresses (lower case) stands anywhere in `value`, whole."""
    if isinstance(value, list):
        return any(names(one, addresses) for one in value)
    if isinstance(value, dict):
        return any(names(one, addresses) for one in value.values())
    return isinstance(value, str) and bool(addresses) and _pattern(frozenset(addresses)).search(value) is not None


def _is(value: Any, addresses: Collection[str]) -> bool:
    if isinstance(value, dict):
        value = value.get("address")
    return isinstance(value, str) and value.lower() in addresses


@lru_cache(maxsize=64)
def _pattern(addresses: frozenset[str]) -> re.Pattern[str]:
    either = "|".join(re.escape(address) for address in sorted(addresses, key=len, reverse=True))
    return re.compile(rf"(?<![\w.+-])(?:{either})(?![\w-]|\.\w)", re.IGNORECASE)
