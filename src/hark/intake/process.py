"""Working the ledger off: items without a fate get one. Batches of one workspace share a transaction and its commit."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

import structlog

from hark.conversations.lock import lock_conversation
from hark.conversations.types import NewFile
from hark.core.actor import Actor, system
from hark.core.db import Db, Tx
from hark.core.errors import HarkError, NotFound, Unavailable
from hark.core.files import Files
from hark.core.ids import uuid7
from hark.core.waiting import wait_at_most
from hark.intake import queries
from hark.intake.actions import (
    lock_intake,
    record_failure,
    remember_thread_ids,
    require_acceptable,
    settle_items,
    still_open,
    wait_for_intake,
)
from hark.intake.placing import Choice, House, Prepared, as_incoming, place
from hark.intake.summary import describe
from hark.intake.threading import Index
from hark.intake.types import Fate, Inbound, Item, ReadContext, Settled

log = structlog.get_logger(__name__)
BATCH = 50
POLL_S = 1.0
GATHER_S = 0.01  # while mails keep coming: the next batch shares one transaction
BIG = 200_000  # bytes; larger mails are read in a thread, so that the loop goes on

Reader = Callable[[bytes, ReadContext], Inbound]
"""A channel's pure reader: any bytes to an Inbound, never raising."""


class _Batch(NamedTuple):
    """Items of one workspace that have been read; `failed` of them could not be."""

    ids: list[UUID]
    prepared: list[Prepared]
    house: House
    failed: int


class Processor:
    """Gives every item of the ledger its fate. `readers` by kind of account (1 is e-mail)."""

    def __init__(self, db: Db, files: Files, readers: Mapping[int, Reader]) -> None:
        self._db = db
        self._files = files
        self._readers = readers
        self._wake = asyncio.Event()
        self._ahead: _Batch | None = None

    def kick(self) -> None:
        """Something came in; look at once."""
        self._wake.set()

    async def run(self, stop: asyncio.Event) -> None:
        """Serve until `stop`: woken by `kick`, and looking every second. The database may go and come back meanwhile."""
        while not stop.is_set():
            self._wake.clear()
            try:
                done = await self.work_once()
            except Exception as error:
                log.error("the ledger cannot be worked off, trying again", exc_info=error)
                await asyncio.sleep(POLL_S)
                continue
            if self._ahead is not None and done:
                continue
            if 0 < done < BATCH:
                await asyncio.sleep(GATHER_S)
            elif not done:
                await wait_at_most(POLL_S, self._wake)

    async def work_once(self) -> int:
        """One batch; how many items got a fate or another failure on their count (0: nothing to do).

        While the database places it, the next batch is read already: its mails wait for the next call.
        """
        batch, self._ahead = self._ahead or await self._read_due([]), None
        if batch is None:
            return 0
        placing = asyncio.create_task(self._place(batch))
        try:
            self._ahead = await self._read_due(batch.ids)
        finally:
            done = await placing
        return done

    async def process(self, items: Sequence[Item]) -> int:
        """Give these open items (of one workspace) their fate; how many. One that fails stops no other."""
        return await self._place(await self._read(items))

    async def _read_due(self, skip: Sequence[UUID]) -> "_Batch | None":
        items = await queries.due_items(self._db, BATCH, skip=skip)
        return await self._read(items) if items else None

    async def _read(self, items: Sequence[Item]) -> "_Batch":
        """The mails of these items, and their files stored. Nothing is decided yet."""
        house = await self._house(items[0].workspace_id)
        prepared: list[Prepared] = []
        failed = 0
        for item in items:
            try:
                prepared.append(await self._prepare(item, house))
            except Unavailable:
                raise
            except Exception as error:
                failed += await self._failed(item, error)
        await self._files.put_many([blob for mail in prepared for blob in self._files_of(mail)])
        return _Batch([i.id for i in items], prepared, house, failed)

    async def _place(self, batch: "_Batch") -> int:
        """Give what was read its fate, in one go or, when that fails, one by one."""
        prepared, house, failed = batch.prepared, batch.house, batch.failed
        if not prepared:
            return failed
        try:
            return failed + await self._place_all(prepared, house)
        except Exception as error:
            if isinstance(error, Unavailable):
                raise
            log.warning("a batch was undone and goes one by one", error=str(error))
        for mail in prepared:
            try:
                failed += await self._place_all([mail], house)
            except Unavailable:
                raise
            except Exception as error:
                failed += await self._failed(mail.item, error)
        return failed

    async def accept_held(self, actor: Actor, id: UUID, choice: Choice) -> Settled:
        """Put a held (or set aside) item where a person says. Raises NotFound or Conflict."""
        async with self._db.transaction(actor) as tx:
            item = await require_acceptable(tx, id)
        house = await self._house(actor.workspace_id)
        mail = await self._prepare(item, house, whole=True)
        await self._files.put_many(self._files_of(mail))
        async with self._db.transaction(actor) as tx:
            await wait_for_intake(tx)
            await require_acceptable(tx, id)
            if choice.conversation_id is not None:
                await lock_conversation(tx, choice.conversation_id)  # raises NotFound for what the actor may not see
            house = await self._with_team(tx, house, [mail])
            index = await Index.read(tx, [as_incoming(mail, house)])
            settled = await place(tx, mail, house, index, choice=choice)
            await remember_thread_ids(tx, index.fresh)
            await settle_items(tx, [(item, settled)], {id: describe(mail.inbound, item.envelope)})
            await tx.audit("intake.accepted", f"intake:{id}", data={"conversation_id": str(settled.conversation_id)})
        return settled

    # parts ------------------------------------------------------------------------------------------------------

    async def _house(self, workspace_id: int) -> House:
        accounts = {a.id: a for a in await queries.workspace_accounts(self._db, workspace_id)}
        own = frozenset(address for a in accounts.values() for address in a.addresses)
        return House(accounts=accounts, own_addresses=own, team={})

    async def _with_team(self, tx: Tx, house: House, mails: Sequence[Prepared]) -> House:
        senders = sorted({m.inbound.from_address.lower() for m in mails if m.inbound.from_address})
        team = await queries.team_by_address(tx, tx.workspace_id, senders)
        return House(accounts=house.accounts, own_addresses=house.own_addresses, team=team)

    async def _prepare(self, item: Item, house: House, *, whole: bool = False) -> Prepared:
        """Read a mail and name its files. `whole`: also those of kinds that become no message by themselves."""
        raw = await self._files.get(item.blob_key)
        account = house.accounts.get(item.account_id)
        if account is None or account.kind not in self._readers:
            raise NotFound("The mailbox of this mail is gone.")
        context = ReadContext(
            workspace_id=item.workspace_id, own_addresses=house.own_addresses, mail_from=item.envelope.mail_from,
            peer=item.envelope.peer, provider=item.envelope.provider, event=item.envelope.event,
        )  # fmt: skip
        read = self._readers[account.kind]
        inbound = await asyncio.to_thread(read, raw, context) if len(raw) > BIG else read(raw, context)
        if inbound.kind in ("bounce", "loop") and not whole:
            return Prepared(item=item, inbound=inbound)
        return _named(item, inbound)

    def _files_of(self, mail: Prepared) -> list[tuple[str, bytes]]:
        """The blobs of a mail under the keys `_prepare` gave them."""
        blobs = [(f.blob_key, one.payload) for f, one in zip(mail.files, mail.inbound.attachments, strict=False)]
        if mail.html_key and mail.inbound.html:
            blobs.append((mail.html_key, mail.inbound.html.encode()))
        return blobs

    async def _place_all(self, mails: Sequence[Prepared], house: House) -> int:
        """All of them in their order and in one transaction; how many. None when another worker is at this workspace."""
        settled: list[tuple[Item, Settled]] = []
        described = {mail.item.id: describe(mail.inbound, mail.item.envelope) for mail in mails}
        async with self._db.transaction(system(mails[0].item.workspace_id)) as tx:
            if not await lock_intake(tx):
                return 0
            open_ids = await still_open(tx, [m.item.id for m in mails])
            house = await self._with_team(tx, house, mails)
            index = await Index.read(tx, [as_incoming(mail, house) for mail in mails])
            for mail in mails:
                if mail.item.id in open_ids:
                    settled.append((mail.item, await place(tx, mail, house, index)))
            if settled:
                await remember_thread_ids(tx, index.fresh)
                await settle_items(tx, settled, described)
        await self._forget_unused(settled, mails)
        return len(settled)

    async def _forget_unused(self, settled: Sequence[tuple[Item, Settled]], mails: Sequence[Prepared]) -> None:
        """Files of mails that became no message would be erased with nothing."""
        no_message = {item.id for item, s in settled if s.message_id is None}
        for mail in mails:
            if mail.item.id in no_message:
                for key in [mail.html_key, *(f.blob_key for f in mail.files)]:
                    if key:
                        await self._files.delete(key)

    async def _failed(self, item: Item, error: Exception) -> int:
        log.error("an item of the ledger failed", item=str(item.id), workspace=item.workspace_id, exc_info=error)
        why = error.detail if isinstance(error, HarkError) else f"{type(error).__name__}: {error}"
        sentence = (
            f"Hark could not process this mail: {why[:500]} The mail itself is safe; try it again when that is cured."
        )
        fate = await record_failure(self._db, item, sentence)
        if fate is Fate.PARKED:
            log.error("an item was parked", item=str(item.id), workspace=item.workspace_id)
        return 1


def _named(item: Item, inbound: Inbound) -> Prepared:
    """A read mail whose files have their keys. These come from the item's id: a second try writes the same files again."""
    base = f"{item.workspace_id}/{{}}/{item.received_at:%Y/%m}/{item.id}"
    files = [
        NewFile(
            id=uuid7(), name=one.name, content_type=one.content_type, size=len(one.payload),
            blob_key=f"{base.format('attachment')}-{n}", cid=one.cid, inline=one.inline,
        )
        for n, one in enumerate(inbound.attachments)
    ]  # fmt: skip
    return Prepared(item=item, inbound=inbound, html_key=base.format("html") if inbound.html else None, files=files)
