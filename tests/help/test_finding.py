"""Finding articles over HTTP: the index follows what is published, and nobody finds what is not for them."""

from tests.help.desk import Desk

from hark.core.db import Db
from hark.help.audience import ANYBODY, TEAM
from hark.help.finding import find_articles


async def ask(desk: Desk, q: str, **more: object) -> dict[str, object]:
    answer = await desk.client.get("/api/search/articles", params={"q": q, **more})
    assert answer.status_code == 200, answer.text
    return answer.json()


async def titles(desk: Desk, q: str, **more: object) -> list[str]:
    return [item["title"] for item in (await ask(desk, q, **more))["items"]]  # type: ignore[attr-defined,index]


async def test_the_index_follows_what_is_published(desk: Desk) -> None:
    assert await titles(desk, "refund") == []
    article = await desk.published("Refunds", "We pay back within **five days**.")
    await desk.published("Passwords", "Choose a new password.")
    assert await titles(desk, "refund") == ["Refunds"]
    assert await titles(desk, "five days") == ["Refunds"]

    article = await desk.save(await desk.get(article["id"]), body="We pay back within a week.")
    assert await titles(desk, "five days") == ["Refunds"]  # a draft changes nothing for readers
    await desk.publish(article)
    assert await titles(desk, "five days") == []
    assert await titles(desk, "week") == ["Refunds"]

    await desk.do(await desk.get(article["id"]), "archive")
    assert await titles(desk, "week") == []


async def test_a_match_says_where_it_is_and_why(desk: Desk) -> None:
    article = await desk.published("Passwords", "Choose a *new* password, then sign in again.")
    found = await ask(desk, "pasword")
    [item] = found["items"]  # type: ignore[misc]
    assert found["corrected"] == "password"
    assert item["id"] == article["id"]
    assert item["url"].endswith(f"/help/{desk.centre['slug']}/en/articles/passwords")
    assert [item["snippet"][a:b] for a, b in item["marks"]] == ["password"]
    assert 0 < item["confidence"] <= 1


async def test_internal_articles_are_for_the_team_alone(desk: Desk, db: Db) -> None:
    await desk.published("Goodwill limits", "Up to 50 euros without asking.", visibility="internal")
    workspace_id = await db.one(int, "SELECT workspace_id FROM help_centres WHERE id = $1", desk.centre["id"])
    [mine] = (await find_articles(db, workspace_id, "goodwill", language="en", audience=TEAM)).hits
    assert (mine.title, mine.page) == ("Goodwill limits", None)
    assert (await find_articles(db, workspace_id, "goodwill", language="en", audience=ANYBODY)).hits == []


async def test_another_language_steps_in_where_ones_own_has_no_answer(desk: Desk) -> None:
    article = await desk.published("Refunds", "We pay back within five days.")
    article = await desk.save(article, "it", title="Rimborsi", body="Paghiamo entro cinque giorni.")
    await desk.publish(article, "it")
    await desk.published("Warranty", "Two years on every lamp.")
    assert await titles(desk, "rimborsi", language="it") == ["Rimborsi"]
    assert await titles(desk, "warranty lamp", language="it") == ["Warranty"]
    assert await titles(desk, "refunds", language="ko") == ["Refunds"]


async def test_synonyms_of_the_workspace(desk: Desk) -> None:
    await desk.published("Refunds", "We pay back within five days.")
    await desk.published("Passwords", "Choose a new password.")
    assert await titles(desk, "chargeback") == []
    answer = await desk.client.put("/api/search/synonyms", {"groups": [["refund", "chargeback ", "money  return"]]})
    assert answer.json() == {"groups": [["refund", "chargeback", "money return"]]}
    assert await titles(desk, "chargeback") == ["Refunds"]
    assert await titles(desk, "money return") == ["Refunds"]
    assert (await desk.client.get("/api/search/synonyms")).json() == answer.json()
    bad = await desk.client.put("/api/search/synonyms", {"groups": [["alone"]]})
    assert bad.status_code == 400


async def test_one_help_centre_does_not_show_the_articles_of_another(desk: Desk) -> None:
    other = desk.ok(
        await desk.client.post("/api/help/centres", {"name": "Other", "languages": ["en"], "published": True})
    )
    await desk.published("Refunds", "We pay back within five days.")
    assert await titles(desk, "refunds", centre_id=other["id"]) == []
    assert await titles(desk, "refunds", centre_id=desk.centre["id"]) == ["Refunds"]
