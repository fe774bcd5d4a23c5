"""A rule gives a conversation to a bot."""

from uuid import UUID

from hark.automation.replying import Refused
from hark.bots.running import find_run, start_run
from hark.bots.starting import candidates, find_start
from hark.bots.surroundings import find_said, listen
from hark.conversations.lock import lock_root
from hark.core.db import Tx

TAKEN = "Somebody of the team has the conversation."
AT_WORK = "A bot has the conversation already."
OFF = "The bot is switched off, or has nothing to start with."
SILENT = "The customer has not written."
PERSON = "The customer is to talk to a person."
OTHERS = "The bot is not for this customer or channel, or may not write there."


async def start_bot(tx: Tx, id: UUID, bot_id: int) -> None:
    """Let a bot answer the customer's last message, from its first block. Raises Refused where a person should."""
    c = await lock_root(tx, id)
    if c.assignee_id is not None:
        raise Refused(TAKEN)
    if await find_run(tx, c.id) is not None:
        raise Refused(AT_WORK)
    bot = next((one for one in await candidates(tx) if one.id == bot_id and one.starts), None)
    if bot is None:
        raise Refused(OFF)
    message_id = await tx.find(
        UUID,
        "SELECT id FROM messages WHERE workspace_id = $1 AND conversation_id = $2 AND direction = 1 AND kind = 1"
        " ORDER BY seq DESC LIMIT 1",
        tx.workspace_id, c.id,
    )  # fmt: skip
    said = None if message_id is None else await find_said(tx, tx.workspace_id, message_id)
    if said is None:
        raise Refused(SILENT)
    if (await listen(tx, tx.workspace_id, said.text)).urgent is not None:
        raise Refused(PERSON)
    block_id = await find_start(tx, bot, c, said, only=bot.starts[0])
    if block_id is None:
        raise Refused(OTHERS)
    await start_run(tx, c, bot, block_id, said)
