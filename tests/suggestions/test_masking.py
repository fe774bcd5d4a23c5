"""No other customer's data can appear in a suggestion: examples in three languages, and an attacker who tries anything.

The attacker writes whatever they like into replies to one customer (or to that customer under several contacts) and looks
at what another customer's agent is shown. The judge knows nothing of how masking works: it compares letters and digits.
"""

import re
import string
import unicodedata
from collections import Counter

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from hark.search.stopwords import STOPWORDS
from hark.suggestions.masking import Here, Person, Place, Segment, Source, Vocabulary, body, mask, plain
from hark.suggestions.ordinary import ORDINARY, SOFT_NUMBERS

COMMON = (
    "Please restart the router and wait two minutes. The firmware updates itself. See https://help.example/reset for"
    " details. Our office is at 12 Via Roma, Milano. Call +39 02 5550000.",
    "Ti preghiamo di riavviare il dispositivo e attendere. Il rimborso arriva in pochi giorni sul tuo conto.",
    "고객님, 환불은 영업일 기준 3일 안에 처리됩니다. 확인 후 다시 안내해 드리겠습니다.",
)
KNOWN = Vocabulary([(customer, text) for customer in ("one", "two", "three") for text in COMMON])
HERE = Place(
    Person(("Luca Bianchi",), ("luca@bianchi.example",), "Bianchi Srl"), "My order A-7788 is late. Can you help?",
    "My order A-7788 is late. Can you help?", "Anna Kim",
)  # fmt: skip
THERE = Person(("Maria Rossi", "김철수"), ("maria.rossi@corp.example",), "Zenith GmbH")


def shown(text: str, *, asked: str = "", known: Vocabulary = KNOWN, here: Place = HERE, person: Person = THERE) -> str:
    segments = mask(Source(text, person, asked, "Giulia Verdi"), Here(here), known)
    return "" if segments is None else plain(segments)


@pytest.mark.parametrize(
    ("text", "asked", "expected"),
    [
        ("Hi Maria,\n\nplease restart the router.", "", "Hi Luca,\n\nplease restart the router."),
        ("Dear Ms Rossi,\nplease restart the router.", "", "Dear Luca Bianchi,\nplease restart the router."),
        ("hello maria, please restart the router", "", "hello Luca, please restart the router"),
        ("Hi Robert,\nplease restart the router.", "", "Hi Luca,\nplease restart the router."),  # not even their name
        ("Gentile Sig.ra Rossi, il rimborso arriva in pochi giorni.", "", "Gentile Luca Bianchi, il rimborso arriva in pochi giorni."),
        ("김철수님, 환불은 영업일 기준 3일 안에 처리됩니다.", "", "Luca Bianchi님, 환불은 영업일 기준 3일 안에 처리됩니다."),
        ("제갈공명 고객님, 환불은 영업일 기준 3일 안에 처리됩니다.", "", "[…] 고객님, 환불은 영업일 기준 3일 안에 처리됩니다."),  # a name, of whom nobody knows
        ("Your order A-1234 is on its way, please wait.", "Where is A-1234?", "Your order A-7788 is on its way, please wait."),
        ("Your order A-1234 is on its way, please wait.", "", "Your order […] is on its way, please wait."),  # they never said it
        ("We wrote to maria.rossi@corp.example, please check again.", "", "We wrote to luca@bianchi.example, please check again."),
        ("We wrote to other@corp.example, please check again.", "", "We wrote to […], please check again."),
        ("See https://help.example/reset for details, please.", "", "See https://help.example/reset for details, please."),
        ("See https://help.example/t?k=9f3a for details, please.", "", "See […] for details, please."),
        ("Please call four two seven one nine and wait.", "", "Please call […] and wait."),
        ("Ti preghiamo di attendere fino al dodici marzo.", "", "Ti preghiamo di attendere fino al […]."),
        ("Please wait, our office is at 12 Via Roma, Milano.", "", "Please wait, our office is at 12 Via Roma, Milano."),
        ("Please send it to 7 Via Dante, Torino, and wait.", "", "Please send it to […], and wait."),
        ("Please restart the router and wait.\n\nBest regards,\nGiulia Verdi\nZenith desk", "", "Please restart the router and wait.\n\nBest regards,"),
        ("Please restart the router and wait.\n> my code is 4711\nOn Monday Maria wrote:\nhelp me", "", "Please restart the router and wait."),
        ("Please ask Giulia and wait for the router.", "", "Please ask Anna and wait for the router."),
        ("Zenith GmbH gets the new router, please wait.", "", "Bianchi Srl gets the new router, please wait."),
    ],
)  # fmt: skip
def test_the_other_customers_data_becomes_this_ones_or_a_blank(text: str, asked: str, expected: str) -> None:
    assert shown(text, asked=asked) == expected


def test_too_little_left_is_nothing() -> None:
    assert mask(Source("Zorblatt qux 4711 frobnicate", THERE, ""), Here(HERE), KNOWN) is None


def test_a_blank_says_what_belongs_there() -> None:
    segments = mask(Source("Please restart the router on 12.03.2026 and wait.", THERE, ""), Here(HERE), KNOWN)
    assert segments is not None
    assert Segment("blank", "", "date") in segments


def test_signatures_and_quotes_go() -> None:
    assert body("Hello.\n-- \nMaria\n+39 02") == "Hello."
    assert body("Please wait.\n\nKind regards\nJo") == "Please wait.\n\nKind regards"
    assert body("확인했습니다.\n홍길동 드림") == "확인했습니다."
    assert (
        body("Thanks\nwe will look into this and tell you what we find")
        == "Thanks\nwe will look into this and tell you what we find"
    )


# the attacker -----------------------------------------------------------------------------------------------------------

NAMES = (
    "Zorblatt Quimby", "Siobhán Ó Súilleabháin", "제갈공명", "독고영재", "Nguyễn Thị Hoa", "Bartolomeo Squarcialupi", "O'Mbrosio",
    "Jean-Luc", "MÜLLER", "van der Zwiep", "Xi", "van-Houten", "zorblatt",
)  # fmt: skip
EN, IT, KO = (
    ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"),
    ("zero", "uno", "due", "tre", "quattro", "cinque", "sei", "sette", "otto", "nove"),
    tuple("영일이삼사오육칠팔구"),
)
LETTERS = string.ascii_letters + string.digits
codes = st.text(LETTERS + "-_/#.", min_size=4, max_size=16).filter(lambda s: any(c.isdigit() for c in s))
digits = st.text(string.digits, min_size=5, max_size=14)
number_words = st.sampled_from((EN, IT, KO)).flatmap(lambda w: st.lists(st.sampled_from(w), min_size=4, max_size=9))
PHRASE = "account button cable device error invoice letter online paper parcel plan printer router screen table"
ORDINARY_WORDS = st.sampled_from(PHRASE.split(" "))
secrets = st.one_of(
    st.sampled_from(NAMES),
    st.sampled_from(NAMES).map(str.lower),
    codes,
    digits,
    digits.map(lambda d: " ".join(d[n : n + 3] for n in range(0, len(d), 3))),
    digits.map(lambda d: "".join(chr(ord(c) + 0xFEE0) for c in d)),  # full width
    digits.map(lambda d: "".join(chr(ord(c) - 48 + 0x660) for c in d)),  # Arabic-Indic
    digits.map("\u200b".join),
    digits.map(".".join),
    digits.map(lambda d: f"+{d}"),
    number_words.map(" ".join),
    number_words.map("".join),
    number_words.map(", ".join),
    number_words.map("-".join),
    st.lists(ORDINARY_WORDS, min_size=8, max_size=12, unique=True).map(" ".join),  # a recovery phrase
    st.lists(ORDINARY_WORDS, min_size=8, max_size=12, unique=True).map(", ".join),
    st.text(string.ascii_lowercase, min_size=6, max_size=12).map(" ".join),  # j o h n
    st.text("가나다라마바사아자차카타파하뷁쀍", min_size=4, max_size=7),
    st.text(string.ascii_lowercase, min_size=7, max_size=12).map(lambda s: s + "zq"),
    st.builds("{}@{}.example".format, st.text(string.ascii_lowercase, min_size=4, max_size=9), st.text(string.ascii_lowercase, min_size=4, max_size=9)),
    st.text(LETTERS, min_size=10, max_size=20).map("https://files.example/d/{}?sig=x".format),
    st.text(LETTERS, min_size=10, max_size=20).map("files.example/{}".format),
    st.tuples(digits, digits).map(lambda d: f"DE{d[0][:2]} {d[0]} {d[1]}"),
    st.dates().map(lambda d: d.strftime("%d %B %Y")),
    st.dates().map(lambda d: d.strftime("%Y-%m-%d")),
    st.dates().map(lambda d: f"{d.year}년 {d.month}월 {d.day}일"),
)  # fmt: skip
places = st.sampled_from((
    "Hi {},\n\nplease restart the router and wait. The firmware updates itself.",
    "Dear {}\nplease restart the router and wait. The firmware updates itself.",
    "Please restart the router and wait. {} is yours. The firmware updates itself.",
    "Please restart the router ({}) and wait. The firmware updates itself.",
    "Please restart the router and wait:\n{}\nThe firmware updates itself. See the details.",
    "Please restart the router,{}and wait. The firmware updates itself.",
    "Please restart the router/{} and wait. The firmware updates itself. See the details.",
    "Please restart the router and wait. The firmware updates itself.\n\nBest regards,\n{}",
    "Please restart the router and wait. The firmware updates itself.\n{} wrote:\n> {}",
    "고객님, {} 환불은 영업일 기준 3일 안에 처리됩니다. 확인 후 다시 안내해 드리겠습니다.",
    "{}님, 환불은 영업일 기준 3일 안에 처리됩니다. 확인 후 다시 안내해 드리겠습니다.",
    "Ti preghiamo di riavviare il dispositivo, {}, e attendere. Il rimborso arriva in pochi giorni.",
    "Please\u00a0restart the router and “{}” wait. *{}* The firmware updates itself. See the details.",
))  # fmt: skip


def letters(text: str) -> str:
    """Letters and digits alone, as a person reads them: whatever the width, case, accents or invisible signs."""
    flat = unicodedata.normalize("NFD", unicodedata.normalize("NFKC", text).casefold())
    return "".join(
        str(unicodedata.digit(c, c))
        for c in unicodedata.normalize("NFC", "".join(c for c in flat if unicodedata.category(c) != "Mn"))
        if c.isalnum()
    )


def words(text: str) -> set[str]:
    return {letters(word) for word in re.findall(r"\w+", unicodedata.normalize("NFKC", text))} - {""}


RECEIVED = " ".join((*COMMON, HERE.said, *HERE.person.names, *HERE.person.emails, HERE.person.company, HERE.agent))
NUMBERS = Counter(re.findall(r"\d+", RECEIVED))


@settings(max_examples=300, derandomize=True)
@given(secret=secrets, place=places, asked=st.booleans(), customers=st.integers(1, 2))
@example(
    secret="https://files.example/d/AAAAAAAAAA?sig=x",
    place="Please restart the router,{}and wait. The firmware updates itself.",
    asked=False,
    customers=1,
)
@example(
    secret="files.example/AAAAAAAAAA",
    place="Please restart the router,{}and wait. The firmware updates itself.",
    asked=False,
    customers=1,
)
@example(
    secret="four two seven one",
    place="Please restart the router and wait. {} is yours. Firmware updates.",
    asked=False,
    customers=1,
)
def test_nothing_of_another_customer_is_ever_shown(secret: str, place: str, asked: bool, customers: int) -> None:
    text = place.replace("{}", secret)
    # The attacker has sent it often, but never to several different customers.
    sent = [(f"victim {n}", text) for n in range(customers) for _ in range(5)]
    known = Vocabulary([*sent, *((c, t) for c in ("one", "two", "three") for t in COMMON)])
    seen = shown(text, asked=secret if asked else "", known=known)
    whole = letters(secret)
    if len(whole) >= 4 and whole not in letters(RECEIVED):
        assert whole not in letters(seen)
    unknown = {w for w in words(secret) if len(w) >= 4 and w not in words(RECEIVED) and not w.isdigit()}
    ordinary = words(
        "account button cable device error invoice letter online paper parcel plan printer router screen table"
    )
    told = {w for w in unknown - ordinary - ALONE if w in words(seen)}
    assert not told, f"{told} of {secret!r} is told in {seen!r}"
    assert set(re.findall(r"\d+", unicodedata.normalize("NFKC", seen))) <= set(NUMBERS), seen


LISTED = {letters(word) for listed in (*ORDINARY.values(), *STOPWORDS.values(), SOFT_NUMBERS) for word in listed}
# A single number word may survive where it is ordinary in itself; a row of them never does (the check of `whole`).
ALONE = {"zero", "three", "four", "five", "seven", "eight", "nine", "quattro", "cinque", "sette", "otto", "nove"}


@given(text=st.text(max_size=300), customers=st.integers(1, 2))
@settings(max_examples=150, derandomize=True)
def test_any_text_at_all_keeps_its_secrets(text: str, customers: int) -> None:
    """Words that only one or two customers have got are not in what a third is shown, whatever was written."""
    reply = f"{text} Please restart the router and wait two minutes. {text}"
    known = Vocabulary(
        [
            *((f"victim {n}", reply) for n in range(customers)),
            *((c, t) for c in ("one", "two", "three") for t in COMMON),
        ]
    )
    seen = shown(reply, known=known)
    assert set(re.findall(r"\d+", unicodedata.normalize("NFKC", seen))) <= set(NUMBERS)
    for word in words(text):
        form_of_ordinary = any(other.startswith(word[:4] if word.isascii() else word[:2]) for other in LISTED)
        if len(word) >= 5 and word not in words(RECEIVED) and not form_of_ordinary:
            assert word not in words(seen), seen


def test_three_different_customers_make_a_word_known_and_not_before() -> None:
    text = "Please restart the frobnicator and wait."
    for customers, expected in ((2, "Please restart the […] and wait."), (3, text)):
        assert shown(text, known=Vocabulary([(str(n), text) for n in range(customers)])) == expected


def test_what_is_published_is_known() -> None:
    article = "The frobnicator stands beside the router. Write to desk@help.example."
    known = Vocabulary([], [article])
    assert (
        shown("Please restart the frobnicator. Write to desk@help.example.", known=known)
        == "Please restart the frobnicator. Write to desk@help.example."
    )
