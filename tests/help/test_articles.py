"""Articles: written by several people, reviewed, published, translated, and never overwritten unseen."""

from typing import Any
from uuid import UUID, uuid4

import httpx
from tests.conftest import FakeClock
from tests.help.desk import Desk
from tests.support.post import Post
from tests.support.workspace import SignedIn, TestWorkspace

from hark.core.db import Db
from hark.help.audience import ANYBODY, TEAM, contact_audience
from hark.help.published import find_centre, find_redirect, list_live, list_published, live_stamp, published_article


def of(article: dict[str, Any], language: str) -> dict[str, Any]:
    return next(state for state in article["languages"] if state["language"] == language)


async def test_from_draft_to_readers_and_away_again(desk: Desk, db: Db) -> None:
    article = await desk.article("How do I return something?", "Send it **back**.", keywords=["refund"])
    assert (article["texts"]["en"]["state"], article["texts"]["en"]["slug"]) == ("draft", "how-do-i-return-something")
    assert [s["state"] for s in article["languages"]] == ["draft", "missing", "missing"]
    centre = await find_centre(db, slug=desk.centre["slug"])
    assert centre is not None
    slug = "how-do-i-return-something"
    assert await published_article(db, centre, "en", slug, ANYBODY) is None
    before = await live_stamp(db, centre.workspace_id)
    article = await desk.publish(article)
    live = await published_article(db, centre, "en", slug, ANYBODY)
    assert live is not None
    assert (live.title, live.number, live.slugs) == ("How do I return something?", 1, {"en": slug})
    assert await live_stamp(db, centre.workspace_id) != before
    changed = await desk.save(article, body="Keep it.")
    assert (of(changed, "en")["live"], of(changed, "en")["changed"]) == (True, True)
    live = await published_article(db, centre, "en", slug, ANYBODY)
    assert live is not None
    assert live.body == "Send it **back**."
    await desk.do(changed, "archive")
    assert await published_article(db, centre, "en", slug, ANYBODY) is None
    assert await list_live(db, centre.workspace_id) == []


async def test_two_people_do_not_overwrite_each_other(desk: Desk) -> None:
    article = await desk.article()
    first = await desk.save(article, body="Mine.")
    late = await desk.client.put(
        desk.path(article, "en"), {"version": article["texts"]["en"]["version"], "body": "Yours."}
    )
    assert (late.status_code, late.json()["code"]) == (409, "changed_meanwhile")
    assert late.json()["current"]["body"] == "Mine."
    assert (await desk.get(article["id"]))["texts"]["en"] == first["texts"]["en"]
    late = await desk.client.post(f"{desk.path(article, 'en')}/publish", {"version": 1})
    assert late.json()["code"] == "changed_meanwhile"
    again = await desk.client.put(desk.path(article, "it"), {"version": 3, "title": "Resi"})
    assert (again.status_code, again.json()["current"]) == (409, None)


async def test_a_save_that_changes_nothing_is_no_new_version(desk: Desk) -> None:
    article = await desk.published()
    assert (await desk.save(article, body="Send it back."))["texts"]["en"]["version"] == article["texts"]["en"][
        "version"
    ]
    changed = await desk.save(article, body="Other.")
    assert changed["texts"]["en"]["state"] == "draft"
    back = await desk.save(changed, body="Send it back.")
    assert (back["texts"]["en"]["state"], back["texts"]["en"]["changed"]) == ("published", False)
    assert (await desk.publish(back))["texts"]["en"]["live_version"] == 1


async def test_a_translation_grows_stale_when_its_source_is_published_again(desk: Desk) -> None:
    article = await desk.published("Returns", "One.")
    article = await desk.save(article, "it", title="Resi", body="Uno.")
    assert (article["texts"]["it"]["made_from"], article["texts"]["it"]["live_source"]) == (1, 1)
    article = await desk.publish(article, "it")
    assert not of(article, "it")["stale"]
    article = await desk.publish(await desk.save(article, body="Two."))
    assert of(article, "it")["stale"]
    found = (await desk.client.get("/api/help/articles?language=it&stale=true")).json()["items"]
    assert [row["title"] for row in found] == ["Resi"]
    assert of(await desk.publish(article, "it"), "it")["stale"], (
        "publishing a typo's cure says nothing about the source"
    )
    article = await desk.publish(await desk.get(article["id"]), "it", up_to_date=True)
    assert not of(article, "it")["stale"]
    missing = (await desk.client.get("/api/help/articles?language=ko&state=missing")).json()["items"]
    assert [row["id"] for row in missing] == [article["id"]]
    assert (await desk.client.get("/api/help/articles?language=it&state=missing")).json()["items"] == []


async def test_a_review_is_asked_for_and_sent_back(
    desk: Desk, workspace: TestWorkspace, http: httpx.AsyncClient
) -> None:
    writer = SignedIn(http, (await workspace.agent())[1])
    made = (await writer.post("/api/help/articles", {"centre_id": desk.centre["id"], "title": "T", "body": "B"})).json()
    path = desk.path(made, "en")
    assert (await writer.post(f"{path}/publish", {"version": 1})).status_code == 403
    asked = (
        await writer.post(f"{path}/review", {"version": 1, "reviewer_id": workspace.owner.agent_id, "note": "Right?"})
    ).json()
    assert (asked["texts"]["en"]["state"], asked["texts"]["en"]["review_note"]) == ("review", "Right?")
    mine = await desk.client.get(f"/api/help/articles?reviewer_id={workspace.owner.agent_id}")
    assert [row["id"] for row in mine.json()["items"]] == [made["id"]]
    back = await desk.do(made, "return", note="Shorter, please.")
    assert (back["texts"]["en"]["state"], back["texts"]["en"]["review_note"]) == ("draft", "Shorter, please.")
    assert (await writer.post(f"{path}/return", {})).json()["code"] == "no_review"
    assert (await writer.post(f"{path}/review", {"version": 1, "reviewer_id": 999_999})).status_code == 400


async def test_versions_are_kept_compared_and_restored(desk: Desk) -> None:
    article = await desk.published("Returns", "Send it back.\n\nWithin 30 days.")
    article = await desk.publish(await desk.save(article, title="Return it", body="Send it back.\n\nWithin 14 days."))
    path = desk.path(article, "en")
    listed = desk.ok(await desk.client.get(f"{path}/versions"))["items"]
    assert [(v["number"], v["title"], v["live"]) for v in listed] == [(2, "Return it", True), (1, "Returns", False)]
    first = desk.ok(await desk.client.get(f"{path}/versions/1"))
    assert (first["title"], first["html"]) == ("Returns", "<p>Send it back.</p>\n<p>Within 30 days.</p>\n")
    diff = desk.ok(await desk.client.get(f"{path}/diff?older=1&newer=2"))
    assert {"sign": -1, "text": "30"} in diff["body"][2]["pieces"]
    assert {"sign": 1, "text": "14"} in diff["body"][3]["pieces"]
    assert diff["fields"]["title"]
    assert desk.ok(await desk.client.get(f"{path}/diff?older=2"))["body"] == []
    back = await desk.do(article, "restore", number=1, version=article["texts"]["en"]["version"])
    assert (back["texts"]["en"]["title"], back["texts"]["en"]["state"], back["texts"]["en"]["live_version"]) == (
        "Returns",
        "draft",
        2,
    )
    assert (await desk.client.get(f"{path}/versions/9")).status_code == 404


async def test_a_former_address_leads_to_the_new_one(desk: Desk, db: Db) -> None:
    article = await desk.published("Returns")
    article = await desk.publish(await desk.save(article, slug="send-back"))
    centre = await find_centre(db, slug=desk.centre["slug"])
    assert centre is not None
    found = await find_redirect(db, centre, "returns", "en")
    assert found is not None
    assert found.article_id == article["id"]
    listed = desk.ok(await desk.client.get(f"/api/help/redirects?centre_id={centre.id}"))["items"]
    assert [(r["path"], r["language"], r["automatic"]) for r in listed] == [("returns", "en", True)]
    await desk.publish(await desk.save(article, slug="returns"))
    assert await find_redirect(db, centre, "returns", "en") is None, "an article lives there again"
    taken = await desk.save(await desk.article("Other"), slug="returns")
    refused = await desk.client.post(f"{desk.path(taken, 'en')}/publish", {"version": taken["texts"]["en"]["version"]})
    assert (refused.status_code, refused.json()["code"]) == (409, "slug_taken")


async def test_articles_are_for_those_they_are_for(desk: Desk, db: Db, post: Post, workspace: TestWorkspace) -> None:
    await desk.published("Open")
    await desk.published("Ours", visibility="internal")
    condition = {"field": "vip", "op": "is", "value": True}
    await desk.published("Gold", visibility="segment", condition=condition)
    conversation = (await post.mail()).conversation_id
    contact = await db.one(UUID, "SELECT contact_id FROM conversations WHERE id = $1", conversation)
    centre = await find_centre(db, slug=desk.centre["slug"])
    assert centre is not None

    async def titles(audience: Any) -> set[str]:
        return {a.title for a in await list_published(db, centre, "en", audience)}

    assert await titles(ANYBODY) == {"Open"}
    assert await titles(TEAM) == {"Open", "Ours", "Gold"}
    assert await titles(await contact_audience(db, workspace.id, contact)) == {"Open"}
    await db.run("UPDATE contacts SET vip = true WHERE workspace_id = $1 AND id = $2", workspace.id, contact)
    assert await titles(await contact_audience(db, workspace.id, contact)) == {"Open", "Gold"}
    assert await titles(await contact_audience(db, workspace.id, uuid4())) == {"Open"}
    for wrong in (
        {"visibility": "segment"},
        {"visibility": "segment", "condition": {"field": "subject", "op": "contains", "value": "x"}},
    ):
        refused = await desk.client.post("/api/help/articles", {"centre_id": centre.id, "title": "T", **wrong})
        assert refused.status_code == 400, refused.text


async def test_what_is_published_is_shown_to_others_only_by_those_who_publish(
    desk: Desk, workspace: TestWorkspace, http: httpx.AsyncClient
) -> None:
    writer = SignedIn(http, (await workspace.agent())[1])
    ours = await desk.published("Ours", visibility="internal")
    path = f"/api/help/articles/{ours['id']}"
    assert (await writer.patch(path, {"visibility": "public"})).status_code == 403
    assert (await writer.delete(path)).status_code == 403
    assert (await writer.patch(path, {"related": []})).status_code == 200
    assert (await desk.client.delete(path)).status_code == 204
    assert (await desk.client.get(path)).status_code == 404


async def test_links_that_lead_nowhere_are_named_at_publishing(desk: Desk) -> None:
    draft = await desk.article("Draft")
    ours = await desk.published("Ours", visibility="internal")
    good = await desk.published("Good", "## Part one\n\nText")
    body = (
        f"[a](article:{draft['id']}) [b](article:{ours['id']}) [c](article:{good['id']}#part-one)"
        f" [d](article:{good['id']}#nowhere) [e](article:999999) [f](other.md) [g](https://x.example) [h](#top)"
        f" ![i](/help/files/{uuid4()})"
    )
    article = await desk.article("Links", body)
    answer = await desk.do(article, "publish", version=1)
    assert [(b["text"], b["problem"]) for b in answer["broken_links"]] == [
        ("a", "not_published"), ("b", "hidden"), ("d", "no_heading"), ("e", "missing"), ("f", "missing"), ("h", "no_heading"),
        ("i", "missing"),
    ]  # fmt: skip
    listed = desk.ok(await desk.client.get(f"/api/help/links?centre_id={desk.centre['id']}"))["items"]
    assert len(listed) == 7
    shown = desk.ok(await desk.client.post("/api/help/preview", {"body": "# A\n\n[x](nope)"}))
    assert (shown["headings"][0]["id"], shown["broken_links"][0]["problem"]) == ("a", "missing")


async def test_a_draft_from_a_conversation_tells_nothing_of_its_customer(desk: Desk, post: Post) -> None:
    placed = await post.mail(
        subject="Where is order 4711-2233-9?",
        text="Hello Ada,\nwhere is my parcel 1234567890? Call +39 333 1234567 or jane.doe@shop.example.\nThanks\nJane Doe",
    )
    made = await desk.article("", "", source={"type": "conversation", "id": str(placed.conversation_id)})
    text = made["texts"]["en"]
    everything = text["title"] + text["body"]
    for told in ("jane", "Doe", "shop.example", "333", "1234567890"):
        assert told not in everything
    assert "where is my parcel […]?" in text["body"]
    assert made["origin"] == {"type": "conversation", "id": str(placed.conversation_id)}
    refused = await desk.client.post(
        "/api/help/articles", {"centre_id": desk.centre["id"], "source": {"type": "conversation", "id": str(uuid4())}}
    )
    assert refused.status_code == 404


async def test_a_draft_from_searches_and_from_a_reply(desk: Desk) -> None:
    made = await desk.article("", "", source={"type": "searches", "queries": ["reset passwort", "password reset"]})
    text = made["texts"]["en"]
    assert (text["title"], text["keywords"]) == ("Reset passwort", ["reset passwort", "password reset"])
    made = await desk.article("", "", source={"type": "reply", "text": "Press the button.\n\nThen wait."})
    assert (made["texts"]["en"]["title"], made["texts"]["en"]["body"]) == (
        "Press the button.",
        "Press the button.\n\nThen wait.",
    )


async def test_lists_narrow_and_page(desk: Desk, clock: FakeClock) -> None:
    for n in range(5):
        await desk.article(f"Number {n}", "Words about parcels." if n % 2 else "Nothing.")
    listed: list[str] = []
    cursor = ""
    while cursor is not None:
        page = desk.ok(await desk.client.get(f"/api/help/articles?limit=2{cursor and f'&cursor={cursor}'}"))
        listed += [row["title"] for row in page["items"]]
        cursor = page["next"]
    assert listed == [f"Number {n}" for n in (4, 3, 2, 1, 0)]
    found = desk.ok(await desk.client.get("/api/help/articles?q=PARCELS&state=draft"))["items"]
    assert [row["title"] for row in found] == ["Number 3", "Number 1"]
    for wrong in ("state=none", "visibility=none", "limit=0", "cursor=x"):
        assert (await desk.client.get(f"/api/help/articles?{wrong}")).status_code == 400


async def test_languages_come_and_go(desk: Desk) -> None:
    article = await desk.save(await desk.published(), "it", title="Resi")
    assert (await desk.client.put(desk.path(article, "fr"), {"version": 0, "title": "Retours"})).json()[
        "code"
    ] == "unknown_language"
    assert (await desk.client.delete(desk.path(article, "en"))).json()["code"] == "is_source"
    assert "it" not in desk.ok(await desk.client.delete(desk.path(article, "it")))["texts"]
    assert (await desk.client.delete(desk.path(article, "it"))).status_code == 404


async def test_of_another_workspace_it_does_not_exist(desk: Desk, stranger_client: SignedIn) -> None:
    article = await desk.published()
    for path in ("", "/texts/en/versions", "/texts/en/versions/1"):
        assert (await stranger_client.get(f"/api/help/articles/{article['id']}{path}")).status_code == 404
    assert (await stranger_client.put(desk.path(article, "en"), {"version": 2, "title": "Mine"})).status_code == 404
    assert (await stranger_client.get("/api/help/articles")).json()["items"] == []
