"""Rules of who may give what: nobody grants a permission or a reach they lack, and a workspace keeps an owner."""

from collections.abc import Iterable

from hark.access.types import PERMISSIONS
from hark.core.actor import Actor, ActorKind, Scope
from hark.core.errors import BadRequest, Conflict, Forbidden


def require_grantable(actor: Actor, permissions: Iterable[str]) -> None:
    """Raises BadRequest for a permission that does not exist, Forbidden for one the actor lacks."""
    wanted = set(permissions)
    if unknown := sorted(wanted - set(PERMISSIONS)):
        raise BadRequest(f"There is no permission “{unknown[0]}”.", code="unknown_permission")
    if lacking := sorted(p for p in wanted if not actor.can(p)):
        raise Forbidden(
            f"You cannot give “{lacking[0]}”: your own role does not include it. Ask an owner.", permission=lacking[0]
        )


def require_reach(actor: Actor, scope: Scope) -> None:
    """Raises Forbidden when the scope reaches more conversations than the actor's own role."""
    if scope > actor.scope:
        raise Forbidden("You cannot give a wider reach than your own role has. Ask an owner.")


def require_person(actor: Actor) -> int:
    """The acting person's id. Raises Forbidden for an API token: sessions and passwords are a person's own."""
    if actor.kind is not ActorKind.AGENT or actor.agent_id is None:
        raise Forbidden("An API token cannot do this. Sign in with your password.", code="person_only")
    return actor.agent_id


def require_owner_left(owners: int) -> None:
    """Raises Conflict when no active owner would be left."""
    if owners < 1:
        raise Conflict(
            "The workspace needs at least one active owner. Make someone else an owner first.", code="last_owner"
        )
