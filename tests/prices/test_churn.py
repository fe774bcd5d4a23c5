"""Own outcomes: taken from a CSV with errors by line, fitted, and used for P only once somebody says so."""

import random
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from tests.support.post import Post
from tests.support.workspace import SignedIn, TestWorkspace

from hark.core.db import Db
from hark.core.ids import uuid7
from hark.prices.outcomes import read_outcomes
from hark.value.price import leave_probability
from hark.value.pricing import load_model

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


def test_a_csv_is_read_whatever_its_separator() -> None:
    for text in ("customer,left,date\nAcme,yes,2026-01-02\n", "\ufeffEmail;Churned;Date\r\nACME;1;2026-01-02T10:00\r\n",
                 "azienda\tperso\tdata\n\nacme\tsì\t2026-01-02\n"):  # fmt: skip
        lines, problems = read_outcomes(text)
        assert problems == []
        assert [(line.who, line.left, line.day.isoformat()) for line in lines] == [("acme", True, "2026-01-02")]


def test_every_problem_has_its_line() -> None:
    lines, problems = read_outcomes("customer,left,date\nA,maybe,2026-01-02\nB,no,2/1/26\n,yes,2026-01-02\nC\nD,no,2026-01-02\n")
    assert [line.number for line in lines] == [6]
    assert [(p.line, p.text.split(".")[0]) for p in problems] == [
        (2, "'maybe' is neither yes nor no"), (3, "'2/1/26' is no day"), (4, "This line names no customer"),
        (5, "This line has 1 columns, the first has more"),
    ]  # fmt: skip
    lines, [problem] = read_outcomes("who,when\nA,2026\n")
    assert (lines, problem.line) == ([], 1)
    assert "missing: customer, left, date" in problem.text


async def test_outcomes_find_their_customers(
    client: SignedIn, db: Db, workspace: TestWorkspace, post: Post, clock: Any
) -> None:
    clock.at = NOW
    await post.mail(sender="ada@acme.example")
    await post.mail(sender="bob@acme.example")
    await post.mail(sender="eve@alone.example")
    await client.post("/api/companies", {"name": "Acme", "domain": "acme.example"})
    body = {"csv": "customer,left,date\nbob@ACME.example,no,2026-02-01\nacme.example,yes,2026-02-20\neve@alone.example,no,2026-02-20\n"
                   "nobody@x.example,yes,2026-02-20\neve@alone.example,no,2027-01-01\n"}  # fmt: skip
    taken = (await client.post("/api/prices/churn/outcomes", body)).json()
    assert taken["taken"] == 2, "a company counts once, whoever of it is named; the later line holds"
    assert [(p["line"], p["text"].split(" ")[0]) for p in taken["problems"]] == [(5, "There"), (6, "2027-01-01")]
    view = (await client.get("/api/prices/churn")).json()
    assert (view["outcomes"], view["left"], view["needed"], view["fit"], view["in_use"]) == (2, 1, 200, None, False)
    refused = await client.post("/api/prices/churn/fit")
    assert (refused.status_code, refused.json()["code"]) == (409, "too_few_outcomes")
    assert (await client.put("/api/prices/churn/curve", {"own": True})).json()["code"] == "no_fit"
    bad = await client.post("/api/prices/churn/outcomes", {"csv": "a,b\n1,2\n"})
    assert (bad.status_code, bad.json()["code"]) == (400, "bad_csv")


async def customers(db: Db, ws: TestWorkspace, post: Post, clock: Any, count: int) -> list[tuple[UUID, float]]:
    """Contacts who each waited once for so many patiences, straight into the tables."""
    random.seed(4)
    clock.at = NOW - timedelta(days=30)
    like = (await post.mail(sender="first@shop.example")).conversation_id
    await post.reply(like)
    made = []
    for n in range(count):
        contact, conversation, u = uuid7(), uuid7(), random.expovariate(1 / 1.2)
        await db.run(
            "INSERT INTO contacts (workspace_id, id, name, created_at) VALUES ($1, $2, 'C', $3)", ws.id, contact, clock.at
        )
        await db.run(
            "INSERT INTO conversations (workspace_id, id, number, contact_id, account_id, status, created_at, last_message_at)"
            " VALUES ($1, $2, $3, $4, $5, 3, $6, $6)", ws.id, conversation, 1000 + n, contact, ws.account_id, clock.at,
        )  # fmt: skip
        await db.run(
            "INSERT INTO waits SELECT (jsonb_populate_record(w, jsonb_build_object('conversation_id', $2::uuid, 'closed_at',"
            " w.opened_at + $3::interval, 'f1', w.f0))).* FROM waits w WHERE workspace_id = $1 AND conversation_id = $4",
            ws.id, conversation, timedelta(seconds=u * 26_640), like,
        )  # fmt: skip
        made.append((contact, u))
    clock.at = NOW
    return made


async def test_the_own_curve_is_fitted_shown_and_used_when_switched_on(
    client: SignedIn, db: Db, workspace: TestWorkspace, post: Post, clock: Any
) -> None:
    made = await customers(db, workspace, post, clock, 400)
    lines = ["customer,left,date"]
    for contact, u in made:
        left = random.random() < 1 - 0.95 * (1 - 0.7 * (1 - 2 ** -(u**1.5)))
        lines.append(f"{contact},{'yes' if left else 'no'},2026-02-25")
    taken = (await client.post("/api/prices/churn/outcomes", {"csv": "\n".join(lines)})).json()
    assert (taken["taken"], taken["problems"]) == (400, [])
    view = (await client.post("/api/prices/churn/fit")).json()
    fit = view["fit"]
    assert fit["ceiling_low"] <= 0.7 <= fit["ceiling_high"]
    assert fit["shape_low"] <= 1.5 <= fit["shape_high"]
    assert (fit["outcomes"], fit["adjusted"], view["in_use"]) == (400, [], False), "nothing to adjust for: an association"
    assert all(point["low"] <= point["high"] for point in fit["band"])
    assert sum(seen["customers"] for seen in fit["seen"]) >= 390
    before = await load_model(db, workspace.id)
    assert before.curve is None
    used = (await client.put("/api/prices/churn/curve", {"own": True})).json()
    assert used["in_use"] is True
    model = await load_model(db, workspace.id)
    assert model.curve is not None
    assert model.version == before.version + 1
    assert leave_probability(26_640, 1 / 26_640, model) == model.curve.ceiling / 2
    assert (await client.get("/api/value")).json()["value"]["curve"]["outcomes"] == 400
    assert (await client.delete("/api/prices/churn/outcomes")).status_code == 204
    assert (await load_model(db, workspace.id)).curve is None
    assert (await client.get("/api/prices/churn")).json()["outcomes"] == 0
