"""The preview shows the page readers would get, from what people work on."""

from tests.help.desk import Desk


async def test_the_page_is_the_public_one_from_the_working_text(desk: Desk) -> None:
    article = await desk.publish(await desk.article("Returns", "Old words."))
    article = await desk.save(article, body="New **words**, and [others](article:1).\n\n> [!TIP]\n> Keep it.")
    page = await desk.client.get(f"{desk.path(article, 'en')}/page")
    assert page.status_code == 200
    assert "<strong>words</strong>" in page.text
    assert "Old words." not in page.text
    assert "callout-tip" in page.text
    assert '<meta name="robots" content="noindex">' in page.text
    assert "frame-ancestors 'self'" in page.headers["content-security-policy"]
    assert "x-frame-options" not in page.headers


async def test_a_draft_nobody_may_read_yet_has_a_preview(desk: Desk) -> None:
    article = await desk.article("Secret", "Not yet.", visibility="internal")
    page = await desk.client.get(f"{desk.path(article, 'en')}/page", params={"theme": "dark"})
    assert "Not yet." in page.text
    assert 'data-theme="dark"' in page.text
    missing = await desk.client.get(f"{desk.path(article, 'it')}/page")
    assert (missing.status_code, missing.json()["code"]) == (404, "no_text")
