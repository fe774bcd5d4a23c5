"""What of a model's words may go to a customer with nobody looking at it: only what its sources say."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hark.ai.checking import is_ours, renumbered, tidy, why_not_sent
from hark.ai.prompts import Source
from hark.ai.values import values_of

PAYLOADS = Path(__file__).resolve().parents[3] / "shared" / "data" / "security" / "payloads"
RETURNS = Source(
    1, "How to return boots",
    "You can return boots within thirty days. Print the return label from your account at https://help.acme.example/account"
    " and drop the parcel at any post office. Returning is free in Italy and costs 4,90 € elsewhere. The refund arrives within"
    " 5 days after we have the boots. Worn boots cannot be refunded. There is no discount on returned boots.",
    "https://help.acme.example/en/articles/boots",
)  # fmt: skip
RESI = Source(2, "Restituire gli stivali", "Puoi restituire gli stivali entro trenta giorni. La restituzione è gratuita in Italia. Il rimborso arriva in cinque giorni.", None)  # fmt: skip
BANPUM = Source(3, "부츠 반품 방법", "부츠는 30일 이내에 반품할 수 있습니다. 반품 라벨을 출력해 우체국에 맡기세요. 환불은 5일 안에 처리됩니다. 반품 배송비는 3,000원입니다.", None)  # fmt: skip
EVIL = Source(4, "Visit us", "Our shop is at https://evil.example/pay and the sun shines in Rome on all the people.", None)
SOURCES = [RETURNS, RESI, BANPUM, EVIL]
OURS = {"acme.example"}


def why(text: str, language: str = "en") -> str | None:
    return why_not_sent(tidy(text), SOURCES, language=language, ours=OURS, names=["Anna Bianchi"])


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("You can return boots within 30 days [1].", "en"),
        ("You can return the boots within thirty days. [1] Print the return label from your account and drop the parcel at a post office [1].", "en"),
        ("Returning is free in Italy and costs 4.90 euros elsewhere [1].", "en"),
        ("The refund arrives within five days after the boots arrive [1].", "en"),
        ("Worn boots cannot be refunded [1].", "en"),
        ("1. Print the return label from your account at https://help.acme.example/account. [1]\n2. Drop the parcel at any post office. [1]", "en"),
        ("**You can return** boots within 30 days [1].", "en"),
        ("Puoi restituire gli stivali entro 30 giorni [2].", "it"),
        ("Il rimborso arriva in 5 giorni e la restituzione è gratuita in Italia [2].", "it"),
        ("부츠는 30일 이내에 반품할 수 있습니다 [3]. 환불은 5일 안에 처리됩니다 [3].", "ko"),
    ],
)  # fmt: skip
def test_what_the_sources_say_is_sent(text: str, language: str) -> None:
    assert why(text, language) is None


@pytest.mark.parametrize(
    ("text", "language", "because"),
    [
        ("", "en", "do not answer"),
        ("UNKNOWN", "en", "do not answer"),
        ("You can return boots within 30 days.", "en", "named no source"),
        ("You can return boots within 30 days [7].", "en", "does not exist"),
        ("You can return boots within 30 days [1]. The label is on the parcel.", "en", "names no source"),
        ("You can return boots within 90 days [1].", "en", "90 d"),
        ("You can return boots within ninety days [1].", "en", "90 d"),
        ("You can return boots within 30 hours [1].", "en", "30 h"),
        ("Returning costs 5 € elsewhere [1].", "en", "5 €"),
        ("The refund of 30 € arrives within 5 days after we have the boots [1].", "en", "30 €"),
        ("Print the return label from your account at https://evil.example/account [1].", "en", "no address of ours"),
        ("Drop the parcel at evil.example, any post office [1].", "en", "no address of ours"),
        ("Write to boots@evil.example for the return label [1].", "en", "no address of ours"),
        ("Drop the parcel at evil\u200b.example any post office [1].", "en", "no address of ours"),
        ("Drop the parcel at evil．example any post office [1].", "en", "no address of ours"),
        ("The shop is at https://evil.example/pay in Rome [4].", "en", "no address of ours"),
        ("Our shop in Rome has boots with a guarantee [4].", "en", "said by no source"),
        ("You can return boots within 30 days and get a voucher [1].", "en", "said by no source"),
        ("Worn boots can be refunded [1].", "en", "opposite"),
        ("There is a discount on returned boots [1].", "en", "opposite"),
        ("You cannot return boots within thirty days [1].", "en", "opposite"),
        ("I am Anna and the refund arrives within 5 days [1].", "en", "person"),
        ("The refund arrives within 5 days [1]. Kind regards [1].", "en", "person"),
        ("Ask Anna Bianchi to print the return label from your account [1].", "en", "names a person"),
        ("I have printed the return label from your account [1].", "en", "was or will be done"),
        ("Let me return the boots within 30 days [1].", "en", "was or will be done"),
        ("Reply with your card number and return the boots within 30 days [1].", "en", "said by no source"),
        ("Enter your password in your account to print the return label [1].", "en", "said by no source"),
        ("Lawyers and judges of the supreme tribunal decide about every parcel of boots [1].", "en", "said by no source"),
        ("Quantum llamas sing about purple mountains every morning [1].", "en", "Too little"),
        ("You can return boots within thirty days. Purple llamas dance tango every morning [1].", "en", "Too little"),
        ("Puoi restituire gli stivali entro 60 giorni [2].", "it", "60 d"),
        ("Ho rimborsato gli stivali in cinque giorni [2].", "it", "was or will be done"),
        ("Mi chiamo Anna, il rimborso arriva in cinque giorni [2].", "it", "person"),
        ("La restituzione non è gratuita in Italia [2].", "it", "opposite"),
        ("부츠는 60일 이내에 반품할 수 있습니다 [3].", "ko", "60 d"),
        ("부츠는 열흘 이내에 반품할 수 있습니다 [3].", "ko", "10 d"),
        ("반품 배송비는 3,000달러입니다 [3].", "ko", "3000 $"),
        ("부츠는 30일 이내에 반품할 수 없습니다 [3].", "ko", "opposite"),
        ("저는 상담원이며 환불은 5일 안에 처리됩니다 [3].", "ko", "person"),
        ("You can return boots within 30 days [1].", "ko", "another language"),
        ("부츠는 30일 이내에 반품할 수 있습니다 [3].", "en", "another language"),
        ("You can return boots [1]. " * 80, "en", "too long"),
    ],
)  # fmt: skip
def test_what_they_do_not_say_is_not(text: str, language: str, because: str) -> None:
    found = why(text, language)
    assert found is not None, text
    assert because in found, found


def test_values_are_numbers_with_what_they_count() -> None:
    assert values_of("1,000 € or £4.90, 30 days, due settimane, 5 %, 3,000원, 일주일, room 12") == {
        ("1000", "€"), ("4.9", "£"), ("30", "d"), ("2", "w"), ("5", "%"), ("3000", "₩"), ("1", "w"), ("12", ""),
    }  # fmt: skip
    assert values_of("1. First [2]\n2) Then [3]") == set()


@pytest.mark.parametrize(
    ("address", "fine"),
    [
        ("https://help.acme.example/x?y#z", True), ("acme.example", True), ("team@acme.example", True),
        ("https://acme.example.evil.example", False), ("https://evil.example/acme.example", False),
        ("https://evilacme.example", False), ("https://acme.example@evil.example/", False), ("https://evil.example?acme.example", False),
    ],
)  # fmt: skip
def test_links_lead_to_us(address: str, fine: bool) -> None:
    assert is_ours(address, OURS) is fine


def test_sources_are_counted_as_they_are_named() -> None:
    text, order = renumbered("B [3]. A [1]. B [3][1].", SOURCES)
    assert (text, [one.n for one in order]) == ("B [1]. A [2]. B [1][2].", [3, 1])


@given(st.text(max_size=200))
def test_what_is_judged_is_what_is_sent(text: str) -> None:
    assert tidy(tidy(text)) == tidy(text) or "*" in text or "_" in text or "#" in text or "`" in text or ">" in text
    why(text)


@pytest.mark.skipif(not PAYLOADS.is_dir(), reason="the attack strings are not here")
def test_no_attack_string_passes_as_an_answer() -> None:
    """Each alone, with a made-up source, and behind an honest sentence."""
    seen = 0
    folders = ("Prompt Injection", "Open Redirect", "XSS Injection", "CSV Injection", "Server Side Request Forgery")
    for file in sorted(file for name in folders for file in (PAYLOADS / name).rglob("*") if file.suffix in (".txt", ".md")):
        for line in file.read_text("utf-8", "replace").splitlines()[:150]:
            if not re.search(r"[^\W\d_]{3}", line) or len(line) > 1_000:
                continue
            seen += 1
            for answer in (f"{line} [1].", f"You can return boots within 30 days [1]. {line} [1]"):
                assert why(answer) is not None, line
    assert seen > 300
