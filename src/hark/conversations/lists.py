"""What a list shows: a preset or a filter, narrowed by team, tag, mailbox, person and words."""

from datetime import datetime

import msgspec

from hark.conversations.search import matching
from hark.conversations.visibility import helping
from hark.core.actor import Actor
from hark.core.errors import BadRequest
from hark.core.sql import TRUE, Sql, join
from hark.filters.evaluate import to_sql
from hark.filters.parse import comparisons, parse_query

OPEN = Sql("c.status < 2")
PRESETS: dict[str, Sql] = {
    "open": OPEN,
    "unassigned": Sql("c.status < 2 AND c.assignee_id IS NULL"),
    "mine": OPEN,  # and the assignee, see below
    "helping": OPEN,  # and asked in, see below
    "snoozed": Sql("c.status = 2"),
    "resolved": Sql("c.status = 3"),
    "spam": Sql("c.status = 4"),
}
"""The lists of the rail. Statuses are literals so that the partial indexes of the open set can serve them."""


class ListQuery(msgspec.Struct, frozen=True, kw_only=True):
    """The query parameters of a list. `filter` is a preset's name or a condition as JSON."""

    filter: str = "open"
    team: int | None = None
    tag: int | None = None
    account: int | None = None
    assignee: str | None = None  # an id, "me" or "none"
    q: str | None = None


def condition_of(query: ListQuery, actor: Actor, *, now: datetime) -> tuple[Sql, str]:
    """The predicate over `c` and the name that binds a cursor to it. Raises BadRequest for what is not understood."""
    parts = [_base(query.filter, actor, now)]
    if query.team is not None:
        parts.append(Sql("c.team_id = {}", _int4(query.team)))
    if query.tag is not None:
        parts.append(_tagged(query.filter, _int4(query.tag)))
    if query.account is not None:
        parts.append(Sql("c.account_id = {}", _int4(query.account)))
    if query.assignee is not None:
        parts.append(_assigned(query.assignee, actor))
    if query.q and query.q.strip():
        parts.append(matching(actor, query.q[:500]))
    return join(" AND ", parts), msgspec.json.encode(query).decode()


def _base(filter: str, actor: Actor, now: datetime) -> Sql:
    if filter == "mine":
        return Sql("c.status < 2 AND c.assignee_id = {}", actor.agent_id)
    if filter == "helping":
        return Sql("c.status < 2 AND {}", helping(actor))
    if filter in PRESETS:
        return PRESETS[filter]
    if not filter.lstrip().startswith("{"):
        raise BadRequest(f"There is no list “{filter}”; there are {', '.join(PRESETS)}.", code="bad_filter")
    condition = parse_query(filter)
    about_status = any(c.field == "status" for c in comparisons(condition))
    return Sql("({}) AND {}", to_sql(condition, actor, now=now), TRUE if about_status else OPEN)


def _tagged(filter: str, tag: int) -> Sql:
    """In the small open set the array is looked at; elsewhere the tag's own table finds the few."""
    if filter in ("open", "unassigned", "mine", "helping", "snoozed"):
        return Sql("c.tag_ids @> ARRAY[{}::int]", tag)
    return Sql(
        "EXISTS (SELECT FROM conversation_tags t WHERE t.workspace_id = c.workspace_id AND t.tag_id = {}"
        " AND t.conversation_id = c.id)",
        tag,
    )


def _assigned(assignee: str, actor: Actor) -> Sql:
    if assignee == "none":
        return Sql("c.assignee_id IS NULL")
    if assignee == "me":
        return Sql("c.assignee_id = {}", actor.agent_id)
    if not assignee.isdecimal():
        raise BadRequest("assignee must be an id, “me” or “none”.", code="bad_filter")
    return Sql("c.assignee_id = {}", _int4(int(assignee)))


def _int4(value: int) -> int:
    if not 0 <= value < 2**31:
        raise BadRequest("An id in the filter is out of range.", code="bad_filter")
    return value
