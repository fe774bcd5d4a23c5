"""Markdown of documentation generators as ours: callouts, videos, widths and words with a meaning only they know. Pure."""

import re
from collections.abc import Callable, Iterator
from itertools import pairwise

from hark.help.video import find_video

Tell = Callable[[str], None]
"""Called with a sentence about something that was not understood."""

_ADOBE_WORD = re.compile(r"\[!(?:DNL|UICONTROL|BADGE)\s+((?:[^\[\]]|\[[^\[\]]*\])+)\](?:\{[^{}\n]*\})?")
_ADOBE_CALLOUT = re.compile(r"^(\s*(?:>\s*)+)\[!(\w+)\](\(\S+\))?")
_ADOBE_NAMES = {
    "MORELIKETHIS": "NOTE", "AVAILABILITY": "NOTE", "PREREQUISITES": "IMPORTANT", "ADMIN": "NOTE", "ADMINISTRATION": "NOTE",
    "ERROR": "CAUTION", "SUCCESS": "TIP", "INFO": "NOTE", "DANGER": "CAUTION",
}  # fmt: skip
_KNOWN = frozenset({"NOTE", "TIP", "IMPORTANT", "WARNING", "CAUTION"})
_ATTRIBUTES = re.compile(r"(?<=[)\]])\{([^{}\n]*)\}")
_ATTRIBUTE_LINE = re.compile(r"^\s*\{[a-z][\w-]*=[^{}\n]*\}\s*$")
_WIDTH = re.compile(r"width=\"?(\d{1,4}(?:px|%)?)\"?")
_COLON = re.compile(r"^(\s*):::+\s*(\w+)?\s*(?:\[(.*)\]|(.*))?$")
_BANG = re.compile(r"^(\s*)(?:!!!|\?\?\?\+?)\s+(\w+)(?:\s+\"(.*)\")?\s*$")
_FOLD = re.compile(r"^\+\+\+\s*(.*)$")
_SHORTCODE = re.compile(r"\{\{[<%]\s*(/?\w[\w-]*)\s*(.*?)\s*[>%]\}\}")
_INCLUDE = re.compile(r"\{\{\$include [^}]*\}\}")
_MDX = re.compile(r"^(?:import\s.+\sfrom\s.+|export\s+(?:const|default)\s.*)$")
_FENCE = re.compile(r"^[ >]*(`{3,}(?=[^`]*$)|~{3,})")
_KINDS = {"note": "NOTE", "info": "NOTE", "abstract": "NOTE", "question": "NOTE", "example": "NOTE", "tip": "TIP", "hint": "TIP",
          "success": "TIP", "important": "IMPORTANT", "warning": "WARNING", "attention": "WARNING", "caution": "CAUTION",
          "danger": "CAUTION", "error": "CAUTION", "failure": "CAUTION", "bug": "CAUTION"}  # fmt: skip


def to_ours(markdown: str, tell: Tell) -> str:
    """The text in our own dialect; `tell` hears of what has no counterpart."""
    out: list[str] = []
    fence = ""
    for line in _boxes(markdown.replace("\r\n", "\n").split("\n"), tell):
        mark = _FENCE.match(line)
        if fence:
            fence = "" if mark and mark[1].startswith(fence) else fence
        elif mark:
            fence = mark[1]
        else:
            changed = _line(line, tell)
            if changed is None:
                continue
            line = changed
        out.append(line)
    return "\n".join(out)


def _line(line: str, tell: Tell) -> str | None:
    if _ATTRIBUTE_LINE.match(line) or _MDX.match(line):
        return None
    line = _ADOBE_CALLOUT.sub(lambda found: _callout(found, tell), line)
    while (plain := _ADOBE_WORD.sub(lambda found: found[1].strip(), line)) != line:  # they stand in each other
        line = plain
    line = _ATTRIBUTES.sub(_width, line)
    line = _SHORTCODE.sub(lambda found: _shortcode(found, tell), line)
    if _INCLUDE.search(line):
        tell("A part that is included from another file is missing.")
        line = _INCLUDE.sub("", line)
    return line


def _callout(found: re.Match[str], tell: Tell) -> str:
    name = found[2].upper()
    if name == "VIDEO" and found[3]:
        address = found[3][1:-1]
        return f"@[]({address})" if find_video(address) else f"[Video]({address})"
    if name in _KNOWN:
        return found[0]
    if name not in _ADOBE_NAMES:
        tell(f"The callout {name} was made a note.")
    return f"{found[1]}[!{_ADOBE_NAMES.get(name, 'NOTE')}]"


def _width(found: re.Match[str]) -> str:
    """Of the attributes of a picture or link only the width means something here."""
    width = _WIDTH.search(found[1])
    if not width:
        return ""
    value = width[1].removesuffix("px")
    return f'{{width="{value}"}}' if value.endswith("%") else f"{{width={value}}}"


def _shortcode(found: re.Match[str], tell: Tell) -> str:
    name, rest = found[1].lower(), found[2].strip("\"' ")
    if name == "youtube" and rest:
        return f"@[](https://www.youtube.com/watch?v={rest.split()[0]})"
    if name == "vimeo" and rest:
        return f"@[](https://vimeo.com/{rest.split()[0]})"
    if not name.startswith("/"):
        tell(f"The shortcode {name} was left out.")
    return ""


def _boxes(lines: list[str], tell: Tell) -> Iterator[str]:
    """Boxes that begin and end with marks (`:::note`, `!!! note`, `+++Title`) as quotations with a mark, or folds."""
    fence, open_kind, open_fold, indent = "", False, False, None
    for line, following in pairwise([*lines, ""]):
        mark = _FENCE.match(line)
        if indent is not None:
            if not line.strip() or line.startswith(indent):
                yield (
                    f"> {line.removeprefix(indent)}".rstrip() if line.strip() or following.startswith(indent) else line
                )
                continue
            indent = None
            yield ""
        if mark:
            fence = "" if fence and mark[1].startswith(fence) else fence or mark[1]
        elif not fence:
            colon, bang, fold = _COLON.match(line), _BANG.match(line), _FOLD.match(line)
            if colon and (colon[2] or open_kind):
                open_kind = bool(colon[2])
                yield from _opened(colon[2], colon[3] or colon[4], tell) if colon[2] else [""]
                continue
            if bang and bang[2].lower() in _KINDS:
                yield from _opened(bang[2], bang[3], tell)
                indent = f"{bang[1]}    "
                continue
            if fold:
                yield from ["</details>", ""] if open_fold else [f"<details><summary>{fold[1]}</summary>", ""]
                open_fold = not open_fold
                continue
        yield f"> {line}".rstrip() if open_kind else line


def _opened(name: str, title: str | None, tell: Tell) -> Iterator[str]:
    if name.lower() not in _KINDS:
        tell(f"The box {name} was made a note.")
    yield f"> [!{_KINDS.get(name.lower(), 'NOTE')}] {title or ''}".rstrip()
