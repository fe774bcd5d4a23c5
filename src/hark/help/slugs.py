"""Readable parts of addresses, in any script. Pure."""

import re

from hark.core.text import fold

MAX = 80
_GAPS = re.compile(r"[\W_]+")


def slugify(text: str, *, fallback: str = "article") -> str:
    """`Wie geht's? 반품 안내` as `wie-geht-s-반품-안내`: lower case, no accents, hyphens, at most 80 characters."""
    slug = _GAPS.sub("-", fold(text)).strip("-")
    if len(slug) > MAX:
        slug = slug[:MAX].rpartition("-")[0] or slug[:MAX]
    return slug or fallback


def with_number(slug: str, number: int) -> str:
    """The same slug again: `returns-2`."""
    return slug if number < 2 else f"{slug[: MAX - 5]}-{number}"
