"""All visitors' open tabs of one process: what each must be told, found without looking at the others.

The journal is followed, so messages, whoever wrote them and wherever, come in order and none is missed; signals bring
what is no fact (typing, read marks). A tab is a small object: nothing runs for it while nothing happens.
"""

import contextlib
from collections.abc import Iterable, Iterator
from typing import Any
from uuid import UUID

import msgspec

from hark.agents.types import AgentChanged
from hark.channels.messenger.attendance import Attendance, Present
from hark.channels.messenger.links import Links
from hark.channels.messenger.presence import visitor_signal
from hark.channels.messenger.tab import Tab, spawn
from hark.channels.messenger.threads import (
    LiveRow,
    get_thread,
    list_messages,
    list_threads,
    live_messages,
    message_view,
    places_of,
)
from hark.channels.messenger.types import Inbox, Message, MessengerChanged, SeenPage, Thread
from hark.core.crypto import Keys
from hark.core.db import Db
from hark.core.errors import NotFound, TooMany
from hark.core.events import Recorded
from hark.core.live import Hub
from hark.core.wake import Bus
from hark.delivery.queries import agent_name
from hark.journey.types import (
    MarkedSpam,
    Merged,
    MessageReceived,
    Reopened,
    ReplySent,
    Resolved,
    UnmarkedSpam,
    UnmergedOut,
)

PAGE = 200
MAX_TABS = 20  # of one visitor in one process

_MESSAGES = (MessageReceived, ReplySent)
_STATES = (Resolved, Reopened, MarkedSpam, UnmarkedSpam)
_MOVES = (Merged, UnmergedOut)


class _Thread:
    """A thread with open tabs. `place`: conversation, team, assignee."""

    __slots__ = ("assignee_id", "conversation_id", "id", "tabs", "team_id")

    def __init__(self, id: UUID, conversation_id: UUID, team_id: int | None, assignee_id: int | None) -> None:
        self.id = id
        self.conversation_id = conversation_id
        self.team_id = team_id
        self.assignee_id = assignee_id
        self.tabs: list[Tab] = []


Person = Present | tuple[int, int, str]
"""(workspace, visitor), or (workspace, messenger, the site's id of the person)."""


class VisitorHub:
    """All tabs of visitors in this process."""

    def __init__(self, db: Db, bus: Bus, keys: Keys, hub: Hub) -> None:
        self.db = db
        self.bus = bus
        self.keys = keys
        self._hub = hub
        self._threads: dict[UUID, _Thread] = {}
        self._conversations: dict[UUID, list[_Thread]] = {}
        self._people: dict[Person, list[Tab]] = {}
        self._accounts: dict[int, int] = {}  # tabs per messenger
        self._workspaces: dict[int, int] = {}  # tabs per workspace
        self._inboxes: dict[int, Inbox] = {}  # one object for all tabs of a messenger
        self._names: dict[tuple[int, int], str] = {}
        self._attendance = Attendance(db, bus, self._visitors)
        self._stops = [hub.follow(self._on_events), bus.on_signal(self._on_signal)]

    async def close(self) -> None:
        """Stop following. Who was here comes back to another process in a moment, or has left when their time is up."""
        for stop in self._stops:
            stop()
        await self._attendance.close()

    def _visitors(self) -> Iterator[Present]:
        return (person for person in self._people if len(person) == 2)

    # tabs -------------------------------------------------------------------------------------------------------------

    async def join(self, tab: Tab, known: dict[UUID, int]) -> None:
        """Let a tab in and push what it missed: of each thread in `known` the messages after that number, each once and
        in order, and then whatever comes. A thread it does not know is announced, and its messages from now on.

        Raises TooMany for a visitor with very many tabs. `leave` is called in any case.
        """
        ws = tab.inbox.workspace_id
        crowded = len(self._people.get((ws, tab.visitor_id), ())) >= MAX_TABS
        for person in _people_of(tab):
            self._people.setdefault(person, []).append(tab)
        self._accounts[tab.inbox.id] = self._accounts.get(tab.inbox.id, 0) + 1
        self._workspaces[ws] = self._workspaces.get(ws, 0) + 1
        self._attendance.came((ws, tab.visitor_id))
        if crowded:
            raise TooMany("This visitor has too many tabs open.")
        await self._hub.keep_open(ws)
        for row in await list_threads(self.db, tab.session, limit=PAGE):
            self._attach(row.id, row.conversation_id, row.team_id, row.assignee_id, [tab])
            if row.id not in known:
                tab.push(_frame("thread", msgspec.to_builtins(row.view())))
            await self._replay(tab, row.id, known.get(row.id, row.last_seq))
        tab.catch_up()

    async def _replay(self, tab: Tab, id: UUID, after: int) -> None:
        """The tab is attached to the thread: what is committed before this reads it comes from here, all else is held."""
        links = Links(tab.inbox, self.keys, self.db.now())
        while rows := await list_messages(self.db, tab.session, id, after=after, limit=PAGE):
            for missed in rows:
                tab.push(_message_frame(id, message_view(missed, links)))
            after = rows[-1].seq
            if len(rows) < PAGE:
                break
        tab.seen[id] = after

    def leave(self, tab: Tab) -> None:
        """The tab is gone. Called once for each that joined."""
        tab.closed = True
        ws = tab.inbox.workspace_id
        for thread_id in tab.seen:
            if thread := self._threads.get(thread_id):
                self._detach(thread, tab)
        for person in _people_of(tab):
            tabs = self._people[person]
            tabs.remove(tab)
            if not tabs:
                del self._people[person]
        _lower(self._accounts, tab.inbox.id)
        _lower(self._workspaces, ws)
        if tab.inbox.id not in self._accounts:
            self._inboxes.pop(tab.inbox.id, None)
        if (ws, tab.visitor_id) not in self._people:
            self._attendance.left((ws, tab.visitor_id))

    def typing(self, tab: Tab, thread_id: UUID, typing: bool) -> None:
        """The visitor writes, or stopped."""
        if (thread := self._threads.get(thread_id)) and tab in thread.tabs:
            self._tell_agents(tab.inbox.workspace_id, thread, typing=typing)

    def turn_to(self, tab: Tab, page: SeenPage) -> None:
        """The visitor is at another page now."""
        if not tab.may_follow:
            return
        tab.page = page
        self._attendance.came((tab.inbox.workspace_id, tab.visitor_id), page=msgspec.to_builtins(page))
        for thread_id in tab.seen:
            if thread := self._threads.get(thread_id):
                shown = {"url": page.url, "title": page.title}
                self._tell_agents(tab.inbox.workspace_id, thread, page=shown)

    def _tell_agents(self, workspace_id: int, thread: _Thread, **said: Any) -> None:
        signal = visitor_signal(thread.conversation_id, thread.team_id, thread.assignee_id, **said)
        self.bus.publish(workspace_id, signal)

    def share(self, inbox: Inbox) -> Inbox:
        """The one object that all tabs of a messenger hold, as long as there are any."""
        if self._inboxes.get(inbox.id) != inbox:
            self._inboxes[inbox.id] = inbox
        return self._inboxes[inbox.id]

    def _attach(
        self, id: UUID, conversation_id: UUID, team_id: int | None, assignee_id: int | None, tabs: Iterable[Tab]
    ) -> _Thread:
        thread = self._threads.get(id)
        if thread is None:
            thread = self._threads[id] = _Thread(id, conversation_id, team_id, assignee_id)
            self._conversations.setdefault(conversation_id, []).append(thread)
        for tab in tabs:
            if tab not in thread.tabs:
                thread.tabs.append(tab)
                tab.seen.setdefault(id, 0)
        return thread

    def _detach(self, thread: _Thread, tab: Tab) -> None:
        with contextlib.suppress(ValueError):
            thread.tabs.remove(tab)
        if not thread.tabs:
            del self._threads[thread.id]
            self._unplace(thread)

    def _unplace(self, thread: _Thread) -> None:
        rest = self._conversations[thread.conversation_id]
        rest.remove(thread)
        if not rest:
            del self._conversations[thread.conversation_id]

    # the journal --------------------------------------------------------------------------------------------------------

    async def _on_events(self, workspace_id: int, events: list[Recorded]) -> None:
        """One batch of the journal. Costs a statement when there is anything in it for somebody here, else nothing."""
        if workspace_id not in self._workspaces:
            return
        messages: list[UUID] = []
        states: set[UUID] = set()
        moved: set[UUID] = set()
        for recorded in events:
            event, id = recorded.event, recorded.conversation_id
            here = self._conversations.get(id) if id else None
            if isinstance(event, _MESSAGES) and (here or event.account_id in self._accounts):
                messages.append(event.message_id)
            if isinstance(event, MessengerChanged):
                self._send_back(event.account_id)
            if isinstance(event, AgentChanged):
                self._names.pop((workspace_id, event.agent_id), None)
            for thread in here or ():
                thread.team_id, thread.assignee_id = recorded.team_after, recorded.assignee_after
                if isinstance(event, _STATES):
                    states.add(thread.id)
                elif isinstance(event, _MOVES):
                    moved.add(thread.id)
        if moved:
            await self._replace(workspace_id, moved)
        if messages:
            for row in await live_messages(self.db, workspace_id, messages):
                self._deliver(workspace_id, row)
        for id in states:
            await self._restate(id)

    def _send_back(self, account_id: int) -> None:
        """A messenger has other settings, or is gone: its tabs come back to the new ones, or not at all."""
        for tab in {tab for tabs in self._people.values() for tab in tabs if tab.inbox.id == account_id}:
            tab.push(None)

    async def _replace(self, workspace_id: int, ids: Iterable[UUID]) -> None:
        """These threads stand in another conversation now: merged, or apart again."""
        for place in await places_of(self.db, workspace_id, list(ids)):
            if thread := self._threads.get(place.thread_id):
                self._unplace(thread)
                thread.conversation_id = place.conversation_id
                thread.team_id, thread.assignee_id = place.team_id, place.assignee_id
                self._conversations.setdefault(place.conversation_id, []).append(thread)

    def _deliver(self, workspace_id: int, row: LiveRow) -> None:
        """A message to every tab that may see it, encoded once for each thread."""
        place = row.place
        thread = self._threads.get(place.thread_id)
        if thread is None and row.visitor_id is not None:
            thread = self._begin(workspace_id, row)
        shown = [(thread, thread.tabs)] if thread else []
        if row.verified_contact is not None:
            for other in self._conversations.get(place.conversation_id, ()):
                tabs = [t for t in other.tabs if t.user_id is not None and t.contact_id == row.verified_contact]
                if tabs and other is not thread:
                    shown.append((other, tabs))
        for to, tabs in shown:
            if tabs:
                view = message_view(row.message, Links(tabs[0].inbox, self.keys, self.db.now()))
                frame = _message_frame(to.id, view)
                for tab in tuple(tabs):
                    tab.deliver(to.id, row.message.seq, frame)

    def _begin(self, workspace_id: int, row: LiveRow) -> _Thread | None:
        """A thread that begins while its visitor is here: their tabs learn of it. None when none of them is."""
        people: list[Person] = [(workspace_id, row.visitor_id)] if row.visitor_id else []
        if row.user_id is not None:
            people.append((workspace_id, row.account_id, row.user_id))
        tabs = [tab for person in people for tab in self._people.get(person, ()) if tab.inbox.id == row.account_id]
        if not tabs:
            return None
        place, first = row.place, row.message
        thread = self._attach(place.thread_id, place.conversation_id, place.team_id, place.assignee_id, tabs)
        begun = Thread(
            id=thread.id, subject_preview=first.text[:200], last_at=first.at, unread=int(first.direction == 2),
            seq=first.seq, read_seq=0, team_read_seq=0, closed=False,
        )  # fmt: skip
        for tab in thread.tabs:
            tab.push(_frame("thread", msgspec.to_builtins(begun)))
        return thread

    async def _restate(self, id: UUID) -> None:
        """A thread was closed or opened again."""
        if thread := self._threads.get(id):
            try:
                row = await get_thread(self.db, thread.tabs[0].session, id)
            except NotFound:
                return
            for tab in tuple(thread.tabs):
                tab.push(_frame("thread", msgspec.to_builtins(row.view())))

    # signals ------------------------------------------------------------------------------------------------------------

    def _on_signal(self, workspace_id: int, signal: dict[str, Any]) -> None:
        kind = signal.get("type")
        if kind not in ("agent_typing", "team_read"):
            return
        threads = self._conversations.get(UUID(str(signal["conversation_id"])))
        if not threads:
            return
        if kind == "team_read":
            for thread in threads:
                self._push_all(thread, {"type": "read", "thread": thread.id, "seq": signal["seq"]})
        elif (workspace_id, signal["agent_id"]) in self._names:
            self._show_typing(workspace_id, signal)
        else:
            spawn(self._learn_name(workspace_id, signal))

    def _show_typing(self, workspace_id: int, signal: dict[str, Any]) -> None:
        name = self._names[(workspace_id, signal["agent_id"])]
        for thread in self._conversations.get(UUID(str(signal["conversation_id"])), ()):
            inbox = thread.tabs[0].inbox
            shown = name if inbox.config.show_faces else inbox.name
            self._push_all(
                thread, {"type": "typing", "thread": thread.id, "name": shown, "typing": bool(signal["typing"])}
            )

    async def _learn_name(self, workspace_id: int, signal: dict[str, Any]) -> None:
        key = (workspace_id, int(signal["agent_id"]))
        self._names[key] = await agent_name(self.db, *key)
        self._show_typing(workspace_id, signal)

    def _push_all(self, thread: _Thread, said: dict[str, Any]) -> None:
        frame = msgspec.json.encode(said)
        for tab in tuple(thread.tabs):
            tab.push(frame)


def _people_of(tab: Tab) -> list[Person]:
    people: list[Person] = [(tab.inbox.workspace_id, tab.visitor_id)]
    if tab.user_id is not None:
        people.append((tab.inbox.workspace_id, tab.inbox.id, tab.user_id))
    return people


def _lower(counts: dict[int, int], key: int) -> None:
    counts[key] -= 1
    if not counts[key]:
        del counts[key]


def _frame(kind: str, fields: dict[str, Any]) -> bytes:
    return msgspec.json.encode({"type": kind, **fields})


def _message_frame(thread_id: UUID, message: Message) -> bytes:
    return msgspec.json.encode({"type": "message", "thread": thread_id, "message": message})
