"""Templates of the public pages, filled. Loaded with the first page that is made."""

import base64
import hashlib
import re
from collections.abc import Mapping, Sequence
from functools import cache
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import msgspec

from hark.help.pages_colors import style
from hark.help.pages_words import language_name, words
from hark.help.seo import Alternate, Crumb, Outline

if TYPE_CHECKING:
    from jinja2 import Environment

TEMPLATES = Path(__file__).parent / "templates"
BUILT = Path(__file__).parents[1] / "static" / "help"
ASSETS = "/help-assets/"
VIDEO_HOSTS = "https://www.youtube-nocookie.com https://player.vimeo.com"
NOT_BUILT = "The pages' style is not built yet. Run `make run` once."

NO_PICTURES: Mapping[str, tuple[int, int]] = {}

_IMAGE = re.compile(r'<img\b[^>]*?\bsrc="(https?://[^"]*)"[^>]*>')
_OWN_IMAGE = re.compile(r'<img\b[^>]*?\bsrc="/help/files/([0-9a-f-]{36})[^"]*"[^>]*>')
_SIZE = re.compile(r'\b(width|height)="([^"]*)"')
_ALT = re.compile(r'\balt="([^"]*)"')
_PLAYER = re.compile(r'(<figure class="video" data-video="(youtube|vimeo|file)"[^>]*>)(.*?)</a></figure>', re.DOTALL)


class Assets(msgspec.Struct, frozen=True):
    """Addresses of the built style and script."""

    style: str
    script: str


class _Built(msgspec.Struct):
    file: str


@cache
def assets(folder: Path = BUILT) -> Assets:
    """As the build named them; without a build the pages stand unstyled."""
    try:
        found = msgspec.json.decode((folder / "manifest.json").read_bytes(), type=dict[str, _Built])
    except FileNotFoundError:
        found = {}
    names = {key.rpartition("/")[2]: f"{ASSETS}{built.file}" for key, built in found.items()}
    return Assets(names.get("help.css", ""), names.get("help.ts", ""))


@cache
def icons(folder: Path = BUILT) -> Mapping[str, str]:
    """The lines of the signs of collections, as the build took them from lucide; the empty name is of those without one."""
    try:
        return msgspec.json.decode((folder / "icons.json").read_bytes(), type=dict[str, str])
    except FileNotFoundError:
        return {}


class Site(msgspec.Struct, frozen=True, kw_only=True):
    """A help centre as its pages show it, at one place. `prefix` is the path before the language, `base` the same as a whole
    address where search engines shall find it."""

    name: str
    prefix: str
    base: str
    logo: str
    color: str
    scheme: str
    font: str
    home_url: str
    messenger: str
    mail_form: bool
    indexed: bool

    @property
    def contact(self) -> bool:
        return bool(self.messenger) or self.mail_form

    @property
    def style(self) -> str:
        return style(self.color)


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """What every page has. `languages`: the switch, a page for each language; `ask`: the query of the link to the form."""

    language: str
    path: str
    title: str
    head_title: str
    description: str = ""
    canonical: str = ""
    alternates: Sequence[Alternate] = ()
    languages: Sequence[Alternate] = ()
    crumbs: Sequence[Crumb] = ()
    indexed: bool = True
    locale: str = ""
    og_type: str = "website"
    picture: str = ""
    markdown: str = ""
    graph: str = ""
    has_search: bool = False
    greeting: str = ""
    lead: str = ""
    footer: str = ""
    ask: str = ""


class Item(msgspec.Struct, frozen=True):
    """An article in a list."""

    title: str
    url: str
    snippet: Any = ""


class ShelfItem(msgspec.Struct, frozen=True, kw_only=True):
    """A collection in a list. `drawing`: the inside of an SVG; a `picture` goes before it."""

    title: str
    url: str
    drawing: str
    picture: str
    description: str
    count_text: str
    entries: Sequence[Item] = ()


def render(template: str, site: Site, page: Page, **more: Any) -> str:
    """The HTML of a page."""
    return _environment().get_template(template).render(
        site=site, page=page, t=words(page.language), assets=assets(),
        search_form=lambda query: _search(site, page, query), **more,
    )  # fmt: skip


def fill(text: str, **values: object) -> str:
    """A sentence with its `{names}` filled in; what is filled in may hold braces."""
    return re.sub(r"\{(\w+)\}", lambda m: str(values.get(m[1], m[0])), text)


def policy(site: Site, found: Outline | None = None) -> str:
    """The Content-Security-Policy of a page: ourselves, and a video's host where there is a video."""
    digest = base64.b64encode(hashlib.sha256(site.style.encode()).digest()).decode()
    players = VIDEO_HOSTS if found and any(v.embed for v in found.videos) else ""
    hosts = {
        f"{p.scheme}://{p.netloc}"
        for v in (found.videos if found else [])
        if not v.embed and (p := urlsplit(v.url)).netloc
    }
    parts = [
        "default-src 'none'", "script-src 'self'", f"style-src 'self' 'sha256-{digest}'", "img-src 'self' data:",
        " ".join(["media-src 'self'", *sorted(hosts)]), "font-src 'self'", "connect-src 'self'",
        f"frame-src 'self' {players}".strip(), "base-uri 'none'", "form-action 'self'", "frame-ancestors 'none'",
    ]  # fmt: skip
    return "; ".join(parts)


def prepare(body: str, language: str, pictures: Mapping[str, tuple[int, int]] = NO_PICTURES) -> str:
    """An article's HTML as a page shows it: pictures of other hosts are links, since a picture would tell them who reads;
    our own have the size they will take, so that nothing moves; a video says what its click will do."""
    t = words(language)

    def linked(match: re.Match[str]) -> str:
        alt = _ALT.search(match[0])
        return f'<a href="{match[1]}" rel="noopener noreferrer">{(alt[1] if alt else "") or match[1]}</a>'

    def told(match: re.Match[str]) -> str:
        host = {"youtube": "YouTube", "vimeo": "Vimeo"}.get(match[2])
        note = fill(t["video_note"], host=host) if host else t["video_own"]
        return f"{match[1]}{match[3]}<small>{escape(note)}</small></a></figure>"

    def sized(match: re.Match[str]) -> str:
        size = pictures.get(match[1])
        return f"{match[0][:-1]}{_missing_size(match[0], *size)}>" if size else match[0]

    return _PLAYER.sub(told, _OWN_IMAGE.sub(sized, _IMAGE.sub(linked, body)))


def _missing_size(tag: str, width: int, height: int) -> str:
    """The attributes an image lacks to have its place before it is loaded; a share of the column has none of its own."""
    given = dict(_SIZE.findall(tag))
    if not given:
        return f' width="{width}" height="{height}"'
    if len(given) == 2 or not next(iter(given.values())).isdecimal():
        return ""
    name, value = next((n, int(v)) for n, v in given.items())
    return (
        f' height="{round(value * height / width)}"' if name == "width" else f' width="{round(value * width / height)}"'
    )


@cache
def _environment() -> "Environment":
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True,
        auto_reload=False,
    )  # fmt: skip
    environment.filters["language_name"] = language_name
    environment.filters["fill"] = fill
    return environment


def _search(site: Site, page: Page, query: str) -> Any:
    module: Mapping[str, Any] = _environment().get_template("parts.html").module.__dict__
    return module["search"](f"{site.prefix}/{page.language}/search", words(page.language), query)
