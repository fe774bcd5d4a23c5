"""Connecting a mailbox to a provider, and what is remembered of its posts."""

import secrets
from datetime import timedelta

import msgspec

from hark.channels.email.providers.sendgrid import load_public_key
from hark.channels.email.providers.sns import TOPIC
from hark.core.actor import Actor
from hark.core.crypto import Keys
from hark.core.db import Db, Tx
from hark.core.errors import BadRequest
from hark.intake.accounts.queries import MISSING, get_mailbox, stored_config
from hark.intake.accounts.types import MailboxChanged, MailboxConfig, MailWebhook, NewWebhook

PREFIX = "Webhook: "
REFUSED = "Webhook refused: "
TOKENS_KEPT = timedelta(days=2)  # longer than a token's own time is good for


async def set_webhook(tx: Tx, actor: Actor, id: int, new: NewWebhook, keys: Keys) -> MailWebhook:
    """Let a provider post to a mailbox. The address stays while the provider does, unless a new one is asked for.

    Raises NotFound, or BadRequest for what the provider cannot have given out.
    """
    config = await _lock(tx, actor, id)
    old = config.webhook
    same = old is not None and old.provider == new.provider
    kept = old.secret if old is not None and same and old.access_key_id == new.access_key_id else None
    secret = keys.encrypt(new.secret.strip()) if new.secret else kept
    _check(new, has_secret=secret is not None)
    fresh = old is None or not same or new.new_address
    config.webhook = MailWebhook(
        provider=new.provider, nonce=secrets.token_hex(8) if fresh or old is None else old.nonce,
        password=keys.encrypt(secrets.token_urlsafe(24)) if fresh or old is None else old.password, secret=secret,
        public_keys=[key.strip() for key in new.public_keys], topics=[topic.strip() for topic in new.topics],
        access_key_id=new.access_key_id.strip(),
    )  # fmt: skip
    await _store(tx, id, config, "set")
    return config.webhook


async def remove_webhook(tx: Tx, actor: Actor, id: int) -> None:
    """Take nothing from the provider any more; its address is void. Raises NotFound."""
    config = await _lock(tx, actor, id)
    config.webhook = None
    await _store(tx, id, config, "removed")


async def _lock(tx: Tx, actor: Actor, id: int) -> MailboxConfig:
    await get_mailbox(tx, actor, id)
    await tx.one(
        int, "SELECT id FROM channel_accounts WHERE workspace_id = $1 AND id = $2 FOR UPDATE", tx.workspace_id, id,
        missing=MISSING,
    )  # fmt: skip
    return await stored_config(tx, actor, id)


async def _store(tx: Tx, id: int, config: MailboxConfig, what: str) -> None:
    await tx.run(
        "UPDATE channel_accounts SET config = $3, problem = CASE WHEN problem LIKE 'Webhook%' THEN NULL ELSE problem END,"
        " problem_at = CASE WHEN problem LIKE 'Webhook%' THEN NULL ELSE problem_at END"
        " WHERE workspace_id = $1 AND id = $2",
        tx.workspace_id, id, msgspec.to_builtins(config),
    )  # fmt: skip
    tx.emit(MailboxChanged(account_id=id))
    provider = config.webhook.provider if config.webhook else None
    await tx.audit(f"mailbox.webhook_{what}", f"mailbox:{id}", data={"provider": provider})


def _check(new: NewWebhook, *, has_secret: bool) -> None:
    if new.provider == "mailgun" and not has_secret:
        raise _wrong(
            "secret", "Enter Mailgun's HTTP webhook signing key; without it nobody could tell its requests from others."
        )
    if new.provider == "ses" and not new.topics:
        raise _wrong(
            "topics", "Enter the ARN of the SNS topic; without it anybody with an Amazon account could post mails."
        )
    if new.provider == "ses" and new.access_key_id and not has_secret:
        raise _wrong("secret", "Enter the secret access key too; without it Hark cannot read from S3.")
    for topic in new.topics:
        if not TOPIC.fullmatch(topic.strip()):
            raise _wrong(
                "topics", "This is not the ARN of an SNS topic. It looks like arn:aws:sns:eu-west-1:123456789012:name."
            )
    for key in new.public_keys:
        try:
            load_public_key(key)
        except ValueError as error:
            raise _wrong(
                "public_keys", "This is not a verification key. Copy it from SendGrid as it stands there."
            ) from error


def _wrong(field: str, sentence: str) -> BadRequest:
    return BadRequest(sentence, code="invalid", errors=[{"path": f"$.{field}", "message": sentence}])


# posts ----------------------------------------------------------------------------------------------------------------


async def use_token(db: Db, workspace_id: int, account_id: int, token: str, content: bytes) -> bool:
    """Whether a provider's token is good for this content: it is new, or came with the same before (another try)."""
    known = await db.one(
        bytes,
        "INSERT INTO webhook_tokens AS t (workspace_id, account_id, token, content, seen_at) VALUES ($1, $2, $3, $4, $5)"
        " ON CONFLICT (workspace_id, account_id, token) DO UPDATE SET seen_at = t.seen_at RETURNING content",
        workspace_id, account_id, token, content, db.now(),
    )  # fmt: skip
    return known == content


async def forget_tokens(db: Db) -> int:
    """Forget tokens whose time has passed: their signatures are refused anyway. How many."""
    return await db.run("DELETE FROM webhook_tokens WHERE seen_at < $1", db.now() - TOKENS_KEPT)
