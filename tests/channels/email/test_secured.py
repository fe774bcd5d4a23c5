"""Signed and encrypted parts beyond the golden mails: other protocols, lists that wrap them, hostile data."""

import time
import zlib
from base64 import b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hark.channels.email.mime import parse_message

HEAD = b"From: a@example.com\nSubject: x\nMessage-ID: <1@x>\nDate: Mon, 2 Jan 2023 10:00:00 +0900\n"
SIGNED, COMPRESSED = "2a864886f70d010702", "2a864886f70d0109100109"


def der(tag: int, *inner: bytes) -> bytes:
    body = b"".join(inner)
    size = len(body).to_bytes(max(1, (len(body).bit_length() + 7) // 8), "big")
    return bytes((tag,)) + (bytes((len(body),)) if len(body) < 128 else bytes((0x80 | len(size),)) + size) + body


def cms(kind: str, content: bytes) -> bytes:
    capsule = der(0x30, der(0x06, bytes.fromhex("2a864886f70d010701")), der(0xA0, der(0x04, content)))
    return der(0x30, der(0x06, bytes.fromhex(kind)), der(0xA0, der(0x30, der(0x02, b"\x00"), der(0x31), capsule)))


def smime(data: bytes, kind: bytes = b"application/pkcs7-mime") -> bytes:
    return (
        HEAD + b"Content-Type: " + kind + b"; name=smime.p7m\nContent-Transfer-Encoding: base64\n\n" + b64encode(data)
    )


def test_a_packed_mail_is_opened() -> None:
    mail = parse_message(smime(cms(COMPRESSED, zlib.compress(b"Content-Type: text/plain\n\nhello"))))
    assert (mail.text, mail.notes) == ("hello", [])


def test_signed_within_packed_within_signed() -> None:
    inner = cms(SIGNED, b"Content-Type: text/html\n\n<p>hello</p>")
    packed = cms(
        COMPRESSED,
        zlib.compress(
            b"Content-Type: application/x-pkcs7-mime\nContent-Transfer-Encoding: base64\n\n" + b64encode(inner)
        ),
    )
    mail = parse_message(
        smime(
            cms(
                SIGNED,
                b"Content-Type: application/pkcs7-mime\nContent-Transfer-Encoding: base64\n\n" + b64encode(packed),
            )
        )
    )
    assert mail.text == "hello"
    assert [one.name for one in mail.attachments] == ["smime.p7m"]


def test_what_is_broken_is_attached_and_said() -> None:
    mail = parse_message(smime(cms(SIGNED, b"Content-Type: text/plain\n\nhello")[:-5]))
    assert mail.text == "This mail holds an S/MIME part that could not be read; it is attached as it came."
    assert [one.name for one in mail.attachments] == ["smime.p7m"]


def test_encrypted_by_openpgp_in_the_text_and_through_exchange() -> None:
    armor = b"-----BEGIN PGP MESSAGE-----\n\nhQEMA\n-----END PGP MESSAGE-----"
    inline = parse_message(HEAD + b"\n" + armor)
    assert inline.text == armor.decode()
    assert "encrypted with OpenPGP" in inline.notes[0]
    moved = parse_message(HEAD + b"Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain\n\n\n--b\nContent-Type: application/pgp-encrypted\n\nVersion: 1\n"
                                 b"--b\nContent-Type: application/octet-stream; name=encrypted.asc\n\n" + armor + b"\n--b--\n")  # fmt: skip
    assert "encrypted with OpenPGP" in moved.text


def test_signed_text_inline() -> None:
    mail = parse_message(
        HEAD
        + b"\n-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\nhello\n-----BEGIN PGP SIGNATURE-----\n\nx\n-----END PGP SIGNATURE-----\n"
    )
    assert mail.notes == ["This mail is signed with OpenPGP. Hark did not check the signature."]
    assert "hello" in mail.text


BOMBS = {
    "nested": b"\x30\x80" * 1_000_000,
    "many": b"\x30\x80" + b"\x04\x00" * 2_000_000,
    "zeros": cms(COMPRESSED, zlib.compress(b"\x00" * 100_000_000)),
}


@pytest.mark.parametrize("name", BOMBS)
def test_hostile_data_is_bounded(name: str) -> None:
    started = time.process_time()
    mail = parse_message(smime(BOMBS[name]))
    assert time.process_time() - started < 5.0
    assert not any("could not be read (" in one for one in mail.problems)


@given(st.binary(max_size=60), st.integers(0, 90))
def test_nothing_raises(noise: bytes, at: int) -> None:
    data = cms(SIGNED, b"Content-Type: text/plain\n\nhello")
    mail = parse_message(smime(data[:at] + noise + data[at + len(noise) :]))
    assert not any("could not be read (" in one for one in mail.problems)
