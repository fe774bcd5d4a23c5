"""Passwords: argon2id in two threads of their own, so that a burst of sign-ins holds neither the loop nor the memory."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError, VerifyMismatchError

_hasher = PasswordHasher()
_threads = ThreadPoolExecutor(2, thread_name_prefix="argon2")  # 64 MiB each while hashing
# Of a password nobody has, made with the hasher's own parameters: making it at each start would cost every process 0.1 s.
_NOBODY = (
    "$argon2id$v=19$m=65536,t=3,p=4$mh4gVAp+JEOUQoxMdh0WTA$thowz3OWekPTT20iG7dAURGrps5zzuvv0adYQpUunFo"
)


async def hash_password(password: str) -> str:
    """The argon2id hash to store."""
    return await asyncio.get_running_loop().run_in_executor(_threads, _hasher.hash, password)


async def verify_password(stored: str | None, password: str) -> bool:
    """Is it the password? Without a stored hash the work is done all the same, so that timing does not tell."""
    return await asyncio.get_running_loop().run_in_executor(_threads, _verify, stored, password)


def needs_rehash(stored: str) -> bool:
    """Was the hash made with weaker parameters than today's?"""
    return _hasher.check_needs_rehash(stored)


def _verify(stored: str | None, password: str) -> bool:
    try:
        _hasher.verify(stored or _NOBODY, password)
    except (VerifyMismatchError, VerificationError, InvalidHashError):
        return False
    return stored is not None
