"""One real object of every kind that stands in an address, and one right body for every route that takes one."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID, uuid4

import httpx
import msgspec
from tests.support.help import help_bodies, make_help
from tests.support.workspace import SignedIn, TestWorkspace

from hark.access.authenticate import COOKIE, CSRF_HEADER, csrf_token
from hark.access.sign_in import open_session
from hark.bottlenecks.eventlogs.jobs import read_logs
from hark.channels.email.adapter import mail_reader
from hark.channels.email.links import Leaving, MailedFile, file_url, unsubscribe_url
from hark.channels.messenger.accounts import get_inbox
from hark.channels.messenger.links import Links
from hark.core.actor import Actor
from hark.core.db import Db
from hark.core.http import VISITOR, Route
from hark.core.services import Services
from hark.intake.process import Processor
from hark.intake.reception import Ledger
from hark.intake.types import Envelope, NewItem, Source
from hark.simulation.actions import RunKind, queue_run

PARAMETER = re.compile(r"/([\w-]+)/\{(\w+):\w+\}")
PASSWORD = "correct horse battery"
PERIOD = {"start": "2026-03-01T00:00:00Z", "end": "2026-03-31T00:00:00Z"}
PLAN = {"tz": "UTC", "periods": [{"weekday": 0, "start": "09:00", "end": "17:00"}], "holidays": []}
WHAT_IF = {"name": "One more", "start": "2026-03-02T00:00:00Z", "end": "2026-03-09T00:00:00Z", "more_people": 1}


class Examples(msgspec.Struct):
    """`ids`: collection of the address ("contacts" in /api/contacts/{id}) -> id of a real object of one workspace."""

    ids: dict[str, Any]
    other_conversation: str
    visitor_token: str

    def headers(self, route: Route) -> dict[str, str]:
        """What a request needs beside somebody of the team: a visitor's token for their routes."""
        return {"Authorization": f"Visitor {self.visitor_token}"} if route.can == VISITOR else {}

    def address(self, route: Route) -> str:
        """The route's path with real ids in it."""
        unknown = [name for name, _ in PARAMETER.findall(route.path) if name not in self.ids]
        assert not unknown, f"{route.path}: make an example of {unknown} in tests/support/examples.py, make_examples"
        return PARAMETER.sub(lambda found: f"/{found[1]}/{self.of(route.path, found[1])}", route.path)

    def of(self, path: str, name: str) -> Any:
        """The id of an object of that collection; files of the help centre are others than those of mails."""
        return self.ids["help/files"] if f"/help/{name}/" in path and name == "files" else self.ids[name]


async def sign_in(services: Services, http: httpx.AsyncClient, actor: Actor) -> SignedIn:
    """Somebody with a browser's session: what API tokens may not do is open to them too."""
    async with services.db.transaction(actor) as tx:
        person, token = await open_session(tx, user_agent="test")
    assert person.session_id is not None
    client = SignedIn(http, "")
    client.headers = {"Cookie": f"{COOKIE}={token}", CSRF_HEADER: csrf_token(services.keys, person.session_id)}
    return client


async def make_examples(services: Services, ws: TestWorkspace, client: SignedIn) -> Examples:
    db = services.db
    await _work(services, await _mail(services, ws, "one"))
    await _work(services, await _mail(services, ws, "two"))
    await _work(services, await _mail(services, ws, "one", answers="one"))
    held = await _mail(services, ws, "three")
    await db.run("UPDATE intake_items SET fate = 6 WHERE workspace_id = $1 AND id = $2", ws.id, held)
    conversation_id, other = await db.all(
        str, "SELECT id::text FROM conversations WHERE workspace_id = $1 ORDER BY number", ws.id
    )
    detail = (await client.get(f"/api/conversations/{conversation_id}")).json()
    contact = (await client.get(f"/api/contacts/{detail['contact']['id']}")).json()
    person, _ = await ws.agent(name="Ina")
    ids = {
        "conversations": conversation_id,
        "messages": await _first(db, ws, "messages", f"conversation_id = '{conversation_id}' AND html_key IS NOT NULL"),
        "attachments": await _first(db, ws, "attachments"),
        "intake": str(held),
        "contacts": contact["id"],
        "identities": contact["identities"][0]["id"],
        "sessions": await _first(db, ws, "sessions"),
        "companies": await _made(client, "/api/companies", {"name": "Shop"}),
        "agents": person.agent_id,
        "teams": await _made(client, "/api/teams", {"name": "Returns"}),
        "roles": await _made(client, "/api/roles", {"name": "Helper", "permissions": ["tags.read"]}),
        "tokens": await _made(client, "/api/tokens", {"name": "script", "scopes": ["tags.read"]}),
        "tags": await _made(client, "/api/tags", {"name": "urgent"}),
        "topics": await _made(client, "/api/topics", {"name": "Refunds", "handle_s": 900}),
        "calendars": await _made(client, "/api/calendars", {"name": "Office", "plan": PLAN}),
        "mailboxes": await _made(client, "/api/mailboxes", {"name": "Sales", "address": f"sales{ws.id}@desk.example"}),
        "outbox": await _made(client, f"/api/conversations/{conversation_id}/replies", _reply(99, send_at=_later())),
    }  # fmt: skip
    await client.put("/api/reports/addresses", {"addresses": ["boss@shop.example"]})
    ids["saved"] = await _made(client, "/api/reports/saved", {"name": "Mondays", "state": {"period": "7d"}})
    ids["schedules"] = await _made(client, "/api/reports/schedules", _schedule(ids))
    ids["event-logs"] = await _event_log(services, client)
    ids |= await _suggestions(db, ws, client, conversation_id)
    ids["rules"] = await _made(client, "/api/rules", _rule(ids["tags"]))
    ids["policies"] = await _made(client, "/api/sla/policies", {"name": "Gold", "first_reply_s": 3600})
    ids["simulations"] = await _made(client, "/api/simulations", WHAT_IF)
    ids["trials"] = await _trial(db, ws)
    ids["trainings"] = await _made(client, "/api/understanding/trainings", {})
    await client.post(f"/api/understanding/trainings/{ids['trainings']}/stop", {})
    ids |= await make_help(client)
    await _bots(client, ids)
    await _routing(services, ws, client, ids)
    await _sign_ins(db, ws, client, ids)
    await _domain(services, ws, client, ids)
    token = await _visit(services, ws, client, ids)
    await client.patch(f"/api/help/centres/{ids['centres']}/public", {"messenger_id": ids["messengers"]})
    return Examples(ids=ids, other_conversation=other, visitor_token=token)


async def _suggestions(db: Db, ws: TestWorkspace, client: SignedIn, conversation_id: str) -> dict[str, Any]:
    """A canned reply, an account that is suggested from, and a suggestion that the owner has in view."""
    id = uuid4()
    await db.run(
        "INSERT INTO suggestion_offers (workspace_id, id, conversation_id, account_id, agent_id, at, sources, confidences)"
        " VALUES ($1, $2, $3, $4, $5, now(), ARRAY[$2::uuid], ARRAY[0.5])",
        ws.id, id, UUID(conversation_id), ws.account_id, ws.owner.agent_id,
    )  # fmt: skip
    await db.run(
        "INSERT INTO article_offers (workspace_id, id, conversation_id, agent_id, at, articles, languages, ways)"
        " VALUES ($1, $2, $3, $4, now(), '{1}', '{en}', '{0}')",
        ws.id, id, UUID(conversation_id), ws.owner.agent_id,
    )  # fmt: skip
    canned = await _made(client, "/api/canned-replies", {"name": "Hours", "text": "We are here from nine to five."})
    return {"suggestions": str(id), "suggested-articles": str(id), "suggestion-accounts": ws.account_id, "canned-replies": canned}


def _schedule(ids: dict[str, Any]) -> dict[str, Any]:
    return {"report_id": ids["saved"], "every": "day", "minute": 480, "time_zone": "Europe/Rome",
            "mailbox_id": ids["mailboxes"], "recipients": ["boss@shop.example"]}  # fmt: skip


async def _routing(services: Services, ws: TestWorkspace, client: SignedIn, ids: dict[str, Any]) -> None:
    """A skill, an absence, and a conversation that is offered to the owner."""
    ids["skills"] = await _made(client, "/api/skills", {"name": "Refunds", "topic_ids": [ids["topics"]]})
    ids["absences"] = await _made(client, f"/api/agents/{ids['agents']}/absences", _absence())
    ids["offers"] = ids["conversations"]
    await services.db.run(
        "INSERT INTO offers (workspace_id, conversation_id, agent_id, offered_at, expires_at, why)"
        " VALUES ($1, $2, $3, now(), now() + interval '1 hour', $4)",
        ws.id, UUID(ids["offers"]), ws.owner.agent_id, _WHY,
    )  # fmt: skip


_WHY = {"key": "worth", "index": 1.0, "mu": 1.0, "fit": 1.0, "waited_s": 1.0, "limit_s": 1.0, "waiting": 1, "free": 1, "pull": 1}


async def _bots(client: SignedIn, ids: dict[str, Any]) -> None:
    """A published bot and a replay that waits for the worker."""
    ids["bots"] = await _made(client, "/api/bots", {"name": "Helper"})
    published = await client.post(f"/api/bots/{ids['bots']}/publish", {})
    ids["versions"] = published.json()["version"]
    ids["replays"] = await _made(client, f"/api/bots/{ids['bots']}/replays", {"days": 7})
    await client.patch(f"/api/bots/{ids['bots']}", {"enabled": False})


def _absence() -> dict[str, Any]:
    return {"starts_at": "2090-01-02T00:00:00Z", "ends_at": "2090-01-09T00:00:00Z", "substitute_id": None}


async def _trial(db: Db, ws: TestWorkspace) -> str:
    """A trial of a staffing plan; asking for one needs weeks of messages."""
    plan = {"start": 0, "weeks": 1, "within": 0.8, "occupancy": 0.85, "chats": 3}
    async with db.transaction(ws.owner) as tx:
        return str(await queue_run(tx, RunKind.TRIAL, plan))


async def _event_log(services: Services, client: SignedIn) -> int:
    """A table of another program that has been read."""
    table = b"case,activity,time\n1,open,2026-03-02T09:00:00Z\n1,close,2026-03-02T10:00:00Z\n"
    made = (await client.request("POST", "/api/event-logs", files={"file": ("log.csv", table)})).json()
    id: int = made["id"]
    await client.post(f"/api/event-logs/{id}/read", made["preview"]["mapping"])
    await read_logs(services.db, services.files)
    return id


async def _sign_ins(db: Db, ws: TestWorkspace, client: SignedIn, ids: dict[str, Any]) -> None:
    """A registration at Google, a mailbox that is signed in to, and a sign-in by device code that nobody has finished."""
    body = {"provider": "google", "client_id": f"client-{ws.id}", "client_secret": "s"}
    registered = await client.put("/api/mailboxes/oauth/client", body)
    assert registered.status_code == 200, registered.text
    begun = await client.post("/api/mailboxes/oauth/flows", {"provider": "google"})
    ids["state"] = parse_qs(urlsplit(begun.json()["url"]).query)["state"][0]
    ids["flows"] = str(uuid4())
    await db.run(
        "INSERT INTO oauth_flows (workspace_id, id, provider, way, agent_id, secret, next_poll_at, expires_at)"
        " VALUES ($1, $2, 'microsoft', 'device', $3, '', now() + interval '1 day', now() + interval '1 day')",
        ws.id, UUID(ids["flows"]), ws.owner.agent_id,
    )  # fmt: skip
    await db.run(
        "INSERT INTO oauth_grants (workspace_id, account_id, provider, client_id, subject, scope, refresh_token,"
        " access_token, expires_at, granted_at, next_try_at) VALUES ($1, $2, 'google', 'c', 'sales@desk.example', '', '',"
        " '', now() + interval '1 hour', now(), now())",
        ws.id, ids["mailboxes"],
    )  # fmt: skip
    await db.run(
        "UPDATE channel_accounts SET config = $3 WHERE workspace_id = $1 AND id = $2",
        ws.id, ids["mailboxes"], {"smtp": {"host": "smtp.gmail.com", "auth": "google"}},
    )  # fmt: skip


async def _domain(services: Services, ws: TestWorkspace, client: SignedIn, ids: dict[str, Any]) -> None:
    """A domain that only this workspace sends from, its key, and what mails link to."""
    domain = f"desk{ws.id}.example"
    await _made(client, "/api/mailboxes", {"name": "Signed", "address": f"help@{domain}"})
    made = await client.post(f"/api/sending-domains/{domain}/keys", {"algorithm": "ed25519"})
    ids |= {"sending-domains": domain, "keys": made.json()["keys"][0]["selector"]}
    leaving, file = Leaving(ws.id, "carla@shop.example"), MailedFile(ws.id, UUID(ids["attachments"]), 2**31)
    ids["unsubscribe"] = unsubscribe_url("", services.keys, leaving).rpartition("/")[2]
    ids["files"] = file_url("", services.keys, file).rpartition("/")[2]


async def _visit(services: Services, ws: TestWorkspace, client: SignedIn, ids: dict[str, Any]) -> str:
    """A messenger and a visitor who has written, with what stands in their addresses; the visitor's token."""
    made = (await client.post("/api/messengers", {"name": "Website"})).json()
    ids["messengers"], key = made["id"], made["key"]
    token = str((await client.http.post(f"/api/messenger/{key}/boot", json={})).json()["token"])
    thread = str(uuid4())
    posted = await client.http.post(
        f"/api/messenger/{key}/threads/{thread}/messages", json={"id": str(uuid4()), "text": "Hello?"},
        headers={"Authorization": f"Visitor {token}"},
    )  # fmt: skip
    assert posted.status_code == 200, posted.text
    picture = f"{ws.id}/picture/{uuid4()}"
    await services.files.put(picture, b"\x89PNG\r\n\x1a\n")
    await services.db.run(
        "UPDATE agents SET picture_key = $3 WHERE workspace_id = $1 AND id = $2", ws.id, ids["agents"], picture
    )
    await services.db.run(  # the visitor chats in the example's conversation too
        "INSERT INTO endpoints (workspace_id, id, conversation_id, account_id, thread_key, visitor_id)"
        " SELECT workspace_id, $3, $2, account_id, 'chat', visitor_id FROM endpoints WHERE workspace_id = $1 AND id = $4",
        ws.id, UUID(ids["conversations"]), uuid4(), UUID(thread),
    )  # fmt: skip
    links = Links(await get_inbox(services.db, key), services.keys, services.db.now())
    ids |= {"mail": "1-1-0-0", "messenger": key, "threads": thread, "faces": ids["agents"]}
    shown = links.face(ids["agents"], "Ina", True)[1]
    ids["shown"] = str(shown).rpartition("/")[2]
    ids["signed"] = links.file(UUID(ids["attachments"])).rpartition("/")[2]
    return token


def bodies(e: Examples, account_id: int, role_id: int, seq: int) -> dict[str, dict[str, Any]]:
    """ "METHOD path" -> a right body whose ids are those of the examples."""
    i = e.ids
    server = {"host": "127.0.0.1", "port": 1, "security": "none", "username": "u", "password": "p"}
    return help_bodies(i) | {
        "POST /api/setup": {
            "workspace": {"name": "W", "locale": "en", "time_zone": "UTC", "base_currency": "EUR"},
            "admin": {"name": "A", "email": "a@desk.example", "password": PASSWORD},
        },
        "POST /api/session": {"email": "nobody@desk.example", "password": "wrong password"},
        "PATCH /api/me": {"name": "Somebody"},
        "POST /api/tokens": {"name": "t", "scopes": ["tags.read"], "expires_at": _later()},
        "POST /api/roles": {"name": "r", "permissions": ["tags.read"], "scope": 3},
        "PATCH /api/roles/{id:int}": {"name": "r2"},
        "POST /api/agents": {
            "email": "new@desk.example", "name": "N", "role_id": role_id, "password": PASSWORD, "locale": "en",
            "time_zone": "UTC", "team_ids": [i["teams"]],
        },
        "PATCH /api/agents/{id:int}": {"name": "N", "team_ids": [i["teams"]]},
        "POST /api/teams": {"name": "t", "calendar_id": i["calendars"], "member_ids": [i["agents"]]},
        "PATCH /api/teams/{id:int}": {"name": "t2", "calendar_id": i["calendars"], "member_ids": [i["agents"]]},
        "PATCH /api/workspace": {"name": "W"},
        "PATCH /api/contacts/{id:uuid}": {"name": "C", "company_id": i["companies"]},
        "POST /api/contacts/{id:uuid}/identities": {"value": "second@shop.example"},
        "POST /api/contacts/{id:uuid}/erase": {"confirm": "Somebody else"},  # refused: the others still need the contact
        "PATCH /api/contacts/{id:uuid}/identities/{identity_id:uuid}": {"verified": True},
        "POST /api/companies": {
            "name": "c", "domain": "c.example", "value_minor": 1, "currency": "EUR", "renewal_on": "2027-01-01", "cycle_days": 30,
        },
        "PATCH /api/companies/{id:uuid}": {"name": "c2"},
        "POST /api/conversations": {"account_id": account_id, "to": {"address": "new@shop.example"}, "cc": [], "subject": "s"},
        "PATCH /api/conversations/{id:uuid}": {"subject": "s"},
        "POST /api/conversations/{id:uuid}/notes": {"text": "n", "mentions": [i["agents"]]},
        "POST /api/conversations/{id:uuid}/help": {"question": "Which carrier?", "agent_ids": [i["agents"]]},
        "POST /api/conversations/{id:uuid}/help/end": {"agent_id": i["agents"]},
        "POST /api/bots": {"name": "Greeter"},
        "POST /api/bots/import": {"format": "hark-bot/1", "name": "Copy", "flow": {"blocks": []}},
        "POST /api/bots/validate": {"flow": {"blocks": []}},
        "PATCH /api/bots/{id:int}": {"name": "Helper 2"},
        "POST /api/bots/{id:int}/publish": {"note": "n"},
        "POST /api/bots/{id:int}/rollback": {"version": 1},
        "POST /api/bots/{id:int}/try": {"text": "Hello", "language": "en"},
        "POST /api/bots/{id:int}/replays": {"days": 7},
        "POST /api/routing/next": {"team_id": None},
        "POST /api/skills": {"name": "Returns", "topic_ids": [i["topics"]]},
        "PATCH /api/skills/{id:int}": {"name": "Money", "topic_ids": [i["topics"]]},
        "PUT /api/agents/{id:int}/skills": {
            "skill_ids": [i["skills"]], "languages": ["en"], "capacity": 1.0, "calendar_id": i["calendars"],
        },
        "POST /api/agents/{id:int}/absences": _absence(),
        "PATCH /api/teams/{id:int}/routing": {
            "mode": "pull", "offer_s": 60.0, "explore": 0.5, "overflow_team_id": None, "overflow_after_s": None,
            "weights": {"phone": 1.0, "messenger": 0.3, "social": 0.1, "mail": 0.1},
        },
        "POST /api/conversations/{id:uuid}/assign": {"team_id": i["teams"], "assignee_id": i["agents"]},
        "POST /api/conversations/{id:uuid}/tags": {"add": [i["tags"]], "remove": []},
        "POST /api/conversations/{id:uuid}/snooze": {"until": _later(), "asked_by_customer": False},
        "POST /api/conversations/{id:uuid}/severity": {"value": 2},
        "POST /api/conversations/{id:uuid}/difficulty": {"value": 2},
        "POST /api/conversations/{id:uuid}/topic": {"topic_id": i["topics"]},
        "PUT /api/value": {"value": {"months": 10}, "channels": [{"account_id": account_id, "patience_s": 3600.0}], "topics": []},
        "POST /api/value/preview": {"value": {"months": 10}, "topics": [{"topic_id": i["topics"], "handle_s": 300.0}]},
        "POST /api/prices/slowness": PERIOD | {"compare": PERIOD, "candidate": {"value": {"months": 10}}},
        "POST /api/prices/churn/outcomes": {"csv": "customer,left,date\nnobody,no,2026-01-01\n"},
        "PUT /api/prices/churn/curve": {"own": False},
        "POST /api/simulations": WHAT_IF,
        "POST /api/staffing/trials": {"weeks": 2, "within": 0.9, "occupancy": 0.9, "chats": 2},
        "POST /api/prices/cases": PERIOD | {"by": "stage", "key": "queue"},
        "POST /api/suggestions/{id:uuid}/chosen": {"position": 1, "text": "Soon."},
        "POST /api/suggested-articles/{id:uuid}/chosen": {"position": 1, "way": "link"},
        "PATCH /api/suggestion-accounts/{id:int}": {"enabled": True},
        "POST /api/canned-replies": {"name": "Greeting", "text": "Hi {{contact.first_name}}"},
        "PATCH /api/canned-replies/{id:int}": {"name": "Greeting 2"},
        "POST /api/topics": {"name": "t", "handle_s": 300},
        "POST /api/messages/{id:uuid}/understanding": {"task": "severity", "value": 2},
        "POST /api/reports/saved": {"name": "r", "state": {"page": "breakdown", "by": "team", "filter": "{}"}, "shared": True},
        "PATCH /api/reports/saved/{id:int}": {"name": "r2", "shared": False},
        "POST /api/reports/schedules": _schedule(i),
        "PATCH /api/reports/schedules/{id:uuid}": {"every": "week", "day": 4, "paused": False},
        "PUT /api/reports/addresses": {"addresses": ["boss@shop.example"]},
        "PATCH /api/topics/{id:int}": {"name": "t2", "handle_s": None, "archived": False},
        "POST /api/conversations/{id:uuid}/merge": {"into": e.other_conversation},
        "POST /api/conversations/{id:uuid}/split": {"message_ids": [i["messages"]], "contact_id": i["contacts"], "subject": "s"},
        "POST /api/conversations/{id:uuid}/read": {"seq": 1},
        "PUT /api/conversations/{id:uuid}/draft": {"body": {"reply": {"text": "d"}}},
        "POST /api/conversations/{id:uuid}/replies": {
            **_reply(seq, send_at=_later(), keep_until=_later(), html="<p>Soon</p>"), "attachment_ids": [], "cc": [{"address": "b@shop.example", "name": "B"}],
        },
        "POST /api/messages/{id:uuid}/needs-answer": {"value": False},
        "POST /api/tags": {"name": "t", "color": 1},
        "PATCH /api/tags/{id:int}": {"name": "t2"},
        "POST /api/sla/policies": {"name": "Silver", "next_reply_s": 7200, "warn_percent": None, "on_breach": {"raise_to": 2}},
        "PATCH /api/sla/policies/{id:int}": {"resolution_s": 86_400, "on_warning": {"notify": [i["agents"]]}},
        "PATCH /api/ai": {"model": "m", "tokens_a_month": 10, "redact": True},
        "POST /api/conversations/{id:uuid}/ai/translation": {"to": "it"},
        "POST /api/conversations/{id:uuid}/ai/tone": {"text": "Wait.", "tone": "formal"},
        "PUT /api/rules/order": {"ids": [i["rules"]]},
        "POST /api/rules/dry-run": _draft(i["tags"]),
        "POST /api/rules": _rule(i["tags"]) | {"name": "another rule"},
        "PATCH /api/rules/{id:int}": {"actions": [{"type": "assign", "team_id": i["teams"], "assignee_id": i["agents"]}]},
        "POST /api/event-logs/{id:int}/read": {"case": 0, "activity": 1, "time": 2},
        "POST /api/calendars": {"name": "c", "plan": PLAN, "is_default": False},
        "POST /api/calendars/{id:int}/versions": {"plan": PLAN, "valid_from": _later()},
        "PUT /api/calendars/{id:int}/feed": {"url": "https://example.com/holidays.ics"},
        "POST /api/mailboxes": {
            "name": "m", "address": "m@desk.example", "team_id": i["teams"], "calendar_id": i["calendars"], "expect_s": 3600,
        },
        "PATCH /api/mailboxes/{id:int}": {"name": "m2", "team_id": i["teams"], "calendar_id": i["calendars"]},
        "PUT /api/mailboxes/{id:int}/sending": {
            "aliases": [], "sender_name": "{agent}", "signature_text": "{agent}", "signature_html": "", "per_minute": 10,
            "per_day": 100,
        },
        "POST /api/sending-domains/{domain:str}/keys": {"algorithm": "rsa"},
        "PUT /api/mailboxes/{id:int}/webhook": {
            "provider": "mailgun", "secret": "key-1", "public_keys": [], "topics": ["arn:aws:sns:eu-west-1:123456789012:in"],
            "new_address": True,
        },
        "POST /api/mailboxes/test": {"id": i["mailboxes"], "smtp": server},
        "PUT /api/mailboxes/oauth/client": {
            "provider": "microsoft", "client_id": "client-id", "client_secret": "secret", "tenant": "common", "secret_expires_on": "2027-01-01",
        },
        "POST /api/mailboxes/oauth/flows": {
            "provider": "google", "way": "code", "mailbox_id": i["mailboxes"], "address": "new@desk.example",
        },
        "POST /api/mailboxes/oauth/return": {"state": i["state"], "error": "access_denied"},
        "POST /api/outbox/{id:uuid}/retry": {"seen_seq": 1},
        "POST /api/intake/{id:uuid}/accept-held": {"conversation_id": i["conversations"]},
        "PATCH /api/help/centres/{id:int}/public": {
            "messenger_id": i["messengers"], "mailbox_id": i["mailboxes"], "holdout_percent": 10,
        },
        "POST /api/messengers": {
            "name": "Shop", "team_id": i["teams"], "calendar_id": i["calendars"], "reply_mailbox_id": i["mailboxes"],
            "origins": ["https://shop.example"], "title": {"en": "Hello"}, "prechat": [{"field": "email", "required": True}],
            "collect": {"pages": True}, "limits": {"per_visitor_minute": 30},
        },
        "PATCH /api/messengers/{id:int}": {
            "name": "Shop 2", "team_id": i["teams"], "calendar_id": i["calendars"], "reply_mailbox_id": i["mailboxes"],
        },
        "POST /api/messengers/{id:int}/secret": {},
        "POST /api/messenger/{key:str}/boot": {
            "token": e.visitor_token, "page": {"url": "https://shop.example/", "title": "Shop"}, "device": {"browser": "x"},
            "language": "en", "time_zone": "UTC", "attributes": {"plan": "pro"}, "quiet": False,
        },
        "POST /api/messenger/{key:str}/threads/{id:uuid}/messages": {
            "id": str(uuid4()), "text": "And?", "attachment_ids": [], "page": {"url": "https://shop.example/"},
        },
        "POST /api/messenger/{key:str}/threads/{id:uuid}/read": {"seq": 1},
        "POST /api/messenger/{key:str}/threads/{id:uuid}/transcript": {},
        "POST /api/messenger/{key:str}/contact": {"name": "Carla", "address": "carla@shop.example"},
        "POST /api/messenger/{key:str}/identify": {"jwt": "x.y.z"},
        "POST /api/messenger/{key:str}/track": {
            "facts": [{"kind": "event", "at": _later(), "name": "cart", "data": {"items": 2}}],
        },
    }  # fmt: skip


async def _mail(services: Services, ws: TestWorkspace, name: str, answers: str = "") -> UUID:
    """A mail with an HTML part and a file, in the ledger."""
    parent = f"In-Reply-To: <{answers}.{ws.id}@shop.example>\r\n" if answers else ""
    raw = (
        f"From: Carla {name} <carla-{name}@shop.example>\r\nTo: {ws.address}\r\nSubject: Parcel {name}\r\n"
        f"Message-ID: <{answers + name}.{ws.id}@shop.example>\r\n{parent}MIME-Version: 1.0\r\n"
        'Content-Type: multipart/mixed; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: text/html\r\n\r\n<p>Where is it?</p>\r\n"
        '--b\r\nContent-Type: text/plain; name="a.txt"\r\nContent-Disposition: attachment; filename="a.txt"\r\n\r\nx\r\n--b--\r\n'
    ).encode()
    new = NewItem(workspace_id=ws.id, account_id=ws.account_id, source=Source.SMTP, raw=raw, envelope=Envelope())
    return (await Ledger(services.db, services.files).accept(new)).id


async def _work(services: Services, _: UUID) -> None:
    processor = Processor(services.db, services.files, {1: mail_reader(services.keys)})
    while await processor.work_once():
        pass


async def _first(db: Db, ws: TestWorkspace, table: str, condition: str = "true") -> str:
    return await db.one(str, f"SELECT id::text FROM {table} WHERE workspace_id = $1 AND {condition} LIMIT 1", ws.id)


async def _made(client: SignedIn, path: str, body: dict[str, Any]) -> Any:
    answer = await client.post(path, body)
    assert answer.status_code < 300, (path, answer.text)
    return answer.json()["id"]


def _later() -> str:
    return (datetime.now(UTC) + timedelta(days=3)).isoformat()


def _reply(seq: int, **more: Any) -> dict[str, Any]:
    return {"id": str(uuid4()), "text": "Soon.", "to": [{"address": "carla-one@shop.example"}], "seen_seq": seq, **more}


def _draft(tag_id: int) -> dict[str, Any]:
    return {"on": "waiting_for", "after_s": 7200, "clock": "team", "condition": {"all": []},
            "actions": [{"type": "tag", "add": [tag_id]}]}  # fmt: skip


def _rule(tag: int) -> dict[str, Any]:
    return {"name": "A rule", "on": "resolved", "actions": [{"type": "tag", "add": [tag]}], "position": 1}
