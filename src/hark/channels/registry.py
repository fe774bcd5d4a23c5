"""Every channel Hark speaks, by kind."""

from hark.channels.base import Adapter, Capabilities
from hark.channels.email.mime import parse_message
from hark.channels.email.smtp_out import SmtpSender

ADAPTERS: dict[str, Adapter] = {
    "email": Adapter(
        kind="email",
        capabilities=Capabilities(html=True, attachments=True, subject=True, cc=True, max_bytes=26_214_400),
        parse=parse_message,
        send=SmtpSender,
    ),
}
