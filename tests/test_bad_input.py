"""Hostile and absurd values through the API: each is stored as it is or refused with a sentence, none is an error of ours.

What hostile mails do is in tests/intake/test_bad_input.py.
"""

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import pytest_asyncio
from tests.support.examples import Examples, bodies, make_examples, sign_in
from tests.support.workspace import SignedIn, TestWorkspace
from tests.test_routes import body_type, failures, is_problem, key

from hark.app import ROUTES
from hark.core.services import Services

SCRIPT = "<script>alert(1)</script><img src=x onerror=alert(1)>"
TEXTS = [
    "\0", "a\0b", "", " ", "\r\nBcc: evil@example.com\r\n\r\n", SCRIPT, "../../etc/passwd", "'; DROP TABLE agents; --", "%s{}{0}$1",
    "\u202egnp.exe", "\ufffe\uffff", "한국어" * 50, "e\u0301" * 300, "a" * 70_000, "=cmd|' /C calc'!A0",
]  # fmt: skip
NUMBERS = [-1, 0, 2**31 - 1, 2**31, 2**53 + 1, 2**63 - 1, 2**63, 10**40, -(10**40), 0.5, 1e308]
TIMES = ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999Z", "2026-11-23T00:00:00", "2026-02-30T00:00:00Z", "now"]
LISTS: list[Any] = [[], [None], [[]], [1] * 10_000, ["x"] * 10_000]
# Would try a network, or end the session that asks.
LEFT_OUT = {"POST /api/mailboxes/test", "POST /api/session", "POST /api/setup"}


@pytest_asyncio.fixture
async def owner(services: Services, workspace: TestWorkspace, http: httpx.AsyncClient) -> SignedIn:
    return await sign_in(services, http, workspace.owner)


@pytest_asyncio.fixture
async def examples(services: Services, workspace: TestWorkspace, owner: SignedIn) -> Examples:
    return await make_examples(services, workspace, owner)


def with_one_changed(value: Any, values: dict[type, list[Any]]) -> Iterator[Any]:
    """The value once for each leaf and each hostile value of that leaf's type."""
    if isinstance(value, dict):
        for name, part in value.items():
            for changed in with_one_changed(part, values):
                yield {**value, name: changed}
    elif isinstance(value, list):
        yield from values.get(list, [])
        for n, part in enumerate(value):
            for changed in with_one_changed(part, values):
                yield [*value[:n], changed, *value[n + 1 :]]
    elif isinstance(value, str) and value[:4].isdigit() and "T" in value:
        yield from values.get(str, [])[:1]
        yield from TIMES
    else:
        yield from values.get(type(value), [])


async def send_all(owner: SignedIn, examples: Examples, account: int, values: dict[type, list[Any]]) -> list[str]:
    """Every route with a body, every leaf of it; what was answered with neither a success nor a proper problem."""
    role = (await owner.get("/api/roles")).json()["items"][-1]["id"]
    right = bodies(examples, account, role, 1)
    found = []
    for route in ROUTES:
        if body_type(route) is None or key(route) in LEFT_OUT:
            continue
        for body in with_one_changed(right[key(route)], values):
            content = json.dumps(body).encode()
            answer = await owner.request(
                route.method, examples.address(route), content=content,
                headers={"content-type": "application/json", **examples.headers(route)},
            )  # fmt: skip
            if (answer.status_code >= 300 and not is_problem(answer, answer.status_code)) or answer.status_code >= 500:
                found.append(f"{key(route)} {content[:200]!r}: {answer.status_code} {answer.text[:200]}")
    return found


@pytest.mark.parametrize("part", range(5))
async def test_hostile_texts(owner: SignedIn, examples: Examples, workspace: TestWorkspace, part: int) -> None:
    found = await send_all(owner, examples, workspace.account_id, {str: TEXTS[part::5]})
    assert not found, failures(found)


async def test_absurd_numbers_times_and_lists(owner: SignedIn, examples: Examples, workspace: TestWorkspace) -> None:
    found = await send_all(owner, examples, workspace.account_id, {int: NUMBERS, list: LISTS})
    assert not found, failures(found)


async def test_absurd_query_parameters(owner: SignedIn, examples: Examples) -> None:
    values = [
        "",
        "%00",
        "-1",
        "99999999999999999999",
        "NaN",
        "%ff%fe",
        "x" * 5000,
        "[]",
        "{",
        "%F0%9F%98%80",
        "'",
        "\\",
        "%25",
        "null",
    ]
    found = []
    for route in ROUTES:
        names = [
            n
            for n in route.handler.__annotations__
            if n not in ("db", "actor", "files", "keys", "settings", "bus", "return")
        ]
        if route.method != "GET":
            continue
        wire = {"words": "query"}
        for name in (wire.get(n, n) for n in names if n not in ("id", "identity_id", "request")):
            for value in values:
                path = f"{examples.address(route)}?q=x&start=2026-01-01T00:00:00Z&end=2026-01-02T00:00:00Z&figure=received&{name}={value}"
                if name in ("q", "start", "end", "figure"):
                    path = path.replace(f"{name}=", "_=", 1)
                answer = await owner.get(path)
                if (
                    answer.status_code >= 300 and not is_problem(answer, answer.status_code)
                ) or answer.status_code >= 500:
                    found.append(f"GET {path[:160]}: {answer.status_code} {answer.text[:160]}")
    assert not found, failures(found)


@pytest.mark.parametrize(
    "condition",
    [
        '{"not":' * 2000 + "{}" + "}" * 2000,
        '{"all":' + "[" * 3000 + "]" * 3000 + "}",
        '{"field":"password_hash","op":"is","value":1}',
        '{"field":"status","op":"; DROP TABLE agents","value":1}',
        '{"field":"status","op":"is","value":{"$gt":""}}',
        '{"field":"subject","op":"contains","value":"\\u0000"}',
        '{"all":[],"any":[]}',
        '{"any":' + json.dumps([{"field": "status", "op": "is", "value": "open"}] * 200) + "}",
    ],
    ids=["deep", "lists", "field", "operator", "value", "nul", "two", "wide"],
)  # fmt: skip
async def test_absurd_conditions(client: SignedIn, condition: str) -> None:
    answer = await client.get("/api/conversations", params={"filter": condition})
    assert is_problem(answer, 400), answer.text[:300]


@pytest.mark.parametrize("words", ["&|!()", ":*", "a" * 400, "' OR 1=1 --", "\\", "#99999999999999999999", "<->", "%"])
async def test_odd_searches_find_nothing(client: SignedIn, words: str) -> None:
    answer = await client.get("/api/search", params={"q": words})
    assert answer.status_code == 200, answer.text
    assert answer.json()["items"] == []


async def test_a_body_that_is_too_large_is_refused(client: SignedIn) -> None:
    answer = await client.request(
        "POST", "/api/tags", content=b"x" * 30_000_001, headers={"content-type": "application/json"}
    )
    assert is_problem(answer, 413), answer.text
    keyed = {"content-type": "application/json", "Idempotency-Key": "k"}
    assert is_problem(await client.request("POST", "/api/tags", content=b"x" * 30_000_001, headers=keyed), 413)


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "nonsense", ""]
)
async def test_other_content_types_do_nothing_new(client: SignedIn, kind: str) -> None:
    """A form another site can post says nothing a JSON body could not; one that is no JSON is refused."""
    answer = await client.request("POST", "/api/tags", content=b"name=form", headers={"content-type": kind})
    assert is_problem(answer, 400), answer.text
    assert (await client.get("/api/tags")).json()["items"] == []


async def test_a_session_without_its_form_token_changes_nothing(owner: SignedIn) -> None:
    for token in ({}, {"X-CSRF-Token": ""}, {"X-CSRF-Token": "wrong"}, {"X-CSRF-Token": "ÿ".encode("latin-1")}):
        headers = {"Cookie": owner.headers["Cookie"], **token}
        answer = await owner.http.post("/api/tags", json={"name": "t"}, headers=headers)
        assert is_problem(answer, 403), answer.text


async def test_names_stay_text(client: SignedIn) -> None:
    """A name with a script in it comes back as it is, in a document no browser runs."""
    made = await client.post("/api/tags", {"name": SCRIPT[:60]})
    assert made.json()["name"] == SCRIPT[:60]
    listed = await client.get("/api/tags")
    assert listed.headers["content-type"] == "application/json"
    assert listed.headers["x-content-type-options"] == "nosniff"
    assert "script-src 'self'" in listed.headers["content-security-policy"]


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("page.html", "text/html"), ("picture.svg", "image/svg+xml"), ("x.xhtml", "application/xhtml+xml"),
        (f"{SCRIPT}.png", "image/png"), ("../../../etc/passwd", "text/plain"), ('a".txt"; filename="b.exe', "text/plain"),
        ("\u202egnp.exe", "application/x-msdownload"), ("한국어 🙂.pdf", "application/pdf"), ("a" * 300 + ".txt", "text/plain"),
        ("line\nbreak.txt", "text/plain"), ("odd.bin", "text/html; charset=x\r\nset-cookie: a=b"),
    ],
)  # fmt: skip
async def test_files_never_run_in_our_pages(client: SignedIn, name: str, kind: str) -> None:
    """Whatever a file calls itself: it is downloaded, or shown in a sandbox that runs nothing."""
    made = await client.request("POST", "/api/attachments", files={"file": (name, b"<script>alert(1)</script>", kind)})
    if made.status_code == 400:
        assert is_problem(made, 400)
        return
    assert made.status_code == 200, made.text
    for query in ("", "?inline=1"):
        answer = await client.get(f"/api/attachments/{made.json()['id']}{query}")
        assert answer.status_code == 200
        disposition = answer.headers["content-disposition"]
        assert "\n" not in disposition
        assert "set-cookie" not in answer.headers
        assert answer.headers["x-content-type-options"] == "nosniff"
        runs = answer.headers["content-type"].split(";")[0] in (
            "text/html",
            "image/svg+xml",
            "application/xhtml+xml",
            "text/xml",
        )
        sandboxed = "sandbox" in answer.headers["content-security-policy"]
        assert disposition.startswith("attachment") or (sandboxed and not runs), answer.headers


async def test_a_reply_cannot_carry_headers_of_its_own(
    services: Services, client: SignedIn, workspace: TestWorkspace, examples: Examples
) -> None:
    conversation = examples.ids["conversations"]
    await client.patch(f"/api/conversations/{conversation}", {"subject": "Hello\r\nBcc: evil@example.com"})
    stored = (await client.get(f"/api/conversations/{conversation}")).json()["subject"]
    assert "\n" not in stored
    assert "\r" not in stored


@pytest.mark.parametrize(("open_", "close"), [('{"a":', "}"), ("[", "]")], ids=["objects", "lists"])
async def test_bodies_nested_without_end(client: SignedIn, examples: Examples, open_: str, close: str) -> None:
    deep = open_ * 100_000 + "1" + close * 100_000
    draft = f"/api/conversations/{examples.ids['conversations']}/draft"
    rule = f"/api/rules/{examples.ids['rules']}"
    for method, path, body in (
        ("PUT", draft, f'{{"body": {{"x": {deep}}}}}'),
        ("PATCH", rule, f'{{"condition": {{"all": {deep}}}}}'),
        ("POST", "/api/tags", f'{{"name": {deep}}}'),
    ):
        answer = await client.request(method, path, content=body, headers={"content-type": "application/json"})
        assert is_problem(answer, 400), answer.text[:300]
