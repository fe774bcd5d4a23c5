"""Two real web processes on one database, told of each other by NOTIFY and by Redis: people on both work as in one."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
import pytest_asyncio
from tests.support.post import Post
from tests.support.redis import RedisServer, redis_missing
from tests.support.webs import Person, Socket, Web, open_socket, signed_in, webs
from tests.support.workspace import TestWorkspace

from hark.conversations.actions import set_severity
from hark.core.db import Db
from hark.core.journal import head

pytestmark = pytest.mark.slow


class Two(msgspec.Struct):
    """The processes, how word between them is interrupted, and who is on which."""

    webs: list[Web]
    interrupt: Any


@pytest_asyncio.fixture(params=["notify", "redis"])
async def two(request: pytest.FixtureRequest, dsn: str, db: Db, tmp_path: Path) -> AsyncIterator[Two]:
    if request.param == "notify":

        async def lose_connections() -> None:
            ended = await db.run(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
                " AND (query IN ('SELECT 1', 'SELECT pg_notify($1, $2)') OR query LIKE 'LISTEN %')"
            )
            assert ended >= 4  # each process speaks and listens

        async with webs(dsn, tmp_path, 2) as both:
            yield Two(both, lose_connections)
        return
    if why := redis_missing():
        pytest.skip(why)
    redis = RedisServer()
    await redis.start()

    async def restart() -> None:
        redis.kill()
        await redis.start()

    try:
        async with webs(dsn, tmp_path, 2, BUS_URL=redis.url) as both:
            yield Two(both, restart)
    finally:
        redis.kill()


async def test_people_on_two_processes_work_as_on_one(
    two: Two, db: Db, workspace: TestWorkspace, stranger: TestWorkspace, post: Post, tmp_path: Path
) -> None:
    one, other = two.webs
    id = str((await post.mail()).conversation_id)
    ada = await signed_in(db, (await workspace.agent())[0], tmp_path)
    boris = await signed_in(db, (await workspace.agent(name="Boris"))[0], tmp_path)
    spy = await open_socket(other, await signed_in(db, stranger.owner, tmp_path))
    here, there = await open_socket(one, ada), await open_socket(other, boris)
    await both_see_both(here, there, ada, boris)
    await view_and_type(here, there, ada, id)
    await say_something(one, here, there, ada, id)
    await two.interrupt()
    await view_and_type(here, there, ada, id)  # what was lost is said again
    await say_something(other, here, there, boris, id)
    assert {f["type"] for f in spy.frames} <= {"hello", "presence"}
    assert {f["agent_id"] for f in spy.frames if f["type"] == "presence"} <= {stranger.owner.agent_id}
    for socket in (here, there, spy):
        await socket.cut()


async def both_see_both(here: Socket, there: Socket, ada: Person, boris: Person) -> None:
    everybody = {ada.actor.agent_id, boris.actor.agent_id}
    for socket in (here, there):

        def online(frames: list[dict[str, Any]]) -> bool:
            said = [*frames[0]["presence"], *(f for f in frames if f["type"] == "presence")]
            return everybody <= {p["agent_id"] for p in said if p["state"] == "online"}

        await socket.until(online)


async def view_and_type(here: Socket, there: Socket, ada: Person, id: str) -> None:
    def of(typing: bool) -> dict[str, Any]:
        return {"type": "viewers", "conversation_id": id, "agents": [{"id": ada.actor.agent_id, "typing": typing}]}

    await here.say(type="view", conversation_id=id)
    await there.last(of(False))
    await here.say(type="typing", conversation_id=id, typing=True, public=True)
    await there.last(of(True))
    await here.say(type="typing", conversation_id=id, typing=False, public=True)
    await there.last(of(False))


async def say_something(web: Web, here: Socket, there: Socket, person: Person, id: str) -> None:
    """An event made at one process reaches the tabs of both."""
    before = len(here.seqs)
    await person.post(web, f"/api/conversations/{id}/notes", {"text": "Seen it."})
    for socket in (here, there):
        await socket.until(lambda _, socket=socket: len(socket.seqs) > before)
    assert here.seqs == there.seqs


async def test_a_gap_is_replayed_exactly_also_by_a_restarted_process(
    dsn: str, db: Db, workspace: TestWorkspace, post: Post, tmp_path: Path
) -> None:
    """The socket is cut while fifty things happen; then the process is killed while fifty more do."""
    id = (await post.mail()).conversation_id
    ada = await signed_in(db, workspace.owner, tmp_path)
    async with webs(dsn, tmp_path, 1) as (one,):
        socket = await open_socket(one, ada)
        seen = int(socket.hello["seq"])
        for killed in (False, True):
            await socket.cut()
            if killed:
                await one.kill()
            for n in range(50):
                async with db.transaction(workspace.owner) as tx:
                    await set_severity(tx, id, 2 + n % 2)
            if killed:
                await one.start()
            socket = await open_socket(one, ada, seen)
            last = await head(db, workspace.id)
            await socket.until(lambda _, socket=socket, last=last: socket.seqs and socket.seqs[-1] == last)
            assert socket.seqs == list(range(seen + 1, last + 1))
            assert last - seen == 50
            seen = last
        await socket.cut()
        ahead = await open_socket(one, ada, seen + 1_000)  # a restored backup
        await ahead.until(lambda frames: len(frames) > 1)
        assert ahead.frames[1] == {"type": "reset", "seq": seen}
        await ahead.cut()
