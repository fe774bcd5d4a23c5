"""Which conversation a mail belongs to when its ids do not say: quotes, subject and party, and who is held."""

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest
from tests.intake.conftest import Desk
from tests.intake.test_evidence import MESSAGE, quote

from hark.channels.email.adapter import MESSAGE_ID_KEY
from hark.channels.email.compose import new_message_id
from hark.conversations.inbound import release_reply
from hark.conversations.merging import merge, split
from hark.conversations.types import Headers, NewReply
from hark.core.actor import system
from hark.intake.types import Fate

Mail = Callable[..., bytes]
EVE = "Eve <eve@evil.example>"


async def answer(desk: Desk, conversation_id: Any, text: str = MESSAGE) -> str:
    """We answer in the conversation; our Message-ID."""
    id = uuid4()
    external = new_message_id(id, domain="desk.example", secret=desk.keys.derive(MESSAGE_ID_KEY))
    async with desk.db.transaction(system(desk.workspace.id)) as tx:
        endpoint = await tx.one(
            UUID, "SELECT id FROM endpoints WHERE workspace_id = $1 AND conversation_id = $2", desk.workspace.id,
            conversation_id,
        )  # fmt: skip
        reply = NewReply(
            conversation_id=conversation_id, endpoint_id=endpoint, text=text, message_id=id,
            headers=Headers(subject="Order 4711"), external_id=external,
        )  # fmt: skip
        await release_reply(tx, reply)
    return external


async def test_a_quote_finds_the_right_one_of_two_with_the_same_subject(desk: Desk, mail: Mail) -> None:
    first, second = await desk.put(mail("Where is it?")), await desk.put(mail("It came broken."))
    assert first.conversation_id != second.conversation_id
    await answer(desk, first.conversation_id)
    await answer(
        desk, second.conversation_id, "We are sorry to hear that, and send you\nanother lamp by express today."
    )
    back = await desk.put(mail(f"Thank you\n\n{quote(MESSAGE)}", Subject="Re: Order 4711"))
    assert (back.fate, back.conversation_id) == (Fate.MESSAGE, first.conversation_id)


async def test_of_two_with_the_same_subject_the_answered_one_is_meant(desk: Desk, mail: Mail) -> None:
    await desk.put(mail("Where is it?"))
    second = await desk.put(mail("It came broken."))
    await answer(desk, second.conversation_id)
    assert (await desk.put(mail("Good", Subject="R: Order 4711"))).conversation_id == second.conversation_id


async def test_a_quote_finds_its_conversation_under_another_subject(desk: Desk, mail: Mail) -> None:
    first = await desk.put(mail("Where is it?"))
    await answer(desk, first.conversation_id)
    back = await desk.put(mail(f"Thank you\n\n{quote(MESSAGE)}", Subject="about my parcel"))
    assert (back.fate, back.conversation_id) == (Fate.MESSAGE, first.conversation_id)
    forward = await desk.put(mail(f"see below\n\n{quote(MESSAGE)}", Subject="Fwd: Order 4711"))
    assert forward.conversation_id == first.conversation_id
    fresh = await desk.put(mail("Do you sell lamps too?", Subject="Re: lamps"))
    assert fresh.fate is Fate.NEW, "an answer to nothing that is here is a new matter"


async def test_an_answer_to_a_mail_that_we_began(desk: Desk, mail: Mail, client: Any) -> None:
    body = {"account_id": desk.workspace.account_id, "to": {"address": "carla@shop.example"}, "subject": "Your parcel"}
    id = (await client.post("/api/conversations", body)).json()["id"]
    await answer(desk, UUID(id))
    assert str((await desk.put(mail("Yes", Subject="Re: Your parcel"))).conversation_id) == id


async def test_a_stranger_who_quotes_our_words_is_held(desk: Desk, mail: Mail) -> None:
    first = await desk.put(mail("Where is it?"))
    await answer(desk, first.conversation_id)
    for subject in ("Re: Order 4711", "Fwd: Order 4711"):
        line = await desk.put(mail(f"What is this?\n\n{quote(MESSAGE)}", From=EVE, Subject=subject))
        assert (line.fate, line.conversation_id, line.message_id) == (Fate.HELD, first.conversation_id, None)
        assert line.reason
        assert "eve@evil.example" in line.reason


@pytest.mark.parametrize(
    ("subject", "answered", "more", "fate"),
    [
        ("Order 4711", False, {}, Fate.HELD), ("Broken lamp", True, {}, Fate.HELD), ("Broken lamp", False, {}, Fate.NEW),
        ("Invoice", True, {}, Fate.NEW), ("Order 4711", False, {"References": "<other@x>"}, Fate.NEW),
        ("Order 4711", True, {"References": "<other@x>"}, Fate.HELD), ("Broken lamp", True, {"References": "<other@x>"}, Fate.NEW),
    ],
)  # fmt: skip
async def test_how_much_of_a_subject_holds_a_stranger(
    desk: Desk, mail: Mail, subject: str, answered: bool, more: dict[str, str], fate: Fate
) -> None:
    first = await desk.put(mail("Where is it?", Subject=subject))
    if answered:
        await answer(desk, first.conversation_id)
    line = await desk.put(mail("Let me in", From=EVE, Subject=f"Re: {subject}", **more))
    assert line.fate is fate
    assert (line.conversation_id == first.conversation_id) == (fate is Fate.HELD)
    assert (await desk.put(mail("A new matter", From=EVE, Subject=subject))).fate is Fate.NEW


async def test_a_verified_second_address_is_the_same_person(desk: Desk, mail: Mail, client: Any) -> None:
    first = await desk.put(mail("Where is it?"))
    ours = await answer(desk, first.conversation_id)
    contact = await desk.db.one(UUID, "SELECT contact_id FROM conversations WHERE id = $1", first.conversation_id)
    added = await client.post(f"/api/contacts/{contact}/identities", {"value": "carla@home.example"})
    assert added.status_code in (200, 201), added.text
    home = mail("From home", From="carla@home.example", In_Reply_To=f"<{ours}>")
    assert (await desk.put(home)).fate is Fate.HELD, "an address that anybody typed proves nothing"
    await desk.db.run("UPDATE identities SET verified_at = now() WHERE value = 'carla@home.example'")
    again = mail("From home again", From="carla@home.example", In_Reply_To=f"<{ours}>")
    assert (await desk.put(again)).conversation_id == first.conversation_id


async def test_what_is_not_ours_holds_nobody(desk: Desk, mail: Mail) -> None:
    """Readers of one newsletter answer it with the same subject and the same quote: each has a matter of their own."""
    letter = quote("This autumn we have many new lamps for you\nand the great old ones for half of their price.")
    subject = "Re: News for October 2026"
    first = await desk.put(mail(f"How much?\n\n{letter}", Subject=subject))
    await answer(desk, first.conversation_id)
    second = await desk.put(mail(f"Stop this\n\n{letter}", Subject=subject, From="b@home.example"))
    assert second.fate is Fate.NEW


async def test_a_number_brings_its_party_home_and_holds_a_stranger(desk: Desk, mail: Mail) -> None:
    first = await desk.put(mail("Where is it?"))
    number = await desk.db.one(int, "SELECT number FROM conversations WHERE id = $1", first.conversation_id)
    named = await desk.put(mail("More on that", Subject=f"Re: parcel [#{number}]"))
    assert named.conversation_id == first.conversation_id
    stranger = await desk.put(mail("Let me in", From=EVE, Subject=f"Re: hello [#{number}]"))
    assert (stranger.fate, stranger.conversation_id) == (Fate.HELD, first.conversation_id)
    for subject in (f"Order #{number}", f"Re: hello #{number + 50}"):
        assert (await desk.put(mail("Hi", From=EVE, Subject=subject))).fate is Fate.NEW
    elsewhere = mail(
        "Hi", From="desk@supplier.example", Subject=f"Re: [#{number}] your request", In_Reply_To="<their@own>"
    )
    assert (await desk.put(elsewhere)).fate is Fate.NEW


async def test_a_party_in_copy_lets_no_stranger_in(desk: Desk, mail: Mail) -> None:
    first = await desk.put(mail("Where is it?"))
    ours = await answer(desk, first.conversation_id)
    line = await desk.put(mail("Me too", From=EVE, Cc="carla@shop.example", In_Reply_To=f"<{ours}>"))
    assert line.fate is Fate.HELD


async def test_a_changed_subject_stays_where_its_headers_say(desk: Desk, mail: Mail, client: Any) -> None:
    first = await desk.put(mail("Where is it?"))
    ours = await answer(desk, first.conversation_id)
    other = await desk.put(mail("By the way: do you sell lamps?", Subject="Lamps", In_Reply_To=f"<{ours}>"))
    assert other.conversation_id == first.conversation_id
    async with desk.db.transaction(desk.workspace.owner) as tx:
        assert other.message_id
        new = await split(tx, first.conversation_id, [other.message_id], subject="Lamps")
    # What answers the message that was split off follows it; what answers the others does not.
    again = await desk.put(mail("Well?", Subject="Re: Lamps"))
    assert again.conversation_id == new
    home = await desk.put(mail("It has come!", Subject="Re: Order 4711", In_Reply_To=f"<{ours}>"))
    assert home.conversation_id == first.conversation_id


async def test_a_conversation_that_was_renamed_is_found_by_the_old_subject(desk: Desk, mail: Mail, client: Any) -> None:
    first = await desk.put(mail("Where is it?"))
    renamed = await client.patch(f"/api/conversations/{first.conversation_id}", {"subject": "Late parcel"})
    assert renamed.status_code == 200
    for subject in ("Re: Order 4711", "Re: Late parcel"):
        assert (await desk.put(mail("And now?", Subject=subject))).conversation_id == first.conversation_id


async def test_quotes_of_what_was_merged_lead_to_the_root(desk: Desk, mail: Mail) -> None:
    first, second = await desk.put(mail("Where is it?")), await desk.put(mail("It is broken", Subject="Broken lamp"))
    await answer(desk, second.conversation_id)
    async with desk.db.transaction(desk.workspace.owner) as tx:
        await merge(tx, second.conversation_id, first.conversation_id)
    back = await desk.put(mail(f"Thanks\n\n{quote(MESSAGE)}", Subject="Re: Broken lamp"))
    assert back.conversation_id == first.conversation_id


async def test_spam_takes_no_answers(desk: Desk, mail: Mail, client: Any) -> None:
    first = await desk.put(mail("Buy now"))
    assert (await client.post(f"/api/conversations/{first.conversation_id}/spam")).status_code == 200
    assert (await desk.put(mail("Buy now!", Subject="Re: Order 4711"))).fate is Fate.NEW


async def test_mails_without_a_sender_never_meet(desk: Desk, mail: Mail) -> None:
    first = await desk.put(mail("Where is it?", From=None, Message_ID="<none@x>"))
    second = await desk.put(mail("And mine?", From=None, Subject="Re: Order 4711"))
    third = await desk.put(mail("And mine?", From=None, Subject="Re: Order 4711", In_Reply_To="<none@x>"))
    assert first.fate is Fate.NEW
    assert second.conversation_id is None or second.conversation_id != first.conversation_id or second.fate is Fate.HELD
    assert third.fate is Fate.HELD


async def test_old_matters_are_left_alone(desk: Desk, mail: Mail, clock: Any) -> None:
    first = await desk.put(mail("Where is it?"))
    await answer(desk, first.conversation_id)
    clock.advance(days=60)
    assert (await desk.put(mail("New", Subject="Re: Order 4711"))).fate is Fate.NEW
    quoting = await desk.put(mail(f"Thank you\n\n{quote(MESSAGE)}", Subject="Re: Order 4711"))
    assert quoting.conversation_id == first.conversation_id, "a quote is stronger than time"
    clock.advance(days=100)
    assert (await desk.put(mail(f"Again\n\n{quote(MESSAGE)}", Subject="Re: Order 4711"))).fate is Fate.NEW


async def test_mails_of_one_batch_find_each_other_by_words(desk: Desk, mail: Mail) -> None:
    question = mail(f"{MESSAGE}\n\nIs that right?")
    ids = [
        await desk.accept(question),
        await desk.accept(mail(f"Hello?\n\n{quote(MESSAGE)}", Subject="Re: Order 4711")),
    ]
    ids.append(await desk.accept(mail("And?", Subject="AW: Order 4711")))
    await desk.work()
    lines = [await desk.line(id) for id in ids]
    assert len({line.conversation_id for line in lines}) == 1
    assert [line.fate for line in lines] == [Fate.NEW, Fate.MESSAGE, Fate.MESSAGE]


@pytest.mark.parametrize("subject", ["", "Re:", "Re: [list]", "AW: "])
async def test_an_empty_subject_matches_nothing(desk: Desk, mail: Mail, subject: str) -> None:
    first = await desk.put(mail("One", Subject=subject, From="a@x.example"))
    second = await desk.put(mail("Two", Subject=subject, From="b@x.example"))
    assert [first.fate, second.fate] == [Fate.NEW, Fate.NEW]


async def test_a_stranger_with_other_words_has_a_conversation_of_their_own(desk: Desk, mail: Mail) -> None:
    first = await desk.put(mail("Where is it?"))
    await answer(desk, first.conversation_id)
    line = await desk.put(mail(f"What is this?\n\n{quote(MESSAGE)}", From=EVE, Subject="please explain"))
    assert line.fate is Fate.NEW
    assert line.conversation_id != first.conversation_id
