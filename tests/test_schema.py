"""Requests made up from the OpenAPI description, sent to a real server: no 5xx, and every answer as described."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import pytest_asyncio
import schemathesis
import uvicorn
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from litestar import Litestar
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from tests.support.examples import Examples, make_examples, sign_in
from tests.support.workspace import TestWorkspace

from hark.commands.openapi import document
from hark.core.services import Services

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
LEFT_OUT = {
    ("POST", "/api/mailboxes/test"): "would try made-up mail servers on the network",
    ("DELETE", "/api/sessions/{id}"): "would end its own session",
    ("DELETE", "/api/session"): "would end its own session",
    ("PATCH", "/api/agents/{id}"): "hashes a password each time",
    ("POST", "/api/agents"): "hashes a password each time",
    ("PATCH", "/api/me"): "hashes a password each time",
}
MADE_UP = 5  # requests per route, right ones and wrong ones each


@pytest_asyncio.fixture
async def address(app: Litestar, http: httpx.AsyncClient) -> AsyncIterator[str]:
    """The app of `http`, which keeps it alive, on a port of its own."""
    config = uvicorn.Config(app, host="127.0.0.1", port=0, lifespan="off", log_config=None, access_log=False)
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve())
    while not server.started:
        assert not task.done(), "the server did not start"
        await asyncio.sleep(0.01)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    await task


@pytest.mark.slow
async def test_made_up_requests(
    services: Services, workspace: TestWorkspace, http: httpx.AsyncClient, address: str
) -> None:
    owner = await sign_in(services, http, workspace.owner)
    examples = await make_examples(services, workspace, owner)
    logging.getLogger("uvicorn").setLevel(logging.ERROR)
    found = await asyncio.to_thread(call_everything, address, dict(owner.headers), examples)
    assert not found, "\n\n".join(found)


def call_everything(address: str, headers: dict[str, str], examples: Examples) -> list[str]:
    """What went wrong, one text per route."""
    schema = schemathesis.openapi.from_dict(json.loads(document()))
    found = []
    for result in schema.get_all_operations():
        operation = result.ok()
        if (operation.method.upper(), operation.path) in LEFT_OUT:
            continue
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
            if mode is GenerationMode.NEGATIVE and not takes_anything(operation):
                continue
            try:
                call_one(operation, mode, address, headers, examples)
            except Unsatisfiable:
                assert mode is GenerationMode.NEGATIVE  # all there is to it is its address, which is a right one
            except (Exception, BaseExceptionGroup) as error:  # whatever a check raises is the finding
                why = "\n".join(map(str, getattr(error, "exceptions", [error])))
                found.append(f"{operation.method.upper()} {operation.path} ({mode.value}): {why}"[:1500])
    return found


def takes_anything(operation: Any) -> bool:
    """Is there anything in a request that could be wrong?"""
    return bool(operation.body or operation.query or operation.path_parameters)


def call_one(operation: Any, mode: GenerationMode, address: str, headers: dict[str, str], examples: Examples) -> None:
    parts = [part for part in operation.path.split("/") if part]
    real = {
        part.strip("{}"): examples.of(operation.path, parts[n - 1])
        for n, part in enumerate(parts)
        if part.startswith("{")
    }  # fmt: skip

    @settings(
        max_examples=MADE_UP, deadline=None, database=None, derandomize=True, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(case=operation.as_strategy(generation_mode=mode, path_parameters=real or None))
    def call(case: Any) -> None:
        response = case.call(base_url=address, headers=headers)
        case.validate_response(response, checks=CHECKS)

    call()
