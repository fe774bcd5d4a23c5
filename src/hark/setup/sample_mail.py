"""The sample cases as the raw mails a mail server would have handed over."""

import struct
import zlib
from datetime import datetime, timedelta
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from html import escape
from zoneinfo import ZoneInfo

from hark.setup.sample_cases import Case, Step

DOMAIN = "tidepool.example"
_WROTE = {
    "en": "On {at:%d %b %Y at %H:%M}, {who} wrote:",
    "ko": "{at:%Y. %m. %d. %H:%M}, {who} 님이 작성:",
    "it": "Il giorno {at:%d/%m/%Y} alle ore {at:%H:%M} {who} ha scritto:",
}


def step_time(at: str, now: datetime, zone: ZoneInfo) -> datetime:
    """When a step happened: `95m` is minutes before now, `-2 10:05` a wall-clock time so many working days ago."""
    if at.endswith("m"):
        return now - timedelta(minutes=int(at[:-1]))
    back, clock = at.split()
    day = now.astimezone(zone).date()
    for _ in range(-int(back)):
        day -= timedelta(days=1)
        while day.weekday() > 4:
            day -= timedelta(days=1)
    hour, minute = clock.split(":")
    return datetime(day.year, day.month, day.day, int(hour), int(minute), tzinfo=zone)


def mails_of(case: Case, number: int, *, times: list[datetime], people: dict[str, tuple[str, str]]) -> dict[int, bytes]:
    """The mails of a case by the index of their step, threaded and quoting each other as mail programs do.

    `people` gives name and address of everybody of the team by key.
    """
    mails: dict[int, bytes] = {}
    thread: list[str] = []
    last: tuple[datetime, str, str] | None = None
    customer = Address(case.name, addr_spec=case.address)
    us = Address("Tidepool", addr_spec=f"{case.mailbox}@{DOMAIN}")
    for n, (step, at) in enumerate(zip(case.steps, times, strict=True)):
        if step.kind not in ("in", "out"):
            continue
        sender = customer if step.kind == "in" else Address(people[step.who][0], addr_spec=people[step.who][1])
        mail = EmailMessage()
        mail["From"] = sender
        mail["To"] = us if step.kind == "in" else customer
        if step.kind == "out":
            mail["Cc"] = us
        mail["Subject"] = f"Re: {case.subject}" if thread else case.subject
        mail["Date"] = format_datetime(at)
        mail["Message-ID"] = f"<sample-{number}-{n}.{int(at.timestamp())}@{sender.domain}>"
        if thread:
            mail["In-Reply-To"] = thread[-1]
            mail["References"] = " ".join(thread)
        thread.append(str(mail["Message-ID"]))
        quoted = "" if last is None else _quote(case.lang, *last)
        _write(mail, step, quoted)
        last = (at, sender.display_name, step.text)
        mails[n] = mail.as_bytes()
    return mails


def _quote(lang: str, at: datetime, who: str, text: str) -> str:
    lines = "\n".join(f"> {line}".rstrip() for line in text.split("\n"))
    return f"\n\n{_WROTE[lang].format(at=at, who=who)}\n{lines}"


def _write(mail: EmailMessage, step: Step, quoted: str) -> None:
    mail.set_content(f"{step.text}{quoted}\n", charset="utf-8", cte="base64")
    if step.html:
        paragraphs = "".join(f"<p>{escape(p).replace(chr(10), '<br>')}</p>" for p in step.text.split("\n\n"))
        logo = f'<p><img src="https://{mail["From"].addresses[0].domain}/logo.png" alt="" width="120" height="32"></p>'
        body = f'<div style="font-family: Georgia, serif; color: #223">{paragraphs}{logo}</div>'
        mail.add_alternative(f"<html><body>{body}</body></html>", subtype="html", charset="utf-8", cte="base64")
    if step.file:
        kind, subtype, data = _file(step.file)
        mail.add_attachment(data, maintype=kind, subtype=subtype, filename=step.file)


def _file(name: str) -> tuple[str, str, bytes]:
    if name.endswith(".png"):
        return "image", "png", _picture()
    if name.endswith(".csv"):
        rows = "".join(f"{room},LIS,2026-05-{day:02},web+channel\n" for room, day in ((204, 12), (311, 12), (117, 13)))
        return "text", "csv", f"room,house,night,sold\n{rows}".encode()
    return "text", "plain", b"1. Where is appointment data stored?\n2. Who can read it?\n3. For how long is it kept?\n"


def _picture(width: int = 320, height: int = 180) -> bytes:
    """A small PNG of two bars on a light ground: what a screenshot of a table looks like from afar."""
    light, dark, mark = b"\xf4\xf1\xec", b"\x2f\x6f\x73", b"\xd9\x8f\x3a"
    rows = []
    for y in range(height):
        bar = dark if y % 36 in range(12, 24) else light
        row = light * 24 + bar * (180 if (y // 36) % 2 else 240) + light * 320
        rows.append(b"\0" + (mark * width if y < 18 else row[: width * 3]))
    return (
        b"\x89PNG\r\n\x1a\n"
        + _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
        + _chunk(b"IDAT", zlib.compress(b"".join(rows), 9))
        + _chunk(b"IEND", b"")
    )


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
