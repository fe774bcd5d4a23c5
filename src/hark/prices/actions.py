"""Taking a value model into use."""

from hark.core.db import Tx
from hark.prices.models import check_references
from hark.prices.types import ValueCandidate
from hark.topics.actions import update_topic
from hark.topics.types import TopicPatch
from hark.workspaces.actions import update_workspace
from hark.workspaces.types import SettingsPatch, WorkspacePatch


async def save_value(tx: Tx, candidate: ValueCandidate) -> None:
    """The candidate is the model from now on; open waits are priced again. Raises BadRequest, NotFound."""
    await check_references(tx, tx.workspace_id, candidate)
    for topic in candidate.topics:
        await update_topic(tx, topic.topic_id, TopicPatch(handle_s=topic.handle_s))
    for one in sorted(candidate.channels, key=lambda channel: channel.account_id):
        await tx.run(
            "UPDATE channel_accounts SET patience_s = $3, away_patience_s = $4 WHERE workspace_id = $1 AND id = $2",
            tx.workspace_id, one.account_id, round(one.patience_s),
            None if one.away_patience_s is None else round(one.away_patience_s),
        )  # fmt: skip
    patch = WorkspacePatch(settings=SettingsPatch(value=candidate.value))
    await update_workspace(tx, patch, reprice=bool(candidate.channels))
