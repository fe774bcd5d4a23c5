"""Help centres of a workspace."""

import pytest
from tests.help.desk import Desk
from tests.support.post import Post
from tests.support.workspace import SignedIn, TestWorkspace

from hark.core.db import Db


@pytest.fixture
async def desk(client: SignedIn) -> Desk:
    """A published help centre in three languages."""
    made = await client.post(
        "/api/help/centres", {"name": "Acme Help", "languages": ["en", "it", "ko"], "published": True}
    )
    assert made.status_code == 200, made.text
    return Desk(client, made.json())


@pytest.fixture
def post(db: Db, workspace: TestWorkspace) -> Post:
    return Post(db, workspace)
