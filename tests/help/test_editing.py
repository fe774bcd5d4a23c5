"""Who has which article open to write: over two processes, for those who may read articles, and never for ever."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from msgspec.structs import replace
from tests.support.live import connected, node, open_tab
from tests.support.workspace import TestWorkspace

from hark.core.actor import Actor
from hark.core.db import Db
from hark.core.live import Hub
from hark.help import editing

Pair = tuple[Hub, Hub]


@pytest_asyncio.fixture
async def pair(db: Db, dsn: str) -> AsyncIterator[Pair]:
    async with node(db, dsn) as one, node(db, dsn) as other:
        await connected(one.bus, other.bus)
        yield one, other


def at(actor: Actor, language: str = "en") -> list[dict[str, Any]]:
    return [{"id": actor.agent_id, "language": language}]


async def test_writers_cross_over_and_go(pair: Pair, workspace: TestWorkspace) -> None:
    one, other = pair
    ada, _ = await workspace.agent("admin")
    boris, _ = await workspace.agent("admin", name="Boris")
    watcher = await open_tab(other, workspace.owner)
    first, second = await open_tab(one, ada), await open_tab(other, boris)
    await first.say(type="edit", article_id=7, language="en")
    await watcher.next(type="editors", article_id=7, agents=at(ada))
    await second.say(type="edit", article_id=7, language="ko")
    await watcher.next(type="editors", article_id=7, agents=at(ada) + at(boris, "ko"))
    assert (await open_tab(other, workspace.owner)).hello["editors"] == [
        {"article_id": 7, "agents": at(ada) + at(boris, "ko")}
    ]
    await first.say(type="edit", article_id=8, language="en")  # one article a tab
    await watcher.next(type="editors", article_id=7, agents=at(boris, "ko"))
    await watcher.next(type="editors", article_id=8, agents=at(ada))
    await first.say(type="edit", article_id=None)
    await watcher.next(type="editors", article_id=8, agents=[])
    second.close()
    await watcher.next(type="editors", article_id=7, agents=[])
    assert (await open_tab(other, workspace.owner)).hello["editors"] == []


async def test_only_who_may_write_is_shown_and_only_to_who_may_read(pair: Pair, workspace: TestWorkspace) -> None:
    one, _ = pair
    ada, _ = await workspace.agent()
    boris, _ = await workspace.agent(name="Boris")
    reader = await open_tab(one, replace(ada, permissions=frozenset({"help.read"})))
    nobody = await open_tab(one, replace(boris, permissions=frozenset({"conversations.read"})))
    writer = await open_tab(one, workspace.owner)
    await reader.say(type="edit", article_id=7, language="en")
    await writer.say(type="edit", article_id=9, language="en")
    await reader.next(type="editors", article_id=9, agents=at(workspace.owner))
    assert all(frame["article_id"] != 7 for frame in reader.seen if frame["type"] == "editors")
    assert not [frame for frame in nobody.waiting() if frame["type"] == "editors"]
    await writer.say(type="edit", article_id="x", language=7)  # nonsense is ignored


async def test_a_process_that_falls_silent_is_forgotten(
    db: Db, dsn: str, workspace: TestWorkspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(editing, "KEEP_S", 0.0)
    monkeypatch.setattr(editing, "REPEAT_S", 0.02)
    async with node(db, dsn) as one:
        watcher = await open_tab(one, workspace.owner)
        said = {"type": "editors", "article_id": 3, "node": "gone", "agents": at(workspace.owner)}
        one.bus.publish(workspace.id, said)
        await watcher.next(type="editors", article_id=3, agents=at(workspace.owner))
        await watcher.next(type="editors", article_id=3, agents=[])
