"""The help centre of the sample workspace: all states a text can be in, in three languages."""

import re

from hark.core.db import Tx
from hark.help.actions import insert_article
from hark.help.centre_types import CollectionText, HomeTexts, NewCentre, NewCollection
from hark.help.centres import create_centre, create_collection
from hark.help.queries import find_text
from hark.help.sample_articles import ARTICLES, SHELVES, Sample, Told
from hark.help.texts import keep_text, show_text
from hark.help.types import SEEN, SEEN_NAMES, NewArticle, Publish, SaveText

LANGUAGES = ["en", "it", "ko"]
HOME = {
    "en": HomeTexts(title="Tidepool Help", greeting="How can we help?", description="Answers about bookings, calendars and invoices."),
    "it": HomeTexts(title="Assistenza Tidepool", greeting="Come possiamo aiutare?", description="Risposte su prenotazioni, calendario e fatture."),
    "ko": HomeTexts(title="Tidepool 도움말", greeting="무엇을 도와드릴까요?", description="예약, 달력, 요금에 대한 답변입니다."),
}  # fmt: skip
_OTHER = re.compile(r"\{([a-z-]+)\}")


async def create_sample_help(tx: Tx) -> int:
    """A published help centre with its collections and articles; its id."""
    centre = await create_centre(
        tx, NewCentre(name="Tidepool Help", slug=None, languages=LANGUAGES, published=True, home=HOME)
    )
    shelves = {}
    for name, shelf in SHELVES.items():
        texts = {x: CollectionText(title=title, description=about) for x, (title, about) in shelf.titles.items()}
        made = await create_collection(tx, NewCollection(centre_id=centre.id, icon=shelf.icon, texts=texts))
        shelves[name] = made.id
    ids = {}
    for sample in ARTICLES:
        new = NewArticle(
            centre_id=centre.id, collection_id=shelves[sample.shelf], language="en", title=sample.texts["en"].title,
            visibility=SEEN_NAMES[SEEN[sample.visibility]],
        )  # fmt: skip
        ids[sample.name] = await insert_article(tx, new)
    for sample in ARTICLES:
        await _write(tx, sample, ids)
    return centre.id


async def _write(tx: Tx, sample: Sample, ids: dict[str, int]) -> None:
    id = ids[sample.name]
    for language, told in sample.texts.items():
        body = _OTHER.sub(lambda found: str(ids[found[1]]), told.body)
        await _save(tx, id, language, told, body, sample)
    if sample.again:
        told = sample.texts["en"]
        await _save(tx, id, "en", told, told.body + sample.again, sample)


async def _save(tx: Tx, id: int, language: str, told: Told, body: str, sample: Sample) -> None:
    old = await find_text(tx, tx.workspace_id, id, language)
    save = SaveText(
        version=old.version if old else 0, title=told.title, summary=told.summary, body=body,
        keywords=sample.keywords.get(language, []),
    )  # fmt: skip
    await keep_text(tx, id, language, save)
    if not sample.draft:
        kept = await find_text(tx, tx.workspace_id, id, language)
        assert kept is not None  # it has just been kept
        await show_text(tx, id, language, Publish(version=kept.version))
