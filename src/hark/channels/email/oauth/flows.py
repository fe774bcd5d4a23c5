"""Signing in: a person begins it, the provider's page or another device finishes it, the mailbox may use it.

`state` (RFC 6749 section 10.12) is the flow's id with a signature over it, the workspace and the browser's session, and
is taken once. The verifier (PKCE) and the device code never leave the server.
"""

import base64
import binascii
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID, uuid4

from hark.channels.email.oauth.actions import (
    CODE_LIFE,
    NewRow,
    claim_poll,
    claim_return,
    create_flow,
    fail_flow,
    finish_flow,
    slow_down,
)
from hark.channels.email.oauth.client import (
    TokenAnswer,
    authorization_url,
    exchange_code,
    missing_scopes,
    new_verifier,
    poll_device,
    read_subject,
    start_device,
)
from hark.channels.email.oauth.failures import Refused, read_return
from hark.channels.email.oauth.providers import Provider, Providers
from hark.channels.email.oauth.queries import get_flow, require_client
from hark.channels.email.oauth.types import Client, Flow, FlowReturn, FlowState, FlowView, NewFlow
from hark.core.actor import Actor
from hark.core.crypto import Keys
from hark.core.db import Db
from hark.core.errors import BadRequest, Forbidden, HarkError, Unavailable
from hark.intake.accounts.queries import get_mailbox

STATE = "oauth state"
SIGNATURE_BYTES = 24
SLOW_DOWN_S = 5  # RFC 8628 section 3.5
EXPIRED = "The sign-in was not finished in time. Start it again; nothing was changed."


async def begin_flow(
    db: Db, actor: Actor, keys: Keys, new: NewFlow, *, redirect_uri: str, providers: Providers
) -> FlowView:
    """Begin to sign in. Raises NotFound for a mailbox that is none, Conflict without a registration, Forbidden for a code
    flow without a browser's session, BadRequest where the provider has no device flow or refuses to begin it."""
    provider = providers[new.provider]
    client = await require_client(db, keys, actor.workspace_id, new.provider)
    address = (new.address or "").lower()
    if new.mailbox_id is not None:
        address = (await get_mailbox(db, actor, new.mailbox_id)).address
    if new.way == "device":
        return await _begin_device(db, actor, keys, provider, client, new.mailbox_id, address)
    if actor.session_id is None:
        raise Forbidden("Only a person in a browser can sign in this way, no API token.", code="person_only")
    id, verifier = uuid4(), new_verifier()
    row = NewRow(
        id=id, provider=new.provider, way="code", account_id=new.mailbox_id, address=address,
        secret=keys.encrypt(verifier), expires_at=db.now() + CODE_LIFE,
    )  # fmt: skip
    async with db.transaction(actor) as tx:
        flow = await create_flow(tx, actor, row)
    url = authorization_url(
        provider, client, redirect_uri=redirect_uri, state=make_state(keys, actor, id), nonce=_nonce(keys, id),
        verifier=verifier, hint=address,
    )  # fmt: skip
    return view_flow(flow, db.now(), url=url)


async def _begin_device(
    db: Db, actor: Actor, keys: Keys, provider: Provider, client: Client, account_id: int | None, address: str
) -> FlowView:
    if provider.device_url is None:
        raise BadRequest(
            f"{provider.name} gives no access to mail by a code on another device. Sign in in this browser instead.",
            code="no_device_flow",
        )
    try:
        answer = await start_device(provider, client)
    except Refused as refused:
        raise (Unavailable if refused.cure == "later" else BadRequest)(refused.sentence, code="refused") from refused
    row = NewRow(
        id=uuid4(), provider=provider.key, way="device", account_id=account_id, address=address,
        secret=keys.encrypt(answer.device_code), expires_at=db.now() + timedelta(seconds=answer.expires_in),
        user_code=answer.user_code, verification_uri=answer.verification_uri, interval_s=max(answer.interval, 1),
    )  # fmt: skip
    async with db.transaction(actor) as tx:
        return view_flow(await create_flow(tx, actor, row), db.now())


async def finish_return(
    db: Db, actor: Actor, keys: Keys, data: FlowReturn, *, redirect_uri: str, providers: Providers
) -> FlowView:
    """What came back from the provider's page to the browser that began: the flow as it is then, done or failed.

    Raises BadRequest for a state that is not of this session, Conflict for one that was used or has expired.
    """
    id = read_state(keys, actor, data.state)
    async with db.transaction(actor) as tx:
        flow = await claim_return(tx, actor, id)
    provider = providers[flow.provider]
    try:
        if data.error or not data.code:
            raise read_return(provider.name, data.error or "access_denied", data.error_description)
        client = await require_client(db, keys, actor.workspace_id, flow.provider)
        verifier = keys.decrypt(flow.secret)
        answer = await exchange_code(provider, client, code=data.code, verifier=verifier, redirect_uri=redirect_uri)
        await _finish(db, actor, keys, flow, client, provider, answer, nonce=_nonce(keys, id))
    except (Refused, HarkError) as failure:
        await _fail(db, actor, id, failure)
    return view_flow(await get_flow(db, actor, id), db.now())


async def poll_flow(db: Db, actor: Actor, keys: Keys, id: UUID, *, providers: Providers) -> FlowView:
    """How a sign-in stands; a device flow is asked about at the provider when it is due. Raises NotFound."""
    async with db.transaction(actor) as tx:
        flow = await claim_poll(tx, actor, id)
    if flow is not None:
        provider = providers[flow.provider]
        try:
            client = await require_client(db, keys, actor.workspace_id, flow.provider)
            answer = await poll_device(provider, client, keys.decrypt(flow.secret))
            await _finish(db, actor, keys, flow, client, provider, answer, nonce=None)
        except Refused as refused:
            await _wait_or_fail(db, actor, id, refused)
        except HarkError as failure:
            await _fail(db, actor, id, failure)
    return view_flow(await get_flow(db, actor, id), db.now())


async def _wait_or_fail(db: Db, actor: Actor, id: UUID, refused: Refused) -> None:
    if refused.cure not in ("wait", "later"):
        await _fail(db, actor, id, refused)
    elif refused.code != "authorization_pending":  # asked too often, or the provider is not well
        async with db.transaction(actor) as tx:
            await slow_down(tx, id, SLOW_DOWN_S)


async def _finish(
    db: Db, actor: Actor, keys: Keys, flow: Flow, client: Client, provider: Provider, answer: TokenAnswer, *,
    nonce: str | None,
) -> None:  # fmt: skip
    if missing_scopes(provider, answer.scope):
        why = "the access to mail was not ticked. Start again and tick it"
        raise Refused("person", provider.name, why, code="missing_scope")
    try:
        subject = read_subject(answer, client, nonce)
    except ValueError as error:
        raise Refused("person", provider.name, str(error), code="bad_id_token") from error
    async with db.transaction(actor) as tx:
        await finish_flow(tx, actor, flow, client, provider, answer, subject=subject, keys=keys)


async def _fail(db: Db, actor: Actor, id: UUID, failure: Refused | HarkError) -> None:
    async with db.transaction(actor) as tx:
        await fail_flow(tx, id, failure.sentence if isinstance(failure, Refused) else failure.detail)


def view_flow(flow: Flow, now: datetime, *, url: str | None = None) -> FlowView:
    """A flow as people see it. One that nobody has finished in time has failed."""
    state: Literal["waiting", "done", "failed"] = "waiting"
    problem = flow.problem
    if flow.state is FlowState.DONE:
        state = "done"
    elif flow.state is FlowState.FAILED or flow.expires_at <= now:
        state, problem = "failed", problem or EXPIRED
    return FlowView(
        id=flow.id, provider=flow.provider, way=flow.way, state=state, url=url, user_code=flow.user_code,
        verification_uri=flow.verification_uri, interval_s=flow.interval_s, expires_at=flow.expires_at,
        problem=problem, mailbox_id=flow.account_id, subject=flow.subject,
    )  # fmt: skip


def make_state(keys: Keys, actor: Actor, id: UUID) -> str:
    """The `state` of a code flow of this session."""
    signature = keys.sign(STATE, _bound(actor, id), length=SIGNATURE_BYTES)
    return base64.urlsafe_b64encode(id.bytes + signature).decode().rstrip("=")


def read_state(keys: Keys, actor: Actor, state: str) -> UUID:
    """The flow of a `state`. Raises BadRequest when it is not one of this session and workspace."""
    try:
        raw = base64.urlsafe_b64decode(state.encode("ascii") + b"=" * (-len(state) % 4))
    except (UnicodeEncodeError, binascii.Error):
        raw = b""
    if len(raw) == 16 + SIGNATURE_BYTES and actor.session_id is not None:
        id = UUID(bytes=raw[:16])
        if keys.verify(STATE, _bound(actor, id), raw[16:]):
            return id
    raise BadRequest(
        "This sign-in was not begun in this browser. Nothing was changed; begin it in the mailbox's settings.",
        code="wrong_state",
    )


def _bound(actor: Actor, id: UUID) -> bytes:
    assert actor.session_id is not None
    return id.bytes + actor.workspace_id.to_bytes(8, "big") + actor.session_id.bytes


def _nonce(keys: Keys, id: UUID) -> str:
    return keys.sign("oauth nonce", id.bytes).hex()
