"""The glue between the pure e-mail parts and the rest: what intake is told, and where the history begins."""

import pytest

from hark.channels.email.adapter import loop_token, mail_reader, quoted_at
from hark.core.crypto import Keys
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


def test_reading_knows_our_own_marks() -> None:
    read = mail_reader(KEYS)
    raw = f"From: a@x.example\r\nX-Loop: {loop_token(KEYS, 1)}\r\nMessage-ID: <l@x>\r\n\r\nx\r\n".encode()
    assert read(raw, CONTEXT).kind == "loop"
    other = ReadContext(workspace_id=2, own_addresses=frozenset())
    assert read(raw, other).kind == "human", "mail between two workspaces is no loop"
    forged = b"From: a@x.example\r\nReferences: <h.0195aaaaaaaa7aaa8aaaaaaaaaaaaaaa.0123456789abcdef@desk.example>\r\n\r\nx\r\n"
    assert read(forged, CONTEXT).own_ids == []
