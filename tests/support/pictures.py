"""Small whole pictures, with something told beside the picture where `told` says so."""

import zlib
from struct import pack


def png(told: bytes = b"") -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return pack(">I", len(data)) + kind + data + pack(">I", zlib.crc32(kind + data))

    beside = chunk(b"tEXt", b"Comment\0" + told) + chunk(b"eXIf", told) if told else b""
    header = chunk(b"IHDR", pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + beside + chunk(b"IDAT", zlib.compress(b"\0\0")) + chunk(b"IEND", b"")


def jpeg(told: bytes = b"", *, orientation: int = 1, order: str = "<") -> bytes:
    """Segments as a camera writes them around a scan (nobody decodes it)."""

    def segment(marker: int, data: bytes) -> bytes:
        return bytes([0xFF, marker]) + pack(">H", len(data) + 2) + data

    beside = b""
    if told:
        tiff = (b"II*\0" if order == "<" else b"MM\0*") + pack(f"{order}IH", 8, 2)
        tiff += pack(f"{order}HHII", 0x010F, 2, len(told), 38) + pack(f"{order}HHIHH", 0x0112, 3, 1, orientation, 0)
        tiff += pack(f"{order}I", 0) + told
        beside = segment(0xE1, b"Exif\0\0" + tiff) + segment(0xFE, told) + segment(0xED, b"Photoshop" + told)
    start = b"\xff\xd8" + segment(0xE0, b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0")
    return (
        start + beside + segment(0xDB, b"\0" + b"\x10" * 64) + segment(0xDA, b"\x01\x01\0\0?\0") + b"scan" + b"\xff\xd9"
    )


def webp(told: bytes = b"") -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return kind + pack("<I", len(data)) + data + b"\0" * (len(data) % 2)

    body = chunk(b"VP8X", bytes([0x0C if told else 0, 0, 0, 0]) + b"\0" * 6) + chunk(b"VP8 ", b"frame")
    if told:
        body += chunk(b"EXIF", told) + chunk(b"XMP ", told)
    return b"RIFF" + pack("<I", len(body) + 4) + b"WEBP" + body
