"""A messenger, and visitors who speak its protocol."""

from typing import Any
from uuid import uuid4

import httpx
import msgspec
import pytest
import pytest_asyncio
from tests.support.workspace import SignedIn


class TestMessenger(msgspec.Struct):
    """A messenger of the workspace and how people of the team reach it."""

    __test__ = False
    id: int
    key: str
    client: SignedIn
    http: httpx.AsyncClient

    async def change(self, **settings: Any) -> None:
        answer = await self.client.patch(f"/api/messengers/{self.id}", settings)
        assert answer.status_code == 200, answer.text

    async def secret(self) -> str:
        return str((await self.client.post(f"/api/messengers/{self.id}/secret", {})).json()["secret"])

    async def visitor(self, **boot: Any) -> "TestVisitor":
        """Somebody new."""
        visitor = TestVisitor(self.http, self.key, "")
        booted = await visitor.boot(**boot)
        assert booted.status_code == 200, booted.text
        return visitor


class TestVisitor:
    """A widget, as far as the server knows it."""

    __test__ = False

    def __init__(self, http: httpx.AsyncClient, key: str, token: str) -> None:
        self.http = http
        self.base = f"/api/messenger/{key}"
        self.token = token
        self.id = ""

    async def boot(self, **body: Any) -> httpx.Response:
        answer = await self.http.post(f"{self.base}/boot", json={"token": self.token or None} | body)
        if answer.status_code == 200:
            self.token, self.id = answer.json()["token"], answer.json()["visitor"]["id"]
        return answer

    async def request(self, method: str, path: str, **options: Any) -> httpx.Response:
        headers = {"Authorization": f"Visitor {self.token}"}
        return await self.http.request(method, f"{self.base}/{path}", headers=headers, **options)

    async def get(self, path: str) -> httpx.Response:
        return await self.request("GET", path)

    async def post(self, path: str, body: Any) -> httpx.Response:
        return await self.request("POST", path, json=body)

    async def write(self, text: str, *, thread: str | None = None, id: str | None = None, **more: Any) -> Any:
        """Post a message; the answer's JSON with the thread's id as `thread_id`."""
        thread = thread or str(uuid4())
        answer = await self.post(f"threads/{thread}/messages", {"id": id or str(uuid4()), "text": text, **more})
        assert answer.status_code == 200, answer.text
        return answer.json() | {"thread_id": thread}

    async def texts(self, thread: str) -> list[tuple[str, str]]:
        """(from, text) of a thread, in order."""
        page = (await self.get(f"threads/{thread}")).json()
        return [(m["from"], m["text"]) for m in page["messages"]]


@pytest_asyncio.fixture
async def messenger(http: httpx.AsyncClient, client: SignedIn) -> TestMessenger:
    made = await client.post("/api/messengers", {"name": "Website"})
    assert made.status_code == 201, made.text
    return TestMessenger(made.json()["id"], made.json()["key"], client, http)


@pytest.fixture
def new_id() -> str:
    return str(uuid4())
