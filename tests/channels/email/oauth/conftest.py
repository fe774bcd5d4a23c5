"""A Google and a Microsoft on loopback, the application that knows them instead of the real ones, and a browser."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
import pytest_asyncio
from litestar import Litestar
from tests.support.examples import sign_in
from tests.support.oauthservers import CLIENT_ID, CLIENT_SECRET, OAuthServer
from tests.support.workspace import SignedIn, TestWorkspace

from hark.app import create_app
from hark.channels.email.oauth.providers import Providers
from hark.core.db import Db
from hark.core.services import Services


@pytest.fixture
def google() -> Iterator[OAuthServer]:
    server = OAuthServer("google")
    yield server
    server.close()


@pytest.fixture
def microsoft() -> Iterator[OAuthServer]:
    server = OAuthServer("microsoft")
    yield server
    server.close()


@pytest.fixture
def providers(google: OAuthServer, microsoft: OAuthServer) -> Providers:
    return {"google": google.provider(), "microsoft": microsoft.provider()}


@pytest.fixture
def app(services: Services, providers: Providers) -> Litestar:
    return create_app(services, oauth_providers=providers)


class Office:
    """One person with a browser, and a workspace that is registered with both providers."""

    def __init__(self, services: Services, workspace: TestWorkspace, browser: SignedIn) -> None:
        self.services = services
        self.workspace = workspace
        self.browser = browser
        self.db: Db = services.db

    async def register(self) -> None:
        for provider in ("google", "microsoft"):
            await self.change_registration(provider, client_id=CLIENT_ID, client_secret=CLIENT_SECRET)

    async def change_registration(self, provider: str, **body: str) -> None:
        answer = await self.browser.put("/api/mailboxes/oauth/client", {"provider": provider, **body})
        assert answer.status_code == 200, answer.text

    async def begin(self, provider: str, way: str = "code", **more: Any) -> dict[str, Any]:
        answer = await self.browser.post("/api/mailboxes/oauth/flows", {"provider": provider, "way": way, **more})
        assert answer.status_code == 200, answer.text
        flow: dict[str, Any] = answer.json()
        return flow

    async def come_back(self, brought: dict[str, str]) -> dict[str, Any]:
        kept = {name: value for name, value in brought.items() if name != "scope"}
        answer = await self.browser.post("/api/mailboxes/oauth/return", kept)
        assert answer.status_code == 200, answer.text
        flow: dict[str, Any] = answer.json()
        return flow

    async def sign_in(self, server: OAuthServer, **more: Any) -> int:
        """Through the browser, to the end; the mailbox."""
        flow = await self.begin(server.flavour, **more)
        done = await self.come_back(server.consent(flow["url"]))
        assert done["state"] == "done", done
        id: int = done["mailbox_id"]
        return id

    async def grant(self, mailbox: int) -> dict[str, Any]:
        grant: dict[str, Any] = (await self.browser.get(f"/api/mailboxes/{mailbox}/oauth")).json()
        return grant

    async def mailbox(self, mailbox: int) -> dict[str, Any]:
        answer: dict[str, Any] = (await self.browser.get(f"/api/mailboxes/{mailbox}")).json()
        return answer


@pytest_asyncio.fixture
async def office(services: Services, workspace: TestWorkspace, http: httpx.AsyncClient) -> Office:
    # Of the tests before: the worker looks after every workspace's grants, and an address is one workspace's.
    await services.db.run("DELETE FROM oauth_grants")
    await services.db.run("UPDATE channel_accounts SET disabled_at = now() WHERE disabled_at IS NULL")
    office = Office(services, workspace, await sign_in(services, http, workspace.owner))
    await office.register()
    return office


def query(url: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
