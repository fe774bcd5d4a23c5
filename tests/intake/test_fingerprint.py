"""The same mail twice has one id; different mails never share one."""

from hypothesis import given
from hypothesis import strategies as st

from hark.intake.fingerprint import external_id

MAIL = b"Message-ID: <a@x>\r\nFrom: a@x\r\nSubject: hi\r\n\r\nbody\r\n"


def test_trace_fields_and_line_endings_do_not_count() -> None:
    by_another_way = b"Received: from b by c;\r\n Mon, 1 Jan\r\nReturn-Path: <a@x>\r\n" + MAIL
    assert external_id(by_another_way) == external_id(MAIL)
    assert external_id(MAIL.replace(b"\r\n", b"\n")) == external_id(MAIL)


def test_same_message_id_with_other_sender_or_text_is_another_mail() -> None:
    assert external_id(MAIL.replace(b"From: a@x", b"From: b@x")) != external_id(MAIL)
    assert external_id(MAIL.replace(b"body", b"text")) != external_id(MAIL)


def test_a_trace_field_in_the_body_counts() -> None:
    assert external_id(MAIL + b"\r\nReceived: x\r\n") != external_id(MAIL)


def test_without_message_id_every_byte_counts() -> None:
    bare = MAIL.partition(b"\r\n")[2]
    assert external_id(b"Received: one\r\n" + bare) != external_id(b"Received: two\r\n" + bare)
    assert external_id(bare) == external_id(bare)
    assert external_id(b"Message-ID: \r\n" + bare) != external_id(b"Received: q\r\nMessage-ID: \r\n" + bare)


@given(st.binary(max_size=300))
def test_any_bytes_have_an_id(raw: bytes) -> None:
    assert external_id(raw) == external_id(raw)
    assert external_id(raw).startswith("sha256:")
