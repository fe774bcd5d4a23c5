"""What in an HTML mail is history, signature or a forwarded mail by the marks mail programs put there. Pure.

Text alone cannot tell where an unmarked history ends or that a line below it is new; the programs' own elements can. Known:
Gmail, Outlook (classic, web, new, mobile, Mac), Apple Mail, Thunderbird, Yahoo, AOL, Proton, Tuta, Zoho, Zimbra, GMX, Naver,
Daum and Kakao, QQ, NetEase, Fastmail, Spark, Front and help desks.
"""

import re
from bisect import bisect_left
from typing import NamedTuple

import msgspec
import nh3

from hark.channels.email.charsets import clean
from hark.channels.email.reply_words import DATED, FORWARD
from hark.channels.email.sanitize import (
    CITED,
    DROPPED,
    INDENT,
    INDENT_MARK,
    OUTLOOK_RULE,
    TAGS,
    VOID,
    TextWriter,
    is_too_deep,
)
from hark.channels.email.signature import QUOTED, SIGNATURE, VISIBLE

QUOTE = re.compile(
    r"^(?:(?:x_)*gmail_quote(?:_container)?|gmail_attr|yahoo_quoted\w*|iosymail|protonmail_quote|tutanota_quote|skiff_quote|moz-cite-prefix|"
    r"zmail_extra|isreplycontent|origbody|reply139content|orimsghtmlseperator|front-blockquote|freshdesk_quote|quoted_content|naver_quote|hark-quote)$",
    re.IGNORECASE,
)
NAMED_QUOTE = re.compile(r"^(?:quote|messagereplysection)$", re.IGNORECASE)  # GMX and Spark use the attribute `name`
# Marks where the history begins; it stands beside the mark, up to the end of the element around both.
HISTORY = re.compile(
    r"^(?:x_)*(?:divrplyfwdmsg|appendonsend|mail-editor-reference-message-container|ms-outlook-mobile-reference-message|olk_src_body_section|"
    r"outlookmessageheader|zwchr|replysplit)$",
    re.IGNORECASE,
)
SIGN = re.compile(
    r"^(?:gmail_signature(?:_prefix)?|moz-signature|protonmail_signature_block\S*|ms-outlook-mobile-signature|(?:x_)*signature|applemailsignature|"
    r"zm-_id_-sgn|tutanota_signature|front-signature)$",
    re.IGNORECASE,
)
WORD = re.compile(r"\w+")
KEY_WORDS = 5
MAX_PLACES = 1_000
MAX_RUNS = 500
# One of these is in every mail that has a mark; looking for them is far cheaper than reading the HTML.
HINTS = ("quote", "cite", "reply", "rplyfwdmsg", "appendonsend", "-reference-message", "olk_src_body", "messageheader", "zwchr",
         "origbody", "orimsg", "signature", "_-sgn", "border-top", "gmail_", "zmail_", "iosymail")  # fmt: skip
MARK = re.compile(r' (?:class|id|name|style|type)="hark-(quote|history|sign)"')


class Marked(NamedTuple):
    """The lines of an HTML mail as text, with a label of `signature` for each. `found` says whether any mark was there."""

    lines: list[str]
    labels: list[int]
    found: bool


def read_marks(html: str) -> Marked | None:
    """The text of an HTML mail and what programs marked in it; None without a mark, or when it is too deep to be looked at."""
    html = clean(html)
    lower = html.lower()
    if not any(hint in lower for hint in HINTS) or is_too_deep(html):
        return None
    safe = nh3.clean(
        html, tags=set(TAGS), clean_content_tags=set(DROPPED), link_rel=None, url_schemes={"http", "https", "mailto"},
        attributes={"*": {"class", "id", "name", "style", "type"}, "a": {"href"}, "img": {"alt"}},
        attribute_filter=_mark, url_relative="deny",
    )  # fmt: skip
    reader = _Reader()
    reader.read(safe)
    return Marked(reader.lines, reader.labelled(), bool(reader.areas))


def _mark(tag: str, name: str, value: str) -> str | None:
    """One attribute as nh3 found it, replaced by what it marks; None drops it."""
    if name in ("href", "alt"):
        return value
    if name == "type":
        return "hark-quote" if tag == "blockquote" and value.lower() == "cite" else None
    if name == "style" and tag == "blockquote":
        return "hark-quote" if CITED.search(value) else INDENT_MARK if INDENT.search(value) else None
    if name == "style":
        return "hark-history" if OUTLOOK_RULE.search(value) else None
    if name == "name":
        return "hark-quote" if NAMED_QUOTE.match(value) else None
    for word in value.split()[:20]:
        for kind, pattern in (("history", HISTORY), ("quote", QUOTE), ("sign", SIGN)):
            if pattern.match(word):
                return f"hark-{kind}"
    return None


class _Area(NamedTuple):
    kind: str
    start: int
    end: int


class _Open(msgspec.Struct):
    """An open element: what it is marked as, the line it began on, and whether it has had words yet."""

    name: str
    mark: str
    start: int
    empty: bool = True
    histories: list[int] = []  # first lines of the histories that end with this element
    quotations: list[_Area] = []  # that stand directly in it


class _Reader(TextWriter):
    """Text as `html_to_text` writes it, with the lines that each marked element covers."""

    def __init__(self) -> None:
        super().__init__()
        self.areas: list[_Area] = []
        self.stack: list[_Open] = []

    def text(self, text: str) -> None:
        if text.strip():
            for one in reversed(self.stack):
                if not one.empty:
                    break
                one.empty = False
        super().text(text)

    def tag(self, name: str, *, closing: bool, attributes: str) -> None:
        mark = "" if closing else match[1] if (match := MARK.search(attributes)) else ""
        if mark or (closing and self.stack and self.stack[-1].mark):
            self.end_line()  # what is marked stands on lines of its own
        super().tag(name, closing=closing, attributes=attributes)
        if closing:
            if self.stack and self.stack[-1].name == name:  # nh3 closes every element in order
                self._close(self.stack.pop())
            return
        if name not in VOID:
            self.stack.append(_Open(name=name, mark=mark, start=len(self.lines)))
        if mark == "history":
            self._begin_history()

    def _begin_history(self) -> None:
        """The history ends with the element around its mark; Outlook wraps the mark in elements of its own."""
        around = next((one for one in reversed(self.stack) if not one.empty), None)
        if around is None:
            self.areas.append(_Area("history", len(self.lines), -1))
        else:
            around.histories.append(len(self.lines))

    def _close(self, one: _Open) -> None:
        self.areas += [_Area("history", start, len(self.lines)) for start in one.histories]
        area = _Area(one.mark, one.start, len(self.lines))
        if one.name == "blockquote" and self.stack and self.stack[-1].mark == "quote":
            self.stack[-1].quotations.append(area)
        if one.mark == "sign" or (one.mark == "quote" and (one.name == "blockquote" or not one.quotations)):
            self.areas.append(area)
        elif one.mark == "quote":
            # Gmail and Proton put "On ... wrote:" and the quotations into one element, and answers between them as well.
            self.areas.append(_Area("quote", one.start, one.quotations[0].start))
            self.areas += [_Area("quote", inner.start, inner.end) for inner in one.quotations]

    def labelled(self) -> list[int]:
        """A label for each line. A forwarded mail is what the person sends: it stays visible, with all that is in it."""
        while self.stack:
            self._close(self.stack.pop())
        labels = [VISIBLE] * len(self.lines)
        covered = 0  # the line below the last quotation: what stands inside one needs no second look
        for area in sorted(self.areas, key=lambda one: (one.start, -one.end)):
            end = len(self.lines) if area.end < 0 else area.end
            if end <= covered:
                continue
            first = next((line for line in self.lines[area.start : end] if line.strip("> ")), "")
            if area.kind != "sign" and FORWARD.match(first):
                break
            for index in range(max(area.start, covered), end):
                labels[index] = SIGNATURE if area.kind == "sign" else QUOTED
            if area.kind != "sign":
                covered = end
            if area.kind == "quote":
                self._introduce(labels, area.start)
        return labels

    def _introduce(self, labels: list[int], start: int) -> None:
        """The line above a quotation that names a day or an address and ends in a colon, in whatever language."""
        above = next((index for index in range(start - 1, max(start - 4, -1), -1) if self.lines[index].strip()), None)
        if above is not None and (line := self.lines[above].rstrip()).endswith((":", "：")) and DATED.search(line):
            labels[above] = QUOTED


# --- from the lines of the HTML to those of the plain text beside it -------------------------------------------------


def carry_over(marked: Marked, lines: list[str]) -> list[int] | None:
    """The labels for `lines`, the plain text of the same mail, or None where both do not say the same.

    Both hold the same words, broken and decorated differently: each run of one label is found again by its first words.
    """
    words, where = _words(lines)
    places: dict[str, list[int]] = {}
    for index, word in enumerate(words):
        places.setdefault(word, []).append(index)
    labels = [VISIBLE] * len(lines)
    at = 0
    runs = _runs(marked)
    if not 0 < len(runs) <= MAX_RUNS:
        return None
    starts: list[tuple[int, int]] = []
    for number, (label, run) in enumerate(runs):
        expected = at + (len(runs[number - 1][1]) if number else 0)
        found = _find(run, words, places, at, expected)
        if found is None:
            return None
        starts.append((found, label))
        at = found
    for (start, label), end in zip(starts, [one for one, _ in starts[1:]] + [len(words)], strict=True):
        first = where[start] if start < len(words) else len(lines)
        if start and where[start - 1] == first:  # in the middle of a line: what was begun stays
            first += 1
        last = where[end] if end < len(words) else len(lines)
        for index in range(first, max(last, first)):
            labels[index] = label
    return labels


def _words(lines: list[str]) -> tuple[list[str], list[int]]:
    """The words of some lines, and the line of each."""
    words: list[str] = []
    where: list[int] = []
    for index, line in enumerate(lines):
        for word in WORD.findall(line.lower()):
            words.append(word)
            where.append(index)
    return words, where


def _runs(marked: Marked) -> list[tuple[int, list[str]]]:
    runs: list[tuple[int, list[str]]] = []
    for line, label in zip(marked.lines, marked.labels, strict=True):
        found = WORD.findall(line.lower())
        if found and runs and runs[-1][0] == label:
            runs[-1][1].extend(found)
        elif found:
            runs.append((label, found))
    return runs


def _find(run: list[str], words: list[str], places: dict[str, list[int]], at: int, expected: int) -> int | None:
    """Where the words of `run` begin, at `at` or later: the place nearest to `expected`. The first words may differ."""
    for skipped in range(min(3, len(run))):
        key = run[skipped : skipped + KEY_WORDS]
        some = places.get(key[0], [])
        nearby = bisect_left(some, at + skipped)
        candidates = [one - skipped for one in some[nearby : nearby + MAX_PLACES] if words[one : one + len(key)] == key]
        if candidates:
            return min(candidates, key=lambda one: abs(one - expected))
    return None
