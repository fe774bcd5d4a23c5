"""Signed and encrypted mail: what it is, and the content of what is only signed (RFC 8551, 3156, 5652, 3274). Pure.

Nothing is decrypted and no signature is checked here. What is signed or packed without being encrypted is opened, because a
mail program that cannot open it shows an empty mail.
"""

import zlib
from collections.abc import Iterator
from itertools import islice

from hark.channels.email.structure import Part, payload

MAX_OPENED = 50_000_000  # bytes of the content of one signed or packed part
MAX_NESTING = 12
MAX_ELEMENTS = 500_000
SIGNED_DATA, ENVELOPED, COMPRESSED, AUTH_ENVELOPED = (
    bytes.fromhex("2a864886f70d010702"), bytes.fromhex("2a864886f70d010703"),
    bytes.fromhex("2a864886f70d0109100109"), bytes.fromhex("2a864886f70d0109100117"),
)  # fmt: skip
SMIME = ("application/pkcs7-mime", "application/x-pkcs7-mime")
SIGNATURES = {
    "application/pkcs7-signature": "S/MIME", "application/x-pkcs7-signature": "S/MIME", "application/pgp-signature": "OpenPGP",
}  # fmt: skip
SIGNED = "This mail is signed with {}. Hark did not check the signature."
ENCRYPTED = "This mail is encrypted with {}. Hark has no key to read it; its content is attached as it came. Ask the sender for a mail that is not encrypted."


def describe_security(root: Part, text: str) -> list[str]:
    """What to tell people about the signatures and encrypted parts of a mail, one sentence each."""
    kinds = {part.content_type for part in _all(root)}
    notes = [SIGNED.format(name) for name in dict.fromkeys(SIGNATURES[kind] for kind in SIGNATURES if kind in kinds)]
    if "application/pgp-encrypted" in kinds or "-----BEGIN PGP MESSAGE-----" in text:
        notes.append(ENCRYPTED.format("OpenPGP"))
    elif "-----BEGIN PGP SIGNED MESSAGE-----" in text:
        notes.append(SIGNED.format("OpenPGP"))
    return notes


def _all(part: Part) -> Iterator[Part]:
    yield part
    for child in part.children:
        yield from _all(child)


def open_smime(raw: bytes, part: Part) -> tuple[bytes | None, str]:
    """The mail inside an S/MIME part (None when it is encrypted or unreadable), and a sentence about it; both empty for
    other parts."""
    if part.content_type not in SMIME:
        return None, ""
    try:
        kind, content = _content_info(payload(raw, part))
    except (ValueError, IndexError, zlib.error):
        return None, "This mail holds an S/MIME part that could not be read; it is attached as it came."
    if kind in (ENVELOPED, AUTH_ENVELOPED):
        return None, ENCRYPTED.format("S/MIME")
    if kind == COMPRESSED:
        return content, ""
    if kind == SIGNED_DATA and content:
        return content, SIGNED.format("S/MIME")
    return None, "This mail holds S/MIME certificates and no text." if kind == SIGNED_DATA else ""


# --- Cryptographic Message Syntax, as far as needed (RFC 5652; BER as in X.690) --------------------------------------


def _content_info(data: bytes) -> tuple[bytes, bytes | None]:
    """(object identifier of the content type, content that is not encrypted). Raises ValueError for anything else."""
    ber = _Ber(data)
    whole = ber.inside((0, 0, len(data)), 0, 1)
    parts = ber.inside(whole[0], 1, 2)
    kind = bytes(ber.view[parts[0][1] : parts[0][2]])
    if kind not in (SIGNED_DATA, COMPRESSED):
        return kind, None
    inner = ber.inside(parts[1], 2, 1)
    # Both: version, algorithms, the encapsulated content.
    capsule = ber.inside(ber.inside(inner[0], 3, 3)[2], 4, 2)
    if len(capsule) < 2:
        return kind, None
    octets = ber.inside(capsule[1], 5, 1)
    content = b"".join(ber.octets(octets[0], 6))[:MAX_OPENED]
    return kind, zlib.decompressobj().decompress(content, MAX_OPENED) if kind == COMPRESSED else content


class _Ber:
    """Elements of BER (X.690) as (tag, start, stop) of their contents; broken or endless data raises ValueError."""

    def __init__(self, data: bytes) -> None:
        self.view = memoryview(data)
        self.left = MAX_ELEMENTS

    def inside(self, element: tuple[int, int, int], depth: int, count: int) -> list[tuple[int, int, int]]:
        """The first `count` elements in another one."""
        found = list(islice(self.children(element, depth), count))
        if not found:
            raise ValueError("empty element")
        return found

    def octets(self, element: tuple[int, int, int], depth: int) -> Iterator[bytes]:
        """The contents of a string, which may be cut into others."""
        tag, start, stop = element
        if not tag & 0x20:
            yield bytes(self.view[start:stop])
            return
        for child in self.children(element, depth):
            yield from self.octets(child, depth + 1)

    def children(self, element: tuple[int, int, int], depth: int) -> Iterator[tuple[int, int, int]]:
        _, at, stop = element
        while at < stop:
            tag, first, last, after = self.element(at, stop, depth)
            if tag == 0 and first == last:  # end of contents
                return
            yield tag, first, last
            at = after

    def element(self, at: int, stop: int, depth: int) -> tuple[int, int, int, int]:
        """(tag, start and stop of the contents, where the next element begins)."""
        self.left -= 1
        if depth > MAX_NESTING or self.left < 0 or at + 2 > stop:
            raise ValueError("nested too deep, too many elements, or cut")
        tag, length = self.view[at], self.view[at + 1]
        at += 2
        if length == 0x80:
            end = at
            while True:
                inner, first, last, after = self.element(end, stop, depth + 1)
                if inner == 0 and first == last:
                    return tag, at, end, after
                end = after
        if length & 0x80:
            size = length & 0x7F
            length = int.from_bytes(self.view[at : at + size], "big") if size <= 4 else stop
            at += size
        if at + length > stop:
            raise ValueError("cut element")
        return tag, at, at + length, at + length
