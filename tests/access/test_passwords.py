"""The hash that is checked when there is none must cost what a real one costs."""

import importlib.util

from argon2 import PasswordHasher

from hark.access import passwords


def test_the_kept_hash_has_todays_parameters() -> None:
    spec = importlib.util.find_spec("hark.access.passwords")
    assert spec is not None
    assert spec.loader is not None
    fresh = importlib.util.module_from_spec(spec)  # the fixtures make the loaded one cheap
    spec.loader.exec_module(fresh)
    assert not PasswordHasher().check_needs_rehash(fresh._NOBODY)


async def test_nobody_is_let_in() -> None:
    assert not await passwords.verify_password(None, "nobody")
    assert await passwords.verify_password(await passwords.hash_password("right"), "right")
