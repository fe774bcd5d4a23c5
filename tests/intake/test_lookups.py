"""What placing a batch asks the database grows with its new rows alone, not with what has to be looked up."""

from collections.abc import Callable
from typing import Any

import pytest
from tests.intake.conftest import Desk
from tests.intake.test_evidence import MESSAGE, quote

from hark.intake import queries

LOOK_UPS = (
    "messages_by_external_id", "conversations_by_thread_id", "messages_by_id", "memberships", "recent_conversations",
    "conversations_by_number", "conversation_facts",
)  # fmt: skip


@pytest.mark.parametrize("headers", [True, False])
async def test_a_batch_is_looked_up_at_once(
    desk: Desk, mail: Callable[..., bytes], monkeypatch: pytest.MonkeyPatch, headers: bool
) -> None:
    people = [f"p{n}@shop.example" for n in range(20)]
    for n, person in enumerate(people):
        await desk.accept(mail(MESSAGE, From=person, Subject=f"Order {n}", Message_ID=f"<{n}.first@x>"))
    await desk.work()
    asked: list[str] = []
    for name in LOOK_UPS:
        real = getattr(queries, name)

        async def noted(*args: Any, real: Any = real, name: str = name) -> Any:
            asked.append(name)
            return await real(*args)

        monkeypatch.setattr(queries, name, noted)
    for n, person in enumerate(people):
        more = {"In_Reply_To": f"<{n}.first@x>"} if headers else {}
        await desk.accept(mail(f"And now?\n\n{quote(MESSAGE)}", From=person, Subject=f"Re: Order {n}", **more))
    await desk.work()
    assert sorted(asked) == sorted(set(asked)), "each at most once for the whole batch"
    fates = "SELECT count(*) FROM intake_items WHERE workspace_id = $1 AND fate = 2"
    assert await desk.db.one(int, fates, desk.workspace.id) == len(people)
