"""A help centre to work in, over HTTP."""

from typing import Any

from tests.support.workspace import SignedIn


class Desk:
    """Somebody who writes; every call asserts that it went well."""

    def __init__(self, client: SignedIn, centre: dict[str, Any]) -> None:
        self.client = client
        self.centre = centre

    async def article(self, title: str = "Returns", body: str = "Send it back.", **more: Any) -> dict[str, Any]:
        return self.ok(
            await self.client.post(
                "/api/help/articles", {"centre_id": self.centre["id"], "title": title, "body": body, **more}
            )
        )

    async def get(self, id: int) -> dict[str, Any]:
        return self.ok(await self.client.get(f"/api/help/articles/{id}"))

    async def save(self, article: dict[str, Any], language: str = "en", **fields: Any) -> dict[str, Any]:
        text = article["texts"].get(language)
        version = fields.pop("version", text["version"] if text else 0)
        return self.ok(await self.client.put(self.path(article, language), {"version": version, **fields}))

    async def publish(self, article: dict[str, Any], language: str = "en", **fields: Any) -> dict[str, Any]:
        answer = await self.do(article, "publish", language, version=article["texts"][language]["version"], **fields)
        return answer["article"]

    async def do(self, article: dict[str, Any], what: str, language: str = "en", **body: Any) -> dict[str, Any]:
        return self.ok(await self.client.post(f"{self.path(article, language)}/{what}", body))

    async def published(self, title: str = "Returns", body: str = "Send it back.", **more: Any) -> dict[str, Any]:
        return await self.publish(await self.article(title, body, **more))

    async def upload(self, data: bytes, name: str = "picture.png") -> dict[str, Any]:
        answer = await self.client.request(
            "POST", f"/api/help/files?centre_id={self.centre['id']}", files={"file": (name, data)}
        )
        return self.ok(answer)

    @staticmethod
    def path(article: dict[str, Any], language: str) -> str:
        return f"/api/help/articles/{article['id']}/texts/{language}"

    @staticmethod
    def ok(answer: Any) -> Any:
        assert answer.status_code in (200, 204), answer.text
        return answer.json() if answer.content else None
