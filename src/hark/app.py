"""The one assembly: reading it shows the whole product."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from litestar import Litestar
from litestar.datastructures import State
from litestar.di import Provide

import hark.access.routes
import hark.access.types
import hark.agents.routes
import hark.agents.types
import hark.ai.routes
import hark.ai.types
import hark.automation.jobs
import hark.automation.routes
import hark.bots.routes
import hark.bots.running
import hark.bots.types
import hark.bottlenecks.eventlogs.routes
import hark.bottlenecks.eventlogs.types
import hark.bottlenecks.routes
import hark.channels.email.mailbox_routes
import hark.channels.email.oauth.routes
import hark.channels.email.providers.routes
import hark.channels.email.public_routes
import hark.channels.email.routes
import hark.channels.email.sending.routes
import hark.channels.email.signing.routes
import hark.channels.messenger.mailing
import hark.channels.messenger.routes
import hark.channels.messenger.types
import hark.channels.messenger.visitor_routes
import hark.contacts.routes
import hark.contacts.types
import hark.conversations.live
import hark.conversations.routes
import hark.conversations.types
import hark.core.health
import hark.delivery.routes
import hark.delivery.types
import hark.help.centre_routes
import hark.help.events
import hark.help.gaps_routes
import hark.help.imports.routes
import hark.help.preview_page
import hark.help.public_routes
import hark.help.routes
import hark.help.search_routes
import hark.hours.routes
import hark.hours.types
import hark.imports.routes
import hark.intake.accounts.routes
import hark.intake.accounts.types
import hark.intake.routes
import hark.journey.types
import hark.prices.routes
import hark.privacy.routes
import hark.privacy.types
import hark.reports.page_routes
import hark.reports.routes
import hark.routing.jobs
import hark.routing.routes
import hark.routing.types
import hark.setup.routes
import hark.simulation.routes
import hark.sla.jobs
import hark.sla.routes
import hark.sla.types
import hark.staffing.routes
import hark.suggestions.jobs
import hark.suggestions.routes
import hark.suggestions.types
import hark.swarm.routes
import hark.topics.routes
import hark.topics.types
import hark.understanding.jobs
import hark.understanding.routes
import hark.understanding.types
import hark.value.actions
import hark.workspaces.routes
import hark.workspaces.types
from hark.access.authenticate import admit_socket, authenticate, is_still, send_rotated_token
from hark.channels.email.authentication.resolver import DnsResolver, Resolver
from hark.channels.email.hosts import host_policy
from hark.channels.email.oauth.providers import PROVIDERS, Providers
from hark.channels.email.providers.fetch import asker, fetcher
from hark.channels.email.providers.hooks import MailHooks, open_hooks
from hark.channels.messenger.frame import widget_handlers
from hark.channels.messenger.hub import VisitorHub
from hark.channels.messenger.limits import Buckets
from hark.channels.messenger.socket import visitor_socket
from hark.conversations.tabs import serve_tabs
from hark.core.asking import Ask
from hark.core.events import Projector, Registry, registry
from hark.core.http import (
    EXCEPTION_HANDLERS,
    MAX_BODY_BYTES,
    HeadersMiddleware,
    IdempotencyMiddleware,
    Route,
    actor_middleware,
    build_handler,
    provide_actor,
    tables,
)
from hark.core.journal import Consumer
from hark.core.live import Hub
from hark.core.live_socket import live_handler
from hark.core.openapi import described, openapi_config
from hark.core.services import Services
from hark.core.static import static_handlers
from hark.embeddings.embedder import embed_with
from hark.embeddings.opening import find_embedder
from hark.help.editing import serve_editing
from hark.help.pages_cache import serve_first
from hark.help.public import HelpPages, make_cache
from hark.help.public_routes import help_handlers
from hark.help.visits import HelpVisits
from hark.hours.feeds import Fetch
from hark.hours.queries import open_seconds
from hark.journey.project import projector
from hark.reports.places import keep_facts_in
from hark.suggestions.learning import Learners
from hark.understanding.models import MODELS
from hark.value.pricing import pricing_of
from hark.visits.writer import FactWriter

EVENTS: Registry = registry(
    hark.journey.types.EVENTS,
    hark.conversations.types.EVENTS,
    hark.contacts.types.EVENTS,
    hark.access.types.EVENTS,
    hark.agents.types.EVENTS,
    hark.workspaces.types.EVENTS,
    hark.hours.types.EVENTS,
    hark.delivery.types.EVENTS,
    hark.intake.accounts.types.EVENTS,
    hark.channels.messenger.types.EVENTS,
    hark.topics.types.EVENTS,
    hark.understanding.types.EVENTS,
    hark.bottlenecks.eventlogs.types.EVENTS,
    hark.sla.types.EVENTS,
    hark.routing.types.EVENTS,
    hark.suggestions.types.EVENTS,
    hark.ai.types.EVENTS,
    hark.bots.types.EVENTS,
    hark.help.events.EVENTS,
    hark.privacy.types.EVENTS,
)

PROJECTORS: Sequence[Projector] = (projector(open_seconds, pricing_of), hark.sla.jobs.PROJECTOR)

CONSUMERS: Sequence[Consumer] = (
    hark.understanding.jobs.CONSUMER,
    hark.bots.running.CONSUMER,
    hark.automation.jobs.CONSUMER,
    hark.automation.jobs.TIMED_CONSUMER,
    hark.value.actions.CONSUMER,
    hark.channels.messenger.mailing.CONSUMER,
    hark.routing.jobs.CONSUMER,
    hark.suggestions.jobs.CONSUMER,
    hark.sla.jobs.consumer(hark.channels.messenger.types.MessengerChanged),
)

ROUTES: list[Route] = tables(
    hark.core.health.ROUTES,
    hark.setup.routes.ROUTES,
    hark.access.routes.ROUTES,
    hark.agents.routes.ROUTES,
    hark.workspaces.routes.ROUTES,
    hark.contacts.routes.ROUTES,
    hark.privacy.routes.ROUTES,
    hark.conversations.routes.ROUTES,
    hark.topics.routes.ROUTES,
    hark.understanding.routes.ROUTES,
    hark.swarm.routes.ROUTES,
    hark.suggestions.routes.ROUTES,
    hark.ai.routes.ROUTES,
    hark.automation.routes.ROUTES,
    hark.bots.routes.ROUTES,
    hark.sla.routes.ROUTES,
    hark.routing.routes.ROUTES,
    hark.hours.routes.ROUTES,
    hark.intake.routes.ROUTES,
    hark.intake.accounts.routes.ROUTES,
    hark.delivery.routes.ROUTES,
    hark.channels.email.routes.ROUTES,
    hark.channels.email.mailbox_routes.ROUTES,
    hark.channels.email.sending.routes.ROUTES,
    hark.channels.email.signing.routes.ROUTES,
    hark.channels.email.public_routes.ROUTES,
    hark.channels.email.oauth.routes.ROUTES,
    hark.channels.email.providers.routes.ROUTES,
    hark.channels.messenger.routes.ROUTES,
    hark.channels.messenger.visitor_routes.ROUTES,
    hark.reports.routes.ROUTES,
    hark.bottlenecks.routes.ROUTES,
    hark.bottlenecks.eventlogs.routes.ROUTES,
    hark.reports.page_routes.ROUTES,
    hark.prices.routes.ROUTES,
    hark.staffing.routes.ROUTES,
    hark.imports.routes.ROUTES,
    hark.simulation.routes.ROUTES,
    hark.help.centre_routes.ROUTES,
    hark.help.preview_page.ROUTES,
    hark.help.public_routes.ROUTES,
    hark.help.search_routes.ROUTES,
    hark.help.gaps_routes.ROUTES,
    hark.help.routes.ROUTES,
    hark.help.imports.routes.ROUTES,
)


def create_app(
    services: Services,
    *,
    oauth_providers: Providers = PROVIDERS,
    mail_hooks: MailHooks | None = None,
    dns: Resolver | None = None,
    fetch: Fetch | None = None,
    ask_model: Ask | None = None,
) -> Litestar:
    """The web application on open services; `dns` answers instead of this machine's name servers, `fetch` and `ask_model`
    instead of the internet.

    Raises ValueError when two lines of the route tables collide.
    """

    @asynccontextmanager
    async def lifespan(app: Litestar) -> AsyncIterator[None]:
        app.state.hub = hub
        async with serve_tabs(hub), serve_editing(hub):
            yield
        await visitors.close()
        await help_visits.close()
        await visits.close()
        await pages.close()
        await hooks.close()
        await hub.close()
        await learners.close()

    keep_facts_in(services.db, services.settings.facts_dir)
    embed_with(services.db, find_embedder(services.settings, ask_model or model_asker(services)))
    MODELS.serve_from(services.files)
    hub = Hub(services.db, services.bus, hark.conversations.live.SHAPE)
    visitors = VisitorHub(services.db, services.bus, services.keys, hub)
    learners = Learners(services.db)
    buckets, visits = Buckets(), FactWriter(services.db)
    help_visits = HelpVisits(services.db, visits)
    pages = make_cache(services.db, services.bus)
    hooks = mail_hooks or open_hooks(services)

    app = Litestar(
        route_handlers=[
            *(build_handler(described(r)) for r in ROUTES),
            live_handler(hub, admit_socket, is_still),
            visitor_socket(visitors, services, buckets, visits),
            *widget_handlers(),
            *hark.help.routes.file_handlers(),
            *help_handlers(),
            *static_handlers(),
        ],
        dependencies={
            "actor": Provide(provide_actor, sync_to_thread=False),
            "db": provide(services.db),
            "files": provide(services.files),
            "keys": provide(services.keys),
            "settings": provide(services.settings),
            "bus": provide(services.bus),
            "dns": provide(dns or DnsResolver()),
            "buckets": provide(buckets),
            "visits": provide(visits),
            "learners": provide(learners),
            "help_pages": provide(HelpPages(services.db, pages, services.settings.base_url)),
            "help_visits": provide(help_visits),
            "oauth_providers": provide(oauth_providers),
            "mail_hooks": provide(hooks),
            "ask": provide(asker(host_policy(allow_private=services.settings.private_hosts))),
            "ask_model": provide(ask_model or model_asker(services)),
            "fetch": provide(fetch or fetcher(host_policy(allow_private=services.settings.private_hosts))),
        },
        middleware=[HeadersMiddleware(), actor_middleware(authenticate), IdempotencyMiddleware()],
        before_send=[send_rotated_token],
        exception_handlers=EXCEPTION_HANDLERS,
        lifespan=[lifespan],
        state=State({"services": services, "db": services.db}),
        logging_config=None,  # hark.core.log has set it up
        request_max_body_size=MAX_BODY_BYTES,
        openapi_config=openapi_config("0.1.0"),
    )
    app.asgi_handler = serve_first(pages, help_visits.see, app.asgi_handler)
    return app


def model_asker(services: Services) -> Ask:
    """What asks language models; one on the operator's own network may do without TLS."""
    private = services.settings.private_hosts
    return asker(host_policy(allow_private=private), plain=private)


def provide(value: Any) -> Provide:
    """A handler parameter that is the same open part for every request."""
    return Provide(lambda: value, sync_to_thread=False, use_cache=True)
