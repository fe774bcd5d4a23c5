"""Mails to send: a real support archive where there is one, else made-up ones.

`HARK_BENCH_DATA` names a folder with `support-mail/messages.jsonl` (one object a line: id, in_reply_to, references, at,
author, subject, text) and, if you like, `email/**/*.eml`; by default it is `../shared/data` beside the checkout.
"""

import itertools
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from pathlib import Path

import msgspec

MAX_BYTES = 1_000_000


class ArchiveMail(msgspec.Struct):
    """A line of the archive; ids without their domain, `at` in unix seconds."""

    id: str
    subject: str
    text: str
    author: str
    at: float
    in_reply_to: list[str] = []
    references: list[str] = []


def data_folder() -> Path:
    """Where real data is looked for."""
    return Path(os.environ.get("HARK_BENCH_DATA") or Path(__file__).parents[4] / "shared" / "data")


def make_mails(count: int, *, to: str) -> tuple[list[bytes], str]:
    """So many mails and one word on what they are. The archive comes again under other ids when it is too short."""
    folder = data_folder()
    archive = folder / "support-mail" / "messages.jsonl"
    if not archive.exists():
        return [made_up(n, to=to) for n in range(count)], "made-up"
    files = sorted((folder / "email").rglob("*.eml"))
    raw = [data for path in files if len(data := path.read_bytes()) < MAX_BYTES][: count // 10]
    return list(itertools.islice(_rounds(archive, to), count - len(raw))) + raw, "real"


def archive_mails(*, to: str) -> Iterator[bytes]:
    """Each mail of the archive once; none where there is no archive."""
    archive = data_folder() / "support-mail" / "messages.jsonl"
    if archive.exists():
        lines = _read(archive)
        senders = _senders(lines)
        yield from (_compose(mail, senders[mail.id], 0, to) for mail in lines)


def _read(archive: Path) -> list[ArchiveMail]:
    return [msgspec.json.decode(line, type=ArchiveMail) for line in archive.read_bytes().splitlines()]


def _rounds(archive: Path, to: str) -> Iterator[bytes]:
    lines = _read(archive)
    senders = _senders(lines)
    for n in itertools.count():
        yield from (_compose(mail, senders[mail.id], n, to) for mail in lines)


def _senders(mails: list[ArchiveMail]) -> dict[str, str]:
    """Who sends each mail here: whoever began its thread. The archive is a list on which many answer each other; a
    support mailbox hears from one customer in a thread, and holds what a stranger sends into it for a person."""
    begun: dict[str, str] = {}
    for mail in mails:
        earlier = (begun[id] for id in (*mail.in_reply_to, *mail.references) if id in begun)
        begun[mail.id] = next(earlier, mail.author)
    return begun


def _compose(mail: ArchiveMail, author: str, round: int, to: str) -> bytes:
    def id(name: str) -> str:
        return f"<{name}.{round}@archive.example>"

    message = EmailMessage(policy=SMTP)
    message["From"] = f"{author} <{author}.{round}@customer.example>"
    message["To"] = to
    message["Subject"] = " ".join(mail.subject.split())
    message["Date"] = format_datetime(datetime.fromtimestamp(mail.at, UTC))
    message["Message-ID"] = id(mail.id)
    if mail.in_reply_to:
        message["In-Reply-To"] = id(mail.in_reply_to[0])
    if mail.references:
        message["References"] = " ".join(map(id, mail.references))
    message.set_content(mail.text)
    return message.as_bytes()


def made_up(n: int, *, to: str, subject: str = "The page stays empty") -> bytes:
    """A plain mail of a few lines; each thread has three."""
    message = EmailMessage(policy=SMTP)
    message["From"] = f"Customer {n % 997} <customer{n % 997}@customer.example>"
    message["To"] = to
    message["Subject"] = f"{subject} ({n // 3})"
    message["Message-ID"] = f"<{n}@made-up.example>"
    if n % 3:
        message["In-Reply-To"] = f"<{n - 1}@made-up.example>"
    message.set_content(
        "Hello,\n\nsince this morning the page stays empty for about half of our team, whatever browser they use.\n"
        f"We have tried it on three machines, number {n} among them.\n\nBest regards\nCustomer {n % 997}\n"
    )
    return message.as_bytes()
