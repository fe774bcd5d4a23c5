"""Taking a source in: collections, then articles without their texts, so that links have something to lead to, then texts.

Everything has the key it has in its source, so the same source again changes only what changed there. A text that
somebody has changed here since is left as it is. Each article is a transaction: stopped at any moment, nothing is half
done, and the same import again goes on.
"""

import asyncio
import hashlib
from collections.abc import Callable
from urllib.parse import quote, unquote

import msgspec

from hark.core.actor import Actor
from hark.core.db import Db, Tx
from hark.core.errors import BadRequest, Conflict, HarkError
from hark.core.files import Files
from hark.help.actions import insert_article
from hark.help.centre_types import CollectionText, NewCollection
from hark.help.centres import create_collection, keep_redirect
from hark.help.files import keep_file
from hark.help.imports.queries import (
    KeptText,
    add_languages,
    known_articles,
    known_collections,
    known_text,
    mark_imported,
)
from hark.help.imports.rewriting import is_elsewhere, rewrite
from hark.help.imports.types import Fate, Found, FoundArticle, FoundCollection, FoundText, Outcome
from hark.help.links import broken_links_of
from hark.help.queries import CentreRecord
from hark.help.slugs import slugify
from hark.help.texts import keep_text, show_text
from hark.help.types import NewArticle, Publish, SaveText

Progress = Callable[[int, int, Outcome], None]
"""(articles done, of how many, what became of them so far)"""


async def take_in(
    db: Db,
    files: Files,
    actor: Actor,
    centre: CentreRecord,
    found: Found,
    *,
    publish: bool,
    progress: Progress = lambda done, total, outcome: None,
    stop: asyncio.Event | None = None,
) -> Outcome:
    """Import everything found into a help centre; `publish`: readers see at once what was no draft in its source."""
    run = _Run(db, files, actor, centre, found, publish)
    for problem in found.problems:
        run.outcome.add(problem.item, problem.sentence)
    await run.collections()
    await run.rows()
    for n, article in enumerate(found.articles, 1):
        if stop is not None and stop.is_set():
            run.outcome.stopped = True
            return run.outcome
        await run.article(article)
        progress(n, len(found.articles), run.outcome)
    await run.links()
    return run.outcome


class _Run:
    """One import. `ids`: key in the source -> article, `shelves`: -> collection."""

    def __init__(
        self, db: Db, files: Files, actor: Actor, centre: CentreRecord, found: Found, publish: bool
    ) -> None:  # fmt: skip
        self.db, self.files, self.actor, self.centre, self.found, self.publish = (
            db,
            files,
            actor,
            centre,
            found,
            publish,
        )
        self.outcome = Outcome()
        self.ids: dict[str, int] = {}
        self.shelves: dict[str, int] = {}
        self.kept_files: dict[tuple[str, str], str | None] = {}
        self.lost_pictures: list[str] = []

    async def collections(self) -> None:
        """The collections, those above first; one that is there gets the languages it lacks."""
        self.shelves = await known_collections(self.db, self.centre.workspace_id, self.centre.id)
        for shelf in sorted(self.found.collections, key=lambda c: c.parent is not None):
            async with self.db.transaction(self.actor) as tx:
                await self._collection(tx, shelf)

    async def _collection(self, tx: Tx, shelf: FoundCollection) -> None:
        texts = {x: CollectionText(title=w.title, description=w.description) for x, w in shelf.texts.items()
                 if x in self.centre.languages and w.title.strip()}  # fmt: skip
        if shelf.key not in self.shelves:
            new = NewCollection(
                centre_id=self.centre.id, parent_id=self.shelves.get(shelf.parent or ""), icon=shelf.icon, texts=texts
            )
            made = await create_collection(tx, new, external_id=shelf.key)
            self.shelves[shelf.key] = made.id
        else:
            await add_languages(tx, self.shelves[shelf.key], texts)
        for path in shelf.paths:
            await keep_redirect(tx, self.centre.id, unquote(path).rstrip("/"), collection_id=self.shelves[shelf.key])

    async def rows(self) -> None:
        """A row for every article, so that links between them can be written."""
        self.ids = await known_articles(self.db, self.centre.workspace_id, self.centre.id)
        for article in self.found.articles:
            if article.key in self.ids:
                continue
            first = article.texts[article.source_language]
            async with self.db.transaction(self.actor) as tx:
                self.ids[article.key] = await insert_article(
                    tx,
                    NewArticle(
                        centre_id=self.centre.id, collection_id=self.shelves.get(article.collection or ""),
                        language=article.source_language, title=first.title, visibility=article.visibility,
                    ),
                    external_id=article.key,
                )  # fmt: skip

    async def article(self, article: FoundArticle) -> None:
        """All languages of one article, the source language first, so that the others are made from it."""
        languages = sorted(article.texts, key=lambda x: x != article.source_language)
        for language in languages:
            text = article.texts[language]
            if not text.body.strip():
                self.outcome.fate("skipped")
                self.outcome.add(text.base or text.title, "It has no text and was left out.")
                continue
            body = await self._body(text)
            try:
                async with self.db.transaction(self.actor) as tx:
                    await self._text(tx, self.ids[article.key], language, text, body)
            except (BadRequest, Conflict) as error:
                self.outcome.fate("skipped")
                self.outcome.add(text.base or text.title, error.detail)

    async def _text(self, tx: Tx, id: int, language: str, text: FoundText, body: str) -> None:
        digest = hashlib.sha256(
            msgspec.json.encode([text.title, text.slug, text.summary, body, text.keywords])
        ).hexdigest()
        old = await known_text(tx, tx.workspace_id, id, language)
        fate = fate_of(old, digest)
        if fate in ("created", "updated"):
            save = SaveText(
                version=old.version if old else 0, title=text.title, summary=text.summary, body=body, keywords=text.keywords,
                slug=text.slug or msgspec.UNSET,
            )  # fmt: skip
            await keep_text(tx, id, language, save)
            if self.publish and not text.draft and text.title.strip():
                await self._show(tx, id, language)
            await mark_imported(tx, id, language, digest)
        for path in text.paths:
            await keep_redirect(tx, self.centre.id, unquote(path).rstrip("/") or "/", article_id=id)
        self.outcome.fate(fate)

    async def _show(self, tx: Tx, id: int, language: str) -> None:
        new = await known_text(tx, tx.workspace_id, id, language)
        assert new is not None  # it has just been kept
        await show_text(tx, id, language, Publish(version=new.version, up_to_date=True))

    async def _body(self, text: FoundText) -> str:
        """The text with links to what its source's links led to, and its pictures kept here."""
        pictures: dict[str, str | None] = {}

        def look(address: str, is_picture: bool) -> str:
            if is_picture:
                pictures[address] = None
            return address

        rewrite(text.body, look)
        self.lost_pictures.clear()
        for address in pictures:
            pictures[address] = await self._picture(address, text)
        if self.lost_pictures:
            shown = ", ".join(self.lost_pictures[:3]) + (" and more" if len(self.lost_pictures) > 3 else "")
            self.outcome.add(
                text.base or text.title,
                f"Pictures that did not come along: {len(self.lost_pictures)} ({shown}). Their descriptions stand in their places.",
            )
        return rewrite(
            text.body, lambda address, is_picture: self._address(address, text, pictures if is_picture else {})
        )

    def _address(self, address: str, text: FoundText, pictures: dict[str, str | None]) -> str | None:
        if address in pictures:
            return pictures[address]
        key = self.found.link(address, text.base)
        if key is not None and key in self.ids:
            fragment = address.partition("#")[2]
            return f"article:{self.ids[key]}" + (f"#{quote(slugify(unquote(fragment)), safe='-')}" if fragment else "")
        if is_elsewhere(address):
            return address
        self.outcome.add(text.base or text.title, f"The link to {address[:200]} leads nowhere and became plain words.")
        return None

    async def _picture(self, address: str, text: FoundText) -> str | None:
        """Where a picture is now; None when it did not come along."""
        place = (address, text.base)
        if place not in self.kept_files:
            self.kept_files[place] = await self._keep(address, text)
        return self.kept_files[place]

    async def _keep(self, address: str, text: FoundText) -> str | None:
        item = text.base or text.title
        found = self.found.file(address, text.base)
        if found is None:
            if address.startswith(("http://", "https://")):
                self.outcome.add(
                    item, f"The picture {address[:200]} did not come along; it is still loaded from there."
                )
                return address
            self.lost_pictures.append(address[:200])
            return None
        try:
            return (await keep_file(self.db, self.files, self.actor, self.centre.id, name=found[0], data=found[1])).url
        except HarkError as error:
            self.outcome.add(item, f"{found[0]}: {error.detail}")
            return None

    async def links(self) -> None:
        """What leads nowhere now that all is here."""
        ours = set(self.ids.values())
        for broken in await broken_links_of(self.db, self.centre.workspace_id, self.centre.id):
            if broken.article_id in ours:
                self.outcome.add(f"{broken.title} ({broken.language})", f"The link to {broken.target} leads nowhere.")


def fate_of(old: KeptText | None, digest: str) -> Fate:
    """What becomes of a text: nothing when its source says the same as last time, or when it was changed here since. A row
    that an interrupted import has left without its text is still to be made."""
    if old is None or (old.imported is None and not old.body):
        return "created"
    if old.import_hash == digest:
        return "unchanged"
    return "updated" if old.imported == old.version else "kept"
