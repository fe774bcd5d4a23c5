"""The help centre in the workspace: an article from the first word to a draft made of searches, in a real browser."""

import re
from typing import Any

import httpx
import pytest_asyncio
from playwright.async_api import Page, expect
from tests.e2e.conftest import House, sign_in
from tests.e2e.test_work import axe

BROWSER = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Safari/537.36"
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"
)


async def audit(page: Page, where: str) -> None:
    assert await axe(page) == [], where


@pytest_asyncio.fixture(scope="module")
async def library(desk: House) -> dict[str, Any]:
    """A help centre in English and Italian, open to readers."""
    async with desk.api() as client:
        made = await client.post(
            "/api/help/centres", json={"name": "Acme Help", "languages": ["en", "it"], "published": True}
        )
        assert made.status_code in (200, 201), made.text
        return made.json()  # type: ignore[no-any-return]


async def the_article(house: House, title: str) -> dict[str, Any]:
    async with house.api() as client:
        rows = (await client.get("/api/help/articles", params={"q": title})).json()["items"]
        return (await client.get(f"/api/help/articles/{rows[0]['id']}")).json()  # type: ignore[no-any-return]


async def save_beside(house: House, article: dict[str, Any], language: str, **fields: Any) -> dict[str, Any]:
    """What a colleague saves meanwhile."""
    async with house.api() as client:
        answer = await client.put(
            f"/api/help/articles/{article['id']}/texts/{language}",
            json={"version": article["texts"][language]["version"], **fields},
        )
        assert answer.status_code == 200, answer.text
        return answer.json()  # type: ignore[no-any-return]


async def saved(page: Page) -> None:
    await page.keyboard.press("Control+s")
    await expect(page.get_by_role("status").filter(has_text="Saved").first).to_be_visible()


async def test_an_article_is_written_and_published(page: Page, desk: House, library: dict[str, Any]) -> None:
    await sign_in(page, desk, "/articles/list")
    await expect(page.get_by_role("heading", name="Answers people can find alone")).to_be_visible()
    await audit(page, "empty")
    await page.get_by_role("button", name="Write the first article").click()
    await page.get_by_role("textbox", name="Title", exact=True).fill("Connect a shop")
    await page.keyboard.press("Enter")
    body = page.get_by_role("textbox", name="Text", exact=True)
    await page.keyboard.type("Three steps, **bold** ones.\n/tab")
    await page.keyboard.press("Enter")
    await page.keyboard.type("Plan")
    await page.keyboard.press("Tab")
    await page.keyboard.type("Price")
    await expect(body.locator("th")).to_have_count(3)
    await page.keyboard.press("Control+Enter")
    await page.keyboard.type("/warn")
    await page.keyboard.press("Enter")
    await page.keyboard.type("Keep the key secret.")
    await page.keyboard.press("Control+Enter")
    async with page.expect_file_chooser() as choosing:
        await page.get_by_role("toolbar").get_by_role("button", name="Image").click()
    await (await choosing.value).set_files({"name": "key.png", "mimeType": "image/png", "buffer": PNG})
    await page.get_by_label("What it shows").fill("The key in the settings")
    await audit(page, "image dialog")
    await page.get_by_role("dialog").get_by_role("button", name="Save").click()
    await saved(page)
    await audit(page, "editor")
    await page.get_by_role("button", name="Publish", exact=True).click()
    await expect(page.get_by_text("“Connect a shop” is published.")).to_be_visible()
    text = (await the_article(desk, "Connect a shop"))["texts"]["en"]
    assert text["live_version"] == 1
    assert "Three steps, **bold** ones." in text["body"]
    assert re.search(r"^\| Plan \| Price \|", text["body"], re.M), text["body"]
    assert re.search(r"> \[!WARNING\]\n> Keep the key secret\.\n", text["body"]), text["body"]
    assert re.search(r"!\[The key in the settings\]\(/help/files/[0-9a-f-]{36}\)", text["body"]), text["body"]
    async with httpx.AsyncClient(base_url=desk.url) as reader:
        public = await reader.get(f"/help/{library['slug']}/en/articles/{text['live_slug']}")
    assert public.status_code == 200
    assert "Keep the key secret." in public.text


async def test_markdown_and_text_follow_each_other(page: Page, desk: House, library: dict[str, Any]) -> None:
    article = await the_article(desk, "Connect a shop")
    await sign_in(page, desk, f"/articles/edit/{article['id']}")
    body = page.get_by_role("textbox", name="Text", exact=True)
    await expect(body).to_contain_text("Three steps")
    await page.keyboard.press("Control+Shift+m")
    source = page.get_by_role("textbox", name="Markdown")
    await source.fill("## A heading\n\nFrom *Markdown*, 1~2 days.\n")
    await expect(body.locator("h2")).to_have_text("A heading")
    await expect(body.locator("em")).to_have_text("Markdown")
    await audit(page, "source")
    await body.click()
    await page.keyboard.press("Control+End")
    await page.keyboard.type(" And back.")
    await expect(source).to_have_value("## A heading\n\nFrom *Markdown*, 1~2 days. And back.\n")
    await saved(page)
    await page.keyboard.press("Control+Shift+h")
    await expect(page.get_by_role("group", name="Text")).to_contain_text("A heading")
    await audit(page, "versions")
    await page.get_by_role("button", name="Restore version 1").click()
    await expect(body).to_contain_text("Three steps")


WORD = (
    "<p class=MsoListParagraph style='mso-list:l0 level1 lfo1'><span style='mso-list:Ignore'>1.<span>&nbsp; </span></span>One</p>"
    "<p class=MsoListParagraph style='mso-list:l0 level1 lfo1'><span style='mso-list:Ignore'>2.<span>&nbsp; </span></span>Two</p>"
)
PASTE = """(field, html) => {
  const data = new DataTransfer()
  data.setData('text/html', html)
  data.items.add(new File([new Uint8Array([1])], 'words.png', { type: 'image/png' }))
  field.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }))
}"""


async def test_words_from_a_word_processor_are_words(page: Page, desk: House, library: dict[str, Any]) -> None:
    article = await the_article(desk, "Connect a shop")
    await sign_in(page, desk, f"/articles/edit/{article['id']}")
    body = page.get_by_role("textbox", name="Text", exact=True)
    await expect(body).to_contain_text("steps")
    before = await body.inner_text()
    await body.click()
    await page.keyboard.press("Control+a")
    await body.evaluate(PASTE, WORD)
    await expect(body.locator("ol > li")).to_have_text(["One", "Two"])
    await expect(body.locator("img")).to_have_count(0)  # the picture beside the words is only another form of them
    await page.keyboard.press("Control+z")
    await expect(body).to_contain_text(before.split()[0])
    await saved(page)


async def test_a_translation_is_made_and_goes_out_of_date(page: Page, desk: House, library: dict[str, Any]) -> None:
    article = await the_article(desk, "Connect a shop")
    await sign_in(page, desk, f"/articles/edit/{article['id']}")
    await page.get_by_role("tab", name="Italian").click()
    await page.get_by_role("button", name="Copy from English").click()
    title = page.get_by_role("textbox", name="Title", exact=True)
    await expect(title).to_have_value("Connect a shop")
    await title.fill("Collegare un negozio")
    await saved(page)
    await page.get_by_role("button", name="Publish", exact=True).click()
    await expect(page.get_by_text("“Collegare un negozio” is published.")).to_be_visible()
    article = await save_beside(desk, await the_article(desk, "Connect a shop"), "en", body="Four steps now.\n")
    async with desk.api() as client:
        again = await client.post(
            f"/api/help/articles/{article['id']}/texts/en/publish", json={"version": article["texts"]["en"]["version"]}
        )
        assert again.status_code == 200, again.text
    await page.goto(f"{desk.url}/articles/list")
    await page.get_by_role("button", name="Out of date 1").click()
    await expect(page.get_by_role("button", name="IT, Italian: Out of date")).to_be_visible()
    await audit(page, "list")
    await page.get_by_role("button", name="IT, Italian: Out of date").click()
    await page.get_by_role("button", name="See what changed").click()
    await expect(page.get_by_label("In English, to compare")).to_contain_text("Four steps now.")
    await audit(page, "compare")
    await page.get_by_role("textbox", name="Text", exact=True).fill("Quattro passi.")
    await page.get_by_role("checkbox", name="Up to date again").check()
    await page.get_by_role("button", name="Publish changes").click()
    await expect(page.get_by_role("tab", name="Italian").get_by_text("Published")).to_be_visible()


async def test_two_who_write_at_once_lose_nothing(page: Page, desk: House, library: dict[str, Any]) -> None:
    article = await the_article(desk, "Connect a shop")
    await sign_in(page, desk, f"/articles/edit/{article['id']}")
    body = page.get_by_role("textbox", name="Text", exact=True)
    await expect(body).to_contain_text("steps")
    await save_beside(desk, article, "en", body="Five steps, says a colleague.\n")
    await body.fill("Six steps, say I.")
    dialog = page.get_by_role("dialog")
    await expect(dialog.get_by_role("textbox", name="Yours")).to_have_value("Six steps, say I.\n")
    await expect(dialog.get_by_role("textbox", name=re.compile("^By "))).to_have_value(
        "Five steps, says a colleague.\n"
    )
    await audit(page, "conflict")
    await dialog.get_by_role("textbox", name="Yours").fill("Five or six steps.\n")
    await dialog.get_by_role("button", name="Keep what I put together").click()
    await expect(body).to_have_text("Five or six steps.")
    await saved(page)
    assert (await the_article(desk, "Connect a shop"))["texts"]["en"]["body"] == "Five or six steps.\n"


async def test_what_nobody_finds_becomes_a_draft(page: Page, desk: House, library: dict[str, Any]) -> None:
    async with httpx.AsyncClient(base_url=desk.url, headers={"User-Agent": BROWSER}) as reader:
        for query in ("warranty", "warranty length", "warranty length"):
            await reader.get(f"/help/{library['slug']}/en/search", params={"q": query})
    await sign_in(page, desk, "/articles/searches")
    draft = page.get_by_role("button", name=re.compile("^Write it: warranty"))
    await expect(draft).to_be_visible()
    await audit(page, "searches")
    await draft.click()
    await expect(page.get_by_role("textbox", name="Title", exact=True)).to_have_value(re.compile("warranty", re.I))
    await expect(page.get_by_text("People searched for:")).to_be_visible()


async def test_shelves_settings_and_imports(page: Page, desk: House, library: dict[str, Any]) -> None:
    await sign_in(page, desk, "/articles/collections")
    await page.get_by_role("button", name="New collection").click()
    await page.get_by_role("textbox", name="Name in English").fill("Getting started")
    await audit(page, "collection")
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Use a picture of your own").set_input_files(
        {"name": "sign.png", "mimeType": "image/png", "buffer": PNG}
    )
    await expect(dialog.locator("img")).to_have_attribute("src", re.compile("^/help/files/"))
    await dialog.get_by_role("button", name="Save").click()
    await expect(page.get_by_role("link", name="Getting started")).to_be_visible()
    await expect(page.get_by_role("listitem").filter(has_text="Getting started").locator("img")).to_be_visible()
    await audit(page, "collections")
    for section in ("links", "import", "settings"):
        await page.goto(f"{desk.url}/articles/{section}")
        await page.get_by_role("heading", level=1).wait_for()
        await audit(page, section)
    await page.get_by_role("textbox", name="Domain").fill("https://help.acme.example/")
    await page.get_by_role("button", name="Add domain").click()
    await expect(page.get_by_text("help.acme.example. CNAME")).to_be_visible()
    await page.keyboard.press("Control+k")
    await page.keyboard.type("What people look")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="What people look for")).to_be_visible()


async def test_an_article_goes_into_a_reply(page: Page, desk: House, library: dict[str, Any]) -> None:
    async with desk.api() as client:
        made = await client.post(
            "/api/help/articles",
            json={"centre_id": library["id"], "title": "Where is my invoice?", "body": "Open **Billing**."},
        )
        article = made.json()
        await client.post(f"/api/help/articles/{article['id']}/texts/en/publish", json={"version": 1})
        await desk.send(desk.mail("Carla <carla@customer.example>", "Invoice", "Where is my invoice?"))
        for _ in range(100):
            found = (await client.get("/api/conversations")).json()["items"]
            if found:
                break
            await page.wait_for_timeout(100)
    await sign_in(page, desk, f"/inbox/{found[0]['id']}")
    await page.get_by_role("button", name="Insert a link to “Where is my invoice?”").click()
    link = page.get_by_role("textbox", name="Reply").get_by_role("link", name="Where is my invoice?")
    await expect(link).to_have_attribute("href", re.compile("/en/articles/where-is-my-invoice$"))
    await page.keyboard.press("Control+Shift+k")
    await page.get_by_role("dialog").get_by_role("combobox").fill("invoice")
    await audit(page, "choose an article")
    await page.get_by_role("option", name=re.compile("Where is my invoice")).click()
    await expect(link).to_have_count(2)
