"""Paging, secrets, files, ids, settings, migrations."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hark.core.crypto import Keys, load_keys, new_token, token_hash
from hark.core.db import connect
from hark.core.errors import BadRequest, ConfigError, NotFound, Unavailable
from hark.core.files import Files, new_key
from hark.core.ids import uuid7
from hark.core.migrate import load_migrations, migrate
from hark.core.paging import check_limit, decode_cursor, encode_cursor
from hark.settings import load_settings


@given(st.floats(allow_nan=False, allow_infinity=False), st.uuids(), st.text())
def test_a_cursor_comes_back_whole(number: float, id: UUID, text: str) -> None:
    assert decode_cursor("list", encode_cursor("list", number, id, text), float, UUID, str) == (number, id, text)


@pytest.mark.parametrize(
    "cursor", ["", "x", "!!!", encode_cursor("other", 1), encode_cursor("list", "a"), encode_cursor("list")]
)
def test_a_foreign_cursor_is_refused(cursor: str) -> None:
    with pytest.raises(BadRequest) as caught:
        decode_cursor("list", cursor, int)
    assert caught.value.code == "bad_cursor"


def test_limits() -> None:
    assert check_limit(200) == 200
    for wrong in (0, -1, 201):
        with pytest.raises(BadRequest):
            check_limit(wrong)


def test_secrets_are_encrypted_and_bound_to_the_key() -> None:
    keys = Keys(b"1" * 32)
    token = keys.encrypt("pass word")
    assert "pass" not in token
    assert keys.decrypt(token) == "pass word"
    with pytest.raises(ConfigError, match=r"secret\.key"):
        Keys(b"2" * 32).decrypt(token)
    assert keys.verify("mail", b"x", keys.sign("mail", b"x"))
    assert not keys.verify("other", b"x", keys.sign("mail", b"x"))


def test_the_key_file_is_private_and_made_once(tmp_path: Path) -> None:
    first = load_keys(tmp_path / "deep" / "secret.key")
    assert (tmp_path / "deep" / "secret.key").stat().st_mode & 0o777 == 0o600
    assert load_keys(tmp_path / "deep" / "secret.key").derive("a") == first.derive("a")
    assert token_hash(new_token()) != token_hash(new_token())


async def test_two_who_write_the_same_key_do_not_meet(tmp_path: Path) -> None:
    files = Files.local(tmp_path, inline_bytes=0)
    data = b"x" * 300_000
    await asyncio.gather(*(files.put("1/html/one", data) for _ in range(40)))
    assert await files.get("1/html/one") == data
    assert [p.name for p in (tmp_path / "1/html").iterdir()] == ["one"]


async def test_files_are_whole_or_absent(tmp_path: Path) -> None:
    files = Files.local(tmp_path)
    key = new_key(1, "raw", datetime(2026, 3, 1, tzinfo=UTC))
    assert key.startswith("1/raw/2026/03/")
    await files.put(key, b"\x00mail")
    assert await files.get(key) == b"\x00mail"
    large = new_key(1, "raw", datetime(2026, 3, 1, tzinfo=UTC))
    await files.put(large, b"x" * 300_000)
    assert await files.get(large) == b"x" * 300_000
    assert list(tmp_path.rglob("*.part")) == []
    await files.delete(key)
    await files.delete(key)
    with pytest.raises(NotFound, match="gone"):
        await files.get(key)


async def test_a_full_disk_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "1").write_text("in the way")
    with pytest.raises(Unavailable, match="could not be stored"):
        await Files.local(tmp_path).put("1/raw/a", b"x")


def test_ids_rise(tmp_path: Path) -> None:
    ids = [uuid7() for _ in range(5000)]
    assert ids == sorted(set(ids))
    assert {i.version for i in ids} == {7}


def test_settings_come_from_the_environment() -> None:
    settings = load_settings({"PORT": "9000", "HARK_DATA": "/x", "HARK_SECURE_COOKIES": "true", "HARK_UNKNOWN": "1"})
    assert (settings.port, settings.data, settings.secure_cookies) == (9000, Path("/x"), True)
    with pytest.raises(ConfigError, match="PORT='many'"):
        load_settings({"PORT": "many"})


async def test_migrations_are_forward_only(dsn: str) -> None:
    conn = await connect(dsn)
    try:
        assert await migrate(conn) == []
        await conn.execute("UPDATE schema_migrations SET checksum = 'other' WHERE number = 1")
        with pytest.raises(ConfigError, match="was changed after it had been applied"):
            await migrate(conn)
        await conn.execute("UPDATE schema_migrations SET checksum = $1 WHERE number = 1", load_migrations()[0].checksum)
        await conn.execute("INSERT INTO schema_migrations VALUES (9999, '9999_future', 'x')")
        with pytest.raises(ConfigError, match="made by a newer Hark"):
            await migrate(conn)
    finally:
        await conn.execute("DELETE FROM schema_migrations WHERE number = 9999")
        await conn.close()
