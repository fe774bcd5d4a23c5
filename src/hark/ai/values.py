"""The values in a text: numbers with what they count, so that "30 days" is neither "30 hours" nor "30 €". Pure."""

import re

_UNITS = (
    ("€", "€|eur|euro|euros|유로"), ("$", r"\$|us\$|usd|dollars?|dollar[oi]|달러"), ("£", "£|gbp|pounds?|sterlin[ae]|파운드"),
    ("₩", "₩|krw|won|원"), ("%", "%|percent|퍼센트|프로"), ("min", "minutes?|mins?|minut[oi]|분"), ("h", "hours?|hrs?|or[ae]|시간"),
    ("d", "days?|giorn[oi]|일"), ("w", "weeks?|settiman[ae]|주일?"), ("m", "months?|mes[ei]|개월|달"), ("y", "years?|ann[oi]|년"),
    ("kg", "kg|kilos?|kilograms?|chil[oi]"), ("km", "km"), ("gb", "gb"), ("mb", "mb"),
)  # fmt: skip
_UNIT_OF = [(unit, re.compile(rf"(?:{pattern})", re.I)) for unit, pattern in _UNITS]
_WORDS = {
    "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10, "eleven": 11, "twelve": 12,
    "fourteen": 14, "fifteen": 15, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80,
    "ninety": 90, "hundred": 100, "thousand": 1000, "million": 1_000_000,
    "due": 2, "tre": 3, "quattro": 4, "cinque": 5, "sette": 7, "otto": 8, "nove": 9, "dieci": 10, "dodici": 12, "quattordici": 14,
    "quindici": 15, "venti": 20, "trenta": 30, "quaranta": 40, "cinquanta": 50, "sessanta": 60, "settanta": 70, "ottanta": 80,
    "novanta": 90, "cento": 100, "mille": 1000, "milione": 1_000_000,
}  # fmt: skip
_KOREAN = {
    "하루": "1일", "이틀": "2일", "사흘": "3일", "나흘": "4일", "닷새": "5일", "열흘": "10일", "보름": "15일", "한 달": "1개월",
    "두 달": "2개월", "세 달": "3개월", "일주일": "1주", "한 시간": "1시간", "두 시간": "2시간",
}  # fmt: skip
_WORD = re.compile(rf"\b(?:{'|'.join(_WORDS)})\b", re.I)
_NUMBER = re.compile(
    r"(?P<before>[€$£₩]|\b(?:eur|usd|gbp|krw)\b)?\s?(?P<number>\d(?:[\d.,'/:-]*\d)?)(?P<after>(?:[\s-]{0,2}(?:%|[€$£₩]|[^\W\d_]+)){0,2})",
    re.I,
)
_CITED = re.compile(r"\[\d{1,2}\]")
_STEP = re.compile(r"^\s*\d{1,2}[.)]\s", re.M)


def values_of(text: str) -> set[tuple[str, str]]:
    """(number, unit) of every value: thousands without separators, words as digits, unit "" where none is known. The marks of
    sources and the numbers of steps are none."""
    text = _STEP.sub(" ", _CITED.sub(" ", text))
    text = re.sub(r"\bper cento\b|\bper cent\b", "%", text, flags=re.I)
    for word, digits in _KOREAN.items():
        text = text.replace(word, digits)
    text = _WORD.sub(lambda word: str(_WORDS[word.group().casefold()]), text)
    return {(_number(one["number"]), _unit(one["before"], one["after"])) for one in _NUMBER.finditer(text)}


def _number(text: str) -> str:
    text = text.replace("'", "")
    if re.fullmatch(r"\d{1,3}(?:[.,]\d{3})+", text):
        return re.sub(r"[.,]", "", text)
    if re.fullmatch(r"\d+[.,]\d{1,2}", text):
        whole, part = re.split(r"[.,]", text)
        return whole if not part.strip("0") else f"{whole}.{part.rstrip('0')}"
    return text


def _unit(before: str | None, after: str) -> str:
    for piece in [before or "", *re.findall(r"%|[€$£₩]|[^\W\d_]+", after)]:
        for unit, pattern in _UNIT_OF:
            if "가" <= piece[:1] <= "힣":
                if pattern.match(piece):
                    return unit
            elif piece and pattern.fullmatch(piece):
                return unit
    return ""
