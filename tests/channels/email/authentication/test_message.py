"""A mail as signatures see it."""

import tracemalloc

import pytest

from hark.channels.email.authentication.message import MAX_FIELDS, Message, split_message


@pytest.mark.parametrize(
    ("raw", "fields", "body"),
    [
        (b"A: 1\r\nB: 2\r\n more\r\n\r\nbody\r\n", [("a", b"A: 1"), ("b", b"B: 2\r\n more")], b"body\r\n"),
        (b"A: 1\nB : 2\n\tmore\n\nx\ny", [("a", b"A: 1"), ("b", b"B : 2\r\n\tmore")], b"x\r\ny"),
        (b"A: 1\r\r\nB: 2\r\n", [("a", b"A: 1\r"), ("b", b"B: 2")], b""),
        (b" folded first\r\n more\r\nA: 1\r\n\r\n", [("", b" folded first\r\n more"), ("a", b"A: 1")], b""),
        (b"no field\r\nA: 1\r\n\r\n\r\nb", [("", b"no field"), ("a", b"A: 1")], b"\r\nb"),
        (b"\r\nbody", [("", b"")], b"body"),
        (b"", [("", b"")], b""),
    ],
)
def test_fields_and_body(raw: bytes, fields: list[tuple[str, bytes]], body: bytes) -> None:
    message = split_message(raw)
    assert [(f.name, f.raw) for f in message.fields] == fields
    assert message.body == body


@pytest.mark.parametrize("line", [b"A: 1\r\n", b" \r\n", b"\n\t", b"ab\n", b"\n"])
@pytest.mark.parametrize("head", [b"", b"X: 1\r\n\r\n"])
def test_millions_of_lines_take_few_times_their_size(line: bytes, head: bytes) -> None:
    raw = head + line * (4_000_000 // len(line))
    tracemalloc.start()
    try:
        message: Message = split_message(raw)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(message.fields) <= MAX_FIELDS
    assert peak < 8 * len(raw)
