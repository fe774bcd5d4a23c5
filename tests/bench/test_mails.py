"""Mails made of an archive: threads as in the archive, from one customer each."""

import email
import json
from email.policy import default
from pathlib import Path

import pytest

from hark.bench.mails import made_up, make_mails

LINES = [
    {"id": "a", "subject": "Broken\n page", "text": "one", "author": "ann", "at": 1_600_000_000.0},
    {"id": "b", "subject": "Re: Broken page", "text": "two", "author": "bob", "at": 1_600_000_100.0,
     "in_reply_to": ["a"], "references": ["a"], "staff": True},
    {"id": "c", "subject": "Other", "text": "drei ü", "author": "bob", "at": 1_600_000_200.0},
]  # fmt: skip


@pytest.fixture
def archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "support-mail").mkdir()
    (tmp_path / "support-mail" / "messages.jsonl").write_text("\n".join(json.dumps(line) for line in LINES))
    monkeypatch.setenv("HARK_BENCH_DATA", str(tmp_path))
    return tmp_path


def test_a_thread_keeps_its_headers_and_has_one_sender(archive: Path) -> None:
    mails, kind = make_mails(3, to="desk@x.example")
    first, reply, other = (email.message_from_bytes(raw, policy=default) for raw in mails)
    assert kind == "real"
    assert first["Subject"] == "Broken page"
    assert reply["In-Reply-To"] == reply["References"] == first["Message-ID"]
    assert reply["From"] == first["From"]
    assert "ann" in first["From"]
    assert "bob" in other["From"]
    assert other.get_content().strip() == "drei ü"
    assert all(mail["To"] == "desk@x.example" for mail in (first, reply, other))


def test_the_archive_comes_again_under_other_ids(archive: Path) -> None:
    mails, _ = make_mails(7, to="desk@x.example")
    ids = [email.message_from_bytes(raw, policy=default)["Message-ID"] for raw in mails]
    assert len(set(ids)) == 7


def test_files_beside_the_archive_are_sent_as_they_are(archive: Path) -> None:
    (archive / "email" / "deep").mkdir(parents=True)
    (archive / "email" / "deep" / "odd.eml").write_bytes(b"Subject: odd\n\n\xff")
    mails, _ = make_mails(10, to="desk@x.example")
    assert len(mails) == 10
    assert mails[-1] == b"Subject: odd\n\n\xff"


def test_made_up_mails_where_there_is_no_archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HARK_BENCH_DATA", str(tmp_path))
    mails, kind = make_mails(4, to="desk@x.example")
    assert kind == "made-up"
    assert mails == [made_up(n, to="desk@x.example") for n in range(4)]
