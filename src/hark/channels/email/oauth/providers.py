"""The providers whose mailboxes are signed in to with OAuth 2: a literal table, and the only hosts ever asked.

Sources: Google "Using OAuth 2.0 for Web Server Applications" and "IMAP, POP, and SMTP"; Microsoft "OAuth 2.0
authorization code flow", "device authorization grant" and "Authenticate an IMAP, POP or SMTP connection using OAuth".
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

import msgspec

from hark.intake.accounts.types import ImapServer, Security, SmtpServer

ProviderKey = Literal["google", "microsoft"]


class Place(msgspec.Struct, frozen=True):
    """A mail server of a provider."""

    host: str
    port: int
    security: Security


class Provider(msgspec.Struct, frozen=True, kw_only=True):
    """One provider. `{tenant}` in an address stands for the workspace's tenant.

    `mail_scopes` must all be granted, or the mail servers refuse the token. `device_url` is None where the device flow
    may not ask for them; `revoke_url` is None where a single sign-in cannot be withdrawn. Tokens are shown to
    `mail_hosts` only, by (host, security), whatever a mailbox's settings say.
    """

    key: ProviderKey
    name: str
    authorize_url: str
    token_url: str
    device_url: str | None
    revoke_url: str | None
    scopes: tuple[str, ...]
    mail_scopes: tuple[str, ...]
    parameters: Mapping[str, str]
    imap: Place
    smtp: Place
    mail_hosts: frozenset[tuple[str, Security]]

    def url(self, template: str, tenant: str) -> str:
        return template.replace("{tenant}", tenant)

    def takes_token(self, server: ImapServer | SmtpServer) -> bool:
        """Whether a server of a mailbox is one of this provider's, reached in a way that keeps the token secret."""
        return server.verify and (server.host.lower(), server.security) in self.mail_hosts


Providers = Mapping[ProviderKey, Provider]

_MICROSOFT = "https://login.microsoftonline.com/{tenant}/oauth2/v2.0"
_OUTLOOK = ("https://outlook.office.com/IMAP.AccessAsUser.All", "https://outlook.office.com/SMTP.Send")

GOOGLE_HOSTS: frozenset[tuple[str, Security]] = frozenset(
    {
        ("imap.gmail.com", "tls"),
        ("imap.googlemail.com", "tls"),
        ("smtp.gmail.com", "tls"),
        ("smtp.gmail.com", "starttls"),
        ("smtp.googlemail.com", "tls"),
        ("smtp.googlemail.com", "starttls"),
        ("smtp-relay.gmail.com", "tls"),
        ("smtp-relay.gmail.com", "starttls"),
    }
)
MICROSOFT_HOSTS: frozenset[tuple[str, Security]] = frozenset(
    {
        ("outlook.office365.com", "tls"),
        ("smtp.office365.com", "starttls"),
        ("imap-mail.outlook.com", "tls"),
        ("smtp-mail.outlook.com", "starttls"),
    }
)

GOOGLE = Provider(
    key="google",
    name="Google",
    authorize_url="https://accounts.google.com/o/oauth2/v2/auth",
    token_url="https://oauth2.googleapis.com/token",  # noqa: S106 - an address
    # Google's device flow gives no scope of Gmail (only sign-in, some of Drive and YouTube): the code flow alone.
    device_url=None,
    revoke_url="https://oauth2.googleapis.com/revoke",
    scopes=("openid", "email", "https://mail.google.com/"),
    mail_scopes=("https://mail.google.com/",),
    parameters=MappingProxyType({"access_type": "offline", "prompt": "consent"}),  # else no second refresh token
    imap=Place("imap.gmail.com", 993, "tls"),
    smtp=Place("smtp.gmail.com", 465, "tls"),
    mail_hosts=GOOGLE_HOSTS,
)
MICROSOFT = Provider(
    key="microsoft",
    name="Microsoft",
    authorize_url=f"{_MICROSOFT}/authorize",
    token_url=f"{_MICROSOFT}/token",
    device_url=f"{_MICROSOFT}/devicecode",
    revoke_url=None,
    scopes=("openid", "email", "profile", "offline_access", *_OUTLOOK),
    mail_scopes=_OUTLOOK,
    parameters=MappingProxyType({"prompt": "select_account"}),
    imap=Place("outlook.office365.com", 993, "tls"),
    smtp=Place("smtp.office365.com", 587, "starttls"),
    mail_hosts=MICROSOFT_HOSTS,
)

PROVIDERS: Providers = MappingProxyType({"google": GOOGLE, "microsoft": MICROSOFT})
