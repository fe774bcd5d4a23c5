"""Recognising the same mail when it comes twice. Pure."""

import hashlib
import re

# Header fields that mail servers add on the way; the same mail has others when it comes by another way.
TRACE = frozenset({
    b"received", b"return-path", b"delivered-to", b"x-original-to", b"envelope-to", b"x-envelope-to", b"delivery-date",
    b"authentication-results", b"arc-seal", b"arc-message-signature", b"arc-authentication-results", b"received-spf",
    b"x-received", b"x-forwarded-to", b"x-forwarded-for", b"lines", b"x-uid", b"x-uidl", b"status", b"x-status",
})  # fmt: skip
MAX_HEADER = 1_000_000
MESSAGE_ID = re.compile(rb"^message-id[ \t]*:[ \t]*(?:\n[ \t]+)?[^ \t\n]", re.IGNORECASE | re.MULTILINE)
FIELD = re.compile(rb"^([!-9;-~]{1,100})[ \t]*:[^\n]*(?:\n[ \t][^\n]*)*\n?", re.MULTILINE)


def external_id(raw: bytes) -> str:
    """The ledger's id of a mail: `sha256:<hex>` of its content.

    With a Message-ID the trace fields and line endings do not count, so that a second delivery by another way or with
    another protocol is the same mail. Without one every byte counts: two alarms of a machine may differ in nothing else.
    """
    text = raw.replace(b"\r\n", b"\n").rstrip(b"\n")
    head, blank, body = text.partition(b"\n\n")
    if len(head) > MAX_HEADER or not MESSAGE_ID.search(head):
        return "sha256:" + hashlib.sha256(raw).hexdigest()
    kept = FIELD.sub(lambda m: b"" if m[1].lower() in TRACE else m[0], head).rstrip(b"\n")
    return "sha256:" + hashlib.sha256(kept + blank + body).hexdigest()
