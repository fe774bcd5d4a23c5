"""Names and signatures with variables in them."""

import pytest

from hark.channels.email.sending.variables import Sender, fill, sender_name, unknown_variables

ADA = Sender(agent="Ada Lovelace", mailbox="Acme & Sons", address="help@acme.example")
NOBODY = Sender(agent="", mailbox="Acme", address="help@acme.example")


@pytest.mark.parametrize(("pattern", "sender", "name"), [
    ("", ADA, "Ada Lovelace (Acme & Sons)"), ("{first_name} from {mailbox}", ADA, "Ada from Acme & Sons"),
    ("{mailbox}", ADA, "Acme & Sons"), ("{agent}", ADA, "Ada Lovelace"), ("{agent}", NOBODY, "Acme"),
    ("{first_name} from {mailbox}", NOBODY, "Acme"), ("  ", ADA, "Acme & Sons"), ("Team {x}", ADA, "Team {x}"),
])  # fmt: skip
def test_sender_name(pattern: str, sender: Sender, name: str) -> None:
    assert sender_name(pattern, sender) == name


def test_values_cannot_become_html() -> None:
    evil = Sender(agent="<b>Ada</b>", mailbox="A", address="a@b")
    assert fill("<p>{agent}</p>", evil, html=True) == "<p>&lt;b&gt;Ada&lt;/b&gt;</p>"
    assert fill("{agent} {{agent}} {nobody}", ADA) == "Ada Lovelace {Ada Lovelace} {nobody}"


def test_unknown_variables() -> None:
    assert unknown_variables("{agent} {nmae} { } {}") == ["nmae", ""]
