"""One mail, several recipients: those the server wants to see later are tried again alone, nobody gets it twice."""

from typing import Any

from tests.delivery.conftest import Office

from hark.conversations.types import Delivery
from hark.delivery.types import State

BOB = {"address": "bob@shop.example"}
ANN = {"address": "ann@shop.example"}


async def outbox(office: Office, client: Any) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = (await client.get(f"/api/conversations/{office.conversation_id}/outbox")).json()[
        "items"
    ]
    return items


async def test_greylisting_of_one_recipient(office: Office, client: Any, replies: str) -> None:
    office.sink.replies["bob@shop.example"] = "450 4.2.0 Greylisted"
    await client.post(replies, await office.body(cc=[BOB, ANN]))
    await office.leave()
    assert await office.states() == [State.READY]
    assert [m.rcpt_tos for m in office.sink.mails] == [["carla@shop.example", "ann@shop.example"]]
    (row,) = await outbox(office, client)
    assert "bob@shop.example: 450 4.2.0 Greylisted" in row["error"]
    assert row["body"]["remaining"] == ["bob@shop.example"]
    assert sum("asks to wait" in note for note in await office.notes()) == 1
    office.clock.advance(seconds=15)
    await office.run()
    assert await office.states() == [State.READY], "greylisted again"
    office.sink.replies.clear()
    office.clock.advance(seconds=40)
    await office.run()
    assert await office.states() == [State.SENT]
    assert [m.rcpt_tos for m in office.sink.mails][1:] == [["bob@shop.example"]]
    assert office.sink.mails[0].content == office.sink.mails[1].content, "the same mail, byte for byte"
    assert sum("asks to wait" in note for note in await office.notes()) == 1
    delivery = "SELECT delivery FROM messages WHERE workspace_id = $1 AND direction = 2"
    assert await office.db.one(int, delivery, office.workspace.id) == Delivery.SENT


async def test_one_for_good_one_for_later_and_nobody_yet(office: Office, client: Any, replies: str) -> None:
    office.sink.replies |= {"bob@shop.example": "450 4.2.1 later", "carla@shop.example": "550 5.1.1 unknown"}
    await client.post(replies, await office.body(cc=[BOB]))
    await office.leave()
    assert (await office.states(), office.sink.mails) == ([State.READY], [])
    assert any("carla@shop.example: 550 5.1.1 unknown" in note for note in await office.notes())
    office.sink.replies["bob@shop.example"] = "550 5.7.1 no"
    office.clock.advance(seconds=15)
    await office.run()
    assert await office.states() == [State.FAILED], "nobody has it"


async def test_what_a_recipient_never_takes_is_told_and_the_mail_counts_as_sent(
    office: Office, client: Any, replies: str
) -> None:
    office.sink.replies["bob@shop.example"] = "450 4.2.2 mailbox full"
    await client.post(replies, await office.body(cc=[BOB]))
    for _ in range(12):
        office.clock.advance(hours=9)
        await office.run()
    assert await office.states() == [State.SENT]
    assert len(office.sink.mails) == 1
    assert "bob@shop.example" in (await office.notes())[-1]


async def test_the_connection_breaks_for_the_rest(office: Office, client: Any, replies: str) -> None:
    office.sink.replies["bob@shop.example"] = "450 later"
    await client.post(replies, await office.body(cc=[BOB]))
    await office.leave()
    office.sink.replies.clear()
    office.sink.replies["DATA"] = "drop"
    office.clock.advance(seconds=15)
    await office.run()
    assert await office.states() == [State.UNKNOWN]
    office.sink.replies.clear()
    (row,) = await outbox(office, client)
    await client.post(f"/api/outbox/{row['id']}/retry", {})
    await office.run()
    assert [m.rcpt_tos for m in office.sink.mails] == [["carla@shop.example"], ["bob@shop.example"]]
