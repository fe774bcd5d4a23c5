"""The sentence beside the number."""

import pytest

from hark.value.order import urgency
from hark.value.reason import Reason, explain, render
from hark.value.types import HOUR_S, PATIENCE_S, Severity, Stake, ValueModel

MODEL = ValueModel()
STAKE = Stake(value_minor=48_000_00, currency="EUR")


def reason(stake: Stake = STAKE, *, customer_s: float = 3 * HOUR_S + 1250, open_s: float = HOUR_S,
           promised: bool = False, per_s: float = 1 / PATIENCE_S["mail"]) -> Reason:
    return explain(stake, Severity.HIGH, per_s=per_s, customer_s=customer_s, ahead_s=600, promised=promised,
                   u=urgency(customer_s, open_s, per_s=per_s, ahead_s=600, model=MODEL), model=MODEL)


def test_price_sentence() -> None:
    assert render(reason(), "en") == (
        "One more hour of waiting costs about €3,200: €48,000 a year at stake, high severity, waiting 3 hr 20 min.")


def test_assumption_and_renewal_are_said() -> None:
    assert "(assumed, no revenue known)" in render(reason(Stake(value_minor=1_200_00, currency="EUR", assumed=True)), "en")
    assert "with the renewal in 2 days" in render(
        reason(Stake(value_minor=1_200_00, currency="EUR", renewal_in_days=2)), "en")


def test_what_raises_the_value_is_said() -> None:
    stake = Stake(value_minor=1_200_00, currency="EUR", assumed=True, plan="Pro", vip=True, tenure_years=4)
    for locale, parts in {
        "en": ("(assumed for the plan Pro)", "raised for a VIP", "raised after 4 yrs as a customer"),
        "it": ("(ipotesi per il piano Pro)", "VIP", "cliente da 4"), "ko": ("Pro 요금제", "VIP", "4년"),
    }.items():  # fmt: skip
        sentence = render(reason(stake), locale)
        assert all(part in sentence for part in parts), sentence


def test_a_chat_of_a_small_customer_costs_no_more_than_there_is() -> None:
    """The rate per hour of a chat is many times what the customer is worth; what is said is one job's price."""
    small = Stake(value_minor=1_200_00, currency="EUR", assumed=True)
    told = reason(small, customer_s=5, open_s=5, per_s=1 / 120)
    assert told.price_minor > small.value_minor > told.job_minor > 0
    assert told.price_minor == pytest.approx(told.job_minor * 6, rel=0.06)


def test_past_the_peak_it_keeps_its_place() -> None:
    late = reason(customer_s=30 * HOUR_S, open_s=8 * HOUR_S)
    assert late.key == "held"
    assert render(late, "en").startswith("Keeps its place after waiting 1 day 6 hr")


def test_no_hour_is_spoken_of_where_nobody_waits_an_hour() -> None:
    assert render(reason(customer_s=9, open_s=9, per_s=1 / 120), "en") == (
        "One more job of 10 min before this one costs about €40,000, because patience here lasts about 2 min: "
        "€48,000 a year at stake, high severity, waiting 9 sec.")
    assert render(reason(customer_s=130, open_s=130, per_s=1 / 120), "en") == (
        "Has waited 2 min, longer than most people do here: €48,000 a year at stake, high severity. One more job of 10 min "
        "first costs about €18,000.")


def test_a_reserved_row_says_that_money_is_not_the_reason() -> None:
    promised = reason(customer_s=40 * HOUR_S, open_s=10 * HOUR_S, promised=True)
    assert promised.key == "promised"
    assert render(promised, "en") == (
        "In front because promised, not because of money: waiting 1 day 16 hr, the limit is 9 hr of team time.")


@pytest.mark.parametrize("locale", ["en", "it", "ko", "it-IT", "ko_KR", "de", ""])
@pytest.mark.parametrize("key", ["price", "held", "live", "live_late", "promised"])
def test_every_language_has_every_sentence(locale: str, key: str) -> None:
    sentence = render(Reason(key=key, price_minor=120_00, job_minor=20_00, job_s=600, value_minor=48_000_00, currency="EUR", assumed=False,  # type: ignore[arg-type]
                             renewal_in_days=1, severity=Severity.URGENT, waited_s=7200, patience_s=120, limit_s=32_400), locale)
    assert "{" not in sentence
    assert sentence.endswith(".")
    assert ("48.000" in sentence or "48,000" in sentence) == (key != "promised")


@pytest.mark.parametrize(("currency", "minor", "words"), [
    ("KRW", 1_200_000, "₩1,200,000"), ("EUR", 7_50, "€7.50"), ("EUR", 0, "€0"), ("JPY", 5, "¥5")])
def test_money_follows_its_currency(currency: str, minor: int, words: str) -> None:
    shown = Reason(key="price", price_minor=minor, job_minor=0, job_s=600, value_minor=0, currency=currency, assumed=False, renewal_in_days=None,
                   severity=Severity.LOW, waited_s=45, patience_s=60, limit_s=0)
    assert f"about {words}:" in render(shown, "en")
