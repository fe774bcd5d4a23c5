"""Signing in with Google and Microsoft in a real browser: registration, their page and back, declined, again, by code."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Any

import msgspec
import pytest
import pytest_asyncio
import uvicorn
from playwright.async_api import Browser, Page, expect
from tests.support.mailservers import free_port
from tests.support.oauthservers import CLIENT_ID, CLIENT_SECRET, OAuthServer
from tests.support.workspace import TestWorkspace

from hark.access.authenticate import COOKIE
from hark.access.sign_in import open_session
from hark.app import create_app
from hark.channels.email.oauth.jobs import keep_grants
from hark.channels.email.oauth.providers import Providers
from hark.core.services import Services


@pytest.fixture
def google() -> Iterator[OAuthServer]:
    server = OAuthServer("google")
    yield server
    server.close()


@pytest.fixture
def microsoft() -> Iterator[OAuthServer]:
    server = OAuthServer("microsoft")
    server.interval_s = 1
    yield server
    server.close()


@pytest.fixture
def providers(google: OAuthServer, microsoft: OAuthServer) -> Providers:
    return {"google": google.provider(), "microsoft": microsoft.provider()}


@pytest_asyncio.fixture
async def page(
    services: Services, workspace: TestWorkspace, providers: Providers, browser: Browser
) -> AsyncIterator[Page]:
    """The owner's browser at a Hark that knows the local providers."""
    port = free_port()
    settings = msgspec.structs.replace(services.settings, port=port)
    app = create_app(msgspec.structs.replace(services, settings=settings), oauth_providers=providers)
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=port, log_level="error", ws="websockets-sansio"))
    task = asyncio.create_task(server.serve())
    while not server.started:
        assert not task.done()
        await asyncio.sleep(0.02)
    async with services.db.transaction(workspace.owner) as tx:
        _, token = await open_session(tx, user_agent="test")
    context = await browser.new_context(base_url=f"http://127.0.0.1:{port}", locale="en-GB")
    await context.add_cookies([{"name": COOKIE, "value": token, "url": f"http://127.0.0.1:{port}"}])
    page = await context.new_page()
    page.set_default_timeout(10_000)
    yield page
    await context.close()
    server.should_exit = True
    await task


async def register(page: Page, provider: str) -> None:
    """The first click leads to the registration, once for the workspace."""
    await page.get_by_role("button", name=f"Sign in with {provider}").click()
    dialog = page.get_by_role("dialog")
    await expect(dialog).to_contain_text("/settings/mailboxes/signed-in")
    await dialog.get_by_label("ID", exact=False).first.fill(CLIENT_ID)
    await dialog.get_by_label("Client secret").fill(CLIENT_SECRET)
    await dialog.get_by_role("button", name="Save").click()
    await expect(dialog).to_have_count(0)


async def test_a_mailbox_of_google(
    page: Page, google: OAuthServer, services: Services, providers: Providers, clock: Any
) -> None:
    await page.goto("/settings/mailboxes/new")
    await register(page, "Google")

    await page.get_by_role("button", name="Sign in with Google").click()
    await page.locator("#access_denied").click()
    await expect(page.get_by_role("alert")).to_contain_text("declined")
    assert "?" not in page.url, "what the provider gave stays in no history"

    await page.goto("/settings/mailboxes/new")
    await page.get_by_role("button", name="Sign in with Google").click()
    await page.locator("#allow").click()
    await expect(page.get_by_text("Signed in as desk@example.com")).to_be_visible()
    assert "?" not in page.url
    await page.get_by_role("button", name="To the mailbox").click()
    panel = page.get_by_role("region", name="Sign-in without a password")
    await expect(panel).to_contain_text("Signed in as desk@example.com")
    await expect(page.get_by_text("By the sign-in with Google").first).to_be_visible()
    mailbox = page.url

    google.withdraw()
    clock.advance(minutes=46)
    await keep_grants(services.db, services.keys, providers)
    await page.reload()
    await expect(panel).to_contain_text("has ended the sign-in of desk@example.com")
    await panel.get_by_role("button", name="Sign in with Google").click()
    await page.locator("#allow").click()
    await page.get_by_role("button", name="To the mailbox").click()
    await expect(panel).to_contain_text("Signed in as desk@example.com")
    assert page.url == mailbox
    await expect(page.get_by_text("has ended the sign-in")).to_have_count(0)


async def test_a_shared_mailbox_of_microsoft_by_code(page: Page, microsoft: OAuthServer) -> None:
    microsoft.user = "ada@contoso.example"
    await page.goto("/settings/mailboxes/new")
    await register(page, "Microsoft")
    await page.get_by_label("Address, if it is another").fill("support@contoso.example")
    await page.get_by_role("button", name="With a code on another device").click()
    dialog = page.get_by_role("dialog")
    await expect(dialog).to_contain_text("microsoft.com/devicelogin")
    await expect(dialog.get_by_role("timer")).to_contain_text("14:")
    code = await dialog.get_by_label("Code").inner_text()
    microsoft.enter(code)
    await expect(page.get_by_role("heading", name="support@contoso.example")).to_be_visible()
    await expect(page.get_by_role("region", name="Sign-in without a password")).to_contain_text(
        "Signed in as ada@contoso.example"
    )


async def test_a_code_that_was_declined(page: Page, microsoft: OAuthServer) -> None:
    await page.goto("/settings/mailboxes/new")
    await register(page, "Microsoft")
    await page.get_by_role("button", name="With a code on another device").click()
    dialog = page.get_by_role("dialog")
    microsoft.enter(await dialog.get_by_label("Code").inner_text(), "declined")
    await expect(dialog.get_by_role("alert")).to_contain_text("declined")


async def test_an_address_that_nobody_sent(page: Page) -> None:
    await page.goto("/settings/mailboxes/signed-in?state=forged&code=x")
    await expect(page.get_by_role("alert")).to_contain_text("not begun in this browser")
    await page.goto("/settings/mailboxes/signed-in")
    await expect(page).to_have_url("/settings/mailboxes")
