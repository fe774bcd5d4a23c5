"""People with passwords and browsers, for the tests of signing in."""

from typing import Any

from litestar.testing import AsyncTestClient
from tests.support.workspace import TestWorkspace

from hark.access.passwords import hash_password

PASSWORD = "correct horse battery"


async def person(ws: TestWorkspace, role: str = "agent", *, email: str) -> int:
    """Somebody of the workspace who can sign in with PASSWORD; the id."""
    return await ws.db.one(
        int,
        "INSERT INTO agents (workspace_id, email, name, role_id, password_hash)"
        " SELECT $1, $2, 'Mina Park', id, $4 FROM roles WHERE workspace_id = $1 AND builtin = $3 RETURNING id",
        ws.id, email, role, await hash_password(PASSWORD),
    )  # fmt: skip


class Browser:
    """A browser with its own cookie, which it renews when told to."""

    def __init__(self, http: AsyncTestClient[Any]) -> None:
        self.http = http
        self.cookie = ""
        self.csrf = ""

    async def request(self, method: str, path: str, **options: Any) -> Any:
        self.http.cookies.clear()
        headers = {
            "Cookie": self.cookie,
            **({"X-CSRF-Token": self.csrf} if self.csrf else {}),
            **options.pop("headers", {}),
        }
        answer = await self.http.request(method, path, headers=headers, **options)
        if "set-cookie" in answer.headers:
            self.cookie = answer.headers["set-cookie"].partition(";")[0]
        return answer

    async def sign_in(self, email: str, password: str = PASSWORD, **options: Any) -> Any:
        answer = await self.request("POST", "/api/session", json={"email": email, "password": password}, **options)
        if answer.status_code == 200:
            self.csrf = answer.json()["csrf_token"]
        return answer
