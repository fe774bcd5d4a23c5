"""The sample workspace: made-up mails go through the real intake at the times they tell, people act in between."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec

from hark.access.actors import agent_actor
from hark.access.passwords import hash_password
from hark.access.queries import builtin_role_id
from hark.agents.actions import insert_agent
from hark.agents.teams import create_team
from hark.agents.types import NewAgent, NewTeam
from hark.bots.sample import create_sample_bot
from hark.contacts.companies import create_company
from hark.contacts.types import NewCompany
from hark.conversations import actions
from hark.conversations.tags import NewTag, create_tag
from hark.core.actor import Actor, system
from hark.core.crypto import Keys
from hark.core.db import Db, Tx
from hark.core.errors import Unavailable
from hark.core.files import Files
from hark.help.sample import create_sample_help
from hark.intake.accounts.actions import create_mailbox
from hark.intake.accounts.types import NewMailbox
from hark.intake.process import Processor, Reader
from hark.intake.reception import Ledger
from hark.intake.types import Envelope, Fate, NewItem, Source
from hark.setup.actions import found_workspace, reset_password
from hark.setup.queries import conversation_seqs, item_fate
from hark.setup.sample_cases import CASES, COMPANIES, PEOPLE, TAGS, Case, Step
from hark.setup.sample_mail import DOMAIN, mails_of, step_time
from hark.setup.types import FirstAdmin, FirstWorkspace

OWNER = "owner@example.com"
OWNER_NAME = "Alex Morgan"
ZONE = ZoneInfo("Europe/Rome")
BEFORE = timedelta(days=14)  # the workspace is older than its oldest mail
FRESH = timedelta(hours=4)  # what came in since is unread
TEAM_OF = {"mina": "Support", "giulia": "Billing", "tom": "Support"}
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that look alike
_PATIENCE_S = 60


class SampleSignIn(msgspec.Struct, frozen=True):
    email: str
    password: str


class _Sample(msgspec.Struct):
    """What the cases refer to, by the names they use."""

    workspace_id: int
    actors: dict[str, Actor]
    addresses: dict[str, tuple[str, str]]
    mailboxes: dict[str, int]
    tags: dict[str, int]


class _Then:
    """A clock that is put to the time of each step."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at


MakeMessenger = Callable[[Tx, Actor, int], Awaitable[object]]
"""(transaction, owner, mailbox that answers go on by): opens the workspace's messenger."""


async def create_sample(
    db: Db, files: Files, keys: Keys, *, readers: Mapping[int, Reader], make_messenger: MakeMessenger
) -> SampleSignIn:
    """Make the sample workspace and return its owner's sign-in; where it exists the owner gets a new password.

    `readers` are those of the intake (1 is e-mail). A worker may run meanwhile: whoever is first gives a mail its fate.
    """
    password = "-".join("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(3))
    password_hash = await hash_password(password)
    if not await reset_password(db, OWNER, password_hash):
        now = db.now()
        then = _Then(now - BEFORE)
        past = Db(db.pool, events=db.events, projectors=db.projectors, clock=then, on_commit=db.on_commit)
        async with past.transaction(system(0)) as tx:
            sample = await _found(tx, keys, password, password_hash)
            await make_messenger(tx, sample.actors["owner"], sample.mailboxes["support"])
            await create_sample_help(tx)
            await create_sample_bot(tx, keys)
        await _play(past, then, sample, Ledger(past, files), Processor(db, files, readers), now)
    return SampleSignIn(OWNER, password)


async def _found(tx: Tx, keys: Keys, password: str, password_hash: str) -> _Sample:
    """The workspace with people, teams, mailboxes, companies and tags. All people have the owner's password."""
    first = FirstWorkspace(name="Sample", time_zone=ZONE.key)
    admin = FirstAdmin(name=OWNER_NAME, email=OWNER, password=password)
    owner = await found_workspace(tx, first, admin, password_hash=password_hash)
    role = await builtin_role_id(tx, tx.workspace_id, "agent")
    ids = {
        key: await insert_agent(
            tx,
            NewAgent(email=f"{key}@example.com", name=name, role_id=role, password=password, locale=locale,
                     time_zone=ZONE.key),
            password_hash=password_hash,
        )
        for key, (name, locale) in PEOPLE.items()
    }  # fmt: skip
    teams = {}
    for team in sorted(set(TEAM_OF.values()), reverse=True):
        members = [ids[key] for key, of in TEAM_OF.items() if of == team]
        teams[team] = (await create_team(tx, NewTeam(name=team, member_ids=members))).id
    mailboxes = {
        team.lower(): (
            await create_mailbox(
                tx, owner, NewMailbox(name=team, address=f"{team.lower()}@{DOMAIN}", team_id=id), keys
            )
        ).id
        for team, id in teams.items()
    }  # fmt: skip
    for company in COMPANIES:
        await create_company(
            tx, NewCompany(name=company.name, domain=company.domain, value_minor=company.monthly_minor)
        )
    tags = {name: (await create_tag(tx, NewTag(name=name, color=color))).id for name, color in TAGS}
    actors = {key: await agent_actor(tx, tx.workspace_id, id) for key, id in ids.items()}
    addresses = {key: (PEOPLE[key][0], f"{key}@example.com") for key in PEOPLE} | {"owner": (OWNER_NAME, OWNER)}
    return _Sample(tx.workspace_id, {**actors, "owner": owner}, addresses, mailboxes, tags)


async def _play(
    db: Db, then: _Then, sample: _Sample, ledger: Ledger, processor: Processor, now: datetime
) -> None:  # fmt: skip
    """All steps of all cases in the order of time."""
    steps: list[tuple[datetime, int, int]] = []
    mails: list[dict[int, bytes]] = []
    for number, case in enumerate(CASES):
        times = [step_time(step.at, now, ZONE) for step in case.steps]
        mails.append(mails_of(case, number, times=times, people=sample.addresses))
        steps += [(at, number, n) for n, at in enumerate(times)]
    conversations: dict[int, UUID] = {}
    for at, number, n in sorted(steps):
        then.at = at
        case, step = CASES[number], CASES[number].steps[n]
        if n in mails[number]:
            item = _item(sample, case, step, at, mails[number][n])
            id = (await ledger.accept(item, received_at=at)).id
            conversations[number] = await _settled(db, processor, sample.workspace_id, id)
        else:
            await _act(db, sample, conversations[number], step)
        if n == 0:
            then.at = at + timedelta(minutes=2)
            await _sort(db, sample, conversations[number], case)
    then.at = now
    old = [conversations[n] for n, case in enumerate(CASES) if step_time(case.steps[-1].at, now, ZONE) < now - FRESH]
    await _read(db, sample, old)


def _item(sample: _Sample, case: Case, step: Step, at: datetime, raw: bytes) -> NewItem:
    ours = step.kind == "out"
    sender = sample.addresses[step.who][1] if ours else case.address
    return NewItem(
        workspace_id=sample.workspace_id, account_id=sample.mailboxes[case.mailbox], raw=raw,
        source=Source.IMPORT if ours else Source.SMTP, occurred_at=at if ours else None,
        envelope=Envelope(mail_from=sender, rcpt_to=[f"{case.mailbox}@{DOMAIN}"], from_team=ours),
    )  # fmt: skip


async def _settled(db: Db, processor: Processor, workspace_id: int, id: UUID) -> UUID:
    """The conversation a mail went to. Raises Unavailable when it got none in time."""
    for _ in range(_PATIENCE_S * 20):
        row = await item_fate(db, workspace_id, id)
        if row.conversation_id is not None:
            return row.conversation_id
        if row.fate is not Fate.OPEN:
            raise Unavailable(f"A sample mail became {row.fate.name.lower()}: {row.reason}")
        if not await processor.work_once():
            await asyncio.sleep(0.05)
    raise Unavailable("The sample mails are not processed. Look at the worker's log and try again.")


async def _sort(db: Db, sample: _Sample, id: UUID, case: Case) -> None:
    """What the team did when the case came in: tags, severity, difficulty, and whose it is."""
    async with db.transaction(sample.actors["owner"]) as tx:
        await actions.change_tags(tx, id, add=[sample.tags[t] for t in case.tags])
        await actions.set_severity(tx, id, case.severity)
        await actions.set_difficulty(tx, id, case.difficulty)
        if case.assignee:
            await actions.assign(tx, id, assignee_id=sample.actors[case.assignee].agent_id)


async def _act(db: Db, sample: _Sample, id: UUID, step: Step) -> None:
    async with db.transaction(sample.actors[step.who]) as tx:
        if step.kind == "note":
            await actions.add_note(tx, id, step.text)
        elif step.kind == "resolve":
            await actions.resolve(tx, id)
        elif step.kind == "snooze":
            await actions.snooze(tx, id, tx.now() + timedelta(days=int(step.text) + 2))
        elif step.kind == "spam":
            await actions.mark_spam(tx, id)


async def _read(db: Db, sample: _Sample, ids: list[UUID]) -> None:
    """Everybody has seen these."""
    for actor in sample.actors.values():
        async with db.transaction(actor) as tx:
            for id, seq in zip(ids, await conversation_seqs(tx, tx.workspace_id, ids), strict=True):
                await actions.mark_read(tx, id, seq)
