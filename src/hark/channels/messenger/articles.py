"""Articles in the messenger: found as somebody types, read in place, and kept from the share of visitors who show what they
save."""

import re
from uuid import UUID

from hark.channels.messenger.types import ArticleShare, FoundArticle, FoundArticles, OpenedArticle, Session
from hark.core.crypto import Keys
from hark.core.db import Db
from hark.core.errors import NotFound
from hark.core.text import one_line
from hark.help.audience import ANYBODY, Audience, contact_audience
from hark.help.files import file_key
from hark.help.holdout import is_held_out
from hark.help.markdown import render
from hark.help.pages_library import article_path
from hark.help.pages_render import prepare
from hark.help.public_settings import ShownCentre, find_shown
from hark.help.published import list_published, may_enter, published_by_id
from hark.help.queries import CentreRecord, get_centre
from hark.help.types import Seen

MAX_QUERY = 200
LIMIT = 5
_FILE = re.compile(r"/help/files/([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})")
NONE = FoundArticles(items=[], language="")
GONE = "This article is not here any more."


async def share_of(db: Db, session: Session) -> ArticleShare:
    """Whether this visitor gets articles: `none` where no help centre is chosen, `compared` while a hold-out runs beside."""
    shown = await find_shown(db, session.inbox.workspace_id, session.inbox.id)
    if shown is None:
        return "none"
    if _is_held(session, shown):
        return "held"
    return "compared" if shown.holdout_percent else "shown"


async def find_for(db: Db, session: Session, query: str, language: str) -> FoundArticles:
    """The articles this visitor may read that answer what they have typed so far, best first."""
    query = one_line(query, MAX_QUERY)
    centre, audience = await _centre(db, session)
    if centre is None or not query:
        return NONE
    from hark.help.finding import (
        find_articles,
    )  # its library takes memory, which a messenger without articles can do without

    language = _spoken(centre, language)
    found = await find_articles(
        db,
        centre.workspace_id,
        query,
        language=language,
        audience=audience,
        limit=LIMIT,
        centre_id=centre.id,
        prefix=True,
    )
    hits = found.hits if found.good else []
    items = [FoundArticle(id=h.article_id, title=h.title, text=h.snippet.text, marks=h.snippet.marks) for h in hits]
    return FoundArticles(items=items, language=language)


async def get_shown(db: Db, keys: Keys, session: Session, id: int, language: str, base_url: str) -> OpenedArticle:
    """An article as it is read in the messenger. Raises NotFound."""
    centre, audience = await _centre(db, session)
    if centre is None:
        raise NotFound(GONE)
    language = _spoken(centre, language)
    wishes = [language, *(x for x in centre.languages if x != language)]
    for wish in wishes:
        live = await published_by_id(db, centre, id, wish, audience)
        if live is not None:
            break
    else:
        raise NotFound(GONE)
    base = (
        f"{base_url.partition('://')[0]}://{centre.domains[0]}"
        if centre.domains
        else f"{base_url.rstrip('/')}/help/{centre.slug}"
    )
    beside = {a.id: a for a in await list_published(db, centre, live.language, audience)}

    def address(other: int, fragment: str) -> str | None:
        return f"{base}{article_path(beside[other])}{fragment}" if other in beside else None

    body = prepare(render(live.body, language=live.language, article_url=address).html, live.language)
    if (
        live.visibility is not Seen.PUBLIC
    ):  # its pictures are for these readers too, and browsers send no token with them
        body = _FILE.sub(lambda m: f"{m[0]}?key={file_key(keys, UUID(m[1]), db.now())}", body)
    return OpenedArticle(
        id=live.id, title=live.title, summary=live.summary, html=body, language=live.language, updated_at=live.live_at,
        url=base + article_path(live),
    )  # fmt: skip


async def _centre(db: Db, session: Session) -> tuple[CentreRecord | None, Audience]:
    """The help centre the messenger shows to this visitor, and who they are to it: proven people see what is theirs."""
    shown = await find_shown(db, session.inbox.workspace_id, session.inbox.id)
    if shown is None or _is_held(session, shown):
        return None, ANYBODY
    centre = await get_centre(db, session.inbox.workspace_id, shown.centre_id)
    visitor = session.visitor
    proven = visitor.contact_id if visitor.user_id is not None else None
    audience = await contact_audience(db, centre.workspace_id, proven) if proven else ANYBODY
    return (centre if may_enter(centre, audience) else None), audience


def _is_held(session: Session, shown: ShownCentre) -> bool:
    return is_held_out(session.visitor.id, shown.holdout_percent)


def _spoken(centre: CentreRecord, wish: str) -> str:
    """The centre's language nearest to a visitor's."""
    short = wish.lower().partition("-")[0]
    for language in centre.languages:
        if language.lower() == wish.lower():
            return language
    return next((x for x in centre.languages if x.lower().partition("-")[0] == short), centre.languages[0])
