"""Delivery reports: bounces and delays (RFC 3464, 3463), complaints (RFC 5965), bounces as text and as JSON. Pure.

Whether a mail is a report is decided by what machines put into it (parts, an empty envelope sender, a daemon as sender),
never by its words alone: a person who forwards a bounce and asks about it is a person.
"""

import json
import re
from typing import Literal, cast

from hark.channels.email.bounce_reasons import HARD, own_status, reason_of
from hark.channels.email.bounce_text import ADDRESS, failed_recipients, head_of
from hark.channels.email.charsets import decode
from hark.channels.email.headers import message_ids, normalize_address, one_line, text_value, to_text
from hark.channels.email.sanitize import html_to_text
from hark.channels.email.structure import Budget, Part, payload, read_headers, split_parts
from hark.channels.email.types import DeliveryReport, Report

Action = Literal["failed", "delayed", "delivered", "relayed", "expanded", "complained"]
ACTIONS: dict[str, Action] = {"failed": "failed", "delayed": "delayed", "delivered": "delivered", "relayed": "relayed",
                              "expanded": "expanded", "failure": "failed", "error": "failed", "deliverable": "delivered",
                              "delay": "delayed"}  # fmt: skip
STATUS_PARTS = ("message/delivery-status", "message/global-delivery-status", "message/xdelivery-status")
MAX_RECIPIENTS = 1_000
MAX_SCANNED = 200_000  # bytes
HINTS = (
    b"delivery-status", b"feedback-report", b"x-failed-recipients", b"mailer-daemon", b"mail delivery", b"postmaster@",
    b"returned mail", b"undeliver", b"delivery failure", b"message/notification", b"return-path: <>", b"final-recipient",
    b"mail system", b"system administrator", b"notificationtype", b"complaint about message from", b"no-reply@",
    b"noreply@", b"failure notice", b"mdaemon", b"maildelivery", b"auto-submitted: auto-replied", b"mail-daemon", b"microsoftexchange",
)  # fmt: skip
DAEMON = re.compile(
    r"^(?:mailer-?daemon|postmaster|mail-?daemon|mdaemon|double-bounce|maildelivery|bounces?|mail-?delivery\S*|mail-?system|"
    r"mailerdaemon|exim|root|microsoftexchange[0-9a-f]{4,}|symantec_antivirus\S*|emailadmin|mailer|mail)(?:@|$)|^(?:mailer-?daemon|postmaster)\b",
    re.IGNORECASE,
)
DAEMON_NAME = re.compile(
    r"mail(?:er)? ?-?(?:delivery|daemon|system|administrator)|system administrator|postmaster|internet mail",
    re.IGNORECASE,
)
ROBOT = re.compile(r"^(?:no-?_?reply|do-?not-?reply|mail|admin\w*|system|notification)\S*@", re.IGNORECASE)
FAILED_SUBJECT = re.compile(
    r"undeliver|un ?delivered|delivery (?:status|failure|has failed|report|notification|problem|error|delay|incomplete)|returned (?:e?-?mail|to sender)|"
    r"mail (?:delivery|failed|failure|system error|not delivered)|delivery failed|failed (?:delivery|mail|to deliver)|failure notice|(?:message|mail|e-?mail)\b.{0,40}\b(?:not|be) (?:be )?delivered|could not be delivered|"
    r"delivery status|returning (?:message|to sender)|message (?:status|delayed|delivery)|warning: (?:message|could not)|delayed (?:mail|\d+ hour)|error sending your mail|nondeliverable|non-?delivery|bounced|"
    r"\bbounce\b|unable to deliver|unzustellbar|zustellung|non remis|échec|mancata consegna|impossibile recapitare|mensaje no entregado|no se (?:pudo|puede) entregar|no entregado|não (?:foi )?entreg|niet (?:bezorgd|afgeleverd)|onbestelbaar|niedostarcz|nie można dostarczyć|non (?:recapitabile|consegnat)|kan (?:inte|ikke) leveres|kan inte levereras|olevererbar|(?:could not|cannot) be sent|"
    r"반송|전송 ?(?:실패|오류)|배달되지 않|발송 ?실패|配信(?:不能|エラー)|メールエラー|エラー通知|配送(?:不能|エラー)|退信|退回|无法投递|無法傳遞",
    re.IGNORECASE,
)
FAILED_TEXT = re.compile(
    r"could not be delivered|couldn.t be delivered|was(?: not|n't) delivered|not (?:yet )?been delivered|did not reach|(?:unable|wasn't able|not able) to deliver|undeliver(?:able|ed)|delivery (?:to the following|failed|has failed|status)|"
    r"returned to (?:sender|you)|permanent (?:fatal )?error|the following (?:address|recipient)|mail delivery (?:failed|system)|failed addresses|trouble delivering|error occurred while trying to deliver|final-recipient:|mail could not|message rejected|"
    r"mailbox is full|user unknown|unknown user|account is disabled|incorrectly constructed|rejected by a remote|送信できません|配信(?:できません|不能)|배달|전송하지 못|전달되지 못|반송|nicht zugestellt|nachrichtenzustellung|n'a pas pu|impossible de remettre|non è stato|impossibile (?:recapitare|consegnare)|no (?:se )?pudo|não foi possível entregar|niet (?:worden )?(?:bezorgd|afgeleverd)|nie (?:można|udało się) dostarczyć|leverans(?:en)? till följande|kunne ikke leveres|could not be sent|failed to send|无法(?:送达|投递)|無法傳遞",
    re.IGNORECASE,
)
MAIL = re.compile(
    r"mail|message|nachricht|messag|mensa|wiadomo|meddelande|bericht|메일|메시지|メール|邮件|郵件", re.IGNORECASE
)
STATUS = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.])")
AFTER_REPLY = re.compile(r"(?<![\d.])[245]\d\d[ -]+['\"(#<\[]{0,2}([245]\.\d{1,3}\.\d{1,3})(?![\d.])")
SMTP_CODE = re.compile(r"(?<![\d.#:\[-])([45]\d\d)[ -](?!\d)")
COPIES = ("message/rfc822", "text/rfc822-headers", "message/global", "message/global-headers", "message/rfc822-headers")
ORIGINAL_ID = re.compile(r"^[>| \t\r\f\v\xa0]*message-id:\s*(<[^<>\s]+>)", re.IGNORECASE | re.MULTILINE)
BARE_ID = re.compile(r"^message-id:[ \t]*([^<>\s]+)[ \t]*$", re.IGNORECASE | re.MULTILINE)
RETURNED_TO = re.compile(
    r"^[>| \t\r\f\v\xa0]*(?:to|x-hmxmroriginalrecipient|x-original-to):(.*)$", re.IGNORECASE | re.MULTILINE
)
ORIGINAL_RECIPIENT = re.compile(
    rb"^original-rcpt-to:([^\r\n]*)", re.IGNORECASE | re.MULTILINE
)  # one for each (RFC 5965)
DELAYED = re.compile(
    r"delay|not yet been delivered|will (?:be|continue to be) retried|still being retried|warning:|지연|遅延",
    re.IGNORECASE,
)
FIELDS_IN_TEXT = re.compile(r"^[> \t\r\f\v\xa0]*(?:Final|Original)-Recipient:", re.IGNORECASE | re.MULTILINE)


def read_report(raw: bytes) -> DeliveryReport | None:
    """What a delivery report says about whom, or None when the mail is not one. Never raises.

    `hard` means: the address itself is bad, do not use it again (a full mailbox or a policy is not `hard`). A report
    without a readable recipient still is one, with an empty list. For complaints `diagnostic` is the kind of feedback.
    """
    start = raw[:MAX_SCANNED].lower()
    if not any(hint in start for hint in HINTS):  # a tenth of the time of one pattern for all
        return None
    root = split_parts(raw, Budget(problems=[]))
    parts = list(_leaves(root))
    by_type = {part.content_type: part for part in reversed(parts)}
    if "message/feedback-report" in by_type:
        return _complaint(raw, by_type["message/feedback-report"], parts)
    for part in parts:
        if part.content_type in STATUS_PARTS:
            return _status_report(raw, payload(raw, part), parts, root)
    return _unstructured(raw, root, parts)


def _leaves(part: Part) -> list[Part]:
    return [leaf for child in part.children for leaf in _leaves(child)] if part.children else [part]


def _blocks(data: bytes) -> list[dict[str, str]]:
    """The groups of fields of a status or feedback part."""
    blocks = []
    for chunk in re.split(rb"\r?\n[ \t]*\r?\n", data.strip()[:MAX_SCANNED])[: MAX_RECIPIENTS + 1]:
        fields, _ = read_headers(chunk + b"\r\n\r\n", 0, len(chunk) + 4, Budget(problems=[]))
        blocks.append({name: one_line(to_text(value)) for name, value in reversed(fields)})
    return blocks


# --- reports with fields (RFC 3464) ----------------------------------------------------------------------------------


def _status_report(raw: bytes, data: bytes, parts: list[Part], root: Part) -> DeliveryReport:
    blocks = _blocks(data)
    found = []
    told = head_of(_text(raw, parts))
    named = [block for block in blocks if _named_in(block)]
    around = dict(failed_recipients(told, frozenset())) if len(named) > 1 else {}
    for block in named:
        action = ACTIONS.get((block.get("action") or "failed").split()[0].strip(";,").lower(), "failed")
        said, address = block.get("diagnostic-code", ""), _named_in(block)
        found.append(
            _report(address, action, block.get("status", ""), said, told if len(named) == 1 else "",
                    around=around.get(address, ""))
        )  # fmt: skip
    mta = next((block["reporting-mta"] for block in blocks if "reporting-mta" in block), "")
    if not found:
        found = _from_text(raw, root, parts, told)
    return DeliveryReport(recipients=found[:MAX_RECIPIENTS], original_message_id=_original_id(raw, parts),
                          reporting_mta=mta.rpartition(";")[2].strip())  # fmt: skip


def _named_in(block: dict[str, str]) -> str:
    for name in ("final-recipient", "original-recipient", "x-actual-recipient"):
        if address := normalize_address(block.get(name, "").split(";", 1)[-1].strip()):
            return address
    return ""


def _report(address: str, action: Action, status: str, said: str, told: str = "", *, around: str = "") -> Report:
    """`said` is about this recipient; `told` is the text around it, read when `said` leaves the reason open; `around`
    is what the text of a report about several says of this one: at which command it was refused."""
    stated = match[1] if (match := STATUS.search(status)) else ""
    code = _code_in(said)
    if not code or code.endswith(".0.0"):
        code = stated or code
    if not code or code.endswith(".0.0"):
        code = _code_in(told) or code
    if code.endswith(".4.7"):  # given up after many attempts; the last one's code says why
        code = STATUS.findall(said)[-1] if STATUS.search(said) else code
    if action in ("delivered", "relayed", "expanded"):
        return Report(address=address, action=action, status=code, reason="delivered", diagnostic=said[:1_000])
    inner = AFTER_REPLY.search(said)
    # A relay may quote the server behind it: "5.1.0 - Unknown address error 550-'5.7.1 Access denied'".
    reason = (
        reason_of(said[inner.start() :], code, around=around)
        if inner and STATUS.search(said[: inner.start()])
        else reason_of(said, code, around=around)
    )
    if reason == "undefined" and told:
        reason = reason_of(told[:3_000], code)
    temporary = code.startswith("4") or (not code and (action == "delayed" or _is_temporary(said or told)))
    if action == "delayed" and reason == "undefined":
        reason = "expired"
    return Report(
        address=address, action=action, status=code or own_status(reason, temporary=temporary), reason=reason,
        hard=action == "failed" and reason in HARD and not temporary, diagnostic=said[:1_000],
    )  # fmt: skip


def _code_in(text: str) -> str:
    """The enhanced code in a server's words; one that follows a reply code (550 5.7.1) is nearer to the cause."""
    match = AFTER_REPLY.search(text) or STATUS.search(text)
    return match[1] if match else ""


def _is_temporary(said: str) -> bool:
    match = SMTP_CODE.search(said)
    return match is not None and match[1].startswith("4")


def _complaint(raw: bytes, part: Part, parts: list[Part]) -> DeliveryReport:
    data = payload(raw, part)[:MAX_SCANNED]
    fields: dict[str, str] = {}
    for block in reversed(_blocks(data)):
        fields |= block
    named = ORIGINAL_RECIPIENT.findall(data)[:MAX_RECIPIENTS]
    if not named:  # left out to protect the person who complained; some leave it in the returned mail
        named = [(fields.get("removal-recipient") or next(iter(_returned_to(raw, parts)), "")).encode()]
    found = [
        Report(address=normalize_address(to_text(one)), action="complained", reason="feedback",
               diagnostic=fields.get("feedback-type", ""))
        for one in named
    ]  # fmt: skip
    return DeliveryReport(recipients=found, original_message_id=_original_id(raw, parts),
                          reporting_mta=fields.get("reporting-mta", "").rpartition(";")[2].strip())  # fmt: skip


def _original_id(raw: bytes, parts: list[Part]) -> str | None:
    """The Message-ID of the returned mail: in its attached copy or headers, else quoted in the text."""
    order = sorted(parts, key=lambda part: part.content_type not in COPIES)
    for part in order:
        text = decode(payload(raw, part)[:MAX_SCANNED], None)[0]
        match = ORIGINAL_ID.search(text) or (BARE_ID.search(text) if part.content_type in COPIES else None)
        if match and (found := message_ids(match[1])):
            return found[0]
    return None


# --- reports without fields ------------------------------------------------------------------------------------------


def _unstructured(raw: bytes, root: Part, parts: list[Part]) -> DeliveryReport | None:
    """Bounces without a status part, when at least two things say so and one of them is not the words."""
    sender = text_value(root.header("from") or b"")
    address = match[0] if (match := ADDRESS.search(sender)) else sender.rpartition("<")[2].strip(' <>"')
    subject = text_value(root.header("subject") or b"")
    text = _text(raw, parts)
    if address.endswith("@sns.amazonaws.com") or (text[:2] == '{"' and "notificationType" in text[:200]):
        return _notice(text)
    if subject.lower().startswith("complaint about message from") and address.startswith("staff@"):
        return _fixed_complaint(raw, parts)
    failed = bool(root.header("x-failed-recipients"))
    empty = to_text(root.header("return-path") or b"x").strip() == "<>"
    daemon = bool(
        DAEMON.match(address)
        or (DAEMON_NAME.search(sender) and "@" in address and not subject.lower().startswith("re:"))
    )
    by_subject = bool(FAILED_SUBJECT.search(subject)) and not re.match(
        r"(?:re|fwd?|aw|wg|tr|rif|r|i)\s?:", subject, re.IGNORECASE
    )
    head = text[:6_000]
    signs = by_subject + bool(FAILED_TEXT.search(head)) + any(one.content_type == "message/rfc822" for one in parts)
    by_machine = failed or empty or daemon
    # A courier's "could not be delivered" is no bounce: a robot must name an address, and speak of mail or with a code.
    by_robot = bool(ROBOT.match(address)) and by_subject and signs >= 2 and bool(ADDRESS.search(head))
    by_robot = by_robot and bool(MAIL.search(subject) or SMTP_CODE.search(head) or STATUS.search(head))
    if not (by_machine and (failed or signs >= 1)) and not by_robot:
        return None
    if FIELDS_IN_TEXT.search(text):
        at = cast("re.Match[str]", FIELDS_IN_TEXT.search(text)).start()
        begin = text.rfind("\n\n", 0, at) + 1
        report = _status_report(raw, re.sub(r"^> ?", "", text[begin:], flags=re.MULTILINE).encode(), parts, root)
        if report.recipients:
            return report
    return DeliveryReport(recipients=_from_text(raw, root, parts, text, delayed=bool(DELAYED.search(subject)))[:MAX_RECIPIENTS],
                          original_message_id=_original_id(raw, parts))  # fmt: skip


def _text(raw: bytes, parts: list[Part]) -> str:
    """What the report says to people: its text parts up to the returned mail."""
    texts: list[str] = []
    for part in parts:
        if part.content_type in COPIES:
            break
        if part.content_type in ("text/plain", "text/html"):
            text = decode(payload(raw, part)[:MAX_SCANNED], part.params.get("charset"))[0].replace("\r\n", "\n")
            texts.append(html_to_text(text) if part.content_type == "text/html" and not texts else text)
    return "\n".join(texts)


def _from_text(raw: bytes, root: Part, parts: list[Part], text: str, *, delayed: bool = False) -> list[Report]:
    own = {one.lower() for name in ("to", "from", "delivered-to", "envelope-to")
           for one in ADDRESS.findall(text_value(root.header(name) or b""))}  # fmt: skip
    stated = ADDRESS.findall(to_text(root.header("x-failed-recipients") or b""))
    told = head_of(text)
    named = failed_recipients(text, frozenset(own - {one.lower() for one in stated}))
    said = {address.lower(): words for address, words in named}
    if not stated and not named:  # a person who wrote to the own address
        named = failed_recipients(text, frozenset())
        said = {address.lower(): words for address, words in named}
    addresses = list(dict.fromkeys(stated)) or [address for address, _ in named] or _returned_to(raw, parts)
    action: Action = "delayed" if delayed else "failed"
    return [
        _report(normalize_address(one), action, "", said.get(one.lower(), ""), told if len(addresses) == 1 else "")
        for one in addresses
    ]


def _returned_to(raw: bytes, parts: list[Part]) -> list[str]:
    """The first recipient of the returned mail, when the report itself names none."""
    for part in reversed(parts):
        text = decode(payload(raw, part)[:MAX_SCANNED], None)[0]
        for match in RETURNED_TO.finditer(text):
            if found := ADDRESS.findall(match[1]):
                return found[:1]
    return []


def _fixed_complaint(raw: bytes, parts: list[Part]) -> DeliveryReport:
    """Outlook.com's complaints: the mail alone, without a feedback part (its "Junk Mail Reporting Program")."""
    address = next(iter(_returned_to(raw, parts)), "")
    report = Report(address=normalize_address(address), action="complained", reason="feedback", diagnostic="abuse")
    return DeliveryReport(recipients=[report], original_message_id=_original_id(raw, parts))


def _notice(text: str) -> DeliveryReport | None:
    """Amazon SES notifications, mailed by SNS: JSON, sometimes folded, followed by a footer."""
    end = text.rfind("}")
    try:
        notice = json.loads(text[text.find("{") : end + 1].replace("\n", ""))
    except (ValueError, RecursionError):
        return None
    if not isinstance(notice, dict):
        return None
    if isinstance(notice.get("Message"), str):
        return _notice(notice["Message"])
    mail = notice.get("mail") if isinstance(notice.get("mail"), dict) else {}
    kind = str(notice.get("notificationType") or notice.get("eventType") or "").lower()
    detail = notice.get(kind)
    if not isinstance(detail, dict):
        return None
    found: list[Report] = []
    for one in (
        detail.get("bouncedRecipients", []) or detail.get("complainedRecipients", []) or detail.get("recipients", [])
    ):
        fields = one if isinstance(one, dict) else {"emailAddress": one}
        address = normalize_address(str(fields.get("emailAddress", "")))
        if kind == "complaint":
            found.append(Report(address=address, action="complained", reason="feedback",
                                diagnostic=str(detail.get("complaintFeedbackType", "abuse"))))  # fmt: skip
            continue
        action = ACTIONS.get(
            str(fields.get("action", "delivered" if kind == "delivery" else "failed")).lower(), "failed"
        )
        said = str(fields.get("diagnosticCode") or detail.get("smtpResponse") or "")
        found.append(_report(address, action, str(fields.get("status", "")), one_line(said)))
    original = cast("dict[str, object]", mail).get("messageId")
    return DeliveryReport(recipients=found[:MAX_RECIPIENTS], original_message_id=str(original) if original else None)
