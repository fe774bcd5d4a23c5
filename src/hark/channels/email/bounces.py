"""Delivery reports: bounces and delays (RFC 3464, 3463), complaints (RFC 5965), and plain-text bounces. Pure."""

import re
from typing import Literal

from hark.channels.email.charsets import decode
from hark.channels.email.headers import message_ids, normalize_address, one_line, to_text
from hark.channels.email.structure import Budget, Part, payload, read_headers, split_parts
from hark.channels.email.types import DeliveryReport, Report

Action = Literal["failed", "delayed", "delivered", "relayed", "expanded", "complained"]
ACTIONS: dict[str, Action] = {"failed": "failed", "delayed": "delayed", "delivered": "delivered", "relayed": "relayed",
                              "expanded": "expanded", "failure": "failed", "error": "failed"}  # fmt: skip
MAX_RECIPIENTS = 1_000
MAX_SCANNED = 200_000  # bytes
HINTS = (
    b"delivery-status", b"feedback-report", b"x-failed-recipients", b"mailer-daemon", b"mail delivery", b"postmaster@",
    b"returned mail", b"undeliver", b"delivery failure", b"message/notification",
)  # fmt: skip
DAEMON = re.compile(
    r"^(?:mailer-?daemon|postmaster|mail-?daemon|mdaemon|double-bounce|maildelivery|bounce)\b", re.IGNORECASE
)
FAILED_SUBJECT = re.compile(
    r"undeliver|delivery (?:status notification|failure|has failed|report)|returned mail|mail delivery (?:failed|failure|"
    r"subsystem)|failure notice|message not delivered|could not be delivered|non remis|unzustellbar|mancata consegna|"
    r"반송|전송 실패|배달되지 않|配信不能|退信",
    re.IGNORECASE,
)
STATUS = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.])")
SMTP_CODE = re.compile(r"(?<![\d.#])(5\d\d|4\d\d)[ -](?!\d)")
ADDRESS = re.compile(r"<?([\w.+=!#$%&'*/?^`{|}~-]{1,64}@[\w-]+(?:\.[\w-]+)+)>?")
ORIGINAL_ID = re.compile(r"^message-id:\s*(<[^<>\s]+>)", re.IGNORECASE | re.MULTILINE)
# The address itself is wrong (RFC 3463 X.1.x, moved or unknown host); full mailboxes and policies are not its fault.
BAD_ADDRESS = frozenset({"5.1.0", "5.1.1", "5.1.2", "5.1.3", "5.1.4", "5.1.6", "5.1.10", "5.2.1"})
UNKNOWN_PERSON = re.compile(
    r"(?:user|mailbox|recipient|account|address|alias|host|domain|addressee)\W{0,3}(?:\w+\W{1,3}){0,4}?(?:unknown|not found|(?:does|do) ?n[o']t exist|"
    r"doesn't have|invalid|is disabled|not listed|no longer)|(?:unknown|no such|invalid|bad|unrouteable|non-?existent) "
    r"(?:\w+ )?(?:user|recipient|mailbox|address|account|host|domain|person|destination)|not a known user|recipientnotfound",
    re.IGNORECASE,
)
DELAYED = re.compile(r"delay|not yet been delivered|will (?:be|continue to be) retried|지연", re.IGNORECASE)


def read_report(raw: bytes) -> DeliveryReport | None:
    """What a delivery report says about whom, or None when the mail is not one. Never raises.

    `hard` means: the address itself is bad, do not use it again (a full mailbox or a policy is not `hard`). A report without a readable recipient still is one, with an empty list.
    """
    start = raw[:MAX_SCANNED].lower()
    if not any(hint in start for hint in HINTS):  # a tenth of the time of one pattern for all
        return None
    root = split_parts(raw, Budget(problems=[]))
    parts = list(_leaves(root))
    kinds = {part.content_type for part in parts}
    if "message/feedback-report" in kinds:
        return _complaint(raw, parts)
    for part in parts:
        if part.content_type in ("message/delivery-status", "message/global-delivery-status"):
            return _status_report(raw, part, parts)
    return _plain_bounce(raw, root, parts)


def _leaves(part: Part) -> list[Part]:
    return [leaf for child in part.children for leaf in _leaves(child)] if part.children else [part]


def _blocks(data: bytes) -> list[dict[str, str]]:
    """The groups of fields of a status or feedback part."""
    blocks = []
    for chunk in re.split(rb"\r?\n[ \t]*\r?\n", data.strip()[:MAX_SCANNED])[: MAX_RECIPIENTS + 1]:
        fields, _ = read_headers(chunk + b"\r\n\r\n", 0, len(chunk) + 4, Budget(problems=[]))
        blocks.append({name: one_line(to_text(value)) for name, value in reversed(fields)})
    return blocks


def _status_report(raw: bytes, part: Part, parts: list[Part]) -> DeliveryReport:
    blocks = _blocks(payload(raw, part))
    found = []
    for block in blocks:
        recipient = block.get("original-recipient") or block.get("final-recipient") or block.get("x-actual-recipient")
        if not recipient or "action" not in block:
            continue
        action = ACTIONS.get(block["action"].split()[0].lower() if block["action"] else "", "failed")
        diagnostic = block.get("diagnostic-code", "")
        address = _typed_address(block.get("final-recipient", "")) or _typed_address(recipient)
        found.append(_report(address, action, block.get("status", ""), diagnostic))
    mta = next((block["reporting-mta"] for block in blocks if "reporting-mta" in block), "")
    return DeliveryReport(recipients=found, original_message_id=_original_id(raw, parts),
                          reporting_mta=mta.rpartition(";")[2].strip())  # fmt: skip


def _typed_address(value: str) -> str:
    return normalize_address(value.split(";", 1)[-1].strip())


def _report(address: str, action: Action, status: str, diagnostic: str) -> Report:
    match = STATUS.search(status)
    code = match[1] if match else ""
    if code in ("", "5.0.0", "4.0.0") and (better := STATUS.search(diagnostic)):
        code = better[1]
    hard = (
        action == "failed"
        and not code.startswith("4")
        and (code in BAD_ADDRESS or bool(UNKNOWN_PERSON.search(diagnostic)))
    )
    return Report(address=address, action=action, status=code, hard=hard, diagnostic=diagnostic[:1_000])


def _complaint(raw: bytes, parts: list[Part]) -> DeliveryReport:
    part = next(part for part in parts if part.content_type == "message/feedback-report")
    fields = (_blocks(payload(raw, part)) or [{}])[0]
    recipient = fields.get("original-rcpt-to") or fields.get("removal-recipient") or ""
    report = Report(
        address=normalize_address(recipient), action="complained", diagnostic=fields.get("feedback-type", "")
    )
    return DeliveryReport(recipients=[report], original_message_id=_original_id(raw, parts),
                          reporting_mta=fields.get("reporting-mta", "").rpartition(";")[2].strip())  # fmt: skip


def _original_id(raw: bytes, parts: list[Part]) -> str | None:
    """The Message-ID of the returned mail: in its attached copy or headers, else quoted in the text."""
    order = sorted(parts, key=lambda part: part.content_type not in ("message/rfc822", "text/rfc822-headers"))
    for part in order:
        text = decode(payload(raw, part)[:MAX_SCANNED], None)[0]
        if match := ORIGINAL_ID.search(text):
            return message_ids(match[1])[0]
    return None


def _plain_bounce(raw: bytes, root: Part, parts: list[Part]) -> DeliveryReport | None:
    """Bounces without a status part: from a mail daemon or with a failure subject, naming an address and a code."""
    failed = to_text(root.header("x-failed-recipients") or b"")
    sender = to_text(root.header("from") or b"")
    address = ADDRESS.search(sender)
    daemon = (
        bool(DAEMON.match(address[1] if address else sender))
        or to_text(root.header("return-path") or b"x").strip() == "<>"
    )
    subject = to_text(root.header("subject") or b"")
    if not failed and not (daemon and FAILED_SUBJECT.search(subject)):
        return None
    text = "\n".join(decode(payload(raw, part)[:MAX_SCANNED], part.params.get("charset"))[0] for part in parts
                     if part.content_type in ("text/plain", "text/html"))  # fmt: skip
    head = re.split(r"(?im)^[\s>-]*(?:original message|this is a copy|below this line|return-path:|received:)", text)[0]
    named = ADDRESS.findall(failed) or [one for one in ADDRESS.findall(head) if not DAEMON.match(one)][:1]
    status = STATUS.search(head)
    code = SMTP_CODE.search(head)
    action: Action = "delayed" if DELAYED.search(subject) else "failed"
    diagnostic = one_line(head[(status or code).start() :][:300]) if (status or code) else one_line(head[:300])  # type: ignore[union-attr]
    found = [_report(normalize_address(one), action, status[1] if status else "", diagnostic) for one in named]
    return DeliveryReport(recipients=found[:MAX_RECIPIENTS], original_message_id=_original_id(raw, parts))
