"""The visitors' protocol around a chat that goes on by mail: who sees the answer that came by mail, and who does not."""

# ruff: noqa: F401, F811 (fixtures)

from uuid import UUID, uuid4

from tests.channels.messenger.conftest import TestMessenger, TestVisitor
from tests.channels.messenger.test_identity import signed
from tests.channels.messenger.test_mailing import Shop, plain
from tests.delivery.conftest import Office, office, sink


async def chat_by_mail(office: Office, messenger: TestMessenger, visitor: TestVisitor) -> tuple[Shop, str]:
    """A question in the chat, an answer, the visitor gone, their mail in return; the shop and the thread."""
    office.clock.at = office.clock()
    await messenger.change(reply_mailbox_id=office.workspace.account_id)
    shop = Shop(office)
    thread = (await visitor.write("Is it in stock?"))["thread_id"]
    sql = "SELECT conversation_id FROM endpoints WHERE id = $1"
    conversation = await office.db.one(UUID, sql, UUID(thread))
    body = {"id": str(uuid4()), "text": "It is.", "seen_seq": 1000}
    sent = await messenger.client.post(f"/api/conversations/{conversation}/replies", body)
    assert sent.status_code == 201, sent.text
    await shop.work(61)
    await shop.work(1)
    (mail,) = shop.mails()
    assert "carla@shop.example" in mail["To"]
    back = await office.write("One for me, by mail.", In_Reply_To=mail["Message-ID"], Cc="")
    assert back == conversation
    return shop, thread


async def test_who_typed_an_address_sees_nothing_of_what_came_from_there(
    office: Office, messenger: TestMessenger
) -> None:
    visitor = await messenger.visitor()
    assert (await visitor.post("contact", {"address": "carla@shop.example"})).is_success
    _, thread = await chat_by_mail(office, messenger, visitor)
    assert await visitor.texts(thread) == [("you", "Is it in stock?"), ("team", "It is.")]


async def test_whom_the_site_vouches_for_sees_the_whole_conversation(office: Office, messenger: TestMessenger) -> None:
    secret = await messenger.secret()
    visitor = await messenger.visitor(jwt=signed(secret, name="Carla", email="carla@shop.example"))
    _, thread = await chat_by_mail(office, messenger, visitor)
    assert await visitor.texts(thread) == [
        ("you", "Is it in stock?"), ("team", "It is."), ("you", "One for me, by mail.")
    ]  # fmt: skip
    await visitor.write("and here again", thread=thread)
    sql = "SELECT count(DISTINCT m.conversation_id) FROM messages m WHERE m.workspace_id = $1 AND m.text LIKE ANY($2)"
    texts = ["Is it in stock?", "One for me%", "and here again"]
    assert await office.db.one(int, sql, office.workspace.id, texts) == 1


async def test_a_transcript_is_asked_for_in_the_messenger(office: Office, messenger: TestMessenger) -> None:
    visitor = await messenger.visitor()
    await visitor.post("contact", {"address": "carla@shop.example", "name": "Carla"})
    shop, thread = await chat_by_mail(office, messenger, visitor)
    assert (await visitor.post(f"threads/{thread}/transcript", {})).status_code == 202
    await office.run()
    text = plain(shop.mails()[-1])
    assert [line in text for line in ("Is it in stock?", "It is.", "One for me, by mail.")] == [True] * 3
