"""Pictures as bytes: what kind it is, told by how it begins, and the same picture without what else the file says.

Cameras write where and when, with which device and by whom. Nothing is decoded here: the picture's own bytes stay as
they are, and what follows its end is left out.
"""

from collections.abc import Iterator
from struct import pack, unpack, unpack_from

PNG, JPEG, WEBP = b"\x89PNG\r\n\x1a\n", b"\xff\xd8", b"RIFF"
_PNG_TOLD = frozenset({b"eXIf", b"tEXt", b"zTXt", b"iTXt", b"tIME"})
_JPEG_TOLD = frozenset({0xE1, 0xED, 0xFE})  # Exif and XMP, Photoshop and IPTC, comments
_WEBP_TOLD = frozenset({b"EXIF", b"XMP "})
_SOS, _EOI = 0xDA, 0xD9
_ORIENTATION = 0x0112


def image_type(data: bytes) -> str | None:
    """The media type of a PNG, JPEG or WebP; None for anything else. Never SVG: it may hold scripts."""
    if data.startswith(PNG):
        return "image/png"
    if data.startswith(JPEG + b"\xff"):
        return "image/jpeg"
    if data.startswith(WEBP) and data[8:12] == b"WEBP":
        return "image/webp"
    return None


def bare_image(data: bytes) -> bytes:
    """The picture without metadata; a JPEG keeps which side is up. Raises ValueError for anything that is no whole
    PNG, JPEG or WebP."""
    strip = {"image/png": _png, "image/jpeg": _jpeg, "image/webp": _webp}.get(image_type(data) or "")
    if strip is None:
        raise ValueError("not a PNG, JPEG or WebP")
    try:
        return strip(data)
    except (IndexError, OSError) as error:
        raise ValueError("the picture is cut off") from error


def _png(data: bytes) -> bytes:
    """ISO 15948: chunks of length, type, data, checksum, from IHDR to IEND."""
    kept, at = [PNG], len(PNG)
    while True:
        length, kind = unpack(">I4s", _exactly(data, at, 8))
        chunk = _exactly(data, at, length + 12)
        if kind not in _PNG_TOLD:
            kept.append(chunk)
        at += length + 12
        if kind == b"IEND":
            return b"".join(kept)


def _jpeg(data: bytes) -> bytes:
    """ITU T.81: segments of marker and length up to the first scan; everything from there to the end is the picture."""
    kept, at, orientation = [], 2, 1
    while True:
        marker = _exactly(data, at, 2)
        if marker[0] != 0xFF or marker[1] == _EOI:
            raise ValueError("no picture in it")
        if marker[1] == _SOS:
            end = data.rfind(b"\xff\xd9")
            if end < at:
                raise ValueError("the picture is cut off")
            break
        (length,) = unpack(">H", _exactly(data, at + 2, 2))
        segment = _exactly(data, at, length + 2)
        if marker[1] == 0xE1:
            orientation = _orientation(segment) or orientation
        if marker[1] not in _JPEG_TOLD:
            kept.append(segment)
        at += length + 2
    upright = [] if orientation == 1 else [_exif(orientation)]
    first = 1 if kept and kept[0][1] == 0xE0 else 0  # JFIF wants to be the first
    return b"".join([JPEG, *kept[:first], *upright, *kept[first:], data[at : end + 2]])


def _orientation(segment: bytes) -> int | None:
    """2 to 8 from the first directory of an Exif segment (TIFF 6.0, section 2); None when it does not say."""
    tiff = segment[10:]
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(tiff[:4])
    if segment[4:10] != b"Exif\0\0" or order is None or len(tiff) < 10:
        return None
    (first,) = unpack_from(f"{order}I", tiff, 4)
    for entry in _entries(tiff, first, order):
        tag, _, _, value = unpack(f"{order}HHIH", entry[:10])
        if tag == _ORIENTATION and 2 <= value <= 8:
            return int(value)
    return None


def _entries(tiff: bytes, at: int, order: str) -> Iterator[bytes]:
    if at + 2 > len(tiff):
        return
    (count,) = unpack_from(f"{order}H", tiff, at)
    for n in range(count):
        entry = tiff[at + 2 + 12 * n : at + 14 + 12 * n]
        if len(entry) == 12:
            yield entry


def _exif(orientation: int) -> bytes:
    """A segment that says which side is up and nothing else."""
    entry = pack(">HHIHH", _ORIENTATION, 3, 1, orientation, 0)
    body = b"Exif\0\0" + b"MM\0*" + pack(">IH", 8, 1) + entry + pack(">I", 0)
    return b"\xff\xe1" + pack(">H", len(body) + 2) + body


def _webp(data: bytes) -> bytes:
    """RIFF: chunks of type, length (little-endian), data padded to even; VP8X has a flag for each kind of metadata."""
    (size,) = unpack("<I", _exactly(data, 4, 4))
    _exactly(data, 8, size)
    kept, at = [], 12
    while at < size + 8:
        kind, length = unpack("<4sI", _exactly(data, at, 8))
        chunk = bytearray(_exactly(data, at, 8 + length + length % 2))
        if kind == b"VP8X":
            chunk[8] &= ~0x0C & 0xFF
        if kind not in _WEBP_TOLD:
            kept.append(bytes(chunk))
        at += len(chunk)
    body = b"WEBP" + b"".join(kept)
    return WEBP + pack("<I", len(body)) + body


def _exactly(data: bytes, at: int, size: int) -> bytes:
    found = data[at : at + size]
    if len(found) != size:
        raise ValueError("the picture is cut off")
    return found
