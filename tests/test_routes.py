"""Every route of the product, called: signed out, as a stranger, without permission, with nonsense, twice.

A new route fails here until it is in the snapshot of permissions, its body in tests/support/examples.py and, for a
new kind of id in an address, an example of that too.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest_asyncio
from tests.support.examples import Examples, bodies, make_examples, sign_in
from tests.support.workspace import SignedIn, TestWorkspace

from hark.access.types import BUILTIN_ROLES, PERMISSIONS
from hark.app import ROUTES
from hark.core.http import PUBLIC, SIGNED_IN, VISITOR, Body, Route
from hark.core.paging import encode_cursor
from hark.core.services import Services

SNAPSHOT = Path(__file__).parent / "snapshots" / "routes.txt"

PUBLIC_ROUTES = {
    "GET /healthz", "GET /readyz", "GET /api/setup", "POST /api/setup", "POST /api/session",
    "POST /api/inbound/mail/{key:str}", "POST /api/inbound/mail/{key:str}/mime",
    "GET /messenger/{key:str}/frame", "POST /api/messenger/{key:str}/boot", "GET /api/messenger/{key:str}/faces/{agent_id:int}/shown/{signature:str}",
    "GET /api/messenger/{key:str}/attachments/{id:uuid}/signed/{signature:str}",
    "GET /api/mail/unsubscribe/{token:str}", "POST /api/mail/unsubscribe/{token:str}",
    "POST /api/mail/unsubscribe/{token:str}/back", "GET /api/mail/files/{token:str}",
}  # fmt: skip
SIGNED_IN_ROUTES = {
    "DELETE /api/session", "GET /api/me", "PATCH /api/me", "PUT /api/me/picture", "DELETE /api/me/picture", "GET /api/sessions", "DELETE /api/sessions/{id:uuid}",
    "GET /api/workspace",
}  # fmt: skip
ASKED_INSIDE = {"owners.write"}  # by actions, of some of the requests their route lets through
QUERIES = {
    "GET /api/search": "?q=parcel",
    "GET /api/search/articles": "?q=parcel",
    "GET /messenger/{key:str}/frame": "?origin=https://shop.example",
    "GET /api/reports/export": "?what=report&format=csv",
    "GET /api/reports/summary": "?start=2026-11-01T00:00:00Z&end=2026-11-08T00:00:00Z",
    "GET /api/reports/breakdown": "?start=2026-11-01T00:00:00Z&end=2026-11-08T00:00:00Z&figure=received&by=agent",
    "GET /api/holidays": "?country=IT",
    **{f"GET /api/reports/map{part}": "?start=2026-11-01T00:00:00Z&end=2026-11-08T00:00:00Z" for part in ("", ".xes")},
    "GET /api/reports/map/cases": "?start=2026-11-01T00:00:00Z&end=2026-11-08T00:00:00Z&node=queue",
    "GET /api/event-logs/{id:int}/cases": "?node=open",
    "GET /api/reports/map/visits": "?start=2026-11-01T00:00:00Z&end=2026-11-08T00:00:00Z&step=opened",
    "GET /api/reports/cases": "?start=2026-11-01T00:00:00Z&end=2026-11-08T00:00:00Z&figure=received",
}
MULTIPART = {"POST /api/help/files", "POST /api/help/imports", "POST /api/event-logs", "POST /api/attachments", "POST /api/messenger/{key:str}/attachments"}
NOT_OF_THE_TEAM = (PUBLIC, VISITOR)


def key(route: Route) -> str:
    return f"{route.method} {route.path}"


def body_type(route: Route) -> Any:
    found = route.handler.__annotations__.get("data")
    return found if isinstance(found, type) and issubclass(found, Body) else None


class World(msgspec.Struct):
    """`here` with its owner, and `there`, of which nobody here may see anything."""

    here: Examples
    there: Examples
    bodies: dict[str, dict[str, Any]]
    foreign: dict[str, dict[str, Any]]
    owner: SignedIn
    stranger: SignedIn
    workspace: TestWorkspace

    def request(self, route: Route, **changed: Any) -> dict[str, Any]:
        """Arguments of a right request for a route of `here`."""
        body = self.bodies.get(key(route))
        if body_type(route):
            assert body is not None, f"{key(route)}: put a right body for it into tests/support/examples.py, bodies"
        files = {"file": ("a.txt", b"x", "text/plain")} if key(route) in MULTIPART else None
        return {
            "method": route.method, "path": self.here.address(route) + QUERIES.get(key(route), ""), "json": body, "files": files,
            "headers": self.here.headers(route),
        } | changed  # fmt: skip


@pytest_asyncio.fixture
async def world(
    services: Services, workspace: TestWorkspace, stranger: TestWorkspace, http: httpx.AsyncClient
) -> World:
    owner, other = await sign_in(services, http, workspace.owner), await sign_in(services, http, stranger.owner)
    here, there = await make_examples(services, workspace, owner), await make_examples(services, stranger, other)

    async def right(ws: TestWorkspace, e: Examples, client: SignedIn) -> dict[str, dict[str, Any]]:
        role = (await client.get("/api/roles")).json()["items"][-1]["id"]
        seq = (await client.get(f"/api/conversations/{e.ids['conversations']}")).json()["seq"]
        return bodies(e, ws.account_id, role, seq)

    return World(
        here=here, there=there, bodies=await right(workspace, here, owner), foreign=await right(stranger, there, other),
        owner=owner, stranger=other, workspace=workspace,
    )  # fmt: skip


def failures(found: list[str]) -> str:
    return "\n  ".join(["", *found])


def is_problem(answer: httpx.Response, status: int) -> bool:
    return (
        answer.status_code == status
        and answer.headers["content-type"] == "application/problem+json"
        and answer.json()["status"] == status
        and len(answer.json()["detail"]) > 10
    )


# the table ------------------------------------------------------------------------------------------------------------


def test_every_route_has_a_permission_of_the_catalogue() -> None:
    unknown = [f"{key(r)}: {r.can}" for r in ROUTES if r.can not in (PUBLIC, VISITOR, SIGNED_IN, *PERMISSIONS)]
    assert not unknown, failures(unknown)
    assert {key(r) for r in ROUTES if r.can == PUBLIC} == PUBLIC_ROUTES
    assert {key(r) for r in ROUTES if r.can == SIGNED_IN} == SIGNED_IN_ROUTES


def test_every_permission_opens_something() -> None:
    unused = set(PERMISSIONS) - {r.can for r in ROUTES} - ASKED_INSIDE
    assert not unused, f"permissions nobody asks for: take them out of PERMISSIONS: {unused}"


def test_who_may_call_what_is_as_it_was_reviewed() -> None:
    lines = [f"{r.method:6} {r.path:62} {r.can}\n" for r in sorted(ROUTES, key=lambda r: (r.path, r.method))]
    if os.environ.get("HARK_RENEW_SNAPSHOTS"):
        SNAPSHOT.write_text("".join(lines))
    stored = SNAPSHOT.read_text().splitlines(keepends=True)
    gone, new = [x for x in stored if x not in lines], [x for x in lines if x not in stored]
    assert not gone, "".join(["no longer there; renew with HARK_RENEW_SNAPSHOTS=1 after a look at each line:\n", *gone])
    assert not new, "".join(["not reviewed yet; renew with HARK_RENEW_SNAPSHOTS=1 after a look at each line:\n", *new])


# who ------------------------------------------------------------------------------------------------------------------


async def test_the_examples_are_real(world: World) -> None:
    """Without this a 404 to a stranger would prove nothing."""
    found = []
    for route in ROUTES:
        if route.method == "GET":
            answer = await world.owner.request(**world.request(route))
            if answer.status_code != 200:
                found.append(f"{key(route)}: {answer.status_code} {answer.text[:200]}")
    assert not found, failures(found)


async def test_nobody_gets_in_without_signing_in(http: httpx.AsyncClient, world: World) -> None:
    found = []
    for route in ROUTES:
        wrong = (
            {},
            {"Authorization": "Bearer hark_wrong"},
            {"Cookie": "hark_session=wrong"},
            {"Authorization": "Visitor x"},
        )
        for headers in wrong:
            answer = await http.request(**_url(world.request(route, headers=headers)))
            if (route.can == PUBLIC) == is_problem(answer, 401) and key(route) != "POST /api/session":
                found.append(f"{key(route)} {headers}: {answer.status_code}")
    assert not found, failures(found)


async def test_a_stranger_finds_nothing(services: Services, world: World) -> None:
    """Somebody who may do everything in their own workspace gets a 404 for every id of this one, and changes nothing."""
    before = await _rows(services, world.workspace.id)
    found = []
    for route in ROUTES:
        if "{" not in route.path or route.can == PUBLIC:
            continue
        answer = await world.stranger.request(**world.request(route, headers=world.there.headers(route)))
        if not is_problem(answer, 401 if route.can == VISITOR else 404):
            found.append(f"{key(route)}: {answer.status_code} {answer.text[:200]}")
    assert not found, failures(found)
    assert await _rows(services, world.workspace.id) == before


async def test_lists_hold_nothing_of_another_workspace(world: World) -> None:
    ours = [str(id) for id in world.here.ids.values() if len(str(id)) > 30] + [world.here.other_conversation]
    found = []
    for route in ROUTES:
        if route.method == "GET" and "{" not in route.path:
            answer = await world.stranger.request(**world.request(route))
            if answer.status_code != 200 or any(id in answer.text for id in ours):
                found.append(f"{key(route)}: {answer.status_code}")
    assert not found, failures(found)


def ids_in(body: Any, foreign: Any) -> Iterator[Any]:
    """The body once for every field whose value differs between the workspaces: that field foreign, the rest ours."""
    if isinstance(body, dict):
        for name, value in body.items():
            for changed in ids_in(value, foreign[name]):
                yield {**body, name: changed}
    elif isinstance(body, list):
        for n, value in enumerate(body):
            for changed in ids_in(value, foreign[n]):
                yield [*body[:n], changed, *body[n + 1 :]]
    elif body != foreign:
        yield foreign


async def test_ids_of_another_workspace_in_a_body_are_refused(world: World) -> None:
    """Who may write here still cannot point at a team, a person, a message ... of another workspace."""
    found = []
    tried = 0
    for route in ROUTES:
        ours = world.bodies.get(key(route))
        if not ours or route.can in NOT_OF_THE_TEAM:
            continue
        theirs = dict(world.foreign[key(route)])
        for name in ("until", "valid_from", "expires_at", "send_at", "keep_until", "id"):
            if name in ours and route.path != "/api/mailboxes/test":
                theirs[name] = ours[name]
        for body in ids_in(ours, theirs):
            tried += 1
            answer = await world.owner.request(**world.request(route, json=body))
            if not (is_problem(answer, 404) or is_problem(answer, 400)):
                found.append(f"{key(route)} {body}: {answer.status_code} {answer.text[:120]}")
    assert tried > 15
    assert not found, failures(found)


async def test_what_a_role_does_not_include_is_refused(world: World) -> None:
    """Before anything else: a viewer learns nothing from a wrong body or id either."""
    _, token = await world.workspace.agent("viewer", name="Vera Viewer")
    viewer, allowed = SignedIn(world.owner.http, token), BUILTIN_ROLES["viewer"].permissions
    found = []
    for route in ROUTES:
        if route.can in (*NOT_OF_THE_TEAM, SIGNED_IN) or route.can in allowed:
            continue
        for request in (world.request(route), world.request(route, json={"nonsense": 1}, files=None)):
            answer = await viewer.request(**request)
            if not is_problem(answer, 403) or answer.json().get("permission") != route.can:
                found.append(f"{key(route)}: {answer.status_code} {answer.text[:120]}")
    assert not found, failures(found)


async def test_a_token_can_no_more_than_its_scopes(world: World) -> None:
    made = await world.owner.post("/api/tokens", {"name": "narrow", "scopes": ["tags.read"]})
    narrow = SignedIn(world.owner.http, made.json()["token"])
    found = []
    for route in ROUTES:
        if route.can in (*NOT_OF_THE_TEAM, SIGNED_IN, "tags.read"):
            continue
        answer = await narrow.request(**world.request(route))
        if not is_problem(answer, 403):
            found.append(f"{key(route)}: {answer.status_code}")
    assert not found, failures(found)
    assert (await narrow.get("/api/tags")).status_code == 200


# what -----------------------------------------------------------------------------------------------------------------


async def test_an_unknown_field_is_refused_by_its_name(services: Services, world: World) -> None:
    before = await _rows(services, world.workspace.id)
    found = []
    for route in ROUTES:
        if body_type(route) is None:
            continue
        answer = await world.owner.request(**world.request(route, json={**world.bodies[key(route)], "surprise": 1}))
        if not is_problem(answer, 400) or "surprise" not in answer.text:
            found.append(f"{key(route)}: {answer.status_code} {answer.text[:200]}")
    assert not found, failures(found)
    assert await _rows(services, world.workspace.id) == before


def structs_of(type_: msgspec.inspect.Type, seen: dict[str, msgspec.inspect.StructType]) -> None:
    """Every struct that can stand inside a type."""
    if isinstance(type_, msgspec.inspect.StructType) and type_.cls.__qualname__ not in seen:
        seen[type_.cls.__qualname__] = type_
        for field in type_.fields:
            structs_of(field.type, seen)
    for name in ("types", "item_type", "value_type", "type", "item_types"):
        inner = getattr(type_, name, ())
        for part in inner if isinstance(inner, tuple) else (inner,):
            if isinstance(part, msgspec.inspect.Type):
                structs_of(part, seen)


def test_unknown_fields_are_refused_at_every_depth() -> None:
    seen: dict[str, msgspec.inspect.StructType] = {}
    for route in ROUTES:
        if body := body_type(route):
            structs_of(msgspec.inspect.type_info(body), seen)
    loose = sorted(name for name, found in seen.items() if not found.forbid_unknown_fields)
    assert len(seen) > 30
    assert not loose, "structs inside request bodies must be a Body (or forbid unknown fields): " + ", ".join(loose)


def wrong_values(route: Route, body: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The right body with one field after the other of a type it never has."""
    fields = {f.encode_name: f for f in msgspec.inspect.type_info(body_type(route)).fields}  # type: ignore[attr-defined]
    for name in body:
        kinds = getattr(fields[name].type, "types", [fields[name].type])
        takes_object = any(isinstance(kind, msgspec.inspect.DictType) for kind in kinds)
        yield name, {**body, name: 17 if takes_object else {"not": "this"}}


async def test_a_wrong_type_is_refused_by_its_path(services: Services, world: World) -> None:
    before = await _rows(services, world.workspace.id)
    found = []
    for route in ROUTES:
        if body_type(route) is None:
            continue
        for name, body in wrong_values(route, world.bodies[key(route)]):
            answer = await world.owner.request(**world.request(route, json=body))
            paths = [e["path"] for e in answer.json().get("errors", [])] if answer.status_code == 400 else []
            if not is_problem(answer, 400) or not any(path.startswith(f"$.{name}") for path in paths):
                found.append(f"{key(route)} {name}: {answer.status_code} {answer.text[:200]}")
    assert not found, failures(found)
    assert await _rows(services, world.workspace.id) == before


async def test_a_body_that_is_no_object_is_refused(world: World) -> None:
    found = []
    for route in ROUTES:
        if body_type(route) is None or route.can == PUBLIC:
            continue
        for content in (b"", b"{", b"[]", b"null", b'"text"', b"\xff\xfe", b"[" * 100_000):
            answer = await world.owner.request(
                route.method, world.here.address(route), content=content, headers={"content-type": "application/json"}
            )
            if not is_problem(answer, 400):
                found.append(f"{key(route)} {content[:9]!r}: {answer.status_code} {answer.text[:120]}")
    assert not found, failures(found)


async def test_a_cursor_of_another_list_is_refused(world: World) -> None:
    lists = [r for r in ROUTES if "cursor" in r.handler.__annotations__]
    assert len(lists) > 5
    found = []
    for route in lists:
        request = world.request(route)
        join = "&" if "?" in request["path"] else "?"
        for cursor in (encode_cursor("another list", 1), encode_cursor("x"), "nonsense", "%00", "a" * 5000, "ÿ"):
            answer = await world.owner.request(**request | {"path": f"{request['path']}{join}cursor={cursor}"})
            if not is_problem(answer, 400) or answer.json()["code"] != "bad_cursor":
                found.append(f"{key(route)} {cursor[:20]}: {answer.status_code} {answer.text[:120]}")
        for limit in ("0", "-1", "201", "many"):
            answer = await world.owner.request(**request | {"path": f"{request['path']}{join}limit={limit}"})
            if not is_problem(answer, 400) or "limit" not in answer.text:
                found.append(f"{key(route)} limit={limit}: {answer.status_code} {answer.text[:120]}")
    assert not found, failures(found)


async def test_ids_that_are_none_are_not_found(world: World) -> None:
    found = []
    for route in ROUTES:
        if "{" not in route.path:
            continue
        for id in ("0", "99999999999999999999", "00000000-0000-0000-0000-000000000000", "%00"):
            path = route.path.replace("{id:uuid}", id).replace("{id:int}", id).replace("{identity_id:uuid}", id)
            answer = await world.owner.request(**world.request(route, path=path))
            if not is_problem(answer, 404) and answer.status_code != 405:
                found.append(f"{route.method} {path}: {answer.status_code} {answer.text[:120]}")
    assert not found, failures(found)


# twice ----------------------------------------------------------------------------------------------------------------

CREATES = {
    "POST /api/roles": "roles",
    "POST /api/agents": "agents",
    "POST /api/teams": "teams",
    "POST /api/companies": "companies",
    "POST /api/contacts/{id:uuid}/identities": "identities",
    "POST /api/conversations": "conversations",
    "POST /api/conversations/{id:uuid}/notes": "messages",
    "POST /api/conversations/{id:uuid}/replies": "outbox",
    "POST /api/attachments": "attachments",
    "POST /api/tags": "tags",
    "POST /api/rules": "rules",
    "POST /api/calendars": "calendars",
    "POST /api/calendars/{id:int}/versions": "calendar_versions",
    "POST /api/mailboxes": "channel_accounts",
    "POST /api/messengers": "channel_accounts",
}


async def test_the_same_request_twice_makes_one_row(services: Services, world: World) -> None:
    by_key = {key(r): r for r in ROUTES}
    found = []
    for n, (name, table) in enumerate(CREATES.items()):
        count = f"SELECT count(*) FROM {table} WHERE workspace_id = $1"
        before = await services.db.one(int, count, world.workspace.id)
        request = {k: v for k, v in world.request(by_key[name]).items() if k != "headers"}
        if request["files"]:  # the boundary is part of the request
            request = {k: v for k, v in request.items() if k not in ("files", "json")} | {"content": FORM}
        kind = {"content-type": "multipart/form-data; boundary=b"} if "content" in request else {}
        headers = {"Idempotency-Key": f"key-{n}", **kind}
        first = await world.owner.request(**request, headers=headers)
        again = await world.owner.request(**request, headers=headers)
        made = await services.db.one(int, count, world.workspace.id) - before
        same = (first.status_code, first.content, first.headers["content-type"]) == (
            again.status_code, again.content, again.headers["content-type"],
        )  # fmt: skip
        if first.status_code >= 300 or not same or made != 1:
            found.append(f"{name}: {first.status_code} {again.status_code}, {made} rows {first.text[:200]}")
    assert not found, failures(found)


FORM = b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\nContent-Type: text/plain\r\n\r\nx\r\n--b--\r\n'


async def test_an_answer_with_a_secret_is_not_kept(services: Services, world: World) -> None:
    made = await world.owner.post("/api/tokens", {"name": "t", "scopes": []}, headers={"Idempotency-Key": "k"})
    assert made.status_code == 200
    assert (
        await services.db.find(int, "SELECT 1 FROM idempotency_keys WHERE workspace_id = $1", world.workspace.id)
        is None
    )


async def test_a_key_belongs_to_one_request_of_one_person(world: World) -> None:
    headers = {"Idempotency-Key": "mine"}
    first = await world.owner.post("/api/tags", {"name": "one"}, headers=headers)
    other = await world.owner.post("/api/tags", {"name": "two"}, headers=headers)
    assert is_problem(other, 409)
    assert other.json()["code"] == "idempotency_key_reused"
    _, token = await world.workspace.agent("admin")
    somebody = await SignedIn(world.owner.http, token).post("/api/tags", {"name": "three"}, headers=headers)
    assert somebody.json()["id"] != first.json()["id"]
    assert is_problem(
        await world.owner.post("/api/tags", {"name": "four"}, headers={"Idempotency-Key": "k" * 201}), 400
    )


async def test_a_refused_request_is_refused_again(world: World) -> None:
    headers = {"Idempotency-Key": "refused"}
    path = "/api/teams"
    first = await world.owner.post(path, {"name": ""}, headers=headers)
    again = await world.owner.post(path, {"name": ""}, headers=headers)
    assert is_problem(first, 400)
    assert first.content == again.content
    assert is_problem(again, 400)


# helpers --------------------------------------------------------------------------------------------------------------


def _url(request: dict[str, Any]) -> dict[str, Any]:
    return {"url" if k == "path" else k: v for k, v in request.items()}


async def _rows(services: Services, workspace_id: int) -> dict[str, list[str]]:
    """Everything a workspace has, but for what reading and refusing leave behind."""
    tables = await services.db.all(
        str,
        "SELECT table_name::text FROM information_schema.columns WHERE table_schema = 'public'"
        " AND column_name = 'workspace_id' ORDER BY 1",
    )
    left_behind = {"api_tokens", "sessions", "audit_log", "idempotency_keys"}
    later = {"visit_facts"}  # of what the examples did, a moment after it; whose they are stands in visits
    return {
        table: await services.db.all(
            str, f'SELECT t::text FROM "{table}" t WHERE workspace_id = $1 ORDER BY 1', workspace_id
        )
        for table in tables
        if table not in left_behind | later
    }
