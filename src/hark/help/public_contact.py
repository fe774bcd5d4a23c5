"""The contact form of a help centre: what is sent arrives as a mail in the mailbox that was chosen for it."""

import re
from collections.abc import Mapping
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from typing import Any

import msgspec

from hark.core.db import Db
from hark.core.errors import TooMany
from hark.core.files import Files
from hark.core.text import one_line
from hark.help.pages_library import Library
from hark.help.pages_words import words
from hark.intake.reception import Ledger
from hark.intake.types import Envelope, NewItem, Source

PER_ADDRESS_MINUTE, BURST = 2, 6
_ADDRESS = re.compile(r"^[^\s@<>\"(),:;\\]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$")
_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


class Letter(msgspec.Struct, frozen=True):
    """What somebody wrote, cleaned."""

    email: str
    name: str
    subject: str
    text: str
    article: str


def read_letter(form: Mapping[str, str]) -> Letter:
    """The fields of the form: single lines without control characters, at most 10,000 characters of text."""
    line = {
        key: one_line(_UNSEEN.sub(" ", form.get(key, "")), limit)
        for key, limit in (("email", 254), ("name", 100), ("subject", 200))
    }
    text = _UNSEEN.sub("", form.get("text", "").replace("\r\n", "\n").replace("\r", "\n")).strip()[:10_000]
    return Letter(line["email"], line["name"], line["subject"], text, form.get("article", "")[:10])


def problem_of(letter: Letter, language: str) -> str:
    """What is wrong with it in the reader's words, else ''."""
    if not _ADDRESS.match(letter.email) or not letter.email.isascii():
        return words(language)["wrong_email"]
    return "" if letter.text and letter.subject else words(language)["wrong_text"]


async def send_letter(
    db: Db, files: Files, buckets: Any, library: Library, letter: Letter, language: str, peer: str
) -> None:
    """Take the letter into the mailbox's ledger, durably. Raises TooMany, and Unavailable when it cannot be kept."""
    reach = library.reach
    for key in (
        ("help contact", library.centre.id, peer),
        ("help contact from", library.centre.id, letter.email.lower()),
    ):
        buckets.take(key, PER_ADDRESS_MINUTE, burst=BURST)
    if reach.mailbox_id is None or reach.mailbox is None:
        raise TooMany("There is no form here any more.", retry_after=60)
    raw = written(letter, library, language, db).as_bytes()
    await Ledger(db, files).accept(
        NewItem(
            workspace_id=library.centre.workspace_id, account_id=reach.mailbox_id, source=Source.API, raw=raw,
            envelope=Envelope(mail_from=letter.email, rcpt_to=[reach.mailbox], peer=peer),
        )
    )  # fmt: skip


def written(letter: Letter, library: Library, language: str, db: Db) -> EmailMessage:
    """The letter as a mail, with the article it was begun from below it."""
    article = library.texts.get(language, {}).get(int(letter.article)) if letter.article.isdecimal() else None
    mail = EmailMessage()
    user, _, domain = letter.email.rpartition("@")
    mail["From"] = Address(letter.name, user, domain)
    mail["To"] = library.reach.mailbox
    mail["Subject"] = letter.subject
    mail["Date"] = format_datetime(db.now())
    mail["Message-ID"] = make_msgid(domain="help.invalid")
    mail["Content-Language"] = language
    mail.set_content(letter.text + (f"\n\n({library.centre.name}: {article.title})" if article else "") + "\n")
    return mail
