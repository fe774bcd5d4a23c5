"""Finished pages of help centres in the memory of one process, served before the router looks.

A page is made once and kept with its copies in Brotli and gzip until something its readers see is published, moved or taken away: the
newest event of the help centre in the workspace's journal is its version. That is asked after every word of the bus about the workspace, and
once a second besides, since a wake-up may be lost. What is not kept goes on to the routes of `hark.help.public_routes`.
"""

import asyncio
import gzip
import hashlib
import re
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from typing import Any

import msgspec
import structlog
from litestar.types import ASGIApp, Receive, Scope, Send

from hark.core import metrics
from hark.core.db import is_passing
from hark.core.encodings import BR, GZIP, IDENTITY, accepted
from hark.core.http import SECURITY_HEADERS
from hark.core.wake import Bus

log = structlog.get_logger(__name__)
CHECK_S = 1.0
MAX_BYTES = 64_000_000
WORTH_PACKING = 400
BROTLI_QUALITY = 10
"""Of 11: a page is packed while its first reader waits, about 3 ms. The last step takes four times as long for 4 %."""
REVALIDATED = b"public, max-age=0, must-revalidate"
"""Every view asks us, and mostly hears 304: so a page is never older than what is published, and views can be counted."""

OWN_PATHS = ("/help/", "/help-assets/", "/messenger", "/api/messenger/")
"""What a centre's own domain serves as the installation's host does."""

_TAG = re.compile(rb'(?:W/)?("[^"]*")')

Header = tuple[bytes, bytes]
Headers = Mapping[bytes, bytes]


class View(msgspec.Struct, frozen=True, kw_only=True):
    """What was looked at, for the facts of a visit."""

    workspace_id: int
    centre_id: int
    measure: bool
    respect_dnt: bool
    language: str
    prefix: str
    path: str
    article_id: int | None = None


class Form(msgspec.Struct, frozen=True, kw_only=True):
    """A page in one content coding: a representation with an entity tag of its own (RFC 9110, section 8.8.3.3).
    `known_head` goes with "not modified"."""

    body: bytes
    etag: bytes
    head: tuple[Header, ...]
    known_head: tuple[Header, ...]


class Finished(msgspec.Struct, frozen=True, kw_only=True):
    """A page ready to be sent: content coding -> form, as it is (`identity`) and packed where that is smaller."""

    workspace_id: int
    forms: dict[bytes, Form]
    modified: datetime
    view: View | None

    @property
    def size(self) -> int:
        return sum(len(form.body) for form in self.forms.values()) + 2_000


def finish(
    text: str, *, workspace_id: int, media_type: str, modified: datetime, csp: str | None = None, view: View | None = None,
) -> Finished:  # fmt: skip
    """A page with all its headers. `csp` replaces the policy of the workspace's own pages."""
    body = text.encode()
    tag = hashlib.sha256(body).hexdigest()[:24].encode()
    own = [
        (b"content-type", media_type.encode()), (b"cache-control", REVALIDATED), (b"vary", b"accept-encoding"),
        (b"last-modified", format_datetime(modified.astimezone(UTC), usegmt=True).encode()),
    ]  # fmt: skip
    if csp is not None:
        own.append((b"content-security-policy", csp.encode()))
    named = {name for name, _ in own}
    own += [header for header in SECURITY_HEADERS if header[0] not in named]
    bodies = {IDENTITY: body}
    if len(body) >= WORTH_PACKING:
        bodies |= {coding: small for coding, small in _packed(body).items() if len(small) < len(body)}
    forms = {coding: _form(bytes_, coding, tag, own) for coding, bytes_ in bodies.items()}
    return Finished(workspace_id=workspace_id, forms=forms, modified=modified, view=view)


def _packed(body: bytes) -> dict[bytes, bytes]:
    import brotli  # type: ignore[import-untyped]  # with the first page served

    return {
        BR: brotli.compress(body, mode=brotli.MODE_TEXT, quality=BROTLI_QUALITY),
        GZIP: gzip.compress(body, 9, mtime=0),
    }


def _form(body: bytes, coding: bytes, tag: bytes, own: Sequence[Header]) -> Form:
    etag = b'"' + tag + (b"" if coding == IDENTITY else b"-" + coding) + b'"'
    known = (*own, (b"etag", etag))
    named = () if coding == IDENTITY else ((b"content-encoding", coding),)
    length = (b"content-length", str(len(body)).encode())
    return Form(body=body, etag=etag, head=(*known, *named, length), known_head=known)


class PageCache:
    """The finished pages of one process by (place, path), place being the own domain or ''. `version` asks for the newest
    event that changed what the readers of a workspace see; `hosts` for the own domains of all public centres (host ->
    slug); `seconds` is a clock that only goes forward."""

    def __init__(
        self,
        version: Callable[[int], Awaitable[int]],
        hosts: Callable[[], Awaitable[dict[str, str]]],
        bus: Bus,
        *,
        seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        self._version, self._hosts, self._seconds = version, hosts, seconds
        self._pages: dict[tuple[str, str], Finished] = {}
        self._bytes = 0
        self._versions: dict[int, int] = {}
        self._until: dict[int, float] = {}  # workspace -> until when its version needs no asking; removed: ask
        self._places: dict[str, str] | None = None
        self._places_until = 0.0
        self._reading: asyncio.Task[None] | None = None
        self._stop = bus.listen(self._changed)

    async def close(self) -> None:
        self._stop()
        if self._reading is not None:
            self._reading.cancel()
            await asyncio.gather(self._reading, return_exceptions=True)

    def _changed(self, workspace_id: int, _seq: int) -> None:
        self._until.pop(workspace_id, None)

    async def place_of(self, host: str) -> str | None:
        """The slug of the centre whose own domain this is. Asked for every request of the process, so it waits for the
        database once; later changes are read beside, within a second, and while it is away what is known stays."""
        if self._places is None:
            self._places = {}
            await self._read_places()
        elif self._seconds() >= self._places_until and (self._reading is None or self._reading.done()):
            self._reading = asyncio.create_task(self._read_places())
        return self._places.get(host) or self._places.get(host.partition(":")[0])

    async def _read_places(self) -> None:
        self._places_until = self._seconds() + CHECK_S
        try:
            self._places = await self._hosts()
        except Exception as error:
            log.warning("own domains of help centres could not be read, those known stay", error=str(error))

    async def version(self, workspace_id: int) -> int:
        """The version now; forgets the workspace's pages when it is another than theirs."""
        now = self._seconds()
        if now >= self._until.get(workspace_id, 0.0):
            self._until[workspace_id] = now + CHECK_S
            found = await self._version(workspace_id)
            if self._versions.get(workspace_id) != found:
                self._versions[workspace_id] = found
                self._forget(workspace_id)
        return self._versions[workspace_id]

    async def find(self, place: str, path: str) -> Finished | None:
        page = self._pages.get((place, path))
        if page is None:
            return None
        if self._seconds() >= self._until.get(page.workspace_id, 0.0):
            try:
                await self.version(page.workspace_id)
            except Exception as error:
                if not is_passing(error):
                    raise
                return page  # while the database is away, people can go on reading
            return self._pages.get((place, path))
        return page

    def keep(self, place: str, path: str, page: Finished, version: int) -> None:
        """Keep a page that was made from this version; one that has been overtaken meanwhile is not kept."""
        if self._versions.get(page.workspace_id) != version:
            return
        self._bytes += page.size
        if (old := self._pages.pop((place, path), None)) is not None:
            self._bytes -= old.size
        self._pages[(place, path)] = page
        while self._bytes > MAX_BYTES:
            oldest = next(iter(self._pages))
            self._bytes -= self._pages.pop(oldest).size

    def _forget(self, workspace_id: int) -> None:
        kept = {key: page for key, page in self._pages.items() if page.workspace_id != workspace_id}
        self._pages, self._bytes = kept, sum(page.size for page in kept.values())


See = Callable[[View, Headers], Header | None]
"""Tells of a view; the answer is the cookie of a visit that begins with it."""

_OBSERVED = metrics.requests.labels("/help", "GET", "200")


def serve_first(cache: PageCache, see: See, app: ASGIApp) -> ASGIApp:
    """The application with the kept pages before it, and the centres' own domains led below `/help/`."""

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":  # type: ignore[comparison-overlap]
            await app(scope, receive, send)
            return
        path: str = scope["path"]
        place = await cache.place_of(_host(scope)) or ""
        if place and not path.startswith(OWN_PATHS):
            raw = scope.get("raw_path") or path.encode()
            path = f"/help/{place}{path}"
            scope["path"], scope["raw_path"] = path, b"/help/" + place.encode() + raw
        scope["state"]["help_place"], scope["state"]["help_path"] = place, path  # the router cuts a last slash off
        if not path.startswith("/help/") or scope.get("method") not in ("GET", "HEAD"):
            await app(scope, receive, send)
            return
        page = await cache.find(place, path)
        if page is None:
            await app(scope, receive, send)
            return
        started = time.perf_counter()
        await send_page(page, see, scope, send)
        _OBSERVED.observe(time.perf_counter() - started)

    return serve


async def send_page(page: Finished, see: See, scope: Any, send: Any) -> None:
    """Answer with a finished page: whole, 304, or its head alone."""
    asked: dict[bytes, bytes] = dict(scope["headers"])
    status, head, body = answer(page, asked, scope["method"])
    view = page.view if scope["method"] == "GET" else None
    if view is not None and (cookie := see(view, asked)) is not None:
        head = [cookie, *((name, b"private, no-cache" if name == b"cache-control" else value) for name, value in head)]
    await send({"type": "http.response.start", "status": status, "headers": head})
    await send({"type": "http.response.body", "body": body})


def answer(page: Finished, asked: Headers, method: str) -> tuple[int, list[Header], bytes]:
    """Status, headers and body of an answer (RFC 9110, sections 12.5.3, 13.1.2 and 13.1.3)."""
    forms = page.forms
    form = forms[IDENTITY]
    for coding in accepted(asked.get(b"accept-encoding", b"")):
        if coding in forms:
            form = forms[coding]
            break
    if _is_known(form.etag, page.modified, asked):
        return 304, list(form.known_head), b""
    return 200, list(form.head), b"" if method == "HEAD" else form.body


def _is_known(etag: bytes, modified: datetime, asked: Headers) -> bool:
    """Whether the client has this very form; what it has in another coding is another representation."""
    if (tags := asked.get(b"if-none-match")) is not None:
        return tags == etag or tags.strip() == b"*" or etag in _TAG.findall(tags)
    since = asked.get(b"if-modified-since")
    if since is None:
        return False
    try:
        return modified.replace(microsecond=0) <= parsedate_to_datetime(since.decode("latin-1"))
    except (ValueError, TypeError):
        return False


def _host(scope: Any) -> str:
    for name, value in scope["headers"]:
        if name == b"host":
            return str(value.decode("latin-1").lower())
    return ""
