"""Pictures of people: what is one, who sees it, and that the old one does not stay."""

from pathlib import Path
from typing import Any

from httpx import AsyncClient
from tests.access.people import Browser, person
from tests.support.pictures import jpeg, png
from tests.support.workspace import SignedIn, TestWorkspace

from hark.agents.pictures import MAX_BYTES
from hark.core.services import Services

PNG, JPEG = png(), jpeg()


async def test_a_picture_is_shown_replaced_and_taken_away(
    http: AsyncClient, services: Services, workspace: TestWorkspace, client: SignedIn, stranger_client: SignedIn
) -> None:
    email = f"mina{workspace.id}@desk.example"
    id = await person(workspace, email=email)
    mina = Browser(http)
    await mina.sign_in(email)

    async def put(data: bytes) -> Any:
        return await mina.request("PUT", "/api/me/picture", files={"file": ("me.png", data, "image/png")})

    async def address() -> str | None:
        return (await client.get(f"/api/agents/{id}")).json()["picture_url"]  # type: ignore[no-any-return]

    assert await address() is None
    assert (await client.get(f"/api/agents/{id}/picture")).status_code == 404
    first = (await put(png(told=b"somewhere"))).json()["picture_url"]
    assert await address() == first
    shown = await client.get(first)
    assert (shown.content, shown.headers["content-type"]) == (PNG, "image/png")
    assert (await stranger_client.get(first)).status_code == 404
    for wrong, code in (
        (b"<svg/>", "no_image"),
        (png(told=b"")[:-12] + b"\xff" + PNG, "no_image"),
        (large_png(), "file_too_large"),
    ):
        refused = await put(wrong)
        assert (refused.status_code, refused.json()["code"]) == (400, code)
    second = (await put(JPEG)).json()["picture_url"]
    assert second != first  # a browser that has kept the old one asks again
    assert (await client.get(second)).content == JPEG
    assert len(files_of(services)) == 1
    assert (await mina.request("DELETE", "/api/me/picture")).status_code == 204
    assert await address() is None
    assert files_of(services) == []


def large_png() -> bytes:
    """A picture whose own bytes are too many."""
    size = MAX_BYTES.to_bytes(4)
    return PNG[:-12] + size + b"IDAT" + b"0" * MAX_BYTES + b"crc!" + PNG[-12:]


def files_of(services: Services) -> list[Path]:
    return [p for p in services.settings.files_dir.rglob("*") if p.is_file() and "picture" in p.parts]


async def test_availability_is_one_s_own(http: AsyncClient, workspace: TestWorkspace) -> None:
    email = f"yuna{workspace.id}@desk.example"
    await person(workspace, email=email)
    yuna = Browser(http)
    assert (await yuna.sign_in(email)).json()["agent"]["availability"] == "online"
    changed = await yuna.request("PATCH", "/api/me", json={"availability": "busy"})
    assert changed.json()["agent"]["availability"] == "busy"
    wrong = await yuna.request("PATCH", "/api/me", json={"availability": "offline"})
    assert wrong.status_code == 400
