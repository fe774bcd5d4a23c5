"""split_reply on mails as the programs write them (own samples), and on the shared collections: no word lost."""

import time
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hark.channels.email.mime import parse_message
from hark.channels.email.reply import split_reply

SHARED = Path(__file__).parents[4] / "shared" / "data" / "reply"

CASES = {
    "gmail en": ("Works now, thanks!\n\nOn Mon, Jan 2, 2023 at 3:04 PM Help <help@example.com> wrote:\n\n> Did it?\n> Bye\n", "Works now, thanks!", ""),
    "gmail en over two lines": ("Yes\n\nOn Mon, Jan 2, 2023 at 3:04 PM A Rather Long Name <\nhelp@example.com> wrote:\n> Did it?", "Yes", ""),
    "gmail ko": ("네, 됩니다.\n\n2023년 1월 2일 (월) 오후 3:04, 고객지원 <help@example.com>님이 작성:\n\n> 되나요?", "네, 됩니다.", ""),
    "apple ko": ("감사합니다\n나의 iPhone에서 보냄\n\n2023. 1. 2. 오후 3:04, 고객지원 <help@example.com> 작성:\n\n> 안녕하세요", "감사합니다", "나의 iPhone에서 보냄"),
    "naver": ("확인했습니다.\n\n-----Original Message-----\nFrom: \"고객지원\"<help@example.com>\nTo: <kim@naver.example>;\nCc:\nSent: 2023-01-02 (월) 15:04:05 (GMT+09:00)\nSubject: 문의\n\n이전 내용", "확인했습니다.", ""),
    "daum": ("알겠습니다\n\n--------- 원본 메일 ---------\n보낸사람: 고객지원 <help@example.com>\n받는사람: kim@example.com\n날짜: 2023년 1월 2일\n제목: 문의\n\n이전", "알겠습니다", ""),
    "outlook ko": ("답변 드립니다.\n\n보낸 사람: 고객지원 <help@example.com>\n보낸 날짜: 2023년 1월 2일 월요일 오후 3:04\n받는 사람: 김철수\n제목: 문의\n\n이전", "답변 드립니다.", ""),
    "gmail it": ("Grazie!\n\nIl giorno lun 2 gen 2023 alle ore 15:04 Aiuto <help@example.com> ha scritto:\n\n> Ciao", "Grazie!", ""),
    "outlook it": ("Va bene.\n\n________________________________\nDa: Aiuto <help@example.com>\nInviato: lunedì 2 gennaio 2023 15:04\nA: Anna\nOggetto: Ordine\n\nCiao", "Va bene.", ""),
    "outlook de": ("Danke.\n\n-----Ursprüngliche Nachricht-----\nVon: Hilfe\nGesendet: Montag\nAn: A\nBetreff: B\n\nalt", "Danke.", ""),
    "gmail de": ("Danke\n\nAm Mo., 2. Jan. 2023 um 15:04 Uhr schrieb Hilfe <help@example.com>:\n\n> alt", "Danke", ""),
    "gmail fr": ("Merci\n\nLe lun. 2 janv. 2023 à 15:04, Aide <help@example.com> a écrit :\n\n> vieux", "Merci", ""),
    "gmail es": ("Gracias\n\nEl lun, 2 ene 2023 a las 15:04, Ayuda (<help@example.com>) escribió:\n\n> viejo", "Gracias", ""),
    "gmail pt": ("Obrigado\n\nEm seg., 2 de jan. de 2023 às 15:04, Ajuda <help@example.com> escreveu:\n\n> velho", "Obrigado", ""),
    "gmail ja": ("了解です\n\n2023年1月2日(月) 15:04 Help <help@example.com>:\n\n> 古い", "了解です", ""),
    "gmail zh": ("好的\n\nHelp <help@example.com> 于2023年1月2日周一 15:04写道：\n\n> 旧", "好的", ""),
    "thunderbird sv": ("Tack\n\nDen 2023-01-02 kl. 15:04, skrev Hjälp:\n> gammal", "Tack", ""),
    "inline answers": ("Hello,\n\nOn Mon, Jan 2, 2023, Help <help@example.com> wrote:\n> Which version?\n\n3.2\n\n> And system?\n\nLinux", "Hello,\n\n\n3.2\n\n\nLinux", ""),
    "forward": ("FYI\n\n---------- Forwarded message ---------\nFrom: A <a@example.com>\nDate: Mon\nSubject: Offer\n\nThe offer", "FYI\n\n---------- Forwarded message ---------\nFrom: A <a@example.com>\nDate: Mon\nSubject: Offer\n\nThe offer", ""),
    "signature": ("Call me.\n\n-- \nKim\n+82 2 123", "Call me.", "-- \nKim\n+82 2 123"),
    "mobile": ("ok\n\nSent from my iPhone", "ok", "Sent from my iPhone"),
    "list, not signature": ("I need:\n- one\n- two\n- three", "I need:\n- one\n- two\n- three", ""),
    "colon, not header": ("Hi,\nOn the 3rd page I wrote:\nplease help", "Hi,\nOn the 3rd page I wrote:\nplease help", ""),
    "from, not header": ("Hi,\nFrom: where do I order?\nThanks", "Hi,\nFrom: where do I order?\nThanks", ""),
    "only a quote": ("> one\n> two", "> one\n> two", ""),
    "nothing": ("", "", ""),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_split(name: str) -> None:
    text, visible, signature = CASES[name]
    split = split_reply(text)
    assert split.visible == visible
    assert split.signature == "\n".join(line.rstrip() for line in signature.split("\n"))


def _words(*texts: str) -> Counter[str]:
    return Counter(word for text in texts for word in text.split())


@given(
    st.lists(
        st.sampled_from(
            [*"\n".join(text for text, _, _ in CASES.values()).split("\n"), "-- ", "", ">", "> x", "___" * 12]
        ),
        max_size=25,
    )
)
def test_no_word_is_lost(lines: list[str]) -> None:
    text = "\n".join(lines)
    split = split_reply(text)
    assert _words(split.visible, split.quoted, split.signature) == _words(text)


def test_no_word_of_the_shared_mails_is_lost() -> None:
    if not SHARED.exists():
        pytest.skip("shared data 'reply' is not beside this checkout")
    count = 0
    for path in SHARED.rglob("*"):
        if path.suffix not in (".txt", ".eml") or not path.is_file():
            continue
        raw = path.read_bytes()
        text = parse_message(raw).text if path.suffix == ".eml" else raw.decode("utf-8", "replace")
        split = split_reply(text)
        assert _words(split.visible, split.quoted, split.signature) == _words(text), path
        count += 1
    assert count > 150


def test_html_is_read_when_there_is_no_text() -> None:
    split = split_reply(
        "", '<div>fine</div><div class="gmail_quote">On Jan 2, 2023, Help wrote:<blockquote>old</blockquote></div>'
    )
    assert split.visible == "fine"
    assert "old" in split.quoted


def test_languages_limit_the_rules() -> None:
    text = "Danke\n\nAm Mo., 2. Jan. 2023 um 15:04 Uhr schrieb Hilfe (Team):\n\n> alt"
    assert split_reply(text, languages=["de"]).visible == "Danke"
    assert "schrieb" in split_reply(text, languages=["ko"]).visible


@pytest.mark.parametrize("text", ["On a:\n" * 100_000, "From: a@b\n" * 100_000, "On 12:00 x:\n" * 50_000, "-" * 1_000_000, "- \n" * 200_000,
                                  "x " * 500_000, ">\n" * 200_000])  # fmt: skip
def test_hostile_text_is_split_in_time(text: str) -> None:
    started = time.process_time()
    split_reply(text)
    assert time.process_time() - started < 3.0
