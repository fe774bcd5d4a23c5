"""What a mail without usable reference headers tells about the conversation it belongs to. Pure.

Two kinds of evidence: the subject it shares with others, and the words it quotes. Mail programs rewrap, indent and
shorten what they quote, so quotes are compared without white space, marks and case.
"""

import hashlib
import re
import unicodedata
from collections.abc import Sequence
from typing import NamedTuple

_REPLY_WORDS = (
    r"re|aw|antw|antwort|betr|sv|vs|odp|r|rif|r[ée]f|r[ée]p|res|resp|ref|ynt|vá|răsp|отв|ответ|απ|σχετ|bls|tl|تب|"
    r"תגובה|השב|回复|回覆|答复|答覆|返信|답장|회신|답신"
)
_FORWARD_WORDS = (
    r"fw|fwd|wg|tr|i|inoltra|rv|enc|reenv|doorst|vb|vl|pd|ilt|przeszl|пересл|πρθ|转发|轉寄|轉發|転送|전달|전달됨"
)
_AUTOMATIC_WORDS = (
    r"auto(?:matic|mated)?[ -]?(?:reply|response)|out of office|automatische antwort|abwesenheitsnotiz|risposta automatica|"
    r"réponse automatique|respuesta automática|resposta automática|automatisch antwoord|autosvar|automatiskt svar|"
    r"odpowiedź automatyczna|automatyczna odpowiedź|자동 ?(?:회신|응답|답장)|부재 ?중(?: 자동 ?회신)?|自動(?:返信|応答|回覆)|自动(?:回复|答复)|"
    r"accepted|declined|tentative|수락|거절"
)
_COLON = r"(?:\s?[\[(]\d{1,3}[\])]|\^\d{1,3})?\s*[:：]"
_TAG = r"\[[^\[\]\d]{1,40}\]"  # a list's name or "[EXTERNAL]"; one with digits may be a case number and stays
PREFIX = re.compile(rf"\s*(?:(?:{_REPLY_WORDS}|{_FORWARD_WORDS}|{_AUTOMATIC_WORDS}){_COLON}|{_TAG})", re.IGNORECASE)
_REPLY = re.compile(rf"\s*(?:{_REPLY_WORDS}|{_AUTOMATIC_WORDS}){_COLON}", re.IGNORECASE)
_TAGS = re.compile(rf"(?:\s*{_TAG})+")
_NUMBER = re.compile(r"(?:^|[\s\[(:：])#(\d{1,9})(?!\w)")
MAX_SUBJECT = 500


def base_subject(subject: str) -> str:
    """A subject without what programs put before it when they answer, forward or send to a list; one line, NFKC."""
    text = " ".join(unicodedata.normalize("NFKC", subject[:MAX_SUBJECT]).split())
    at, tag = 0, ""
    while match := PREFIX.match(text, at):
        at, tag = match.end(), match[0] if match[0].endswith("]") else tag
    return text[at:].strip() or tag.strip()


def says_reply(subject: str) -> bool:
    """Whether a subject claims that the mail answers another one: "[list] Re: Fwd: x" does, "Fwd: Re: x" does not."""
    text = " ".join(unicodedata.normalize("NFKC", subject[:MAX_SUBJECT]).split())
    tags = _TAGS.match(text)
    return _REPLY.match(text, tags.end() if tags else 0) is not None


def quoted_number(subject: str) -> int | None:
    """The number that an answer's subject names in the way of help desks: "Re: x [#17]", "Re: Ticket #17"."""
    match = _NUMBER.search(subject[:MAX_SUBJECT])
    return int(match[1]) if match and says_reply(subject) else None


def subject_key(subject: str) -> str | None:
    """A key that a subject and its answers share; None for an empty one."""
    base = base_subject(subject).casefold()
    return f"subject:{hashlib.sha256(base.encode('utf-8', 'replace')).hexdigest()[:32]}" if base else None


def distinctness(subject: str) -> int:
    """How unlikely two strangers choose this subject: 2 for "Order 4711" and "My parcel never came", 1 for "Broken lamp"
    (two words), 0 for "Invoice"."""
    base = base_subject(subject)
    words = len(base.split())
    dense = sum("\u3040" <= c <= "\u30ff" or "\u4e00" <= c <= "\u9fff" for c in base)  # scripts without spaces
    if len(base) >= 6 and (any(c.isdigit() for c in base) or words >= 4 or dense >= 10):
        return 2
    return 1 if dense >= 5 or (words >= 2 and len(base) >= (8 if base.isascii() else 4)) else 0


class Hint(NamedTuple):
    """What a mail says about its thread besides ids. `reply`: its subject claims to be an answer."""

    key: str | None
    reply: bool
    number: int | None
    probes: list[str]

    @property
    def says_something(self) -> bool:
        return self.reply or bool(self.probes)


def read_hint(subject: str, text: str, quoted_at: int | None) -> Hint:
    """All of it; costs about a millisecond for a long mail."""
    return Hint(
        subject_key(subject), says_reply(subject), quoted_number(subject), quoted_probes(text, quoted_at)
    )  # fmt: skip


# quotes ---------------------------------------------------------------------------------------------------------------

_MARKS = re.compile(r"^[\s>|]+")
_QUOTE_LINE = re.compile(r"^[ \t]{0,3}>", re.MULTILINE)
_NOT_WORDS = re.compile(r"[\W_]+")
MIN_PROBE, MAX_PROBE, PROBES = 16, 48, 24  # letters and digits of a line that are looked for, and of how many lines
MIN_DENSE = 8  # of a line in a script whose words are short in letters
LOOK_AT = 200  # quoted lines
MAX_TEXT = 60_000  # of a text that is searched


def plain_words(text: str) -> str:
    """A text with nothing but its letters and digits, in one case: what stays of it however it is quoted."""
    return _NOT_WORDS.sub("", text[:MAX_TEXT]).casefold()


def quoted_probes(text: str, quoted_at: int | None) -> list[str]:
    """Pieces of what a mail quotes, each from one line, the nearest first; at most PROBES, those in the mail's own words
    left out. `quoted_at` is where its history begins, if it was found; lines marked with `>` count anyway."""
    own: list[str] = []
    quoted: list[str] = []
    start = len(text) if quoted_at is None else quoted_at
    at = 0
    for line in text[:MAX_TEXT].split("\n"):
        (quoted if at >= start or _QUOTE_LINE.match(line) else own).append(line)
        at += len(line) + 1
    if not quoted:
        return []
    mine = plain_words("\n".join(own))
    found: dict[str, None] = {}
    for line in quoted[:LOOK_AT]:
        probe = plain_words(_MARKS.sub("", line))[:MAX_PROBE]
        if len(probe) >= (MIN_PROBE if probe.isascii() else MIN_DENSE) and probe not in mine:
            found[probe] = None
    probes = list(found)
    if len(probes) <= PROBES:
        return probes
    half = PROBES // 2
    rest = probes[half:]
    return [*probes[:half], *(rest[n * len(rest) // half] for n in range(half))]


def quote_shares(probes: Sequence[str], texts: Sequence[str]) -> list[float]:
    """For each candidate's words (`plain_words`), the share of the probes it holds, 0 to 1. A probe that several hold
    counts less for each: signatures and footers prove nothing."""
    if not probes:
        return [0.0] * len(texts)
    shares = [0.0] * len(texts)
    for probe in probes:
        holders = [n for n, text in enumerate(texts) if probe in text]
        for n in holders:
            shares[n] += 1 / len(holders)
    return [share / len(probes) for share in shares]
