"""What an invitation says, in one line for people (RFC 5545, 5546). Pure; broken calendars give less or nothing."""

import re
from datetime import date, timedelta
from typing import NamedTuple

from hark.channels.email.charsets import clean, decode
from hark.channels.email.headers import one_line

MAX_BYTES = 200_000
MAX_LINES = 5_000
FOLDED = re.compile(r"\r?\n[ \t]|\r[ \t](?!\n)")
LINE = re.compile(r"^([A-Za-z-]{1,40})((?:;[^:\"]*(?:\"[^\"]*\"[^:\"]*)*)?):(.*)$")
PARAMETER = re.compile(r';([A-Za-z-]{1,40})=("[^"]*"|[^;"]*)')
TIME = re.compile(r"^(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(?:\d\d)?(Z)?)?$")
ESCAPED = re.compile(r"\\([nN,;\\])")
METHODS = {
    "REQUEST": "Invitation", "PUBLISH": "Calendar entry", "CANCEL": "Cancelled invitation", "COUNTER": "Proposal of another time",
    "DECLINECOUNTER": "Refused proposal of another time", "REFRESH": "Question for the newest invitation", "ADD": "Further dates of an invitation",
}  # fmt: skip
ANSWERS = {
    "ACCEPTED": "Accepted",
    "DECLINED": "Declined",
    "TENTATIVE": "Perhaps accepted",
    "DELEGATED": "Passed on to somebody else",
}


class _Line(NamedTuple):
    value: str
    parameters: dict[str, str]


def summarize(data: bytes, charset: str | None, method: str = "") -> str:
    """What, when, where, who and which kind ("Invitation: Review. When: 2023-01-02 15:00 to 16:00 (Europe/Rome). Where: ...").

    `method` is that of the mail's part, for calendars that name none. Empty when there is no event in it.
    """
    fields, count = _first_event(decode(data[:MAX_BYTES], charset)[0])
    if not count:
        return ""
    kind = (fields["METHOD"].value if "METHOD" in fields else method).strip().upper()
    if fields.get("STATUS", _Line("", {})).value.strip().upper() == "CANCELLED":
        kind = "CANCEL"
    what = _text(fields, "SUMMARY") or "without a title"
    parts = [f"{_answer(fields) if kind == 'REPLY' else METHODS.get(kind, 'Calendar entry')}: {what}"]
    if when := _when(fields):
        parts.append(f"When: {when}{', repeated' if 'RRULE' in fields else ''}")
    if where := _text(fields, "LOCATION"):
        parts.append(f"Where: {where}")
    if who := _person(fields.get("ORGANIZER")):
        parts.append(f"Organizer: {who}")
    if count > 1:
        parts.append(f"And {count - 1} more")
    return clean(". ".join(part.rstrip(".") for part in parts) + ".")


def _first_event(text: str) -> tuple[dict[str, _Line], int]:
    """The fields of the first event or task with those of its calendar, and how many there are. The first of each counts."""
    fields: dict[str, _Line] = {}
    inside: list[str] = []
    count = 0
    for line in FOLDED.sub("", text).splitlines()[:MAX_LINES]:
        match = LINE.match(line)
        if match is None:
            continue
        name, value = match[1].upper(), match[3]
        if name == "BEGIN":
            inside.append(value.strip().upper())
            count += inside[-1] in ("VEVENT", "VTODO")
        elif name == "END":
            if inside:
                inside.pop()
        elif count <= 1 and (not inside or inside[-1] in ("VCALENDAR", "VEVENT", "VTODO")):
            given = {key.upper(): word.strip('"') for key, word in PARAMETER.findall(match[2])}
            fields.setdefault(name, _Line(value, given))
    return fields, count


def _text(fields: dict[str, _Line], name: str) -> str:
    value = fields[name].value if name in fields else ""
    return one_line(ESCAPED.sub(lambda match: " " if match[1] in "nN" else match[1], value))[:300]


def _person(line: _Line | None) -> str:
    if line is None:
        return ""
    address = one_line(re.sub(r"^mailto:", "", line.value.strip(), flags=re.IGNORECASE))[:200]
    name = one_line(line.parameters.get("CN", ""))[:200]
    return f"{name} ({address})" if name and address and name != address else name or address


def _answer(fields: dict[str, _Line]) -> str:
    attendee = fields.get("ATTENDEE")
    state = attendee.parameters.get("PARTSTAT", "").upper() if attendee else ""
    who = _person(attendee)
    return f"{ANSWERS.get(state, 'Answered')}{f' by {who}' if who else ''}"


def _when(fields: dict[str, _Line]) -> str:
    start = fields.get("DTSTART") or fields.get("DUE")
    if start is None or (first := TIME.match(start.value.strip())) is None:
        return ""
    zone = "UTC" if first[6] else one_line(start.parameters.get("TZID", ""))[:60]
    day = f"{first[1]}-{first[2]}-{first[3]}"
    text = day if first[4] is None else f"{day} {first[4]}:{first[5]}"
    last = TIME.match(fields["DTEND"].value.strip()) if "DTEND" in fields else None
    if last is not None and last[4] is not None and first[4] is not None:
        end = f"{last[4]}:{last[5]}"
        text += f" to {end}" if last.groups()[:3] == first.groups()[:3] else f" to {last[1]}-{last[2]}-{last[3]} {end}"
    elif last is not None and last[4] is None and first[4] is None:
        text += _last_day(first, last)
    elif "DURATION" in fields and (length := _text(fields, "DURATION")):
        text += f" for {length.removeprefix('P').replace('T', ' ').strip().lower()}"
    return f"{text} ({zone})" if zone else text


def _last_day(first: re.Match[str], last: re.Match[str]) -> str:
    """Whole days end before the day named as their end (RFC 5545, 3.6.1)."""
    try:
        begin, end = (date(int(one[1]), int(one[2]), int(one[3])) for one in (first, last))
    except ValueError:
        return ""
    return f" to {end - timedelta(days=1)}" if end - begin > timedelta(days=1) else ""
