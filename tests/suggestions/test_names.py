"""No other customer's data can appear, once more: names that are ordinary words, numbers and addresses, in three languages.

Here the attacker knows how masking works: the name is a word everybody uses, and it stands where a sentence begins.
"""

import re
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.suggestions.test_masking import COMMON, HERE, NUMBERS, RECEIVED, letters, words

from hark.suggestions.lexing import key_of
from hark.suggestions.masking import Here, Person, Source, Vocabulary, mask, plain
from hark.suggestions.naming import keys_of, names_in

STRANGER = Person((), ("tp77@corp.example",), "")  # nothing of their own says their name

# Ordinary words of letters that people are called by, and what several customers were sent with them in small letters.
ORDINARY_NAMES = (
    "Price",
    "Banks",
    "Fields",
    "Parker",
    "Young",
    "Keys",
    "Grant",
    "Conti",
    "Costa",
    "Grande",
    "Forest",
    "Stone",
)
KNOWN_WORDS = (
    "The price of keys is for young people. Our banks grant you the stone fields. Il conto costa poco, grande e conti."
)
KNOWN = Vocabulary(
    [(c, t) for c in ("one", "two", "three") for t in (*COMMON, KNOWN_WORDS)], people=["Ada Parker", "Bo Forest"]
)

# Where a conversation says a name, beside the data of its contact.
SAID = (
    "I cannot log in.\n\nBest regards,\nTom {}",
    "My name is Tom {} and I cannot log in.",
    "Hello, this is {} from Leeds.",
    "I have talked with {} about it.",
    "Please ask {} first.",
    "Non riesco ad accedere.\n\nCordiali saluti\nTeo {}",
    "Mi chiamo {} e non riesco ad accedere.",
)
SENTENCES = (
    "{} will call you again today. Please restart the router and wait two minutes.",
    "Please restart the router and wait. {} said the firmware updates itself.",
    "Please restart the router and wait two minutes.\n\n{} can help you with the details.",
    "{}: please restart the router and wait two minutes. The firmware updates itself.",
    "Ti preghiamo di riavviare il dispositivo e attendere. {} ti aiuta con il rimborso sul conto.",
    "Please restart the router (see the details). {}, please wait two minutes.",
)


def shown(text: str, **more: str) -> str:
    segments = mask(
        Source(text, STRANGER, more.get("asked", ""), "Giulia Verdi", more.get("replied", "")), Here(HERE), KNOWN
    )
    return "" if segments is None else plain(segments)


@settings(max_examples=250, deadline=None)
@given(name=st.sampled_from(ORDINARY_NAMES), said=st.sampled_from(SAID), sentence=st.sampled_from(SENTENCES))
def test_a_name_that_is_an_ordinary_word_is_not_shown_where_a_sentence_begins(
    name: str, said: str, sentence: str
) -> None:
    seen = shown(sentence.format(name), asked=said.format(name))
    assert not re.search(rf"\b{name}\b", seen), seen


@pytest.mark.parametrize("name", ["Price", "Banks", "Parker", "Forest", "Conti"])
def test_nor_is_one_that_nothing_names_but_that_people_are_called_by(name: str) -> None:
    for sentence in SENTENCES:
        assert name not in shown(sentence.format(name))
    assert name not in shown(f"Please restart the router. We have asked {name} to wait two minutes.")


FAMILIES = ("", "김", "이", "박", "최")
KOREAN_NAMES = ("하늘", "보라", "사랑", "나라", "기쁨", "가람")
KOREAN_KNOWN = "하늘 보라 사랑 나라 기쁨 가람 색이 준비되어 있습니다. 확인 후 다시 안내해 드리겠습니다."
KOREAN_SAID = (
    "로그인이 안 됩니다.\n{} 드림",
    "제 이름은 {}입니다. 로그인이 안 됩니다.",
    "이름: {}\n문의: 로그인",
    "로그인이 안 됩니다.\n감사합니다\n{}",
)
KOREAN_SENTENCES = (
    "고객님, {}님께서 요청하신 환불은 영업일 기준 3일 안에 처리됩니다. 확인 후 다시 안내해 드리겠습니다.",
    "{} 씨가 확인 후 다시 안내해 드리겠습니다. 환불은 영업일 기준 3일 안에 처리됩니다.",
    "고객님, 환불은 영업일 기준 3일 안에 처리됩니다. {}에게 확인 후 다시 안내해 드리겠습니다.",
    "{}, 환불은 영업일 기준 3일 안에 처리됩니다. 확인 후 다시 안내해 드리겠습니다.",
    "고객님, {}이 확인 후 다시 안내해 드리겠습니다. 환불은 영업일 기준 3일 안에 처리됩니다.",
)


@settings(max_examples=150, deadline=None)
@given(
    name=st.sampled_from(KOREAN_NAMES),
    family=st.sampled_from(FAMILIES),
    said=st.sampled_from(KOREAN_SAID),
    sentence=st.sampled_from(KOREAN_SENTENCES),
)
def test_a_korean_name_that_is_a_word_is_not_shown_either(name: str, family: str, said: str, sentence: str) -> None:
    known = Vocabulary([(c, t) for c in ("one", "two", "three") for t in (*COMMON, KOREAN_KNOWN)])
    segments = mask(Source(sentence.format(name), STRANGER, said.format(family + name)), Here(HERE), known)
    seen = "" if segments is None else plain(segments)
    assert name not in seen, seen


def test_a_greeting_in_an_earlier_answer_names_the_customer_too() -> None:
    text = "Please restart the router and wait two minutes. Order will call you."
    assert "Order will" in shown(text)
    assert "Order will" not in shown(text, replied="Dear Mr Order,\n\nwe look into it.")


def test_ordinary_sentences_stay_as_they_are() -> None:
    for text in (
        "Please restart the router and wait two minutes. The firmware updates itself.",
        "Order the new router and wait. Settings and details are in the message.",
        "Ti preghiamo di riavviare il dispositivo e attendere. Il rimborso arriva sul tuo conto.",
        "고객님, 환불은 영업일 기준 3일 안에 처리됩니다. 확인 후 다시 안내해 드리겠습니다.",
    ):
        assert shown(text, asked="Hi team, I have a question about it.\nThanks") == text


def test_what_several_customers_were_sent_is_no_name() -> None:
    known = Vocabulary([(c, "Price lists are attached. Please wait.") for c in ("one", "two", "three")])
    text = "Price lists are attached. Please wait."
    segments = mask(Source(text, STRANGER, ""), Here(HERE), known)
    assert segments is not None
    assert plain(segments) == text


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Hello\n\nKind regards,\nTom Price", {"tom", "price"}),
        ("Mi chiamo Teo Conti e scrivo da Bari", {"teo", "conti"}),
        ("제 이름은 김보라입니다.", {"김보라", "보라"}),
        ("문의드립니다.\n하늘 드림", {"하늘"}),
        ("Dear Ms Day,\nthank you", {"ms", "day"}),
        ("Dear customer,\nthank you for the order", set()),
    ],
)
def test_whom_a_conversation_names(text: str, names: set[str]) -> None:
    assert keys_of(names_in(text)) == names


def test_parts_of_names_are_told_from_small_words() -> None:
    assert keys_of(["Ludwig van der Berg", "O'Brien, Ann"]) >= {"ludwig", "berg", "brien", "ann"}
    assert (keys_of(["Will Young"]), keys_of(["Will Young"], small=True)) == ({"young"}, {"will"})


def test_a_small_word_is_a_name_where_the_customer_is_called_so() -> None:
    for name, there in (("Will", "Will Smith"), ("Sue", "Sue Carter")):
        text = f"Please restart the router. {name} has asked us to wait two minutes, and {name} was right."
        segments = mask(Source(text, Person((there,), (), ""), ""), Here(HERE), KNOWN)
        assert segments is not None
        assert name not in plain(segments)
    assert "Will you" in shown("Will you restart the router? Please wait two minutes.")


# numbers and addresses --------------------------------------------------------------------------------------------------

digit = st.sampled_from("0123456789")
phones = st.tuples(st.sampled_from(("+39", "+82", "+44", "0", "010", "(02)", "0044")), st.lists(digit, min_size=8, max_size=10)).map(
    lambda p: f"{p[0]} {''.join(p[1][:3])}-{''.join(p[1][3:6])} {''.join(p[1][6:])}"
)  # fmt: skip
streets = st.sampled_from(
    ("Baker", "Zorblatt", "Garibaldi", "Manzoni", "테헤란로", "올림픽로", "Quimby", "Sempione", "세종대로")
)
homes = st.builds(
    lambda shape, street, n, more: shape.format(street=street, n=n, more=more),
    st.sampled_from((
        "{n} {street} Street, Flat {more}", "{street} Road {n}", "Via {street} {n}, {more}{more} Milano", "Viale {street}, {n}",
        "서울시 강남구 {street} {n}번지 {more}호", "{street} {n}길 {more}층", "Piazza {street} n. {n}/{more}", "{n}b {street} Close",
    )),
    streets, st.integers(100, 9999), st.integers(101, 999),
)  # fmt: skip
frames = st.sampled_from((
    "Please restart the router and wait. We send it to {}. The firmware updates itself.",
    "{}\nPlease restart the router and wait two minutes. The firmware updates itself.",
    "Please wait two minutes ({}) and restart the router. The firmware updates itself.",
    "Ti preghiamo di attendere: {} e il rimborso arriva in pochi giorni sul tuo conto.",
    "고객님, {}로 보내 드리겠습니다. 환불은 영업일 기준 3일 안에 처리됩니다. 확인 후 다시 안내해 드리겠습니다.",
    "고객님, {} 환불은 영업일 기준 3일 안에 처리됩니다. 확인 후 다시 안내해 드리겠습니다.",
))  # fmt: skip


@settings(max_examples=250, deadline=None)
@given(secret=st.one_of(phones, homes), frame=frames, asked=st.booleans(), wide=st.booleans())
def test_no_number_and_no_address_is_ever_shown(secret: str, frame: str, asked: bool, wide: bool) -> None:
    if wide:
        secret = "".join(chr(ord(c) + 0xFEE0) if c.isdigit() else c for c in secret)
    seen = shown(frame.format(secret), asked=f"I live here: {secret}" if asked else "")
    assert set(re.findall(r"\d+", unicodedata.normalize("NFKC", seen))) <= set(NUMBERS), seen
    assert letters(secret) not in letters(seen)
    told = {w for w in words(secret) if len(w) >= 4 and not any(c.isdigit() for c in w) and w not in words(RECEIVED)}
    left = {w for w in told & words(seen) if key_of(w) not in {"street", "road", "close", "flat"}}
    assert not left, f"{left} of {secret!r} is told in {seen!r}"
