"""What /schema says of a route beyond its types: its permission, its group, and that every refusal is a problem document."""

import inspect
from typing import Any

import msgspec
from litestar.openapi import OpenAPIConfig
from litestar.openapi.datastructures import ResponseSpec
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.openapi.spec import Components, Reference, SecurityScheme

from hark.core.http import PUBLIC, SIGNED_IN, VISITOR, Problem, Route

PROBLEM = ResponseSpec(
    Problem, description="What is wrong, as a problem document (RFC 9457)", media_type="application/problem+json",
    generate_examples=False,
)  # fmt: skip


def described(route: Route) -> Route:
    """The route with its words for the API's description; what its own line says goes first."""
    words: dict[str, Any] = {
        "summary": route.handler.__name__.removesuffix("_route").replace("_", " ").capitalize(),
        "description": " ".join(filter(None, (inspect.getdoc(route.handler), _needs(route)))),
        "tags": [route.path.removeprefix("/api").split("/")[1]],
        "responses": {400: PROBLEM, "default": PROBLEM},
    }
    if route.can == PUBLIC:
        words["security"] = [{}]
    if route.can == VISITOR:
        words["security"] = [{"visitor": []}]
    return msgspec.structs.replace(route, options={**words, **route.options})


def _needs(route: Route) -> str:
    if route.can == PUBLIC:
        return "Open to everybody."
    if route.can == VISITOR:
        return "For visitors of a messenger, by the token that boot gave them."
    return "For everybody who is signed in." if route.can == SIGNED_IN else f"Needs the permission `{route.can}`."


def openapi_config(version: str) -> OpenAPIConfig:
    """OpenAPI 3.1 at /schema."""
    schemes: dict[str, SecurityScheme | Reference] = {
        "token": SecurityScheme(type="http", scheme="bearer", description="An API token (`hark_...`)"),
        "session": SecurityScheme(
            type="apiKey", name="hark_session", security_scheme_in="cookie",
            description="The browser's session; changes also need the header X-CSRF-Token",
        ),
        "visitor": SecurityScheme(
            type="apiKey", name="Authorization", security_scheme_in="header",
            description="`Visitor <token>`, the token of a messenger's boot",
        ),
    }  # fmt: skip
    return OpenAPIConfig(
        title="Hark",
        version=version,
        path="/schema",
        security=[{"token": []}, {"session": []}],
        components=Components(security_schemes=schemes),
        render_plugins=[JsonRenderPlugin(path=["/", "/openapi.json"])],
    )
