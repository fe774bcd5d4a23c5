"""The words of reports that leave the browser: mails and PDF files, in the three languages of the workspace."""

from typing import Literal

from babel import Locale
from babel.dates import format_date
from babel.numbers import format_currency, format_decimal, format_percent, get_currency_precision

from hark.core.periods import get_zone
from hark.reports.formulas import FORMULAS
from hark.reports.state import Span
from hark.reports.types import Breakdown, Clock, Figure

Language = Literal["en", "it", "ko"]

WORDS: dict[str, dict[str, str]] = {
    "en": {
        "team": "team clock", "customer": "customer clock", "median": "median", "mean": "mean", "waiting": "{} still waiting",
        "before": "before: {}", "of": "{} of {}", "compared": "compared with {}", "definition": "Definition {}",
        "nothing": "Nothing happened in this period.", "open": "Open the report in Hark", "none": "none",
        "attached": "The same as PDF is attached.", "why": "You get this mail because {} scheduled “{}” in Hark.",
        "dashed": "Line: this period. Dashed: the comparison. Hatched: still waiting.", "count": "{} ended", "reports": "Report",
        "breakdown": "by {}", "s": "{} s", "min": "{} min", "h": "{} h", "d": "{} d",
    },
    "it": {
        "team": "orologio del team", "customer": "orologio del cliente", "median": "mediana", "mean": "media",
        "waiting": "{} ancora in attesa", "before": "prima: {}", "of": "{} su {}", "compared": "confronto con {}",
        "definition": "Definizione {}", "nothing": "In questo periodo non è successo nulla.",
        "open": "Apri il report in Hark", "none": "nessuno", "attached": "In allegato lo stesso report in PDF.",
        "why": "Ricevi questa e-mail perché {} ha programmato “{}” in Hark.",
        "dashed": "Linea: questo periodo. Tratteggio: il confronto. Righe oblique: ancora in attesa.", "count": "{} concluse",
        "reports": "Report", "breakdown": "per {}", "s": "{} s", "min": "{} min", "h": "{} h", "d": "{} g",
    },
    "ko": {
        "team": "팀 시계", "customer": "고객 시계", "median": "중앙값", "mean": "평균", "waiting": "아직 대기 {}건",
        "before": "이전: {}", "of": "{2}건 중 {1}건", "compared": "비교 기간 {}", "definition": "정의 {}",
        "nothing": "이 기간에는 기록이 없습니다.", "open": "Hark에서 보고서 열기", "none": "없음",
        "attached": "같은 내용의 PDF가 첨부되어 있습니다.", "why": "{} 님이 Hark에서 “{}” 발송을 예약하여 보내 드리는 메일입니다.",
        "dashed": "실선: 이 기간. 점선: 비교 기간. 빗금: 아직 대기 중.", "count": "완료 {}건", "reports": "보고서",
        "breakdown": "{}별", "s": "{}초", "min": "{}분", "h": "{}시간", "d": "{}일",
    },
}  # fmt: skip

FIGURES: dict[str, tuple[str, str, str]] = {
    "received": ("Received messages", "Messaggi ricevuti", "받은 메시지"),
    "sent": ("Sent messages", "Messaggi inviati", "보낸 메시지"),
    "first_reply": ("First reply time", "Tempo di prima risposta", "첫 응답 시간"),
    "reply_wait": ("Reply wait time", "Attesa della risposta", "응답 대기 시간"),
    "reply_rate": ("Reply rate", "Tasso di risposta", "응답률"),
    "reply_rate_messages": ("Reply rate per message", "Tasso di risposta per messaggio", "메시지별 응답률"),
    "reply_rate_days": ("Reply rate per day", "Tasso di risposta per giorno", "일별 응답률"),
    "resolution_rate": ("Resolution rate", "Tasso di risoluzione", "해결률"),
    "resolution_time": ("Resolution time", "Tempo di risoluzione", "해결 시간"),
    "stage_time": ("Stage time", "Tempo per fase", "단계별 시간"),
    "reopen_rate": ("Reopen rate", "Tasso di riapertura", "재문의율"),
    "holding_rate": ("Holding replies", "Risposte interlocutorie", "중간 답변 비율"),
    "severity_raised": ("Raised severities", "Gravità aumentate", "심각도 상향"),
    "actions": ("Actions", "Azioni", "작업 수"),
    "wait_cost": ("Cost of waiting", "Costo dell’attesa", "대기 비용"),
    "unanswered": ("Unanswered", "Senza risposta", "미답변"),
    "workload": ("Workload", "Carico di lavoro", "업무량"),
    "topic_share": ("Share of the main topic", "Quota dell’argomento principale", "주요 주제 비중"),
    "topic_entropy": ("Variety of topics", "Varietà degli argomenti", "주제 다양성"),
    "asked_person": ("Asked for a person, got one", "Ha chiesto una persona e l’ha avuta", "상담원 요청 후 연결률"),
    "asked_person_after": ("Until a person came", "Fino all’arrivo di una persona", "상담원이 오기까지"),
    "searches": ("Searches until an answer", "Ricerche fino alla risposta", "답을 찾기까지 검색 수"),
    "gave_up": ("Gave up before writing", "Rinunce prima di scrivere", "문의 전 이탈"),
    "handle_time": ("Handle time", "Tempo di lavorazione", "처리 시간"),
    "promises_kept": ("Promises kept", "Promesse mantenute", "약속 준수율"),
}

DIMENSIONS: dict[str, tuple[str, str, str]] = {
    "channel": ("channel", "canale", "채널"), "account": ("mailbox", "casella", "계정"), "team": ("team", "team", "팀"),
    "agent": ("person", "persona", "담당자"), "tag": ("tag", "tag", "태그"), "topic": ("topic", "argomento", "주제"),
    "company": ("company", "azienda", "회사"), "hour": ("hour", "ora", "시간대"), "weekday": ("weekday", "giorno", "요일"),
    "heat": ("weekday and hour", "giorno e ora", "요일·시간대"), "stage": ("stage", "fase", "단계"),
    "severity": ("severity", "gravità", "심각도"), "action": ("action", "azione", "작업"),
}  # fmt: skip


def word(language: str, key: str, *values: object) -> str:
    """A sentence with its blanks filled; `{1}`, `{2}` where a language turns them round."""
    text = WORDS.get(language, WORDS["en"])[key]
    if "{1}" in text:
        return text.replace("{1}", str(values[0])).replace("{2}", str(values[1]))
    return text.format(*values)


def figure_name(language: str, key: str) -> str:
    names = FIGURES.get(key)
    return names[_index(language)] if names else key.replace("_", " ").capitalize()


def formula(language: str, figure: Figure | Breakdown, key: str) -> str:
    """How the figure `key` is counted and by which version of the definition, in words."""
    said = FORMULAS.get(f"{key}.{figure.clock}") or FORMULAS.get(key)
    text = figure.formula if said is None else (figure.formula, *said)[_index(language)]
    return f"{text} {word(language, 'definition', figure.version)}."


def dimension_name(language: str, key: str) -> str:
    names = DIMENSIONS.get(key)
    return names[_index(language)] if names else key


def say(value: float | None, unit: str, currency: str, language: str) -> str:
    """A value as people read it: seconds as "3 h 12 min", shares as per cent, minor units as money."""
    if value is None:
        return "–"
    if unit == "seconds":
        return say_seconds(value, language)
    if unit == "share":
        return format_percent(value, "#,##0.#%", locale=language)
    if unit == "minor":
        return format_currency(value / 10 ** _digits(currency), currency, locale=language, currency_digits=True)
    return format_decimal(round(value, 2), locale=language)


def say_seconds(value: float, language: str) -> str:
    whole = round(value)
    if whole < 60:
        return word(language, "s", whole)
    minutes = round(value / 60)
    if minutes < 60:
        return word(language, "min", minutes)
    if minutes < 48 * 60:
        hours, rest = divmod(minutes, 60)
        return word(language, "h", hours) + (f" {word(language, 'min', rest)}" if rest else "")
    days, hours = divmod(round(minutes / 60), 24)
    return word(language, "d", days) + (f" {word(language, 'h', hours)}" if hours else "")


def say_period(span: Span, time_zone: str, language: str) -> str:
    """ "1 Mar – 28 Mar 2026": whole days, the last included."""
    zone = get_zone(time_zone)
    first = span.start.astimezone(zone).date()
    last = (span.end.astimezone(zone)).date().toordinal() - 1
    end = type(first).fromordinal(max(last, first.toordinal()))
    if first == end:
        return format_date(first, "long", locale=language)
    return f"{format_date(first, 'medium', locale=language)} – {format_date(end, 'medium', locale=language)}"


def weekday_name(language: str, weekday: int) -> str:
    """Monday is 0."""
    return str(Locale.parse(language).days["format"]["wide"][weekday])


def member_name(language: str, by: str, key: str, label: str) -> str:
    """A member of a dimension as people read it; `label` where it has a name of its own."""
    if label or key == "":
        return label or word(language, "none")
    if by == "weekday":
        return weekday_name(language, int(key))
    if by == "hour":
        return f"{int(key):02}:00"
    if by == "heat":
        weekday, _, hour = key.partition(".")
        return f"{weekday_name(language, int(weekday))} {int(hour):02}:00"
    return key


def clock_name(language: str, clock: Clock | None) -> str:
    return word(language, clock) if clock else ""


def _index(language: str) -> int:
    return {"en": 0, "it": 1, "ko": 2}.get(language, 0)


def _digits(currency: str) -> int:
    return int(get_currency_precision(currency))
