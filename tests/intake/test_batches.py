"""Mails of one batch that belong together: what the first has changed, the next ones must know."""

from collections.abc import Callable
from uuid import UUID

import pytest
from tests.intake.conftest import Desk
from tests.intake.test_process import bounce, reply_in

from hark.conversations.actions import resolve
from hark.hours.queries import open_seconds
from hark.intake import process
from hark.intake.types import Fate
from hark.journey.rebuild import rebuild
from hark.journey.types import Reopened
from hark.value.pricing import pricing_of

Mail = Callable[..., bytes]


@pytest.fixture(params=[1, 50])
def size(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """One mail in a transaction, or all of them: it must not make a difference."""
    monkeypatch.setattr(process, "BATCH", request.param)


async def follows_from_the_journal(desk: Desk) -> None:
    again = await rebuild(desk.db, hours_of=open_seconds, pricing_of=pricing_of, workspaces=[desk.workspace.id])
    assert again.changed == 0


async def told(desk: Desk, mails: dict[str, bytes]) -> dict[str, tuple[Fate, str | None]]:
    """The fate of each mail, and the first mail of the conversation it is in or held for."""
    ids = {name: await desk.accept(raw) for name, raw in mails.items()}
    await desk.work()
    fates: dict[str, tuple[Fate, str | None]] = {}
    begun: dict[UUID | None, str | None] = {None: None}
    for name, id in ids.items():
        line = await desk.line(id)
        fates[name] = line.fate, begun.setdefault(line.conversation_id, name)
    return fates


@pytest.mark.usefixtures("size")
async def test_mails_of_one_batch_know_each_other(desk: Desk, mail: Mail) -> None:
    first = {"Message_ID": "<1@x>", "Cc": "Cleo <cleo@shop.example>"}
    fates = await told(
        desk,
        {
            "first": mail("first", **first),
            "again": mail("first", **first, X_List="users"),
            "from cc": mail("from cc", Message_ID="<2@x>", In_Reply_To="<1@x>", From="cleo@shop.example"),
            "stranger": mail("stranger", Message_ID="<3@x>", In_Reply_To="<2@x>", From="eve@evil.example"),
            "invited": mail("invited", Message_ID="<4@x>", In_Reply_To="<2@x>", Cc="eve@evil.example"),
            "now known": mail("now known", Message_ID="<5@x>", In_Reply_To="<4@x>", From="eve@evil.example"),
            "by subject": mail("by subject", Message_ID="<6@x>", Subject="Re: Order 4711"),
            "same person": mail("same person", Message_ID="<7@x>", Subject="Something else"),
            "mentioned": mail("mentioned", Message_ID="<8@x>", In_Reply_To="<never-seen@x>", References="<7@x>"),
            "away": mail("away", Message_ID="<9@x>", In_Reply_To="<7@x>", Auto_Submitted="auto-replied"),
        },
    )
    assert fates == {
        "first": (Fate.NEW, "first"), "again": (Fate.DUPLICATE, "first"), "from cc": (Fate.MESSAGE, "first"),
        "stranger": (Fate.HELD, "first"), "invited": (Fate.MESSAGE, "first"), "now known": (Fate.MESSAGE, "first"),
        "by subject": (Fate.MESSAGE, "first"), "same person": (Fate.NEW, "same person"),
        "mentioned": (Fate.MESSAGE, "same person"), "away": (Fate.AUTO_REPLY, "same person"),
    }  # fmt: skip
    texts = "SELECT text FROM messages WHERE workspace_id = $1 ORDER BY conversation_id, seq"
    assert [t.strip() for t in await desk.db.all(str, texts, desk.workspace.id)] == [
        "first", "from cc", "invited", "now known", "by subject", "same person", "mentioned", "away",
    ]  # fmt: skip
    people = "SELECT value FROM identities WHERE workspace_id = $1 ORDER BY value"
    assert await desk.db.all(str, people, desk.workspace.id) == [
        "carla@shop.example", "cleo@shop.example", "eve@evil.example",
    ]  # fmt: skip
    await follows_from_the_journal(desk)


@pytest.mark.usefixtures("size")
async def test_a_burst_reopens_once(desk: Desk, mail: Mail) -> None:
    first = await desk.put(mail(Message_ID="<r0@x>"))
    ours = await reply_in(desk, first.conversation_id)
    async with desk.db.transaction(desk.workspace.owner) as tx:
        assert first.conversation_id is not None
        await resolve(tx, first.conversation_id)
    fates = await told(
        desk,
        {
            "one": mail("one", Message_ID="<r1@x>", In_Reply_To=f"<{ours}>"),
            "two": mail("two", Message_ID="<r2@x>", In_Reply_To="<r1@x>"),
            "bounce": bounce(desk.workspace.address, ours),
            "three": mail("three", Message_ID="<r3@x>", In_Reply_To=f"<{ours}>"),
        },
    )
    assert [fate for fate, _ in fates.values()] == [Fate.MESSAGE, Fate.MESSAGE, Fate.BOUNCE, Fate.MESSAGE]
    assert {begun for _, begun in fates.values()} == {"one"}
    reopened = "SELECT count(*) FROM events WHERE workspace_id = $1 AND kind = $2"
    assert await desk.db.one(int, reopened, desk.workspace.id, Reopened.kind) == 1
    assert await desk.db.one(int, "SELECT status FROM conversations WHERE id = $1", first.conversation_id) == 0
    await follows_from_the_journal(desk)
