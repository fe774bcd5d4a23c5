"""Visitors: the row behind a widget's token, what may be kept of them, and their first word."""

from datetime import datetime
from uuid import UUID

import msgspec

from hark.channels.messenger.cleaning import clean_line, clean_url, clean_values
from hark.channels.messenger.identifying import identify
from hark.channels.messenger.identity import Claims
from hark.channels.messenger.types import (
    Boot,
    ContactDetails,
    Inbox,
    MessengerConfig,
    Page,
    Profile,
    SeenPage,
    Session,
    Visitor,
)
from hark.contacts.addresses import normalise_address
from hark.contacts.visitors import rename_visitor
from hark.core.crypto import new_token, token_hash
from hark.core.db import Queries, Tx
from hark.core.errors import BadRequest, NotFound, Unauthorized
from hark.core.ids import uuid7
from hark.delivery.types import is_recipient


class _SessionRow(msgspec.Struct):
    """An inbox and, when the token is known there, its visitor."""

    workspace_id: int
    account_id: int
    account_name: str
    key: str
    team_id: int | None
    calendar_id: int
    expect_s: int
    config: MessengerConfig
    id: UUID | None
    contact_id: UUID | None
    user_id: str | None
    address: str | None
    profile: Profile | None


async def open_session(db: Queries, key: str, token: str) -> Session:
    """The visitor of a token at the messenger of a key. Raises NotFound for the key, Unauthorized for the token."""
    row = await db.one(
        _SessionRow,
        "SELECT a.workspace_id, a.id AS account_id, a.name AS account_name, a.address AS key, a.team_id, a.calendar_id,"
        " a.expect_s, a.config, v.id, v.contact_id, v.user_id, v.address, v.profile FROM channel_accounts a"
        " LEFT JOIN visitors v ON v.workspace_id = a.workspace_id AND v.account_id = a.id AND v.token_hash = $2"
        " WHERE a.kind = 2 AND a.address = $1 AND a.disabled_at IS NULL",
        key, token_hash(token), missing="There is no messenger with this key.",
    )  # fmt: skip
    inbox = Inbox(
        workspace_id=row.workspace_id, id=row.account_id, name=row.account_name, key=row.key, team_id=row.team_id,
        calendar_id=row.calendar_id, expect_s=row.expect_s, config=row.config,
    )  # fmt: skip
    if row.id is None or row.profile is None:
        raise Unauthorized("This visitor is not known here any more. Boot again.", code="unknown_visitor")
    visitor = Visitor(
        id=row.id, contact_id=row.contact_id, user_id=row.user_id, address=row.address, profile=row.profile
    )
    if inbox.config.require_jwt and visitor.user_id is None:
        raise identity_required()
    return Session(inbox, visitor)


def identity_required() -> Unauthorized:
    return Unauthorized("This messenger is for signed-in people of the site only.", code="identity_required")


async def start_session(tx: Tx, inbox: Inbox, boot: Boot, claims: Claims | None) -> tuple[Session, str]:
    """The visitor of a first word and their token. A token that is not known, or is another signed-in person's, is
    answered with a new visitor. Raises Unauthorized when the messenger wants an identity and there is none."""
    visitor = await _find(tx, inbox, boot.token) if boot.token else None
    if visitor is not None and claims is not None and visitor.user_id not in (None, claims.sub):
        visitor = None
    if inbox.config.require_jwt and claims is None and (visitor is None or visitor.user_id is None):
        raise identity_required()
    token = boot.token if visitor is not None and boot.token else new_token()
    profile = collected(inbox.config, boot, visitor.profile if visitor else Profile(), tx)
    if visitor is None:
        visitor = Visitor(id=uuid7(), contact_id=None, user_id=None, address=None, profile=profile)
        await tx.run(
            "INSERT INTO visitors (workspace_id, id, account_id, token_hash, profile, created_at, last_seen_at)"
            " VALUES ($1, $2, $3, $4, $5, $6, $6)",
            tx.workspace_id, visitor.id, inbox.id, token_hash(token), msgspec.to_builtins(profile), tx.now(),
        )  # fmt: skip
    else:
        visitor.profile = profile
        await save_profile(tx, visitor)
    if claims is not None:
        visitor = await identify(tx, inbox, visitor, claims)
    return Session(inbox, visitor), token


async def _find(tx: Tx, inbox: Inbox, token: str) -> Visitor | None:
    return await tx.find(
        Visitor,
        "SELECT id, contact_id, user_id, address, profile FROM visitors"
        " WHERE workspace_id = $1 AND account_id = $2 AND token_hash = $3 FOR UPDATE",
        tx.workspace_id, inbox.id, token_hash(token),
    )  # fmt: skip


async def lock_visitor(tx: Tx, session: Session) -> Visitor:
    """The visitor as they are now, locked until the end of the transaction: one post after the other."""
    return await tx.one(
        Visitor,
        "SELECT id, contact_id, user_id, address, profile FROM visitors WHERE workspace_id = $1 AND id = $2 FOR UPDATE",
        tx.workspace_id, session.visitor.id, missing="This visitor has been erased.",
    )  # fmt: skip


async def save_profile(tx: Tx, visitor: Visitor) -> None:
    await tx.run(
        "UPDATE visitors SET profile = $3, last_seen_at = $4 WHERE workspace_id = $1 AND id = $2",
        tx.workspace_id, visitor.id, msgspec.to_builtins(visitor.profile), tx.now(),
    )  # fmt: skip


def collected(config: MessengerConfig, boot: Boot, old: Profile, tx: Tx) -> Profile:
    """What may be kept of a first word. With `quiet`, where that is respected, everything kept before goes too but the
    name they typed."""
    collect = config.collect
    if boot.quiet and collect.respect_dnt:
        return Profile(name=old.name, quiet=True)
    profile = Profile(name=old.name, attributes=old.attributes, page=old.page)
    if collect.device:
        profile.language = clean_line(boot.language, 35)
        profile.time_zone = clean_line(boot.time_zone, 60)
        profile.device = old.device if boot.device is None else clean_values(boot.device)
    if boot.attributes is not None:
        profile.attributes = clean_values(boot.attributes)
    if boot.page is not None and collect.pages:
        profile.page = seen_page(boot.page, tx.now())
    return profile


def may_follow(session: Session) -> bool:
    """Whether pages may be kept of this visitor."""
    return session.inbox.config.collect.pages and not session.visitor.profile.quiet


def seen_page(page: Page, now: datetime) -> SeenPage | None:
    """Where they are now; None for what is no address."""
    url = clean_url(page.url)
    return SeenPage(url=url, title=clean_line(page.title, 300), at=now) if url else None


async def save_contact_details(tx: Tx, session: Session, given: ContactDetails) -> Visitor:
    """What a visitor typed: where answers go, and a name. Nobody else's contact is looked at, whatever the address.

    The name also becomes that of the contact which this visitor alone has made. Raises BadRequest for no address.
    """
    visitor = await lock_visitor(tx, session)
    if given.address is not msgspec.UNSET:
        visitor.address = _recipient(given.address) if given.address.strip() else None
    if given.name is not msgspec.UNSET:
        visitor.profile.name = clean_line(given.name, 200)
    await tx.run(
        "UPDATE visitors SET address = $3, profile = $4 WHERE workspace_id = $1 AND id = $2",
        tx.workspace_id, visitor.id, visitor.address, msgspec.to_builtins(visitor.profile),
    )  # fmt: skip
    if visitor.contact_id is not None and visitor.user_id is None and visitor.profile.name:
        await rename_visitor(tx, visitor.contact_id, visitor.profile.name)
    return visitor


def _recipient(typed: str) -> str:
    address = normalise_address(typed)
    if not is_recipient(address):
        raise BadRequest(f"{typed[:80]!r} is not one mail address. Write it as name@example.com.", code="bad_address")
    return address


async def known_address(db: Queries, session: Session) -> str | None:
    """Where mail for this visitor goes: the address they typed, else a verified one of the person they are known as."""
    if session.visitor.address is not None or session.visitor.user_id is None:
        return session.visitor.address
    return await db.find(
        str,
        "SELECT value FROM identities WHERE workspace_id = $1 AND contact_id = $2 AND kind = 1"
        " AND verified_at IS NOT NULL ORDER BY id LIMIT 1",
        session.inbox.workspace_id, session.visitor.contact_id,
    )  # fmt: skip


async def find_session(db: Queries, key: str, token: str) -> Session | None:
    """As `open_session`, None for what is not known: a socket is closed rather than answered."""
    try:
        return await open_session(db, key, token)
    except (NotFound, Unauthorized):
        return None
