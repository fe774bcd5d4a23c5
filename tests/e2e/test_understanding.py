"""Understanding in the browser: a training is seen, a new mail is read with its reason, a click takes it back or corrects it."""

import asyncio
import os
from pathlib import Path
from typing import Any

import httpx
from playwright.async_api import Page, expect
from tests.e2e.conftest import House, sign_in
from tests.e2e.test_suggestions import find, is_accessible

MAILS = {
    "Refunds": (
        "I want my money back, please refund the order", "Please return the payment, I was charged twice",
        "When will I get my refund?", "Refund me the money for the shoes please",
    ),
    "Delivery": (
        "Where is my parcel? It has not arrived", "The package is late, when will you deliver it?",
        "My order has not been shipped yet", "Tracking says the parcel is lost",
    ),
}  # fmt: skip


async def picture(page: Page, name: str) -> None:
    """Light, dark and as wide as a phone, where pictures are wanted."""
    if folder := os.environ.get("HARK_SCREENSHOTS"):
        await page.screenshot(path=str(Path(folder) / f"understanding-{name}.png"))
        await page.emulate_media(color_scheme="dark")
        await page.screenshot(path=str(Path(folder) / f"understanding-{name}-dark.png"))
        await page.emulate_media(color_scheme="light")
        await page.set_viewport_size({"width": 390, "height": 844})
        await page.screenshot(path=str(Path(folder) / f"understanding-{name}-390.png"))
        await page.set_viewport_size({"width": 1440, "height": 900})


async def labelled(desk: House, api: httpx.AsyncClient) -> dict[str, int]:
    """Two topics with four conversations each, as people have set them."""
    topics: dict[str, int] = {}
    for name, texts in MAILS.items():
        topics[name] = (await api.post("/api/topics", json={"name": name})).json()["id"]
        for n, text in enumerate(texts):
            await desk.send(desk.mail(f"C{n} <c{n}@{name.lower()}.example>", f"Order {name[0]}{n}", text))
            case = await find(api, f"Order {name[0]}{n}")
            await api.post(f"/api/conversations/{case['id']}/topic", json={"topic_id": topics[name]})
    return topics


async def trained(api: httpx.AsyncClient) -> Any:
    """The page once the training that was asked for has ended."""
    for _ in range(600):
        page = (await api.get("/api/understanding")).json()
        if page["current"] and page["last"] is None and not page["current"]["report"].get("impossible"):
            return page
        await asyncio.sleep(0.1)
    raise AssertionError(f"the training did not end: {page}")


async def test_a_mail_is_understood_and_corrected(page: Page, desk: House) -> None:
    await sign_in(page, desk)
    async with desk.api() as api:
        await labelled(desk, api)
        for _ in range(600):  # the one that began by itself, before there were topics
            last = (await api.get("/api/understanding")).json()["last"]
            if last is None or last["state"] not in ("waiting", "running"):
                break
            await asyncio.sleep(0.1)
        await page.goto(f"{desk.url}/reports/understanding")
        await page.get_by_role("button", name="Train now").click()
        await expect(page.get_by_role("button", name="Stop the training")).to_be_visible()
        await trained(api)
        await expect(page.get_by_role("heading", name="Topic by language")).to_be_visible()
        await expect(page.get_by_role("button", name="Topic")).to_contain_text("of 8 messages")
        await expect(page.get_by_role("region", name="Confusions: Topic")).to_contain_text("Refunds")
        await is_accessible(page)
        await picture(page, "page")
        if os.environ.get("HARK_SCREENSHOTS"):
            await api.patch("/api/me", json={"locale": "ko"})
            await page.reload()
            await expect(page.get_by_role("button", name="지금 학습")).to_be_visible()
            await picture(page, "page-ko")
            await api.patch("/api/me", json={"locale": "en"})
            await page.reload()
        await page.get_by_role("button", name="Mood").click()
        await expect(page.get_by_role("heading", name="Mood by language")).to_be_visible()

        await desk.send(
            desk.mail(
                "Luca <luca@bianchi.example>",
                "My shoes",
                "Hello, could you refund the money for my order? I am very angry.",
            )
        )
        case = await find(api, "My shoes")
        await page.goto(f"{desk.url}/inbox/{case['id']}")
        card = page.get_by_role("region", name="Understood")
        await expect(card).to_contain_text("Topic: Refunds")
        await expect(card).to_contain_text("refund")
        await expect(card).to_contain_text("Angry")
        await is_accessible(page)
        await picture(page, "card")
        await card.get_by_role("button", name="Take back: Topic").click()
        await expect(card).to_contain_text("taken back by a person")
        assert (await api.get(f"/api/conversations/{case['id']}")).json()["topic_id"] is None
        await card.get_by_role("button", name="Correct: Topic").click()
        await page.get_by_role("menuitem", name="Delivery").click()
        await expect(card).to_contain_text("said by a person")
        await expect(page.get_by_text("Noted. The next training learns from it.")).to_be_visible()
