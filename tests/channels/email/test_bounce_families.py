"""Bounces as mail servers and providers write them: whom they name, the code and whether the address is bad (own samples)."""

import pytest

from hark.channels.email.bounces import read_report


def plain(sender: str, subject: str, body: str, extra: str = "") -> bytes:
    return f"Return-Path: <>\nFrom: {sender}\nTo: shironeko@example.org\nSubject: {subject}\n{extra}\n{body}".encode()


ORIG = "\nReturn-Path: <shironeko@example.org>\nReceived: from a by b\nMessage-Id: <h.1@example.org>\nFrom: shironeko@example.org\nTo: %s\nSubject: Nyaan\n\nhi\n"


def with_fields(sender: str, subject: str, text: str, fields: str, extra: str = "") -> bytes:
    return (
        f"From: {sender}\nTo: shironeko@example.org\nSubject: {subject}\nContent-Type: multipart/report; report-type=delivery-status; boundary=B\n{extra}\n--B\n\n{text}\n--B\nContent-Type: message/delivery-status\n\n{fields}\n--B\nContent-Type: message/rfc822\n{ORIG % 'x@example.jp'}\n--B--\n"
    ).encode()


K = "kijitora@example.jp"
BOUNCES = {
    "courier": (
        with_fields(
            '"Courier mail server at x" <@>',
            "NOTICE: mail delivery status.",
            f"This is a delivery status notification from x.example.org,\nrunning the Courier mail server, version 0.65.2.\n\n---\n\n                           UNDELIVERABLE MAIL\n\nYour message to the following recipients cannot be delivered:\n\n<{K}>:\n    mx.example.co.jp [192.0.2.1]:\n>>> RCPT TO:<{K}>\n<<< 550 5.1.1 <{K}>... User Unknown\n",
            f"Reporting-MTA: dns; x.example.org\n\nFinal-Recipient: rfc822; {K}\nAction: failed\nStatus: 5.0.0\nRemote-MTA: dns; mx\nDiagnostic-Code: smtp; 550 5.1.1 <{K}>... User Unknown",
        ),
        [(K, "5.1.1", True)],
    ),
    "courier2": (
        with_fields(
            '"Courier mail server at x" <@>',
            "NOTICE: mail delivery status.",
            f"UNDELIVERABLE MAIL\n\nYour message to the following recipients cannot be delivered:\n\n<{K}>:\n    DNS lookup failure.",
            f"Reporting-MTA: dns; x.example.org\n\nFinal-Recipient: rfc822; {K}\nAction: failed\nStatus: 5.0.0\nDiagnostic-Code: unknown; DNS lookup failure.",
        ),
        [(K, "5.0.0", None)],
    ),
    "notes": (
        plain(
            "MAILER-DAEMON@notes.example.jp",
            "Undeliverable message",
            f"------- Failure Reasons  --------\n\nUser not listed in public Name & Address Book\n{K}\n\n------- Returned Message --------\n"
            + ORIG % K,
        ),
        [(K, "5.0.911", True)],
    ),
    "domino": (
        plain(
            "MAILER-DAEMON@x.example",
            "DELIVERY FAILURE: User x (x@y) not listed",
            f"Your message\n\n  Subject: Nyaan\n\nwas not delivered to:\n\n  {K}\n\nbecause:\n\n  User neko ({K}) not listed in Domino Directory\n",
        ),
        [(K, "5.0.911", True)],
    ),
    "opensmtpd": (
        plain(
            "Mailer Daemon <MAILER-DAEMON@x.example>",
            "Delivery status notification: error",
            f"    Hi!\n\n    This is the MAILER-DAEMON, please DO NOT REPLY to this e-mail.\n\n    An error has occurred while attempting to deliver a message for\n    the following list of recipients:\n\n{K}: 550 5.2.2 <{K}>... Mailbox Full\n\n    Below is a copy of the original message:\n"
            + ORIG % K,
        ),
        [(K, "5.2.2", False)],
    ),
    "opensmtpd2": (
        plain(
            "Mailer Daemon <MAILER-DAEMON@x.example>",
            "Delivery status notification: error",
            f"An error has occurred while attempting to deliver a message for\nthe following list of recipients:\n\n{K}: Domain does not exist\n\nBelow is a copy of the original message:\n"
            + ORIG % K,
        ),
        [(K, "5.0.912", True)],
    ),
    "zoho": (
        plain(
            "mailer-daemon@mail.zoho.com",
            "Undelivered Mail Returned to Sender",
            f"This message was created automatically by mail delivery software.\n A message that you sent could not be delivered to one or more of its recipients. This is a permanent error. \n\n{K} Invalid Address, ERROR_CODE :550, ERROR_CODE :5.1.1 <{K}>... User Unknown\n\n\nReceived:from x\nMessage-ID:<h.1@x>\n",
        ),
        [(K, "5.1.1", True)],
    ),
    "zoho2": (
        plain(
            "mailer-daemon@mail.zoho.com",
            "Mail Delivery Status Notification (Delay)",
            f"This message was created automatically by mail delivery software.\n\n[Status: Error, Address: <{K}>, ResponseCode 421, , Host not reachable.]\n",
        ),
        [(K, None, False)],
    ),
    "sendgrid": (
        with_fields(
            "MAILER-DAEMON@sendgrid.net",
            "Undelivered Mail Returned to Sender",
            "This is an automatically generated message from SendGrid.\n\nI'm sorry to have to tell you that your message was not able to be delivered to one of its intended recipients.\n",
            f"Reporting-MTA: dns; x.sendgrid.net\n\nFinal-Recipient: rfc822; {K}\nOriginal-Recipient: rfc822; {K}\nAction: failed\nStatus:\nDiagnostic-Code: 550 5.1.1 <{K}>... User Unknown",
        ),
        [(K, "5.1.1", True)],
    ),
    "verizon": (
        plain(
            "post_master@vtext.com",
            "Undeliverable Message",
            "Message could not be delivered to mobile.\nError: 550 - Requested action not taken: no such user here\n\nRecipient: 0000000000@vtext.com\n",
        ),
        [("0000000000@vtext.com", "5.0.911", True)],
    ),
    "v5sendmail": (
        plain(
            "MAILER-DAEMON@x.example (Mail Delivery Subsystem)",
            "Returned mail: User unknown",
            f"   ----- Transcript of session follows -----\nWhile talking to mx.example.jp:\n>>> RCPT To:<{K}>\n<<< 550 <{K}>... User Unknown\n550 <{K}>... User unknown\n\n   ----- Unsent message follows -----\n"
            + ORIG % K,
        ),
        [(K, "5.0.911", True)],
    ),
    "v5b": (
        plain(
            "MAILER-DAEMON@x.example (Mail Delivery Subsystem)",
            "Returned mail: Host unknown",
            f"   ----- Transcript of session follows -----\n550 <{K}>... Host unknown (Name server: example.jp: host not found)\n\n   ----- Unsent message follows -----\n"
            + ORIG % K,
        ),
        [(K, "5.0.912", True)],
    ),
    "mailmarshal": (
        plain(
            '"MailMarshal at x" <postmaster@x.example>',
            'Undeliverable Mail: "Nyaan"',
            f"Your message:\n   From:    shironeko@example.org\n   Subject: Nyaan\n\nCould not be delivered because of\n\n550 5.1.1 User unknown\n\nThe following recipients were affected: \n    {K}\n\nAdditional Information\n",
        ),
        [(K, "5.1.1", True)],
    ),
    "imail": (
        plain(
            '"Mail Administrator" <postmaster@x.example>',
            "Undeliverable Mail",
            f"Unknown user: {K}\n\nOriginal message follows.\n" + ORIG % K,
            "X-Mailer: <SMTP32 v8.05>\n",
        ),
        [(K, "5.0.911", True)],
    ),
    "imail2": (
        plain(
            '"Mail Administrator" <postmaster@x.example>',
            "Undeliverable Mail",
            f"Delivery failed 20 attempts: {K}\n\nOriginal message follows.\n" + ORIG % K,
        ),
        [(K, "5.0.947", False)],
    ),
    "imail3": (
        plain(
            '"Mail Administrator" <postmaster@x.example>',
            "Undeliverable Mail",
            f"undeliverable to {K}\n\nBody of message generated response:\n553 5.0.0 recipient unknown\n\nOriginal message follows.\n",
        ),
        [(K, None, None)],
    ),
    "imail4": (
        plain(
            '"Mail Administrator" <postmaster@x.example>',
            "Undeliverable Mail",
            f"Unknown host: {K}\n\nOriginal message follows.\n",
        ),
        [(K, "5.0.912", True)],
    ),
    "imail5": (
        plain(
            '"Mail Administrator" <postmaster@x.example>',
            "Undeliverable Mail",
            f"User mailbox exceeds allowed size: {K}\n\nOriginal message follows.\n",
        ),
        [(K, "5.0.922", False)],
    ),
    "interscan": (
        plain(
            '"InterScan MSS" <postmaster@x.example>',
            "Mail could not be delivered",
            f"Sent <<< RCPT TO:<{K}>\nReceived >>> 550 5.1.1 <{K}>... user unknown\nUnable to deliver message to <{K}>\n",
        ),
        [(K, "5.1.1", True)],
    ),
    "mxlogic": (
        plain(
            "Mail Delivery System <Mailer-Daemon@x.mxlogic.net>",
            "Mail delivery failed: returning message to sender",
            f"This message was created automatically by mail delivery software.\n\nA message that you sent could not be delivered to one or more of its\nrecipients. This is a permanent error. The following address(es) failed:\n\n <{K}>\n SMTP error from remote mail server after RCPT TO:<{K}>:\n host neko.example.jp [192.0.2.222]: 550 5.1.1 <{K}>... User Unknown\n\n--- This is a copy of the message, including all the headers. ---\n"
            + ORIG % K,
        ),
        [(K, "5.1.1", True)],
    ),
    "biglobe": (
        plain(
            "postmaster@biglobe.ne.jp",
            "Returned mail: Mailbox full",
            f"   ----- The following addresses had delivery problems -----\n{K}\n\n   ----- Non-delivered information -----\nThe number of messages in recipient's mailbox exceeded the local limit.\n",
        ),
        [(K, "5.0.922", False)],
    ),
    "james": (
        plain(
            "postmaster@x.example",
            "Nyaaan",
            f"This is the James mail server at mail.example.jp.\nI'm afraid I wasn't able to deliver your message to the following addresses.\nThis is a permanent error; I've given up. Sorry it didn't work out.  Below\nI include the list of recipients and the reason why I was unable to deliver\nyour message.\n\nFailed recipient(s):\n{K}\n\nMessage details:\n  Subject: Nyaaan\n  Sent date: Thu Apr 29 01:20:50 JST 2015\n  MAIL FROM: shironeko@example.org\n  RCPT TO: {K}\n  From: Neko <shironeko@example.org>\n  To: {K}\n\nError message: 550 5.1.1 <{K}>... User Unknown\n",
        ),
        [(K, "5.1.1", True)],
    ),
    "x1": (
        plain(
            '"Mail Deliver System" <mailer-daemon@x.example>',
            "Returned Mail: x",
            f"The original message was received at Thu, 29 Apr 2010 00:00:00 +0900 (JST)\nfrom shironeko@example.org\n\n---The following addresses had delivery errors---\n{K} [User unknown]\n",
        ),
        [(K, "5.0.911", True)],
    ),
    "x2": (
        plain(
            "MAILER-DAEMON@x.example",
            "Delivery failure",
            f"Unable to deliver message to the following address(es).\n\n<{K}>:\nThis user doesn't have a example.jp account ({K}) [0]\n\n--- Original message follows.\n"
            + ORIG % K,
        ),
        [(K, "5.0.911", True)],
    ),
    "x3": (
        plain(
            "Mail Delivery System <MAILER-DAEMON@x.example>",
            "Delivery status notification",
            f"       This is an automatically generated Delivery Status Notification.\n\n       Delivery to the following recipients failed.\n\n       * {K}\n\n       Failure reason: User unknown\n",
        ),
        [(K, "5.0.911", True)],
    ),
    "x6": (
        plain(
            "Mail Delivery System <MAILER-DAEMON@x.example>",
            "Mail delivery failed: Nyaan",
            f"We had trouble delivering your message. Full details follow:\n\nSubject: 'Nyaan'\nDate: 'Thu, 29 Apr 2012'\n\n1 error(s):\n\nSMTP Server <mta2.example.jp> rejected recipient <{K}> \n  (Error following RCPT command). It responded as follows: [550 5.1.1 unknown user]\n",
        ),
        [(K, "5.1.1", True)],
    ),
    "ggroups": (
        plain(
            "Mail Delivery Subsystem <mailer-daemon@googlemail.com>",
            "Delivery Status Notification (Failure)",
            "Hello shironeko@example.org,\n\nWe're writing to let you know that the group you tried to contact (neko-nyaan) may not exist, or you may not have permission to post messages to the group.\n\n----- Original message -----\n"
            + ORIG % "neko-nyaan@googlegroups.com",
            "X-Failed-Recipients: neko-nyaan@googlegroups.com\n",
        ),
        [("neko-nyaan@googlegroups.com", "5.0.910", False)],
    ),
    "mfilter": (
        plain(
            "Mailer Daemon <MAILER-DAEMON@x.example>",
            "failure notice",
            f"neko.example.jp\nIt may not be delivered to the following recipients.\n{K}\n\n-------server message\n550 5.1.1 unknown user <{K}>\n\n-------original message\n"
            + ORIG % K,
            "X-Mailer: m-FILTER\n",
        ),
        [(K, "5.1.1", True)],
    ),
    "facebook": (
        with_fields(
            "Facebook <mailer-daemon@mx.facebook.com>",
            "Sorry, your message could not be delivered",
            "This message was created automatically by Facebook.",
            f"Reporting-MTA: dns; 10.138.205.200\n\nFinal-Recipient: rfc822; {K}\nAction: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550 5.1.1 RCP-P2 http://postmaster.facebook.com/response_codes?ip=192.0.2.135#rcp Refused due to recipient preferences",
        ),
        [(K, "5.1.1", None)],
    ),
    "surfcontrol": (
        plain(
            "Mail Delivery System <postmaster@x.example>",
            "Message could not be sent",
            f"Your message could not be sent.\nA transcript of the attempts to send the message follows.\nThe number of attempts made: 1\nAddressed To: {K}\n\nThu 29 Apr 2010 23:34:45 +0900\nFailed to send to identified host,\n{K}: [192.0.2.5], 550 {K}... No such user\n\n--- Message non-deliverable.\n",
        ),
        [(K, "5.0.911", True)],
    ),
    "messagelabs": (
        with_fields(
            '"MAILER-DAEMON" <MAILER-DAEMON@messagelabs.com>',
            "Mail Delivery Failure",
            "This is the mail delivery agent at messagelabs.com.\nI was unable to deliver your message to the following addresses:\n\n"
            + K
            + "\n\nReason: 550 5.1.1 User unknown\n",
            f"Reporting-MTA: dns; server-15.bemta-3.messagelabs.com\nArrival-Date: Tue, 1 Jan 2016\n\nAction: failed\nStatus: 5.0.0\nLast-Attempt-Date: Tue\nDiagnostic-Code: smtp; 550 5.1.1 User unknown\nFinal-Recipient: rfc822; {K}",
        ),
        [(K, "5.1.1", True)],
    ),
    "yahoo": (
        plain(
            "MAILER-DAEMON@yahoo.com",
            "Failure Notice",
            f"Sorry, we were unable to deliver your message to the following address.\n\n<{K}>:\nRemote host said: 550 5.1.1 <{K}>... User Unknown [RCPT_TO]\n\n--- Below this line is a copy of the message.\n"
            + ORIG % K,
        ),
        [(K, "5.1.1", True)],
    ),
    "dragonfly": (
        plain(
            "<MAILER-DAEMON@x.example>",
            "Mail delivery failed",
            f"This is the DragonFly Mail Agent v0.13 at df.example.jp.\n\nThere was an error delivering your mail to <{K}>.\n\nmx.example.jp: User unknown\n\nMessage headers follow.\n"
            + ORIG % K,
        ),
        [(K, "5.0.911", True)],
    ),
    "dragonfly2": (
        plain(
            "<MAILER-DAEMON@x.example>",
            "Mail delivery failed",
            f"This is the DragonFly Mail Agent v0.13 at df.example.jp.\n\nThere was an error delivering your mail to <{K}>.\n\nmx.example.jp [192.0.2.1] did not like our RCPT TO:\n550 5.1.1 <{K}>... User Unknown\n\nMessage headers follow.\n"
            + ORIG % K,
        ),
        [(K, "5.1.1", True)],
    ),
    "exch2007 fr": (
        plain(
            "Microsoft Exchange <MicrosoftExchange329e@example.fr>",
            "Non remis : Nyaan",
            f"Impossible de remettre votre message aux destinataires ou aux groupes de distribution suivants :\n\n{K}\nL'adresse de messagerie entrée est introuvable.\n\nInformations de diagnostic pour les administrateurs :\n\nServeur de génération : mta.example.jp\n\n{K}\n#550 5.1.1 RESOLVER.ADR.RecipNotFound; not found ##\n\nEn-têtes de message d'origine :\n"
            + ORIG % K,
        ),
        [(K, "5.1.1", True)],
    ),
    "exch2007 it": (
        plain(
            "Microsoft Exchange <MicrosoftExchange329e@example.it>",
            "Non recapitabile: Nyaan",
            f"Impossibile recapitare il messaggio ai seguenti destinatari o liste di distribuzione:\n\n{K}\nLa cassetta postale del destinatario è piena.\n\nInformazioni di diagnostica per gli amministratori:\n\nServer di generazione: mta.example.jp\n\n{K}\n#554 5.2.2 mailbox full ##rfc822;{K}\n\nIntestazioni originali del messaggio:\n"
            + ORIG % K,
        ),
        [(K, "5.2.2", False)],
    ),
    "exch2007 sv": (
        plain(
            "Microsoft Exchange <MicrosoftExchange329e@example.se>",
            "Kan inte levereras: Nyaan",
            f"Leverans till följande mottagare eller distributionslistor misslyckades:\n\n{K}\nMottagarens e-postadress hittades inte.\n\nDiagnosinformation för administratörer:\n\nGenererande server: mta.example.jp\n\n{K}\n#550 5.1.1 RESOLVER.ADR.RecipNotFound; not found ##\n",
        ),
        [(K, "5.1.1", True)],
    ),
    "exch2007 de": (
        plain(
            "Microsoft Exchange <MicrosoftExchange329e@example.de>",
            "Unzustellbar: Nyaan",
            f"Fehler bei der Nachrichtenzustellung an folgende Empfänger oder Verteilerlisten:\n\n{K}\nDie eingegebene E-Mail-Adresse konnte nicht gefunden werden.\n\nDiagnoseinformationen für Administratoren:\n\nGenerierender Server: mta.example.jp\n\n{K}\n#550 5.1.1 RESOLVER.ADR.RecipNotFound; not found ##\n",
        ),
        [(K, "5.1.1", True)],
    ),
    "exch ko": (
        plain(
            "Microsoft Outlook <MicrosoftExchange329e@example.kr>",
            "배달되지 않음: 문의",
            f"{K} 주소로 메시지를 배달하지 못했습니다.\n\n원격 서버에서 '550 5.1.1 User unknown'을(를) 반환했습니다.\n",
        ),
        [(K, "5.1.1", True)],
    ),
    "aol": (
        with_fields(
            "Mail Delivery Subsystem <MAILER-DAEMON@mr-m01.example>",
            "Undelivered Mail Returned to Sender",
            f"This is the mail system at host x.\n\n<{K}>: host mx[192.0.2.1] said: 550 5.2.2 <{K}>... Mailbox full (in reply to RCPT TO command)",
            f"Reporting-MTA: dns; x\nX-AOL-Queue-ID: 1\n\nFinal-Recipient: rfc822; {K}\nAction: failed\nStatus: 5.2.2\nRemote-MTA: dns; mx\nDiagnostic-Code: smtp; 550 5.2.2 <{K}>... Mailbox full",
        ),
        [(K, "5.2.2", False)],
    ),
    "powermta": (
        with_fields(
            "<postmaster@x.example>",
            "Delivery report",
            "Hello, this is the mail server on x.example.\n\nI am sending you this message to inform you on the delivery status of a\nmessage you previously sent.  Immediately below you will find a list of\nthe affected recipients;  also attached is a Delivery Status Notification\n(DSN) report in standard format, as well as the headers of the original\nmessage.\n\n  <"
            + K
            + ">  delivery failed; will not continue trying\n",
            f"Reporting-MTA: dns;x\n\nFinal-Recipient: rfc822;{K}\nAction: failed\nStatus: 5.1.1 (bad destination mailbox address)\nRemote-MTA: dns;mx\nDiagnostic-Code: smtp;550 5.1.1 <{K}>... User Unknown\nX-PowerMTA-BounceCategory: bad-mailbox",
        ),
        [(K, "5.1.1", True)],
    ),
    "barracuda": (
        with_fields(
            "MAILER-DAEMON@x.example",
            "**Message you sent blocked by our bulk email filter**",
            "Your message to: " + K + "\nwas blocked by our Spam Firewall.",
            f"Reporting-MTA: dns; x\n\nFinal-Recipient: rfc822; {K}\nAction: failed\nStatus: 5.7.1\nDiagnostic-Code: smtp; 550 5.7.1 Message content rejected, UBE, id=1",
        ),
        [(K, "5.7.1", False)],
    ),
    "mailru": (
        plain(
            "mailer-daemon@mail.ru",
            "Mail failure.",
            f"This message was created automatically by mail delivery software.\n\nA message that you sent could not be delivered to one or more of its\nrecipients. This is a permanent error. The following address(es) failed:\n\n  {K}\n    SMTP error from remote mail server after RCPT TO:<{K}>:\n    host mx [192.0.2.1]: 550 user not found\n",
            "X-Failed-Recipients: " + K + "\n",
        ),
        [(K, "5.0.911", True)],
    ),
    "qmail ko": (
        plain(
            "MAILER-DAEMON@x.example",
            "failure notice",
            f"Hi. This is the qmail-send program at x.\n\n<{K}>:\n192.0.2.1 does not like recipient.\nRemote host said: 550 5.1.1 unknown user\nGiving up on 192.0.2.1.\n\n--- Below this line is a copy of the message.\n"
            + ORIG % K,
        ),
        [(K, "5.1.1", True)],
    ),
    "trend": (
        plain(
            "postmaster@x.example",
            "Mail delivery failed",
            f"Sent >>> RCPT TO: <{K}>\nReceived <<< 550 5.1.1 unknown user\nUnable to deliver message to <{K}>\n",
        ),
        [(K, "5.1.1", True)],
    ),
    "mimecast": (
        with_fields(
            "<postmaster@mimecast.example>",
            "[Postmaster] Email Delivery Failure",
            "This is the email system at mimecast.",
            f"Reporting-MTA: dns; x\n\nFinal-Recipient: rfc822; {K}\nAction: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550 Invalid Recipient - https://community.mimecast.com/docs/DOC-1369#550",
        ),
        [(K, "5.1.1", True)],
    ),
}


@pytest.mark.parametrize("name", BOUNCES)
def test_bounces_of_many_servers(name: str) -> None:
    raw, wanted = BOUNCES[name]
    report = read_report(raw)
    assert report is not None
    assert [one.address for one in report.recipients] == [address for address, _, _ in wanted]
    for found, (_, status, hard) in zip(report.recipients, wanted, strict=True):
        assert status is None or found.status == status
        assert hard is None or found.hard == hard


@pytest.mark.parametrize(("head", "text"), [
    ("From: DHL <no-reply@dhl.example>\nSubject: Your parcel could not be delivered", "Your parcel could not be delivered today. Questions: help@dhl.example"),
    ("From: Shop <noreply@shop.example>\nSubject: Delivery failed", "The courier was unable to deliver the box."),
    ("From: Bank <no-reply@bank.example>\nSubject: Zustellung Ihrer Karte", "Die Karte konnte nicht zugestellt werden."),
    ("From: Kim <kim@example.com>\nSubject: My mail could not be delivered", "I get: 550 5.1.1 user unknown for anna@example.org"),
    ("From: 택배 <noreply@post.example>\nSubject: 배달되지 않은 물품 안내", "물품이 배달되지 않았습니다."),
    ("From: Postmaster <postmaster@example.com>\nSubject: New mail server on Monday", "The mail server moves."),
])  # fmt: skip
def test_what_was_not_delivered_may_be_a_parcel(head: str, text: str) -> None:
    assert read_report(f"{head}\nTo: help@example.org\n\n{text}".encode()) is None
