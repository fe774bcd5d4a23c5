"""A help centre with articles, made by the actions of the team."""

from typing import Any

import msgspec
from tests.support.workspace import TestWorkspace

from hark.core.db import Db
from hark.help.actions import create_article
from hark.help.centre_types import CollectionText, NewCentre, NewCollection
from hark.help.centres import create_centre, create_collection
from hark.help.public_settings import PublicPatch, update_public
from hark.help.texts import publish_text, save_text
from hark.help.types import NewArticle, Publish, SaveText

BROWSER = {"user-agent": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36"}

RETURNS = """Send it back within 30 days.

## How do I send something back?

1. Open your order.
2. Press **Return**.
3. Print the label.

## When is the money back?

Within five days. See [delivery](article:{delivery}).

## A film

@[How to pack](https://www.youtube.com/watch?v=dQw4w9WgXcQ)
"""


class Help(msgspec.Struct):
    """A centre with its slug, and its articles by name."""

    db: Any
    workspace: TestWorkspace
    id: int
    slug: str
    articles: dict[str, int]

    @property
    def at(self) -> str:
        return f"/help/{self.slug}"

    async def article(
        self, name: str, title: str, body: str, *, language: str = "en", summary: str = "", **more: Any
    ) -> int:
        """A published article."""
        async with self.db.transaction(self.workspace.owner) as tx:
            made = await create_article(
                tx, NewArticle(centre_id=self.id, language=language, title=title, body=body, summary=summary, **more)
            )
            await publish_text(tx, made.id, language, Publish(version=made.texts[language].version))
        self.articles[name] = made.id
        return made.id

    async def translate(self, name: str, language: str, title: str, body: str, summary: str = "") -> None:
        id = self.articles[name]
        async with self.db.transaction(self.workspace.owner) as tx:
            saved = await save_text(tx, id, language, SaveText(version=0, title=title, body=body, summary=summary))
            await publish_text(tx, id, language, Publish(version=saved.texts[language].version))

    async def settings(self, **given: Any) -> None:
        async with self.db.transaction(self.workspace.owner) as tx:
            await update_public(tx, self.workspace.owner, self.id, PublicPatch(**given))


async def make_help(db: Db, workspace: TestWorkspace, **more: Any) -> Help:
    """A public centre in English, Italian and Korean with a collection and three articles, one of them translated."""
    slug = f"shop-{workspace.id}"
    async with db.transaction(workspace.owner) as tx:
        centre = await create_centre(
            tx, NewCentre(name="Shop help", slug=slug, languages=["en", "it", "ko"], published=True, **more)
        )
        shelf = await create_collection(
            tx,
            NewCollection(
                centre_id=centre.id,
                texts={
                    "en": CollectionText(title="Orders", description="Buying and sending back."),
                    "it": CollectionText(title="Ordini"), "ko": CollectionText(title="주문"),
                },
            ),
        )  # fmt: skip
    here = Help(db, workspace, centre.id, slug, {})
    await here.article(
        "delivery", "How long does delivery take?", "Two days, three to islands.", collection_id=shelf.id
    )
    await here.article(
        "returns", "Sending something back", RETURNS.format(delivery=here.articles["delivery"]),
        summary="Thirty days, free of charge.", collection_id=shelf.id,
    )  # fmt: skip
    await here.translate("returns", "it", "Restituire un acquisto", "Entro trenta giorni.\n", "Trenta giorni, gratis.")
    await here.translate("returns", "ko", "반품하기", "30일 안에 보내 주세요.\n", "30일, 무료예요.")
    await here.article("secret", "How we pack", "Only for us.", visibility="internal")
    return here
