"""Keys of a domain from the first one to the change of keys, with DNS as it would answer."""

from typing import Any

import pytest
from litestar import Litestar
from tests.support.mailauth import Zones
from tests.support.workspace import SignedIn, TestWorkspace

from hark.app import create_app
from hark.channels.email.authentication.resolver import Lookups
from hark.channels.email.signing.check import check_dmarc_record, check_spf_record
from hark.channels.email.signing.jobs import check_keys
from hark.channels.email.signing.queries import signers
from hark.core.db import Db
from hark.core.services import Services


@pytest.fixture
def zones() -> Zones:
    return Zones({})


@pytest.fixture
def app(services: Services, zones: Zones) -> Litestar:
    return create_app(services, dns=zones)


@pytest.fixture
def domain(workspace: TestWorkspace) -> str:
    return workspace.address.rpartition("@")[2]


@pytest.fixture
def base(domain: str) -> str:
    return f"/api/sending-domains/{domain}"


def publish(zones: Zones, key: dict[str, Any]) -> None:
    zones.records[key["record"]["name"], "TXT"] = [key["record"]["value"]]  # type: ignore[index]


async def make(client: SignedIn, base: str, algorithm: str = "rsa") -> dict[str, Any]:
    made = await client.post(f"{base}/keys", {"algorithm": algorithm})
    assert made.status_code == 201
    newest: dict[str, Any] = made.json()["keys"][0]
    return newest


async def signing(services: Services, workspace: TestWorkspace, domain: str) -> list[str]:
    return [k.selector for k in await signers(services.db, services.keys)(workspace.id, domain)]


async def test_a_key_signs_once_it_is_published(
    client: SignedIn, services: Services, workspace: TestWorkspace, domain: str, base: str, zones: Zones
) -> None:
    key = await make(client, base)
    assert key["state"] == "new"
    assert key["record"]["value"].startswith("v=DKIM1; k=rsa; p=")
    use = f"{base}/keys/{key['selector']}/use"
    refused = await client.post(use, {})
    assert refused.status_code == 409
    assert refused.json()["code"] == "not_published"
    assert await signing(services, workspace, domain) == []
    publish(zones, key)
    assert (await client.post(use, {})).json()["keys"][0]["state"] == "signing"
    assert await signing(services, workspace, domain) == [key["selector"]]
    stored = await services.db.one(str, "SELECT private_key FROM dkim_keys WHERE workspace_id = $1", workspace.id)
    assert "PRIVATE" not in stored, "encrypted at rest"


async def test_keys_are_changed_without_a_gap(
    client: SignedIn, services: Services, workspace: TestWorkspace, domain: str, base: str, zones: Zones
) -> None:
    old = await make(client, base)
    publish(zones, old)
    await client.post(f"{base}/keys/{old['selector']}/use", {})
    new, other = await make(client, base), await make(client, base, "ed25519")
    for key in (new, other):
        publish(zones, key)
    assert await signing(services, workspace, domain) == [old["selector"]]
    await client.post(f"{base}/keys/{other['selector']}/use", {})
    await client.post(f"{base}/keys/{new['selector']}/use", {})
    assert await signing(services, workspace, domain) == [new["selector"], other["selector"]]
    states = {k["selector"]: k["state"] for k in (await client.get("/api/sending-domains")).json()["items"][0]["keys"]}
    assert states == {old["selector"]: "retired", new["selector"]: "signing", other["selector"]: "signing"}
    assert (await client.delete(f"{base}/keys/{new['selector']}")).status_code == 409
    assert (await client.delete(f"{base}/keys/{old['selector']}")).status_code == 204
    await client.post(f"{base}/keys/{new['selector']}/retire", {})
    assert await signing(services, workspace, domain) == [other["selector"]]


async def test_what_dns_says(client: SignedIn, base: str, zones: Zones, domain: str) -> None:
    key = await make(client, base)
    name = key["record"]["name"]
    for texts, words in [
        ([], "no record"),
        (["v=DKIM1; k=rsa; p="], "withdrawn"),
        (["v=DKIM1; k=rsa; p=AAAA"], "cannot be read"),
        ([(await make(client, base))["record"]["value"]], "another key"),
        ([key["record"]["value"], "v=DKIM1; p=x"], "2 records"),
    ]:
        zones.records[name, "TXT"] = texts  # type: ignore[index]
        check = (await client.post(f"{base}/check", {})).json()
        mine = next(k for k in check["domain"]["keys"] if k["selector"] == key["selector"])
        assert mine["published"] is False
        assert words in mine["checked"]
    publish(zones, key)
    zones.records[f"_dmarc.{domain}", "TXT"] = ["v=DMARC1; p=reject"]  # type: ignore[index]
    check = (await client.post(f"{base}/check", {})).json()
    assert next(k for k in check["domain"]["keys"] if k["selector"] == key["selector"])["published"] is True
    assert check["dmarc"]["ok"]
    assert "reject" in check["dmarc"]["sentence"]
    assert check["spf"]["ok"] is False
    zones.broken = [name]
    check = (await client.post(f"{base}/check", {})).json()
    assert next(k for k in check["domain"]["keys"] if k["selector"] == key["selector"])["published"] is None


async def test_a_record_that_vanishes_is_shown_at_the_mailbox(
    client: SignedIn, db: Db, workspace: TestWorkspace, base: str, zones: Zones, clock: Any
) -> None:
    key = await make(client, base)
    publish(zones, key)
    await client.post(f"{base}/keys/{key['selector']}/use", {})
    zones.records = {}
    assert await check_keys(db, zones) == 0, "not yet due"
    clock.advance(hours=7)
    await check_keys(db, zones)
    mailbox = f"/api/mailboxes/{workspace.account_id}"
    assert (await client.get(mailbox)).json()["problem"].startswith("Signing: There is no record")
    publish(zones, key) if isinstance(zones.records, dict) else None
    clock.advance(hours=7)
    await check_keys(db, zones)
    assert (await client.get(mailbox)).json()["problem"] is None


async def test_only_our_own_domains_and_keys(
    client: SignedIn, stranger_client: SignedIn, base: str, stranger: TestWorkspace, db: Db
) -> None:
    assert (await client.post("/api/sending-domains/else.example/keys", {"algorithm": "rsa"})).status_code == 404
    key = await make(client, base)
    theirs = (await stranger_client.get("/api/sending-domains")).json()["items"]
    assert all(key["selector"] not in [k["selector"] for k in d["keys"]] for d in theirs)
    assert (await stranger_client.post(f"{base}/keys/{key['selector']}/retire", {})).status_code == 404


@pytest.mark.parametrize(("record", "host", "ok", "advice"), [
    ("v=spf1 include:_spf.google.com ~all", "smtp.gmail.com", True, ""),
    ("v=spf1 include:all.example -all", "smtp.gmail.com", True, ""),
    ("v=spf1 mx -all", "smtp.gmail.com", False, "v=spf1 mx include:_spf.google.com -all"),
    ("v=spf1 ip4:11.22.33.44 -all", "mail.desk.example", True, ""),
    ("v=spf1 ip4:11.22.33.45 -all", "mail.desk.example", False, "v=spf1 ip4:11.22.33.45 a:mail.desk.example -all"),
    ("", "smtp.gmail.com", False, "v=spf1 include:_spf.google.com ~all"),
])  # fmt: skip
def test_spf(record: str, host: str, ok: bool, advice: str) -> None:
    zones = Zones({
        ("desk.example", "TXT"): [record] if record else ["something else"],
        ("all.example", "TXT"): ["v=spf1 include:_spf.google.com ~all"], ("mail.desk.example", "A"): ["11.22.33.44"],
    })  # fmt: skip
    finding = check_spf_record(Lookups(zones), "desk.example", [host])
    assert (finding.ok, finding.advice) == (ok, advice)


def test_dns_that_does_not_answer_is_no_fault() -> None:
    lookups = Lookups(Zones({}, broken=["desk.example", "_dmarc.desk.example"]))
    assert check_spf_record(lookups, "desk.example", ["smtp.gmail.com"]).ok is None
    assert check_dmarc_record(lookups, "desk.example").ok is None
    missing = check_dmarc_record(Lookups(Zones({})), "desk.example")
    assert (missing.ok, missing.advice.startswith("v=DMARC1")) == (False, True)
