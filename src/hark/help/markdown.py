"""Markdown of articles as HTML that runs nothing and reaches nobody before a click, and as plain text. Pure.

CommonMark with tables, strikethrough and bare links, and besides: callouts (`> [!NOTE]`), headings with ids, images with a
width (`![alt](address){width=400}`), videos (a line `@[title](address)`, or an address of one alone on its line), links to
articles (`article:12`). What comes out of the parser, raw HTML of the author included, goes through nh3 with a short
allow-list, so the text of an imported article is as harmless as that of a stranger.
"""

import re
from collections.abc import Callable, Iterator
from functools import cache
from html import escape, unescape
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import msgspec
import nh3

from hark.help.slugs import slugify
from hark.help.types import Heading
from hark.help.video import OWN_FILE, find_video

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

ArticleUrl = Callable[[int, str], str | None]
"""(id of an article, fragment with its # or nothing) -> its address for this reader; None: there is nothing to link to."""

FileUrl = Callable[[str], str]
"""The address of a file of the help centre -> the one this reader loads it from."""

CALLOUTS = {"note": "note", "info": "note", "tip": "tip", "success": "tip", "important": "important",
            "warning": "warning", "caution": "caution", "danger": "caution"}  # fmt: skip
CALLOUT_TITLES: dict[str, dict[str, str]] = {
    "en": {"note": "Note", "tip": "Tip", "important": "Important", "warning": "Warning", "caution": "Caution"},
    "it": {
        "note": "Nota",
        "tip": "Consiglio",
        "important": "Importante",
        "warning": "Attenzione",
        "caution": "Pericolo",
    },
    "ko": {"note": "참고", "tip": "도움말", "important": "중요", "warning": "주의", "caution": "경고"},
}
VIDEO_WORDS = {"en": "Video", "it": "Video", "ko": "동영상"}

_CALLOUT = re.compile(r"^\[!(\w+)\][ \t]*(.*)$", re.DOTALL)
_VIDEO = re.compile(r"^@\[([^\]]*)\]\((\S+?)\)$")
_BARE = re.compile(r"^https?://\S+$")
_HEADING_ID = re.compile(r"\s*\{#([\w.-]+)\}\s*$")
_ARTICLE = re.compile(r"^article:(\d{1,9})(#[^\s\"<>]*)?$")
_WIDTH = re.compile(r"^[1-9]\d{0,3}%?$")
_OWN_SRC = re.compile(r'(<(?:img|video) [^<>]*?src=)"(/help/files/[0-9a-f-]{36})"')
_SCHEME = re.compile(r"^([a-z][a-z0-9+.-]*):", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_IGNORED = re.compile(r"[\x00-\x20]")
_CODE_CLASS = re.compile(r"^language-[\w+#.-]{1,30}$")
_CLASSES = re.compile(
    r"^(callout callout-(note|tip|important|warning|caution)|callout-title|table-scroll|video|video-play|right|center)$"
)
_ALIGNED = {"text-align:right": "right", "text-align:center": "center"}

TAGS = frozenset({
    "a", "abbr", "b", "blockquote", "br", "code", "dd", "del", "details", "div", "dl", "dt", "em", "figcaption", "figure",
    "h2", "h3", "h4", "h5", "h6", "hr", "i", "img", "ins", "kbd", "li", "mark", "ol", "p", "pre", "q", "s", "samp", "small",
    "span", "strong", "sub", "summary", "sup", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "u", "ul", "var",
    "video", "wbr",
})  # fmt: skip
DROPPED = frozenset({"script", "style", "title", "noscript", "template", "iframe", "object", "embed", "applet", "svg",
                     "math", "textarea", "select", "form", "head", "xml", "noembed", "noframes", "plaintext", "audio"})  # fmt: skip
ATTRIBUTES: dict[str, set[str]] = {
    "a": {"href", "title", "data-article"}, "img": {"src", "alt", "title", "width", "height"}, "code": {"class"},
    "div": {"class", "role", "tabindex"}, "p": {"class"}, "span": {"class"},
    "figure": {"class", "data-video", "data-id"}, "video": {"src", "width"},
    "ol": {"start"}, "th": {"class", "colspan", "rowspan"}, "td": {"class", "colspan", "rowspan"}, "abbr": {"title"},
    "details": {"open"}, **{f"h{n}": {"id"} for n in range(2, 7)},
}  # fmt: skip
SCHEMES = frozenset({"http", "https", "mailto", "tel", "sms"})
MAX_RAW_TAGS = 4_000
"""More raw HTML than this is shown as text: the parser behind nh3 is quadratic in deep nesting."""


class Html(msgspec.Struct, frozen=True):
    """What an article's body became, with its headings for a table of contents."""

    html: str
    headings: list[Heading]


class Link(msgspec.Struct, frozen=True):
    """A link or picture in a text: where it leads and what it says."""

    target: str
    text: str


def render(
    markdown: str, *, language: str = "en", article_url: ArticleUrl | None = None, file_url: FileUrl | None = None
) -> Html:
    """The HTML of a body. Links to articles get the addresses of `article_url` and `data-article`; those without an address
    stay as plain words, all of them when no function is given."""
    parser = _parser(markdown.count("<") <= MAX_RAW_TAGS)
    tokens = parser.parse(markdown.replace("\0", "\ufffd"))
    words = CALLOUT_TITLES.get(language.partition("-")[0], CALLOUT_TITLES["en"])
    headings = _number_headings(tokens)
    tokens = list(_blocks(tokens, words, VIDEO_WORDS.get(language.partition("-")[0], "Video")))
    for token in _walk(tokens):
        _adjust(token, article_url)
    html = parser.renderer.render(tokens, parser.options, {})
    safe = nh3.clean(
        html, tags=set(TAGS), clean_content_tags=set(DROPPED), attributes=ATTRIBUTES, attribute_filter=_filter,
        link_rel="noopener noreferrer", url_schemes=set(SCHEMES), url_relative="pass_through",
    )  # fmt: skip
    safe = safe.replace("<img ", '<img loading="lazy" decoding="async" ').replace(
        "<video ", '<video controls preload="none" '
    )
    if file_url is not None:
        safe = _OWN_SRC.sub(lambda found: f'{found[1]}"{escape(file_url(found[2]))}"', safe)
    return Html(safe, headings)


def plain_text(markdown: str) -> str:
    """The words of a body without any mark, a line per block: for search and snippets."""
    lines: list[str] = []
    for token in _parser(markdown.count("<") <= MAX_RAW_TAGS).parse(markdown.replace("\0", "")):
        if token.type == "inline":
            lines.append(_words_of(token))
        elif token.type == "html_block":
            lines.append(unescape(nh3.clean(token.content, tags=set(), clean_content_tags=set(DROPPED))).strip())
        elif token.type in ("fence", "code_block"):
            lines.append(token.content.strip())
    return "\n".join(line for line in lines if line)


def outline(markdown: str) -> list[Heading]:
    """The headings of a body with the ids they get."""
    return _number_headings(_parser(markdown.count("<") <= MAX_RAW_TAGS).parse(markdown))


def snippet(markdown: str, limit: int = 200) -> str:
    """How a text begins, cut at a word: what stands where a summary is missing."""
    text = " ".join(plain_text(markdown).split())
    if len(text) <= limit:
        return text
    head, _, _ = text[: limit + 1].rpartition(" ")
    return f"{(head or text[:limit]).rstrip(' ,;:')}…"


def find_links(markdown: str) -> list[Link]:
    """Every link, picture and video of a body in its order; also those of raw HTML."""
    found: list[Link] = []
    for token in _parser(True).parse(markdown):
        if token.type == "inline":
            video = _VIDEO.match(token.content.strip())
            if video:
                found.append(Link(video[2], video[1]))
                continue
        for part in [token, *(token.children or [])]:
            if part.type == "link_open":
                found.append(Link(str(part.attrGet("href") or ""), _link_words(token, part)))
            elif part.type == "image":
                found.append(Link(str(part.attrGet("src") or ""), part.content))
            elif part.type in ("html_inline", "html_block"):
                found += [Link(m[2], "") for m in _RAW_LINK.finditer(part.content)]
    return found


_RAW_LINK = re.compile(r"""(?i)\b(href|src)\s*=\s*["']([^"'<>]*)["']""")


def _link_words(inline: "Token", opening: "Token") -> str:
    words, depth = "", 0
    for part in (inline.children or [])[(inline.children or []).index(opening) + 1 :]:
        if part.type == "link_close" and not depth:
            break
        words += part.content
    return words


# --- parsing ---------------------------------------------------------------------------------------------------------


@cache
def _parser(raw_html: bool) -> "MarkdownIt":
    from markdown_it import MarkdownIt
    from mdit_py_plugins.attrs import attrs_plugin
    from mdit_py_plugins.gfm_autolink import gfm_autolink_plugin

    parser = MarkdownIt("commonmark", {"html": raw_html, "maxNesting": 20}).enable(["table", "strikethrough"])
    parser.use(gfm_autolink_plugin).use(attrs_plugin, after=("image",), allowed=("width", "height"))
    return parser


def _walk(tokens: "list[Token]") -> "Iterator[Token]":
    for token in tokens:
        yield token
        yield from token.children or []


def _words_of(inline: "Token") -> str:
    """The words of a line; a video's are its title, a callout's mark is none."""
    video = _VIDEO.match(inline.content.strip())
    if video:
        return video[1]
    words = "".join(
        "\n" if part.type in ("softbreak", "hardbreak") else part.content
        for part in inline.children or []
        if part.type != "html_inline"
    )
    callout = _CALLOUT.match(words)
    if callout and callout[1].lower() in CALLOUTS:
        words = callout[2]
    return _HEADING_ID.sub("", words).strip()


def _number_headings(tokens: "list[Token]") -> list[Heading]:
    """Give every heading its id, once in the text; the page's title is the only heading of the first level."""
    headings: list[Heading] = []
    taken: dict[str, int] = {}
    for token, inline in pairwise(tokens):
        if token.type != "heading_open":
            continue
        own = _HEADING_ID.search(inline.content)
        text = _words_of(inline)
        if own and inline.children:
            last = inline.children[-1]
            last.content = _HEADING_ID.sub("", last.content)
        slug = slugify(own[1] if own else text, fallback="section")
        taken[slug] = taken.get(slug, 0) + 1
        id = slug if taken[slug] == 1 else f"{slug}-{taken[slug]}"
        level = max(2, int(token.tag[1]))
        token.attrSet("id", id)
        headings.append(Heading(level, id, text))
    for token in tokens:
        if token.type in ("heading_open", "heading_close") and token.tag == "h1":
            token.tag = "h2"
    return headings


def _blocks(tokens: "list[Token]", words: dict[str, str], video_word: str) -> "Iterator[Token]":
    """Callouts instead of quotations that begin with a mark, and videos instead of their lines."""
    open_quotes: list[bool] = []
    n = 0
    while n < len(tokens):
        token = tokens[n]
        if token.type == "blockquote_open":
            kind = _callout(tokens, n)
            open_quotes.append(kind is not None)
            if kind is not None:
                yield from _begin_callout(tokens, n, kind, words)
            else:
                yield token
        elif token.type == "blockquote_close":
            yield _raw("</div>") if open_quotes.pop() else token
        elif (
            token.type == "paragraph_open" and not token.hidden and (html := _video(tokens[n + 1].content, video_word))
        ):
            yield _raw(html)
            n += 2
        elif token.type == "table_open":
            yield _raw('<div class="table-scroll" tabindex="0">')
            yield token
        elif token.type == "table_close":
            yield token
            yield _raw("</div>")
        else:
            yield token
        n += 1


def _callout(tokens: "list[Token]", at: int) -> str | None:
    """The kind of callout a quotation is; None for a quotation."""
    if at + 2 >= len(tokens) or tokens[at + 1].type != "paragraph_open":
        return None
    found = _CALLOUT.match(tokens[at + 2].content)
    return CALLOUTS.get(found[1].lower()) if found else None


def _begin_callout(tokens: "list[Token]", at: int, kind: str, words: dict[str, str]) -> "Iterator[Token]":
    """The box with its title: what stands behind the mark on its line, else the kind's own word. The mark goes."""
    inline = tokens[at + 2]
    children = inline.children or []
    cut = next((n for n, part in enumerate(children) if part.type in ("softbreak", "hardbreak")), len(children))
    title = _CALLOUT.match("".join(part.content for part in children[:cut]).strip())
    own = title[2].strip() if title else ""
    inline.children = children[cut + 1 :]
    if not inline.children:
        for part in tokens[at + 1 : at + 4]:
            part.hidden = True
    yield _raw(
        f'<div class="callout callout-{kind}" role="note"><p class="callout-title">{escape(own or words[kind])}</p>'
    )


def _video(line: str, word: str) -> str | None:
    """A video that asks nobody for anything until it is clicked; without a script it is a link, or a player of ours."""
    line = line.strip()
    asked = _VIDEO.match(line)
    address = asked[2] if asked else line if _BARE.match(line) else None
    video = find_video(address, asked=bool(asked)) if address else None
    if video is None:
        return None
    title = (asked[1].strip() if asked else "") or word
    caption = f"<figcaption>{escape(title)}</figcaption>" if asked and asked[1].strip() else ""
    if OWN_FILE.match(video.id):
        return f'<figure class="video"><video src="{escape(video.id)}"></video>{caption}</figure>\n'
    return (
        f'<figure class="video" data-video="{video.provider}" data-id="{escape(video.id)}">'
        f'<a href="{escape(video.page)}"><span class="video-play"></span>{escape(title)}</a></figure>\n'
    )


def _raw(html: str) -> "Token":
    from markdown_it.token import Token

    return Token("html_block", "", 0, content=html)


def _adjust(token: "Token", article_url: ArticleUrl | None) -> None:
    if token.type == "link_open":
        _point(token, article_url)
    elif token.type == "image":
        for name in ("width", "height"):
            value = str(token.attrGet(name) or "")
            if value and not _WIDTH.match(value):
                del token.attrs[name]
    elif token.type in ("th_open", "td_open"):
        aligned = _ALIGNED.get(str(token.attrs.pop("style", "")))
        if aligned:
            token.attrSet("class", aligned)


def _point(token: "Token", article_url: ArticleUrl | None) -> None:
    """Let a link to an article lead there; without an address it becomes a place that leads nowhere."""
    found = _ARTICLE.match(str(token.attrGet("href") or ""))
    if found is None:
        return
    url = article_url(int(found[1]), found[2] or "") if article_url else None
    if url is None:
        del token.attrs["href"]
    else:
        token.attrSet("href", url)
        token.attrSet("data-article", found[1])


def _filter(tag: str, name: str, value: str) -> Any:
    """One attribute as nh3 found it; None drops it."""
    if name == "class":
        return value if (_CODE_CLASS if tag == "code" else _CLASSES).match(value) else None
    if name == "id":
        return slugify(value, fallback="section")
    if name in ("width", "height"):
        return value if _WIDTH.match(value) else None
    if name == "role":
        return value if value == "note" else None
    if name == "tabindex":
        return value if value == "0" else None
    if name == "data-video":
        return value if value in ("youtube", "vimeo", "file") else None
    if name == "data-article":
        return value if value.isdecimal() else None
    if tag == "video" and name == "src":
        return value if OWN_FILE.match(value) else None
    if tag == "figure" and name == "data-id":
        return value if re.match(r"^([\w-]{5,20}|https?://[^\s\"'<>]+)$", value) else None
    if name in ("href", "src") and not _is_address(value):
        return None
    if name == "src" and not re.match(r"^(https?://|/(?!/)|[\w.-])", value):
        return None
    return value


def _is_address(value: str) -> bool:
    """Whether an address means the same to every browser, and nothing that runs."""
    scheme = _SCHEME.match(_IGNORED.sub("", value))
    return not _CONTROL.search(value) and (scheme is None or scheme[1].lower() in SCHEMES)
