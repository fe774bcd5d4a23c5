"""A help centre with one of everything, for requests to its routes."""

from typing import Any

from tests.support.pictures import png
from tests.support.workspace import SignedIn


async def make_help(client: SignedIn) -> dict[str, Any]:
    """Collection of the address -> id of a real object. Its file is "help/files": there are other files."""

    async def ok(answer: Any) -> Any:
        assert answer.status_code == 200, answer.text
        return answer.json()

    centre = await ok(
        await client.post("/api/help/centres", {"name": "Help", "languages": ["en", "it"], "published": True})
    )
    where = f"centre_id={centre['id']}"
    shelf = await ok(
        await client.post("/api/help/collections", {"centre_id": centre["id"], "texts": {"en": {"title": "Basics"}}})
    )
    file = await ok(await client.request("POST", f"/api/help/files?{where}", files={"file": ("a.png", png())}))
    article = await ok(
        await client.post(
            "/api/help/articles",
            {
                "centre_id": centre["id"],
                "collection_id": shelf["id"],
                "title": "Returns",
                "body": f"![a]({file['url']})",
            },
        )
    )
    await ok(await client.post(f"/api/help/articles/{article['id']}/texts/en/publish", {"version": 1}))
    redirect = await ok(
        await client.post(
            "/api/help/redirects", {"centre_id": centre["id"], "path": "/old", "article_id": article["id"]}
        )
    )
    run = await ok(
        await client.request(
            "POST", f"/api/help/imports?{where}&kind=intercom", files={"file": ("a.json", b'{"articles": []}')}
        )
    )
    return {
        "centres": centre["id"], "collections": shelf["id"], "articles": article["id"], "texts": "en", "versions": 1,
        "redirects": redirect["id"], "imports": run["id"], "help/files": file["id"],
    }  # fmt: skip


def help_bodies(i: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """ "METHOD path" -> a right body."""
    text = "/api/help/articles/{id:int}/texts/{language:str}"
    return {
        "PUT /api/search/synonyms": {"groups": [["refund", "money back"]]},
        "POST /api/help/centres": {"name": "Second", "languages": ["en"], "domains": ["help.shop.example"]},
        "PATCH /api/help/centres/{id:int}": {
            "name": "Help again",
            "theme": {"color": "#112233"},
            "home": {"en": {"title": "Hi"}},
        },
        "POST /api/help/collections": {"centre_id": i["centres"], "texts": {"en": {"title": "More"}}},
        "PATCH /api/help/collections/{id:int}": {"texts": {"it": {"title": "Altro"}}},
        "POST /api/help/collections/order": {"ids": [i["collections"]]},
        "POST /api/help/articles": {
            "centre_id": i["centres"],
            "title": "New",
            "source": {"type": "searches", "queries": ["q"]},
        },
        "PATCH /api/help/articles/{id:int}": {"collection_id": i["collections"], "related": []},
        "POST /api/help/articles/order": {"ids": [i["articles"]]},
        f"PUT {text}": {"version": 2, "title": "Returns again"},
        f"POST {text}/review": {"version": 3, "note": "Look."},
        f"POST {text}/return": {"note": "No."},
        f"POST {text}/publish": {"version": 3},
        f"POST {text}/restore": {"number": 1, "version": 4},
        "POST /api/help/preview": {"body": "# Hi", "language": "en"},
        "POST /api/help/redirects": {"centre_id": i["centres"], "path": "/older", "target": "https://shop.example/"},
    }
