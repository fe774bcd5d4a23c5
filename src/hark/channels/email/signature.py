"""Where a person's words end and their signature begins. Pure. Nothing is judged by who wrote it: only closing formulas,
delimiters, marks of programs, contact lines and legal notices at the end of the own words count."""

import re

from hark.channels.email.reply_words import CLOSING, CONTACT, DASH_NAME, DELIMITER, DISCLAIMER, SENT_FROM, SEPARATOR

VISIBLE, QUOTED, SIGNATURE = 0, 1, 2
MAX_END_LINES = 60  # from the end of the own words, within which an end other than "-- " is looked for
MAX_LINE = 300
AFTERTHOUGHT = re.compile(r"P\.? ?S\b|N\.?B\b|추신|追伸|\[\d{1,2}\]|edit:|update:", re.IGNORECASE)
MAX_ENDS = 8  # ends that follow each other


def mark_armor(lines: list[str], labels: list[int]) -> None:
    """What OpenPGP puts around a text it signs (RFC 9580, 7): nothing a person wrote. An encrypted text stays visible."""
    at = 0
    while (at := _next_line(lines, at, ("-----BEGIN PGP SIGNED MESSAGE-----", "-----BEGIN PGP SIGNATURE-----"))) < len(
        lines
    ):
        if "SIGNATURE" in lines[at]:
            end = min(_next_line(lines, at, ("-----END PGP SIGNATURE-----",)) + 1, len(lines))
        else:
            end = at + 1
            while end < len(lines) and lines[end].startswith("Hash: "):
                end += 1
        for index in range(at, end):
            if labels[index] == VISIBLE:
                labels[index] = SIGNATURE
        at = end


def _next_line(lines: list[str], at: int, wanted: tuple[str, ...]) -> int:
    return next((index for index in range(at, len(lines)) if lines[index].startswith(wanted)), len(lines))


def mark_signature(lines: list[str], labels: list[int], own_until: int) -> None:
    """Label the signature at the end of the visible lines before `own_until`; the first words always stay visible.

    Ends may follow each other (a closing formula, the program's mark, a list's footer). When a whole block below the
    history is signature, the block before it is looked at too.
    """
    texts = [index for index in range(min(own_until, len(lines))) if labels[index] == VISIBLE and lines[index].strip()]
    for _ in range(MAX_ENDS):
        start = _signature_at(lines, labels, texts) if len(texts) > 1 else None
        if start is None:
            return
        for index in range(start, texts[-1] + 1):
            if labels[index] == VISIBLE:
                labels[index] = SIGNATURE
        texts = [index for index in texts if index < start]


def _signature_at(lines: list[str], labels: list[int], texts: list[int]) -> int | None:
    """The first line of the topmost signature within the last visible block, or None."""
    first = last = texts[-1]
    while first > 0 and labels[first - 1] == VISIBLE:
        first -= 1
    block = [index for index in texts[-MAX_END_LINES:] if index >= max(first, texts[1])]
    shown = [lines[index].strip()[:MAX_LINE] for index in block]
    for place, index in enumerate(block):
        blank_before = index == first or not lines[index - 1].strip()
        if _ends_here(shown[place], shown[place + 1 :], blank_before=blank_before):
            return index
    # RFC 3676 4.3: the delimiter of a longer signature.
    return next((index for index in range(last, max(first, texts[0]), -1) if lines[index] == "-- "), None)


def _ends_here(line: str, rest: list[str], *, blank_before: bool) -> bool:
    first = line[0]
    if first in "-_—" and DELIMITER.match(line):
        return len(rest) <= 40
    if len(rest) <= 6 and len(line) <= 160 and SENT_FROM.match(line):
        return all(len(one) <= 120 for one in rest)
    if len(line) <= 60 and CLOSING.match(line):
        return _is_short(rest, lines=12)
    if blank_before and len(rest) <= 2 and first in "-–—~/" and DASH_NAME.match(line):
        return True
    if len(line) >= 4 and first in "-_=*—–" and SEPARATOR.match(line):
        return _is_contact(rest)
    if blank_before and DISCLAIMER.match(line):
        return True
    return blank_before and 2 <= len(rest) <= 8 and len(line) <= 50 and _is_card([line, *rest])


def _is_short(rest: list[str], *, lines: int) -> bool:
    """A few short lines that are no sentences, postscripts or references: names, roles, numbers."""
    return len(rest) <= lines and all(
        len(one.split()) <= 10 and not one.endswith("?") and not AFTERTHOUGHT.match(one) for one in rest
    )


def _is_contact(rest: list[str]) -> bool:
    """A footer: mostly short lines, some of them addresses or numbers."""
    contacts = sum(1 for one in rest if CONTACT.search(one))
    return contacts >= 1 and len(rest) <= 20 and contacts * 4 >= len(rest) and _is_short(rest, lines=20)


def _is_card(block: list[str]) -> bool:
    """A name followed by ways to reach a person, at least half of the lines."""
    contacts = [bool(CONTACT.search(one)) for one in block]
    name = len(block[0].split()) <= 5 and block[0][0].isupper() and "_" not in block[0]
    return name and not contacts[0] and sum(contacts) >= 2 and sum(contacts) * 2 >= len(block) and not any(
        one.endswith((".", "?", "!", ":", ",")) or len(one) > 80 or SEPARATOR.match(one) for one in block
    )  # fmt: skip
