"""What a process keeps of a workspace, and when it forgets it."""

import asyncio
from pathlib import Path

from tests.support.workspace import TestWorkspace

from hark.app import EVENTS, PROJECTORS
from hark.core.actor import system
from hark.core.kept import KEEP_S, Kept
from hark.core.services import open_services
from hark.hours.types import CalendarChanged
from hark.settings import Settings


class Source:
    """Counts how often it is read."""

    def __init__(self) -> None:
        self.reads = 0

    async def load(self) -> int:
        self.reads += 1
        return self.reads


async def test_what_is_kept_is_read_once_for_each_workspace() -> None:
    kept, source = Kept(), Source()
    assert [await kept.get(1, "hours", source.load) for _ in range(3)] == [1, 1, 1]
    assert await kept.get(2, "hours", source.load) == 2, "another workspace has values of its own"
    assert await kept.get(1, "prices", source.load) == 3


async def test_a_change_of_a_workspace_forgets_all_of_it_and_nothing_else() -> None:
    kept, source = Kept(), Source()
    for workspace in (1, 2):
        await kept.get(workspace, "hours", source.load)
    kept.forget(1)
    assert await kept.get(2, "hours", source.load) == 2
    assert await kept.get(1, "hours", source.load) == 3


async def test_what_was_read_before_a_change_is_not_kept_after_it() -> None:
    kept, source = Kept(), Source()

    async def load_while_it_changes() -> int:
        value = await source.load()
        kept.forget(1)
        return value

    assert await kept.get(1, "hours", load_while_it_changes) == 1
    assert await kept.get(1, "hours", source.load) == 2


async def test_nothing_is_kept_for_long() -> None:
    time_s = 0.0
    kept, source = Kept(lambda: time_s), Source()
    await kept.get(1, "hours", source.load)
    time_s = KEEP_S - 0.01
    assert await kept.get(1, "hours", source.load) == 1
    time_s = KEEP_S
    assert await kept.get(1, "hours", source.load) == 2


async def test_each_process_forgets_what_any_of_them_has_changed(
    dsn: str, tmp_path: Path, workspace: TestWorkspace
) -> None:
    settings = Settings(database_url=dsn, data=tmp_path, secret_key="test")
    source = Source()
    async with (
        open_services(settings, events=EVENTS, projectors=PROJECTORS) as one,
        open_services(settings, events=EVENTS, projectors=PROJECTORS) as other,
    ):
        for process in (one, other):
            process.db.kept = Kept(lambda: 0.0)  # so that time alone makes nobody forget
            await process.db.kept.get(workspace.id, "hours", source.load)
        assert source.reads == 2
        async with asyncio.timeout(10):
            while await other.db.kept.get(workspace.id, "hours", source.load) == 2:
                async with one.db.transaction(system(workspace.id)) as tx:  # again: the other may not listen yet
                    tx.emit(CalendarChanged(calendar_id=1))
                await asyncio.sleep(0.02)
        assert await one.db.kept.get(workspace.id, "hours", source.load) > 2
