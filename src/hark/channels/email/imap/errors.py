"""Sentences for what goes wrong at an IMAP server."""

import re

from imapclient.exceptions import IMAPClientError, LoginError

from hark.channels.base import TransportError
from hark.channels.email.hosts import explain
from hark.channels.email.types import ImapConfig

NETWORK = (IMAPClientError, OSError, TransportError)
NOT_STORED = "New mail could not be stored here; it is safe on its server and is fetched again."


def sentence(error: BaseException, config: ImapConfig) -> str:
    """One or two sentences for a mailbox that cannot be read: what happened and what to do."""
    if isinstance(error, LoginError) and config.oauth:
        return (f"{config.host} refused the sign-in of {config.username} with a fresh token ({said(error)}). Check that "
                "this is the account's own user name, and that IMAP is allowed for it.")  # fmt: skip
    if isinstance(error, LoginError):
        return (f"{config.host} refused the user name or the password for {config.username}. Check both; some "
                "providers want an app password.")  # fmt: skip
    if isinstance(error, OSError | TransportError):
        return explain(error, config.host, config.port)
    text = said(error)
    if "STARTTLS" in text:
        return f"{config.host} does not offer STARTTLS on port {config.port}. Choose TLS or another port."
    return f"{config.host} answered: {text}. It is tried again."


def said(error: BaseException) -> str:
    """The server's own words, in one line."""
    return re.sub(r"\s+", " ", str(error))[:200].rstrip(". ")


def cut_short(size: int, limit: int) -> str:
    """Why a mail comes in with its beginning only."""
    if size > limit:
        return f"The mail has {size:,} bytes, more than the limit of {limit:,}. Only its beginning was fetched."
    return "The mail server breaks off while handing out this mail. Only its beginning was fetched."


def folder_closed(folder: str, error: BaseException) -> str:
    """A watched folder that cannot be opened stops none of the others."""
    return (f"The folder “{folder}” cannot be opened ({said(error)}). The other folders are read; choose the folders "
            "of this mailbox again.")  # fmt: skip


def left_in_place(what: str, error: BaseException) -> str:
    """What was to happen to a fetched mail on its server did not."""
    return (f"Mails are fetched, but the server does not let Hark {what} ({said(error)}). They are safe here and stay "
            "where they are there.")  # fmt: skip
