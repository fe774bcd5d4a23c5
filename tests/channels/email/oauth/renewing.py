"""One process of two that want the same mailbox's token at the same moment: prints the SHA-256 of what it gets."""

import asyncio
import hashlib
import sys

import msgspec

from hark.app import EVENTS, PROJECTORS
from hark.channels.email.oauth.providers import PROVIDERS
from hark.channels.email.oauth.tokens import access_token
from hark.core.crypto import Keys
from hark.core.db import Db, create_pool


async def main(dsn: str, workspace_id: str, account_id: str, token_url: str) -> None:
    providers = {**PROVIDERS, "microsoft": msgspec.structs.replace(PROVIDERS["microsoft"], token_url=token_url)}
    db = Db(await create_pool(dsn, size=2), events=EVENTS, projectors=PROJECTORS)
    print("ready", flush=True)
    sys.stdin.readline()
    token = await access_token(
        db, Keys(b"0" * 32), int(workspace_id), int(account_id), "microsoft", providers=providers
    )
    print(hashlib.sha256(token.encode()).hexdigest(), flush=True)
    await db.pool.close()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
