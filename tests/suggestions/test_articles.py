"""Articles beside suggested replies: which may be shown, linked to and quoted in which conversation, and what became of them."""

from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from tests.conftest import FakeClock
from tests.help.desk import Desk as Library
from tests.suggestions.conftest import Desk
from tests.support.workspace import SignedIn

from hark.suggestions.actions import FORGET_AFTER, forget_stale

BODY = "Everybody sends something back now and then.\n\n## How\n\nYou can return a lamp within thirty days. Print the label and bring the parcel to any post office."
ASKED = "How can I return a lamp? Where is the label?"


@pytest.fixture
async def library(client: SignedIn) -> Library:
    made = await client.post("/api/help/centres", {"name": "Acme Help", "languages": ["en", "it"], "published": True})
    return Library(client, made.json())


async def articles(client: SignedIn, conversation: UUID) -> Any:
    answer = await client.post(f"/api/conversations/{conversation}/suggested-articles", {})
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_an_article_everybody_may_read_can_be_linked_to_and_quoted(
    client: SignedIn, desk: Desk, library: Library
) -> None:
    made = await library.published("Return a lamp", BODY)
    await library.published("Opening hours", "We are here from nine to five.")
    here = await desk.ask(ASKED, name="Luca Bianchi", subject="Return a lamp")
    offer = await articles(client, here)
    (one,) = offer["articles"]
    assert (one["article_id"], one["position"], one["seen"]) == (made["id"], 1, "public")
    assert one["url"].endswith("/en/articles/return-a-lamp")
    assert one["url"].startswith("http")
    assert one["passage"].startswith("You can return a lamp within thirty days.")
    assert (await articles(client, here))["id"] == offer["id"]  # the same in view is the same offer


async def test_nothing_is_shown_when_nothing_answers(client: SignedIn, desk: Desk, library: Library) -> None:
    await library.published("Return a lamp", BODY)
    here = await desk.ask("Is the director in town on Thursday?", name="Luca Bianchi", subject="Meeting")
    assert await articles(client, here) == {"id": None, "articles": []}


async def test_an_internal_article_is_for_the_agent_alone(client: SignedIn, desk: Desk, library: Library) -> None:
    await library.published("Return a lamp", BODY, visibility="internal")
    here = await desk.ask(ASKED, name="Luca Bianchi", subject="Return a lamp")
    (one,) = (await articles(client, here))["articles"]
    assert (one["seen"], one["url"], one["passage"]) == ("internal", None, "")


async def test_an_article_for_a_segment_only_where_the_customer_belongs_to_it(
    client: SignedIn, desk: Desk, library: Library
) -> None:
    await library.published(
        "Return a lamp", BODY, visibility="segment", condition={"field": "vip", "op": "is", "value": True}
    )
    vip, other = [await desk.ask(ASKED, name=name, subject="Return a lamp") for name in ("Vera Vip", "Luca Bianchi")]
    await desk.db.run("UPDATE contacts SET vip = true WHERE workspace_id = $1 AND name = 'Vera Vip'", desk.ws.id)
    assert (await articles(client, other))["articles"] == []
    (one,) = (await articles(client, vip))["articles"]
    assert (one["seen"], one["url"]) == ("segment", None)  # there is no page that everybody can open
    assert one["passage"].startswith("You can return a lamp")


async def test_who_may_not_read_articles_gets_none(
    client: SignedIn, desk: Desk, library: Library, http: httpx.AsyncClient
) -> None:
    await library.published("Return a lamp", BODY, visibility="internal")
    here = await desk.ask(ASKED, name="Luca Bianchi", subject="Return a lamp")
    role = await desk.db.one(
        int,
        "INSERT INTO roles (workspace_id, name, permissions, scope) VALUES ($1, 'Writes only',"
        " ARRAY['conversations.read','conversations.reply'], 3) RETURNING id",
        desk.ws.id,
    )  # fmt: skip
    actor, token = await desk.ws.agent(name="Tim Only")
    await desk.db.run("UPDATE agents SET role_id = $2 WHERE id = $1", actor.agent_id, role)
    assert (await articles(SignedIn(http, token), here))["articles"] == []


async def test_use_is_counted_by_article(
    client: SignedIn, desk: Desk, library: Library, http: httpx.AsyncClient
) -> None:
    made = await library.published("Return a lamp", BODY)
    for n, ways in enumerate([["open"], ["open", "link", "open"], []]):
        here = await desk.ask(ASKED, name=f"Person Nr{n}", subject="Return a lamp")
        offer = await articles(client, here)
        for way in ways:
            chosen = await client.post(f"/api/suggested-articles/{offer['id']}/chosen", {"position": 1, "way": way})
            assert chosen.status_code == 204
        await desk.post.reply(here, "Please see our article.")
    open_one = await desk.ask(ASKED, name="Not Answered", subject="Return a lamp")
    offer = await articles(client, open_one)
    await desk.read()
    report = (await client.get("/api/suggestions/report?days=7")).json()
    assert report["articles"] == [
        {"id": made["id"], "language": "en", "title": "Return a lamp", "shown": 3, "linked": 1, "quoted": 0, "opened": 1}
    ]  # fmt: skip
    # nobody touches what another has in view, and there is no second place
    _, token = await desk.ws.agent()
    chosen = {"position": 1, "way": "link"}
    stranger = await SignedIn(http, token).post(f"/api/suggested-articles/{offer['id']}/chosen", chosen)
    assert stranger.status_code == 404
    assert (await client.post(f"/api/suggested-articles/{uuid4()}/chosen", chosen)).status_code == 404
    beyond = await client.post(f"/api/suggested-articles/{offer['id']}/chosen", {"position": 2, "way": "link"})
    assert (beyond.status_code, beyond.json()["code"]) == (400, "no_such_article")


async def test_what_was_only_in_view_is_forgotten(
    client: SignedIn, desk: Desk, library: Library, clock: FakeClock
) -> None:
    await library.published("Return a lamp", BODY)
    answered, looked_at = [await desk.ask(ASKED, name=name, subject="Return a lamp") for name in ("Ann One", "Bo Two")]
    for one in (answered, looked_at):
        await articles(client, one)
    await desk.post.reply(answered, "Please see our article.")
    await desk.read()
    kept = "SELECT conversation_id FROM article_offers WHERE workspace_id = $1"
    await forget_stale(desk.db)
    assert len(await desk.db.all(UUID, kept, desk.ws.id)) == 2
    clock.advance(seconds=FORGET_AFTER.total_seconds() + 1)
    await forget_stale(desk.db)
    assert await desk.db.all(UUID, kept, desk.ws.id) == [answered]
