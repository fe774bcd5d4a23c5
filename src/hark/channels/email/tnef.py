"""Outlook's winmail.dat (TNEF, MS-OXTNEF): the files and the text inside. Pure."""

import msgspec


class Tnef(msgspec.Struct, kw_only=True):
    files: list[tuple[str, bytes]]
    text: str = ""
    html: str = ""


def open_tnef(data: bytes) -> Tnef | None:
    """What is inside, or None when it cannot be opened (the caller then keeps the file as it came)."""
    import logging  # the two imports cost 30 ms and few mails need them

    from tnefparse import TNEF

    logging.getLogger("tnef-decode").setLevel(logging.CRITICAL)
    try:
        tnef = TNEF(data, do_checksum=False)
        files = [(_text(one.long_filename() or one.name) or "file.bin", bytes(one.data or b""))
                 for one in tnef.attachments]  # fmt: skip
        return Tnef(files=files, text=_text(tnef.body), html=_text(tnef.htmlbody))
    except Exception:
        # The library raises whatever a cut or forged file leads it to; there is nothing to tell apart.
        return None


def _text(value: object) -> str:
    if isinstance(value, bytes):
        return value.rstrip(b"\x00").decode("utf-8", "replace")
    return str(value or "").rstrip("\x00")
