"""What open tabs of the team say and are told beside events: frames in, presence, viewers and visitors out."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import msgspec

from hark.agents.presence import Presence
from hark.conversations.handling import Handling
from hark.conversations.viewing import Viewing, sees
from hark.core.live import Hub, Subscriber, Tabs
from hark.core.wake import Signal


class View(msgspec.Struct, tag_field="type", tag="view"):
    conversation_id: UUID | None


class Typing(msgspec.Struct, tag_field="type", tag="typing"):
    conversation_id: UUID
    typing: bool
    public: bool = False


class Idle(msgspec.Struct, tag_field="type", tag="idle"):
    idle: bool


_said = msgspec.json.Decoder(View | Typing | Idle)


@asynccontextmanager
async def serve_tabs(hub: Hub) -> AsyncIterator[None]:
    """Give the hub's tabs their presence and viewers for as long as the application runs."""
    presence, viewing, handling = Presence(hub), Viewing(hub), Handling(hub.db)

    async def joined(subscriber: Subscriber) -> dict[str, Any]:
        return {"presence": await presence.join(subscriber), "viewers": viewing.join(subscriber)}

    async def said(subscriber: Subscriber, text: str) -> None:
        try:
            frame = _said.decode(text)
        except msgspec.MsgspecError:
            return  # said to somebody else, or by a page of another version
        if isinstance(frame, View):
            await viewing.view(subscriber, frame.conversation_id)
        elif isinstance(frame, Typing):
            typing = viewing.type(subscriber, frame.conversation_id, typing=frame.typing, public=frame.public)
            if typing and (agent_id := subscriber.actor.agent_id) is not None:
                handling.typed(subscriber.actor.workspace_id, frame.conversation_id, agent_id)
        else:
            presence.set_idle(subscriber, frame.idle)

    def left(subscriber: Subscriber) -> None:
        viewing.leave(subscriber)
        presence.leave(subscriber)

    def heard(workspace_id: int, signal: Signal) -> None:
        """What a visitor does goes to whoever may see the conversation, an offer to whom it is made."""
        if signal["type"] == "offer":
            hub.tell(workspace_id, {"type": "offer"}, lambda actor: actor.agent_id == signal["agent_id"])
        if signal["type"] == "visitor":
            key = workspace_id, UUID(signal["conversation_id"])
            place = viewing.place_of(key, signal["team_id"], signal["assignee_id"])
            frame = {k: v for k, v in signal.items() if k not in ("team_id", "assignee_id")}
            hub.tell(workspace_id, frame, lambda actor: sees(actor, place))

    tabs = Tabs(joined, said, left)
    hub.tabs.append(tabs)
    silence = hub.bus.on_signal(heard)
    try:
        yield
    finally:
        silence()
        hub.tabs.remove(tabs)
        await viewing.close()
        await handling.close()
        await presence.close()
