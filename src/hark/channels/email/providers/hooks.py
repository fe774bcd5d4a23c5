"""The door that providers post to: proven, then stored, then answered. Nothing is answered with a yes before."""

import asyncio
import hashlib
from collections import deque
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime, timedelta

import msgspec
import structlog

from hark.channels.email.authentication.authenticator import Authenticator
from hark.channels.email.compose import own_message_id
from hark.channels.email.hosts import host_policy
from hark.channels.email.providers.actions import PREFIX, REFUSED, use_token
from hark.channels.email.providers.address import Named, read_key
from hark.channels.email.providers.fetch import Fetch, fetcher
from hark.channels.email.providers.forms import BEGINNING, read_post
from hark.channels.email.providers.queries import Hooked, find_hooked
from hark.channels.email.providers.registry import PROVIDERS, Provider
from hark.channels.email.providers.s3 import FetchStored, NotReadable, fetch_stored
from hark.channels.email.providers.ses import fetched
from hark.channels.email.providers.types import Post, PostedEvent, PostedMail, Refused, Secrets, Taken
from hark.channels.email.types import Received
from hark.core import metrics
from hark.core.crypto import Keys
from hark.core.db import Db
from hark.core.errors import BadRequest, NotFound, TooLarge, Unauthorized
from hark.core.services import Services
from hark.intake.accounts.actions import set_problem
from hark.intake.accounts.types import MailWebhook
from hark.intake.directory import Directory
from hark.intake.fingerprint import external_id
from hark.intake.reception import Ledger
from hark.intake.types import Envelope, Fate, NewItem, Source

log = structlog.get_logger(__name__)
BIG = 200_000  # bytes; larger requests are read in a thread, so that the loop goes on
SHOWN_AFTER = 3  # refusals within WITHIN: a single one may be anybody's
WITHIN = timedelta(hours=1)
CERTIFICATE_KEPT = timedelta(days=1)
MAX_CERTIFICATES = 100
MESSAGE_ID_KEY = "message-id"
TOO_LARGE = "The mail has {size:,} bytes, more than the limit of {limit:,}. Only its beginning was kept."
UNKNOWN = (
    "{provider} sent something that Hark does not understand. It is kept here; try it again after an update of Hark."
)


class Stored(msgspec.Struct, kw_only=True):
    """The answer to a provider: `fresh` mails and events were stored now, `known` before; `ignored` say nothing here."""

    fresh: int = 0
    known: int = 0
    ignored: int = 0


class MailHooks:
    """Takes posts of providers. It keeps certificates and the count of refusals; everything else is in the database."""

    def __init__(
        self, db: Db, ledger: Ledger, directory: Directory, keys: Keys, fetch: Fetch, *, max_mail: int,
        authenticator: Authenticator | None = None, fetch_stored: FetchStored = fetch_stored,
    ) -> None:  # fmt: skip
        self._db = db
        self._ledger = ledger
        self._directory = directory
        self._keys = keys
        self._fetch = fetch
        self._fetch_stored = fetch_stored
        self._max_mail = max_mail
        self._authenticator = authenticator
        self._certificates: dict[str, tuple[datetime, bytes]] = {}
        self._refusals: dict[Named, deque[datetime]] = {}

    async def take(self, key: str, headers: Mapping[str, str], chunks: AsyncIterator[bytes]) -> Stored:
        """One post; `headers` by lower-case name. Returns once all of it is durable.

        Raises NotFound for an address that is none, Unauthorized for a post that is not proven, TooLarge, BadRequest for
        a broken form, and Unavailable when it cannot be stored or proven just now (the provider tries again).
        """
        named = read_key(self._keys, key)
        hooked = await find_hooked(self._db, named.workspace_id, named.account_id) if named else None
        webhook = hooked.config.webhook if hooked else None
        if named is None or hooked is None or webhook is None or webhook.nonce != named.nonce:
            metrics.mail_posts.labels("-", "unknown").inc()
            raise NotFound("There is nothing at this address.")
        provider = PROVIDERS[webhook.provider]
        try:
            post = await read_post(chunks, headers, now=self._db.now(), max_mail=self._max_mail)
            taken = await self._read(post, webhook, provider)
            await self._check_token(named, taken)
        except Refused as error:
            metrics.mail_posts.labels(webhook.provider, "refused").inc()
            await self._count_refusal(named, error.sentence)
            raise Unauthorized(error.sentence, code="not_proven") from error
        except (TooLarge, BadRequest) as error:
            metrics.mail_posts.labels(webhook.provider, "broken").inc()
            await set_problem(self._db, named.workspace_id, named.account_id, PREFIX, error.detail)
            raise
        if taken.confirm:
            await self._fetch(taken.confirm)
        await self._fetch_mails(webhook, taken)
        stored = await self._store(named, webhook.provider, taken)
        await self._tell(named, hooked, taken)
        metrics.mail_posts.labels(webhook.provider, "taken" if stored.fresh or not stored.known else "known").inc()
        return stored

    # proof ------------------------------------------------------------------------------------------------------------

    async def _read(self, post: Post, webhook: MailWebhook, provider: Provider) -> Taken:
        certificate = await self._certificate(provider.certificate_url(post)) if provider.certificate_url else b""
        opened = Secrets(
            password=self._keys.decrypt(webhook.password), certificate=certificate, public_keys=webhook.public_keys,
            signing_key=self._keys.decrypt(webhook.secret) if webhook.secret else "", topics=webhook.topics,
        )  # fmt: skip
        if len(post.body) > BIG:
            return await asyncio.to_thread(provider.read, post, opened)
        return provider.read(post, opened)

    async def _certificate(self, url: str) -> bytes:
        now = self._db.now()
        known = self._certificates.get(url)
        if known is None or now - known[0] > CERTIFICATE_KEPT:
            if len(self._certificates) >= MAX_CERTIFICATES:
                self._certificates.clear()
            known = self._certificates[url] = now, await self._fetch(url)
        return known[1]

    async def _check_token(self, named: Named, taken: Taken) -> None:
        if not taken.token:
            return
        content = hashlib.sha256()
        for piece in [*(m.raw for m in taken.mails), *(e.raw for e in taken.events), *taken.unknown]:
            content.update(hashlib.sha256(piece).digest())
        if not await use_token(self._db, named.workspace_id, named.account_id, taken.token, content.digest()):
            raise Refused("A request carries the token of an earlier one with another content. It was not taken.")

    async def _count_refusal(self, named: Named, sentence: str) -> None:
        """Who knows the address is the provider, or has it from there: repeated refusals are shown at the mailbox."""
        now = self._db.now()
        log.warning(
            "a provider's request was refused", account=named.account_id, workspace=named.workspace_id, why=sentence
        )
        times = self._refusals.setdefault(named, deque(maxlen=SHOWN_AFTER))
        times.append(now)
        if len(times) == SHOWN_AFTER and now - times[0] <= WITHIN:
            await set_problem(
                self._db, named.workspace_id, named.account_id, REFUSED,
                f"{sentence} Nothing of it was taken; the provider tries again for some hours.",
            )  # fmt: skip

    async def _fetch_mails(self, webhook: MailWebhook, taken: Taken) -> None:
        """Mails that the provider only tells of, where the mailbox has a key to them."""
        if not (webhook.access_key_id and webhook.secret):
            return
        secret = self._keys.decrypt(webhook.secret)
        for n, mail in enumerate(taken.mails):
            if mail.stored is None:
                continue
            try:
                raw, size = await self._fetch_stored(mail.stored, webhook.access_key_id, secret, self._max_mail)
                taken.mails[n], taken.notice = fetched(mail, raw, size), ""
            except NotReadable as error:
                taken.mails[n] = msgspec.structs.replace(mail, problem=error.sentence)
                taken.notice = error.sentence

    # storing ------------------------------------------------------------------------------------------------------------

    async def _store(self, named: Named, provider: str, taken: Taken) -> Stored:
        items = [item for mail in taken.mails for item in await self._mail_items(named, provider, mail)]
        secret = self._keys.derive(MESSAGE_ID_KEY)
        wanted = [event for event in taken.events if not _is_foreign(event, secret)]
        items += [self._event_item(named, provider, event) for event in wanted]
        reason = UNKNOWN.format(provider=PROVIDERS[provider].name)
        items += [
            NewItem(
                workspace_id=named.workspace_id, account_id=named.account_id, source=Source.API, raw=raw,
                envelope=Envelope(provider=provider, event=True), fate=Fate.PARKED, reason=reason,
            )
            for raw in taken.unknown
        ]  # fmt: skip
        stored = Stored(ignored=taken.ignored + len(taken.events) - len(wanted))
        for accepted in await asyncio.gather(*(self._ledger.accept(item) for item in items)):
            stored.fresh += accepted.fresh
            stored.known += not accepted.fresh
        return stored

    async def _mail_items(self, named: Named, provider: str, mail: PostedMail) -> Sequence[NewItem]:
        """The mail for each mailbox of the workspace that it was sent to, else for the one of the address."""
        raw, size, problem = mail.raw, mail.size, mail.problem
        if len(raw) > self._max_mail:
            raw, size = raw[:BEGINNING], len(raw)
        if size is not None:
            problem = TOO_LARGE.format(size=size, limit=self._max_mail)
        checked = None
        if self._authenticator is not None and not problem:
            checked = await self._authenticator.check(
                Received(mail_from=mail.mail_from, recipients=mail.recipients, raw=raw, peer=mail.peer, helo=mail.helo,
                         protocol="http")
            )  # fmt: skip
        envelope = Envelope(
            mail_from=mail.mail_from, rcpt_to=mail.recipients, peer=mail.peer, helo=mail.helo, authentication=checked,
            provider=provider,
        )  # fmt: skip
        return [
            NewItem(
                workspace_id=named.workspace_id, account_id=account_id, source=Source.API, raw=raw, envelope=envelope,
                fate=Fate.PARKED if problem else Fate.OPEN, reason=problem or None, size=size,
                external_id=f"{external_id(raw)}:{size}" if size else None,
            )
            for account_id in await self._receivers(named, mail.recipients)
        ]  # fmt: skip

    async def _receivers(self, named: Named, recipients: Sequence[str]) -> list[int]:
        found: dict[int, None] = {}
        for address in recipients[:100]:
            receivers = await self._directory.find(address) or []
            found |= {r.account_id: None for r in receivers if r.workspace_id == named.workspace_id}
        return list(found) or [named.account_id]

    def _event_item(self, named: Named, provider: str, event: PostedEvent) -> NewItem:
        return NewItem(
            workspace_id=named.workspace_id, account_id=named.account_id, source=Source.API, raw=event.raw,
            envelope=Envelope(provider=provider, event=True), external_id=f"event:{provider}:{event.id[:300]}",
        )  # fmt: skip

    async def _tell(self, named: Named, hooked: Hooked, taken: Taken) -> None:
        """Show what a person should change, or that it is changed."""
        now = self._db.now()
        times = self._refusals.get(named)
        if taken.notice:
            await set_problem(self._db, named.workspace_id, named.account_id, PREFIX, taken.notice)
        elif hooked.problem.startswith(PREFIX) and (taken.mails or taken.confirm):
            await set_problem(self._db, named.workspace_id, named.account_id, PREFIX, None)
        elif hooked.problem.startswith(REFUSED) and (not times or now - times[-1] > WITHIN):
            await set_problem(self._db, named.workspace_id, named.account_id, REFUSED, None)

    async def close(self) -> None:
        if self._authenticator is not None:
            self._authenticator.close()


def open_hooks(services: Services) -> MailHooks:
    """The door of a web process."""
    settings, db = services.settings, services.db
    return MailHooks(
        db, Ledger(db, services.files), Directory(db, settings.spool_dir / "addresses.json"), services.keys,
        fetcher(host_policy(allow_private=settings.private_hosts)), max_mail=settings.mail_max_bytes,
        authenticator=Authenticator() if settings.mail_auth == "on" else None,
    )  # fmt: skip


def _is_foreign(event: PostedEvent, secret: bytes) -> bool:
    """Whether it only tells that a mail which is not ours goes its way: other programs may send by the same provider."""
    id = event.report.original_message_id or ""
    if "@" not in id or own_message_id(id, secret) is not None:
        return False
    return all(r.action in ("delivered", "delayed") for r in event.report.recipients)
