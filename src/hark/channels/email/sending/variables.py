"""Variables in the sender's name and the signature of a mailbox. Pure."""

import re
from html import escape
from typing import NamedTuple

DEFAULT_SENDER = "{agent} ({mailbox})"
VARIABLES = ("agent", "first_name", "mailbox", "address")
_VARIABLE = re.compile(r"\{([^{}\s]*)\}")


class Sender(NamedTuple):
    """Who a mail is from: `agent` is "" when no person wrote it, `mailbox` the mailbox's name."""

    agent: str
    mailbox: str
    address: str

    def values(self) -> dict[str, str]:
        first = self.agent.split()[0] if self.agent.split() else ""
        return {"agent": self.agent, "first_name": first, "mailbox": self.mailbox, "address": self.address}


def unknown_variables(text: str) -> list[str]:
    """Those in braces that are none of VARIABLES, in their order."""
    return [name for name in _VARIABLE.findall(text) if name not in VARIABLES]


def fill(text: str, sender: Sender, *, html: bool = False) -> str:
    """The text with its variables replaced; what is no variable stays as it is."""
    values = sender.values()
    return _VARIABLE.sub(
        lambda found: (escape(values[found[1]]) if html else values[found[1]]) if found[1] in values else found[0], text
    )


def sender_name(pattern: str, sender: Sender) -> str:
    """The name in From. A mail that no person wrote, or a pattern that leaves nothing, bears the mailbox's name."""
    if not sender.agent:
        return sender.mailbox
    return " ".join(fill(pattern or DEFAULT_SENDER, sender).split()) or sender.mailbox
