"""Mails nobody should send: each has a fate and a sentence, and stops nothing."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.intake.conftest import Desk

from hark.core.files import Files
from hark.intake.actions import forget_old_raw
from hark.intake.types import Fate

Mail = Callable[..., bytes]
DATA = Path(__file__).parent.parent.parent.parent / "shared" / "data"


async def test_ten_thousand_recipients(desk: Desk, mail: Mail) -> None:
    line = await desk.put(mail(To=", ".join(f"r{n}@x.example" for n in range(10_000))))
    assert line.fate is Fate.NEW
    assert line.reason
    assert "recipients" in line.reason
    refs = await desk.db.pool.fetchval("SELECT refs FROM endpoints WHERE conversation_id = $1", line.conversation_id)
    assert len(refs["cc"]) <= 100


async def test_a_thousand_nested_parts(desk: Desk) -> None:
    parts = "".join(f'Content-Type: multipart/mixed; boundary="b{n}"\r\n\r\n--b{n}\r\n' for n in range(1000))
    line = await desk.put(f"From: a@x.example\r\nMessage-ID: <n@x>\r\n{parts}".encode())
    assert line.fate is Fate.NEW
    assert line.reason


async def test_endless_headers(desk: Desk) -> None:
    raw = b"From: a@x.example\r\nMessage-ID: <e@x>\r\n" + b"X-Pad: " + b"x" * 70 + b"\r\n"
    line = await desk.put(raw + b"X-More: yes\r\n" * 200_000 + b"\r\nbody\r\n")
    assert line.fate is Fate.NEW


async def test_no_message_id(desk: Desk, mail: Mail) -> None:
    line = await desk.put(mail(Message_ID=None))
    assert line.fate is Fate.NEW
    assert line.reason
    assert "Message-ID" in line.reason


async def test_no_sender_at_all(desk: Desk, mail: Mail) -> None:
    line = await desk.put(mail(From=None))
    assert line.fate is Fate.NEW
    assert line.reason
    assert "cannot be answered" in line.reason
    named = await desk.put(mail(From=None), mail_from="bot@shop.example")
    assert named.reason
    assert "bot@shop.example" in named.reason


@pytest.mark.parametrize(
    "raw",
    [
        b"From: a@x.example\r\nSubject: nul\x00s\r\nMessage-ID: <z\x00@x>\r\n\r\nbo\x00dy\x00\r\n",
        "From: Jörg <j@x.example>\r\nSubject: grüße\r\nMessage-ID: <8@x>\r\n\r\nä\r\n".encode("latin-1"),
        b"From: a@x.example\r\nMessage-ID: <c@x>\r\nContent-Type: text/plain; charset=klingon\r\n\r\n\xc3\xa4 \xff\r\n",
        b"",
        b"\r\n\r\n",
        b"\x00",
        b"garbage without a header",
        b"From: \r\nTo: \r\n\r\n",
        b"From: a@x.example\r\nReferences: " + b"<x@y> " * 5000 + b"\r\nMessage-ID: <rr@x>\r\n\r\nx",
        b"From: a@x.example\r\nSubject: " + b"s" * 100_000 + b"\r\nMessage-ID: <ls@x>\r\n\r\nx",
        b"From: a@x.example\r\nMessage-ID: <" + b"m" * 5000 + b"@x>\r\n\r\nx",
        b"From: " + b"n" * 5000 + b" <" + b"a" * 2000 + b"@x.example>\r\nMessage-ID: <la@x>\r\n\r\nx",
        b'From: a@x.example\r\nMessage-ID: <f@x>\r\nContent-Type: text/plain; name="../../etc/passwd"\r\n'
        b"Content-Disposition: attachment\r\n\r\nx",
    ],
)
async def test_odd_bytes(desk: Desk, raw: bytes, files: object) -> None:
    line = await desk.put(raw)
    assert line.fate is Fate.NEW, line.reason
    assert line.message_id


@pytest.mark.slow
@pytest.mark.parametrize("folder", ["email", "bounces"])
async def test_the_collected_odd_mails_all_have_a_fate(desk: Desk, folder: str) -> None:
    root = DATA / folder
    if not root.exists():
        pytest.skip(f"the shared data folder {folder} is not beside this checkout")
    paths = [p for p in sorted(root.rglob("*")) if p.suffix in (".eml", ".msg", ".txt", ".mail")]
    for path in paths:
        await desk.accept(path.read_bytes())
    await desk.work()
    open_or_parked = await desk.db.one(
        int, "SELECT count(*) FROM intake_items WHERE workspace_id = $1 AND fate IN (0, 7)", desk.workspace.id
    )
    assert open_or_parked == 0
    assert await desk.count("intake_items") > len(paths) * 0.9


async def test_an_id_too_long_for_an_index_is_no_id(desk: Desk, mail: Mail) -> None:
    line = await desk.put(mail(Message_ID="<" + "한" * 890 + "@x>", References="<" + "글" * 890 + "@x>"))
    assert line.fate is Fate.NEW


async def test_old_raw_mails_are_erased_but_not_what_waits(desk: Desk, mail: Mail, files: Files, clock: Any) -> None:
    done = await desk.put(mail(Message_ID="<keep@x>"))
    held = await desk.put(mail(From="eve@x.example", In_Reply_To="<keep@x>"))
    assert held.fate is Fate.HELD
    assert await forget_old_raw(desk.db, files, 90) == 0
    clock.advance(days=91)
    assert await forget_old_raw(desk.db, files, 90) >= 1
    keys = dict(
        await desk.db.pool.fetch("SELECT id, blob_key FROM intake_items WHERE workspace_id = $1", desk.workspace.id)
    )
    assert keys[done.id] == ""
    assert await files.get(keys[held.id])
