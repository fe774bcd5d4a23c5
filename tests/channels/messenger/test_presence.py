"""Which threads a visitor who is there keeps live."""

from datetime import timedelta
from uuid import UUID

from tests.channels.messenger.conftest import TestMessenger
from tests.channels.messenger.test_identity import signed
from tests.channels.messenger.test_threads import answer, conversations
from tests.conftest import FakeClock
from tests.support.workspace import SignedIn, TestWorkspace

from hark.channels.messenger.leaving import sweep_left
from hark.channels.messenger.presence import stay_live
from hark.core.db import Db
from hark.core.services import Services


async def is_there(db: Db, thread_id: str) -> bool:
    return await db.one(
        bool, "SELECT coalesce(live_until > $2, false) FROM endpoints WHERE id = $1", thread_id, db.now()
    )


async def here(db: Db, workspace: TestWorkspace, visitor_id: str) -> list[str]:
    """The visitor's tab says that it is open; the threads that were not live before."""
    until = db.now() + timedelta(seconds=60)
    return [str(a.id) for a in await stay_live(db, [(workspace.id, UUID(visitor_id))], until)]


async def test_a_signed_in_persons_second_device_keeps_their_threads_live(
    messenger: TestMessenger, db: Db, workspace: TestWorkspace, clock: FakeClock
) -> None:
    secret = await messenger.secret()
    phone, desk, other, stranger = [
        await messenger.visitor(jwt=signed(secret, sub=sub)) for sub in ("u-1", "u-1", "u-2", "u-3")
    ]
    thread = (await phone.write("Hello?"))["thread_id"]
    clock.advance(seconds=61)
    for nobody in (other, stranger):
        assert await here(db, workspace, nobody.id) == []
    assert not await is_there(db, thread)
    assert await here(db, workspace, desk.id) == [thread]
    assert await is_there(db, thread)
    clock.advance(seconds=61)
    assert not await is_there(db, thread)


async def test_who_looks_on_while_it_is_resolved_is_there_until_they_leave_and_has_left_nothing(
    messenger: TestMessenger, client: SignedIn, services: Services, db: Db, workspace: TestWorkspace, clock: FakeClock
) -> None:
    visitor = await messenger.visitor()
    thread = (await visitor.write("Hello?"))["thread_id"]
    (conversation,) = await conversations(client)
    await answer(client, conversation, "Done.")
    assert (await client.post(f"/api/conversations/{conversation['id']}/resolve", {})).status_code == 200
    for _ in range(3):
        clock.advance(seconds=40)
        assert await here(db, workspace, visitor.id) == []
        await sweep_left(db, services.bus)
    assert await is_there(db, thread)
    clock.advance(seconds=61)
    await sweep_left(db, services.bus)
    assert not await is_there(db, thread)
    assert await db.one(int, "SELECT count(*) FROM events WHERE workspace_id = $1 AND kind = 26", workspace.id) == 0
    assert await here(db, workspace, visitor.id) == []  # what is over is not begun again by a look
