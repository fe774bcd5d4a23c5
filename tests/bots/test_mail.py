"""A bot on mail: numbered choices, one mail for each step, never in a person's name."""

from datetime import timedelta
from typing import Any

import pytest
from tests.bots.conftest import Publish, person, start
from tests.support.post import Post
from tests.support.workspace import SignedIn, TestWorkspace

from hark.core.db import Db
from hark.delivery.leaving import Outbox
from hark.delivery.types import Handed, OutChannel, Outgoing
from hark.timers.jobs import serve_due
from hark.worker import TIMERS

BLOCKS = (
    start("hi"),
    {"type": "message", "id": "hi", "text": {"en": "Hello {{contact.name}}!"}, "next": "b"},
    {"type": "buttons", "id": "b", "text": {"en": "What about?"}, "buttons": [
        {"id": "o", "label": {"en": "An order"}, "next": "w"}, {"id": "x", "label": {"en": "Something else"}, "next": "p"}]},
    {"type": "wait", "id": "w", "seconds": 600, "next": "m"},
    {"type": "message", "id": "m", "text": {"en": "Still there?"}, "next": "p"},
    person(),
)  # fmt: skip


@pytest.fixture
def sent() -> list[Outgoing]:
    return []


@pytest.fixture
def outbox(db: Db, files: Any, sent: list[Outgoing]) -> Outbox:
    """The outbox with a mail server that takes everything."""

    async def prepare(out: Outgoing) -> Outgoing:
        return out

    async def send(out: Outgoing, _: Any) -> Handed:
        sent.append(out)
        return Handed()

    return Outbox(db, files, {1: OutChannel(new_id=lambda id, _: f"<{id}@desk.example>", prepare=prepare, send=send)})


async def test_buttons_are_numbered_lines_and_a_number_is_understood(
    post: Post, publish: Publish, work: Any, client: SignedIn, outbox: Outbox, sent: list[Outgoing]
) -> None:
    bot = await publish(*BLOCKS, name="Helper")
    got = await post.mail("Where is it?")
    await work()
    await outbox.work_once()
    (mail,) = sent
    assert mail.text == (
        "Hello Anna Kim!\n\nWhat about?\n\n1. An order\n2. Something else\n\nAnswer with the number or the words.\n\n"
        "I am an automatic assistant. To talk to a person, answer “person”."
    )
    assert (mail.author_name, mail.automatic, mail.to[0].address) == ("Helper", True, "anna@shop.example")
    items = (await client.get(f"/api/conversations/{got.conversation_id}/thread")).json()["items"]
    reply = next(i for i in items if i.get("direction") == "out")
    assert reply["author"] == {"kind": "bot", "id": bot["id"], "name": "Helper"}
    c = (await client.get(f"/api/conversations/{got.conversation_id}")).json()
    assert c["stage"] == "customer"

    quoted = "2\n\nOn Monday Helper wrote:\n> 1. An order"
    await post.mail(quoted, to=got.conversation_id, endpoint_id=reply["endpoint_id"], quoted_at=2)
    await work()
    await outbox.work_once()
    assert "person of the team" in sent[-1].text
    assert "automatic assistant" not in sent[-1].text
    assert (await client.get(f"/api/conversations/{got.conversation_id}")).json()["stage"] == "queue"


async def test_a_person_who_was_faster_silences_the_bot(
    post: Post, publish: Publish, work: Any, client: SignedIn, outbox: Outbox, sent: list[Outgoing]
) -> None:
    await publish(*BLOCKS)
    got = await post.mail("Where is it?")
    await work()
    await post.reply(got.conversation_id)
    await outbox.work_once()
    assert sent == []
    assert (await client.get(f"/api/conversations/{got.conversation_id}")).json()["stage"] == "customer"


async def test_time_goes_on_after_a_restart(
    post: Post, publish: Publish, work: Any, client: SignedIn, outbox: Outbox, sent: list[Outgoing], db: Db, clock: Any
) -> None:
    clock.at = clock()
    await publish(*BLOCKS)
    got = await post.mail("Where is it?")
    await work()
    await outbox.work_once()
    items = (await client.get(f"/api/conversations/{got.conversation_id}/thread")).json()["items"]
    endpoint = next(i for i in items if i.get("direction") == "out")["endpoint_id"]
    await post.mail("An order, please", to=got.conversation_id, endpoint_id=endpoint)
    await work()
    clock.at += timedelta(seconds=599)
    assert await serve_due(db, TIMERS) == 0
    clock.at += timedelta(seconds=2)
    assert await serve_due(db, TIMERS) == 1
    clock.at += timedelta(seconds=1)
    await outbox.work_once()
    assert sent[-1].text.startswith("Still there?")


async def test_somebody_who_says_nothing_more_is_given_to_a_person(
    post: Post, publish: Publish, work: Any, client: SignedIn, db: Db, clock: Any, outbox: Outbox
) -> None:
    clock.at = clock()
    bot = await publish(*BLOCKS)
    got = await post.mail("Where is it?")
    await work()
    await outbox.work_once()
    clock.at += timedelta(days=3)
    await serve_due(db, TIMERS)
    assert (await client.get(f"/api/conversations/{got.conversation_id}")).json()["stage"] == "queue"
    assert (await client.get(f"/api/bots/{bot['id']}/funnel")).json()["left"] == 1


async def test_a_bot_steps_in_when_nobody_answers(
    post: Post, publish: Publish, work: Any, client: SignedIn, db: Db, clock: Any, workspace: TestWorkspace
) -> None:
    clock.at = clock()
    bot = await publish(start("hi", type="no_answer", after_s=3600), *BLOCKS[1:])
    waits, held = await post.mail("Where is it?"), await post.mail("And this?", sender="bob@shop.example")
    await post.mail("I want to speak to a person!", sender="eve@shop.example")
    await work()
    assert (await client.get(f"/api/bots/{bot['id']}/funnel")).json()["runs"] == 0
    await client.post(f"/api/conversations/{held.conversation_id}/assign", {"assignee_id": workspace.owner.agent_id})
    clock.at += timedelta(seconds=3601)
    await serve_due(db, TIMERS)
    assert (await client.get(f"/api/bots/{bot['id']}/funnel")).json()["runs"] == 1
    assert (await client.get(f"/api/conversations/{waits.conversation_id}/bot")).json()["items"][0]["state"] == "active"


async def test_it_answers_where_the_customer_is(
    post: Post, publish: Publish, work: Any, outbox: Outbox, sent: list[Outgoing], db: Db
) -> None:
    await publish(*BLOCKS)
    got = await post.mail("Where is it?")
    await work()
    await outbox.work_once()
    await post.mail("1", to=got.conversation_id, sender="anna@home.example")
    await work()
    await outbox.work_once()
    await post.mail("hello?", to=got.conversation_id, sender="anna@home.example")
    await work()
    await outbox.work_once()
    assert [mail.to[0].address for mail in sent] == ["anna@shop.example", "anna@home.example"]
