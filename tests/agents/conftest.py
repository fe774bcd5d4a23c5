"""Passwords are hashed at the lowest cost here too."""

from tests.access.conftest import quick_hashes

__all__ = ["quick_hashes"]
