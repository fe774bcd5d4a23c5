"""A bot in the messenger, through HTTP: it answers, asks, knows when it does not know, and a person is one step away."""

from datetime import timedelta
from typing import Any

from tests.bots.conftest import Publish, TestMessenger, person, start
from tests.support.workspace import SignedIn, TestWorkspace

from hark.bots.running import CONSUMER
from hark.core.db import Db

BLOCKS = (
    start("hi"),
    {"type": "message", "id": "hi", "text": {"en": "Hello!"}, "next": "b"},
    {"type": "buttons", "id": "b", "text": {"en": "What about?"}, "buttons": [
        {"id": "o", "label": {"en": "An order"}, "next": "n"}, {"id": "x", "label": {"en": "Something else"}, "next": "p"}]},
    {"type": "ask", "id": "n", "text": {"en": "Which number?"}, "kind": "number", "attribute": "conversation.order", "next": "t"},
    {"type": "set", "id": "t", "actions": [{"type": "severity", "value": 2}], "next": "p"},
    person(),
)  # fmt: skip


async def conversation_of(client: SignedIn) -> dict[str, Any]:
    (c,) = (await client.get("/api/conversations")).json()["items"]
    return dict((await client.get(f"/api/conversations/{c['id']}")).json())


async def test_a_bot_asks_and_hands_over_with_all_it_knows(
    messenger: TestMessenger, publish: Publish, work: Any, client: SignedIn
) -> None:
    bot = await publish(*BLOCKS, name="Helper")
    visitor = await messenger.visitor()
    thread = (await visitor.write("Where is my parcel?"))["thread_id"]
    await work()
    assert await visitor.texts(thread) == [
        ("you", "Where is my parcel?"), ("team", "Hello!"), ("team", "What about?"),
    ]  # fmt: skip
    page = (await visitor.get(f"threads/{thread}")).json()["messages"]
    assert page[-1]["name"] == "Helper"
    assert page[-1]["bot"] == {"choices": ["An order", "Something else"], "ask": None, "lead": "What about?", "article": None, "held": True}  # fmt: skip
    c = await conversation_of(client)
    assert (c["stage"], c["status"]) == ("customer", 1)

    await visitor.write("An order", thread=thread)
    await work()
    assert (await visitor.texts(thread))[-1] == ("team", "Which number?")
    await visitor.write("it is 42", thread=thread)
    await work()
    assert "Please answer with a number" in (await visitor.texts(thread))[-1][1]
    await visitor.write("42", thread=thread)
    await work()
    last = (await visitor.get(f"threads/{thread}")).json()["messages"][-1]
    assert "person of the team" in last["text"]
    assert last["bot"]["held"] is False

    c = await conversation_of(client)
    assert (c["stage"], c["severity"]) == ("queue", 2)
    items = (await client.get(f"/api/conversations/{c['id']}/thread")).json()["items"]
    note = next(i for i in items if i.get("kind") == "note")
    assert note["author"] == {"kind": "bot", "id": bot["id"], "name": "Helper"}
    assert "Wanted: Where is my parcel?" in note["text"]
    assert "order: 42" in note["text"]
    (card,) = (await client.get(f"/api/conversations/{c['id']}/bot")).json()["items"]
    assert (card["state"], card["question"], card["collected"]) == (
        "handed_over", "Where is my parcel?", [{"name": "conversation.order", "value": "42"}],
    )  # fmt: skip


async def test_a_condition_asks_the_conversation(messenger: TestMessenger, publish: Publish, work: Any) -> None:
    when = {"field": "message.text", "op": "has_any_word", "value": ["parcel"]}
    said = [{"type": "message", "id": id, "text": {"en": id}, "next": "p"} for id in ("yes", "no")]
    condition = {"type": "condition", "id": "c", "branches": [{"id": "1", "when": when, "next": "yes"}], "next": "no"}
    await publish(start("c"), condition, *said, person())
    visitor = await messenger.visitor()
    for text, answer in (("Where is my parcel?", "yes"), ("Good morning", "no")):
        thread = (await visitor.write(text))["thread_id"]
        await work()
        assert (await visitor.texts(thread))[1] == ("team", answer)


async def test_the_wait_counts_from_the_first_message_and_the_bot_has_its_own_span(
    messenger: TestMessenger, publish: Publish, work: Any, client: SignedIn, db: Db, workspace: TestWorkspace, clock: Any
) -> None:
    await publish(*BLOCKS)
    clock.advance(seconds=0)
    clock.at = clock()
    began = clock.at
    visitor = await messenger.visitor()
    thread = (await visitor.write("Hello?"))["thread_id"]
    await work()
    clock.advance(minutes=5)
    await visitor.write("Something else", thread=thread)
    await work()
    clock.advance(minutes=10)
    c = await conversation_of(client)
    answer = await client.post(
        f"/api/conversations/{c['id']}/replies",
        {"id": "00000000-0000-7000-8000-000000000001", "text": "Here I am", "seen_seq": c["public_seq"]},
    )
    assert answer.is_success, answer.text
    (wait,) = await db.pool.fetch("SELECT opened_at, closed_at, outcome FROM waits WHERE workspace_id = $1", workspace.id)
    assert (wait["opened_at"], wait["closed_at"]) == (began, began + timedelta(minutes=15))
    stages = await db.pool.fetch(
        "SELECT stage, extract(epoch FROM t1 - t0)::float8 AS s FROM spans WHERE workspace_id = $1 ORDER BY n", workspace.id
    )
    assert [(r["stage"], round(r["s"])) for r in stages if r["s"]] == [(3, 300), (1, 600)]


URGENT = {
    "I want to talk to a human please": "asked", "vorrei parlare con una persona": "asked", "상담원 연결해 주세요": "asked",
    "Talk to a person": "asked", "Parla con una persona": "asked", "상담원과 이야기하기": "asked",
    "This is unacceptable, you are useless!!!": "angry", "È inaccettabile, sono furioso!": "angry", "정말 화가 나네요 최악입니다": "angry",
    "You charged me twice, I want a refund": "billing", "Mi avete addebitato due volte": "billing", "환불해 주세요": "billing",
    "I am going to cancel my subscription": "leaving", "Voglio disdire il mio abbonamento": "leaving", "해지하고 싶어요": "leaving",
}  # fmt: skip


async def test_who_must_not_be_held_gets_a_person_at_once(
    messenger: TestMessenger, publish: Publish, work: Any, client: SignedIn
) -> None:
    bot = await publish(*BLOCKS)
    people = [(words, await messenger.visitor()) for words in URGENT]
    threads = [(await visitor.write("Hello"))["thread_id"] for _, visitor in people]
    await work()
    for (words, visitor), thread in zip(people, threads, strict=True):
        await visitor.write(words, thread=thread)
    await work()
    found = (await client.get("/api/conversations")).json()["items"]
    assert len(found) == len(URGENT)
    stages = {(await client.get(f"/api/conversations/{c['id']}")).json()["stage"] for c in found}
    assert stages == {"queue"}
    funnel = (await client.get(f"/api/bots/{bot['id']}/funnel")).json()
    assert (funnel["runs"], funnel["handed_over"], funnel["asked_person"]) == (15, 15, 6)
    assert funnel["reasons"] == {"asked": 6, "angry": 3, "billing": 3, "leaving": 3}
    # it does not come back
    _, visitor = people[0]
    await visitor.write("hello?", thread=threads[0])
    await work()
    assert len([t for who, t in await visitor.texts(threads[0]) if "person of the team" in t]) == 1


async def test_asked_for_a_person_and_got_one_is_counted(
    messenger: TestMessenger, publish: Publish, work: Any, client: SignedIn, clock: Any
) -> None:
    bot = await publish(*BLOCKS)
    clock.at = clock()
    visitor = await messenger.visitor()
    await visitor.write("Talk to a person")
    await work()
    funnel = (await client.get(f"/api/bots/{bot['id']}/funnel")).json()
    assert (funnel["asked_person"], funnel["got_person"]) == (1, 0)
    clock.advance(seconds=90)
    c = await conversation_of(client)
    body = {"id": "00000000-0000-7000-8000-000000000002", "text": "Hi", "seen_seq": c["public_seq"]}
    assert (await client.post(f"/api/conversations/{c['id']}/replies", body)).is_success
    await work()
    funnel = (await client.get(f"/api/bots/{bot['id']}/funnel")).json()
    assert (funnel["got_person"], funnel["person_after_s"]) == (1, 90.0)
    period = {"start": (clock.at - timedelta(days=1)).isoformat(), "end": (clock.at + timedelta(days=1)).isoformat()}
    report = await client.get("/api/reports/summary", params={**period, "figures": "asked_person,asked_person_after"})
    figures = {f["key"]: f["now"] for f in report.json()["figures"]}
    assert (figures["asked_person"]["value"], figures["asked_person_after"]["median"]) == (1.0, 90.0), report.text


async def test_a_person_who_steps_in_ends_the_bot(
    messenger: TestMessenger, publish: Publish, work: Any, client: SignedIn, workspace: TestWorkspace
) -> None:
    bot = await publish(*BLOCKS)
    visitor = await messenger.visitor()
    thread = (await visitor.write("Hello"))["thread_id"]
    assert (await client.post("/api/routing/next", {})).json() is None  # the bot has a moment to take it
    await work()
    assert (await client.post("/api/routing/next", {})).json() is None  # and has it now
    c = await conversation_of(client)
    taken = await client.post(f"/api/conversations/{c['id']}/assign", {"assignee_id": workspace.owner.agent_id})
    assert taken.status_code in (200, 201, 204), taken.text
    await work()
    await visitor.write("An order", thread=thread)
    await work()
    assert (await visitor.texts(thread))[-1] == ("you", "An order")
    assert (await client.get(f"/api/bots/{bot['id']}/funnel")).json()["taken"] == 1


async def test_every_message_is_answered_once_however_often_it_is_read(
    messenger: TestMessenger, publish: Publish, work: Any, db: Db, workspace: TestWorkspace
) -> None:
    await publish(*BLOCKS)
    visitor = await messenger.visitor()
    thread = (await visitor.write("Hello"))["thread_id"]
    await work()
    await visitor.write("An order", thread=thread)
    await work()
    before = await visitor.texts(thread)
    await db.run("UPDATE event_cursors SET seq = 0 WHERE consumer = $1 AND workspace_id = $2", CONSUMER.name, workspace.id)
    await work()
    assert await visitor.texts(thread) == before
    await visitor.write("7", thread=thread)
    await work()
    assert "person" in (await visitor.texts(thread))[-1][1]


async def test_a_bot_that_is_switched_off_gives_back_what_it_has(
    messenger: TestMessenger, publish: Publish, work: Any, client: SignedIn
) -> None:
    bot = await publish(*BLOCKS)
    visitor = await messenger.visitor()
    await visitor.write("Hello")
    await work()
    assert (await client.patch(f"/api/bots/{bot['id']}", {"enabled": False})).status_code == 200
    assert (await conversation_of(client))["stage"] == "queue"
    await visitor.write("And now?")
    await work()
    assert (await client.get(f"/api/bots/{bot['id']}/funnel")).json()["runs"] == 1
    assert (await client.delete(f"/api/bots/{bot['id']}")).status_code == 204


# what it says before anybody has written ------------------------------------------------------------------------------


async def test_a_greeting_is_kept_only_with_the_first_answer(
    messenger: TestMessenger, publish: Publish, work: Any, client: SignedIn, db: Db, workspace: TestWorkspace
) -> None:
    bot = await publish(
        *BLOCKS, {**start("q", type="page", url="/pricing*", after_s=20), "id": "s2"},
        {"type": "buttons", "id": "q", "text": {"en": "A question about prices?"}, "buttons": [{"id": "y", "label": {"en": "Yes"}, "next": "p"}]},
    )  # fmt: skip
    visitor = await messenger.visitor()
    greeting, prices = (await visitor.boot()).json()["openings"]
    assert [m["text"] for m in greeting["messages"]] == ["Hello!", "What about?"]
    assert greeting["messages"][1]["bot"]["choices"] == ["An order", "Something else"]
    assert prices["on"] == {"type": "page", "url": "/pricing*", "after_s": 20}
    assert (await client.get("/api/conversations")).json()["items"] == []

    thread = (await visitor.write("An order", opening=greeting["id"]))["thread_id"]
    await work()
    assert await visitor.texts(thread) == [
        ("team", "Hello!"), ("team", "What about?"), ("you", "An order"), ("team", "Which number?"),
    ]  # fmt: skip
    c = await conversation_of(client)
    assert c["stage"] == "customer"
    funnel = (await client.get(f"/api/bots/{bot['id']}/funnel")).json()
    assert [b["block_id"] for b in funnel["blocks"] if b["left"]] == ["n"]
    assert {b["block_id"]: b["entered"] for b in funnel["blocks"]} == {"s": 1, "hi": 1, "b": 1, "n": 1}
    # the wait is the customer's, not the greeting's
    count = await db.one(int, "SELECT count(*)::int FROM waits WHERE workspace_id = $1", workspace.id)
    assert count == 1


async def test_an_old_greeting_is_no_obstacle(messenger: TestMessenger, publish: Publish, work: Any) -> None:
    await publish(*BLOCKS)
    visitor = await messenger.visitor()
    thread = (await visitor.write("Hello", opening="999:1:s"))["thread_id"]
    await work()
    assert (await visitor.texts(thread))[:2] == [("you", "Hello"), ("team", "Hello!")]


async def test_nobody_is_there_is_said_honestly(
    messenger: TestMessenger, publish: Publish, work: Any, db: Db, workspace: TestWorkspace, clock: Any
) -> None:
    from datetime import UTC, datetime

    await db.run(
        "UPDATE calendar_versions SET periods = $2 WHERE workspace_id = $1", workspace.id,
        [{"weekday": 0, "start": "09:00", "end": "17:00"}],
    )  # fmt: skip
    clock.at = datetime(2026, 3, 4, 12, tzinfo=UTC)  # a Wednesday
    await publish(*BLOCKS)
    visitor = await messenger.visitor(language="it")
    thread = (await visitor.write("Vorrei parlare con una persona"))["thread_id"]
    await work()
    assert "Torna lunedì 9/3 alle 09:00" in (await visitor.texts(thread))[-1][1]
