"""Several web processes on one port: all serve, one can die, and the counts are those of all together."""

import asyncio
import os
import re
import signal
from pathlib import Path

import httpx
from tests.support.webs import WAIT_S, open_socket, signed_in, webs
from tests.support.workspace import TestWorkspace

from hark.bench.installation import descendants
from hark.core.db import Db

PROCESSES = 2


async def until_served(parent: int, *, without: int = 0) -> list[int]:
    """Wait until all children of the parent run, and one that was killed is gone; their ids."""
    async with asyncio.timeout(WAIT_S):
        while len(children := descendants(parent)) != PROCESSES or without in children:  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0.05)
    return children


async def websockets_counted(url: str, token: str) -> float:
    async with httpx.AsyncClient(headers={"Authorization": f"Bearer {token}"}) as client:
        text = (await client.get(f"{url}/metrics")).raise_for_status().text
    return float(re.search(r"^hark_websockets (\S+)$", text, re.MULTILINE).group(1))  # type: ignore[union-attr]


async def test_one_dies_and_the_other_serves_on(db: Db, workspace: TestWorkspace, dsn: str, tmp_path: Path) -> None:
    person = await signed_in(db, workspace.owner, tmp_path)
    async with webs(dsn, tmp_path, 1, HARK_WEB_PROCESSES=str(PROCESSES)) as (web,):
        parent = web.pid
        first, second = await until_served(parent)
        sockets = [await open_socket(web, person) for _ in range(12)]
        assert await websockets_counted(web.url, workspace.owner_token) == len(sockets)

        os.kill(first, signal.SIGKILL)
        async with httpx.AsyncClient() as client:
            for _ in range(20):
                assert (await client.get(f"{web.url}/healthz")).status_code == 200
        assert second in await until_served(parent, without=first)

        open_still = sum(1 for socket in sockets if socket.connection.close_code is None)
        assert await websockets_counted(web.url, workspace.owner_token) == open_still
        for socket in sockets:
            await socket.cut()
