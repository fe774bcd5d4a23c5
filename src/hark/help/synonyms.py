"""Words that mean the same to the customers of a workspace, for its search."""

from typing import Annotated

import msgspec
from msgspec import Meta

from hark.core.db import Queries, Tx
from hark.core.http import Body
from hark.help.events import SearchSynonymsChanged

Member = Annotated[str, Meta(min_length=1, max_length=80, pattern=r"\S")]
Group = Annotated[list[Member], Meta(min_length=2, max_length=20)]


class SearchSynonyms(msgspec.Struct, frozen=True, kw_only=True):
    """Groups of words or phrases, in any language, each found by all others of its group."""

    groups: list[list[str]] = []


class PutSynonyms(Body):
    """All groups; those that are left out are gone."""

    groups: Annotated[list[Group], Meta(max_length=1_000)]


async def get_synonyms(db: Queries, workspace_id: int) -> SearchSynonyms:
    found = await db.find(SearchSynonyms, "SELECT groups FROM search_synonyms WHERE workspace_id = $1", workspace_id)
    return found or SearchSynonyms()


async def put_synonyms(tx: Tx, put: PutSynonyms) -> SearchSynonyms:
    """Keep these groups instead of the former ones; the same word twice in a group is one."""
    groups = [list(dict.fromkeys(" ".join(member.split()) for member in group)) for group in put.groups]
    kept = [group for group in groups if len(group) > 1]
    await tx.run(
        "INSERT INTO search_synonyms (workspace_id, groups) VALUES ($1, $2) ON CONFLICT (workspace_id)"
        " DO UPDATE SET groups = EXCLUDED.groups, version = search_synonyms.version + 1",
        tx.workspace_id, kept,
    )  # fmt: skip
    tx.emit(SearchSynonymsChanged())
    await tx.audit("help.synonyms_changed", "search_synonyms", data={"groups": len(kept)})
    return SearchSynonyms(groups=kept)
