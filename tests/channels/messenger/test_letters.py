"""The words of letters and transcripts, in every language of the product."""

from datetime import UTC, datetime

import pytest

from hark.channels.messenger.letters import WORDS, Line, subject, transcript, unread_letter

AT = datetime(2026, 3, 1, 22, 30, tzinfo=UTC)
LINES = [
    Line(at=AT, ours=False, name="", text="안녕하세요 <3"),
    Line(at=AT.replace(minute=31), ours=True, name="Kim", text="", files=["a.pdf", "b.pdf"]),
    Line(at=AT.replace(day=2), ours=True, name="Kim", text="one\ntwo"),
]


def test_every_language_says_everything() -> None:
    assert {key for said in WORDS.values() for key in said} == set(WORDS["en"])
    assert all(set(said) == set(WORDS["en"]) for said in WORDS.values())


@pytest.mark.parametrize(("locale", "start"), [
    ("ko-KR", "2026년 3월 2일 월요일"), ("it", "lunedì 2 marzo 2026"), ("en_GB", "Monday, March 2, 2026"),
    ("xx", "Monday, March 2, 2026"),
])  # fmt: skip
def test_a_transcript_goes_by_days_of_the_zone_in_the_visitors_language(locale: str, start: str) -> None:
    text, html = transcript(LINES, inbox="Shop", locale=locale, zone="Asia/Seoul", cut=False)
    assert text.startswith(start)
    assert html.count("<h3>") == 2
    assert "안녕하세요 &lt;3" in html
    assert "one<br>two" in html


def test_who_said_no_name_is_you_and_files_are_named() -> None:
    text, _ = transcript(LINES, inbox="Shop", locale="en", zone="UTC", cut=True)
    cut, day, first, second, _, last = text.split("\n\n")
    assert cut == "What was written before that is left out here."
    assert day == "Sunday, March 1, 2026"
    assert first == "10:30\u202fPM  You\n  안녕하세요 <3"
    assert second == "10:31\u202fPM  Kim\n  File: a.pdf, b.pdf"
    assert last == "10:30\u202fPM  Kim\n  one\n  two"


def test_a_letter_holds_the_answers_and_what_did_not_fit() -> None:
    assert unread_letter(["one\n", " ", "two"], ["huge.mp4"], "it").split("\n\n")[:3] == [
        "one", "two", "I file sono troppo grandi per un'e-mail e si trovano nel messenger: huge.mp4"
    ]  # fmt: skip
    assert subject("Shop", "ko") == "Shop 상담 내용"
