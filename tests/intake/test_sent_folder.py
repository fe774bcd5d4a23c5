"""Mails that people of the team sent from other programs, as the folder of sent mails has them."""

from typing import Any

from tests.intake.conftest import Desk
from tests.intake.test_process import Mail, reply_in

from hark.intake.types import Fate, Source


async def test_an_answer_from_another_program_stands_in_its_conversation(
    desk: Desk, mail: Mail, workspace: Any
) -> None:
    question = await desk.put(mail("Where is it?", Message_ID="<q@shop.example>"))
    answer = mail(
        "It left today.", From=f"Desk <{workspace.address}>", To="carla@shop.example", Message_ID="<a@phone.example>",
        In_Reply_To="<q@shop.example>",
    )  # fmt: skip
    line = await desk.put(answer, source=Source.IMAP, from_team=True)
    assert (line.fate, line.conversation_id) == (Fate.MESSAGE, question.conversation_id)
    direction = await desk.db.one(
        int, "SELECT direction FROM messages WHERE workspace_id = $1 AND id = $2", workspace.id, line.message_id
    )
    assert direction == 2
    waiting = await desk.db.find(
        str, "SELECT wait_t0::text FROM conversations WHERE workspace_id = $1 AND id = $2", workspace.id,
        question.conversation_id,
    )  # fmt: skip
    assert waiting is None  # answered is answered, wherever from


async def test_the_copy_of_our_own_mail_is_no_second_answer(desk: Desk, mail: Mail, workspace: Any) -> None:
    question = await desk.put(mail("Where is it?"))
    ours = await reply_in(desk, question.conversation_id)
    copy = mail("It left today.", From=f"Desk <{workspace.address}>", To="carla@shop.example", Message_ID=f"<{ours}>")
    before = await desk.count("messages")
    line = await desk.put(copy, source=Source.IMAP, from_team=True)
    assert (line.fate, line.conversation_id) == (Fate.DUPLICATE, question.conversation_id)
    assert "folder of sent mails" in (line.reason or "")
    assert await desk.count("messages") == before


async def test_a_mail_written_elsewhere_begins_a_conversation_that_waits_for_the_customer(
    desk: Desk, mail: Mail, workspace: Any
) -> None:
    first = mail(
        "May we call you?", From=f"Desk <{workspace.address}>", To="new@shop.example", Subject="Your order",
        Message_ID="<f@phone.example>",
    )  # fmt: skip
    line = await desk.put(first, source=Source.IMAP, from_team=True)
    assert line.fate == Fate.NEW
    back = await desk.put(mail("Yes, please.", From="new@shop.example", In_Reply_To="<f@phone.example>"))
    assert (back.fate, back.conversation_id) == (Fate.MESSAGE, line.conversation_id)
