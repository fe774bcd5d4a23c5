"""Who reads: anybody, a person who is proved to be one of our contacts, or somebody of the team; and what they may see."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec

from hark.core.actor import system
from hark.core.db import Queries
from hark.core.errors import BadRequest
from hark.filters.evaluate import matches
from hark.filters.parse import fields_of, parse_condition
from hark.filters.types import Facts
from hark.help.types import SEEN, Seen, Visibility

ABOUT_PEOPLE = frozenset({"contact", "company", "plan", "vip", "address", "tag"})
"""Fields of the filter catalogue that can be asked of a person. `tag`: one of their conversations carries it."""
_NEVER = datetime.min.replace(tzinfo=UTC)


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a contact."""

    contact_id: UUID
    company_id: UUID | None
    plan: str | None
    vip: bool
    tag_ids: list[int]
    addresses: list[str]


class Audience(msgspec.Struct, frozen=True, kw_only=True):
    """Whoever reads. `person` only when their identity is proved, not merely said."""

    team: bool = False
    person: Person | None = None


ANYBODY = Audience()
TEAM = Audience(team=True)


async def contact_audience(db: Queries, workspace_id: int, contact_id: UUID | None) -> Audience:
    """The audience of a contact whose identity is proved; anybody when there is no such contact."""
    if contact_id is None:
        return ANYBODY
    person = await db.find(
        Person,
        "SELECT p.id AS contact_id, p.company_id, k.plan, p.vip OR coalesce(k.vip, false) AS vip,"
        " ARRAY(SELECT i.value FROM identities i WHERE i.workspace_id = p.workspace_id AND i.contact_id = p.id"
        " AND i.kind = 1) AS addresses,"
        " ARRAY(SELECT DISTINCT unnest(c.tag_ids) FROM conversations c WHERE c.workspace_id = p.workspace_id"
        " AND c.contact_id = p.id) AS tag_ids"
        " FROM contacts p LEFT JOIN companies k ON k.workspace_id = p.workspace_id AND k.id = p.company_id"
        " WHERE p.workspace_id = $1 AND p.id = $2 AND p.erased_at IS NULL",
        workspace_id, contact_id,
    )  # fmt: skip
    return Audience(person=person)


def check_condition(visibility: Visibility, condition: dict[str, Any] | None) -> dict[str, Any] | None:
    """The condition of a segment as it is stored; None for what is not for a segment.

    Raises BadRequest for a segment without one, or with fields that cannot be asked of a person.
    """
    if SEEN[visibility] is not Seen.SEGMENT:
        return None
    if condition is None:
        raise BadRequest("Say for whom it is: a condition over contacts and companies.", code="no_condition")
    if strange := sorted(fields_of(parse_condition(condition)) - ABOUT_PEOPLE):
        raise BadRequest(
            f"“{strange[0]}” is nothing a reader has. A segment can ask for {', '.join(sorted(ABOUT_PEOPLE))}.",
            code="bad_filter",
        )
    return condition


def may_read(seen: Seen, condition: dict[str, Any] | None, audience: Audience) -> bool:
    """Whether this audience sees what is for `seen`."""
    if audience.team or seen is Seen.PUBLIC:
        return True
    if seen is Seen.INTERNAL or audience.person is None or condition is None:
        return False
    return matches(parse_condition(condition), _facts(audience.person), system(0), now=_NEVER)


def _facts(person: Person) -> Facts:
    """The person as conditions ask; what only conversations have is not known and cannot be asked for."""
    return {
        "contact": person.contact_id, "company": person.company_id, "plan": person.plan, "vip": person.vip,
        "address": person.addresses, "tag": person.tag_ids,
    }  # fmt: skip
