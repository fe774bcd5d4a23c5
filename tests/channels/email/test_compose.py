"""build_reply: what we send, our own parser and the standard library read back."""

import email
import email.policy
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hark.channels.email.compose import (
    OutFile,
    Quoted,
    build_reply,
    new_message_id,
    own_message_id,
    reply_subject,
    thread_references,
)
from hark.channels.email.mime import parse_message
from hark.channels.email.types import Address

OUTBOX = UUID("01890000-0000-7000-8000-000000000001")
AT = datetime(2023, 1, 2, 15, 4, tzinfo=UTC)


def compose(**changes: Any) -> bytes:
    fields: dict[str, Any] = {
        "from_": Address("고객지원", "help@example.com"), "to": [Address("김철수", "kim@example.co.kr")],
        "subject": "배송 문의", "text": "안녕하세요", "date": AT,
        "message_id": new_message_id(OUTBOX, domain="example.com", secret=b"s"),
    }  # fmt: skip
    return build_reply(**(fields | changes))


def test_an_answer_reads_back_as_it_was_written() -> None:
    raw = compose(cc=[Address('O"Brien, Pat', "pat@example.com")], reply_to=Address("", "team@example.com"),
                  parent_id="p@x", parent_references=["r1@x", "r2@x"], automatic="auto-replied", loop_token="t1",
                  files=[OutFile(name="견적서 (최종).pdf", content_type="application/pdf", payload=b"%PDF\x00"),
                         OutFile(name="mail.eml", content_type="message/rfc822", payload=b"From: x\n\nbody\n"),
                         OutFile(name="a.png", content_type="image/png", payload=b"png", cid="c1@x")])  # fmt: skip
    assert raw.isascii()
    assert max(map(len, raw.split(b"\r\n"))) <= 998
    mail = parse_message(raw)
    assert mail.problems == []
    assert mail.from_ == Address("고객지원", "help@example.com")
    assert mail.cc == [Address('O"Brien, Pat', "pat@example.com")]
    assert mail.reply_to == [Address("", "team@example.com")]
    assert mail.subject == "Re: 배송 문의"
    assert mail.in_reply_to == ["p@x"]
    assert mail.references == ["r1@x", "r2@x", "p@x"]
    assert mail.date == AT
    assert mail.text == "안녕하세요"
    assert "안녕하세요" in (mail.html or "")
    assert mail.headers["auto-submitted"] == "auto-replied"
    assert mail.headers["x-loop"] == "t1"
    files = {one.name: one for one in mail.attachments}
    assert files["견적서 (최종).pdf"].payload == b"%PDF\x00"
    assert files["mail.eml"].payload == b"From: x\n\nbody\n"
    assert (files["a.png"].cid, files["a.png"].inline) == ("c1@x", True)
    assert email.message_from_bytes(raw, policy=email.policy.default)["subject"] == "Re: 배송 문의"


def test_a_second_try_has_the_same_bytes() -> None:
    files = [
        OutFile(name="a", content_type="x/y", payload=b"1"),
        OutFile(name="b.png", content_type="image/png", payload=b"2", cid="c"),
    ]
    assert compose(files=files, parent_id="p@x") == compose(files=files, parent_id="p@x")


@pytest.mark.parametrize(("locale", "line"), [
    ("ko", "2023년 1월 2일 (월) 오후 3:04, Kim님이 작성:"), ("it-IT", "Il 2 gen 2023, 15:04, Kim ha scritto:"),
    ("en", "On 2 Jan 2023, 15:04, Kim wrote:"), ("xx", "On 2 Jan 2023, 15:04, Kim wrote:"),
])  # fmt: skip
def test_the_tail_is_in_the_language_of_the_conversation(locale: str, line: str) -> None:
    mail = parse_message(compose(quoted=Quoted(name="Kim", at=AT, text="one\n\ntwo"), locale=locale))
    assert mail.text == f"안녕하세요\n\n{line}\n> one\n>\n> two"
    assert "<blockquote" in (mail.html or "")


@pytest.mark.parametrize(("subject", "want"), [
    ("Hello", "Re: Hello"), ("Re: Hello", "Re: Hello"), ("RE: AW: Re[2]: 회신: Hello", "Re: Hello"), ("R: Ordine", "Re: Ordine"),
    ("Rent: 3", "Re: Rent: 3"), ("", "Re:"), ("Re:", "Re:"), ("a\r\nBcc: x@example.com", "Re: a Bcc: x@example.com"),
])  # fmt: skip
def test_subject_prefix_stands_once(subject: str, want: str) -> None:
    assert reply_subject(subject) == want


def test_references_keep_the_first_and_the_newest() -> None:
    chain = thread_references("p@x", [f"{n}@x" for n in range(100)])
    assert len(chain) == 20
    assert (chain[0], chain[1], chain[-2], chain[-1]) == ("0@x", "82@x", "99@x", "p@x")
    assert thread_references("a@x", ["a@x", "b@x"]) == ["b@x", "a@x"]
    assert thread_references(None, []) == []


def test_own_ids_are_recognised_and_not_forged() -> None:
    one = new_message_id(OUTBOX, domain="example.com", secret=b"s")
    assert own_message_id(one, b"s") == own_message_id(f" <{one.upper()}> ", b"s") == OUTBOX
    assert own_message_id(one, b"other") is None
    assert own_message_id(one.replace(OUTBOX.hex, uuid4().hex), b"s") is None
    assert own_message_id("", b"s") is None


@pytest.mark.parametrize("address", ["", "x", "a@b\r\nBcc: c@d", "a b@c", "a@b,c@d", "<a@b>", "김@example.com"])
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(ValueError, match="is not a mail address"):
        compose(to=[Address("", address)])


@given(st.text(max_size=120), st.text(max_size=80), st.text(max_size=300))
def test_no_text_breaks_the_header(subject: str, name: str, text: str) -> None:
    raw = compose(subject=subject, from_=Address(name, "help@example.com"), text=text, parent_id="p@x",
                  parent_references=["é@x", "ok@x"], files=[OutFile(name=name, content_type=subject, payload=b"1")])  # fmt: skip
    mail = parse_message(raw)
    assert mail.from_ is not None
    assert mail.from_.address == "help@example.com"
    assert [one.address for one in mail.to] == ["kim@example.co.kr"]
    assert mail.references == ["ok@x", "p@x"]
    assert mail.bcc == []
    assert len(mail.attachments) == 1
