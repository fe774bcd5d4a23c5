"""Changing registrations, sign-ins under way and grants. No network here: `flows.py` and `tokens.py` talk to providers
between two of these."""

from datetime import datetime, timedelta
from uuid import UUID, uuid4

import msgspec

from hark.channels.email.oauth.alarm import TELL_FAILURES
from hark.channels.email.oauth.client import TokenAnswer
from hark.channels.email.oauth.failures import Refused
from hark.channels.email.oauth.providers import Provider, ProviderKey
from hark.channels.email.oauth.queries import get_flow
from hark.channels.email.oauth.types import Client, ClientPatch, Flow, FlowState, Grant, Way
from hark.core.actor import Actor
from hark.core.crypto import Keys
from hark.core.db import Db, Tx
from hark.core.errors import BadRequest, Conflict
from hark.intake.accounts.actions import create_mailbox
from hark.intake.accounts.queries import stored_config
from hark.intake.accounts.types import ImapServer, MailboxChanged, MailboxConfig, NewMailbox, SmtpServer

LEASE_S = 60  # longer than a provider may take to answer
FIRST_PAUSE_S, LAST_PAUSE_S = 30, 300
CODE_LIFE = timedelta(minutes=15)
KEEP_FLOWS = timedelta(days=1)
OTHER_KEY = "other_key"
SIGN_IN = "Sign-in: "
"""Prefix of a mailbox's problem that is about its sign-in."""


# registrations --------------------------------------------------------------------------------------------------------


async def save_client(tx: Tx, patch: ClientPatch, keys: Keys) -> None:
    """Register the workspace with a provider, or change that. Raises BadRequest without a secret.

    Sign-ins of another client id have to be made again; those of the same one are tried at once.
    """
    provider = patch.provider
    stored = await tx.find(
        str, "SELECT client_secret FROM oauth_clients WHERE workspace_id = $1 AND provider = $2 AND client_id = $3",
        tx.workspace_id, provider, patch.client_id,
    )  # fmt: skip
    secret = keys.encrypt(patch.client_secret) if patch.client_secret else stored
    if secret is None:
        raise BadRequest("Enter the client secret too: it belongs to the client id.", code="secret_needed")
    await tx.run(
        "INSERT INTO oauth_clients (workspace_id, provider, client_id, client_secret, tenant, secret_expires_on)"
        " VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (workspace_id, provider) DO UPDATE SET client_id = $3,"
        " client_secret = $4, tenant = $5, secret_expires_on = $6",
        tx.workspace_id, provider, patch.client_id, secret, patch.tenant, patch.secret_expires_on,
    )  # fmt: skip
    await tx.run(
        "UPDATE oauth_grants SET next_try_at = $4 WHERE workspace_id = $1 AND provider = $2 AND client_id = $3",
        tx.workspace_id, provider, patch.client_id, tx.now(),
    )  # fmt: skip
    await tx.audit("oauth_client.changed", f"oauth_client:{provider}")


# sign-ins under way ---------------------------------------------------------------------------------------------------


async def create_flow(tx: Tx, actor: Actor, flow: "NewRow") -> Flow:
    """Remember a sign-in that begins; those of yesterday are forgotten. Raises NotFound for a mailbox that is none."""
    if flow.account_id is not None:
        await stored_config(tx, actor, flow.account_id)
    await tx.run(
        "DELETE FROM oauth_flows WHERE workspace_id = $1 AND expires_at < $2", tx.workspace_id, tx.now() - KEEP_FLOWS
    )
    await tx.run(
        "INSERT INTO oauth_flows (workspace_id, id, provider, way, account_id, address, agent_id, session_id, secret,"
        " user_code, verification_uri, interval_s, next_poll_at, expires_at)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
        tx.workspace_id, flow.id, flow.provider, flow.way, flow.account_id, flow.address, actor.agent_id,
        actor.session_id, flow.secret, flow.user_code, flow.verification_uri, flow.interval_s,
        tx.now() + timedelta(seconds=flow.interval_s), flow.expires_at,
    )  # fmt: skip
    return await get_flow(tx, actor, flow.id)


class NewRow(msgspec.Struct, frozen=True, kw_only=True):
    """A sign-in to be stored; `secret` is encrypted."""

    id: UUID
    provider: ProviderKey
    way: Way
    account_id: int | None
    address: str
    secret: str
    expires_at: datetime
    user_code: str = ""
    verification_uri: str = ""
    interval_s: int = 5


async def claim_return(tx: Tx, actor: Actor, id: UUID) -> Flow:
    """The code flow that came back to the browser it began in: once, and not for long. Raises Conflict."""
    claimed = await tx.run(
        "UPDATE oauth_flows SET state = $5 WHERE workspace_id = $1 AND id = $2 AND session_id = $3 AND way = 'code'"
        " AND state = 0 AND expires_at > $4",
        tx.workspace_id, id, actor.session_id, tx.now(), FlowState.EXCHANGING,
    )  # fmt: skip
    if not claimed:
        raise Conflict("This sign-in was used already or has expired. Start it again.", code="sign_in_over")
    return await get_flow(tx, actor, id)


async def claim_poll(tx: Tx, actor: Actor, id: UUID) -> Flow | None:
    """A device flow that may be asked about now, or None: the provider says how often (RFC 8628 section 3.5)."""
    claimed = await tx.run(
        "UPDATE oauth_flows SET next_poll_at = $4::timestamptz + interval_s * interval '1 second'"
        " WHERE workspace_id = $1 AND id = $2 AND agent_id = $3 AND way = 'device' AND state = 0"
        " AND next_poll_at <= $4 AND expires_at > $4",
        tx.workspace_id, id, actor.agent_id, tx.now(),
    )  # fmt: skip
    return await get_flow(tx, actor, id) if claimed else None


async def slow_down(tx: Tx, id: UUID, seconds: int) -> None:
    """Ask a provider less often from now on."""
    await tx.run(
        "UPDATE oauth_flows SET interval_s = interval_s + $3, next_poll_at = next_poll_at + $3 * interval '1 second'"
        " WHERE workspace_id = $1 AND id = $2",
        tx.workspace_id, id, seconds,
    )  # fmt: skip


async def fail_flow(tx: Tx, id: UUID, sentence: str) -> None:
    await tx.run(
        "UPDATE oauth_flows SET state = $3, problem = $4, secret = '' WHERE workspace_id = $1 AND id = $2",
        tx.workspace_id, id, FlowState.FAILED, sentence,
    )  # fmt: skip


async def finish_flow(
    tx: Tx,
    actor: Actor,
    flow: Flow,
    client: Client,
    provider: Provider,
    answer: TokenAnswer,
    *,
    subject: str,
    keys: Keys,
) -> int:
    """Store what a sign-in has given and let its mailbox use it; the mailbox's id.

    Raises BadRequest when the answer lacks what is needed, Conflict when somebody else was signed in than before.
    """
    if answer.refresh_token is None:
        raise BadRequest(f"{provider.name} gave no lasting access. Start the sign-in again.", code="no_refresh_token")
    account_id = flow.account_id or await _find_mailbox(tx, flow.address or subject)
    if account_id is None:
        account_id = await _connect(tx, actor, flow, provider, subject, keys)
    else:
        await _use(tx, actor, account_id, provider, subject)
    now = tx.now()
    ends = answer.refresh_token_expires_in
    await tx.run(
        "INSERT INTO oauth_grants (workspace_id, account_id, provider, client_id, public, subject, scope, refresh_token,"
        " access_token, expires_at, granted_at, ends_at, next_try_at)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $11)"
        " ON CONFLICT (workspace_id, account_id) DO UPDATE SET provider = $3, client_id = $4, public = $5, subject = $6,"
        " scope = $7, refresh_token = $8, access_token = $9, expires_at = $10, granted_at = $11, ends_at = $12,"
        " next_try_at = $11, failures = 0, failing_since = NULL, reason = NULL, ended = false, lease = NULL,"
        " lease_until = NULL",
        tx.workspace_id, account_id, provider.key, client.client_id, flow.way == "device", subject, answer.scope,
        keys.encrypt(answer.refresh_token), keys.encrypt(answer.access_token), now + timedelta(seconds=answer.expires_in),
        now, now + timedelta(seconds=ends) if ends else None,
    )  # fmt: skip
    await tx.run(
        "UPDATE channel_accounts SET problem = NULL, problem_at = NULL WHERE workspace_id = $1 AND id = $2"
        " AND problem LIKE $3",
        tx.workspace_id, account_id, f"{SIGN_IN}%",
    )  # fmt: skip
    await tx.run(
        "UPDATE oauth_flows SET state = $3, account_id = $4, subject = $5, secret = '' WHERE workspace_id = $1 AND id = $2",
        tx.workspace_id, flow.id, FlowState.DONE, account_id, subject,
    )  # fmt: skip
    tx.emit(MailboxChanged(account_id=account_id))
    await tx.audit("mailbox.signed_in", f"mailbox:{account_id}", data={"provider": provider.key, "way": flow.way})
    return account_id


async def _find_mailbox(tx: Tx, address: str) -> int | None:
    return await tx.find(
        int,
        "SELECT id FROM channel_accounts WHERE workspace_id = $1 AND kind = 1 AND address = $2 AND disabled_at IS NULL",
        tx.workspace_id, address.lower(),
    )  # fmt: skip


async def _connect(tx: Tx, actor: Actor, flow: Flow, provider: Provider, subject: str, keys: Keys) -> int:
    """A new mailbox with the provider's servers."""
    address = flow.address.lower() or subject
    if not address:
        raise BadRequest(
            f"{provider.name} did not say which address was signed in. Enter the mailbox's address and start again.",
            code="no_subject",
        )
    user = _user(provider, address, subject)
    imap = ImapServer(**msgspec.structs.asdict(provider.imap), username=user, auth=provider.key)
    smtp = SmtpServer(**msgspec.structs.asdict(provider.smtp), username=user, auth=provider.key)
    made = await create_mailbox(tx, actor, NewMailbox(name=address, address=address, imap=imap, smtp=smtp), keys)
    return made.id


def _user(provider: Provider, address: str, subject: str) -> str:
    """Google wants the account itself, also behind an alias; Microsoft the mailbox that is meant, also a shared one."""
    return subject or address if provider.key == "google" else address


async def _use(tx: Tx, actor: Actor, account_id: int, provider: Provider, subject: str) -> None:
    """Let a mailbox sign in by this provider, with its servers where it had others. Raises Conflict when it was another
    account's until now: its mails would come into the wrong mailbox."""
    before = await tx.find(
        str, "SELECT subject FROM oauth_grants WHERE workspace_id = $1 AND account_id = $2 AND provider = $3",
        tx.workspace_id, account_id, provider.key,
    )  # fmt: skip
    if before and subject and before != subject:
        raise Conflict(
            f"You signed in as {subject}, but this mailbox is the one of {before}. Nothing was changed; start again and"
            " choose that account.",
            code="other_account",
        )
    config = await stored_config(tx, actor, account_id)
    address = await tx.one(
        str, "SELECT address FROM channel_accounts WHERE workspace_id = $1 AND id = $2", tx.workspace_id, account_id
    )
    user = _user(provider, address, subject)
    imap, smtp = config.imap or ImapServer(host=""), config.smtp or SmtpServer(host="")
    if imap.auth != provider.key:
        imap = msgspec.structs.replace(imap, username=user, verify=True, **msgspec.structs.asdict(provider.imap))
    if smtp.auth != provider.key:
        smtp = msgspec.structs.replace(smtp, username=user, verify=True, **msgspec.structs.asdict(provider.smtp))
    config = msgspec.structs.replace(
        config, signed_in_at=tx.now(), imap=msgspec.structs.replace(imap, auth=provider.key, password=None),
        smtp=msgspec.structs.replace(smtp, auth=provider.key, password=None),
    )  # fmt: skip
    await _save_config(tx, account_id, config)


async def _save_config(tx: Tx, account_id: int, config: MailboxConfig) -> None:
    await tx.run(
        "UPDATE channel_accounts SET config = $3 WHERE workspace_id = $1 AND id = $2",
        tx.workspace_id, account_id, msgspec.to_builtins(config),
    )  # fmt: skip


# grants ---------------------------------------------------------------------------------------------------------------


async def void_token(db: Db, grant: Grant, now: datetime) -> Grant:
    """A mail server has refused the access token: whatever its life, it is over. The grant as it is then."""
    await db.run(
        "UPDATE oauth_grants SET expires_at = least(expires_at, $4) WHERE workspace_id = $1 AND account_id = $2"
        " AND access_token = $3",
        grant.workspace_id, grant.account_id, grant.access_token, now,
    )  # fmt: skip
    return msgspec.structs.replace(grant, expires_at=min(grant.expires_at, now))


async def take_lease(db: Db, grant: Grant, now: datetime) -> UUID | None:
    """The right to renew a grant for LEASE_S seconds, or None: another process has it, or has renewed it meanwhile."""
    lease = uuid4()
    taken = await db.run(
        "UPDATE oauth_grants SET lease = $3, lease_until = $4 WHERE workspace_id = $1 AND account_id = $2"
        " AND (lease_until IS NULL OR lease_until < $5) AND access_token = $6 AND NOT ended",
        grant.workspace_id, grant.account_id, lease, now + timedelta(seconds=LEASE_S), now, grant.access_token,
    )  # fmt: skip
    return lease if taken else None


async def save_renewal(db: Db, grant: Grant, lease: UUID, answer: TokenAnswer, asked_at: datetime, keys: Keys) -> None:
    """Keep fresh tokens, unless somebody has signed in anew meanwhile. Life counts from `asked_at`, so that a slow
    answer makes it shorter, never longer; a refresh token that was not replaced stays."""
    ends = answer.refresh_token_expires_in
    await db.run(
        "UPDATE oauth_grants SET access_token = $4, expires_at = $5, refresh_token = coalesce($6, refresh_token),"
        " ends_at = coalesce($7, ends_at), next_try_at = $8, failures = 0, failing_since = NULL, reason = NULL,"
        " lease = NULL, lease_until = NULL WHERE workspace_id = $1 AND account_id = $2 AND lease = $3",
        grant.workspace_id, grant.account_id, lease, keys.encrypt(answer.access_token),
        asked_at + timedelta(seconds=answer.expires_in),
        keys.encrypt(answer.refresh_token) if answer.refresh_token else None,
        asked_at + timedelta(seconds=ends) if ends else None, asked_at,
    )  # fmt: skip


async def save_failure(db: Db, grant: Grant, lease: UUID, refused: Refused, now: datetime) -> None:
    """Keep why a grant could not be renewed, and when to try again; one that only a person can cure is not tried again.

    A failure that will not pass by itself counts as often as it takes to tell people. Tokens that cannot be decrypted
    are good for nothing, however long they would live.
    """
    pause = refused.retry_after_s or min(FIRST_PAUSE_S * 2 ** min(grant.failures, 8), LAST_PAUSE_S)
    await db.run(
        "UPDATE oauth_grants SET failures = least(failures + $5::int, 30000), failing_since = coalesce(failing_since, $4),"
        " reason = $6, ended = $7, next_try_at = $8, expires_at = CASE WHEN $9 THEN $4 ELSE expires_at END,"
        " lease = NULL, lease_until = NULL WHERE workspace_id = $1 AND account_id = $2 AND lease = $3",
        grant.workspace_id, grant.account_id, lease, now, 1 if refused.cure == "later" else TELL_FAILURES, refused.why,
        refused.cure == "person", now + timedelta(seconds=pause), refused.code == OTHER_KEY,
    )  # fmt: skip


async def postpone_withdrawal(db: Db, grant: Grant, now: datetime) -> None:
    """The provider does not answer: withdraw the sign-in later, or never when that has gone on for a day."""
    await db.run(
        "UPDATE oauth_grants SET failing_since = coalesce(failing_since, $3), next_try_at = $4"
        " WHERE workspace_id = $1 AND account_id = $2",
        grant.workspace_id, grant.account_id, now, now + timedelta(seconds=LAST_PAUSE_S),
    )  # fmt: skip


async def forget_grant(db: Db, grant: Grant) -> None:
    """Delete the tokens of a sign-in, unless somebody has signed in anew meanwhile."""
    await db.run(
        "DELETE FROM oauth_grants WHERE workspace_id = $1 AND account_id = $2 AND refresh_token = $3",
        grant.workspace_id, grant.account_id, grant.refresh_token,
    )  # fmt: skip
