"""Damaged mails: the same ones every time, each kind damages, none grows without end."""

from pathlib import Path
from random import Random

import pytest

from hark.bench.mail.corpus import Corpus, collect
from hark.bench.mail.giants import giants
from hark.bench.mail.mutations import MAX_BYTES, MUTATIONS, mutate, split_header
from hark.bench.mail.reading import mutation

MAIL = (
    b"From: Ann <ann@shop.example>\r\nTo: desk@x.example\r\nSubject: =?euc-kr?B?waa48Q==?=\r\n"
    b' =?utf-8?Q?and_more?=\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="b"\r\n\r\n'
    b"--b\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\nHello\r\n--b--\r\n"
)
OTHER = b"From: bob@other.example\nSubject: other\n\nanother text\n"


@pytest.mark.parametrize("name", MUTATIONS)
def test_each_kind_damages_and_can_be_repeated(name: str) -> None:
    damaged = [MUTATIONS[name](MAIL, OTHER, Random(n)) for n in range(20)]
    assert damaged == [MUTATIONS[name](MAIL, OTHER, Random(n)) for n in range(20)]
    assert sum(one != MAIL for one in damaged) > 10
    assert len(set(damaged)) > 1


@pytest.mark.parametrize("name", MUTATIONS)
def test_each_kind_takes_any_bytes(name: str) -> None:
    for raw in (b"", b"\n", b"\xff" * 50, b"no header at all", b"Subject: only\r\n"):
        for n in range(10):
            assert isinstance(MUTATIONS[name](raw, b"", Random(n)), bytes)


def test_mutations_on_each_other_stay_bounded() -> None:
    for n in range(300):
        how, damaged = mutate(MAIL, OTHER, Random(n))
        assert set(how.split("+")) <= set(MUTATIONS)
        assert len(damaged) <= MAX_BYTES


def test_giants_are_as_large_as_told_and_all_different() -> None:
    all_of_them = list(giants(100_000))
    assert all(95_000 < len(raw) < 135_000 for _, raw in all_of_them)
    assert len({what for what, _ in all_of_them}) == len({raw for _, raw in all_of_them}) == len(all_of_them)
    assert len(all_of_them) > 50


def test_a_header_is_split_into_whole_fields() -> None:
    fields, rest = split_header(MAIL)
    assert [f.partition(b":")[0] for f in fields] == [b"From", b"To", b"Subject", b"MIME-Version", b"Content-Type"]
    assert b"and_more" in fields[2]
    assert rest.startswith(b"\r\n\r\n--b")


def test_a_corpus_keeps_mails_as_they_are(tmp_path: Path) -> None:
    corpus = Corpus.write(tmp_path / "corpus", [MAIL, b"", b"\xff"], [OTHER])
    assert len(corpus) == 3
    assert corpus.odd == 2
    assert [corpus.read(n) for n in range(3)] == [MAIL, b"\xff", OTHER]


def test_a_mutation_has_a_number(tmp_path: Path) -> None:
    corpus = Corpus.write(tmp_path / "corpus", [MAIL], [OTHER])
    assert mutation(corpus, 7) == mutation(corpus, 7)
    assert len({mutation(corpus, n)[1] for n in range(30)}) > 20


def test_without_data_the_mails_are_made_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HARK_BENCH_DATA", str(tmp_path / "nowhere"))
    corpus, kind = collect(tmp_path / "corpus")
    assert kind == "made-up"
    assert len(corpus) > corpus.odd > 0


def test_files_of_all_folders_are_odd_mails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for place in ("email/deep/a.eml", "bounces/b.eml", "mailauth/c.eml", "elsewhere/d.eml", "email/e.json"):
        (tmp_path / place).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / place).write_bytes(b"Subject: " + place.encode())
    monkeypatch.setenv("HARK_BENCH_DATA", str(tmp_path))
    corpus, kind = collect(tmp_path / "corpus")
    assert kind == "real"
    assert {corpus.read(n) for n in range(corpus.odd)} == {
        b"Subject: email/deep/a.eml",
        b"Subject: bounces/b.eml",
        b"Subject: mailauth/c.eml",
    }
