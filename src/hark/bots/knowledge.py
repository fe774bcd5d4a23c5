"""Answers from the help centre: the article that fits a question, its section, and its link."""

from functools import cache
from urllib.parse import quote
from uuid import UUID

from hark.bots.machine import Shown
from hark.core.db import Queries
from hark.help.audience import ANYBODY, Audience, contact_audience, may_read
from hark.help.published import Live, list_live, list_live_centres, live_stamp, may_enter, published_by_id
from hark.help.queries import CentreRecord
from hark.settings import load_settings

MAX_SECTION = 700  # characters of an article that are quoted
WEIGHTS = {"title": 3.0, "keywords": 2.0, "summary": 1.5, "body": 1.0}


async def find_answer(
    db: Queries, workspace_id: int, query: str, *, language: str, audience: Audience = ANYBODY,
    confidence: float | None = None, skip: tuple[str, ...] = (),
) -> Shown | None:  # fmt: skip
    """The article that answers a question, with the section that fits; None when nothing is good enough.

    `confidence`: how sure the search must be, its own calibrated threshold when None. `skip`: addresses shown before.
    """
    kept = await _library(db, workspace_id)
    centres = {c.id for c in kept.centres.values() if may_enter(c, audience)}

    def allowed(key: object) -> bool:
        live = kept.texts[key]
        if live.centre_id not in centres or not may_read(live.visibility, live.condition, audience):
            return False
        return article_url(kept.centres[live.centre_id], live) not in skip

    found = kept.index.search(query, language=language.split("-")[0], limit=3, allowed=allowed)
    best = found.hits[0] if found.hits else None
    if best is None or not (found.good if confidence is None else best.confidence >= confidence):
        return None
    live = kept.texts[best.id]
    return _shown(kept.centres[live.centre_id], live, _section(live.body, best.snippet.text))


async def reader(db: Queries, workspace_id: int, conversation_id: UUID, endpoint_id: UUID) -> Audience:
    """What whoever writes on an endpoint may read: as a contact only when it is proved that they are this contact."""
    contact_id = await db.find(
        UUID,
        "SELECT c.contact_id FROM conversations c JOIN endpoints e ON e.workspace_id = $1 AND e.id = $3"
        " JOIN visitors v ON v.workspace_id = $1 AND v.id = e.visitor_id AND v.user_id IS NOT NULL"
        "   AND v.contact_id = c.contact_id WHERE c.workspace_id = $1 AND c.id = $2",
        workspace_id, conversation_id, endpoint_id,
    )  # fmt: skip
    return await contact_audience(db, workspace_id, contact_id)


async def get_article(db: Queries, workspace_id: int, article_id: int, language: str) -> Shown | None:
    """One published article for anybody, in a language or the centre's default; None when there is none."""
    for centre in await list_live_centres(db, workspace_id):
        for wanted in dict.fromkeys([language, language.split("-")[0], *centre.languages]):
            live = await published_by_id(db, centre, article_id, wanted, ANYBODY)
            if live is not None and may_enter(centre, ANYBODY):
                return _shown(centre, live, _section(live.body, ""))
    return None


def article_url(centre: CentreRecord, live: Live) -> str:
    """The address of an article as readers open it."""
    scheme = base_url().partition("://")[0]
    base = f"{scheme}://{centre.domains[0]}" if centre.domains else f"{base_url()}/help/{centre.slug}"
    return f"{base}/{live.language}/articles/{quote(live.slug)}"


@cache
def base_url() -> str:
    return load_settings().base_url.rstrip("/")


class _Library:
    """What was live at one stamp, and the index over it."""

    def __init__(self, stamp: int, centres: list[CentreRecord], live: list[Live]) -> None:
        from hark.search.index import Document, build_index

        self.stamp = stamp
        self.centres = {centre.id: centre for centre in centres}
        self.texts: dict[object, Live] = {(one.id, one.language): one for one in live}
        self.index = build_index(
            (
                Document(
                    id=key, language=one.language.split("-")[0], at=one.live_at,
                    fields={"title": one.title, "keywords": " ".join(one.keywords), "summary": one.summary, "body": one.body},
                )
                for key, one in self.texts.items()
            ),
            weights=WEIGHTS,
        )  # fmt: skip


_libraries: dict[int, _Library] = {}  # of this process, renewed when readers may see something else


async def _library(db: Queries, workspace_id: int) -> _Library:
    stamp = await live_stamp(db, workspace_id)
    kept = _libraries.get(workspace_id)
    if kept is None or kept.stamp != stamp:
        centres = await list_live_centres(db, workspace_id)
        kept = _libraries[workspace_id] = _Library(stamp, centres, await list_live(db, workspace_id, bodies=True))
    return kept


def _shown(centre: CentreRecord, live: Live, section: str) -> Shown:
    return Shown(title=live.title, url=article_url(centre, live), section=section or live.summary)


def _section(body: str, snippet: str) -> str:
    """The paragraph that a snippet stands in and what follows under the same heading, as text; else the first one."""
    from hark.help.markdown import plain_text

    blocks = [block for part in body.split("\n\n") if (block := part.strip())]
    texts = [("" if block.startswith("#") else plain_text(block).strip()) for block in blocks]
    piece = " ".join(snippet.strip(" …").split())[:60]
    at = next((n for n, text in enumerate(texts) if piece and piece in " ".join(text.split())), None)
    if at is None:
        at = next((n for n, text in enumerate(texts) if text), 0)
    quoted: list[str] = []
    for text in texts[at:]:
        if not text or len("\n\n".join([*quoted, text])) > MAX_SECTION:
            break
        quoted.append(text)
    return "\n\n".join(quoted) or (texts[at][: MAX_SECTION - 1] + "…" if texts and texts[at] else "")
