"""The bus over Redis pub/sub, for installations whose database is too busy, or too far behind a pooler, for NOTIFY.

Nothing is stored in Redis. Pub/sub knows no databases, so the number in the address (`redis://host/3`) names the
channels: two installations on one server take two numbers.
"""

from typing import Any

from redis.asyncio import Redis
from redis.asyncio.connection import parse_url
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from hark.core.errors import ConfigError
from hark.core.wake import HEALTH_S, JOURNAL, SIGNAL, Bus

CONNECT_S = 5


class RedisBus(Bus):
    """See Bus. Raises ConfigError for an address that is none (the password in it is not repeated)."""

    def __init__(self, address: str) -> None:
        super().__init__(address)
        try:
            number = parse_url(address).get("db", 0)
        except ValueError as error:
            raise ConfigError(
                "BUS_URL cannot be understood. Write it as redis://user:password@host:6379/0 (rediss:// for TLS, "
                "unix:// for a socket) and start again."
            ) from error
        self._suffix = f":{number}"

    async def _connect(self) -> Any:
        client = Redis.from_url(
            self._address, socket_connect_timeout=CONNECT_S, health_check_interval=HEALTH_S,
            retry=Retry(NoBackoff(), 0), decode_responses=True,
        )  # fmt: skip
        await client.ping()
        return client

    async def _disconnect(self, conn: Any) -> None:
        await conn.aclose()

    async def _tell(self, conn: Any, channel: str, payload: str) -> None:
        await conn.publish(channel + self._suffix, payload)

    async def _receive(self, conn: Any) -> None:
        async with conn.pubsub() as pubsub:
            await pubsub.subscribe(JOURNAL + self._suffix, SIGNAL + self._suffix)
            while True:
                message = await pubsub.get_message(ignore_subscribe_messages=True, timeout=HEALTH_S)
                if message:
                    self._got(message["channel"].removesuffix(self._suffix), message["data"])
