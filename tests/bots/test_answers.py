"""Answers from the articles, servers that are asked, replays over the past, and what goes when somebody is erased."""

import asyncio
from typing import Any

import pytest
from tests.bots.conftest import Publish, TestMessenger, start
from tests.help.desk import Desk
from tests.support.post import Post
from tests.support.workspace import SignedIn, TestWorkspace

from hark.bots.calling import Servers, serve_calls
from hark.bots.replays import claim_replay, forget, work_on
from hark.core.asking import Request
from hark.core.crypto import Keys
from hark.core.db import Db
from hark.core.errors import Unavailable
from hark.suggestions.learning import Learners

ANSWERS = (start("a"), {"type": "answer", "id": "a", "text": {"en": "How can I help?"}})
RETURNS = """## Send it back

You can return boots within thirty days. Print the return label from your account and drop the parcel at any post office.

## Refunds

The refund arrives within five days after we have the boots."""


@pytest.fixture
async def desk(client: SignedIn) -> Desk:
    made = await client.post("/api/help/centres", {"name": "Acme Help", "languages": ["en", "ko"], "published": True})
    return Desk(client, made.json())


async def test_an_answer_is_quoted_with_its_link_and_accepted(
    messenger: TestMessenger, publish: Publish, work: Any, client: SignedIn, desk: Desk, db: Db, workspace: TestWorkspace
) -> None:
    await desk.publish(await desk.article("How to return boots", RETURNS))
    bot = await publish(*ANSWERS)
    visitor = await messenger.visitor()
    thread = (await visitor.write("How do I return my boots?"))["thread_id"]
    await work()
    (_, shown, asked) = (await visitor.get(f"threads/{thread}")).json()["messages"]
    assert shown["bot"]["article"]["title"] == "How to return boots"
    assert shown["bot"]["article"]["section"].startswith("You can return boots within thirty days.")
    assert shown["bot"]["article"]["url"].endswith("/en/articles/how-to-return-boots")
    assert shown["bot"]["article"]["url"] in shown["text"]
    assert (asked["text"], asked["bot"]["choices"]) == ("Did that help?", ["Yes, thanks", "No"])
    await visitor.write("Yes, thanks", thread=thread)
    await work()
    episode = await db.pool.fetchrow("SELECT outcome, resolved_at, first_reply_at FROM episodes WHERE workspace_id = $1", workspace.id)
    assert (episode["outcome"], episode["first_reply_at"]) == (3, None)
    assert episode["resolved_at"] is not None
    funnel = (await client.get(f"/api/bots/{bot['id']}/funnel")).json()
    assert (funnel["runs"], funnel["answered"], funnel["handed_over"]) == (1, 1, 0)


async def test_noise_is_not_shown(
    messenger: TestMessenger, publish: Publish, work: Any, client: SignedIn, desk: Desk
) -> None:
    await desk.publish(await desk.article("How to return boots", RETURNS))
    bot = await publish(*ANSWERS)
    visitor = await messenger.visitor()
    thread = (await visitor.write("Do you sponsor football clubs in Iceland?"))["thread_id"]
    await work()
    assert "person of the team" in (await visitor.texts(thread))[-1][1]
    assert (await client.get(f"/api/bots/{bot['id']}/funnel")).json()["reasons"] == {"unknown": 1}


async def test_an_end_that_nobody_accepted_is_no_answer(
    messenger: TestMessenger, publish: Publish, work: Any, client: SignedIn, db: Db, workspace: TestWorkspace
) -> None:
    blocks = [start("b"), {"type": "buttons", "id": "b", "text": {"en": "What?"}, "buttons": [
        {"id": "h", "label": {"en": "Opening times"}, "next": "e"}, {"id": "s", "label": {"en": "It is solved"}, "next": "f"}]},
        {"type": "resolve", "id": "e", "text": {"en": "From nine to five."}}, {"type": "resolve", "id": "f", "accepted": True}]  # fmt: skip
    await publish(*blocks)
    outcomes = []
    for words in ("Opening times", "It is solved"):
        visitor = await messenger.visitor()
        thread = (await visitor.write("Hello"))["thread_id"]
        await work()
        await visitor.write(words, thread=thread)
        await work()
        outcomes.append(
            await db.one(int, "SELECT outcome FROM episodes WHERE workspace_id = $1 ORDER BY started_at DESC LIMIT 1", workspace.id)
        )
    assert outcomes == [2, 3]  # unanswered, answered by the bot


HOOK = (
    start("w"),
    {"type": "webhook", "id": "w", "url": "https://shop.example/order?q={{contact.name}}", "secret_headers": {"X-Key": "s3cret"},
     "results": [{"path": "order.state", "attribute": "conversation.state"}], "next": "m"},
    {"type": "message", "id": "m", "text": {"en": "It is {{conversation.state}}."}, "next": "q"},
    {"type": "survey", "id": "q", "text": {"en": "Happy?"}},
)  # fmt: skip


async def test_a_server_is_asked_outside_of_any_transaction_and_its_answer_goes_on(
    messenger: TestMessenger, publish: Publish, work: Any, client: SignedIn, db: Db, keys: Keys
) -> None:
    bot = await publish(*HOOK)
    assert bot["flow"]["blocks"][1]["secret_headers"] == {"X-Key": "•••"}
    assert "s3cret" not in (await client.get(f"/api/bots/{bot['id']}/export")).text
    visitor = await messenger.visitor()
    thread = (await visitor.write("Where is it?"))["thread_id"]
    await work()
    asked: list[Request] = []

    async def ask(request: Request) -> bytes:
        asked.append(request)
        assert await db.one(int, "SELECT count(*)::int FROM bot_calls WHERE tries = 1") == 1
        return b'{"order": {"state": "on its way"}}'

    assert await serve_calls(db, Servers(keys, ask, ask, Learners(db))) == 1
    assert (asked[0].headers["X-Key"], asked[0].url) == ("s3cret", "https://shop.example/order?q=")
    assert [t for _, t in await visitor.texts(thread)][-2:] == ["It is on its way.", "Happy?"]
    assert await serve_calls(db, Servers(keys, ask, ask, Learners(db))) == 0


async def test_a_server_that_fails_is_told_and_a_person_comes(
    messenger: TestMessenger, publish: Publish, work: Any, client: SignedIn, db: Db, keys: Keys
) -> None:
    bot = await publish(*HOOK)
    visitor = await messenger.visitor()
    thread = (await visitor.write("Where is it?"))["thread_id"]
    await work()

    async def ask(_: Request) -> bytes:
        raise Unavailable("shop.example answered with status 500.")

    await serve_calls(db, Servers(keys, ask, ask, Learners(db)))
    assert "person of the team" in (await visitor.texts(thread))[-1][1]
    (trouble,) = (await client.get(f"/api/bots/{bot['id']}/troubles")).json()["items"]
    assert (trouble["block_id"], trouble["sentence"]) == ("w", "shop.example answered with status 500.")


async def test_private_servers_are_not_called(client: SignedIn, publish: Publish) -> None:
    from hark.channels.email.hosts import host_policy
    from hark.channels.email.providers.fetch import asker

    ask = asker(host_policy(allow_private=False))
    for url in ("https://127.0.0.1/x", "https://localhost/x", "https://169.254.169.254/latest", "https://[::1]/"):
        with pytest.raises(Unavailable, match="private network"):
            await ask(Request(method="POST", url=url, headers={}, body=b"{}", timeout_s=2))
    with pytest.raises(Unavailable, match="https"):
        await ask(Request(method="GET", url="http://shop.example/", headers={}, body=b"", timeout_s=2))


async def test_what_cannot_be_sent_is_said_in_a_sentence() -> None:
    from hark.channels.email.hosts import host_policy
    from hark.channels.email.providers.fetch import asker

    ask = asker(host_policy(allow_private=True), plain=True)
    async with await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1", 0) as server:
        here = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        for url, key in (("https://[", "k"), ("https://x:99999/", "k"), (f"{here}/주문", "k"), (f"{here}/", "키")):
            with pytest.raises(Unavailable, match="cannot be sent"):
                await ask(Request(method="POST", url=url, headers={"X-Key": key}, body=b"{}", timeout_s=5))


async def test_the_past_is_played_again_in_a_process_of_its_own(
    client: SignedIn, desk: Desk, post: Post, db: Db
) -> None:
    await desk.publish(await desk.article("How to return boots", RETURNS))
    flow = {"blocks": [*ANSWERS], "audience": {"channels": ["email"]}}
    bot = (await client.post("/api/bots", {"name": "Helper", "flow": flow})).json()
    good = await post.mail("How do I return my boots?", sender="a@shop.example")
    await post.reply(good.conversation_id, "Print the return label in your account and drop the parcel at a post office.")
    wrong = await post.mail("How to return boots?", sender="b@shop.example")
    await post.reply(wrong.conversation_id, "Presents belong to somebody else: ask whoever bought them for an invoice.")
    await post.mail("Do you sponsor football clubs?", sender="c@shop.example")
    await post.mail("I want a human, now!", sender="d@shop.example")
    queued = await client.post(f"/api/bots/{bot['id']}/replays", {"days": 7})
    assert queued.is_success, queued.text
    claimed = await claim_replay(db)
    assert claimed is not None
    await work_on(db, claimed, asyncio.Event())
    done = (await client.get(f"/api/bots/{bot['id']}/replays/{queued.json()['id']}")).json()
    assert done["state"] == "done", done["problem"]
    result = done["result"]
    assert result["sentence"] == "Would have answered 2 of 4, 1 of these wrongly."
    assert result["handed"] == {"asked": 1, "unknown": 1}
    assert [(c["conversation_id"], c["wrong"]) for c in result["cases"]] == [
        (str(wrong.conversation_id), True), (str(good.conversation_id), False),
    ]  # fmt: skip
    other = (await client.post(f"/api/bots/{bot['id']}/replays", {"days": 7})).json()
    stopped = await client.post(f"/api/bots/{bot['id']}/replays/{other['id']}/stop", {})
    assert stopped.json()["state"] == "stopped"
    assert await claim_replay(db) is None
    assert (await client.delete(f"/api/bots/{bot['id']}/replays/{done['id']}")).status_code == 204


async def test_a_replay_knows_the_words_of_the_workspace_and_what_it_cannot_know(
    client: SignedIn, desk: Desk, post: Post, db: Db
) -> None:
    await desk.publish(await desk.article("How to return boots", RETURNS))
    await client.put("/api/help/synonyms", {"groups": [["boots", "zapatones"], ["return", "bring back"]]})
    bot = (await client.post("/api/bots", {"name": "Helper", "flow": {"blocks": [*ANSWERS]}})).json()
    hooked = (await client.post("/api/bots", {"name": "Hooked", "flow": {"blocks": [*HOOK]}})).json()
    asked = await post.mail("How can I bring back zapatones?", sender="a@shop.example")
    results = []
    for one in (bot, hooked):
        queued = await client.post(f"/api/bots/{one['id']}/replays", {"days": 7})
        claimed = await claim_replay(db)
        assert claimed is not None
        await work_on(db, claimed, asyncio.Event())
        results.append((await client.get(f"/api/bots/{one['id']}/replays/{queued.json()['id']}")).json()["result"])
    assert (results[0]["answered"], results[0]["servers"]) == (1, 0)
    assert (results[1]["answered"], results[1]["servers"]) == (0, 1)
    assert [c["conversation_id"] for c in results[1]["unknown"]] == [str(asked.conversation_id)]


async def test_what_an_erased_person_told_a_bot_goes(
    messenger: TestMessenger, publish: Publish, work: Any, client: SignedIn, db: Db, workspace: TestWorkspace
) -> None:
    await publish(start("k"), {"type": "ask", "id": "k", "text": {"en": "Plan?"}, "kind": "text", "attribute": "contact.plan"})
    visitor = await messenger.visitor()
    thread = (await visitor.write("My secret question"))["thread_id"]
    await work()
    await visitor.write("Gold", thread=thread)
    await work()
    assert await db.one(str, "SELECT attributes->>'plan' FROM contacts WHERE workspace_id = $1", workspace.id) == "Gold"
    await db.run("UPDATE contacts SET erased_at = now() WHERE workspace_id = $1", workspace.id)
    await forget(db)
    left = await db.one(str, "SELECT string_agg(state::text, '') FROM bot_runs WHERE workspace_id = $1", workspace.id)
    assert left == "{}"
    assert await db.one(str, "SELECT attributes::text FROM contacts WHERE workspace_id = $1", workspace.id) == "{}"
