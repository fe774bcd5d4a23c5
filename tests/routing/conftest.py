"""People at their desks, and customers who write."""

from typing import Any

import httpx
import pytest
from tests.support.floor import Floor
from tests.support.post import Post
from tests.support.workspace import TestWorkspace

from hark.core.db import Db
from hark.core.services import Services


@pytest.fixture
def post(db: Db, workspace: TestWorkspace) -> Post:
    return Post(db, workspace)


@pytest.fixture
def floor(services: Services, workspace: TestWorkspace, http: httpx.AsyncClient, clock: Any) -> Floor:
    clock.at = clock()
    return Floor(services, workspace, http, clock)
