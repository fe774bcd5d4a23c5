"""The secret part of the address that a provider posts to: one per mailbox, and a new one voids the old. Pure."""

import re
from typing import NamedTuple

from hark.core.crypto import Keys

PURPOSE = "mail webhook"
KEY = re.compile(r"(\d{1,10})-(\d{1,10})-([0-9a-f]{16})-([0-9a-f]{32})", re.ASCII)
MAX_ID = 2**31 - 1


class Named(NamedTuple):
    """The mailbox that a key names. `nonce` must still be the mailbox's own."""

    workspace_id: int
    account_id: int
    nonce: str


def make_key(keys: Keys, named: Named) -> str:
    """The key of a mailbox's address. Nothing is stored that could be copied from the database."""
    plain = f"{named.workspace_id}-{named.account_id}-{named.nonce}"
    return f"{plain}-{keys.sign(PURPOSE, plain.encode()).hex()}"


def read_key(keys: Keys, key: str) -> Named | None:
    """What a key names, None when it was not made here."""
    found = KEY.fullmatch(key)
    if found is None or not keys.verify(PURPOSE, key.rpartition("-")[0].encode(), bytes.fromhex(found[4])):
        return None
    named = Named(int(found[1]), int(found[2]), found[3])
    return named if max(named[0], named[1]) <= MAX_ID else None
