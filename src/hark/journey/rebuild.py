"""`hark rebuild`: every span, wait and episode again, from the journal alone. A sound database comes out unchanged."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from itertools import groupby
from typing import Protocol, TypeVar
from uuid import UUID

import msgspec

from hark.core.actor import system
from hark.core.db import Db, Tx
from hark.journey.pricing import Pricing, PricingOf
from hark.journey.project import Changes, HoursOf
from hark.journey.queries import (
    Case,
    count_conversations,
    lock_ids,
    note_rewrite,
    read_cases,
    read_episodes,
    read_heads,
    read_histories,
    read_spans,
    read_waits,
    workspace_ids,
)
from hark.journey.reducer import Fold, fold
from hark.journey.rows import EpisodeRow, Head, SpanRow, WaitRow
from hark.journey.types import OpenSeconds

CHUNK = 100


class Rebuilt(msgspec.Struct):
    """What a rebuild found: conversations folded, how many came out different, how many have no journal at all, and of how
    many what follows from the journey (promises) came out different."""

    conversations: int = 0
    changed: int = 0
    without_journal: int = 0
    followed: int = 0


Follow = Callable[[Tx, Sequence[UUID]], Awaitable[int]]
"""What follows from the journey of these locked conversations, worked out again: of how many it came out different."""


class _Row(Protocol):
    @property
    def conversation_id(self) -> UUID: ...


R = TypeVar("R", bound=_Row)


async def rebuild(
    db: Db,
    *,
    hours_of: HoursOf,
    pricing_of: PricingOf,
    workspaces: Sequence[int] | None = None,
    chunk: int = CHUNK,
    progress: Callable[[int, int], None] = lambda done, total: None,
    follow: Follow | None = None,
) -> Rebuilt:
    """Fold all conversations again and write those whose rows differ; `workspaces` None means every one.

    Works while people work: each chunk is one short transaction that locks its conversations. Stopped halfway, it
    has changed whole conversations only and can simply be run again. `progress` gets (done, total) after each chunk.
    """
    ids = await workspace_ids(db) if workspaces is None else list(workspaces)
    total = sum([await count_conversations(db, workspace_id) for workspace_id in ids])
    found = Rebuilt()
    for workspace_id in ids:
        after = UUID(int=0)
        while True:
            async with db.transaction(system(workspace_id)) as tx:
                part = await lock_ids(tx, after, chunk)
                if part:
                    await _rebuild_chunk(tx, part, await hours_of(tx), await pricing_of(tx), found)
                    found.followed += await follow(tx, part) if follow else 0
            if not part:
                break
            after = part[-1]
            progress(found.conversations + found.without_journal, total)
    return found


async def _rebuild_chunk(tx: Tx, ids: list[UUID], f: OpenSeconds, pricing: Pricing, found: Rebuilt) -> None:
    histories = await read_histories(tx, ids)
    stored = await _read_stored(tx, ids)
    changes = Changes(tx.workspace_id, pricing)
    for case in await read_cases(tx, ids):
        if case.id not in histories:
            found.without_journal += 1
            continue
        found.conversations += 1
        whole, before = fold(histories[case.id], f), stored[case.id]
        if _rows(tx.workspace_id, pricing, case, whole, before) != before:
            found.changed += 1
            changes.add(case, whole, reset=True, stored=before.waits)
        else:
            changes.shared.append(case.id)
    if await changes.write(tx) or changes.heads:
        await note_rewrite(tx)


class _Stored(msgspec.Struct):
    """All rows of one conversation."""

    head: Head
    spans: list[SpanRow]
    waits: list[WaitRow]
    episodes: list[EpisodeRow]


def _rows(workspace_id: int, pricing: Pricing, case: Case, whole: Fold, before: _Stored) -> _Stored:
    alone = Changes(workspace_id, pricing)
    alone.add(case, whole, reset=True, stored=before.waits)
    return _Stored(head=alone.heads[0], spans=alone.spans, waits=alone.waits, episodes=alone.episodes)


async def _read_stored(tx: Tx, ids: list[UUID]) -> dict[UUID, _Stored]:
    spans = _by_conversation(await read_spans(tx, ids))
    waits = _by_conversation(await read_waits(tx, ids))
    episodes = _by_conversation(await read_episodes(tx, ids))
    return {
        head.id: _Stored(
            head=head, spans=spans.get(head.id, []), waits=waits.get(head.id, []), episodes=episodes.get(head.id, [])
        )
        for head in await read_heads(tx, ids)
    }


def _by_conversation(rows: Iterable[R]) -> dict[UUID, list[R]]:
    return {id: list(group) for id, group in groupby(rows, key=lambda row: row.conversation_id)}
