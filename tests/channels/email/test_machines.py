"""Mail made by machines: delivery reports and the kinds of automatic mail."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.channels.email.scores import false_alarms, score_bounces

from hark.channels.email.auto import classify
from hark.channels.email.bounces import read_report
from hark.channels.email.mime import parse_message
from hark.channels.email.types import Report

SHARED = Path(__file__).parents[4] / "shared" / "data"
BOUNCE = b"""From: MAILER-DAEMON@mx.example.com
To: help@example.com
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
Content-Type: multipart/report; report-type=delivery-status; boundary="B"

--B
Content-Type: text/plain

I'm sorry.
--B
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.com

Final-Recipient: rfc822; kim@example.co.kr
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 <kim@example.co.kr>: User
 unknown

Final-Recipient: rfc822; Lee@Example.co.kr
Action: delayed
Status: 4.4.1
--B
Content-Type: message/rfc822

From: help@example.com
Message-ID: <h.1.2@example.com>
Subject: Re: x

hello
--B--
"""


def test_a_bounce_tells_whom_and_why() -> None:
    report = read_report(BOUNCE)
    assert report is not None
    assert report.reporting_mta == "mx.example.com"
    assert report.original_message_id == "h.1.2@example.com"
    assert report.recipients == [
        Report(address="kim@example.co.kr", action="failed", status="5.1.1", hard=True,
               reason="userunknown", diagnostic="smtp; 550 5.1.1 <kim@example.co.kr>: User unknown"),
        Report(address="Lee@example.co.kr", action="delayed", status="4.4.1", reason="expired"),
    ]  # fmt: skip


def test_a_full_mailbox_is_not_a_bad_address() -> None:
    report = read_report(BOUNCE.replace(b"5.1.1", b"5.2.2").replace(b"User\n unknown", b"quota"))
    assert report is not None
    assert [one.hard for one in report.recipients] == [False, False]


def test_a_complaint_is_read() -> None:
    raw = b"""From: fbl@example.net
Subject: complaint
Content-Type: multipart/report; report-type=feedback-report; boundary=B

--B
Content-Type: message/feedback-report

Feedback-Type: abuse
Original-Rcpt-To: <kim@example.co.kr>
Original-Rcpt-To: lee@example.co.kr

--B
Content-Type: text/rfc822-headers

Message-ID: <h.9@example.com>

--B--
"""
    report = read_report(raw)
    assert report is not None
    assert report.recipients[0] == Report(
        address="kim@example.co.kr", action="complained", reason="feedback", diagnostic="abuse"
    )
    assert [one.address for one in report.recipients] == ["kim@example.co.kr", "lee@example.co.kr"]
    assert report.original_message_id == "h.9@example.com"


def test_a_plain_text_bounce_is_read() -> None:
    raw = (b"From: Mail Delivery System <Mailer-Daemon@mx.example.com>\nSubject: Mail delivery failed: returning message\n"
           b"X-Failed-Recipients: kim@example.co.kr\n\nThe following address failed:\n  kim@example.co.kr\n"
           b"    550 5.1.1 no such user here\n\nMessage-ID: <h.7@example.com>\n")  # fmt: skip
    report = read_report(raw)
    assert report is not None
    assert [(one.address, one.status, one.hard) for one in report.recipients] == [("kim@example.co.kr", "5.1.1", True)]
    assert report.original_message_id == "h.7@example.com"


def test_a_question_about_a_bounce_is_not_one() -> None:
    assert (
        read_report(
            b"From: kim@example.com\nSubject: Undelivered mail\n\nI got a mail from MAILER-DAEMON, 550 5.1.1 x@y.z"
        )
        is None
    )


PLAIN = {
    "qmail, two recipients": (
        b"From: MAILER-DAEMON@mx.example.com\nSubject: failure notice\n\nHi. This is the qmail-send program at mx.example.com.\n"
        b"I wasn't able to deliver your message to the following addresses.\n\n<kim@example.co.kr>:\nRemote host said: 550 5.1.1 no such user\n\n"
        b"<lee@example.co.kr>:\nRemote host said: 552 5.2.2 quota exceeded\n\n--- Below this line is a copy of the message.\n\nMessage-ID: <h.1@x>\n",
        [("kim@example.co.kr", "failed", "5.1.1", "userunknown", True), ("lee@example.co.kr", "failed", "5.2.2", "mailboxfull", False)]),
    "no code": (
        b"Return-Path: <>\nFrom: System Administrator <postmaster@example.net>\nTo: help@example.com\nSubject: Undeliverable: x\n\nYour message\n\n"
        b"  To:      help@example.com\n\ndid not reach the following recipient(s):\n\nkim@example.net on Thu, 29 Apr 2010\n    Unknown Recipient\n",
        [("kim@example.net", "failed", "5.0.911", "userunknown", True)]),
    "fields in the text": (
        b"From: MAILER-DAEMON@mx.example.com (Mail Delivery System)\nSubject: Delayed Mail (still being retried)\n\nIt will be retried.\n\n"
        b"Reporting-MTA: dns; mx.example.com\n\nFinal-Recipient: rfc822; kim@example.net\nAction: delayed\nStatus: 4.4.1\n",
        [("kim@example.net", "delayed", "4.4.1", "expired", False)]),
    "the sender's address is refused": (
        b"From: Mailer-Daemon@mx.example.com\nSubject: Mail delivery failed\nX-Failed-Recipients: kim@example.net\n\nThe following address failed:\n\n"
        b"  kim@example.net\n    SMTP error after MAIL FROM:<help@example.com>: 550 Unknown user help@example.com\n",
        [("kim@example.net", "failed", "5.0.918", "rejected", False)]),
    "JSON by mail": (
        b'From: Alerts <no-reply@sns.amazonaws.com>\nSubject: AWS Notification Message\n\n{"notificationType":"Bounce","bounce":{"bouncedRecipients":'
        b'[{"emailAddress":"kim@example.net","action":"failed","status":"5.1.1","diagnosticCode":"smtp; 550 5.1.1 user unknown"}]},"mail":{"messageId":"x"}}\n\n--\nfooter',
        [("kim@example.net", "failed", "5.1.1", "userunknown", True)]),
    "Exchange, for people": (
        b"From: Microsoft Exchange Recipient <postmaster@example.net>\nReturn-Path: <>\nSubject: Undeliverable: Order\n\nDelivery has failed to these recipients or groups:\n\n"
        b"kim@example.net<mailto:kim@example.net>\nThe email address you entered couldn't be found.\n\nDiagnostic information for administrators:\n\n"
        b"Generating server: EX01.example.net\n\nkim@example.net\n#550 5.1.1 RESOLVER.ADR.RecipNotFound; not found ##\n\nOriginal message headers:\n\nMessage-ID: <h.1@x>\n",
        [("kim@example.net", "failed", "5.1.1", "userunknown", True)]),
    "Exim, delayed": (
        b"From: Mail Delivery System <Mailer-Daemon@h.example>\nSubject: Warning: message 1abc delayed 24 hours\nX-Failed-Recipients: kim@example.net\n\n"
        b"A message that you sent has not yet been delivered to one or more of its recipients after more than 24 hours.\n\n  kim@example.net\n    host mx.example.net [192.0.2.1]\n"
        b"    Delay reason: connection timed out\n",
        [("kim@example.net", "delayed", "4.0.944", "networkerror", False)]),
    "a refusal for now": (
        b"From: MAILER-DAEMON@mx.example.com\nSubject: Undelivered Mail Returned to Sender\n\n<kim@example.net>: host mx said: 450 unknown user (in reply to RCPT TO command)\n",
        [("kim@example.net", "failed", "4.0.911", "userunknown", False)]),
    "Domino": (
        b"From: MAILER-DAEMON@example.net\nSubject: DELIVERY FAILURE: User kim (kim@example.net) not listed in Domino Directory\n\nYour message\n\n  Subject: x\n\nwas not delivered to:\n\n"
        b"  kim@example.net\n\nbecause:\n\n  User kim (kim@example.net) not listed in Domino Directory\n",
        [("kim@example.net", "failed", "5.0.911", "userunknown", True)]),
    "Italian": (
        "From: posta-certificata@pec.example.it\nReturn-Path: <>\nSubject: AVVISO DI MANCATA CONSEGNA: Ordine\n\nIl messaggio non è stato consegnato a kim@example.it\nErrore: 5.1.1 - casella inesistente\n".encode(),
        [("kim@example.it", "failed", "5.1.1", "userunknown", True)]),
    "Chinese": (
        "From: PostMaster@qq.example\nSubject: 来自qq.example的退信\n\n很抱歉，您发送的邮件被退回。\n收件人邮件地址：1234@qq.example\n退信原因：收件人邮件地址不存在。550 Mailbox not found\n".encode(),
        [("1234@qq.example", "failed", "5.0.911", "userunknown", True)]),
    "Korean, another": (
        "From: MAILER-DAEMON@mail.example.kr\nReturn-Path: <>\nSubject: 발송실패 안내\n\nlee@example.kr 님에게 메일이 전달되지 못했습니다.\n실패 사유: 수신자의 메일함 용량이 초과되었습니다.\n".encode(),
        [("lee@example.kr", "failed", "5.0.922", "mailboxfull", False)]),
    "Korean": (
        "From: MAILER-DAEMON@mail.example.kr\nSubject: 메일 전송 실패 안내\n\n다음 수신자에게 전송하지 못했습니다.\n\nkim@example.kr\n사서함 용량이 초과되었습니다.\n".encode(),
        [("kim@example.kr", "failed", "5.0.922", "mailboxfull", False)]),
}  # fmt: skip


@pytest.mark.parametrize("name", PLAIN)
def test_bounces_for_people_are_read(name: str) -> None:
    raw, wanted = PLAIN[name]
    report = read_report(raw)
    assert report is not None
    assert [(one.address, one.action, one.status, one.reason, one.hard) for one in report.recipients] == wanted


def test_the_code_of_an_unknown_mailbox_weighs_more_than_the_words_beside_it() -> None:
    report = read_report(BOUNCE.replace(b"User\n unknown", b"Account is disabled; see our policy"))
    assert report is not None
    assert (report.recipients[0].reason, report.recipients[0].hard) == ("userunknown", True)


def test_the_text_tells_of_each_recipient_at_which_command_it_was_refused() -> None:
    raw = BOUNCE.replace(b"5.1.1", b"5.2.1").replace(
        b"I'm sorry.", b"<kim@example.co.kr>: host mx said: 550 5.2.1\n user unknown (in reply to RCPT TO command)"
    )
    report, silent = read_report(raw), read_report(BOUNCE.replace(b"5.1.1", b"5.2.1"))
    assert report is not None
    assert silent is not None
    assert (report.recipients[0].reason, silent.recipients[0].reason) == ("userunknown", "filtered")


@pytest.mark.parametrize(
    ("status", "stated"), [("5.1.1", "5.1.1"), ("5.0.911", ""), ("4.0.947", ""), ("5.0.9", "5.0.9"), ("", "")]
)
def test_people_see_only_codes_that_somebody_stated(status: str, stated: str) -> None:
    assert Report(address="a@b.example", action="failed", status=status).stated_status == stated


def test_a_complaint_that_names_nobody_is_about_the_returned_mails_recipient() -> None:
    raw = (b"From: fbl@example.net\nContent-Type: multipart/report; report-type=feedback-report; boundary=B\n\n--B\nContent-Type: message/feedback-report\n\n"
           b"Feedback-Type: auth-failure\nAuth-Failure: dmarc\n\n--B\nContent-Type: message/rfc822\n\nTo: <kim@example.kr>\nMessage-ID: h.9@example.com\n\nx\n--B--\n")  # fmt: skip
    report = read_report(raw)
    assert report is not None
    assert report.original_message_id == "h.9@example.com"  # some leave the brackets out
    assert [(one.address, one.action, one.diagnostic) for one in report.recipients] == [
        ("kim@example.kr", "complained", "auth-failure")
    ]


def test_shared_complaints() -> None:
    root = SHARED / "mailauth" / "stalwart" / "resources" / "arf"
    if not root.exists():
        pytest.skip("shared data 'mailauth' is not beside this checkout")
    for path in root.glob("*.eml"):
        want, report = json.loads(path.with_suffix(".json").read_text()), read_report(path.read_bytes())
        assert report is not None, path
        assert report.reporting_mta == want.get("reporting_mta", "") or not want.get("reporting_mta"), path
        assert report.recipients[0].diagnostic.replace("-", "") == want["feedback_type"].lower(), path
        if want.get("original_rcpt_to"):
            assert report.recipients[0].address == want["original_rcpt_to"].strip("<>"), path


@pytest.mark.parametrize("raw", [
    b"From: Kim <kim@example.com>\nSubject: Fwd: Returned mail: see transcript\n\nWhy?\n\n> Final-Recipient: RFC822; a@example.com\n> Action: failed\n",
    b"From: Shop <no-reply@shop.example>\nSubject: Your order could not be delivered to the door\n\nThe courier was there.",
    b"From: MAILER-DAEMON@example.com\nSubject: Weekly statistics\n\n12 mails.",
    b"Return-Path: <>\nFrom: kim@example.com\nSubject: Out of office\n\nI am away.",
])  # fmt: skip
def test_what_only_speaks_of_delivery_is_no_report(raw: bytes) -> None:
    assert read_report(raw) is None


def test_shared_bounces() -> None:
    """The standard library's fields alone give 45 % of the status lists. `python -m tests.channels.email.scores` tells more."""
    if not (SHARED / "bounces").exists():
        pytest.skip("shared data 'bounces' is not beside this checkout")
    for score in score_bounces().values():
        assert score.share("found") >= 0.98
        assert score.share("status") >= 0.88
        assert score.share("hard") >= 0.915


def test_support_mail_is_no_bounce() -> None:
    if not (SHARED / "support-mail").exists():
        pytest.skip("shared data 'support-mail' is not beside this checkout")
    alarms, mails = false_alarms()
    assert alarms <= mails / 1_000


@given(
    st.lists(
        st.sampled_from([*BOUNCE.splitlines(keepends=True), b"x-failed-recipients: \xff\n", b"\x00", b"Action:\n"]),
        max_size=40,
    ).map(b"".join)
)
def test_no_report_raises(raw: bytes) -> None:
    read_report(raw)


@pytest.mark.parametrize("head", [b"Subject: Undelivered Mail", b"Subject: Undelivered\nContent-Type: multipart/report; boundary=b"])
@pytest.mark.parametrize("line", [b"\n", b"> \n", b" \r\n \r", b"\n\n\t|"])
def test_empty_lines_without_end_cost_nothing(head: bytes, line: bytes) -> None:
    """Each line is looked at once: looking on from each of them to the end would take hours."""
    text = b"could not be delivered, 5.1.1 user unknown ann@x.example" + line * 100_000
    part = b"--b\n\n" + text + b"\n--b\nContent-Type: message/delivery-status\n\n" + text + b"\n--b\nContent-Type: message/rfc822\n\n"
    report = read_report(b"From: MAILER-DAEMON@x.example\nReturn-Path: <>\n" + head + b"\n\n" + part + line * 100_000)
    assert report is None or report.original_message_id is None


MAILS = [
    (b"Subject: Question", "human"),
    (b"Subject: Out of office: back Monday\nAuto-Submitted: auto-replied", "out_of_office"),
    (b"Subject: \xeb\xb6\x80\xec\x9e\xac\xec\xa4\x91 \xec\x95\x88\xeb\x82\xb4\nAuto-Submitted: auto-replied (vacation)", "out_of_office"),
    (b"Subject: Risposta automatica: ordine", "auto_reply"),
    (b"Subject: =?utf-8?b?7J6Q64+ZIO2ajOyLoDog7KO866y4?=", "auto_reply"),
    (b"Subject: Ticket received\nAuto-Submitted: auto-generated\nIn-Reply-To: <a@b>", "auto_reply"),
    (b"Subject: New order 12\nAuto-Submitted: auto-generated", "human"),
    (b"Subject: News\nList-Id: <news.example.com>", "bulk"),
    (b"Subject: News\nPrecedence: bulk", "bulk"),
    (b"Subject: Re: x\nX-Loop: hark-1", "loop"),
    (b"Subject: Re: x\nMessage-ID: <1@help.example.com>", "loop"),
    (b"Subject: x\n" + b"Received: from a by b\n" * 41, "loop"),
    (b"Subject: x\nAuto-Submitted: auto-replied\nFrom: help@example.com", "loop"),
]  # fmt: skip


@pytest.mark.parametrize(("header", "kind"), MAILS)
def test_kinds_of_mail(header: bytes, kind: str) -> None:
    sender = b"" if b"From:" in header else b"From: kim@example.com\n"
    mail = parse_message(sender + header.rstrip(b"\n") + b"\n\ntext")
    got = classify(mail, own_domains={"help.example.com"}, own_addresses={"help@example.com"}, loop_token="hark-1")
    assert got == kind


@pytest.mark.parametrize("subject", [
    "Auto: Kratzer in der Tür", "Automatic reply not working", "Auto response emails are not sent",
    "auto-reply feature request", "Autosvar fungerar inte", "자동회신이 안 됩니다",
])  # fmt: skip
def test_people_who_write_about_automatic_mail_are_people(subject: str) -> None:
    raw = f"From: kim@example.com\nSubject: {subject}\n\nPlease help.".encode()
    assert classify(parse_message(raw)) == "human"


@pytest.mark.parametrize("head", [
    "Subject: Automatic reply: Order 4711", "Subject: Autosvar: x", "Subject: Automatische Antwort",
    "Subject: Auto: x\nIn-Reply-To: <a@b>", "Subject: 자동회신: x",
])  # fmt: skip
def test_a_subject_that_says_so_is_automatic(head: str) -> None:
    raw = f"From: kim@example.com\n{head}\n\nI am away.".encode()
    assert classify(parse_message(raw)) in ("auto_reply", "out_of_office")
