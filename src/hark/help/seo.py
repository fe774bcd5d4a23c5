"""What search engines and other readers of pages are told, from the finished HTML of an article. Pure.

Kinds and properties are those of schema.org; FAQPage, HowTo, VideoObject and BreadcrumbList as Google documents them.
"""

import html
import json
import re
from collections.abc import Sequence
from datetime import datetime
from email.utils import format_datetime
from html.parser import HTMLParser
from typing import Any

import msgspec

DESCRIPTION = 160
"""Characters of a description that result pages show."""

TITLE = 60
_SPACE = re.compile(r"\s+")
_SENTENCE = re.compile(r"(?<=[.!?。…])\s+")
_BLOCKS = frozenset({"p", "li", "td", "th", "pre", "blockquote", "h1", "h2", "h3", "h4", "h5", "h6", "dd", "dt", "div"})
_HEADINGS = frozenset({"h2", "h3"})
_QUESTION = re.compile(r"[?？]\s*$|(?:나요|까요|습니까|ㅂ니까|은가요|인가요)\s*[.?？]?$")
_VOID = frozenset({"img", "br", "hr", "input", "source", "wbr", "col"})


class Section(msgspec.Struct):
    """A heading and the plain text below it, until the next heading. The first one of an article has no heading."""

    heading: str
    anchor: str = ""
    level: int = 2
    text: str = ""


class Video(msgspec.Struct, frozen=True):
    """A video embedded in an article: the page or file it plays from, its name, and the player's address if any."""

    url: str
    title: str
    embed: str = ""
    poster: str = ""


class Outline(msgspec.Struct):
    """What an article's HTML holds: sections, the longest list of numbered steps, videos, the first picture."""

    sections: list[Section]
    steps: list[str]
    videos: list[Video]
    picture: str = ""

    @property
    def text(self) -> str:
        return _flat(" ".join(f"{s.heading} {s.text}" for s in self.sections))


def outline(body: str) -> Outline:
    """Read the HTML of an article."""
    reader = _Reader()
    reader.feed(body)
    reader.close()
    for section in reader.sections:
        section.heading, section.text = _flat(section.heading), _flat(section.text)
    steps = max(
        (flat for listed in reader.lists if (flat := [_flat(s) for s in listed if _flat(s)])), key=len, default=[]
    )
    return Outline(sections=reader.sections, steps=steps, videos=reader.videos, picture=reader.picture)


class _Reader(HTMLParser):
    """Walks over the HTML once. Only outermost ordered lists are steps, and only their own items."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.sections = [Section(heading="")]
        self.lists: list[list[str]] = []
        self.videos: list[Video] = []
        self.picture = ""
        self._open: list[str] = []
        self._heading = False
        self._video: list[str] | None = None  # provider, id and words of the one that is open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {key: value or "" for key, value in attrs}
        if tag not in _VOID:
            self._open.append(tag)
        if tag in _HEADINGS:
            self._heading = True
            self.sections.append(Section(heading="", anchor=given.get("id", ""), level=int(tag[1])))
        elif tag == "ol" and self._lists() == 1:
            self.lists.append([])
        elif tag == "li" and self._lists() == 1 and "ol" in self._open:
            self.lists[-1].append("")
        elif tag == "img" and not self.picture:
            self.picture = given.get("src", "")
        if tag == "figure" and given.get("class") == "video":
            self._video = [given.get("data-video", ""), given.get("data-id", ""), ""]
        elif tag == "video" and self._video is not None:
            self._video[1] = given.get("src", "")
        if tag in _BLOCKS:
            self._say(" ")

    def handle_endtag(self, tag: str) -> None:
        if tag in self._open:
            while self._open.pop() != tag:
                pass
        if tag in _HEADINGS:
            self._heading = False
        if tag == "figure" and self._video is not None:
            self.videos.append(_named(*self._video))
            self._video = None
        if tag in _BLOCKS:
            self._say(" ")

    def handle_data(self, data: str) -> None:
        if self._video is not None:
            self._video[2] += data
        else:
            self._say(data)

    def _say(self, data: str) -> None:
        section = self.sections[-1]
        if self._heading:
            section.heading += data
            return
        section.text += data
        if self._lists() and "li" in self._open and "ol" in self._open and self.lists and self.lists[-1]:
            self.lists[-1][-1] += data

    def _lists(self) -> int:
        return sum(tag in ("ol", "ul") for tag in self._open)


PLAYERS = {
    "youtube": "https://www.youtube-nocookie.com/embed/{id}", "vimeo": "https://player.vimeo.com/video/{id}?dnt=1",
}  # fmt: skip
"""Players that set no cookie before somebody plays; web/help/help.ts asks for the same."""

PAGES = {"youtube": "https://www.youtube.com/watch?v={id}", "vimeo": "https://vimeo.com/{id}"}


def _named(provider: str, id: str, title: str) -> Video:
    poster = f"https://i.ytimg.com/vi/{id}/hqdefault.jpg" if provider == "youtube" else ""
    return Video(
        PAGES.get(provider, "{id}").format(id=id), _flat(title), PLAYERS[provider].format(id=id) if provider in PLAYERS else "",
        poster,
    )  # fmt: skip


def describe(text: str, fallback: str = "") -> str:
    """A description of at most 160 characters: whole sentences where one is long enough, else cut at a word."""
    text = _flat(text) or _flat(fallback)
    if len(text) <= DESCRIPTION:
        return text
    said = ""
    for sentence in _SENTENCE.split(text):
        if len(said) + len(sentence) + 1 > DESCRIPTION:
            break
        said = f"{said} {sentence}".strip()
    if len(said) >= DESCRIPTION // 2:
        return said
    cut = text[: DESCRIPTION - 1]
    return (cut[: cut.rfind(" ")] if " " in cut[80:] else cut).rstrip(" ,;:–-") + "…"


def page_title(title: str, site: str) -> str:
    """`Article · Centre`, without the centre where that would be cut on result pages."""
    whole = f"{title} · {site}"
    return whole if len(whole) <= TITLE + 10 and title != site else title


class Crumb(msgspec.Struct, frozen=True):
    name: str
    url: str


class Story(msgspec.Struct, frozen=True, kw_only=True):
    """An article as its graph needs it; addresses are absolute."""

    title: str
    description: str
    url: str
    language: str
    site: str
    published: datetime | None
    updated: datetime
    crumbs: Sequence[Crumb]


def article_graph(story: Story, found: Outline) -> list[dict[str, Any]]:
    """The JSON-LD of an article: what it is, where it stands, and as FAQPage, HowTo and VideoObject what is in it."""
    article: dict[str, Any] = {
        "@type": "TechArticle", "@id": f"{story.url}#article", "headline": story.title[:110],
        "description": story.description, "inLanguage": story.language, "mainEntityOfPage": story.url,
        "dateModified": story.updated.isoformat(), "publisher": {"@type": "Organization", "name": story.site},
    }  # fmt: skip
    if story.published:
        article["datePublished"] = story.published.isoformat()
    graph = [article, breadcrumbs(story.crumbs)]
    if faq := questions(found):
        graph.append({
            "@type": "FAQPage",
            "mainEntity": [
                {"@type": "Question", "name": s.heading, "acceptedAnswer": {"@type": "Answer", "text": s.text}} for s in faq
            ],
        })  # fmt: skip
    if len(found.steps) >= 2:
        graph.append({
            "@type": "HowTo", "name": story.title, "description": story.description, "inLanguage": story.language,
            "step": [
                {"@type": "HowToStep", "position": n, "text": text} for n, text in enumerate(found.steps, 1)
            ],
        })  # fmt: skip
    graph += [_video(video, story) for video in found.videos]
    return graph


def questions(found: Outline) -> list[Section]:
    """The sections that answer a question in their heading, when the article is made of such: at least two, and more
    than half of its sections."""
    headed = [s for s in found.sections if s.heading]
    asked = [s for s in headed if _QUESTION.search(s.heading) and s.text]
    return asked if len(asked) >= 2 and 2 * len(asked) > len(headed) else []


def breadcrumbs(crumbs: Sequence[Crumb]) -> dict[str, Any]:
    return {
        "@type": "BreadcrumbList",
        "itemListElement": [
            {"@type": "ListItem", "position": n, "name": crumb.name, "item": crumb.url} for n, crumb in enumerate(crumbs, 1)
        ],
    }  # fmt: skip


def _video(video: Video, story: Story) -> dict[str, Any]:
    said: dict[str, Any] = {
        "@type": "VideoObject", "name": video.title or story.title, "description": story.description,
        "uploadDate": (story.published or story.updated).isoformat(), "inLanguage": story.language,
    }  # fmt: skip
    said["embedUrl" if video.embed else "contentUrl"] = video.embed or video.url
    if video.poster:
        said["thumbnailUrl"] = video.poster
    return said


def json_ld(graph: Sequence[dict[str, Any]]) -> str:
    """The text of a `<script type="application/ld+json">`: nothing in it can end the element."""
    document = json.dumps(
        {"@context": "https://schema.org", "@graph": list(graph)}, ensure_ascii=False, separators=(",", ":")
    )
    return document.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


class Alternate(msgspec.Struct, frozen=True):
    """The same page in another language; `x-default` stands for all others."""

    language: str
    url: str


def alternates(urls: dict[str, str], default: str) -> list[Alternate]:
    """hreflang links of a page: every language it is there in, itself included, and x-default. None when it is one."""
    if len(urls) < 2:
        return []
    fallback = urls.get(default) or next(iter(urls.values()))
    return [*(Alternate(language, url) for language, url in urls.items()), Alternate("x-default", fallback)]


# files for machines -----------------------------------------------------------------------------------------------------


class Place(msgspec.Struct, frozen=True):
    """A page in the sitemap."""

    url: str
    changed: datetime | None
    alternates: Sequence[Alternate] = ()


def sitemap(places: Sequence[Place]) -> str:
    """sitemaps.org 0.9 with xhtml:link alternates."""
    lines = ['<?xml version="1.0" encoding="UTF-8"?>',
             '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:xhtml="http://www.w3.org/1999/xhtml">']  # fmt: skip
    for place in places:
        lastmod = f"<lastmod>{place.changed.isoformat()}</lastmod>" if place.changed else ""
        links = "".join(
            f'<xhtml:link rel="alternate" hreflang="{_xml(a.language)}" href="{_xml(a.url)}"/>'
            for a in place.alternates
        )
        lines.append(f"<url><loc>{_xml(place.url)}</loc>{lastmod}{links}</url>")
    return "\n".join([*lines, "</urlset>", ""])


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """An article in a feed or in llms.txt."""

    title: str
    url: str
    summary: str
    updated: datetime
    published: datetime | None = None
    collection: str = ""


def atom(*, title: str, url: str, feed_url: str, language: str, entries: Sequence[Entry]) -> str:
    """An Atom feed (RFC 4287), newest first."""
    newest = max((e.updated for e in entries), default=None)
    lines = [
        '<?xml version="1.0" encoding="utf-8"?>', f'<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="{_xml(language)}">',
        f"<title>{_xml(title)}</title>", f"<id>{_xml(url)}</id>", f'<link href="{_xml(url)}"/>',
        f'<link rel="self" type="application/atom+xml" href="{_xml(feed_url)}"/>', f"<author><name>{_xml(title)}</name></author>",
        f"<updated>{newest.isoformat() if newest else '1970-01-01T00:00:00+00:00'}</updated>",
    ]  # fmt: skip
    for e in entries:
        published = f"<published>{e.published.isoformat()}</published>" if e.published else ""
        lines.append(
            f'<entry><title>{_xml(e.title)}</title><id>{_xml(e.url)}</id><link href="{_xml(e.url)}"/>'
            f"<updated>{e.updated.isoformat()}</updated>{published}<summary>{_xml(e.summary)}</summary></entry>"
        )
    return "\n".join([*lines, "</feed>", ""])


def rss(*, title: str, url: str, feed_url: str, language: str, about: str, entries: Sequence[Entry]) -> str:
    """The same as RSS 2.0, for readers that know no Atom."""
    lines = [
        '<?xml version="1.0" encoding="utf-8"?>', '<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom"><channel>',
        f"<title>{_xml(title)}</title><link>{_xml(url)}</link><description>{_xml(about or title)}</description>",
        f'<language>{_xml(language)}</language><atom:link href="{_xml(feed_url)}" rel="self" type="application/rss+xml"/>',
    ]  # fmt: skip
    for e in entries:
        lines.append(
            f'<item><title>{_xml(e.title)}</title><link>{_xml(e.url)}</link><guid isPermaLink="true">{_xml(e.url)}</guid>'
            f"<pubDate>{format_datetime(e.updated)}</pubDate><description>{_xml(e.summary)}</description></item>"
        )
    return "\n".join([*lines, "</channel></rss>", ""])


def llms(*, title: str, about: str, entries: Sequence[Entry], other: Sequence[Crumb]) -> str:
    """llms.txt (llmstxt.org): a Markdown list of everything there is, with links to the plain Markdown."""
    lines = [f"# {_line(title)}", ""]
    if about:
        lines += [f"> {_line(about)}", ""]
    for collection in dict.fromkeys(e.collection for e in entries):
        lines += [f"## {_line(collection or title)}", ""]
        lines += [
            f"- [{_bracket(e.title)}]({e.url}.md)" + (f": {_line(e.summary)}" if e.summary else "")
            for e in entries
            if e.collection == collection
        ]
        lines.append("")
    if other:
        lines += ["## Optional", "", *(f"- [{_bracket(c.name)}]({c.url})" for c in other), ""]
    return "\n".join(lines)


def robots(sitemaps: Sequence[str], closed: Sequence[str]) -> str:
    """robots.txt (RFC 9309)."""
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in closed), "Allow: /", ""]
    return "\n".join([*lines, *(f"Sitemap: {url}" for url in sitemaps), ""])


def _xml(text: str) -> str:
    return html.escape("".join(c for c in text if c >= " " or c in "\t\n"), quote=True)


def _flat(text: str) -> str:
    return _SPACE.sub(" ", text).strip()


def _line(text: str) -> str:
    return _flat(text)


def _bracket(text: str) -> str:
    return _flat(text).replace("\\", "\\\\").replace("[", "\\[").replace("]", "\\]")
