"""The bot of the sample workspace: published, greeting in the messenger, answering from the sample articles."""

from hark.bots.actions import create_bot, publish_bot
from hark.bots.types import NewBot
from hark.core.crypto import Keys
from hark.core.db import Tx


async def create_sample_bot(tx: Tx, keys: Keys) -> int:
    """The bot's id."""
    bot = await create_bot(tx, NewBot(name="Assistant"), keys)
    await publish_bot(tx, bot.id, "")
    return bot.id
