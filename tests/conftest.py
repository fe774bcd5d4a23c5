"""Real PostgreSQL for every test: one template database per run, a fresh clone per test module, a workspace per test."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import asyncpg
import httpx
import pytest
import pytest_asyncio
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from litestar import Litestar
from tests.support.mailauth import Zones
from tests.support.postgres import test_server
from tests.support.workspace import SignedIn, TestWorkspace, make_workspace

from hark.app import EVENTS, PROJECTORS, create_app
from hark.core.crypto import Keys
from hark.core.db import Db, connect, create_pool
from hark.core.files import Files
from hark.core.migrate import migrate
from hark.core.services import Services
from hark.core.wake import Bus
from hark.settings import Settings

hypothesis_settings.register_profile(
    "hark", deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
hypothesis_settings.load_profile("hark")

TEMPLATE = f"hark_template_{os.getpid()}"


def with_database(dsn: str, name: str) -> str:
    """The same server, another database."""
    base, _, query = dsn.partition("?")
    return f"{base.rsplit('/', 1)[0]}/{name}" + (f"?{query}" if query else "")


@pytest_asyncio.fixture(scope="session")
async def server() -> AsyncIterator[str]:
    """The address of a PostgreSQL server on which databases can be made."""
    async with test_server() as dsn:
        yield dsn


@pytest_asyncio.fixture(scope="session")
async def template(server: str) -> AsyncIterator[str]:
    admin = await asyncpg.connect(server)
    await admin.execute(f'DROP DATABASE IF EXISTS "{TEMPLATE}"')
    await admin.execute(f'CREATE DATABASE "{TEMPLATE}"')
    conn = await connect(with_database(server, TEMPLATE))
    await migrate(conn)
    await conn.close()
    yield TEMPLATE
    await admin.execute(f'DROP DATABASE IF EXISTS "{TEMPLATE}" WITH (FORCE)')
    await admin.close()


@pytest_asyncio.fixture(scope="module")
async def dsn(server: str, template: str, request: pytest.FixtureRequest) -> AsyncIterator[str]:
    """A database of this test module alone."""
    name = f"hark_{os.getpid()}_{abs(hash(request.node.nodeid)) % 10**10}"
    admin = await asyncpg.connect(server)
    await admin.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    await admin.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    yield with_database(server, name)
    await admin.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    await admin.close()


class FakeClock:
    """A clock that stands where it is put; `at=None` follows the machine."""

    def __init__(self) -> None:
        self.at: datetime | None = None

    def __call__(self) -> datetime:
        return self.at or datetime.now(UTC)

    def advance(self, **delta: float) -> None:
        self.at = self() + timedelta(**delta)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest_asyncio.fixture
async def services(dsn: str, clock: FakeClock, tmp_path: Path) -> AsyncIterator[Services]:
    settings = Settings(database_url=dsn, data=tmp_path, secret_key="test", private_hosts=True, smtp_port=0)
    pool = await create_pool(dsn, size=8)
    bus = Bus(dsn)
    db = Db(pool, events=EVENTS, projectors=PROJECTORS, clock=clock, on_commit=bus.notify)
    yield Services(settings, db, Files.local(settings.files_dir), Keys(b"0" * 32), bus)
    await bus.stop()
    await pool.close()


@pytest.fixture
def db(services: Services) -> Db:
    return services.db


@pytest.fixture
def files(services: Services) -> Files:
    return services.files


@pytest.fixture
def keys(services: Services) -> Keys:
    return services.keys


@pytest_asyncio.fixture
async def workspace(db: Db) -> TestWorkspace:
    """A fresh workspace: roles, an owner, a team, a calendar that is always open, one e-mail account."""
    return await make_workspace(db)


@pytest_asyncio.fixture
async def stranger(db: Db) -> TestWorkspace:
    """Another workspace, whose people must see nothing of `workspace`."""
    return await make_workspace(db)


@pytest.fixture
def app(services: Services) -> Litestar:
    return create_app(services, dns=Zones({}))


@pytest_asyncio.fixture
async def http(app: Litestar) -> AsyncIterator[httpx.AsyncClient]:
    """The bare client, nobody signed in."""
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with running(app), httpx.AsyncClient(transport=transport, base_url="http://hark.test") as client:
        yield client


@asynccontextmanager
async def running(app: Litestar) -> AsyncIterator[None]:
    """The application's life in one task of its own: a fixture's two halves may run in different tasks."""
    up, down = asyncio.Event(), asyncio.Event()

    async def live() -> None:
        async with app.lifespan():
            up.set()
            await down.wait()

    task = asyncio.create_task(live())
    await asyncio.wait([task, asyncio.create_task(up.wait())], return_when=asyncio.FIRST_COMPLETED)
    yield
    down.set()
    await task


@pytest.fixture
def client(http: httpx.AsyncClient, workspace: TestWorkspace) -> SignedIn:
    """Signed in as the owner of `workspace` (by a real API token)."""
    return SignedIn(http, workspace.owner_token)


@pytest.fixture
def stranger_client(http: httpx.AsyncClient, stranger: TestWorkspace) -> SignedIn:
    return SignedIn(http, stranger.owner_token)
