"""Providers over HTTP: the address they post to, and how a mailbox is connected to one."""

from datetime import datetime
from typing import Any

import msgspec
from litestar import Request, Response

from hark.channels.email.providers import actions
from hark.channels.email.providers.address import Named, make_key
from hark.channels.email.providers.hooks import MailHooks
from hark.channels.email.providers.proof import USER
from hark.channels.email.providers.queries import find_last_post, get_webhook_row
from hark.core.actor import Actor
from hark.core.crypto import Keys
from hark.core.db import Db
from hark.core.errors import Unauthorized
from hark.core.http import PUBLIC, delete, get, post, problem, put
from hark.intake.accounts.types import MailWebhook, NewWebhook, WebhookProvider
from hark.settings import Settings


class Webhook(msgspec.Struct, kw_only=True):
    """How a provider posts to a mailbox; `provider` is null while none does. `url` is secret: whoever has it and the
    provider's key can bring mail in."""

    provider: WebhookProvider | None = None
    url: str = ""
    has_secret: bool = False
    public_keys: list[str] = []
    topics: list[str] = []
    access_key_id: str = ""
    last_at: datetime | None = None  # of the last thirty days


async def get_webhook(db: Db, actor: Actor, keys: Keys, settings: Settings, id: int) -> Webhook:
    """How a provider posts to a mailbox, with the address to give it."""
    view = _view(actor, keys, settings, id, await get_webhook_row(db, actor, id))
    view.last_at = await find_last_post(db, actor, id)
    return view


async def set_webhook(db: Db, actor: Actor, keys: Keys, settings: Settings, id: int, data: NewWebhook) -> Webhook:
    """Let a provider post to a mailbox."""
    async with db.transaction(actor) as tx:
        webhook = await actions.set_webhook(tx, actor, id, data, keys)
    return _view(actor, keys, settings, id, webhook)


async def remove_webhook(db: Db, actor: Actor, id: int) -> None:
    """Take nothing from the provider any more."""
    async with db.transaction(actor) as tx:
        await actions.remove_webhook(tx, actor, id)


def _view(actor: Actor, keys: Keys, settings: Settings, id: int, webhook: MailWebhook | None) -> Webhook:
    if webhook is None:
        return Webhook()
    scheme, _, host = settings.base_url.rstrip("/").partition("://")
    # Amazon and Mailgun sign what they post; the others prove themselves with what stands before the host.
    signed = webhook.provider in ("ses", "mailgun")
    user = "" if signed else f"{USER}:{keys.decrypt(webhook.password)}@"
    key = make_key(keys, Named(actor.workspace_id, id, webhook.nonce))
    end = "/mime" if webhook.provider == "mailgun" else ""
    return Webhook(
        provider=webhook.provider, url=f"{scheme}://{user}{host}/api/inbound/mail/{key}{end}", topics=webhook.topics,
        has_secret=webhook.secret is not None, public_keys=webhook.public_keys, access_key_id=webhook.access_key_id,
    )  # fmt: skip


# what providers call ----------------------------------------------------------------------------------------------------


async def take_inbound_mail(mail_hooks: MailHooks, request: Request[Any, Any, Any], key: str) -> Response[Any]:
    """Mails and delivery events of a provider."""
    headers = {name.lower(): value for name, value in request.headers.items()}
    try:
        stored = await mail_hooks.take(key, headers, request.stream())
    except Unauthorized as error:  # some send the password of the address only when they are asked for it
        answer = problem(error.status, error.detail, error.code)
        answer.headers["WWW-Authenticate"] = 'Basic realm="Hark"'
        return answer
    return Response(stored)


async def take_inbound_mime(mail_hooks: MailHooks, request: Request[Any, Any, Any], key: str) -> Response[Any]:
    """The same: Mailgun sends whole mails only to an address that ends in "mime"."""
    return await take_inbound_mail(mail_hooks, request, key)


ROUTES = (
    get("/api/mailboxes/{id:int}/webhook", get_webhook, can="mailboxes.write"),
    put("/api/mailboxes/{id:int}/webhook", set_webhook, can="mailboxes.write"),
    delete("/api/mailboxes/{id:int}/webhook", remove_webhook, can="mailboxes.write"),
    # No limit of the framework: the door counts what it reads, by the setting for mails.
    post("/api/inbound/mail/{key:str}", take_inbound_mail, can=PUBLIC, request_max_body_size=None),
    post("/api/inbound/mail/{key:str}/mime", take_inbound_mime, can=PUBLIC, request_max_body_size=None),
)
