"""Word between processes: at once in this one, soon in the others, once each, and only as much as can be carried."""

import asyncio
from typing import Any

import asyncpg
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hark.core.wake import MAX_PACKET_BYTES, MAX_SIGNAL_BYTES, Bus, packets

TRIES = 100


async def heard(listening: asyncio.Queue[Any], say: Any) -> Any:
    """What comes over after `say()` was called until both connections stand."""
    for _ in range(TRIES):
        say()
        try:
            return await asyncio.wait_for(listening.get(), 0.1)
        except TimeoutError:
            continue
    return pytest.fail("nothing was heard")


async def test_a_signal_is_heard_in_another_process_once_and_in_order(dsn: str) -> None:
    sender, receiver = Bus(dsn), Bus(dsn)
    here: list[int] = []
    there: asyncio.Queue[tuple[int, dict[str, Any]]] = asyncio.Queue()
    sender.on_signal(lambda ws, signal: here.append(signal["n"]))
    receiver.on_signal(lambda ws, signal: there.put_nowait((ws, signal)))
    await sender.start()
    await receiver.start()
    try:
        await heard(there, lambda: sender.publish(7, {"type": "hello", "n": -1}))
        here.clear()
        for n in range(300):
            sender.publish(7, {"type": "typing", "n": n, "name": "세라 " * 20})
        assert here == list(range(300))  # at once
        got = []
        while not got or got[-1] != 299:
            workspace_id, signal = await asyncio.wait_for(there.get(), 10)
            assert workspace_id == 7
            got += [signal["n"]] if signal["n"] >= 0 else []
        assert got == list(range(300))
        await asyncio.sleep(0)
        assert here == list(range(300))  # and not a second time from the wire
    finally:
        await sender.stop()
        await receiver.stop()


async def test_it_goes_on_after_the_connections_were_lost(dsn: str) -> None:
    sender, receiver = Bus(dsn), Bus(dsn)
    there: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
    receiver.on_signal(lambda _ws, signal: there.put_nowait(signal))
    await sender.start()
    await receiver.start()
    try:
        await heard(there, lambda: sender.publish(7, {"type": "before"}))
        admin = await asyncpg.connect(dsn)
        await admin.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        await admin.close()
        while (await heard(there, lambda: sender.publish(7, {"type": "after"})))["type"] == "before":
            continue
    finally:
        await sender.stop()
        await receiver.stop()


def test_a_signal_that_is_too_large_is_refused() -> None:
    bus = Bus("")
    with pytest.raises(ValueError, match="at most 7500"):
        bus.publish(1, {"type": "x", "text": "x" * MAX_SIGNAL_BYTES})


def test_a_hearer_that_fails_harms_nobody() -> None:
    bus = Bus("")
    got: list[dict[str, Any]] = []
    bus.on_signal(lambda _ws, _signal: 1 / 0 and None)
    stop = bus.on_signal(lambda _ws, signal: got.append(signal))
    bus.publish(1, {"type": "x"})
    stop()
    bus.publish(1, {"type": "y"})
    assert got == [{"type": "x"}]


@given(st.lists(st.tuples(st.integers(1, 2**31), st.text(max_size=1_000)), max_size=60))
def test_packets_carry_everything_in_order_and_fit(signals: list[tuple[int, str]]) -> None:
    sent = [(ws, msgspec.json.encode({"type": "t", "text": text})) for ws, text in signals]
    made = list(packets("a" * 12, sent))
    assert all(len(p.encode()) <= MAX_PACKET_BYTES for p in made)
    assert [(ws, s["text"]) for p in made for ws, s in msgspec.json.decode(p)[1]] == signals
