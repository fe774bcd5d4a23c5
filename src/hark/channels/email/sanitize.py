"""HTML of strangers made safe to show, and text to HTML and back. Pure.

The HTML is parsed as browsers parse it (html5ever, through nh3) and written again from an allow-list, so what a
browser later reads has one meaning. The passes after that work on this canonical form: every attribute value stands
in double quotes and every non-void element is closed.
"""

import re
from collections.abc import Mapping
from html import escape, unescape
from urllib.parse import unquote

import nh3

from hark.channels.email.charsets import clean
from hark.channels.email.types import SafeHtml

MAX_NESTING = 400  # deeper HTML is shown as text: browsers and the parser take seconds for it
MAX_QUOTE = 20  # `>` before a line of text
MAX_REFERENCES = 100_000  # html5ever is quadratic in "&": three million of them took two minutes
QUOTE_CLASSES = frozenset({
    "gmail_quote", "gmail_quote_container", "gmail_extra", "yahoo_quoted", "protonmail_quote", "tutanota_quote",
    "moz-forward-container", "zmail_extra", "quoted_content", "naver_quote", "hark-quote", "front-blockquote",
})  # fmt: skip
HISTORY_IDS = frozenset({"divrplyfwdmsg", "appendonsend", "x_divrplyfwdmsg", "x_appendonsend", "stopspelling",
                         "mail-editor-reference-message-container", "olk_src_body_section"})  # fmt: skip
# The line above the history: as Outlook writes it, and as web mail writes it again.
OUTLOOK_RULE = re.compile(
    r"border-top:\s*(?:solid\s+#?(?:e1e1e1|b5c4df)\s+1(?:\.0)?pt|1(?:\.0)?pt\s+solid\s+(?:#?(?:e1e1e1|b5c4df)|rgb\(\s*(?:225,\s*225,\s*225|181,\s*196,\s*223)\s*\)))",
    re.IGNORECASE,
)
INDENT = re.compile(r"border(?:-left)?\s*:\s*(?:none|0)", re.IGNORECASE)
INDENT_MARK = "hark-indent"
CITED = re.compile(r"border-left(?:-\w+)?\s*:\s*(?!none|0(?:px)?\s*(?:;|$))", re.IGNORECASE)
TAGS = frozenset({
    "a", "abbr", "acronym", "address", "article", "aside", "b", "bdi", "bdo", "big", "blockquote", "br", "caption",
    "center", "cite", "code", "col", "colgroup", "dd", "del", "details", "dfn", "div", "dl", "dt", "em", "figcaption",
    "figure", "font", "footer", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "i", "img", "ins", "kbd", "li",
    "main", "mark", "nav", "ol", "p", "pre", "q", "rp", "rt", "ruby", "s", "samp", "section", "small", "span",
    "strike", "strong", "sub", "summary", "sup", "table", "tbody", "td", "tfoot", "th", "thead", "time", "tr", "tt",
    "u", "ul", "var", "wbr",
})  # fmt: skip
VOID = frozenset({"br", "col", "hr", "img", "wbr"})
DROPPED = frozenset({"script", "style", "title", "noscript", "template", "iframe", "object", "embed", "applet", "svg",
                     "math", "textarea", "select", "head", "xml", "noembed", "noframes", "plaintext"})  # fmt: skip
ALIGNED = {"align", "valign", "width", "height", "bgcolor"}
ATTRIBUTES: dict[str, set[str]] = {
    "*": {"style", "dir", "lang", "title", "class", "id"},
    "a": {"href"}, "img": {"src", "alt", "width", "height", "align", "border"}, "font": {"color", "size", "face"},
    "table": ALIGNED | {"border", "cellpadding", "cellspacing", "summary"}, "tr": ALIGNED,
    "td": ALIGNED | {"colspan", "rowspan", "nowrap"}, "th": ALIGNED | {"colspan", "rowspan", "nowrap", "scope"},
    "tbody": ALIGNED, "thead": ALIGNED, "tfoot": ALIGNED, "col": {"span", "width"}, "colgroup": {"span", "width"},
    "ol": {"start", "type"}, "ul": {"type"}, "li": {"value"}, "p": {"align"}, "div": {"align"}, "hr": {"width", "size"},
    "h1": {"align"}, "h2": {"align"}, "h3": {"align"}, "blockquote": {"type"}, "time": {"datetime"},
}  # fmt: skip
STYLES = frozenset({
    "background-color", "border", "border-bottom", "border-bottom-color", "border-bottom-style", "border-bottom-width",
    "border-collapse", "border-color", "border-left", "border-left-color", "border-left-style", "border-left-width",
    "border-radius", "border-right", "border-right-color", "border-right-style", "border-right-width",
    "border-spacing", "border-style", "border-top", "border-top-color", "border-top-style", "border-top-width",
    "border-width", "color", "direction", "display", "font", "font-family", "font-size", "font-style", "font-variant",
    "font-weight", "height", "letter-spacing", "line-height", "list-style-type", "margin", "margin-bottom",
    "margin-left", "margin-right", "margin-top", "max-height", "max-width", "min-width", "padding", "padding-bottom",
    "padding-left", "padding-right", "padding-top", "table-layout", "text-align", "text-decoration", "text-indent",
    "text-transform", "vertical-align", "white-space", "width", "word-break", "overflow-wrap",
})  # fmt: skip
SCHEMES = frozenset({"http", "https", "mailto", "tel", "sms", "cid", "data"})
STYLE_TRICK = re.compile(r"[\\@<>{}]|url|image|expression|import|javascript|var\s*\(|attr\s*\(|/\*", re.IGNORECASE)
SAFE_DATA = re.compile(r"data:image/(?:png|jpe?g|gif|webp|bmp);base64,[A-Za-z0-9+/=\s]*$", re.IGNORECASE)
TAG = re.compile(r'<(/?)([a-z][a-z0-9]*)((?:[^>"]|"[^"]*")*)>')
OPENING_DIV = re.compile(r'<div(?:[^>"]|"[^"]*")*>\s*$')
IMG_SRC = re.compile(r' src="([^"]*)"')
MARKS = re.compile(r' (?:class|id)="hark-(quote|history)"')
ANY_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)")
SELF_CLOSING = VOID | {"p", "li", "td", "tr", "th", "meta", "link", "input", "area", "base", "dd", "dt", "option"}
MAX_LINKED = 200_000  # characters of one text searched for links

URL = re.compile(r"\b(?:https?://|www\.)[^\s<>\"'`]{2,2000}|\b[\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)+", re.IGNORECASE)
BLOCKS = frozenset({"address", "article", "aside", "blockquote", "center", "dd", "details", "div", "dl", "dt",
                    "figure", "footer", "header", "hr", "li", "main", "nav", "ol", "pre", "section", "table", "tr",
                    "ul", "figcaption", "caption", "summary"})  # fmt: skip
SPACED = frozenset({"p", "h1", "h2", "h3", "h4", "h5", "h6"})
WHITE = re.compile(r"[ \t\r\n\f\u00a0]+")


def sanitize_html(html: str, *, images: Mapping[str, str] | None = None) -> SafeHtml:
    """HTML that executes nothing, reaches nothing and leaves its frame only by a clicked link.

    `images` maps content ids (without `cid:` and angle brackets) to addresses of the stored attachments; they are
    trusted. Remote images keep their address in `data-remote-src` only. Links open in a new tab without referrer.
    Quoted history of the common mail programs is marked with `data-quote`. HTML nested deeper than MAX_NESTING is
    shown as text.
    """
    html = clean(html)
    if is_too_deep(html):
        return SafeHtml(html=text_to_html(_strip(html)))
    safe = nh3.clean(
        html, tags=set(TAGS), clean_content_tags=set(DROPPED), attributes=ATTRIBUTES, attribute_filter=_filter,
        link_rel="noopener noreferrer nofollow", set_tag_attribute_values={"a": {"target": "_blank"}},
        url_schemes=set(SCHEMES), filter_style_properties=set(STYLES), url_relative="deny",
    )  # fmt: skip
    remote = 0

    def rewrite(match: re.Match[str]) -> str:
        nonlocal remote
        closing, tag, attributes = match.groups()
        if closing or not attributes:
            return match[0]
        if tag == "img":
            attributes, far = _image(attributes, images or {})
            remote += far
        elif tag == "blockquote":
            attributes = attributes.replace(' type="cite"', " data-quote")
        elif tag == "div" and OUTLOOK_RULE.search(attributes):
            attributes += " data-history"
        return f"<{tag}{MARKS.sub(_mark, attributes)}>"

    safe = TAG.sub(rewrite, safe)
    if "data-history" in safe:
        safe = _wrap_history(safe)
    return SafeHtml(html=safe, remote_images=remote, has_quote=" data-quote" in safe)


def _mark(match: re.Match[str]) -> str:
    return f" data-{match[1]}"


def is_too_deep(html: str) -> bool:
    """Whether the parser would take too long; for nesting a cheap upper bound: elements opened and not closed as far as simple counting can tell."""
    if html.count("&") > MAX_REFERENCES:
        return True
    if html.count("<") <= MAX_NESTING:
        return False
    opened: dict[str, int] = {}
    depth = 0
    for closing, name in ANY_TAG.findall(html):
        name = name.lower()
        if name in SELF_CLOSING:
            continue
        if not closing:
            opened[name] = opened.get(name, 0) + 1
            depth += 1
            if depth > MAX_NESTING:
                return True
        elif opened.get(name):
            opened[name] -= 1
            depth -= 1
    return False


def _strip(html: str) -> str:
    html = re.sub(r"(?is)<(script|style|title)\b.*?(?:</\1\s*>|$)", " ", html)
    # A tag ends at the next "<" at the latest: a hundred thousand of them without an end must not take a quadratic look.
    html = re.sub(r"(?i)<(?:br|/p|/div|/tr|/li|/h[1-6])\b[^<>]*>", "\n", html)
    return re.sub(r"\n\s*\n\s*\n+", "\n\n", unescape(re.sub(r"<[^<>]*>", "", html))).strip()


def _filter(tag: str, name: str, value: str) -> str | None:
    """One attribute as nh3 found it; None drops it."""
    if name == "class":
        return "hark-quote" if not QUOTE_CLASSES.isdisjoint(value.lower().split()) else None
    if name == "id":
        return "hark-history" if value.lower() in HISTORY_IDS else None
    if name == "style":
        return None if STYLE_TRICK.search(value) else value
    if name == "type" and tag == "blockquote":
        return "cite" if value.lower() == "cite" else None
    if value[:5].lower() == "data:" or "data:" in value[:60].lower():
        return value if tag == "img" and name == "src" and SAFE_DATA.match(value) else None
    return value


def _image(attributes: str, images: Mapping[str, str]) -> tuple[str, int]:
    match = IMG_SRC.search(attributes)
    if match is None:
        return attributes, 0
    source = unescape(match[1]).strip()
    rest = attributes[: match.start()] + attributes[match.end() :]
    scheme, _, name = source.partition(":")
    if scheme.lower() == "cid":
        target = images.get(name) or images.get(unquote(name))
        return (f'{rest} src="{escape(target)}"' if target else rest), 0
    if scheme.lower() in ("http", "https"):
        return f'{rest} data-remote-src="{escape(source)}"', 1
    return (attributes if scheme.lower() == "data" else rest), 0


def _wrap_history(html: str) -> str:
    """Outlook puts the history beside, not inside, its header: wrap from the mark to the end of the parent element."""
    at = html.find(" data-history")
    start = html.rfind("<", 0, at)
    while parent := OPENING_DIV.search(html, max(0, start - 500), start):  # Outlook wraps its rule in another element
        start = parent.start()
    depth = 0
    end = len(html)
    for match in TAG.finditer(html, start):
        if match[2] in VOID:
            continue
        depth += -1 if match[1] else 1
        if depth < 0:
            end = match.start()
            break
    inner = html[start:end].replace(" data-history", "")
    return f"{html[:start]}<div data-quote>{inner}</div>{html[end:].replace(' data-history', '')}"


# --- text to HTML ----------------------------------------------------------------------------------------------------


def text_to_html(text: str) -> str:
    """Plain text as HTML: links for web and mail addresses, `>` quotes as nested foldable blockquotes, lines kept."""
    out: list[str] = []
    depth = 0
    lines: list[str] = []

    def flush() -> None:
        if lines:
            out.append(f'<div style="white-space:pre-wrap">{link_text(chr(10).join(lines))}</div>')
            lines.clear()

    for line in clean(text).replace("\r\n", "\n").split("\n"):
        level, body = quote_level(line)
        level = min(level, MAX_QUOTE)
        if level != depth:
            flush()
            out.append(
                "<blockquote data-quote>" * (level - depth) if level > depth else "</blockquote>" * (depth - level)
            )
            depth = level
        lines.append(body)
    flush()
    out.append("</blockquote>" * depth)
    return "".join(out)


def quote_level(line: str) -> tuple[int, str]:
    """How many `>` marks begin a line, and the line without them."""
    level = position = 0
    while position < len(line):
        if line[position] == ">":
            level += 1
            position += 1
        elif line[position] == " " and line[position + 1 : position + 2] == ">" and level:
            position += 1
        else:
            break
    return level, line[position:].removeprefix(" ") if level else line


def link_text(text: str) -> str:
    """Escaped text with its web and mail addresses as links; punctuation that ends a sentence stays outside."""
    out: list[str] = []
    end = 0
    for match in URL.finditer(text[:MAX_LINKED]):
        url = match[0].rstrip(".,;:!?*_~»”’'\"")
        while url.endswith((")", "]", "}")) and url.count(url[-1]) > url.count({")": "(", "]": "[", "}": "{"}[url[-1]]):
            url = url[:-1].rstrip(".,;:!?")
        out.append(escape(text[end : match.start()], quote=False))
        lowered = url.lower()
        target = (
            f"http://{url}"
            if lowered.startswith("www.")
            else url
            if lowered.startswith("http") and "://" in url
            else f"mailto:{url}"
        )
        out.append(
            f'<a href="{escape(target)}" target="_blank" rel="noopener noreferrer nofollow">{escape(url, quote=False)}</a>'
        )
        end = match.start() + len(url)
    out.append(escape(text[end:], quote=False))
    return "".join(out)


# --- HTML to text ----------------------------------------------------------------------------------------------------


def html_to_text(html: str) -> str:
    """The words of an HTML mail as plain text: blocks on lines, list dashes, `>` before quotes, link targets that
    differ from their text in brackets. Scripts, styles and hidden heads are left out."""
    html = clean(html)
    if is_too_deep(html):
        return _strip(html)
    safe = nh3.clean(html, tags=set(TAGS), clean_content_tags=set(DROPPED), link_rel=None, url_relative="deny",
                     attributes={"a": {"href"}, "img": {"alt"}, "blockquote": {"style", "type"}}, attribute_filter=_indented,
                     url_schemes={"http", "https", "mailto"})  # fmt: skip
    writer = TextWriter()
    writer.read(safe)
    return writer.result()


def _indented(tag: str, name: str, value: str) -> str | None:
    """Editors indent a person's own words with a quotation that has no line at its side."""
    if name == "style":
        return INDENT_MARK if INDENT.search(value) and not CITED.search(value) else None
    return value if name != "type" or value.lower() == "cite" else None


class TextWriter:
    """Writes HTML that nh3 has cleaned as lines of text; knows quote depth, preformatted text and pending blank lines."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.line = ""
        self.quote = 0
        self.pre = 0
        self.quotes: list[int] = []  # by how much each open quotation deepens the quote
        self.links: list[tuple[str, int, int]] = []

    def read(self, safe: str) -> None:
        end = 0
        for match in TAG.finditer(safe):
            if match.start() > end:
                self.text(unescape(safe[end : match.start()]))
            self.tag(match[2], closing=bool(match[1]), attributes=match[3])
            end = match.end()
        self.text(unescape(safe[end:]))
        self.end_line()

    def text(self, text: str) -> None:
        if self.pre:
            first, *more = text.split("\n")
            self.line += first
            for line in more:
                self.end_line(force=True)
                self.line = line
            return
        text = WHITE.sub(" ", text)
        if not self.line or self.line.endswith((" ", "\n")):
            text = text.lstrip(" ")
        self.line += text

    def end_line(self, *, force: bool = False) -> None:
        if self.line.strip() or force:
            self.lines.append((self.marks() + self.line.rstrip()).rstrip() if self.quote else self.line.rstrip())
        self.line = ""

    def marks(self) -> str:
        return "> " * min(self.quote, MAX_QUOTE)

    def blank(self) -> None:
        self.end_line()
        if self.lines and self.lines[-1].strip("> "):
            self.lines.append(self.marks().rstrip())

    def tag(self, name: str, *, closing: bool, attributes: str) -> None:
        if name == "br":
            self.end_line(force=True)
        elif name in SPACED:
            self.blank()
        elif name in BLOCKS:
            self.block(name, closing, attributes)
        elif name in ("td", "th") and closing:
            self.line += " " if self.line and not self.line.endswith(" ") else ""
        elif name == "img" and (alt := re.search(r' alt="([^"]+)"', attributes)):
            self.text(unescape(alt[1]))
        elif name == "a":
            self.link(closing, attributes)

    def block(self, name: str, closing: bool, attributes: str) -> None:
        self.end_line()
        if name == "blockquote" and not closing:
            self.quotes.append(0 if INDENT_MARK in attributes and ' type="' not in attributes else 1)
            self.quote += self.quotes[-1]
        elif name == "blockquote":
            self.quote -= self.quotes.pop() if self.quotes else 0
        elif name == "pre":
            self.pre = max(0, self.pre + (-1 if closing else 1))
        elif name == "li" and not closing:
            self.line = "- "
        elif name == "hr":
            self.lines.append("---")

    def link(self, closing: bool, attributes: str) -> None:
        if not closing:
            href = re.search(r' href="([^"]*)"', attributes)
            self.links.append((unescape(href[1]) if href else "", len(self.lines), len(self.line)))
        elif self.links:
            href_text, line, column = self.links.pop()
            shown = self.line[column:].strip() if line == len(self.lines) else ""
            target = href_text.removeprefix("mailto:")
            if shown and target and target.rstrip("/") not in (shown, f"http://{shown}", f"https://{shown}") \
                    and shown not in href_text:  # fmt: skip
                self.line = f"{self.line.rstrip()} <{href_text}>"

    def result(self) -> str:
        self.end_line()
        return re.sub(r"\n{3,}", "\n\n", "\n".join(self.lines)).strip("\n")
