"""Subjects and quotes as mail programs write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hark.intake.evidence import (
    base_subject,
    distinctness,
    plain_words,
    quote_shares,
    quoted_number,
    quoted_probes,
    says_reply,
    subject_key,
)


@pytest.mark.parametrize(
    "subject",
    [
        "Re: Order 4711", "RE: re: Order 4711", "Re[2]: Order 4711", "RE (3): Order 4711", "Re^2: Order 4711", "AW: Order 4711",
        "Antw: Order 4711", "Antwort: Order 4711", "SV: Order 4711", "Sv: RE: Order 4711", "VS: Order 4711", "Odp: Order 4711",
        "R: Order 4711", "RIF: Order 4711", "Rép : Order 4711", "RES: Order 4711", "답장: Order 4711", "회신: Order 4711",
        "Re：Order 4711", "回复: Order 4711", "回复：Order 4711", "回覆: Order 4711", "返信: Order 4711", "[list] Re: Order 4711",
        "Re: [list] Order 4711", "RE: [EXTERNAL] Order 4711", "AW: WG: Order 4711", "Automatic reply: Order 4711",
        "Automatische Antwort: Order 4711", "자동 회신: Order 4711", "ＲＥ: Order 4711", "  Re:  Order\r\n 4711  ",
    ],
)  # fmt: skip
def test_an_answer_has_the_key_of_what_it_answers(subject: str) -> None:
    assert says_reply(subject)
    assert base_subject(subject) == "Order 4711"
    assert subject_key(subject) == subject_key("Order 4711") == subject_key("order  4711")


@pytest.mark.parametrize(
    "subject", ["Fwd: Re: x", "WG: x", "TR: x", "전달: x", "转发: x", "FW: AW: x", "I: x", "ENC: x", "PD: x"]
)
def test_a_forward_is_no_answer_but_has_the_same_key(subject: str) -> None:
    assert not says_reply(subject)
    assert subject_key(subject) == subject_key("x")


@pytest.mark.parametrize(
    ("subject", "base"),
    [
        ("Regarding my order", "Regarding my order"), ("Return: shoes", "Return: shoes"), ("Rückfrage: x", "Rückfrage: x"),
        ("[Ticket 55] x", "[Ticket 55] x"), ("[list]", "[list]"), ("Re: [list]", "[list]"), ("Re:", ""), ("", ""), ("Re: ", ""), ("Aw:Aw:", ""),
        ("Reminder", "Reminder"), ("I need help", "I need help"),
    ],
)  # fmt: skip
def test_what_only_looks_like_a_prefix_stays(subject: str, base: str) -> None:
    assert base_subject(subject) == base
    assert (subject_key(subject) is None) == (base == "")


def test_different_subjects_have_different_keys() -> None:
    assert subject_key("Order 4711") != subject_key("Order 4712")
    assert subject_key("[#1] x") != subject_key("[#2] x")


@pytest.mark.parametrize(
    ("subject", "number"),
    [
        ("Re: Late parcel [#17]", 17), ("AW: [Ticket #8] x", 8), ("Re: x (#3)", 3), ("Re: Order #17", 17), ("Re: #17", 17),
        ("Re:#17", 17), ("x [#17]", None), ("Re: x [17]", None), ("Re: x [#99999999999]", None), ("Re: a#17", None),
        ("Re: #17b", None),
    ],
)  # fmt: skip
def test_numbers_count_only_as_help_desks_write_them(subject: str, number: int | None) -> None:
    assert quoted_number(subject) == number


def test_how_distinct_subjects_are() -> None:
    subjects = [
        "Re: Invoice",
        "?",
        "Broken lamp",
        "주문 문의",
        "Re: Order 4711",
        "My parcel never came",
        "注文した商品が届きません",
    ]
    assert [distinctness(s) for s in subjects] == [0, 0, 1, 1, 2, 2, 2]


MESSAGE = (
    "Dear Nina,\n\nthe parcel was handed to the carrier on Tuesday, and the carrier says that it will be\nwith you by "
    "Friday. If it is not, we send another one at once.\n\nBest regards\nAda\nThe Desk, Main Street 1, 12345 Town"
)


def quote(text: str, mark: str = "> ", width: int = 40) -> str:
    """As a program quotes that wraps lines anew."""
    lines: list[str] = []
    for paragraph in text.split("\n"):
        line = ""
        for word in paragraph.split():
            if len(line) + len(word) > width:
                lines.append(line)
                line = ""
            line = f"{line} {word}".strip()
        lines.append(line)
    return "\n".join(f"{mark}{line}" for line in lines)


@pytest.mark.parametrize("mark", ["> ", ">", ">> ", "  > ", "> > "])
def test_a_quote_is_found_however_it_is_wrapped_and_marked(mark: str) -> None:
    probes = quoted_probes(f"Thank you!\n\n{quote(MESSAGE, mark)}\n", None)
    assert len(probes) > 3
    assert quote_shares(probes, [plain_words(MESSAGE), plain_words("Something else entirely")]) == [1.0, 0.0]


def test_history_without_marks_counts_from_where_it_begins() -> None:
    text = f"Thank you!\n\n-----Original Message-----\n{MESSAGE}"
    assert quoted_probes(text, None) == []
    probes = quoted_probes(text, text.index("-----"))
    assert quote_shares(probes, [plain_words(MESSAGE)])[0] > 0.8


def test_korean_and_japanese_quotes() -> None:
    message = "안녕하세요. 주문하신 상품은 화요일에 발송되었습니다.\n금요일까지 도착할 예정입니다.\n商品は火曜日に発送いたしました。"
    probes = quoted_probes("네 감사합니다\n" + quote(message), None)
    assert len(probes) == 3
    assert quote_shares(probes, [plain_words(message)]) == [1.0]


def test_a_footer_that_all_share_proves_nothing() -> None:
    footer = "The Desk Limited, Main Street 1, 12345 Town"
    mine, other = f"Your bicycle is repaired and can be fetched\n{footer}", f"Your invoice was corrected\n{footer}"
    shares = quote_shares(quoted_probes(quote(mine, width=200), None), [plain_words(mine), plain_words(other)])
    assert shares[0] == 0.75
    assert shares[1] == 0.25


def test_what_the_mail_says_itself_is_no_quote() -> None:
    footer = "This is the public list of the users of everything"
    assert quoted_probes(f"> {footer}\nHello\n{footer}", None) == []


@given(st.text(), st.none() | st.integers(0, 50))
def test_any_text_gives_probes_that_it_holds(text: str, at: int | None) -> None:
    probes = quoted_probes(text, at)
    assert all(probe in plain_words(text) for probe in probes)
    assert quote_shares(probes, [plain_words(text)]) == ([1.0] if probes else [0.0])


@given(st.text())
def test_any_subject_is_read_once_and_for_all(subject: str) -> None:
    base = base_subject(subject)
    assert subject_key(base) == subject_key(base_subject(base))
    assert base_subject(f"Re: {subject}"[:500]) == base_subject(subject[:496])
