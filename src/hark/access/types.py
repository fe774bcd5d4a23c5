"""What people may do: permissions, roles, sessions and tokens."""

from datetime import datetime
from typing import Annotated, ClassVar, Literal
from uuid import UUID

import msgspec

from hark.core.actor import Scope
from hark.core.events import Event
from hark.core.http import Body

PERMISSIONS: dict[str, str] = {
    "conversations.read": "Read the conversations within reach of the role",
    "conversations.reply": "Write to customers",
    "conversations.write": "Assign, tag, snooze, resolve, merge, write notes",
    "contacts.read": "See contacts and companies",
    "contacts.write": "Change contacts and companies",
    "contacts.erase": "Erase a contact with everything they have said, for ever",
    "contacts.export": "Download everything that is kept of a contact",
    "reports.read": "See reports",
    "reports.send": "Send saved reports by mail on a schedule",
    "tags.read": "See tags",
    "tags.write": "Make, rename and delete tags",
    "topics.write": "Make, rename and archive topics, and set their handle times",
    "agents.read": "See the people and teams of the workspace",
    "agents.write": "Add, change and disable people and teams",
    "roles.write": "Make and change roles",
    "owners.write": "Make owners, and change or disable them",
    "mailboxes.read": "See mailboxes and messengers, and how they are doing",
    "mailboxes.write": "Connect, change and disconnect mailboxes and messengers",
    "intake.read": "See the ledger of everything that came in",
    "intake.write": "Replay and settle items of the ledger",
    "rules.read": "See rules",
    "rules.write": "Make and change rules",
    "bots.read": "See bots, and how they do",
    "bots.write": "Make, change, try and publish bots",
    "sla.read": "See what customers are promised",
    "sla.write": "Make and change what customers are promised",
    "suggestions.read": "See how suggested replies are used, and what is sent often",
    "suggestions.write": "Turn suggested replies on and off, and write canned replies",
    "understanding.read": "See how well messages are understood, and what was learned",
    "understanding.write": "Train the classifiers, and stop a training",
    "ai.read": "See the settings of language models, and what was sent to them",
    "ai.write": "Connect and limit language models",
    "ai.use": "Ask the language model: drafts, summaries, translations, answers",
    "routing.write": "Change how teams and people get their work, and see what was learned of people",
    "hours.read": "See business hours",
    "hours.write": "Change business hours",
    "help.read": "See the help centre, drafts and internal articles too",
    "help.write": "Write drafts and translations, order articles and collections",
    "help.publish": "Publish and archive articles, change help centres, redirects and imports of articles",
    "settings.write": "Change the settings of the workspace",
    "tokens.write": "Make API tokens that act for oneself",
    "imports.write": "Import history",
    "audit.read": "Read the audit log",
    "metrics.read": "Read the metrics of the installation",
}
"""Every permission and what it means, in the order people see them."""

_VIEWER = frozenset(
    {"conversations.read", "contacts.read", "reports.read", "tags.read", "agents.read", "mailboxes.read", "hours.read",
     "sla.read", "suggestions.read", "understanding.read", "help.read"}
)  # fmt: skip
_AGENT = _VIEWER | {
    "conversations.reply", "conversations.write", "contacts.write", "tags.write", "tokens.write", "help.write", "ai.use",
}  # fmt: skip
_OWNER = frozenset(PERMISSIONS)


class BuiltinRole(msgspec.Struct, frozen=True):
    """A role every workspace has. Its permissions stand here, so that a new version's permissions reach it."""

    builtin: str
    name: str
    permissions: frozenset[str]
    scope: Scope


BUILTIN_ROLES: dict[str, BuiltinRole] = {
    "owner": BuiltinRole("owner", "Owner", _OWNER, Scope.ALL),
    "admin": BuiltinRole("admin", "Admin", _OWNER - {"owners.write"}, Scope.ALL),
    "agent": BuiltinRole("agent", "Agent", _AGENT, Scope.ALL),
    "viewer": BuiltinRole("viewer", "Viewer", _VIEWER, Scope.ALL),
}


def permissions_of(builtin: str | None, stored: list[str]) -> frozenset[str]:
    """The permissions of a role row: those of the code for a built-in role, else the stored ones still known."""
    return BUILTIN_ROLES[builtin].permissions if builtin else frozenset(stored) & _OWNER


TOKEN_PREFIX = "hark_"  # noqa: S105 -- what every API token starts with, so that leaked ones can be searched for

Name = Annotated[str, msgspec.Meta(min_length=1, max_length=200, pattern=r"\S")]
Password = Annotated[str, msgspec.Meta(min_length=10, max_length=1000)]
MailAddress = Annotated[str, msgspec.Meta(min_length=3, max_length=320, pattern="^[^@\\s]+@[^@\\s]+$")]


class RoleView(msgspec.Struct, frozen=True, kw_only=True):
    id: int
    name: str
    builtin: str | None
    permissions: list[str]
    scope: Scope
    agents: int
    can: list[str]


class NewRole(Body):
    name: Name
    permissions: list[str]
    scope: Scope = Scope.ALL


class RolePatch(Body):
    name: Name | msgspec.UnsetType = msgspec.UNSET
    permissions: list[str] | msgspec.UnsetType = msgspec.UNSET
    scope: Scope | msgspec.UnsetType = msgspec.UNSET


class SignIn(Body):
    email: Annotated[str, msgspec.Meta(max_length=320)]
    password: Annotated[str, msgspec.Meta(max_length=1000)]


class MePatch(Body):
    """`password` asks for `current_password` and ends the person's other sessions."""

    name: Name | msgspec.UnsetType = msgspec.UNSET
    locale: Annotated[str, msgspec.Meta(pattern="^(en|ko|it)$")] | msgspec.UnsetType = msgspec.UNSET
    time_zone: str | msgspec.UnsetType = msgspec.UNSET
    password: Password | msgspec.UnsetType = msgspec.UNSET
    current_password: str | msgspec.UnsetType = msgspec.UNSET
    availability: Literal["online", "busy", "away"] | msgspec.UnsetType = msgspec.UNSET


class SessionView(msgspec.Struct, frozen=True, kw_only=True):
    id: UUID
    created_at: datetime
    last_seen_at: datetime
    expires_at: datetime
    user_agent: str
    current: bool


class NewToken(Body):
    name: Name
    scopes: list[str]
    expires_at: Annotated[datetime, msgspec.Meta(tz=True)] | None = None


class TokenView(msgspec.Struct, frozen=True, kw_only=True):
    """An API token without its secret; `prefix` is enough to recognise it."""

    id: int
    agent_id: int
    name: str
    prefix: str
    scopes: list[str]
    created_at: datetime
    last_used_at: datetime | None
    expires_at: datetime | None
    revoked_at: datetime | None


class CreatedToken(TokenView, frozen=True, kw_only=True):
    """The only answer that ever holds the secret."""

    token: str


class AuditEntry(msgspec.Struct, frozen=True, kw_only=True):
    id: UUID
    at: datetime
    actor_kind: int
    actor_id: int | None
    actor_name: str | None
    action: str
    subject: str
    data: dict[str, object]


class AccessChanged(Event, frozen=True, kw_only=True):
    """What a person may do changed (role, teams, disabled, sessions ended); `agent_id` None: a role, so anyone's.

    Open connections of that person must look their rights up again.
    """

    kind: ClassVar[int] = 120
    agent_id: int | None = None


EVENTS: tuple[type[Event], ...] = (AccessChanged,)
