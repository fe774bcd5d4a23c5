"""Customers and answers of a past week."""

import pytest
from tests.support.post import Post
from tests.support.workspace import TestWorkspace

from hark.core.db import Db


@pytest.fixture
def post(db: Db, workspace: TestWorkspace) -> Post:
    return Post(db, workspace)
