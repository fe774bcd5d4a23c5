from httpx import AsyncClient
from tests.support.workspace import SignedIn, TestWorkspace


async def test_ready_and_healthy(http: AsyncClient) -> None:
    assert (await http.get("/healthz")).json() == {"status": "ok"}
    assert (await http.get("/readyz")).json() == {"status": "ready"}


async def test_metrics_need_the_permission(http: AsyncClient, client: SignedIn, workspace: TestWorkspace) -> None:
    assert (await http.get("/metrics")).status_code == 401
    _, token = await workspace.agent("agent")
    denied = await SignedIn(http, token).get("/metrics")
    assert denied.status_code == 403
    assert denied.json()["permission"] == "metrics.read"
    answer = await client.get("/metrics")
    assert "hark_intake_open_items 0.0" in answer.text
    assert 'hark_calls_oldest_seconds{kind="bots"} 0.0' in answer.text
    assert answer.headers["content-type"].count("charset=") == 1
    assert answer.headers["content-type"].startswith("text/plain; version=")
