"""Servers that many send by: how fast they take mail, as they publish it, and what SPF must name for them. Pure.

A line without a source is our own rule, because nothing is published. The numbers are of the plan that most have; a mailbox may have others (`Sending.per_day`).
"""

import ipaddress
from typing import NamedTuple


class Limits(NamedTuple):
    """The most that may leave in any minute (mails) and in any 24 hours (recipients); None: as fast as it goes."""

    per_minute: int | None
    per_day: int | None


class Provider(NamedTuple):
    """`hosts`: names of its servers, or their ends when they begin with a dot. `spf`: what its customers' records hold.

    `renames`: it puts its own Message-ID and Date into every mail. `tagged`: it tells of its mails by what stands in
    header fields of its own (`own_fields`).
    """

    name: str
    hosts: tuple[str, ...]
    limits: Limits
    spf: str
    source: str
    renames: bool = False
    tagged: bool = False


PROVIDERS: tuple[Provider, ...] = (
    Provider("Google Workspace relay", ("smtp-relay.gmail.com",), Limits(None, 10_000), "include:_spf.google.com",
             "https://support.google.com/a/answer/2956491"),
    Provider("Gmail", ("smtp.gmail.com", "smtp.googlemail.com"), Limits(None, 2_000), "include:_spf.google.com",
             "https://support.google.com/a/answer/166852"),
    Provider("Microsoft 365", ("smtp.office365.com", ".mail.protection.outlook.com"), Limits(30, 10_000),
             "include:spf.protection.outlook.com",
             "https://learn.microsoft.com/office365/servicedescriptions/exchange-online-service-description/exchange-online-limits"),
    Provider("Outlook.com", ("smtp-mail.outlook.com",), Limits(30, 1_000), "",
             "https://support.microsoft.com/office/sending-limits-in-outlook-com-279ee200-594c-40f0-9ec8-bb6af7735c2e"),
    # One a second is the least that Amazon grants; the console shows how much an account may really send.
    Provider("Amazon SES", (".amazonaws.com",), Limits(60, None), "include:amazonses.com",
             "https://docs.aws.amazon.com/ses/latest/dg/quotas.html", renames=True),
    # The next three publish limits by plan and by month, none by minute: ten a second is our own rule.
    Provider("SendGrid", (".sendgrid.net",), Limits(600, None), "include:sendgrid.net", ""),
    Provider("Mailgun", (".mailgun.org",), Limits(600, None), "include:mailgun.org", ""),
    Provider("Postmark", (".postmarkapp.com",), Limits(600, None), "include:spf.mtasv.net", "", tagged=True),
    Provider("iCloud", ("smtp.mail.me.com",), Limits(None, 1_000), "include:icloud.com",
             "https://support.apple.com/102198"),
    Provider("Yahoo", (".mail.yahoo.com", ".bizmail.yahoo.com", "smtp.aol.com"), Limits(None, 500), "",
             "https://help.yahoo.com/kb/SLN3353.html"),
    Provider("Daum and Kakao", ("smtp.daum.net", "smtp.kakao.com"), Limits(30, 10_000), "",
             "https://docs.channel.io/campaignus/ko (10,000 a day, 150 recipients a mail)"),
    # Naver and Zoho publish no number of mails a day and refuse those who send many at once: our own rule.
    Provider("Naver", ("smtp.naver.com", "smtp.worksmobile.com"), Limits(30, None), "", ""),
    Provider("Zoho", (".zoho.com", ".zoho.eu", ".zoho.in", ".zoho.com.au", ".zoho.jp"), Limits(30, None),
             "include:zohomail.com", ""),
)  # fmt: skip
PRIVATE_GMAIL = (
    "gmail.com",
    "googlemail.com",
)  # of a person instead of a company: https://support.google.com/mail/answer/22839
UNKNOWN = Limits(120, None)  # a server of somebody else that we know nothing about: two a second
OWN = Limits(None, None)  # a server in our own network: whoever runs it knows what it stands
_OWN_ENDS = (".local", ".internal", ".lan", ".home.arpa", ".localhost")


def find_provider(host: str) -> Provider | None:
    """Whose server it is, None for one that is not in the list."""
    host = host.lower().rstrip(".")
    for one in PROVIDERS:
        if any(host == h or (h.startswith(".") and host.endswith(h)) for h in one.hosts):
            return one
    return None


def renames(host: str) -> bool:
    """Whether a server replaces Message-ID and Date (https://docs.aws.amazon.com/ses/latest/dg/header-fields.html): no
    signature of ours survives that, and answers name an id we never gave."""
    provider = find_provider(host)
    return provider is not None and provider.renames


def own_fields(host: str, message_id: str) -> list[tuple[str, str]]:
    """Header fields for one provider: Postmark keeps our Message-ID when it is asked to, and tells of what became of a
    mail with its metadata alone (80 characters at most; the beginning names our message)."""
    provider = find_provider(host)
    if provider is None or not provider.tagged:
        return []
    return [("X-PM-KeepID", "true"), ("X-PM-Metadata-message-id", message_id[:80])]


def limits_of(host: str, username: str) -> Limits:
    """How fast a server takes mail from this user."""
    provider = find_provider(host)
    if provider is None:
        return OWN if _is_own(host) else UNKNOWN
    if provider.name == "Gmail" and username.lower().rpartition("@")[2] in PRIVATE_GMAIL:
        return Limits(None, 500)
    return provider.limits


def _is_own(host: str) -> bool:
    """A server on this machine or a private network: told by its address, or by a name that no public DNS has."""
    host = host.lower().rstrip(".")
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        return "." not in host or host.endswith(_OWN_ENDS)
