"""Signing in: the password, the rate limit, the session."""

from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address
from math import ceil

import msgspec

from hark.access.authenticate import ABSOLUTE
from hark.access.passwords import hash_password, needs_rehash, verify_password
from hark.core.actor import Actor, ActorKind, system
from hark.core.crypto import new_token, token_hash
from hark.core.db import Db, Tx
from hark.core.errors import TooMany, Unauthorized
from hark.core.ids import uuid7

WINDOW = timedelta(minutes=15)
PER_ACCOUNT = 10  # attempts in the window
PER_ADDRESS = 30
MAX_WORKSPACES = 5  # one address may belong to people of several workspaces


class _Candidate(msgspec.Struct):
    workspace_id: int
    id: int
    password_hash: str


async def sign_in(db: Db, email: str, password: str, *, address: str, user_agent: str) -> tuple[Actor, str]:
    """Check the password and open a session; the person as an Actor of it, and its secret token.

    Raises Unauthorized (the same for an unknown address and a wrong password), TooMany when the rate limit is reached.
    """
    email = email.strip().lower()
    counted_at = await count_attempt(db, email, address)
    people = await db.all(
        _Candidate,
        "SELECT workspace_id, id, password_hash FROM agents"
        " WHERE email = $1 AND disabled_at IS NULL AND password_hash IS NOT NULL ORDER BY workspace_id, id LIMIT $2",
        email, MAX_WORKSPACES,
    )  # fmt: skip
    person = await _verified(people, password)
    if person is None:
        raise Unauthorized("The e-mail address or the password is not right.", code="wrong_password")
    rehashed = await hash_password(password) if needs_rehash(person.password_hash) else None
    me = Actor(workspace_id=person.workspace_id, kind=ActorKind.AGENT, id=person.id, agent_id=person.id)
    async with db.transaction(me) as tx:
        if rehashed:
            await tx.run(
                "UPDATE agents SET password_hash = $3 WHERE workspace_id = $1 AND id = $2 AND password_hash = $4",
                tx.workspace_id, person.id, rehashed, person.password_hash,
            )  # fmt: skip
        # The address forgets this one attempt only: a whole office behind one may sign in at nine, and who has an account
        # still cannot wash off guesses at others.
        await tx.run(
            "DELETE FROM sign_in_attempts WHERE key = $1 OR key = $2 AND at = $3",
            f"account:{email}", f"address:{_network(address)}", counted_at,
        )  # fmt: skip
        return await open_session(tx, user_agent=user_agent)


async def _verified(people: list[_Candidate], password: str) -> _Candidate | None:
    if not people:
        await verify_password(None, password)
    for person in people:
        if await verify_password(person.password_hash, password):
            return person
    return None


async def open_session(tx: Tx, *, user_agent: str) -> tuple[Actor, str]:
    """A session of the acting person; the Actor carrying its id, and the secret token that only the cookie holds."""
    token = new_token()
    id = uuid7()
    await tx.run(
        "INSERT INTO sessions (workspace_id, id, agent_id, token_hash, created_at, rotated_at, last_seen_at, expires_at,"
        " user_agent) VALUES ($1, $2, $3, $4, $5, $5, $5, $6, $7)",
        tx.workspace_id, id, tx.actor.agent_id, token_hash(token), tx.now(), tx.now() + ABSOLUTE, user_agent[:300],
    )  # fmt: skip
    return msgspec.structs.replace(tx.actor, session_id=id), token


async def count_attempt(db: Db, email: str, address: str) -> datetime:
    """Count this attempt, before the password is looked at; the time it is counted under. Raises TooMany; a refused
    attempt is not counted again."""
    limits = ((f"account:{email}", PER_ACCOUNT), (f"address:{_network(address)}", PER_ADDRESS))
    async with db.transaction(system(0)) as tx:
        since = tx.now() - WINDOW
        for key, limit in limits:
            # Attempts at once wait for each other here, so that a burst cannot slip through together.
            await tx.run("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", key)
            await tx.run("DELETE FROM sign_in_attempts WHERE key = $1 AND at <= $2", key, since)
            made = await tx.all(_Attempt, "SELECT at FROM sign_in_attempts WHERE key = $1 ORDER BY at", key)
            if len(made) >= limit:
                wait = ceil((made[len(made) - limit].at - since).total_seconds())
                raise TooMany(
                    f"Too many attempts to sign in. The account is safe; try again in {_minutes(wait)}.",
                    code="too_many_attempts", retry_after=wait,
                )  # fmt: skip
            await tx.run("INSERT INTO sign_in_attempts (key, at) VALUES ($1, $2)", key, tx.now())
        return tx.now()


class _Attempt(msgspec.Struct):
    at: datetime


def _network(address: str) -> str:
    """What counts as one address: an IPv4 address, or the /64 an IPv6 site has to itself."""
    try:
        ip = ip_address(address)
    except ValueError:
        return address
    if not isinstance(ip, IPv6Address):
        return str(ip)
    return str(ip.ipv4_mapped or IPv6Address(int(ip) >> 64 << 64))


def _minutes(seconds: int) -> str:
    minutes = ceil(seconds / 60)
    return "a minute" if minutes <= 1 else f"{minutes} minutes"
