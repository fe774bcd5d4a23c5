"""Why a row stands where it stands, in one sentence. The key and its parameters travel; the words are made last."""

from functools import lru_cache
from itertools import pairwise
from typing import Literal

import msgspec
from babel.numbers import format_currency, get_currency_precision
from babel.units import format_unit

from hark.value.order import limit_s
from hark.value.price import price_per_job
from hark.value.stake import severity_scale, two_digits
from hark.value.types import DAY_S, HOUR_S, Severity, Stake, ValueModel

Key = Literal["price", "held", "live", "live_late", "promised"]


class Reason(msgspec.Struct, frozen=True, kw_only=True):
    """A sentence before it is words.

    price: what another hour costs. held: past the usual patience, keeps its place. live, live_late: the same for a
    patience of less than an hour, where an hour is no measure: they say what one more job before it costs. promised: a reserved row, in front whatever it is worth.
    Money in minor units of `currency`, durations in seconds; `limit_s` is team time.
    """

    key: Key
    price_minor: int
    job_minor: int
    job_s: int
    value_minor: int
    currency: str
    assumed: bool
    renewal_in_days: int | None
    severity: Severity
    waited_s: int
    patience_s: int
    limit_s: int
    vip: bool = False
    tenure_years: int | None = None
    plan: str | None = None


def explain(
    stake: Stake,
    severity: Severity,
    *,
    per_s: float,
    customer_s: float,
    ahead_s: float,
    u: float,
    promised: bool,
    model: ValueModel,
) -> Reason:
    """The reason of one row. `customer_s`: age of the wait on the customer clock, `u`: its urgency (`hark.value.order`);
    `promised`: it is overdue and stands in a reserved row."""
    job = price_per_job(
        stake.value_minor, severity_scale(severity, model), customer_s, per_s=per_s, ahead_s=ahead_s, model=model
    )
    return Reason(
        key="promised" if promised else _key(customer_s, per_s=per_s, u=u, model=model),
        price_minor=two_digits(job / (ahead_s / HOUR_S)),
        job_minor=two_digits(job),
        job_s=round(ahead_s),
        value_minor=stake.value_minor,
        currency=stake.currency,
        assumed=stake.assumed,
        renewal_in_days=stake.renewal_in_days,
        vip=stake.vip,
        tenure_years=stake.tenure_years,
        plan=stake.plan,
        severity=severity,
        waited_s=round(customer_s),
        patience_s=round(1 / per_s),
        limit_s=round(limit_s(per_s, model)),
    )


def _key(customer_s: float, *, per_s: float, u: float, model: ValueModel) -> Key:
    if is_live(per_s):
        return "live_late" if customer_s * per_s >= 1 else "live"
    return "held" if u >= model.peak else "price"


def is_live(per_s: float) -> bool:
    """Whether patience is under an hour, so that a price per hour would be one that nobody could lose."""
    return per_s * HOUR_S > 1


def render(reason: Reason, locale: str) -> str:
    """The sentence in en, ko or it; any other language gets English. Amounts and durations as that locale writes them."""
    return _sentence(msgspec.structs.replace(reason, waited_s=_as_shown(reason.waited_s)), locale)


# A list has fifty sentences and a team looks at the same lists: they stay the same while their numbers look the same.
@lru_cache(maxsize=4096)
def _sentence(reason: Reason, locale: str) -> str:
    language = locale.replace("_", "-").split("-")[0].lower()
    language = language if language in _WORDS else "en"
    words = _WORDS[language]
    known = "planned" if reason.plan else "assumed" if reason.assumed else "known"
    value = words[known].format(value=_money(reason.value_minor, reason, language), plan=reason.plan)
    if reason.renewal_in_days is not None:
        value += words["renewal"].format(days=_unit(reason.renewal_in_days, "day", language))
    if reason.vip:
        value += words["vip"]
    if reason.tenure_years is not None:
        value += words["tenure"].format(years=_unit(reason.tenure_years, "year", language))
    return words[reason.key].format(
        price=_money(reason.price_minor, reason, language),
        job=_money(reason.job_minor, reason, language),
        lasts=_duration(reason.job_s, language),
        value=value,
        severity=words[reason.severity.name],
        waited=_duration(reason.waited_s, language),
        patience=_duration(reason.patience_s, language),
        limit=_duration(reason.limit_s, language),
    )


_WORDS: dict[str, dict[str, str]] = {
    "en": {
        "price": "One more hour of waiting costs about {price}: {value}, {severity} severity, waiting {waited}.",
        "held": "Keeps its place after waiting {waited}, longer than most people do: {value}, {severity} severity; "
        "one more hour costs about {price}.",
        "live": "One more job of {lasts} before this one costs about {job}, because patience here lasts about {patience}: "
        "{value}, {severity} severity, waiting {waited}.",
        "live_late": "Has waited {waited}, longer than most people do here: {value}, {severity} severity. One more job of "
        "{lasts} first costs about {job}.",
        "promised": "In front because promised, not because of money: waiting {waited}, the limit is {limit} of "
        "team time.",
        "known": "{value} a year at stake",
        "assumed": "{value} a year at stake (assumed, no revenue known)",
        "planned": "{value} a year at stake (assumed for the plan {plan})",
        "renewal": " with the renewal in {days}",
        "vip": ", raised for a VIP",
        "tenure": ", raised after {years} as a customer",
        "LOW": "low",
        "NORMAL": "normal",
        "HIGH": "high",
        "URGENT": "urgent",
    },
    "it": {
        "price": "Un'altra ora di attesa costa circa {price}: {value}, gravità {severity}, in attesa da {waited}.",
        "held": "Mantiene il posto dopo {waited} di attesa, più di quanto i più sopportano: {value}, gravità "
        "{severity}; un'altra ora costa circa {price}.",
        "live": "Un altro caso di {lasts} prima di questo costa circa {job}, perché qui la pazienza dura circa {patience}: "
        "{value}, gravità {severity}, in attesa da {waited}.",
        "live_late": "Aspetta da {waited}, più di quanto i più sopportano qui: {value}, gravità {severity}. Un altro caso di "
        "{lasts} prima costa circa {job}.",
        "promised": "Davanti perché promesso, non per denaro: in attesa da {waited}, il limite è {limit} di tempo "
        "del team.",
        "known": "{value} l'anno in gioco",
        "assumed": "{value} l'anno in gioco (ipotesi, ricavi non noti)",
        "planned": "{value} l'anno in gioco (ipotesi per il piano {plan})",
        "renewal": " con il rinnovo tra {days}",
        "vip": ", di più perché VIP",
        "tenure": ", di più perché cliente da {years}",
        "LOW": "bassa",
        "NORMAL": "normale",
        "HIGH": "alta",
        "URGENT": "urgente",
    },
    "ko": {
        "price": "한 시간 더 기다리면 약 {price}의 손실이 예상됩니다: {value}, 심각도 {severity}, 대기 {waited}.",
        "held": "{waited} 동안 기다려 보통의 인내를 넘었으므로 자리를 유지합니다: {value}, 심각도 {severity}; "
        "한 시간 더 기다리면 약 {price}의 손실이 예상됩니다.",
        "live": "여기서는 인내가 약 {patience}이므로 {lasts} 걸리는 한 건을 먼저 처리하면 약 {job}의 손실이 예상됩니다: "
        "{value}, 심각도 {severity}, 대기 {waited}.",
        "live_late": "{waited} 동안 기다려 보통의 인내를 넘었습니다: {value}, 심각도 {severity}. {lasts} 걸리는 한 건을 먼저 처리하면 "
        "약 {job}의 손실이 예상됩니다.",
        "promised": "금액이 아니라 약속 때문에 앞에 있습니다: 대기 {waited}, 한도는 팀 근무 시간 {limit}입니다.",
        "known": "연간 {value} 규모의 고객",
        "assumed": "연간 {value} 규모의 고객(매출을 몰라 가정한 값)",
        "planned": "연간 {value} 규모의 고객({plan} 요금제의 가정값)",
        "renewal": ", 갱신까지 {days}",
        "vip": ", VIP 가중",
        "tenure": ", {years} 고객 가중",
        "LOW": "낮음",
        "NORMAL": "보통",
        "HIGH": "높음",
        "URGENT": "긴급",
    },
}


def _money(minor: int, reason: Reason, language: str) -> str:
    return _amount(minor, reason.currency, language)


# Few amounts and durations differ, and babel takes its time for each.
@lru_cache(maxsize=4096)
def _amount(minor: int, currency: str, locale: str) -> str:
    """Whole major units: the amounts have two significant digits; under 10 units the minor ones are shown."""
    precision = get_currency_precision(currency)
    major = minor / 10**precision
    digits = precision if 0 < abs(major) < 10 else 0
    pattern = "¤#,##0" + ("." + "0" * digits if digits else "")
    if locale == "it":
        pattern = pattern.removeprefix("¤") + "\u00a0¤"
    return format_currency(major, currency, format=pattern, locale=locale, currency_digits=False)


def _as_shown(seconds: int) -> int:
    """Without the seconds that `_duration` does not show."""
    return seconds - seconds % (1 if seconds < 60 else 60 if seconds < DAY_S else int(HOUR_S))


def _duration(seconds: int, locale: str) -> str:
    """The two largest units: `3 hr 20 min`, `2 days 4 hr`, `45 sec`."""
    seconds = _as_shown(seconds)
    for (unit, size), (smaller, smaller_size) in pairwise(_SIZES):
        if seconds >= size:
            whole, rest = divmod(seconds, size)
            parts = [_unit(whole, unit, locale)] + ([_unit(rest // smaller_size, smaller, locale)] if rest else [])
            return " ".join(parts)
    return _unit(seconds, "second", locale)


_SIZES = (("day", int(DAY_S)), ("hour", int(HOUR_S)), ("minute", 60), ("second", 1))


@lru_cache(maxsize=4096)
def _unit(n: int, unit: str, locale: str) -> str:
    return format_unit(n, f"duration-{unit}", length="short", locale=locale)
