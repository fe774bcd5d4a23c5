"""What a visitor gets by mail: answers they have not read, and the transcript of a thread. Pure."""

from collections.abc import Sequence
from datetime import datetime
from html import escape
from itertools import groupby
from zoneinfo import ZoneInfo

import msgspec
from babel.dates import format_date, format_time

WORDS = {
    "en": {
        "subject": "Your conversation with {inbox}",
        "answer": "You can answer this mail: your answer goes on in the same conversation.",
        "files": "Files are too large for a mail and wait in the messenger: {names}",
        "file": "File: {names}",
        "you": "You",
        "earlier": "What was written before that is left out here.",
    },
    "ko": {
        "subject": "{inbox} 상담 내용",
        "answer": "이 메일에 답장하시면 같은 대화에서 계속됩니다.",
        "files": "파일이 너무 커서 메일로 보낼 수 없습니다. 메신저에서 확인해 주세요: {names}",
        "file": "파일: {names}",
        "you": "나",
        "earlier": "그 이전의 내용은 생략되었습니다.",
    },
    "it": {
        "subject": "La tua conversazione con {inbox}",
        "answer": "Puoi rispondere a questa e-mail: la risposta continua la stessa conversazione.",
        "files": "I file sono troppo grandi per un'e-mail e si trovano nel messenger: {names}",
        "file": "File: {names}",
        "you": "Tu",
        "earlier": "Quanto scritto prima è stato omesso.",
    },
}


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """A message of a thread. `name` of a customer may be empty; `files` are names."""

    at: datetime
    ours: bool
    name: str
    text: str
    files: list[str] = []


def words(locale: str) -> dict[str, str]:
    """The sentences in the language of a locale, English where there are none."""
    return WORDS.get(locale.replace("_", "-").split("-")[0].lower(), WORDS["en"])


def subject(inbox: str, locale: str) -> str:
    """Of a conversation that has none of its own."""
    return words(locale)["subject"].format(inbox=inbox)


def unread_letter(texts: Sequence[str], left_out: Sequence[str], locale: str) -> str:
    """The text of a mail with answers in their order; `left_out` are names of files that do not fit into it."""
    said = words(locale)
    parts = [text.strip() for text in texts if text.strip()]
    if left_out:
        parts.append(said["files"].format(names=", ".join(left_out)))
    return "\n\n".join([*parts, f"--\n{said['answer']}"])


def transcript(lines: Sequence[Line], *, inbox: str, locale: str, zone: str, cut: bool) -> tuple[str, str]:
    """(text, HTML) of a thread, by days of `zone` (a tz name). `cut`: older messages are missing."""
    said, language = words(locale), _babel(locale)
    local = [(line, line.at.astimezone(ZoneInfo(zone))) for line in lines]
    text, html = [], [f"<h2>{escape(subject(inbox, locale))}</h2>"]
    if cut:
        text.append(said["earlier"])
        html.append(f"<p><i>{escape(said['earlier'])}</i></p>")
    for _, day in groupby(local, key=lambda pair: pair[1].date()):
        pairs = list(day)
        head = format_date(pairs[0][1], format="full", locale=language)
        text.append(head)
        html.append(f"<h3>{escape(head)}</h3>")
        for line, at in pairs:
            name = line.name or ("" if line.ours else said["you"])
            body = "\n".join([*([line.text] if line.text else []), *_files(line, said)])
            clock = format_time(at, format="short", locale=language)
            text.append(f"{clock}  {name}\n{_indented(body)}")
            shown = escape(body).replace("\n", "<br>")
            html.append(f"<p><b>{escape(name)}</b> <small>{escape(clock)}</small><br>{shown}</p>")
    return "\n\n".join(text), "\n".join(html)


def _files(line: Line, said: dict[str, str]) -> list[str]:
    return [said["file"].format(names=", ".join(line.files))] if line.files else []


def _indented(body: str) -> str:
    return "\n".join(f"  {line}".rstrip() for line in body.split("\n"))


def _babel(locale: str) -> str:
    language = locale.replace("_", "-").split("-")[0].lower()
    return language if language in WORDS else "en"
