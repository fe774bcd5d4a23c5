"""Making the first workspace of an installation, with its owner and business hours."""

from hark.access.actors import agent_actor
from hark.access.queries import builtin_role_id
from hark.agents.actions import insert_agent
from hark.agents.types import AgentChanged, NewAgent
from hark.core.actor import Actor, system
from hark.core.db import Queries, Tx
from hark.core.errors import Conflict
from hark.hours.actions import create_calendar
from hark.hours.types import WEEKDAYS_9_TO_18, NewCalendar, Plan
from hark.setup.types import FirstAdmin, FirstRun, FirstWorkspace
from hark.workspaces.actions import create_workspace

CALENDAR_NAMES = {"en": "Business hours", "ko": "업무 시간", "it": "Orario di lavoro"}
_SETUP_LOCK = 0x48726B53  # of the advisory lock: "HrkS"


async def setup_needed(db: Queries) -> bool:
    """Is the installation empty?"""
    return await db.find(int, "SELECT id FROM workspaces LIMIT 1") is None


def already_set_up() -> Conflict:
    return Conflict("This installation is set up already. Sign in instead.", code="already_set_up")


async def run_setup(tx: Tx, new: FirstRun, *, password_hash: str) -> Actor:
    """The first workspace and its owner, who is returned. Raises Conflict when there is a workspace already.

    Two at once wait for each other, so only one can be first. `tx` acts for that workspace afterwards.
    """
    await tx.run("SELECT pg_advisory_xact_lock($1)", _SETUP_LOCK)
    if not await setup_needed(tx):
        raise already_set_up()
    return await found_workspace(tx, new.workspace, new.admin, password_hash=password_hash)


async def found_workspace(tx: Tx, new: FirstWorkspace, admin: FirstAdmin, *, password_hash: str) -> Actor:
    """A workspace that can be worked in: roles, weekday hours and an owner, who is returned and acts from here on."""
    workspace_id = await create_workspace(
        tx, name=new.name, base_currency=new.base_currency, locale=new.locale, time_zone=new.time_zone
    )
    tx.actor = system(workspace_id)  # the transaction began before there was a workspace to act in
    plan = Plan(tz=new.time_zone, periods=WEEKDAYS_9_TO_18)
    await create_calendar(tx, NewCalendar(name=CALENDAR_NAMES[new.locale], plan=plan, is_default=True))
    owner = NewAgent(
        email=admin.email, name=admin.name, role_id=await builtin_role_id(tx, workspace_id, "owner"),
        password=admin.password, locale=new.locale, time_zone=new.time_zone,
    )  # fmt: skip
    agent_id = await insert_agent(tx, owner, password_hash=password_hash)
    await tx.audit("workspace.created", f"workspace:{workspace_id}")
    tx.emit(AgentChanged(agent_id=agent_id))
    tx.actor = await agent_actor(tx, workspace_id, agent_id)
    return tx.actor


async def reset_password(db: Queries, email: str, password_hash: str) -> bool:
    """Give the person of this address another password; False when there is no such person."""
    return bool(await db.run("UPDATE agents SET password_hash = $2 WHERE email = $1", email, password_hash))
