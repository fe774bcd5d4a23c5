"""Which server handed a mail to the provider: told by the trace field that the provider's own server put on top. Pure."""

import re

from hark.channels.email.authentication.evaluate import is_public
from hark.channels.email.authentication.message import split_message

MAX_LOOKED_AT = 100_000  # bytes
HOPS = 10  # of the provider's own servers
BY = re.compile(r"\bby\s+([\w.-]+)", re.IGNORECASE)
FROM = re.compile(r"^\s*from\s+(\S+)", re.IGNORECASE)
ADDRESS = re.compile(r"\[(?:IPv6:)?([0-9a-fA-F.:]{3,45})\]")


def find_arrival(raw: bytes, servers: str) -> tuple[str, str]:
    """(address, HELO) of the server that handed the mail to one of the provider's `servers` (a pattern of their names).

    Fields below belong to servers that may lie, so the look ends at the first that the provider did not write, and at
    the first that names a server from outside: ("", "") when that one shows no address.
    """
    hop = re.compile(servers, re.IGNORECASE)
    fields = split_message(raw[:MAX_LOOKED_AT]).named("received")
    for field in fields[:HOPS]:
        text = " ".join(field.value.decode("latin-1").split())
        by = BY.search(text)
        if by is None or not hop.fullmatch(by[1]):
            break
        said = FROM.match(text)
        if said is None:  # handed over inside one machine
            continue
        address = ADDRESS.search(text[: by.start()])
        if address is None:
            break
        if is_public(address[1]):
            return address[1], said[1].strip("[]")[:255]
    return "", ""
