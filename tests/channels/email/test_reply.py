"""split_reply on mails as the programs write them (own samples), and on the shared collections: no word lost."""

import time
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.channels.email.scores import score_replies

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


# What programs put between an answer and its history.
HISTORIES = {
    "gmail en": "On Mon, Jan 2, 2023 at 3:04 PM Help <help@example.com> wrote:\n\n> Did it?",
    "gmail en nb": "On Mon, Jan 2, 2023 at 3:04 PM Help <help@example.com> wrote:\n\n> Did it?",
    "gmail ko": "2023년 1월 2일 (월) 오후 3:04, 고객지원 <help@example.com>님이 작성:\n\n> 되나요?",
    "gmail ko wrap": "2023년 1월 2일 (월) 오후 3:04, 고객지원 아주 긴 이름 <\nhelp@example.com>님이 작성:\n\n> 되나요?",
    "tb ko": "2023-01-02 오후 3:04에 고객지원 이(가) 쓴 글:\n> 되나요?",
    "apple ko": "2023. 1. 2. 오후 3:04, 고객지원 <help@example.com> 작성:\n\n> 안녕",
    "naver": "-----Original Message-----\nFrom: \"고객\"<help@example.com>\nTo: <kim@naver.example>;\nCc:\nSent: 2023-01-02 (월) 15:04:05 (GMT+09:00)\nSubject: 문의\n\n이전",
    "daum": "--------- 원본 메일 ---------\n보낸사람 : 고객 <help@example.com>\n받는사람 : kim@example.com\n날짜: 2023년 1월 2일\n제목: 문의\n\n이전",
    "samsung ko": "-------- 원본 이메일 --------\n발신: 고객 <help@example.com>\n날짜: 23/1/2  오후 3:04  (GMT+09:00)\n받은 사람: kim@example.com\n제목: 문의\n\n이전",
    "outlook ko": "보낸 사람: 고객지원 <help@example.com>\n보낸 날짜: 2023년 1월 2일 월요일 오후 3:04\n받는 사람: 김철수\n제목: 문의\n\n이전",
    "outlook ko2": "________________________________\n보낸 사람: 고객지원 <help@example.com>\n보낸 시간: 2023년 1월 2일 월요일 오후 3:04\n받는 사람: 김철수 <k@e.com>\n제목: Re: 문의\n\n이전",
    "gmail it": "Il giorno lun 2 gen 2023 alle ore 15:04 Aiuto <help@example.com> ha scritto:\n\n> Ciao",
    "apple it": "Il giorno 2 gen 2023, alle ore 15:04, Aiuto <help@example.com> ha scritto:\n\n> Ciao",
    "tb it": "Il 02/01/2023 15:04, Aiuto ha scritto:\n> Ciao",
    "outlook it": "Da: Aiuto <help@example.com> \nInviato: lunedì 2 gennaio 2023 15:04\nA: Anna <a@e.com>\nOggetto: R: Ordine\n\nCiao",
    "apple it2": "Inviato da iPhone\n\nIl giorno 2 gen 2023, alle ore 15:04, Aiuto <help@example.com> ha scritto:\n\n﻿Ciao",
    "libero it": "Il 02/01/2023 15:04 Aiuto <help@example.com> ha scritto:\n \n \nCiao",
    "gmail de": "Am Mo., 2. Jan. 2023 um 15:04 Uhr schrieb Hilfe <help@example.com>:\n\n> alt",
    "apple de": "Am 02.01.2023 um 15:04 schrieb Hilfe <help@example.com>:\n\n> alt",
    "gmx de": "Gesendet: Montag, 02. Januar 2023 um 15:04 Uhr\nVon: \"Hilfe\" <help@example.com>\nAn: kim@gmx.de\nBetreff: Frage\nalt",
    "tb de": "Am 02.01.23 um 15:04 schrieb Hilfe:\n> alt",
    "gmail fr": "Le lun. 2 janv. 2023 à 15:04, Aide <help@example.com> a écrit :\n\n> vieux",
    "orange fr": "> Message du 02/01/23 15:04\n> De : \"Aide\" <help@example.com>\n> A : kim@orange.fr\n> Copie à : \n> Objet : question\n> \n> vieux",
    "outlook fr": "De : Aide <help@example.com>\nEnvoyé : lundi 2 janvier 2023 15:04\nÀ : Kim <k@e.com>\nObjet : RE: question\n\nvieux",
    "gmail es": "El lun, 2 ene 2023 a las 15:04, Ayuda (<help@example.com>) escribió:\n\n> viejo",
    "outlook es": "De: Ayuda <help@example.com>\nEnviado: lunes, 2 de enero de 2023 15:04\nPara: Kim\nAsunto: RE: x\n\nviejo",
    "gmail pt": "Em seg., 2 de jan. de 2023 às 15:04, Ajuda <help@example.com> escreveu:\n\n> velho",
    "gmail nl": "Op ma 2 jan. 2023 om 15:04 schreef Hulp <help@example.com>:\n\n> oud",
    "apple nl": "Op 2 jan. 2023, om 15:04 heeft Hulp <help@example.com> het volgende geschreven:\n\n> oud",
    "gmail pl": "pon., 2 sty 2023 o 15:04 Pomoc <help@example.com> napisał(a):\n\n> stare",
    "wp pl": "Dnia 2 stycznia 2023 15:04 Pomoc <help@example.com> napisał(a):\n\nstare",
    "gmail sv": "Den mån 2 jan. 2023 kl 15:04 skrev Hjälp <help@example.com>:\n\n> gammal",
    "outlook sv": "Från: Hjälp <help@example.com>\nSkickat: den 2 januari 2023 15:04\nTill: Kim\nÄmne: SV: x\n\ngammal",
    "gmail ja": "2023年1月2日(月) 15:04 Help <help@example.com>:\n\n> 古い",
    "apple ja": "2023/01/02 15:04、Help <help@example.com>のメール:\n\n> 古い",
    "outlook ja": "差出人: Help <help@example.com>\n送信日時: 2023年1月2日 15:04\n宛先: kim@example.com\n件名: Re: 質問\n\n古い",
    "gmail zh": "Help <help@example.com> 于2023年1月2日周一 15:04写道：\n\n> 旧",
    "qq zh": "------------------ 原始邮件 ------------------\n发件人: \"Help\" <help@example.com>;\n发送时间: 2023年1月2日(星期一) 下午3:04\n收件人: \"kim\"<kim@qq.com>;\n主题: Re: 问题\n\n旧",
    "163 zh": "在 2023-01-02 15:04:05，\"Help\" <help@example.com> 写道：\n\n旧",
    "163 zh2": "At 2023-01-02 15:04:05, \"Help\" <help@example.com> wrote:\n>旧",
    "tw zh": "Help <help@example.com> 於 2023年1月2日 週一 下午3:04寫道：\n\n> 旧",
    "outlook zh": "发件人: Help <help@example.com>\n发送时间: 2023年1月2日 15:04\n收件人: kim\n主题: 回复: 问题\n\n旧",
    "yahoo": "    On Monday, January 2, 2023 at 03:04:05 PM GMT+9, Help <help@example.com> wrote:  \n \n old text",
    "proton": "------- Original Message -------\nOn Monday, January 2nd, 2023 at 3:04 PM, Help <help@example.com> wrote:\n\n\n> old",
    "proton2": "On Monday, January 2nd, 2023 at 3:04 PM, Help <help@example.com> wrote:\n\n> old",
    "outlook mac": "From: Help <help@example.com>\nDate: Monday, January 2, 2023 at 3:04 PM\nTo: Kim <k@e.com>\nSubject: Re: x\nold",
    "outlook bold": "*From:* Help <help@example.com>\n*Sent:* Monday, January 2, 2023 3:04 PM\n*To:* Kim\n*Subject:* x\n\nold",
    "outlook android": "Get Outlook for Android<https://aka.ms/x>\n________________________________\nFrom: Help <help@example.com>\nSent: Monday, January 2, 2023 3:04:05 PM\nTo: Kim <k@e.com>\nSubject: x\n\nold",
    "samsung en": "-------- Original message --------\nFrom: Help <help@example.com>\nDate: 1/2/23 3:04 PM (GMT+09:00)\nTo: kim@e.com\nSubject: x\n\nold",
    "kakao": "보낸 사람: 고객지원 <help@example.com>\n받는 사람: kim@kakao.com\n날짜: 2023년 1월 2일 오후 3:04\n제목: 문의\n\n이전",
    "hiworks": "-----원본 메시지-----\n보낸사람 : 고객 <help@e.com>\n이전",
    "ru": "пн, 2 янв. 2023 г. в 15:04, Help <help@example.com>:\n\n> старое",
    "tr": "Help <help@example.com>, 2 Oca 2023 Pzt, 15:04 tarihinde şunu yazdı:\n\n> eski",
    "zendesk": "##- Please type your reply above this line -##\nold",
    "mobile": "Sent from Outlook for iOS\n\nFrom: Help <help@example.com>\nSent: Monday\nTo: Kim <k@e.com>\nSubject: x\n\nold",
    "en phone": "Sent from my iPhone, please excuse typos\n\n> On 2 Jan 2023, at 15:04, Help <help@example.com> wrote:\n> \n> old",
    "brackets": "On Mon, Jan 2, 2023, 3:04 PM Help, [help@example.com](mailto:help@example.com) wrote:\n\nold",
}  # fmt: skip
OWN = "답장입니다, here is my answer.\nIt has two lines."
ENDS = {
    "closing": "Best regards,\nKim Minsu\nCTO, Example Ltd", "closing de": "Mit freundlichen Grüßen\n\nAnna Muster",
    "closing it": "Cordiali saluti\nMario Rossi", "closing ko": "김철수 드림", "mobile with excuse": "Sent from my iPhone, please excuse typos",
    "slash": "/John", "list": "_" * 40 + "\nusers mailing list\nusers@lists.example.com\nhttps://lists.example.com/users",
    "card": "Gina Example\ngina@example.com\n(555) 346-9947\nwww.example.com",
    "rule and card": "----------------\n\nJohn Doe\nt. 555-931-0702\nhttp://example.com/",
    "notice": "CONFIDENTIALITY NOTICE: this mail is for its reader only. Delete it otherwise.",
    "two ends": "Regards,\nKim\n\nSent from my iPad",
}  # fmt: skip
NO_ENDS = (
    "Sent from my desk, is much easier than my mobile phone.", "Here:\n```\n// Sent from my custom mailer\nreturn 1\n```",
    "## Points\n----\n1. faster\n----\nThese are separators.", "With regards to the payment: it is late.",
    "Regards,\nKim\n\nPS: is the order on its way?", "-- first point\n-- second point\n\nThanks!",
    "You want MODE_A\n\nand not https://example.com/b\nor www.example.com/c.", "Best\nof all would be a refund of what we paid for the second machine?",
)  # fmt: skip


@pytest.mark.parametrize("name", HISTORIES)
def test_the_history_of_every_program_is_found(name: str) -> None:
    split = split_reply(f"{OWN}\n\n{HISTORIES[name]}\n")
    assert split.visible == OWN


@pytest.mark.parametrize("name", ENDS)
def test_the_end_of_a_mail_is_its_signature(name: str) -> None:
    split = split_reply(f"{OWN}\n\n{ENDS[name]}\n\n> old\n")
    assert (split.visible, split.signature, split.quoted) == (OWN, ENDS[name], "> old")


@pytest.mark.parametrize("words", NO_ENDS)
def test_what_only_looks_like_an_end_is_shown(words: str) -> None:
    assert split_reply(f"{OWN}\n\n{words}").visible == f"{OWN}\n\n{words}"


@pytest.mark.parametrize(("text", "visible"), [
    ("ok\n\nRegards,\nKim\n\n> old\n\n-- \nfooter", "ok"),  # below and above the history
    ("> What about the second machine that we ordered in the month of January d\noes it work?\n> Bye\n\nyes", "yes"),
    ("> Is the second machine that we ordered in the month of January working?\nno\n> Bye", "no"),
    ("see\n\n> Begin forwarded message:\n>\n> From: A <a@example.com>\n>\n> text", None),
    ("yes\n\nOn Mon, Jan 2, 2023 at 3:04 PM A <a@example.com> wrote:\n\n> see\n> Begin forwarded message:\n> x", "yes"),
    ("yes\nOn Jan 2, 2023,\nat 10:18,\nA B <a@example.com> wrote:\n\n> old", "yes"),
    ("---------- Forwarded message ---------\nFrom: A <a@example.com>\nDate: Mon\nSubject: Offer\n\nText\n\n--\nA", None),
])  # fmt: skip
def test_order_of_the_parts(text: str, visible: str | None) -> None:
    assert split_reply(text).visible == (text if visible is None else visible)


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
            [
                *"\n".join(text for text, _, _ in CASES.values()).split("\n"),
                "-- ",
                "",
                ">",
                "> x",
                "___" * 12,
                *"\n".join([*HISTORIES.values(), *ENDS.values()]).split("\n"),
            ]
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


def test_shared_replies() -> None:
    """Popular parsers get 30-44 % of hard cases. `python -m tests.channels.email.scores` shows what is wrong."""
    if not SHARED.exists():
        pytest.skip("shared data 'reply' is not beside this checkout")
    scores = score_replies()
    assert scores["tune"].share("exact") >= 0.97
    assert scores["held"].share("exact") >= 0.88
    assert all(score.share("whole") == 1.0 for score in scores.values())


def test_the_three_parts_can_be_taken_apart() -> None:
    visible, quoted, signature = split_reply("ok\n\n-- \nKim\n\n> old")
    assert (visible, quoted, signature) == ("ok", "> old", "--\nKim")


def test_html_is_read_when_there_is_no_text() -> None:
    split = split_reply(
        "", '<div>fine</div><div class="gmail_quote">On Jan 2, 2023, Help wrote:<blockquote>old</blockquote></div>'
    )
    assert split.visible == "fine"
    assert "old" in split.quoted


def test_languages_limit_the_rules() -> None:
    text = "Danke\n\nAm Mo., 2. Jan. 2023 um 15:04 Uhr schrieb Hilfe (Team):\n\nalt"
    assert split_reply(text, languages=["de"]).visible == "Danke"
    assert "schrieb" in split_reply(text, languages=["ko"]).visible


@pytest.mark.parametrize("text", ["On a:\n" * 100_000, "From: a@b\n" * 100_000, "On 12:00 x:\n" * 50_000, "-" * 1_000_000, "- \n" * 200_000,
                                  "x " * 500_000, ">\n" * 200_000, "Regards\n" * 100_000, "-- \n" * 100_000, "x\n\n-- \n" * 50_000,
                                  "Sent from " * 50_000, ("Sent from " + "a" * 200 + "\n") * 20_000])  # fmt: skip
def test_hostile_text_is_split_in_time(text: str) -> None:
    started = time.process_time()
    split_reply(text)
    assert time.process_time() - started < 3.0
