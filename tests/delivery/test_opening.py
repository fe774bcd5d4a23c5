"""A conversation that we begin: its first mail waits, can be taken back, and the answer to it comes home."""

from email import message_from_bytes
from email.policy import default
from typing import Any
from uuid import uuid4

import pytest
from tests.delivery.conftest import Office

from hark.delivery.types import State


def opening(office: Office, text: str = "Your parcel comes back to us.", **more: Any) -> dict[str, Any]:
    return {
        "account_id": office.workspace.account_id, "to": {"address": "nina@shop.example", "name": "Nina"},
        "cc": [{"address": "bob@shop.example"}], "subject": "Your parcel 88",
        "message": {"id": str(uuid4()), "text": text}, **more,
    }  # fmt: skip


async def outbox(client: Any, id: str) -> list[dict[str, Any]]:
    return (await client.get(f"/api/conversations/{id}/outbox")).json()["items"]


async def test_the_first_mail_leaves_and_the_answer_comes_home(office: Office, client: Any) -> None:
    begun = await client.post("/api/conversations", opening(office))
    assert begun.status_code == 200, begun.text
    c = begun.json()
    assert (c["contact"]["address"], c["subject"]) == ("nina@shop.example", "Your parcel 88")
    assert c["assignee_id"] == office.workspace.owner.agent_id
    (row,) = await outbox(client, c["id"])
    assert (row["state"], row["can"]) == ("held", ["cancel", "send-now"])
    await office.leave()
    (envelope,) = office.sink.mails
    assert envelope.rcpt_tos == ["nina@shop.example", "bob@shop.example"]
    mail = message_from_bytes(envelope.content, policy=default)
    assert (mail["Subject"], mail["In-Reply-To"], mail["References"]) == ("Your parcel 88", None, None)
    assert "Your parcel comes back to us." in mail.get_body(("plain",)).get_content()
    home = await office.write("Oh no", "nina@shop.example", In_Reply_To=str(mail["Message-ID"]), Subject="Re: other")
    assert str(home) == c["id"]


async def test_it_can_be_taken_back_and_sent_again(office: Office, client: Any) -> None:
    c = (await client.post("/api/conversations", opening(office))).json()
    (row,) = await outbox(client, c["id"])
    assert (await client.post(f"/api/outbox/{row['id']}/cancel")).json()["state"] == "cancelled"
    await office.leave()
    assert office.sink.mails == []
    again = {"id": str(uuid4()), "text": "Better words", "seen_seq": 0, "to": [{"address": "nina@shop.example"}]}
    assert (await client.post(f"/api/conversations/{c['id']}/replies", again)).status_code == 201
    await office.leave()
    assert len(office.sink.mails) == 1


async def test_the_same_request_twice_begins_one_conversation(office: Office, client: Any) -> None:
    body = opening(office)
    first, second = await client.post("/api/conversations", body), await client.post("/api/conversations", body)
    assert first.json()["id"] == second.json()["id"]
    await office.leave()
    assert await office.states() == [State.SENT]
    other = await client.post("/api/conversations", {**body, "subject": "Something else"})
    assert (other.status_code, other.json()["code"]) == (409, "id_taken")


async def test_what_cannot_be_sent_begins_nothing(office: Office, client: Any, stranger_client: Any) -> None:
    count = "SELECT count(*) FROM conversations WHERE workspace_id = $1"
    before = await office.db.one(int, count, office.workspace.id)
    for wrong, code in (
        ({"subject": "  "}, "no_subject"), ({"account_id": 9_999_999}, "unknown_reference"),
        ({"message": {"id": str(uuid4()), "text": " "}}, "empty_reply"),
        ({"message": {"id": str(uuid4()), "text": "x", "send_at": "2001-01-01T00:00:00Z"}}, "past"),
    ):  # fmt: skip
        answer = await client.post("/api/conversations", opening(office, **wrong))
        assert (answer.status_code, answer.json()["code"]) == (400, code), answer.text
    assert (await client.post("/api/conversations", opening(office, to={"address": "no address"}))).status_code == 400
    foreign = await stranger_client.post("/api/conversations", opening(office))
    assert foreign.status_code == 400, "a mailbox of another workspace is not there"
    assert await office.db.one(int, count, office.workspace.id) == before


@pytest.mark.parametrize("switched", ["disabled_at = now()", "kind = 2"])
async def test_only_a_mailbox_in_use_sends(office: Office, client: Any, switched: str) -> None:
    await office.db.run(f"UPDATE channel_accounts SET {switched} WHERE id = $1", office.workspace.account_id)
    answer = await client.post("/api/conversations", opening(office))
    assert (answer.status_code, answer.json()["code"]) == (400, "unknown_reference")
