"""Who has which article open to write: kept in memory and told as signals, as viewers of conversations are.

Each process tells the others of its own tabs (`editors`, one article at a time, again every few seconds) and keeps what it
hears for a while; browsers get the union over all processes, when their viewer may read articles.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any

import msgspec
import structlog

from hark.core.actor import Actor, ActorKind
from hark.core.live import Hub, Subscriber, Tabs
from hark.core.wake import Signal
from hark.help.types import Language

log = structlog.get_logger(__name__)
REPEAT_S = 5.0
KEEP_S = 15.0  # what another process said, unless it says it again
MOST_SHOWN = 50  # people of one process at one article: a signal has its size

Key = tuple[int, int]
"""(workspace, article)."""
Editors = dict[int, str]
"""agent -> the language they have open."""


class Edit(msgspec.Struct, tag_field="type", tag="edit"):
    """The tab's person has this article open to write in this language now, or none."""

    article_id: Annotated[int, msgspec.Meta(ge=1, lt=2**31)] | None
    language: Language = ""


class _Seat(msgspec.Struct, frozen=True):
    key: Key
    agent_id: int
    language: str


class _Shown(msgspec.Struct):
    """What this process' browsers were told of an article, and what each process said: (kept until, editors)."""

    nodes: dict[str, tuple[float, Editors]] = {}
    told: Editors = {}


class Editing:
    """The tabs of this process and what is known of all processes."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._seats: dict[Subscriber, _Seat] = {}
        self._shown: dict[Key, _Shown] = {}
        self._known: set[int] = set()  # workspaces of which the other processes were asked
        self._stop = hub.bus.on_signal(self._heard)
        self._task = asyncio.create_task(self._run())

    async def close(self) -> None:
        self._stop()
        self._task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._task

    def join(self, subscriber: Subscriber) -> list[dict[str, Any]]:
        """Who writes where, for the hello of a tab whose person may know it."""
        workspace_id = subscriber.actor.workspace_id
        if workspace_id not in self._known:
            self._known.add(workspace_id)
            self._hub.bus.publish(workspace_id, {"type": "editors_asked", "node": self._hub.bus.node})
        if not _may_know(subscriber.actor):
            return []
        return [
            {"article_id": id, "agents": _listed(shown.told)}
            for (workspace, id), shown in self._shown.items()
            if workspace == workspace_id and shown.told
        ]

    def edit(self, subscriber: Subscriber, frame: Edit) -> None:
        """The tab's person is at this article now; one who may not write is at none."""
        actor, before = subscriber.actor, self._seats.get(subscriber)
        seat = None
        if (
            frame.article_id is not None
            and actor.agent_id is not None
            and actor.kind is ActorKind.AGENT
            and actor.can("help.write")
        ):
            seat = _Seat((actor.workspace_id, frame.article_id), actor.agent_id, frame.language)
        if seat == before:
            return
        if seat is None:
            self._seats.pop(subscriber, None)
        else:
            self._seats[subscriber] = seat
        for key in dict.fromkeys(s.key for s in (before, seat) if s is not None):
            self._say(key)

    def leave(self, subscriber: Subscriber) -> None:
        if (seat := self._seats.pop(subscriber, None)) is not None:
            self._say(seat.key)

    def _say(self, key: Key) -> None:
        """Tell all processes, this one too, who of ours is at the article."""
        editors = {seat.agent_id: seat.language for seat in self._seats.values() if seat.key == key}
        self._hub.bus.publish(
            key[0],
            {
                "type": "editors",
                "article_id": key[1],
                "node": self._hub.bus.node,
                "agents": _listed(editors)[:MOST_SHOWN],
            },
        )

    def _heard(self, workspace_id: int, signal: Signal) -> None:
        if signal["type"] == "editors_asked" and signal["node"] != self._hub.bus.node:
            for key in {seat.key for seat in self._seats.values() if seat.key[0] == workspace_id}:
                self._say(key)
        if signal["type"] != "editors":
            return
        key = (workspace_id, signal["article_id"])
        shown = self._shown.setdefault(key, _Shown())
        editors = {one["id"]: one["language"] for one in signal["agents"]}
        if editors:
            shown.nodes[signal["node"]] = (asyncio.get_running_loop().time() + KEEP_S, editors)
        else:
            shown.nodes.pop(signal["node"], None)
        self._show(key, shown)

    def _show(self, key: Key, shown: _Shown) -> None:
        """Tell browsers when there is something new, and forget where nobody is."""
        union = dict(sorted((agent, tag) for _, editors in shown.nodes.values() for agent, tag in editors.items()))
        if union != shown.told:
            shown.told = union
            self._hub.tell(key[0], {"type": "editors", "article_id": key[1], "agents": _listed(union)}, _may_know)
        if not shown.nodes:
            self._shown.pop(key, None)

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(REPEAT_S)
            try:
                for key in {seat.key for seat in self._seats.values()}:
                    self._say(key)
                self._expire(asyncio.get_running_loop().time())
            except Exception as error:
                log.error("who writes articles could not be renewed, trying again", exc_info=error)

    def _expire(self, now: float) -> None:
        """Processes that have fallen silent."""
        for key, shown in tuple(self._shown.items()):
            silent = [node for node, (until, _) in shown.nodes.items() if until <= now]
            for node in silent:
                del shown.nodes[node]
            if silent:
                self._show(key, shown)


_said = msgspec.json.Decoder(Edit)


@asynccontextmanager
async def serve_editing(hub: Hub) -> AsyncIterator[None]:
    """Tell the hub's tabs who writes which article, for as long as the application runs."""
    editing = Editing(hub)

    async def joined(subscriber: Subscriber) -> dict[str, Any]:
        return {"editors": editing.join(subscriber)}

    async def said(subscriber: Subscriber, text: str) -> None:
        with contextlib.suppress(msgspec.MsgspecError):  # it was said to somebody else
            editing.edit(subscriber, _said.decode(text))

    tabs = Tabs(joined, said, editing.leave)
    hub.tabs.append(tabs)
    try:
        yield
    finally:
        hub.tabs.remove(tabs)
        await editing.close()


def _may_know(actor: Actor) -> bool:
    return actor.can("help.read")


def _listed(editors: Editors) -> list[dict[str, Any]]:
    return [{"id": agent, "language": tag} for agent, tag in editors.items()]
