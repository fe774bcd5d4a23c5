"""Why somebody got a case, in one sentence: the key and the numbers travel, the words are made last."""

from functools import lru_cache

import msgspec
from babel.units import format_unit

from hark.routing.policy import Why
from hark.routing.types import Answer, BackReason, WhyView


def why_view(why: Why, locale: str) -> WhyView:
    """The reason as a client gets it, in the viewer's language."""
    params = msgspec.structs.asdict(why)
    return WhyView(key=params.pop("key"), params=params, text=render(why, locale))


def render(why: Why, locale: str) -> str:
    """The sentence in en, it or ko; any other language gets English."""
    return _words(locale)[why.key].format(
        mu=f"{why.mu:.2g}", waiting=why.waiting, free=why.free, waited=_duration(why.waited_s, _language(locale)),
        limit=_duration(why.limit_s, _language(locale)), pull=why.pull,
    )  # fmt: skip


def offered(until_s: float, why: Why, locale: str) -> str:
    """An offer and its reason."""
    return _words(locale)["offered"].format(time=_duration(until_s, _language(locale))) + " " + render(why, locale)


def answered(answer: Answer, locale: str) -> str:
    """How an offer ended."""
    return _words(locale)[f"answer_{answer.name}"]


def returned(reason: BackReason, *, substitute: bool, locale: str) -> str:
    """Why open work left somebody, and where it went."""
    words = _words(locale)
    return words[f"back_{reason.name}"] + " " + words["to_substitute" if substitute else "to_queue"]


def overflowed(open_s: float, locale: str) -> str:
    """Why a conversation went to another team."""
    return _words(locale)["overflowed"].format(waited=_duration(open_s, _language(locale)))


def _language(locale: str) -> str:
    language = locale.replace("_", "-").split("-")[0].lower()
    return language if language in _WORDS else "en"


def _words(locale: str) -> dict[str, str]:
    return _WORDS[_language(locale)]


@lru_cache(maxsize=4096)
def _unit(n: int, unit: str, language: str) -> str:
    return format_unit(n, f"duration-{unit}", length="short", locale=language)


def _duration(seconds: float, language: str) -> str:
    for unit, size in (("day", 86_400), ("hour", 3600), ("minute", 60)):
        if seconds >= size:
            return _unit(int(seconds // size), unit, language)
    return _unit(max(0, int(seconds)), "second", language)


_WORDS: dict[str, dict[str, str]] = {
    "en": {
        "worth": "Its waiting costs most for the speed of who takes it ({mu} × the mean), of {waiting} waiting.",
        "promised": "In front because promised, not because of money: waiting {waited}, the limit is {limit}; every "
        "8th pull serves the oldest, this was pull {pull}.",
        "returning": "Goes back to who had it before, who is here.",
        "expert": "A hard case for the most experienced who was free, of {free}.",
        "newcomer": "A fair share of the work for somebody new to it.",
        "relaxed": "It waited {waited} and nobody with the skill or language was free: from then on anybody may take it.",
        "offered": "Offered for {time}.",
        "answer_ACCEPTED": "The offer was accepted.",
        "answer_DECLINED": "The offer was declined; it goes to somebody else.",
        "answer_TIMED_OUT": "The offer was not answered in time; it goes to somebody else.",
        "answer_WITHDRAWN": "The offer ended because the conversation was taken or needs nobody any more.",
        "back_OFFLINE": "Who had it is offline, and the customer waits.",
        "back_REOPENED_AWAY": "The customer came back while who had it is not here.",
        "back_DISABLED": "Who had it no longer works here.",
        "back_ABSENT": "Who had it is absent.",
        "to_queue": "It is back in the queue.",
        "to_substitute": "The substitute has it.",
        "overflowed": "It waited {waited} of team time, longer than the team allows, and went to the overflow team.",
    },
    "it": {
        "worth": "La sua attesa è quella che costa di più per la velocità di chi la prende ({mu} × la media), fra "
        "{waiting} in attesa.",
        "promised": "Davanti perché promesso, non per denaro: in attesa da {waited}, il limite è {limit}; ogni 8ª presa "
        "serve la più vecchia, questa era la presa {pull}.",
        "returning": "Torna a chi la seguiva prima, che è presente.",
        "expert": "Un caso difficile per la persona libera con più esperienza, fra {free}.",
        "newcomer": "Una giusta parte del lavoro per chi è nuovo.",
        "relaxed": "Ha atteso {waited} e nessuno con la competenza o la lingua era libero: da quel momento può prenderla "
        "chiunque.",
        "offered": "Offerta per {time}.",
        "answer_ACCEPTED": "L'offerta è stata accettata.",
        "answer_DECLINED": "L'offerta è stata rifiutata; va a qualcun altro.",
        "answer_TIMED_OUT": "Nessuna risposta all'offerta in tempo; va a qualcun altro.",
        "answer_WITHDRAWN": "L'offerta è finita: la conversazione è stata presa o non serve più nessuno.",
        "back_OFFLINE": "Chi la seguiva non è in linea e il cliente aspetta.",
        "back_REOPENED_AWAY": "Il cliente è tornato mentre chi la seguiva non è presente.",
        "back_DISABLED": "Chi la seguiva non lavora più qui.",
        "back_ABSENT": "Chi la seguiva è assente.",
        "to_queue": "È di nuovo in coda.",
        "to_substitute": "L'ha presa in carico chi sostituisce.",
        "overflowed": "Ha atteso {waited} di tempo del team, più di quanto il team consente, ed è passata al team di riserva.",
    },
    "ko": {
        "worth": "대기 중인 {waiting}건 가운데 맡는 사람의 처리 속도(평균의 {mu}배)까지 따졌을 때 기다림의 비용이 가장 큽니다.",
        "promised": "금액이 아니라 약속 때문에 앞에 있습니다: 대기 {waited}, 한도 {limit}. 여덟 번째마다 가장 오래된 건을 "
        "처리하며, 이번이 {pull}번째입니다.",
        "returning": "전에 맡았던 사람이 자리에 있어 그 사람에게 돌아갑니다.",
        "expert": "어려운 건이라 여유가 있던 {free}명 중 경험이 가장 많은 사람에게 갑니다.",
        "newcomer": "새로 온 사람에게 공평한 몫을 드립니다.",
        "relaxed": "{waited} 동안 기다렸지만 해당 기술이나 언어를 갖춘 사람이 없어 이제 누구나 맡을 수 있습니다.",
        "offered": "{time} 동안 제안했습니다.",
        "answer_ACCEPTED": "제안을 수락했습니다.",
        "answer_DECLINED": "제안을 거절했습니다. 다른 사람에게 갑니다.",
        "answer_TIMED_OUT": "시간 안에 답이 없었습니다. 다른 사람에게 갑니다.",
        "answer_WITHDRAWN": "다른 사람이 맡았거나 더 필요하지 않아 제안이 끝났습니다.",
        "back_OFFLINE": "담당자가 오프라인이고 고객이 기다립니다.",
        "back_REOPENED_AWAY": "담당자가 없는 사이에 고객이 다시 연락했습니다.",
        "back_DISABLED": "담당자가 더 이상 여기서 일하지 않습니다.",
        "back_ABSENT": "담당자가 부재중입니다.",
        "to_queue": "다시 대기열에 있습니다.",
        "to_substitute": "대리인이 맡습니다.",
        "overflowed": "팀 근무 시간으로 {waited} 동안 기다려 팀의 한도를 넘었으므로 지원 팀으로 갔습니다.",
    },
}
