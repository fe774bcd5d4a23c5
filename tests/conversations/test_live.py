"""What a socket shows of events: nothing that a request would not."""

import msgspec
import pytest
from tests.support.post import Post
from tests.support.workspace import TestWorkspace

from hark.conversations.actions import assign
from hark.conversations.live import hydrate, render
from hark.core.actor import Actor, Scope
from hark.core.db import Db
from hark.core.events import Recorded
from hark.core.journal import read


async def last_event(db: Db, workspace: TestWorkspace) -> Recorded:
    return (await read(db, workspace.id, 0, limit=1000))[-1]


async def test_whoever_may_read_sees_the_row(db: Db, workspace: TestWorkspace, post: Post) -> None:
    await post.mail()
    event = await last_event(db, workspace)
    item = render(workspace.owner, event, await hydrate(db, workspace.id, [event]))
    assert item is not None
    assert item.conversation is not None
    assert item.conversation.subject == "Parcel"


@pytest.mark.parametrize("changes", [
    {"permissions": frozenset({"reports.read"})}, {"scope": Scope.OWN}, {"scope": Scope.TEAM, "team_ids": frozenset()},
])  # fmt: skip
async def test_whoever_may_not_sees_nothing(
    db: Db, workspace: TestWorkspace, post: Post, changes: dict[str, object]
) -> None:
    await post.mail()
    event = await last_event(db, workspace)
    actor: Actor = msgspec.structs.replace(workspace.owner, **changes)
    assert render(actor, event, await hydrate(db, workspace.id, [event])) is None


async def test_who_loses_sight_of_it_learns_only_that(db: Db, workspace: TestWorkspace, post: Post) -> None:
    id = (await post.mail()).conversation_id
    me, _ = await workspace.agent()
    for assignee in (me.agent_id, None):
        async with db.transaction(workspace.owner) as tx:
            await assign(tx, id, team_id=None, assignee_id=assignee)
    event = await last_event(db, workspace)
    item = render(msgspec.structs.replace(me, scope=Scope.OWN), event, await hydrate(db, workspace.id, [event]))
    assert item is not None
    assert item.conversation is None
