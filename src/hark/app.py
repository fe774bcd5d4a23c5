"""The one assembly: reading it shows the whole product."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from litestar import Litestar
from litestar.datastructures import State
from litestar.di import Provide
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin

from hark.access import types as access
from hark.access.authenticate import authenticate
from hark.core.events import Projector, Registry, registry
from hark.core.health import ROUTES as HEALTH
from hark.core.http import (
    EXCEPTION_HANDLERS,
    HeadersMiddleware,
    IdempotencyMiddleware,
    Route,
    actor_middleware,
    build_handler,
    provide_actor,
    tables,
)
from hark.core.journal import Consumer
from hark.core.services import Services
from hark.core.static import static_handlers
from hark.hours import types as hours
from hark.hours.routes import ROUTES as HOURS
from hark.journey import types as journey

EVENTS: Registry = registry(journey.EVENTS, access.EVENTS, hours.EVENTS)

PROJECTORS: Sequence[Projector] = ()

CONSUMERS: Sequence[Consumer] = ()

ROUTES: list[Route] = tables(HEALTH, HOURS)


def create_app(services: Services) -> Litestar:
    """The web application on open services. Raises ValueError when two lines of the route tables collide."""

    async def db() -> Any:
        return services.db

    async def files() -> Any:
        return services.files

    async def keys() -> Any:
        return services.keys

    async def settings() -> Any:
        return services.settings

    async def bus() -> Any:
        return services.bus

    @asynccontextmanager
    async def lifespan(_: Litestar) -> AsyncIterator[None]:
        yield

    return Litestar(
        route_handlers=[*(build_handler(r) for r in ROUTES), *static_handlers()],
        dependencies={
            "actor": Provide(provide_actor, sync_to_thread=False),
            "db": Provide(db),
            "files": Provide(files),
            "keys": Provide(keys),
            "settings": Provide(settings),
            "bus": Provide(bus),
        },
        middleware=[HeadersMiddleware(), actor_middleware(authenticate), IdempotencyMiddleware()],
        exception_handlers=EXCEPTION_HANDLERS,
        lifespan=[lifespan],
        state=State({"services": services, "db": services.db, "keys": services.keys, "settings": services.settings}),
        request_max_body_size=30_000_000,
        openapi_config=OpenAPIConfig(
            title="Hark", version="0.1.0", path="/schema", render_plugins=[JsonRenderPlugin(path=["/", "/openapi.json"])]
        ),
    )
