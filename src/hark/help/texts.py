"""Writing, reviewing and publishing the text of an article in one language.

Every action holds the article's row lock and compares the version its request began from, so two people cannot
overwrite each other. A save changes what people work on; readers see it when it is published, as a version that stays.
"""

import re
from datetime import timedelta
from uuid import UUID

import msgspec

from hark.core.db import Tx
from hark.core.errors import BadRequest, Conflict, NotFound
from hark.help.centres import count_change, keep_redirect
from hark.help.events import ArticleChanged, ArticlePublished, ArticleReviewAsked, ArticleUnpublished
from hark.help.links import broken_links_of
from hark.help.queries import (
    NO_TEXT,
    ArticleRecord,
    CentreRecord,
    TextRecord,
    find_text,
    get_article,
    get_centre,
    get_record,
    text_view,
)
from hark.help.slugs import slugify, with_number
from hark.help.types import Article, AskReview, Publish, Published, Restore, SaveText, SendBack, State
from hark.help.versions import get_version

TOLD_AGAIN = timedelta(seconds=60)
"""Saves of one person within this time after another are told to nobody: editors save by themselves while one writes."""
FILES = re.compile(r"/help/files/([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})")


class Words(msgspec.Struct, frozen=True):
    """What a text consists of."""

    title: str
    slug: str
    summary: str
    body: str
    keywords: list[str]


def words_of(text: TextRecord) -> Words:
    return Words(text.title, text.slug, text.summary, text.body, text.keywords)


def check_language(centre: CentreRecord, language: str) -> None:
    """Raises BadRequest for a language the help centre does not have."""
    if language not in centre.languages:
        raise BadRequest(
            f"This help centre has no {language}; it has {', '.join(centre.languages)}. Add the language in its settings.",
            code="unknown_language",
        )


async def save_text(tx: Tx, id: int, language: str, save: SaveText) -> Article:
    """Keep what somebody has written. Raises NotFound, BadRequest, Conflict(`changed_meanwhile`, current=...)."""
    await keep_text(tx, id, language, save)
    return await get_article(tx, tx.actor, id)


async def keep_text(tx: Tx, id: int, language: str, save: SaveText) -> None:
    """As `save_text`, without reading the article again."""
    article = await get_record(tx, tx.workspace_id, id, lock=True)
    old = await find_text(tx, tx.workspace_id, id, language)
    _check_version(old, save.version)
    if old is None:
        check_language(await get_centre(tx, tx.workspace_id, article.centre_id), language)
        await _begin(tx, article, language, save)
        return
    new = await _changed(tx, article, old, save)
    made_from = old.made_from if save.made_from is msgspec.UNSET else _made_from(old, save.made_from)
    if new == words_of(old) and made_from == old.made_from and old.state is not State.ARCHIVED:
        return
    state = await _state_after(tx, old, new)
    await _write(tx, old, new, state=state, made_from=made_from)
    if state is not old.state or old.updated_by != tx.actor.agent_id or tx.now() - old.updated_at > TOLD_AGAIN:
        tx.emit(ArticleChanged(article_id=id, centre_id=article.centre_id))


def _check_version(old: TextRecord | None, version: int) -> None:
    if (old.version if old else 0) != version:
        raise Conflict(
            "Somebody has saved this text since you began. Theirs is kept and yours is not lost: compare the two, then save.",
            code="changed_meanwhile", current=text_view(old) if old else None,
        )  # fmt: skip


async def _changed(tx: Tx, article: ArticleRecord, old: TextRecord, save: SaveText) -> Words:
    values = {
        name: value
        for name in ("title", "slug", "summary", "body", "keywords")
        if (value := getattr(save, name)) is not msgspec.UNSET
    }
    new: Words = msgspec.structs.replace(words_of(old), **values)
    if save.slug is msgspec.UNSET and old.live is None and old.first_live_at is None and new.title != old.title:
        slug = await free_slug(tx, article.centre_id, old.language, slugify(new.title), article.id)
        new = msgspec.structs.replace(new, slug=slug)
    return new


async def _state_after(tx: Tx, old: TextRecord, new: Words) -> State:
    """A text that is as readers see it is published again; a reviewed one stays in review while it is worked on."""
    if old.live is not None:
        live = await get_version(tx, tx.workspace_id, old.article_id, old.language, old.live)
        if Words(live.title, live.slug, live.summary, live.body, live.keywords) == new:
            return State.PUBLISHED
    return State.REVIEW if old.state is State.REVIEW else State.DRAFT


def _made_from(text: TextRecord, number: int) -> int | None:
    if text.is_source:
        return None
    if not 1 <= number <= (text.live_source or 0):
        raise BadRequest("The source language has no such version.", code="unknown_reference")
    return number


async def _begin(tx: Tx, article: ArticleRecord, language: str, save: SaveText) -> None:
    """The first words in another language; they tell what the source language says now."""
    title = "" if save.title is msgspec.UNSET else save.title
    slug = save.slug or await free_slug(tx, article.centre_id, language, slugify(title), article.id)
    source = await find_text(tx, tx.workspace_id, article.id, article.source_language)
    await tx.run(
        "INSERT INTO article_texts (workspace_id, article_id, language, centre_id, title, slug, summary, body, keywords,"
        " made_from, updated_at, updated_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        tx.workspace_id, article.id, language, article.centre_id, title, slug, save.summary or "", save.body or "",
        list(save.keywords or []), source.live if source else None, tx.now(), tx.actor.agent_id,
    )  # fmt: skip
    await _touch(tx, article)
    tx.emit(ArticleChanged(article_id=article.id, centre_id=article.centre_id))


async def _write(tx: Tx, old: TextRecord, new: Words, *, state: State, made_from: int | None) -> None:
    await tx.run(
        "UPDATE article_texts SET title = $4, slug = $5, summary = $6, body = $7, keywords = $8, state = $9, made_from = $10,"
        " version = version + 1, updated_at = $11, updated_by = $12"
        " WHERE workspace_id = $1 AND article_id = $2 AND language = $3",
        tx.workspace_id, old.article_id, old.language, new.title, new.slug, new.summary, new.body, new.keywords,
        int(state), made_from, tx.now(), tx.actor.agent_id,
    )  # fmt: skip
    await tx.run(
        "UPDATE articles SET updated_at = $3 WHERE workspace_id = $1 AND id = $2",
        tx.workspace_id,
        old.article_id,
        tx.now(),
    )


async def free_slug(tx: Tx, centre_id: int, language: str, slug: str, article_id: int) -> str:
    """The slug, with a number when another article of the help centre has it in this language."""
    taken = await tx.all(
        str,
        "SELECT coalesce(live_slug, slug) FROM article_texts WHERE workspace_id = $1 AND centre_id = $2 AND language = $3"
        " AND article_id <> $4 AND (starts_with(slug, $5) OR starts_with(live_slug, $5))",
        tx.workspace_id, centre_id, language, article_id, slug[:60],
    )  # fmt: skip
    return next(name for n in range(1, len(taken) + 2) if (name := with_number(slug, n)) not in taken)


async def _locked(tx: Tx, id: int, language: str, version: int | None) -> tuple[ArticleRecord, TextRecord]:
    """The article's row, locked, and its text. Raises NotFound, Conflict."""
    article = await get_record(tx, tx.workspace_id, id, lock=True)
    text = await find_text(tx, tx.workspace_id, id, language)
    if text is None:
        raise NotFound(NO_TEXT)
    if version is not None:
        _check_version(text, version)
    return article, text


async def delete_text(tx: Tx, id: int, language: str) -> Article:
    """Forget a language with its versions. Raises NotFound, Conflict for the source language or one that is published."""
    article, text = await _locked(tx, id, language, None)
    if text.is_source:
        raise Conflict(
            "This is the language the others are translated from. Choose another one first.", code="is_source"
        )
    if text.live is not None:
        raise Conflict("This language is published. Archive it first, then delete it.", code="published")
    await tx.run(
        "DELETE FROM article_texts WHERE workspace_id = $1 AND article_id = $2 AND language = $3",
        tx.workspace_id, id, language,
    )  # fmt: skip
    await tx.audit("article.text_deleted", f"article:{id}", data={"language": language})
    await _touch(tx, article)
    tx.emit(ArticleChanged(article_id=id, centre_id=article.centre_id))
    return await get_article(tx, tx.actor, id)


async def _touch(tx: Tx, article: ArticleRecord) -> None:
    await tx.run(
        "UPDATE articles SET updated_at = $3 WHERE workspace_id = $1 AND id = $2", tx.workspace_id, article.id, tx.now()
    )


# review ---------------------------------------------------------------------------------------------------------------


async def ask_review(tx: Tx, id: int, language: str, ask: AskReview) -> Article:
    """Ask somebody, or anybody who publishes, to look at a text. Raises NotFound, Conflict, BadRequest."""
    article, text = await _locked(tx, id, language, ask.version)
    if not text.title.strip() or not text.body.strip():
        raise BadRequest("The text needs a title and a body before somebody can look at it.", code="empty")
    if ask.reviewer_id is not None and not await tx.find(
        bool,
        "SELECT true FROM agents WHERE workspace_id = $1 AND id = $2 AND disabled_at IS NULL",
        tx.workspace_id, ask.reviewer_id,
    ):  # fmt: skip
        raise BadRequest("There is no such person in the team.", code="unknown_reference")
    await tx.run(
        "UPDATE article_texts SET state = 2, reviewer_id = $4, review_asked_by = $5, review_asked_at = $6, review_note = $7"
        " WHERE workspace_id = $1 AND article_id = $2 AND language = $3",
        tx.workspace_id, id, language, ask.reviewer_id, tx.actor.agent_id, tx.now(), ask.note.strip(),
    )  # fmt: skip
    await tx.audit("article.review_asked", f"article:{id}", data={"language": language, "reviewer": ask.reviewer_id})
    tx.emit(ArticleReviewAsked(article_id=id, centre_id=article.centre_id, reviewer_id=ask.reviewer_id))
    return await get_article(tx, tx.actor, id)


async def send_back(tx: Tx, id: int, language: str, back: SendBack) -> Article:
    """The reviewer wants something changed: a draft again, with their note. Raises NotFound, Conflict."""
    article, text = await _locked(tx, id, language, None)
    if text.state is not State.REVIEW:
        raise Conflict("Nobody has asked for a review of this text.", code="no_review")
    await tx.run(
        "UPDATE article_texts SET state = 1, review_note = $4 WHERE workspace_id = $1 AND article_id = $2 AND language = $3",
        tx.workspace_id, id, language, back.note.strip(),
    )  # fmt: skip
    await tx.audit("article.sent_back", f"article:{id}", data={"language": language})
    tx.emit(ArticleChanged(article_id=id, centre_id=article.centre_id))
    return await get_article(tx, tx.actor, id)


# publishing -----------------------------------------------------------------------------------------------------------


async def publish_text(tx: Tx, id: int, language: str, publish: Publish) -> Published:
    """Let readers see the text as a new version; its former address leads to the new one.

    Raises NotFound, BadRequest for a text without title or body, Conflict for one that was saved since or whose address
    another article has.
    """
    centre_id = await show_text(tx, id, language, publish)
    broken = await broken_links_of(tx, tx.workspace_id, centre_id, [(id, language)])
    return Published(article=await get_article(tx, tx.actor, id), broken_links=broken)


async def show_text(tx: Tx, id: int, language: str, publish: Publish) -> int:
    """As `publish_text`, without looking at its links; the id of the help centre."""
    article, text = await _locked(tx, id, language, publish.version)
    if not text.title.strip() or not text.body.strip():
        raise BadRequest("The text needs a title and a body before it can be published.", code="empty")
    number = await _keep_version(tx, text)
    await _show(tx, article, text, number, up_to_date=publish.up_to_date)
    await tx.audit("article.published", f"article:{id}", data={"language": language, "number": number})
    tx.emit(ArticlePublished(article_id=id, centre_id=article.centre_id, number=number))
    return article.centre_id


async def _keep_version(tx: Tx, text: TextRecord) -> int:
    """The number of the version with these words: the live one when nothing was changed."""
    if text.live is not None:
        live = await get_version(tx, tx.workspace_id, text.article_id, text.language, text.live)
        if Words(live.title, live.slug, live.summary, live.body, live.keywords) == words_of(text):
            return text.live
    return await tx.one(
        int,
        "INSERT INTO article_versions (workspace_id, article_id, language, number, title, slug, summary, body, keywords,"
        " created_at, created_by) VALUES ($1, $2, $3, (SELECT coalesce(max(number), 0) + 1 FROM article_versions"
        " WHERE workspace_id = $1 AND article_id = $2 AND language = $3), $4, $5, $6, $7, $8, $9, $10) RETURNING number",
        tx.workspace_id, text.article_id, text.language, text.title, text.slug, text.summary, text.body, text.keywords,
        tx.now(), tx.actor.agent_id,
    )  # fmt: skip


async def _show(tx: Tx, article: ArticleRecord, text: TextRecord, number: int, *, up_to_date: bool) -> None:
    """Make a version the one readers see, with everything that hangs on it."""
    made_from = text.made_from
    if not text.is_source and (up_to_date or made_from is None):
        made_from = text.live_source
    await tx.run(
        "UPDATE article_texts SET state = 3, live = $4, live_slug = slug, first_live_at = coalesce(first_live_at, $5),"
        " live_at = CASE WHEN live = $4 THEN live_at ELSE $5 END, made_from = $6, version = version + 1,"
        " review_asked_by = NULL, review_asked_at = NULL, review_note = '', updated_at = $5, updated_by = $7"
        " WHERE workspace_id = $1 AND article_id = $2 AND language = $3",
        tx.workspace_id, article.id, text.language, number, tx.now(), made_from, tx.actor.agent_id,
    )  # fmt: skip
    if text.is_source:
        await tx.run(
            "UPDATE article_texts SET made_from = $4 WHERE workspace_id = $1 AND article_id = $2 AND language <> $3"
            " AND made_from IS NULL",
            tx.workspace_id, article.id, text.language, number,
        )  # fmt: skip
    if text.live_slug is not None and text.live_slug != text.slug:
        await keep_redirect(tx, article.centre_id, text.live_slug, language=text.language, article_id=article.id)
    await tx.run(
        "DELETE FROM article_redirects WHERE workspace_id = $1 AND centre_id = $2 AND language = $3 AND path = $4",
        tx.workspace_id, article.centre_id, text.language, text.slug,
    )  # fmt: skip
    await _use_files(tx, article.id, text.language, text.body)
    await _touch(tx, article)
    await count_change(tx, article.centre_id)


async def _use_files(tx: Tx, id: int, language: str, body: str) -> None:
    """Remember which files readers see with this text."""
    await tx.run(
        "DELETE FROM help_file_uses WHERE workspace_id = $1 AND article_id = $2 AND language = $3",
        tx.workspace_id, id, language,
    )  # fmt: skip
    await tx.run(
        "INSERT INTO help_file_uses (workspace_id, article_id, language, file_id) SELECT f.workspace_id, $2, $3, f.id"
        " FROM help_files f WHERE f.workspace_id = $1 AND f.id = ANY($4::uuid[])",
        tx.workspace_id, id, language, list({UUID(found) for found in FILES.findall(body)}),
    )  # fmt: skip


async def archive_text(tx: Tx, id: int, language: str) -> Article:
    """Take a text away from readers and off the list of what is to be done. Publishing it again brings it back.
    Raises NotFound."""
    article, text = await _locked(tx, id, language, None)
    await tx.run(
        "UPDATE article_texts SET state = 4, live = NULL, live_slug = NULL, version = version + 1, updated_at = $4,"
        " updated_by = $5 WHERE workspace_id = $1 AND article_id = $2 AND language = $3",
        tx.workspace_id, id, language, tx.now(), tx.actor.agent_id,
    )  # fmt: skip
    await _use_files(tx, id, language, "")
    await _touch(tx, article)
    if text.live is not None:
        await count_change(tx, article.centre_id)
    await tx.audit("article.archived", f"article:{id}", data={"language": language})
    tx.emit(ArticleUnpublished(article_id=id, centre_id=article.centre_id))
    return await get_article(tx, tx.actor, id)


async def restore_version(tx: Tx, id: int, language: str, restore: Restore) -> Article:
    """Put a published version back as what people work on; its slug stays as it is. Raises NotFound, Conflict."""
    article, text = await _locked(tx, id, language, restore.version)
    kept = await get_version(tx, tx.workspace_id, id, language, restore.number)
    new = Words(
        kept.title, kept.slug if restore.number == text.live else text.slug, kept.summary, kept.body, kept.keywords
    )
    await _write(tx, text, new, state=await _state_after(tx, text, new), made_from=text.made_from)
    await tx.audit("article.restored", f"article:{id}", data={"language": language, "number": restore.number})
    tx.emit(ArticleChanged(article_id=id, centre_id=article.centre_id))
    return await get_article(tx, tx.actor, id)
