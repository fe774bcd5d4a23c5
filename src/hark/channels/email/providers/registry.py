"""The providers whose posts Hark takes."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from hark.channels.email.providers import mailgun, postmark, sendgrid, ses, sns
from hark.channels.email.providers.types import Post, Secrets, Taken
from hark.channels.email.types import DeliveryReport


class Provider(NamedTuple):
    """`read` proves and reads a request or raises Refused; `read_event` reads a stored event again, None when it is
    unknown. `certificate_url`: where the certificate stands that the request is signed with (Refused: not with the
    provider), None for those that sign otherwise."""

    name: str
    read: Callable[[Post, Secrets], Taken]
    read_event: Callable[[bytes], DeliveryReport | None]
    certificate_url: Callable[[Post], str] | None = None


PROVIDERS: Mapping[str, Provider] = {
    "ses": Provider("Amazon SES", ses.read, ses.read_event, sns.certificate_url),
    "sendgrid": Provider("SendGrid", sendgrid.read, sendgrid.read_event),
    "mailgun": Provider("Mailgun", mailgun.read, mailgun.read_event),
    "postmark": Provider("Postmark", postmark.read, postmark.read_event),
}
