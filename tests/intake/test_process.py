"""Every mail ends in a visible fate, and only its own people reach a conversation."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from tests.intake.conftest import Desk

from hark.channels.email.adapter import MESSAGE_ID_KEY, loop_token
from hark.channels.email.compose import new_message_id
from hark.conversations.actions import resolve
from hark.conversations.inbound import release_reply
from hark.conversations.merging import merge
from hark.conversations.types import Headers, NewReply
from hark.core.actor import system
from hark.core.files import Files
from hark.intake import process
from hark.intake.types import Fate, Source

Mail = Callable[..., bytes]


async def reply_in(desk: Desk, conversation_id: Any) -> str:
    """A reply of ours stands in the conversation; its Message-ID."""
    id = uuid4()
    external = new_message_id(id, domain="desk.example", secret=desk.keys.derive(MESSAGE_ID_KEY))
    async with desk.db.transaction(system(desk.workspace.id)) as tx:
        endpoint = await tx.one(
            UUID, "SELECT id FROM endpoints WHERE workspace_id = $1 AND conversation_id = $2", desk.workspace.id,
            conversation_id,
        )  # fmt: skip
        await release_reply(
            tx,
            NewReply(
                conversation_id=conversation_id, endpoint_id=endpoint, text="We look into it.", message_id=id,
                headers=Headers(subject="Order 4711"), external_id=external,
            ),
        )  # fmt: skip
    return external


async def test_a_new_mail_starts_a_conversation(desk: Desk, mail: Mail) -> None:
    line = await desk.put(mail())
    assert line.fate is Fate.NEW
    assert line.conversation_id
    assert line.message_id
    assert line.reason is None
    row = await desk.db.pool.fetchrow("SELECT text, headers FROM messages WHERE id = $1", line.message_id)
    assert row["text"] == "Hello, my order is late."
    assert row["headers"]["from"] == {"name": "Carla Customer", "address": "carla@shop.example"}


async def test_what_a_mail_is_beside_its_text_stands_with_the_message(desk: Desk, mail: Mail) -> None:
    signed = "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\nHello\n-----BEGIN PGP SIGNATURE-----\n\nx\n-----END PGP SIGNATURE-----"
    line = await desk.put(mail(signed))
    headers = await desk.db.pool.fetchval("SELECT headers FROM messages WHERE id = $1", line.message_id)
    assert headers["notes"] == ["This mail is signed with OpenPGP. Hark did not check the signature."]
    assert line.reason is None


async def test_the_same_mail_twice_changes_nothing(desk: Desk, mail: Mail) -> None:
    raw = mail()
    first = await desk.put(raw)
    again = await desk.put(b"Received: from elsewhere by us;\r\n Mon\r\n" + raw)
    assert again.id == first.id
    assert await desk.count("intake_items") == await desk.count("messages") == 1


async def test_the_same_mail_by_two_mailboxes_is_one_message(desk: Desk, mail: Mail) -> None:
    raw = mail()
    first = await desk.put(raw)
    other = await desk.db.one(
        int,
        "INSERT INTO channel_accounts (workspace_id, kind, name, address, calendar_id)"
        " VALUES ($1, 1, 'Sales', $2, $3) RETURNING id",
        desk.workspace.id, f"sales{desk.workspace.id}@desk.example", desk.workspace.calendar_id,
    )  # fmt: skip
    second = await desk.put(raw, account=other)
    assert (second.fate, second.conversation_id) == (Fate.DUPLICATE, first.conversation_id)
    assert await desk.count("messages") == 1


async def test_same_message_id_from_two_senders_is_two_messages(desk: Desk, mail: Mail) -> None:
    first = await desk.put(mail(Message_ID="<same@x>"))
    second = await desk.put(mail(Message_ID="<same@x>", From="eve@other.example"))
    assert second.fate is Fate.NEW
    assert second.conversation_id != first.conversation_id
    # An answer to the shared id goes to the conversation of who answers.
    answer = await desk.put(mail(From="eve@other.example", In_Reply_To="<same@x>", Subject="Re: Order 4711"))
    assert answer.conversation_id == second.conversation_id


async def test_answers_join_by_headers(desk: Desk, mail: Mail) -> None:
    first = await desk.put(mail(Message_ID="<one@x>"))
    second = await desk.put(mail(In_Reply_To="<one@x>", References="<one@x>", Subject="Something else"))
    assert (second.fate, second.conversation_id) == (Fate.MESSAGE, first.conversation_id)


async def test_answers_to_our_signed_id_join(desk: Desk, mail: Mail) -> None:
    first = await desk.put(mail())
    ours = await reply_in(desk, first.conversation_id)
    answer = await desk.put(mail(In_Reply_To=f"<{ours}>", Subject="Re: changed"))
    assert (answer.fate, answer.conversation_id) == (Fate.MESSAGE, first.conversation_id)


async def test_a_stranger_who_quotes_our_id_is_held(desk: Desk, mail: Mail, client: Any) -> None:
    first = await desk.put(mail())
    ours = await reply_in(desk, first.conversation_id)
    line = await desk.put(mail("Let me in", From="eve@evil.example", In_Reply_To=f"<{ours}>"))
    assert line.fate is Fate.HELD
    assert line.message_id is None
    assert line.reason
    assert "eve@evil.example" in line.reason
    attention = (await client.get("/api/intake?fate=attention")).json()["items"]
    assert [i["id"] for i in attention] == [str(line.id)]
    assert attention[0]["can"] == ["raw", "accept", "spam"]
    taken = await client.post(f"/api/intake/{line.id}/accept-held", {"conversation_id": str(first.conversation_id)})
    assert taken.status_code == 200, taken.text
    assert taken.json()["conversation_id"] == str(first.conversation_id)
    assert taken.json()["fate"] == "message"
    again = await client.post(f"/api/intake/{line.id}/accept-held", {"conversation_id": "new"})
    assert again.status_code == 409


async def test_a_held_mail_can_have_a_conversation_of_its_own(desk: Desk, mail: Mail, client: Any) -> None:
    first = await desk.put(mail(Message_ID="<h@x>"))
    line = await desk.put(mail(From="eve@evil.example", In_Reply_To="<h@x>"))
    assert line.fate is Fate.HELD
    taken = (await client.post(f"/api/intake/{line.id}/accept-held", {"conversation_id": "new"})).json()
    assert taken["fate"] == "new"
    assert taken["conversation_id"] != str(first.conversation_id)
    unknown = await client.post(f"/api/intake/{line.id}/accept-held", {"conversation_id": "x"})
    assert unknown.status_code == 400


async def test_a_colleague_in_cc_may_answer(desk: Desk, mail: Mail) -> None:
    first = await desk.put(mail(Message_ID="<cc@x>", Cc="Bob <Bob@shop.example>"))
    answer = await desk.put(mail(From="bob@shop.example", References="<cc@x>"))
    assert (answer.fate, answer.conversation_id) == (Fate.MESSAGE, first.conversation_id)


async def test_an_answer_without_ids_joins_by_subject_party_and_time(desk: Desk, mail: Mail) -> None:
    first = await desk.put(mail())
    answer = await desk.put(mail(Subject="AW: Order 4711"))
    assert (answer.fate, answer.conversation_id) == (Fate.MESSAGE, first.conversation_id)
    fresh = await desk.put(mail(Subject="Order 4711"))
    assert fresh.fate is Fate.NEW, "the same subject without Re: is a new matter"
    unclear = await desk.put(mail(Subject="Re: Order 4711"))
    assert unclear.fate is Fate.NEW, "two conversations could be meant"


async def test_a_stranger_who_quotes_our_subject_is_never_let_in(desk: Desk, mail: Mail) -> None:
    first = await desk.put(mail())
    await reply_in(desk, first.conversation_id)
    line = await desk.put(mail(From="eve@evil.example", Subject="Re: Order 4711"))
    assert line.fate is Fate.HELD
    plain = await desk.put(mail(Subject="Invoice", From="a@x.example"))
    await reply_in(desk, plain.conversation_id)
    assert (await desk.put(mail(Subject="Re: Invoice", From="b@x.example"))).fate is Fate.NEW


async def test_subject_rule_forgets_after_two_weeks(desk: Desk, mail: Mail, clock: Any) -> None:
    await desk.put(mail())
    clock.advance(days=15)
    assert (await desk.put(mail(Subject="Re: Order 4711"))).fate is Fate.NEW


async def test_empty_ids_never_match(desk: Desk, mail: Mail) -> None:
    first = await desk.put(mail(Message_ID="<>", From="a@x.example"))
    second = await desk.put(mail(Message_ID="<>", In_Reply_To="<>", References="", From="b@x.example"))
    third = await desk.put(mail(Message_ID=None, In_Reply_To="", Subject="", From="c@x.example"))
    assert [x.fate for x in (first, second, third)] == [Fate.NEW] * 3
    assert len({x.conversation_id for x in (first, second, third)}) == 3


async def test_reference_loops_end(desk: Desk, mail: Mail) -> None:
    first = await desk.put(mail(Message_ID="<a@x>", References="<b@x> <a@x>", In_Reply_To="<a@x>"))
    second = await desk.put(mail(Message_ID="<b@x>", References="<a@x> <b@x>"))
    assert first.fate is Fate.NEW
    assert second.conversation_id == first.conversation_id


async def test_a_late_parent_and_a_mail_never_seen(desk: Desk, mail: Mail) -> None:
    child = await desk.put(mail(References="<parent@x>", In_Reply_To="<parent@x>"))
    parent = await desk.put(mail(Message_ID="<parent@x>"))
    sibling = await desk.put(mail(References="<parent@x>"))
    assert child.conversation_id == parent.conversation_id == sibling.conversation_id
    # Thousands answer the same newsletter: a shared unknown id holds nobody up and lets nobody in.
    other = await desk.put(mail(From="x@y.example", References="<newsletter@x>"))
    another = await desk.put(mail(From="y@y.example", References="<newsletter@x>"))
    assert [other.fate, another.fate] == [Fate.NEW, Fate.NEW]
    assert other.conversation_id != another.conversation_id


async def test_an_answer_to_a_merged_conversation_lands_in_its_root(desk: Desk, mail: Mail, client: Any) -> None:
    first, second = await desk.put(mail(Message_ID="<r1@x>")), await desk.put(mail(Message_ID="<r2@x>", Subject="b"))
    async with desk.db.transaction(desk.workspace.owner) as tx:
        await merge(tx, second.conversation_id, first.conversation_id)
    answer = await desk.put(mail(In_Reply_To="<r2@x>"))
    assert answer.conversation_id == first.conversation_id


async def test_a_forged_agent_is_a_customer(desk: Desk, mail: Mail) -> None:
    agent, _ = await desk.workspace.agent(name="Ada Agent")
    email = await desk.db.one(
        str, "SELECT email FROM agents WHERE workspace_id = $1 AND id = $2", desk.workspace.id, agent.id
    )
    line = await desk.put(mail("Please send me the password", From=f"Ada Agent <{email}>"))
    assert line.fate is Fate.NEW
    assert line.reason
    assert "Ada Agent of your team" in line.reason
    row = await desk.db.pool.fetchrow("SELECT direction, author_kind FROM messages WHERE id = $1", line.message_id)
    assert (row["direction"], row["author_kind"]) == (1, 3)


async def test_a_web_form_from_our_own_address_counts_as_who_filled_it_in(desk: Desk, mail: Mail) -> None:
    line = await desk.put(mail(From=f"Web form <{desk.workspace.address}>", Reply_To="Finn <finn@home.example>"))
    assert line.fate is Fate.NEW
    assert line.reason
    assert "finn@home.example" in line.reason
    name = await desk.db.one(str, "SELECT i.value FROM conversations c JOIN identities i ON i.contact_id = c.contact_id"
                                  " WHERE c.id = $1", line.conversation_id)  # fmt: skip
    assert name == "finn@home.example"


async def test_auto_replies_move_nothing(desk: Desk, mail: Mail) -> None:
    first = await desk.put(mail(Message_ID="<auto@x>"))
    ours = await reply_in(desk, first.conversation_id)
    async with desk.db.transaction(desk.workspace.owner) as tx:
        await resolve(tx, first.conversation_id)
    status = "SELECT status FROM conversations WHERE id = $1"
    before = await desk.db.one(int, status, first.conversation_id)
    line = await desk.put(
        mail("I am away", In_Reply_To=f"<{ours}>", Auto_Submitted="auto-replied", Subject="Out of office")
    )
    assert (line.fate, line.conversation_id) == (Fate.AUTO_REPLY, first.conversation_id)
    assert await desk.db.one(int, status, first.conversation_id) == before == 3
    alone = await desk.put(
        mail("I am away", Auto_Submitted="auto-replied", From="new@x.example", Subject="Out of office")
    )
    assert alone.fate is Fate.AUTO_REPLY
    assert alone.conversation_id is None
    assert alone.reason


async def test_loops_end(desk: Desk, mail: Mail) -> None:
    first = await desk.put(mail())
    ours = await reply_in(desk, first.conversation_id)
    back = await desk.put(mail(From=desk.workspace.address, Message_ID=f"<{ours}>"))
    assert back.fate is Fate.LOOP
    token = loop_token(desk.keys, desk.workspace.id)
    again = await desk.put(mail(X_Loop=token))
    assert again.fate is Fate.LOOP
    assert again.reason
    assert await desk.count("messages") == 2


def bounce(to: str, original: str) -> bytes:
    return (
        f"From: MAILER-DAEMON@mx.example\r\nTo: {to}\r\nSubject: Undelivered Mail Returned to Sender\r\n"
        "Message-ID: <b1@mx.example>\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: text/plain\r\n\r\nI am sorry.\r\n"
        "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example\r\n\r\n"
        "Final-Recipient: rfc822; carla@shop.example\r\nAction: failed\r\nStatus: 5.1.1\r\n"
        "Diagnostic-Code: smtp; 550 no such user\r\n\r\n"
        f"--b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: <{original}>\r\nSubject: Order\r\n\r\n--b--\r\n"
    ).encode()


async def test_a_bounce_marks_our_message_and_writes_a_line(desk: Desk, mail: Mail) -> None:
    first = await desk.put(mail())
    ours = await reply_in(desk, first.conversation_id)
    line = await desk.put(bounce(desk.workspace.address, ours))
    assert (line.fate, line.conversation_id) == (Fate.BOUNCE, first.conversation_id)
    assert line.reason
    assert "550 no such user" in line.reason
    assert await desk.db.one(int, "SELECT delivery FROM messages WHERE external_id = $1", ours) == 4
    note = await desk.db.one(
        str, "SELECT text FROM messages WHERE conversation_id = $1 AND kind = 3", first.conversation_id
    )
    assert "did not arrive" in note


async def test_a_bounce_of_foreign_mail_is_visible(desk: Desk) -> None:
    line = await desk.put(bounce(desk.workspace.address, "foreign@elsewhere.example"))
    assert line.fate is Fate.BOUNCE
    assert line.conversation_id is None
    assert line.reason
    assert "did not leave through Hark" in line.reason


async def test_a_customer_who_writes_cancels_a_scheduled_reply(desk: Desk, mail: Mail) -> None:
    first = await desk.put(mail(Message_ID="<sched@x>"))
    endpoint = await desk.db.one(UUID, "SELECT id FROM endpoints WHERE conversation_id = $1", first.conversation_id)
    later = datetime.now(UTC) + timedelta(days=1)
    await desk.db.run(
        "INSERT INTO outbox (workspace_id, id, conversation_id, endpoint_id, body, state, release_at, next_try_at, seen_seq,"
        " cancel_if_customer_writes, created_at) VALUES ($1, $2, $3, $4, '{\"text\": \"x\"}', 0, $5, $5, 9, true, now())",
        desk.workspace.id, uuid4(), first.conversation_id, endpoint, later,
    )  # fmt: skip
    await desk.put(mail(In_Reply_To="<sched@x>"))
    assert await desk.db.one(int, "SELECT state FROM outbox WHERE conversation_id = $1", first.conversation_id) == 5


async def test_three_failures_park_and_replay_works(
    desk: Desk, mail: Mail, files: Files, clock: Any, client: Any
) -> None:
    id = await desk.accept(mail())
    key = await desk.db.one(str, "SELECT blob_key FROM intake_items WHERE id = $1", id)
    raw = await files.get(key)
    await files.delete(key)
    other = await desk.accept(mail(From="other@x.example"))
    for _ in range(3):
        await desk.work()
        clock.advance(minutes=15)
    line = await desk.line(id)
    assert line.fate is Fate.PARKED
    assert line.reason
    assert "safe" in line.reason
    assert (await desk.line(other)).fate is Fate.NEW, "a poison mail stops no other"
    await files.put(key, raw)
    replayed = await client.post(f"/api/intake/{id}/replay")
    assert replayed.status_code == 200
    await desk.work()
    assert (await desk.line(id)).fate is Fate.NEW
    assert (await client.post(f"/api/intake/{id}/replay")).status_code == 409


async def test_a_batch_with_one_bad_item_saves_the_others(
    desk: Desk, mail: Mail, monkeypatch: pytest.MonkeyPatch
) -> None:
    good = [await desk.accept(mail(From=f"c{n}@x.example")) for n in range(5)]
    bad = await desk.accept(mail(Subject="bad one", From="bad@x.example"))
    real = process.place

    async def place(tx: Any, one: Any, house: Any, index: Any, **options: Any) -> Any:
        if one.inbound.subject == "bad one":
            await tx.run("SELECT 1 / 0")
        return await real(tx, one, house, index, **options)

    monkeypatch.setattr(process, "place", place)
    await desk.work()
    assert [(await desk.line(id)).fate for id in good] == [Fate.NEW] * 5
    line = await desk.line(bad)
    assert (line.fate, line.attempts) == (Fate.OPEN, 1)
    assert await desk.count("messages") == 5


async def test_a_burst_of_one_thread_keeps_its_order(desk: Desk, mail: Mail) -> None:
    raws = [mail(Message_ID="<t0@x>")] + [
        mail(f"number {n}", Message_ID=f"<t{n}@x>", In_Reply_To=f"<t{n - 1}@x>") for n in range(1, 12)
    ]
    ids = [await desk.accept(raw) for raw in raws]
    await desk.work()
    lines = [await desk.line(id) for id in ids]
    assert len({x.conversation_id for x in lines}) == 1
    texts = await desk.db.all(
        str, "SELECT text FROM messages WHERE conversation_id = $1 ORDER BY seq", lines[0].conversation_id
    )
    assert texts[1:] == [f"number {n}" for n in range(1, 12)]


async def test_history_takes_the_mails_time_and_the_teams_replies(desk: Desk, mail: Mail) -> None:
    at = datetime(2020, 3, 1, 9, tzinfo=UTC)
    first = await desk.put(mail(Message_ID="<h1@x>"), source=Source.IMPORT, at=at)
    # In a trusted history everybody may join a thread.
    second = await desk.put(
        mail(From="third@party.example", In_Reply_To="<h1@x>"), source=Source.IMPORT, at=at + timedelta(hours=1)
    )
    third = await desk.put(
        mail(From="staff@desk.example", In_Reply_To="<h1@x>"),
        source=Source.IMPORT,
        at=at + timedelta(hours=2),
        from_team=True,
    )
    assert first.conversation_id == second.conversation_id == third.conversation_id
    rows = await desk.db.pool.fetch(
        "SELECT direction, occurred_at, delivery FROM messages WHERE conversation_id = $1 ORDER BY seq",
        first.conversation_id,
    )
    assert [r["direction"] for r in rows] == [1, 1, 2]
    assert rows[2]["occurred_at"] == at + timedelta(hours=2)
    begun = await desk.put(mail(From="staff@desk.example", Subject="News"), source=Source.IMPORT, at=at, from_team=True)
    assert begun.fate is Fate.NEW
    assert await desk.db.one(
        bool, "SELECT last_item_at IS NULL FROM channel_accounts WHERE id = $1", desk.workspace.account_id
    )


async def test_strangers_see_nothing_of_the_ledger(desk: Desk, mail: Mail, client: Any, stranger_client: Any) -> None:
    raw = mail()
    line = await desk.put(raw)
    got = await client.get(f"/api/intake/{line.id}/raw")
    assert got.content == raw
    assert got.headers["content-disposition"].endswith('.eml"')
    for method, path in (("GET", ""), ("GET", "/raw"), ("POST", "/replay"), ("POST", "/spam")):
        assert (await stranger_client.request(method, f"/api/intake/{line.id}{path}")).status_code == 404
    assert (await stranger_client.get("/api/intake")).json()["items"] == []


async def test_ledger_pages_and_filters(desk: Desk, mail: Mail, client: Any) -> None:
    for n in range(5):
        await desk.put(mail(From=f"p{n}@x.example"))
    page = (await client.get("/api/intake?fate=new&limit=3")).json()
    rest = (await client.get(f"/api/intake?fate=new&limit=3&cursor={page['next']}")).json()
    ids = [i["id"] for i in page["items"] + rest["items"]]
    assert len(ids) == len(set(ids)) == 5
    assert rest["next"] is None
    other_list = await client.get(f"/api/intake?fate=held&cursor={page['next']}")
    assert (other_list.status_code, other_list.json()["code"]) == (400, "bad_cursor")
    assert (await client.get("/api/intake?fate=nonsense")).status_code == 400


async def test_a_further_mail_cannot_lead_answers_away(desk: Desk, mail: Mail, client: Any) -> None:
    first = await desk.put(mail(Reply_To="Carla at home <home@carla.example>"))

    async def answers_go_to() -> list[str]:
        detail = (await client.get(f"/api/conversations/{first.conversation_id}")).json()
        return [address for endpoint in detail["endpoints"] for address in endpoint["to"]]

    assert await answers_go_to() == ["home@carla.example"]
    again = await desk.put(mail(Subject="Re: Order 4711", Reply_To="home@carla.example"))
    assert (again.conversation_id, again.reason) == (first.conversation_id, None)
    assert await answers_go_to() == ["home@carla.example"]
    for _ in range(2):  # and naming oneself once makes nobody a party
        forged = await desk.put(mail(Subject="Re: Order 4711", Reply_To="eve@evil.example"))
        assert forged.conversation_id == first.conversation_id
        assert forged.reason is not None
        assert "takes no part" in forged.reason
        assert await answers_go_to() == ["carla@shop.example"]
    stranger = await desk.put(mail(From="eve@evil.example", Subject="Re: Order 4711"))
    assert stranger.conversation_id != first.conversation_id or stranger.fate is Fate.HELD
