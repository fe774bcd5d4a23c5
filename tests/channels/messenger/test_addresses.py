"""Mail addresses that visitors type, and mails they cause: what cannot be sent to stops nobody's mail, nobody is flooded."""

import pytest
from tests.channels.messenger.conftest import TestMessenger
from tests.channels.messenger.test_identity import signed
from tests.channels.messenger.test_threads import conversations
from tests.support.workspace import SignedIn, TestWorkspace

WRONG = ["a,b@x.example", 'a"b@x.example', "a@b@x.example", "a@b.example,x@y.example", "a;b@x.example", "a>b@x.example"]


@pytest.mark.parametrize("typed", WRONG)
async def test_an_address_is_one_address(messenger: TestMessenger, typed: str) -> None:
    visitor = await messenger.visitor()
    refused = await visitor.post("contact", {"address": typed})
    assert (refused.status_code, refused.json()["code"]) == (400, "bad_address")


@pytest.mark.parametrize("signed_address", WRONG[:3])
async def test_an_address_nothing_is_sent_to_is_as_none(
    messenger: TestMessenger, client: SignedIn, workspace: TestWorkspace, signed_address: str
) -> None:
    """A site may vouch for anything; the outbox stays readable, for people and for the worker."""
    await messenger.change(reply_mailbox_id=workspace.account_id)
    visitor = await messenger.visitor(jwt=signed(await messenger.secret(), email=signed_address))
    thread = (await visitor.write("Hello?"))["thread_id"]
    refused = await visitor.post(f"threads/{thread}/transcript", {})
    assert (refused.status_code, refused.json()["code"]) == (400, "no_address")
    (conversation,) = await conversations(client)
    assert (await client.get(f"/api/conversations/{conversation['id']}/outbox")).json()["items"] == []


async def test_one_peer_sends_few_transcripts_whatever_addresses_it_types(
    messenger: TestMessenger, workspace: TestWorkspace
) -> None:
    await messenger.change(reply_mailbox_id=workspace.account_id)
    answers = []
    for n in range(6):
        visitor = await messenger.visitor()
        thread = (await visitor.write("Buy this"))["thread_id"]
        await visitor.post("contact", {"address": f"victim{n}@other.example"})
        answers.append((await visitor.post(f"threads/{thread}/transcript", {})).status_code)
    assert answers == [202] * 5 + [429]


async def test_a_message_id_is_taken_also_at_another_messenger(messenger: TestMessenger, client: SignedIn) -> None:
    posted = await (await messenger.visitor()).write("Mine")
    other = (await client.post("/api/messengers", {"name": "Other"})).json()
    elsewhere = await TestMessenger(other["id"], other["key"], client, messenger.http).visitor()
    body = {"id": posted["message"]["id"], "text": "Mine too"}
    refused = await elsewhere.post("threads/0197a000-0000-7000-8000-000000000001/messages", body)
    assert (refused.status_code, refused.json()["code"]) == (409, "id_taken")
