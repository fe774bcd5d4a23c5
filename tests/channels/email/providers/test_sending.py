"""Our mails through a provider: what it changes and what it tells must still lead to the message."""

import json
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec
import pytest
from tests.support import providers as made

from hark.channels.email.adapter import MESSAGE_ID_KEY, mail_reader
from hark.channels.email.compose import new_message_id, own_message_id
from hark.channels.email.mime import parse_message
from hark.channels.email.outgoing import compose
from hark.channels.email.providers import postmark
from hark.core.crypto import Keys
from hark.delivery.types import OutAccount, Outgoing, Recipient
from hark.intake.types import ReadContext

KEYS = Keys(b"0" * 32)
ID = UUID(int=7)
OURS = new_message_id(
    ID, domain="support.a-rather-long-name-of-a-company.example.com", secret=KEYS.derive(MESSAGE_ID_KEY)
)


def outgoing(host: str) -> Outgoing:
    account = OutAccount(id=1, name="Support", address="s@desk.example", kind=1, config={"smtp": {"host": host}})
    return Outgoing(
        workspace_id=1, outbox_id=ID, account=account, external_id=OURS, author_name="Ada", from_address="s@desk.example",
        to=[Recipient(name="", address="carla@shop.example")], cc=[], bcc=[], subject="Order", text="Soon.", html=None,
        at=datetime(2026, 11, 2, tzinfo=UTC), locale="en", time_zone="UTC", parent="q1@shop.example", references=[], quoted=None,
        files=[],
    )  # fmt: skip


def test_an_answer_to_a_renamed_mail_finds_its_conversation() -> None:
    sent = parse_message(compose(outgoing("email-smtp.eu-west-1.amazonaws.com"), KEYS))
    assert sent.references == ["q1@shop.example", OURS]
    # Amazon gives it another id; the customer's program repeats References and adds that id (RFC 5322 3.6.4).
    amazons = "0102018c-0@eu-west-1.amazonses.com"
    chain = " ".join(f"<{one}>" for one in [*sent.references, amazons])
    raw = f"From: carla@shop.example\r\nSubject: Re: Order\r\nIn-Reply-To: <{amazons}>\r\nReferences: {chain}\r\n\r\nThanks\r\n"
    read = mail_reader(KEYS)(raw.encode(), ReadContext(workspace_id=1, own_addresses=frozenset()))
    assert read.own_ids == [ID]
    assert parse_message(compose(outgoing("smtp.desk.example"), KEYS)).references == ["q1@shop.example"]


def test_postmark_keeps_our_id_and_tells_it_back() -> None:
    raw = compose(outgoing("smtp.postmarkapp.com"), KEYS).decode()
    fields = dict(line.split(": ", 1) for line in raw.split("\r\n\r\n")[0].split("\r\n") if line.startswith("X-PM-"))
    assert fields["X-PM-KeepID"] == "true"
    assert len(fields["X-PM-Metadata-message-id"]) <= 80
    event = made.postmark_event(
        "Bounce",
        Type="HardBounce",
        Email="carla@shop.example",
        Metadata={"message-id": fields["X-PM-Metadata-message-id"]},
    )
    report = postmark.read_event(json.dumps(event).encode())
    assert report is not None
    assert own_message_id(report.original_message_id or "", KEYS.derive(MESSAGE_ID_KEY)) == ID
    assert "X-PM" not in compose(outgoing("smtp.desk.example"), KEYS).decode()


@pytest.mark.parametrize("change", [{"subject": "한국어"}, {"parent": None}])
def test_a_new_mail_is_renamed_too(change: dict[str, Any]) -> None:
    out = msgspec.structs.replace(outgoing("email-smtp.us-east-1.amazonaws.com"), **change)
    assert parse_message(compose(out, KEYS)).references[-1] == OURS
