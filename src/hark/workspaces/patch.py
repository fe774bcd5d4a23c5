"""Partial changes: what a PATCH body names."""

from typing import Any

import msgspec


def changed(patch: msgspec.Struct) -> dict[str, Any]:
    """The fields a body has set, by name; nested bodies are left to the caller."""
    return {
        name: value
        for name in patch.__struct_fields__
        if (value := getattr(patch, name)) is not msgspec.UNSET and not isinstance(value, msgspec.Struct)
    }
