"""Who acts: a person of the team, an API token, a customer, a bot, a rule, the classifier or the system itself."""

from enum import IntEnum
from uuid import UUID

import msgspec


class ActorKind(IntEnum):
    SYSTEM = 0
    AGENT = 1
    TOKEN = 2
    CUSTOMER = 3
    RULE = 4
    BOT = 5
    CLASSIFIER = 6


class Scope(IntEnum):
    """Which conversations a role reaches: its own, its teams' (and its own), or all."""

    OWN = 1
    TEAM = 2
    ALL = 3


class Actor(msgspec.Struct, frozen=True, kw_only=True):
    """The one who acts in one workspace. `agent_id` is set for agents and for tokens acting as an agent."""

    workspace_id: int
    kind: ActorKind = ActorKind.SYSTEM
    id: int | None = None
    agent_id: int | None = None
    permissions: frozenset[str] = frozenset()
    scope: Scope = Scope.ALL
    team_ids: frozenset[int] = frozenset()
    session_id: UUID | None = None
    locale: str = "en"
    time_zone: str = "UTC"

    def can(self, permission: str) -> bool:
        return self.kind in (ActorKind.SYSTEM, ActorKind.RULE) or permission in self.permissions


def system(workspace_id: int, kind: ActorKind = ActorKind.SYSTEM, id: int | None = None) -> Actor:
    """The machine itself acting in a workspace (timers, intake, rules, import)."""
    return Actor(workspace_id=workspace_id, kind=kind, id=id)
