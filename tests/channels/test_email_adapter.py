"""The glue between the pure e-mail parts and the rest: what intake is told, and where the history begins."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest

from hark.channels.email.adapter import loop_token, mail_reader, quoted_at
from hark.channels.email.compose import wire_address
from hark.channels.email.hosts import host_policy
from hark.channels.email.outgoing import mail_channel
from hark.channels.email.smtp_out import SmtpSender
from hark.core.crypto import Keys
from hark.delivery.types import OutAccount, Outgoing, Recipient, SendFailed
from hark.intake.types import ReadContext

KEYS = Keys(b"0" * 32)
CONTEXT = ReadContext(workspace_id=1, own_addresses=frozenset({"support@desk.example"}))


@pytest.mark.parametrize(
    ("text", "visible"),
    [
        ("Thanks!  \n\nOn Mon, 2 Nov 2026, Ada wrote:\n> Hello\n> there", "Thanks!"),
        ("Hello", None),
        ("> What?\nThat.\n> And this?\nThis.", None),
        ("네, 감사합니다.\n\n2026년 11월 2일 (월) 오전 10:00, Ada님이 작성:\n> 안녕하세요", "네, 감사합니다."),
    ],
)
def test_quoted_history(text: str, visible: str | None) -> None:
    at = quoted_at(text)
    assert (None if at is None else text[:at].strip()) == visible


HISTORY = "Da vedere.\n\nDa: Anna <anna@x.example>\nInviato: lunedì\nA: Kim\nOggetto: Offerta\n\nL'offerta è 100."


@pytest.mark.parametrize(("subject", "folded"), [("R: Offerta", True), ("I: Offerta", False), ("FW: Offerta", False)])
def test_a_forward_is_shown_whole(subject: str, folded: bool) -> None:
    raw = f"From: kim@x.example\r\nSubject: {subject}\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{HISTORY}".encode()
    at = mail_reader(KEYS)(raw, CONTEXT).quoted_at
    assert (at is not None) is folded


def test_an_empty_envelope_sender_is_a_machines() -> None:
    raw, read = b"From: kim@x.example\r\nIn-Reply-To: <1@x>\r\n\r\nWe have it.\r\n", mail_reader(KEYS)
    kinds = {
        sender: read(raw, ReadContext(workspace_id=1, own_addresses=frozenset(), mail_from=sender, peer=peer)).kind
        for sender, peer in (("kim@x.example", "192.0.2.1"), ("", "192.0.2.1"))
    }
    assert kinds == {"kim@x.example": "human", "": "auto_reply"}
    assert read(raw, CONTEXT).kind == "human", "what was fetched has no envelope"


def test_the_history_a_program_marked_is_folded() -> None:
    text, html = (
        "Sawa.\n\nKutoka kwa Help\n\nzamani",
        '<p>Sawa.</p><div class="gmail_quote"><p>Kutoka kwa Help</p><p>zamani</p></div>',
    )
    assert quoted_at(text) is None
    at = quoted_at(text, html)
    assert at is not None
    assert text[:at].strip() == "Sawa."


def test_people_see_no_code_that_nobody_stated() -> None:
    raw = b"Return-Path: <>\nFrom: postmaster@x.example\nSubject: Undeliverable: x\n\ndid not reach the following recipient(s):\n\nkim@x.example\n  Unknown Recipient\n"
    (reported,) = mail_reader(KEYS)(raw, CONTEXT).report
    assert reported.sentence.startswith("The mail to kim@x.example could not be delivered.")
    (stated,) = mail_reader(KEYS)(raw.replace(b"Unknown", b"550 5.1.1 Unknown"), CONTEXT).report
    assert "(5.1.1)" in stated.sentence


def test_reading_knows_our_own_marks() -> None:
    read = mail_reader(KEYS)
    raw = f"From: a@x.example\r\nX-Loop: {loop_token(KEYS, 1)}\r\nMessage-ID: <l@x>\r\n\r\nx\r\n".encode()
    assert read(raw, CONTEXT).kind == "loop"
    other = ReadContext(workspace_id=2, own_addresses=frozenset())
    assert read(raw, other).kind == "human", "mail between two workspaces is no loop"
    forged = b"From: a@x.example\r\nReferences: <h.0195aaaaaaaa7aaa8aaaaaaaaaaaaaaa.0123456789abcdef@desk.example>\r\n\r\nx\r\n"
    assert read(forged, CONTEXT).own_ids == []


@pytest.mark.parametrize("address", ["x@y.example\n", "x\x01@y.example", "x@y.example\x7f", "x@xn--ü.example"])
async def test_a_blind_copy_to_what_is_no_address_never_meets_the_network(address: str) -> None:
    channel = mail_channel(KEYS, SmtpSender(host_policy(allow_private=True)))
    out = Outgoing(
        workspace_id=1, outbox_id=uuid4(), account=OutAccount(1, 1, "Support", "support@desk.example", {}),
        external_id="a@b", author_name="Ada", to=[Recipient(address="c@x.example")], cc=[],
        bcc=[Recipient(address=address)], subject="s", text="t", html=None, at=datetime.now(UTC), locale="en",
        time_zone="UTC", parent=None, references=[], quoted=None, files=[], from_address="support@desk.example",
    )  # fmt: skip
    with pytest.raises(SendFailed) as failed:
        await channel.prepare(out)
    assert failed.value.permanent


def test_an_international_domain_needs_no_international_server() -> None:
    assert wire_address("kim@예시.example") == "kim@xn--vv4b11d.example"
