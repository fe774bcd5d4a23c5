"""What each kind of source holds, and what of it cannot be read."""

import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from tests.imports.conftest import mail, mbox

from hark.channels.email.mime import parse_message
from hark.imports import jsonl, maildir
from hark.imports import mbox as mbox_file
from hark.imports.types import Found, LeftOut, Unreadable

LIMIT = 100_000


def split(items: list[Any]) -> tuple[list[Found], list[str]]:
    return [i for i in items if isinstance(i, Found)], [i.label for i in items if not isinstance(i, Found)]


def test_mbox_quoted_from_lines_come_out_as_they_were(tmp_path: Path) -> None:
    first = mail(1, body="From here on\n>From there\n\nFrom 2019 to 2020 at 10:30 nothing\nend")
    path = tmp_path / "box"
    path.write_bytes(mbox(first, mail(2)))
    found, bad = split(list(mbox_file.scan(path, LIMIT)))
    assert [f.raw for f in found] == [first, mail(2)]
    assert not bad
    assert found[0].arrived == datetime(2019, 3, 4, 11, tzinfo=UTC)
    assert all(mbox_file.read(f.place, LIMIT) == f for f in found)


def test_an_unquoted_from_in_a_text_does_not_cut_the_mail(tmp_path: Path) -> None:
    body = (
        b"Hello,\n\nFrom my point of view\nit is late.\nFrom x Mon Mar  4 11:00:00 2019 in the middle of a paragraph\n"
    )
    path = tmp_path / "box"
    path.write_bytes(b"From a@b.example Mon Mar  4 11:00:00 2019\nFrom: a@b.example\n\n" + body)
    found, _ = split(list(mbox_file.scan(path, LIMIT)))
    assert len(found) == 1
    assert found[0].raw.endswith(body)


@pytest.mark.parametrize(
    "separator", [b"From - \n", b"From 1844347792267117879@xxx\n", b"From - Mon Jun  3 12:50:27 1996\n"]
)
@pytest.mark.parametrize("between", [b"", b"\n", b"\n\n"])
def test_separators_of_other_programs(tmp_path: Path, separator: bytes, between: bytes) -> None:
    """Without a date, without a blank line before it, behind a byte order mark."""
    path = tmp_path / "box"
    path.write_bytes(
        b"\xef\xbb\xbf" + separator + mail(1) + between + separator + mail(2, body="From Russia\nwith love")
    )
    found, bad = split(list(mbox_file.scan(path, LIMIT)))
    assert [parse_message(f.raw).message_id for f in found] == ["m1@shop.example", "m2@shop.example"]
    assert not bad


@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_mbox_line_ends_and_a_last_line_without_one(tmp_path: Path, end: bytes) -> None:
    path = tmp_path / "box"
    path.write_bytes(mbox(mail(1), mail(2), mail(3)).replace(b"\n", end).rstrip())
    found, _ = split(list(mbox_file.scan(path, LIMIT)))
    assert [parse_message(f.raw).message_id for f in found] == [f"m{n}@shop.example" for n in (1, 2, 3)]


def test_what_is_no_mail_in_an_mbox_is_named_with_its_place(tmp_path: Path) -> None:
    path = tmp_path / "box"
    path.write_bytes(b"some words\n\n" + mbox(mail(1)) + b"From x Mon Mar  4 11:00:00 2019\n\n" + mbox(mail(2)))
    found, bad = split(list(mbox_file.scan(path, LIMIT)))
    assert len(found) == 2
    assert [label.split(" (")[0] for label in bad] == ["mail 1", "mail 3"]


def test_a_mail_over_the_limit_is_cut_but_its_size_is_known(tmp_path: Path) -> None:
    path = tmp_path / "box"
    path.write_bytes(mbox(mail(1, body="x" * 5_000), mail(2)))
    found, _ = split(list(mbox_file.scan(path, 1_000)))
    assert found[0].size > 5_000 > len(found[0].raw)
    assert found[1].size < 1_000


def test_maildir_flags_folders_and_what_is_no_history(tmp_path: Path) -> None:
    for folder in ("cur", "new", "tmp", ".Sent/cur", ".Archive.2019/cur", ".Trash/cur"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "cur/1551693600.a:2,S").write_bytes(mail(1))
    (tmp_path / "cur/1551693600.b:2,RST").write_bytes(mail(2))
    (tmp_path / "cur/1551693600.c:2,D").write_bytes(mail(3))
    (tmp_path / "new/1551693600.d").write_bytes(mail(4))
    (tmp_path / "new/1551693600.e").write_bytes(b"")
    (tmp_path / "tmp/1551693600.f").write_bytes(mail(6))
    (tmp_path / ".Sent/cur/1551693600.g:2,S").write_bytes(mail(7))
    (tmp_path / ".Archive.2019/cur/no-time").write_bytes(mail(8))
    (tmp_path / ".Trash/cur/1551693600.h:2,S").write_bytes(mail(9))
    items = list(maildir.scan(tmp_path, LIMIT))
    found, _ = split(items)
    assert {(f.folder, parse_message(f.raw).message_id) for f in found} == {
        ("", "m1@shop.example"), ("", "m4@shop.example"), ("Sent", "m7@shop.example"), ("Archive.2019", "m8@shop.example"),
    }  # fmt: skip
    assert found[0].arrived is not None
    assert sum(isinstance(i, LeftOut) for i in items) == 3
    assert [i.label for i in items if isinstance(i, Unreadable)] == ["new/1551693600.e"]
    arrived = {f.place.path.name: f.arrived for f in found}
    assert arrived["1551693600.d"] == datetime.fromtimestamp(1551693600, UTC)
    assert arrived["no-time"] == datetime.fromtimestamp((tmp_path / ".Archive.2019/cur/no-time").stat().st_mtime, UTC)


def test_a_folder_that_is_no_maildir(tmp_path: Path) -> None:
    with pytest.raises(NotADirectoryError, match="neither a folder cur nor new"):
        list(maildir.scan(tmp_path, LIMIT))


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_a_file_that_may_not_be_read(tmp_path: Path) -> None:
    (tmp_path / "cur").mkdir()
    (tmp_path / "cur/1").write_bytes(mail(1))
    (tmp_path / "cur/1").chmod(0)
    assert [type(i) for i in maildir.scan(tmp_path, LIMIT)] == [Unreadable]


def line(**fields: Any) -> bytes:
    return json.dumps(fields).encode() + b"\n"


def test_a_json_line_becomes_a_mail(tmp_path: Path) -> None:
    path = tmp_path / "messages.jsonl"
    path.write_bytes(
        line(id="a1", in_reply_to=["b2"], references=["c3@x.example", "b2"], at=1556496000.5, author="person 1",
             staff=True, subject="배송이\n 늦어요", text="첫 줄\n\n.\nFrom 여기")
        + line(id="<q@x.example>", **{"from": "Ann Ö. <Ann@X.example>"}, to=["b@y.example", {"name": "C, D", "address": "c@y.example"}],
               html="<p>Hi</p>", text="Hi", at="2019-03-04T10:00:00+01:00")
    )  # fmt: skip
    (one, two), _ = split(list(jsonl.scan(path, LIMIT)))
    first, second = parse_message(one.raw), parse_message(two.raw)
    assert first.message_id == "a1@import.invalid"
    assert (first.in_reply_to, first.references) == (["b2@import.invalid"], ["c3@x.example", "b2@import.invalid"])
    assert (first.subject, first.text) == ("배송이 늦어요", "첫 줄\n\n.\nFrom 여기")
    assert first.from_ is not None
    assert first.from_.name == "person 1"
    assert first.from_.address.endswith("@people.import.invalid")
    assert not first.problems
    assert (one.at, one.staff) == (datetime.fromtimestamp(1556496000.5, UTC), True)
    assert second.from_ is not None
    assert (second.from_.name, second.from_.address) == ("Ann Ö.", "Ann@x.example")
    assert [(a.name, a.address) for a in second.to] == [("", "b@y.example"), ("C, D", "c@y.example")]
    assert (second.html, second.text, second.message_id) == ("<p>Hi</p>", "Hi", "q@x.example")
    assert two.at == datetime(2019, 3, 4, 9, tzinfo=UTC)
    assert jsonl.read(one.place, LIMIT) == one


@pytest.mark.parametrize(
    "bad", [b"{", b"[1]", b'{"text": 5}', b'{"id": "x"}', b"\xff\xfe", b'{"text": ' + b"[" * 3000, b'"x"']
)
def test_bad_lines_are_named_and_the_others_taken(tmp_path: Path, bad: bytes) -> None:
    path = tmp_path / "messages.jsonl"
    path.write_bytes(line(id="a", text="x") + bad + b"\n\n" + line(id="b", text="y"))
    found, labels = split(list(jsonl.scan(path, LIMIT)))
    assert (len(found), labels) == (2, ["line 2"])


def test_a_header_cannot_be_smuggled_in_through_a_field(tmp_path: Path) -> None:
    path = tmp_path / "messages.jsonl"
    nasty = "x\r\nBcc: everyone@x.example\r\n\r\nbody"
    path.write_bytes(
        line(id=nasty, text="t", author=nasty, subject=nasty, references=[nasty], to=nasty, staff=False)
        + line(id="\ud800", text="\ud800 \0", author="\0", subject="\0")
    )
    (one, two), bad = split(list(jsonl.scan(path, LIMIT)))
    assert not bad
    parsed = parse_message(one.raw)
    assert (parsed.bcc, parsed.text) == ([], "t")
    assert parse_message(two.raw).message_id is not None


def test_a_line_without_an_end(tmp_path: Path) -> None:
    path = tmp_path / "messages.jsonl"
    path.write_bytes(b'{"text": "' + b"x" * 5_000 + b'"}\n' + line(id="b", text="y"))
    found, labels = split(list(jsonl.scan(path, 1_000)))
    assert (len(found), labels) == (1, ["line 1"])
    assert parse_message(found[0].raw).text == "y"
