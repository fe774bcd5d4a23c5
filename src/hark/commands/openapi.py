"""`hark openapi`: the description of the API as JSON, without a database. docs/develop/openapi.json is made by it."""

import json

from hark.app import create_app
from hark.core.crypto import Keys
from hark.core.db import Db
from hark.core.files import Files
from hark.core.services import Services
from hark.core.wake import Bus
from hark.settings import Settings


def document() -> str:
    """OpenAPI 3.1 of all routes, as the server shows it at /schema/openapi.json; keys sorted, so that changes can be read."""
    closed = Services(Settings(), Db(None), Files(None), Keys(bytes(32)), Bus(""))  # nothing of it is opened
    return (
        json.dumps(create_app(closed).openapi_schema.to_schema(), indent=1, sort_keys=True, ensure_ascii=False) + "\n"
    )


async def run(settings: Settings) -> int:
    print(document(), end="")
    return 0
