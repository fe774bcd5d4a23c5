"""What a person wrote just now, what they quoted and how they signed. Pure; line by line, no word is ever dropped.

Rules were learned from how the programs write rather than from one library: the known ones cut inline answers or know
no Korean. The words of each language are in `reply_words`, the end of a person's words in `signature`.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from hark.channels.email.reply_html import Marked, carry_over, read_marks
from hark.channels.email.reply_words import (
    DATED,
    DAY,
    FIELDS,
    FORWARD,
    FORWARD_HINTS,
    MOMENT,
    ORIGINAL,
    SEPARATOR,
    SUBJECT_FIELD,
    WROTE,
)
from hark.channels.email.sanitize import html_to_text
from hark.channels.email.signature import QUOTED, SIGNATURE, VISIBLE, mark_armor, mark_signature
from hark.channels.email.types import SplitReply

MAX_LINES = 5_000  # scanned for headers; later lines keep the label of the last one
MAX_HEADER_LINES = 4
MAX_LINE = 500
MIN_WRAPPED = 70  # characters of a quoted line a program may have broken, leaving its end without a mark
INTRODUCED = frozenset(":：>\u202c")
COLONS = (":", "：")
HEADER_LAST = frozenset(":： *-\tes")  # the last characters of "... wrote:", "... wrote ----", "... writes"


def split_reply(text: str, html: str | None = None, languages: Sequence[str] | None = None) -> SplitReply:
    """Split a mail into the new words, the quoted history and the signature.

    `html`, the same mail as HTML, tells by the marks of mail programs what plain text cannot; it is also the text when
    `text` is empty. `languages` limits the header rules (None: all known ones). Answers between quoted lines stay visible
    in their order; a forwarded mail keeps its content; a mail that is nothing but a quote is shown as it is. Every word of
    the text is in exactly one of the three.
    """
    marked = read_marks(html) if html else None
    if not text.strip() and html:
        text = "\n".join(marked.lines) if marked else html_to_text(html)
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    labels, own_until = _label(lines, tuple(languages) if languages else tuple(WROTE))
    if marked and marked.found:
        if own_until < len(lines) and not FORWARD.match(lines[own_until]):
            own_until = len(lines)  # the history came first: the HTML tells whether an answer follows
        _overlay(lines, labels, own_until, marked)
    if not any(label == VISIBLE and line.strip() for label, line in zip(labels, lines, strict=True)):
        return SplitReply(_join(lines), "", "")
    mark_armor(lines, labels)
    mark_signature(lines, labels, own_until)
    parts = [[line for label, line in zip(labels, lines, strict=True) if label == kind] for kind in range(3)]
    return SplitReply(_join(parts[VISIBLE]), _join(parts[QUOTED]), _join(parts[SIGNATURE]))


def _overlay(lines: list[str], labels: list[int], own_until: int, marked: Marked) -> None:
    """Put what the HTML marks over the labels of the text. What the text rules took for history to the end becomes
    visible again below the marked history: there it is an answer or a list's footer."""
    found = list(marked.labels) if lines == marked.lines else carry_over(marked, lines)
    if found is None:
        return
    quoted_before = False
    for index in range(min(own_until, len(lines))):
        if not lines[index].strip():
            continue
        if found[index] == QUOTED:
            quoted_before, labels[index] = True, QUOTED
        elif labels[index] != QUOTED or (quoted_before and not lines[index].lstrip().startswith(">")):
            labels[index] = found[index]


def _join(lines: list[str]) -> str:
    return re.sub(r"\n{4,}", "\n\n\n", "\n".join(line.rstrip() for line in lines)).strip("\n")


class _Rules(NamedTuple):
    """`ends` finds the closing words of any language's header; `pairs` then tell whether its beginning fits."""

    ends: re.Pattern[str]
    pairs: tuple[tuple[re.Pattern[str] | None, re.Pattern[str]], ...]
    field: re.Pattern[str]


@lru_cache(maxsize=32)
def _rules(languages: tuple[str, ...]) -> _Rules:
    known = [*dict.fromkeys([*(one for one in languages if one in WROTE), "en"])]
    ends = [rf"(?:{WROTE[one][1]})\s*$" for one in known]
    starts = [WROTE[one][0] for one in known]
    ends += [r"[^:]{1,80}<[^<>\s]{3,200}>{1,2}\s{0,3}(?:wrote|writes)?\s?:\s*$", r"@\S{2,80}\s(?:wrote|writes)\s*$"]
    starts += ["", "On\\b"]
    fields = "|".join(FIELDS[one] for one in known)
    compiled = [re.compile(one, re.IGNORECASE) for one in ends]
    return _Rules(
        ends=re.compile("|".join(ends), re.IGNORECASE),
        pairs=tuple((re.compile(start, re.IGNORECASE) if start else None, end)
                    for start, end in zip(starts, compiled, strict=True)),
        field=re.compile(rf"^[\s>*|]{{0,20}}(?:{fields})\s?\*?\s?[:：]", re.IGNORECASE),
    )  # fmt: skip


def _label(lines: list[str], languages: tuple[str, ...]) -> tuple[list[int], int]:
    """A label for each line, and the line from which on the words are somebody else's (a forward) or the end."""
    rules = _rules(languages)
    labels = [VISIBLE] * len(lines)
    forward = _forward_at(lines)
    closed = _header_ends(lines)
    seen_text = False
    number = 0
    while number < min(len(lines), MAX_LINES):
        line = lines[number].strip()[:MAX_LINE]
        if not line:
            number += 1
            continue
        if number == forward and not (line.startswith(">") and _quoted_before(lines, labels, number)):
            return labels, number  # a forward keeps its content
        if line.startswith((">", "｜", "|>")) or _is_wrapped_rest(lines, labels, number):
            labels[number] = QUOTED
            number += 1
            continue
        length, to_end = _history_at(lines, number, line, rules, closed)
        if length and to_end and not seen_text:
            return labels, number  # nothing before it: this mail is a forward without a mark
        if length:
            for index in range(number, len(lines) if to_end else number + length):
                labels[index] = QUOTED
            if to_end:
                return labels, len(lines)
            number += length
            continue
        seen_text = True
        number += 1
    return labels, len(lines)


def _forward_at(lines: list[str]) -> int:
    """The line of the first forward mark, or -1. One search over the text, because nearly all mails have none."""
    text = "\n".join(lines[:MAX_LINES])
    lower = text.lower()
    if not any(hint in lower for hint in FORWARD_HINTS):
        return -1
    match = FORWARD.search(text)
    return text.count("\n", 0, match.end()) if match else -1


def _quoted_before(lines: list[str], labels: list[int], number: int) -> bool:
    previous = next((index for index in range(number - 1, -1, -1) if lines[index].strip()), None)
    return previous is not None and labels[previous] == QUOTED


def _is_wrapped_rest(lines: list[str], labels: list[int], number: int) -> bool:
    """The end of a long quoted line that a program broke without marking the second half. Only between two quoted
    lines, in small letters and after an open sentence: everything else may be an answer, and answers are never cut."""
    if not 0 < number < len(lines) - 1 or labels[number - 1] != QUOTED:
        return False
    before, line = lines[number - 1].rstrip(), lines[number]
    return (
        before.startswith(">")
        and len(before) >= MIN_WRAPPED
        and before[-1] not in ".?!:;"
        and line[:1].islower()
        and lines[number + 1].startswith(">")
    )


def _header_ends(lines: list[str]) -> set[int]:
    """Lines on which "<date>, <person> wrote:" may begin, because one of the next ends like that."""
    found: set[int] = set()
    for index, line in enumerate(lines[:MAX_LINES]):
        if line[-1:] not in HEADER_LAST:  # nearly all lines: cheaper than what follows
            continue
        end = line.rstrip(" *-\t")
        if end.endswith((*COLONS, "wrote", "writes")):
            found.update(range(max(index - MAX_HEADER_LINES + 1, 0), index + 1))
    return found


def _history_at(lines: list[str], number: int, line: str, rules: _Rules, closed: set[int]) -> tuple[int, bool]:
    """(lines of the history's header that begins here or 0, whether everything after it is history)."""
    if line[0] in "-_=*[#—–이pPrR" and ORIGINAL.match(line):
        return 1, True
    if line[0] in "-_=*—–" and SEPARATOR.match(line):
        following = _next_text(lines, number + 1)
        return (1, True) if following is not None and _field_block(lines, following, rules.field) else (0, False)
    if _field_block(lines, number, rules.field):
        return 1, True
    length = _wrote_header(lines, number, rules) if number in closed else 0
    if not length:
        return (1, False) if _introduces(lines, number, line) else (0, False)
    following = _next_text(lines, number + length)
    marked = following is not None and lines[following].lstrip().startswith(">")
    return length, not marked


def _introduces(lines: list[str], number: int, line: str) -> bool:
    """A paragraph of one line with an address or a time, above a marked quote: its header in a language nobody listed."""
    if line[-1] not in INTRODUCED or len(line) > 200 or (number and lines[number - 1].strip()):
        return False
    following = _next_text(lines, number + 1)
    return following is not None and lines[following].lstrip().startswith(">") and bool(MOMENT.search(line))


def _next_text(lines: list[str], start: int) -> int | None:
    return next((index for index in range(start, min(start + 4, len(lines))) if lines[index].strip()), None)


def _field_block(lines: list[str], number: int, field: re.Pattern[str]) -> bool:
    """At least three header fields, or two with an address, within eight lines that begin with one. Three need an address
    or a subject among them: "From: Seoul, To: Busan, Date: 3 May" is an order."""
    if (":" not in lines[number] and "：" not in lines[number]) or not field.match(lines[number][:MAX_LINE]):
        return False
    block = [line[:MAX_LINE] for line in lines[number : number + 8]]
    names = [line for line in block if field.match(line)]
    kinds = {re.split(r"[:：]", line.strip(" >*|"))[0].strip(" *").lower() for line in names}
    if any("@" in line for line in names):
        return len(kinds) >= 2
    return len(kinds) >= 3 and any(SUBJECT_FIELD.match(line) for line in names)


def _wrote_header(lines: list[str], number: int, rules: _Rules) -> int:
    """How many lines "<date>, <person> wrote:" takes when it begins on this line, else 0."""
    joined = ""
    for length in range(1, MAX_HEADER_LINES + 1):
        if number + length > len(lines) or (length > 1 and not lines[number + length - 1].strip()):
            return 0
        if length > 1 and _begins_later(lines, number, number + length - 1, rules):
            return 0
        joined = f"{joined} {lines[number + length - 1].strip(' *-')}".strip()
        if len(joined) > MAX_LINE:
            return 0
        kind = _header_kind(joined, rules)
        if kind == "strong" or (kind == "loose" and (length == 1 or DATED.search(lines[number]))):
            return length
    return 0


def _begins_later(lines: list[str], first: int, later: int, rules: _Rules) -> bool:
    """Whether the header begins on the line `later` and not already on `first`, as "On Monday,\\nat 10:18, Kim wrote:"."""
    joined = ""
    for line in lines[later : later + 2]:
        joined = f"{joined} {line.strip(' *-')}".strip()[:MAX_LINE]
        if _header_kind(joined, rules) == "strong":
            return bool(DAY.search(joined)) or not DAY.search(lines[first])
    return False


def _header_kind(joined: str, rules: _Rules) -> str:
    """`strong` when both ends of a language's header fit, `loose` when its beginning may be anything, else empty."""
    if not joined.endswith((*COLONS, "wrote", "writes")) or not DATED.search(joined) or not rules.ends.search(joined):
        return ""
    kind = ""
    for start, end in rules.pairs:
        if (start is None or start.match(joined)) and end.search(joined):
            if start is not None:
                return "strong"
            kind = "loose"
    return kind
