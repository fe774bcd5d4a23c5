"""The value model in force, and the one a candidate would make of it."""

import msgspec

from hark.conversations.types import CHANNELS
from hark.core.actor import Actor
from hark.core.db import Db, Tx
from hark.core.errors import BadRequest
from hark.prices.types import SOURCES, ChannelPatience, Source, TopicHandle, ValueCandidate, ValueView
from hark.value.pricing import load_model, model_of
from hark.value.queries import recent_severity_mean
from hark.value.types import PATIENCE_S, ValueModel
from hark.workspaces.actions import check_value
from hark.workspaces.patch import changed
from hark.workspaces.queries import get_workspace
from hark.workspaces.types import ValuePatch, ValueSettings

_MEDIA = {1: PATIENCE_S["mail"], 2: PATIENCE_S["messenger"]}


async def get_value(db: Db, actor: Actor) -> ValueView:
    """Every number of the model with its source: the default's, or "yours" where it was changed."""
    workspace = await get_workspace(db, actor.workspace_id)
    value, defaults = workspace.settings.value, ValueSettings()
    model = await load_model(db, actor.workspace_id)
    accounts = await db.all(_Account, _ACCOUNTS, actor.workspace_id)
    return ValueView(
        currency=workspace.base_currency,
        value=value,
        defaults=defaults,
        sources={
            name: source if getattr(value, name) == getattr(defaults, name) else "yours"
            for name, source in SOURCES.items()
        },
        severity_mean=model.severity_mean,
        channels=[_channel(account) for account in accounts],
        topics=await db.all(TopicHandle, _TOPICS, actor.workspace_id),
        plans=await db.all(str, _PLANS, actor.workspace_id),
        can=["write"] if actor.can("settings.write") else [],
    )


class _Account(msgspec.Struct):
    id: int
    name: str
    kind: int
    patience_s: float
    away_patience_s: float | None


def _channel(account: _Account) -> ChannelPatience:
    usual: Source = "sourced" if account.kind == 1 else "assumption"
    return ChannelPatience(
        account_id=account.id, name=account.name, channel=CHANNELS[account.kind], patience_s=account.patience_s,
        away_patience_s=account.away_patience_s, source=usual if account.patience_s == _MEDIA[account.kind] else "yours",
    )  # fmt: skip


_ACCOUNTS = """
SELECT id, name, kind, patience_s::float8 AS patience_s, away_patience_s::float8 AS away_patience_s FROM channel_accounts
WHERE workspace_id = $1 AND disabled_at IS NULL ORDER BY kind, lower(name), id
"""
_TOPICS = """
SELECT id AS topic_id, name, handle_s, learned_handle_s FROM topics WHERE workspace_id = $1 AND archived_at IS NULL
ORDER BY lower(name), id
"""
_PLANS = "SELECT DISTINCT plan FROM companies WHERE workspace_id = $1 AND plan IS NOT NULL ORDER BY plan LIMIT 100"


async def candidate_model(db: Db | Tx, workspace_id: int, patch: ValuePatch) -> ValueModel:
    """The model in force with what the patch names, its severities rescaled. Raises BadRequest as saving it would."""
    workspace = await get_workspace(db, workspace_id)
    value = msgspec.structs.replace(workspace.settings.value, **changed(patch))
    check_value(value)
    settings = msgspec.structs.replace(workspace.settings, value=value)
    model = model_of(msgspec.structs.replace(workspace, settings=settings))
    return msgspec.structs.replace(model, severity_mean=await recent_severity_mean(db, workspace_id, model))


async def check_references(db: Db | Tx, workspace_id: int, candidate: ValueCandidate) -> None:
    """Raises BadRequest when the candidate names a channel or a topic that is not there."""
    accounts = {one.account_id for one in candidate.channels}
    topics = {one.topic_id for one in candidate.topics}
    known = await db.all(
        int,
        "SELECT id FROM channel_accounts WHERE workspace_id = $1 AND id = ANY($2::int[])",
        workspace_id,
        list(accounts),
    )
    named = await db.all(
        int, "SELECT id FROM topics WHERE workspace_id = $1 AND id = ANY($2::int[])", workspace_id, list(topics)
    )
    if len(known) != len(accounts) or len(named) != len(topics):
        raise BadRequest(
            "It names a channel or a topic that does not exist. Load the page again.", code="unknown_reference"
        )
