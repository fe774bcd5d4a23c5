"""Header lines as people read them, from any bytes."""

from hypothesis import given
from hypothesis import strategies as st

from hark.channels.email.preview import MAX_LINES, header_lines


def pairs(raw: bytes) -> list[tuple[str, str]]:
    return [(line.name, line.value) for line in header_lines(raw)]


def test_fields_in_their_order_decoded_and_unfolded() -> None:
    raw = (
        b"Received: from a.example\r\n\tby b.example; Mon\r\nSubject: =?utf-8?b?7KO866y4?=\r\n =?utf-8?q?_delay=C3=A9?=\r\n"
        b"Received: from c.example\r\nX-Empty:\r\n\r\nNot: a header\r\n"
    )
    assert pairs(raw) == [
        ("Received", "from a.example by b.example; Mon"), ("Subject", "주문 delayé"), ("Received", "from c.example"),
        ("X-Empty", ""),
    ]  # fmt: skip


def test_bare_line_ends_and_a_mail_without_a_body() -> None:
    assert pairs(b"A: 1\nB: 2\n 3\n\nC: 4") == [("A", "1"), ("B", "2 3")]
    assert pairs(b"A: 1\rB: 2\r\rC: 4") == [("A", "1"), ("B", "2")]
    assert pairs(b"A: 1") == [("A", "1")]
    assert pairs(b"") == pairs(b"no header at all") == []


def test_a_line_that_is_none_is_passed_over() -> None:
    assert pairs(b"From someone Mon\nA: 1\nbroken line\nB: 2\n\n") == [("A", "1"), ("B", "2")]


def test_a_hostile_header_is_bounded() -> None:
    assert len(header_lines(b"X: 1\n" * 100_000)) == MAX_LINES
    assert len(header_lines(b"X: " + b"a" * 10_000_000)[0].value) <= 5_000


@given(st.binary(max_size=300))
def test_any_bytes(raw: bytes) -> None:
    for line in header_lines(raw):
        assert "\0" not in line.value
        assert "\n" not in line.value
