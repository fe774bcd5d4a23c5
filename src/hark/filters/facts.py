"""Reading what a condition asks of one conversation: the same SQL that lists filter by."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from hark.core.db import Queries
from hark.core.sql import Sql
from hark.filters.catalogue import FIELDS, find_field
from hark.filters.field import At
from hark.filters.types import Facts


async def find_facts(
    db: Queries,
    workspace_id: int,
    conversation_id: UUID,
    *,
    now: datetime,
    names: Iterable[str] = FIELDS,
    message_seq: int | None = None,
) -> Facts | None:
    """The values of these fields (by itself of all) as they are now; None when there is no such conversation.

    `message_seq`: the message that is asked about; without one the customer's last.
    """
    at = At(now) if message_seq is None else At(now, Sql("{}::int", message_seq))
    fields = {name: found for name in names if (found := find_field(name)) is not None}
    columns = [Sql("{} AS " + f'"{name}"', found.column(at)) for name, found in fields.items()]
    return await db.find(
        dict[str, Any],
        Sql(
            "SELECT c.id{} FROM conversations c WHERE c.workspace_id = {} AND c.id = {}",
            Sql(", {}" * len(columns), *columns), workspace_id, conversation_id,
        ),
    )  # fmt: skip
