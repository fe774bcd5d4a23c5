"""The help centre new users find in the sample workspace."""

from tests.support.workspace import SignedIn, TestWorkspace

from hark.core.db import Db
from hark.help.sample import create_sample_help


async def test_it_shows_every_state_and_leads_nowhere_wrong(client: SignedIn, db: Db, workspace: TestWorkspace) -> None:
    async with db.transaction(workspace.owner) as tx:
        id = await create_sample_help(tx)
    rows = (await client.get(f"/api/help/articles?centre_id={id}&limit=50")).json()["items"]
    assert len([r for r in rows if r["visibility"] == "public"]) >= 8
    states = {(s["state"], s["stale"]) for row in rows for s in row["languages"]}
    assert {("published", False), ("published", True), ("missing", False), ("draft", False)} <= states
    assert {r["visibility"] for r in rows} == {"public", "internal"}
    assert (await client.get(f"/api/help/links?centre_id={id}")).json()["items"] == []
