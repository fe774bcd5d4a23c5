"""The public pages over HTTP, below `/help/{centre}` and at the centres' own domains; and their settings for the team."""

from collections.abc import Mapping
from mimetypes import guess_type
from typing import Any
from urllib.parse import parse_qsl

import msgspec
from litestar import Request, Response
from litestar.exceptions import NotFoundException
from litestar.handlers import HTTPRouteHandler

from hark.core.actor import Actor
from hark.core.db import Db
from hark.core.errors import TooMany
from hark.core.files import Files
from hark.core.http import get, patch
from hark.core.static import packed
from hark.core.text import one_line
from hark.help import pages
from hark.help.pages_cache import Finished, answer
from hark.help.pages_library import article_path
from hark.help.pages_render import BUILT, policy
from hark.help.pages_words import words
from hark.help.public import MAX_QUERY, Answer, Asked, HelpPages, Made, Moved, Nothing, robots_of_host, view_of
from hark.help.public_contact import problem_of, read_letter, send_letter
from hark.help.public_settings import PublicPatch, PublicSettings, get_public, update_public
from hark.help.visits import HelpVisits
from hark.settings import Settings
from hark.visits.types import FactKind

FOREVER = "public, max-age=31536000, immutable"
MAX_FORM = 64_000
SEARCHES_PER_MINUTE = 120
LOST_PER_MINUTE = 60
ICON = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="9" fill="#0f766e"/>'
    '<path d="M12 12.5a4 4 0 1 1 5.6 3.7c-1 .5-1.6 1.2-1.6 2.3m0 3.5v.1" stroke="#fff" stroke-width="2.6" fill="none"'
    ' stroke-linecap="round"/></svg>'
)

AnyRequest = Request[Any, Any, Any]


async def get_help_settings(db: Db, actor: Actor, id: int) -> PublicSettings:
    """How a help centre meets its readers."""
    return await get_public(db, actor, id)


async def update_help_settings(db: Db, actor: Actor, id: int, data: PublicPatch) -> PublicSettings:
    async with db.transaction(actor) as tx:
        return await update_public(tx, actor, id, data)


ROUTES = (
    get("/api/help/centres/{id:int}/public", get_help_settings, can="help.read"),
    patch("/api/help/centres/{id:int}/public", update_help_settings, can="help.publish"),
)


def help_handlers() -> list[HTTPRouteHandler]:
    """What kept pages do not answer: the first look at a page, searches, forms, addresses that are none."""
    options: Any = {"include_in_schema": False}
    return [
        HTTPRouteHandler(
            ["/help/{centre:str}", "/help/{centre:str}/{path:path}"], http_method=["GET", "HEAD"], **options
        )(get_page),
        HTTPRouteHandler("/help/{centre:str}/{path:path}", http_method="POST", status_code=200, **options)(post_form),
        HTTPRouteHandler("/help-assets/{name:str}", http_method="GET", sync_to_thread=False, **options)(get_asset),
        HTTPRouteHandler("/robots.txt", http_method="GET", **options)(get_robots),
    ]


async def get_page(
    request: AnyRequest, help_pages: HelpPages, help_visits: HelpVisits, buckets: Any, centre: str, path: str = ""
) -> Response[bytes]:
    asked = _asked(request, centre)
    if asked.path.endswith(("/search", "/suggest")):
        buckets.take(("help search", centre, _peer(request)), SEARCHES_PER_MINUTE)
    if asked.path.endswith("/suggest"):
        return await _suggest(help_pages, asked)
    try:
        buckets.take(("help lost", centre, _peer(request)), LOST_PER_MINUTE)
    except TooMany:  # whoever tries many addresses gets the page that says so, but no search for each
        asked = msgspec.structs.replace(asked, seeks=False)
    made = await help_pages.get(asked)
    if isinstance(made, Made | Moved) and made.view is not None and asked.path.endswith("/search"):
        data = {"query": one_line(asked.query, MAX_QUERY), "results": made.results, "language": made.view.language}
        return _sent(made, request, help_visits, FactKind.SEARCH, data)
    return _sent(made, request, help_visits)


async def _suggest(help_pages: HelpPages, asked: Asked) -> Response[bytes]:
    """Titles and addresses for somebody who is writing a message; JSON for the pages' own script."""
    library = await help_pages.library(asked.slug)
    language = asked.path.strip("/").partition("/")[0]
    if library is None or language not in library.languages or not asked.query:
        return Response(b"[]", media_type="application/json")
    found = await help_pages.find(library, library.site("http://x", asked.place), asked.query[:300], language, limit=3)
    return Response(
        msgspec.json.encode([{"title": item.title, "url": item.url} for item in found.items]),
        media_type="application/json",
    )


async def post_form(
    request: AnyRequest, db: Db, files: Files, help_pages: HelpPages, help_visits: HelpVisits, buckets: Any, settings: Settings,
    centre: str, path: str,
) -> Response[bytes]:  # fmt: skip
    """ "Did this help?" and the contact form."""
    asked = _asked(request, centre)
    library = await help_pages.library(centre)
    form = dict(parse_qsl((await request.body())[:MAX_FORM].decode("utf-8", "replace"), keep_blank_values=True))
    parts = [part for part in asked.path.split("/") if part]
    if library is None or len(parts) < 2 or parts[0] not in library.languages:
        raise NotFoundException("There is nothing at this address.")
    site, language = library.site(settings.base_url, asked.place), parts[0]
    if len(parts) == 4 and parts[1] == "articles" and parts[3] == "helped":
        live = library.slugs.get(language, {}).get(parts[2])
        if live is None:
            raise NotFoundException("There is nothing at this address.")
        buckets.take(("help judged", centre, _peer(request)), SEARCHES_PER_MINUTE)
        helped = form.get("helped") == "yes"
        kind = FactKind.HELPED if helped else FactKind.NOT_HELPED
        view = view_of(library, site, asked, language, live.id)
        data = {"article_id": live.id, "language": language}
        to = f"{site.prefix}{article_path(live)}/{'yes' if helped else 'no'}#feedback"
        return _sent(Moved(to, 303), request, help_visits, kind, data, view)
    if len(parts) != 2 or parts[1] != "contact" or not site.mail_form:
        raise NotFoundException("There is nothing at this address.")
    letter = read_letter(form)
    wrong = problem_of(letter, language)
    view = view_of(library, site, asked, language)
    if not wrong and not form.get("website"):  # a field no person sees: what fills it in is told yes and not kept
        try:
            await send_letter(db, files, buckets, library, letter, language, _peer(request))
        except TooMany:
            wrong = words(language)["slow_down"]
    if wrong:
        text = pages.contact(library, site, language, form, problem=wrong)
        return _sent(Made(text, 400, policy(site)), request, help_visits)
    text = pages.contact(library, site, language, {}, sent_to=letter.email)
    data = {"article_id": int(letter.article)} if letter.article.isdecimal() else {}
    return _sent(Made(text, 200, policy(site), view), request, help_visits, FactKind.SENT, data)


async def get_robots(db: Db, settings: Settings) -> Response[str]:
    return Response(
        await robots_of_host(db, settings.base_url), media_type="text/plain", headers={"cache-control": "max-age=300"}
    )


def get_asset(request: AnyRequest, name: str) -> Response[bytes]:
    """The built style and script; their names change with what is in them."""
    if name == "icon.svg":
        return Response(ICON.encode(), media_type="image/svg+xml", headers={"cache-control": "public, max-age=86400"})
    file = BUILT / name
    if "/" in name or name.startswith(".") or name == "manifest.json" or not file.is_file():
        raise NotFoundException("This file is not part of this version. Reload the page.")
    sent, headers = packed(file, request)
    kind = guess_type(name)[0] or "application/octet-stream"
    return Response(sent.read_bytes(), media_type=kind, headers={"cache-control": FOREVER, **headers})


# parts ------------------------------------------------------------------------------------------------------------------


def _asked(request: AnyRequest, centre: str) -> Asked:
    return Asked(
        place=request.scope["state"]["help_place"],
        slug=centre,
        path=request.scope["state"]["help_path"][len("/help/") + len(centre) :],
        query=request.query_params.get("q", ""), chosen=request.query_params.get("chosen", ""), accept_language=request.headers.get("accept-language", ""),
    )  # fmt: skip


def _sent(
    made: Answer, request: AnyRequest, visits: HelpVisits, kind: FactKind | None = None,
    data: Mapping[str, Any] | None = None, view: Any = None,
) -> Response[bytes]:  # fmt: skip
    """The response of an answer, and the fact that goes with it: a page was looked at, unless `kind` says more."""
    headers: dict[bytes, bytes] = dict(request.scope["headers"])
    if isinstance(made, Nothing):
        raise NotFoundException("There is nothing at this address.")
    seen = view if view is not None else getattr(made, "view", None)
    cookie = None
    if seen is not None and request.method != "HEAD":
        cookie = visits.tell(seen, headers, kind, dict(data or {})) if kind is not None else visits.see(seen, headers)
    if isinstance(made, Moved):
        response = Response(b"", status_code=made.status, media_type="text/plain", headers={"location": made.url})
        response.headers["cache-control"] = "no-cache" if made.status == 301 else "no-store"
        if made.status == 302:
            response.headers["vary"] = "accept-language"
    elif isinstance(made, Finished):
        status, head, body = answer(made, headers, request.method)
        plain = {name.decode(): value.decode("latin-1") for name, value in head if name != b"content-length"}
        response = Response(body, status_code=status, media_type=_bare(plain.pop("content-type")), headers=plain)
    else:
        response = Response(
            made.text.encode(), status_code=made.status, media_type=_bare(made.media_type),
            headers={"content-security-policy": made.csp, "cache-control": "no-store", "x-robots-tag": "noindex"},
        )  # fmt: skip
    if cookie is not None:
        response.headers["set-cookie"] = cookie[1].decode()
        response.headers["cache-control"] = "private, no-cache"
    return response


def _bare(media_type: str) -> str:
    """Without the charset of a text, which Litestar adds by itself."""
    return media_type.partition(";")[0] if media_type.startswith("text/") else media_type


def _peer(request: AnyRequest) -> str:
    return request.client.host if request.client else "unknown"
