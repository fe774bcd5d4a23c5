"""Who looks at which conversation and types there: kept in memory, told as signals, never in a transaction.

Each process tells the others of its own tabs (`viewers`, one conversation at a time, again every few seconds) and
keeps what it hears for a while; browsers get the union over all processes, when their viewer may see the conversation.
"""

import asyncio
import contextlib
from typing import Any
from uuid import UUID

import msgspec
import structlog

from hark.conversations.live import find_places
from hark.conversations.types import ParticipantsChanged
from hark.conversations.visibility import Place, can_see
from hark.core.actor import Actor, ActorKind
from hark.core.events import Recorded
from hark.core.live import Hub, Subscriber
from hark.core.wake import Signal

log = structlog.get_logger(__name__)
TYPING_S = 6.0  # a tab that types says so every 3 s
REPEAT_S = 5.0
KEEP_S = 15.0  # what another process said, unless it says it again
MOST_SHOWN = 100  # agents of one process at one conversation: a signal has its size

Key = tuple[int, UUID]
"""(workspace, conversation)."""
Viewers = dict[int, bool]
"""agent -> whether they type."""


class Seat(msgspec.Struct, eq=False):
    """One tab: what it shows, until when its typing counts (loop seconds), whether the customer is told of it."""

    actor: Actor
    viewing: Key | None = None
    typing_until: float = 0.0
    public: bool = False


class _Own(msgspec.Struct):
    """A conversation that tabs of this process show, or are about to. `place` is None until it was read."""

    place: Place | None = None
    seats: list[Seat] = []
    awaited: int = 0


class _Shown(msgspec.Struct):
    """What this process' browsers were told of a conversation, and what each process said: (kept until, viewers)."""

    place: Place
    nodes: dict[str, tuple[float, Viewers]] = {}
    told: Viewers = {}

    def union(self) -> Viewers:
        all_of_them: Viewers = {}
        for _, viewers in self.nodes.values():
            for agent, typing in viewers.items():
                all_of_them[agent] = typing or all_of_them.get(agent, False)
        return dict(sorted(all_of_them.items()))


class Viewing:
    """The tabs of this process and what is known of all processes."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._seats: dict[Subscriber, Seat] = {}
        self._own: dict[Key, _Own] = {}
        self._shown: dict[Key, _Shown] = {}
        self._known: set[int] = set()  # workspaces of which the other processes were asked
        self._stop = (hub.bus.on_signal(self._heard), hub.follow(self._follow))
        self._task = asyncio.create_task(self._run())

    async def close(self) -> None:
        for subscriber in tuple(self._seats):
            self.leave(subscriber)
        for stop in self._stop:
            stop()
        self._task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._task

    # what tabs say ------------------------------------------------------------------------------------------------

    def join(self, subscriber: Subscriber) -> list[dict[str, Any]]:
        """Take the tab in, if a person sits at it; who views what its viewer may see, for its hello."""
        actor = subscriber.actor
        if actor.kind is ActorKind.AGENT and actor.agent_id is not None:
            self._seats[subscriber] = Seat(actor)
        if actor.workspace_id not in self._known:
            self._known.add(actor.workspace_id)
            self._hub.bus.publish(actor.workspace_id, {"type": "viewers_asked", "node": self._hub.bus.node})
        return [
            {"conversation_id": id, "agents": _listed(shown.told)}
            for (workspace_id, id), shown in self._shown.items()
            if shown.told and workspace_id == actor.workspace_id and sees(actor, shown.place)
        ]

    async def view(self, subscriber: Subscriber, id: UUID | None) -> None:
        """The tab shows this conversation now, or none. One that its viewer may not see counts as none.

        Raises Unavailable when the database is away.
        """
        seat = self._seats.get(subscriber)
        if seat is None or (seat.viewing is not None and seat.viewing[1] == id):
            return
        self._unseat(seat)
        if id is None:
            return
        key = (seat.actor.workspace_id, id)
        own = self._own.setdefault(key, _Own())  # from here on the journal corrects the place
        own.awaited += 1
        try:
            if own.place is None:
                found = (await find_places(self._hub.db, key[0], [id])).get(id)
                own.place = own.place or found
            if own.place and sees(seat.actor, own.place) and subscriber in self._seats:
                seat.viewing = key
                own.seats.append(seat)
                self._say(key)
        finally:
            own.awaited -= 1
            self._drop(key)

    def type(self, subscriber: Subscriber, id: UUID, *, typing: bool, public: bool) -> bool:
        """The tab's person types, or stops, in the conversation it shows; `public`: the customer will read it. Whether they
        type there now."""
        seat = self._seats.get(subscriber)
        if seat is None or seat.viewing is None or seat.viewing[1] != id:
            return False
        before, seat.typing_until = seat.typing_until, asyncio.get_running_loop().time() + TYPING_S if typing else 0.0
        if bool(before) != typing:
            self._say(seat.viewing)
        self._tell_customer(seat, typing and public and seat.actor.can("conversations.reply"))
        return typing

    def leave(self, subscriber: Subscriber) -> None:
        if seat := self._seats.pop(subscriber, None):
            self._unseat(seat)

    def _unseat(self, seat: Seat) -> None:
        key = seat.viewing
        if key is None:
            return
        self._tell_customer(seat, False)
        seat.viewing, seat.typing_until = None, 0.0
        self._own[key].seats.remove(seat)
        self._say(key)
        self._drop(key)

    def _drop(self, key: Key) -> None:
        own = self._own.get(key)
        if own is not None and not own.seats and not own.awaited:
            del self._own[key]

    def place_of(self, key: Key, team_id: int | None, assignee_id: int | None) -> Place:
        """The place of a conversation of this team and assignee; helpers are known where one of them looks at it."""
        shown = self._shown.get(key)
        return Place(team_id, assignee_id, shown.place.helpers if shown else ())

    # signals ------------------------------------------------------------------------------------------------------

    def _say(self, key: Key) -> None:
        """Tell all processes, this one too, who of ours is at the conversation."""
        own = self._own[key]
        assert own.place is not None  # nobody is seated before
        viewers: Viewers = {}
        for seat in own.seats:
            assert seat.actor.agent_id is not None
            viewers[seat.actor.agent_id] = bool(seat.typing_until) or viewers.get(seat.actor.agent_id, False)
        self._hub.bus.publish(key[0], {
            "type": "viewers", "conversation_id": str(key[1]), "team_id": own.place.team_id,
            "assignee_id": own.place.assignee_id, "helpers": own.place.helpers, "node": self._hub.bus.node, "agents": _listed(viewers)[:MOST_SHOWN],
        })  # fmt: skip

    def _tell_customer(self, seat: Seat, typing: bool) -> None:
        """Said again as long as somebody types, so that whoever shows it can let it expire."""
        if (typing or seat.public) and seat.viewing is not None:
            self._hub.bus.publish(seat.viewing[0], {
                "type": "agent_typing", "conversation_id": str(seat.viewing[1]), "agent_id": seat.actor.agent_id,
                "typing": typing,
            })  # fmt: skip
        seat.public = typing

    def _heard(self, workspace_id: int, signal: Signal) -> None:
        if signal["type"] == "viewers_asked" and signal["node"] != self._hub.bus.node:
            for key in [key for key in self._own if key[0] == workspace_id]:
                if self._own[key].seats:
                    self._say(key)
        if signal["type"] != "viewers":
            return
        key = (workspace_id, UUID(signal["conversation_id"]))
        place = Place(signal["team_id"], signal["assignee_id"], tuple(signal.get("helpers", ())))
        shown = self._shown.setdefault(key, _Shown(place))
        if shown.place != place:
            self._move(key, shown, place)
        agents = {v["id"]: v["typing"] for v in signal["agents"]}
        shown.nodes[signal["node"]] = (asyncio.get_running_loop().time() + KEEP_S, agents)
        if not agents:
            del shown.nodes[signal["node"]]
        self._show(key, shown)

    def _show(self, key: Key, shown: _Shown) -> None:
        """Tell browsers when there is something new, and forget where nobody is."""
        union = shown.union()
        if union != shown.told:
            shown.told = union
            frame = {"type": "viewers", "conversation_id": key[1], "agents": _listed(union)}
            self._hub.tell(key[0], frame, lambda actor: sees(actor, shown.place))
        if not shown.nodes:
            self._shown.pop(key, None)

    def _move(self, key: Key, shown: _Shown, place: Place) -> None:
        """The conversation went elsewhere: who sees it no longer is told that nobody is there, who sees it now is told all."""
        before, shown.place = shown.place, place
        if not shown.told:
            return
        nobody = {"type": "viewers", "conversation_id": key[1], "agents": []}
        everybody = {**nobody, "agents": _listed(shown.told)}
        self._hub.tell(key[0], nobody, lambda actor: sees(actor, before) and not sees(actor, place))
        self._hub.tell(key[0], everybody, lambda actor: sees(actor, place) and not sees(actor, before))

    # time and the journal -----------------------------------------------------------------------------------------

    async def _follow(self, workspace_id: int, events: list[Recorded]) -> None:
        """Conversations that tabs of ours show and that have gone to other people."""
        own, moved = self._own, set()
        for e in events:
            if e.conversation_id is not None and (workspace_id, e.conversation_id) in own:
                entry = own[workspace_id, e.conversation_id]
                after = (e.team_after, e.assignee_after)
                if entry.place is None or entry.place[:2] != after or isinstance(e.event, ParticipantsChanged):
                    moved.add(e.conversation_id)
        if not moved:
            return
        places = await find_places(self._hub.db, workspace_id, sorted(moved))
        for id in moved:
            key = (workspace_id, id)
            if (entry_ := own.get(key)) is None:
                continue
            place = places.get(id)
            entry_.place = place or entry_.place
            for seat in [s for s in entry_.seats if place is None or not sees(s.actor, place)]:
                self._unseat(seat)
            if entry_.seats:
                self._say(key)

    async def _run(self) -> None:
        repeat_at = asyncio.get_running_loop().time() + REPEAT_S
        while True:
            await asyncio.sleep(1)
            now = asyncio.get_running_loop().time()
            try:
                self._expire(now)
                if now >= repeat_at:
                    repeat_at = now + REPEAT_S
                    for key in [key for key, own in self._own.items() if own.seats]:
                        self._say(key)
            except Exception as error:
                log.error("viewers could not be renewed, trying again", exc_info=error)

    def _expire(self, now: float) -> None:
        """Typing that was not said again, and processes that have fallen silent."""
        for seat in self._seats.values():
            if seat.viewing is not None and 0 < seat.typing_until <= now:
                seat.typing_until = 0.0
                self._say(seat.viewing)
                self._tell_customer(seat, False)
        for key, shown in tuple(self._shown.items()):
            silent = [node for node, (until, _) in shown.nodes.items() if until <= now]
            for node in silent:
                del shown.nodes[node]
            if silent:
                self._show(key, shown)


def sees(actor: Actor, place: Place) -> bool:
    """Whether the viewer may know what happens at a conversation that stands there."""
    return actor.can("conversations.read") and can_see(actor, *place)


def _listed(viewers: Viewers) -> list[dict[str, Any]]:
    return [{"id": agent, "typing": typing} for agent, typing in viewers.items()]
