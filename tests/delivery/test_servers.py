"""How a mailbox's server is treated: not faster than it takes mail, not larger than it takes mail."""

from email import message_from_bytes
from email.policy import default
from typing import Any

import httpx
from tests.delivery.conftest import Office

from hark.delivery.leaving import Outbox
from hark.delivery.types import State


async def limit(office: Office, **more: int) -> None:
    await office.db.run(
        "UPDATE channel_accounts SET config = config || jsonb_build_object('sending', $2::jsonb) WHERE id = $1",
        office.workspace.account_id, more,
    )  # fmt: skip


async def waiting(office: Office, client: Any) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = (await client.get(f"/api/conversations/{office.conversation_id}/outbox")).json()[
        "items"
    ]
    return items


async def test_mails_wait_their_turn(office: Office, client: Any, replies: str) -> None:
    await limit(office, per_minute=2)
    for n in range(3):
        await client.post(replies, await office.body(f"Number {n}"))
    await office.leave()
    assert len(office.sink.mails) == 1
    row = (await waiting(office, client))[0]
    assert (row["state"], row["attempts"]) == ("ready", 0)
    assert "takes 2 mails a minute" in row["error"]
    office.clock.advance(seconds=61)
    await office.run()
    assert len(office.sink.mails) == 2
    office.clock.advance(seconds=61)
    await office.run()
    assert len(office.sink.mails) == 3
    assert await waiting(office, client) == []


async def test_a_server_that_wants_us_slower_gets_its_pause(office: Office, client: Any, replies: str) -> None:
    office.sink.replies["DATA"] = "421 4.7.28 Our system has detected an unusual rate of mail"
    await client.post(replies, await office.body("one"))
    await office.leave()
    office.sink.replies.clear()
    other = await office.write("Another matter", sender="dan@other.example", Subject="Invoice")
    body = await office.body("two", to=[{"address": "dan@other.example"}], seen_seq=100)
    assert (await client.post(f"/api/conversations/{other}/replies", body)).status_code == 201
    await office.leave()
    assert office.sink.mails == [], "the whole server waits"
    assert "unusual rate" in await office.db.one(
        str, "SELECT problem FROM channel_accounts WHERE id = $1", office.workspace.account_id
    )
    (row,) = await waiting(office, client)
    assert (row["state"], row["attempts"]) == ("ready", 0), "not counted against the mail"
    office.clock.advance(seconds=61)
    await office.run()
    assert len(office.sink.mails) == 2
    problem = "SELECT problem FROM channel_accounts WHERE id = $1"
    assert await office.db.find(str, problem, office.workspace.account_id) is None


async def test_a_used_up_day_is_no_failure_but_four_days_are(office: Office, client: Any, replies: str) -> None:
    office.sink.replies["DATA"] = "550 5.4.5 Daily user sending limit exceeded"
    await client.post(replies, await office.body())
    for _ in range(40):
        office.clock.advance(hours=2)
        await office.run()
        assert await office.states() == [State.READY]
    office.clock.advance(hours=20)
    await office.run()
    assert await office.states() == [State.FAILED]


async def attach(client: Any, size: int, name: str = "plan.pdf") -> str:
    sent = await client.post("/api/attachments", files={"file": (name, b"x" * size)})
    return str(sent.json()["id"])


async def test_files_too_large_for_the_server_go_as_links(
    office: Office, client: Any, http: httpx.AsyncClient, replies: str
) -> None:
    office.sink.max_bytes = 20_000
    ids = [await attach(client, 30_000), await attach(client, 100, "note.txt")]
    await client.post(replies, await office.body("Here is the plan.", attachment_ids=ids))
    await office.leave()
    (sent,) = office.sink.mails
    mail = message_from_bytes(sent.content, policy=default)
    assert list(mail.iter_attachments()) == []
    text = mail.get_body(("plain",)).get_content()
    assert "Too large for a mail" in text
    links = [word for word in text.split() if word.startswith("https://hark.example/api/mail/files/")]
    assert len(links) == 2
    assert any("went as links" in note for note in await office.notes())
    path = links[0].removeprefix("https://hark.example")
    answer = await http.get(path)
    assert (answer.status_code, len(answer.content)) == (200, 30_000)
    assert "attachment" in answer.headers["content-disposition"]
    assert (await http.get(path[:-4] + "AAAA")).status_code == 404
    office.clock.advance(days=31)
    assert (await http.get(path)).status_code == 404


async def test_without_an_address_of_our_own_it_fails_and_the_text_is_kept(
    office: Office, client: Any, replies: str
) -> None:
    office.outbox = Outbox(office.db, office.services.files, {1: office.channel(public_url="")})
    office.sink.max_bytes = 20_000
    await client.post(replies, await office.body("Here.", attachment_ids=[await attach(client, 30_000)]))
    await office.leave()
    assert office.sink.mails == []
    (row,) = await waiting(office, client)
    assert row["state"] == "failed"
    assert "too large" in row["error"]
    assert row["body"]["text"] == "Here."


async def test_a_server_that_says_too_large_after_the_text(office: Office, client: Any, replies: str) -> None:
    office.sink.replies["DATA"] = "552 5.3.4 Message size exceeds fixed limit"
    await client.post(replies, await office.body("Here.", attachment_ids=[await attach(client, 30_000)]))
    await office.leave()
    assert await office.states() == [State.FAILED], "without the files it is refused as well, so that is the end"


async def test_a_password_of_another_installation_is_told_at_the_mailbox(
    office: Office, client: Any, replies: str
) -> None:
    server = {"host": "127.0.0.1", "port": office.sink.port, "security": "none", "username": "u", "password": "not ours"}
    await office.db.run(
        "UPDATE channel_accounts SET config = jsonb_build_object('smtp', $2::jsonb) WHERE id = $1",
        office.workspace.account_id, server,
    )  # fmt: skip
    await client.post(replies, await office.body())
    await office.leave()
    assert await office.states() == [State.READY]
    assert "another key" in await office.db.one(
        str, "SELECT problem FROM channel_accounts WHERE id = $1", office.workspace.account_id
    )


async def test_no_blind_copy_to_what_is_no_address(office: Office, client: Any, replies: str) -> None:
    await client.post(replies, await office.body(bcc=[{"address": "x\x01@y.example"}]))
    await office.leave()
    assert (await office.states(), office.sink.mails) == ([State.FAILED], [])
