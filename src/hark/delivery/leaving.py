"""A released reply on its way out: load what it needs, hand it to its channel, write down what became of it.

No database transaction is open while the network is used. Before the first byte the row becomes `sending` under a
lease; a row whose lease ends that way may have been sent, and a person decides.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping
from functools import partial

import structlog

from hark.core.db import Db
from hark.core.files import Files, new_key
from hark.core.waiting import wait_at_most
from hark.core.wake import Bus
from hark.delivery import queries
from hark.delivery.releasing import release
from hark.delivery.settling import (
    LEASE_S,
    Lease,
    lease_next,
    mark_failed,
    mark_sent,
    mark_unknown,
    postpone,
    renew_lease,
    retry_later,
    start_sending,
    sweep_lost,
    wait_longer,
)
from hark.delivery.types import IMMEDIATE, OutboxRow, OutChannel, OutFile, Outgoing, QuotedMessage, SendFailed

log = structlog.get_logger(__name__)
POLL_S = 1.0
PAUSE_S = 0.1  # between two looks, however often the journal wakes us
PARALLEL = 8  # more than one server may take at once, so that a slow one does not hold up the others


class Outbox:
    """Releases and sends until told to stop. `channels` by kind of account (1 is e-mail)."""

    def __init__(self, db: Db, files: Files, channels: Mapping[int, OutChannel]) -> None:
        self._db = db
        self._files = files
        self._channels = channels
        self._wake = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()

    def kick(self) -> None:
        """Something may be due; look at once."""
        self._wake.set()

    async def run(self, bus: Bus, stop: asyncio.Event) -> None:
        """Serve until `stop`; what is being handed over then is finished first."""
        silence = bus.listen(lambda _ws, _seq: self.kick())
        try:
            while not stop.is_set():
                self._wake.clear()
                try:
                    busy = await self.work_once(wait=False)
                except Exception as error:
                    log.error("the outbox cannot be served, trying again", exc_info=error)
                    busy = 0
                    await asyncio.sleep(POLL_S)
                if not busy:
                    await asyncio.sleep(PAUSE_S)
                    await self._pause()
        finally:
            silence()
            if self._tasks:
                await asyncio.wait(self._tasks, timeout=LEASE_S / 2)

    async def work_once(self, *, wait: bool = True) -> int:
        """Release what is due and start sending what is ready; how many rows moved. `wait`: until all are settled."""
        moved = await sweep_lost(self._db)
        for row in await queries.due_for_release(self._db):
            moved += await self._release(row)
        while len(self._tasks) < PARALLEL:
            lease = await lease_next(self._db)
            if lease is None:
                break
            moved += 1
            task = asyncio.create_task(self._send(lease))
            self._tasks.add(task)
            task.add_done_callback(self._finished)
        if wait and self._tasks:
            await asyncio.wait(self._tasks)
        return moved

    def _finished(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()):
            log.error("sending failed in an unforeseen way", exc_info=error)
        self.kick()

    async def _pause(self) -> None:
        await wait_at_most(POLL_S, self._wake)

    async def _release(self, row: OutboxRow) -> int:
        """One row; a failure is postponed and stops no other."""
        try:
            endpoint = await queries.endpoint_of(self._db, row.workspace_id, row.endpoint_id)
            html_key = None
            if row.body.html:
                html_key = new_key(row.workspace_id, "html", row.created_at, row.id)
                await self._files.put(html_key, row.body.html.encode())
            channel = None if endpoint.account_kind in IMMEDIATE else self._channels[endpoint.account_kind]
            return 0 if await release(self._db, row, channel, html_key) is None else 1
        except Exception as error:
            log.error("a reply could not be released", outbox=str(row.id), exc_info=error)
            await retry_later(self._db, row, None, "Hark could not release this reply; it tries again by itself.")
            return 0

    async def _send(self, lease: Lease) -> None:
        """One leased row to its end. Whatever goes wrong before the network is tried again."""
        row = lease.row
        try:
            channel, outgoing = await self._load(row)
            if (turn := channel.turn(outgoing)) is not None:
                await postpone(self._db, lease, turn)
                return
            prepared = await channel.prepare(outgoing)
        except SendFailed as failed:
            await self._note(partial(mark_failed, self._db, lease, failed.sentence, account=failed.account))
            return
        except Exception as error:
            log.error("a reply could not be prepared", outbox=str(row.id), exc_info=error)
            await retry_later(self._db, row, lease, f"Hark could not prepare this message: {error}")
            return
        if not await start_sending(self._db, lease):
            return
        renewing = asyncio.create_task(self._renew(lease))
        try:
            handed = await channel.send(outgoing, prepared)
        except SendFailed as failed:
            await self._note(partial(self._failed, lease, channel, failed))
        except Exception as error:
            log.error("a channel failed in an unforeseen way", outbox=str(row.id), exc_info=error)
            await self._note(partial(mark_unknown, self._db, lease, MAYBE))
        else:
            await self._note(partial(mark_sent, self._db, lease, outgoing.account.id, handed))
        finally:
            renewing.cancel()

    async def _failed(self, lease: Lease, channel: OutChannel, failed: SendFailed) -> None:
        if failed.maybe_sent and not channel.idempotent:
            await mark_unknown(self._db, lease, failed.sentence)
        elif failed.permanent:
            await mark_failed(self._db, lease, failed.sentence, account=failed.account)
        elif failed.wait_s is not None:
            await wait_longer(self._db, lease, failed.wait_s, failed.sentence, account=failed.account)
        else:
            await retry_later(self._db, lease.row, lease, failed.sentence, account=failed.account)

    async def _note(self, write: Callable[[], Awaitable[None]]) -> None:
        """Write the outcome down, however long the database is away: losing it would make the row unknown."""
        pause = 0.1
        while True:
            try:
                await write()
            except Exception as error:
                log.error("the outcome of a message cannot be written down yet", error=str(error))
                await asyncio.sleep(pause)
                pause = min(pause * 2, 5.0)
            else:
                return

    async def _renew(self, lease: Lease) -> None:
        while True:
            await asyncio.sleep(LEASE_S / 3)
            with contextlib.suppress(Exception):  # the lease is long enough to miss one
                await renew_lease(self._db, lease)

    async def _load(self, row: OutboxRow) -> tuple[OutChannel, Outgoing]:
        db, ws = self._db, row.workspace_id
        message = await queries.leaving_message(db, row)
        channel = self._channels.get(message.account_kind)
        if channel is None:
            raise SendFailed("Nothing can be sent through this kind of account.", permanent=True)
        html = (await self._files.get(message.html_key)).decode() if message.html_key else None
        text = message.text
        if row.body.letter:
            text, html = row.body.text, row.body.html
        files = [
            OutFile(id=f.id, name=f.name, content_type=f.content_type, payload=await self._files.get(f.blob_key), cid=f.cid if f.inline else None)
            for f in await queries.files_of(db, row)
        ]  # fmt: skip
        sender = row.body.from_address or message.account_address
        outgoing = Outgoing(
            workspace_id=ws, outbox_id=row.id, account=message.account(), from_address=sender,
            external_id=message.external_id or channel.new_id(row.id, sender),
            author_name=message.author_name if row.body.bot is None else str(row.body.bot["name"]), to=row.body.to, cc=row.body.cc, bcc=row.body.bcc, subject=row.body.subject,
            text=text, html=html, at=message.at, locale=message.locale, time_zone=message.time_zone,
            parent=row.body.parent, references=row.body.references, quoted=await self._quoted(row), files=files,
            letter=row.body.letter, automatic=row.body.automatic, remaining=row.body.remaining, thread_index=row.body.thread_index,
            thread_topic=row.body.thread_topic,
        )  # fmt: skip
        return channel, outgoing

    async def _quoted(self, row: OutboxRow) -> QuotedMessage | None:
        if row.body.quotes is not None:
            found = await queries.last_question(self._db, row.workspace_id, row.body.quotes, row.message_id)
        else:
            found = await queries.quoted_message(self._db, row.workspace_id, row.body.parent, row.endpoint_id)
        if found is None:
            return None
        html = (await self._files.get(found.html_key)).decode() if found.html_key else None
        to = row.body.to[0]
        name = found.name or to.name or to.address  # a visitor may have told none
        return QuotedMessage(name=name, at=found.at, text=found.text, html=html)


MAYBE = "Hark stopped in the middle of sending. Look whether the recipient has it before sending it again."
