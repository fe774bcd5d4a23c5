"""A desk that has answered people, and has learned from it."""

from typing import Any
from uuid import UUID

import pytest
from tests.support.post import Post
from tests.support.workspace import TestWorkspace

from hark.core import journal
from hark.core.db import Db
from hark.suggestions.jobs import CONSUMER


class Desk:
    """Customers ask, people answer, the journal is read."""

    def __init__(self, db: Db, ws: TestWorkspace) -> None:
        self.db, self.ws, self.post = db, ws, Post(db, ws)

    async def case(self, question: str, answer: str, *, name: str, email: str = "", **more: Any) -> UUID:
        """One question and its answer; the conversation."""
        asked = await self.ask(question, name=name, email=email, **more)
        await self.post.reply(asked, answer)
        await self.read()
        return asked

    async def ask(self, question: str, *, name: str, email: str = "", subject: str = "Question", **more: Any) -> UUID:
        sender = email or f"{name.lower().replace(' ', '.')}@{name.lower().split()[-1]}.example"
        return (await self.post.mail(question, sender=sender, name=name, subject=subject, **more)).conversation_id

    async def read(self) -> None:
        """Let the consumer catch up."""
        while await journal.run_once(self.db, CONSUMER, self.ws.id):
            pass


@pytest.fixture
def desk(db: Db, workspace: TestWorkspace) -> Desk:
    return Desk(db, workspace)


RESET = (
    "Hi {name},\n\nplease open the settings page and press the reset button. Then wait two minutes and try again.\n"
    "Your order is {order}.\n\nBest regards,\nAda"
)


async def password_cases(desk: Desk) -> list[UUID]:
    """Three customers with the same question, each answered nearly the same."""
    people = [("Maria Rossi", "A-1001"), ("John Smith", "A-2002"), ("Kim Park", "A-3003")]
    return [
        await desk.case(
            f"I cannot log in, my password does not work. My order is {order}.",
            RESET.format(name=name.split()[0], order=order),
            name=name,
        )
        for name, order in people
    ]
