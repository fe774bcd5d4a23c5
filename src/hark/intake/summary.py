"""What the ledger keeps of a mail so that a person finds it again: who, to whom, what about, its Message-ID. Pure."""

import msgspec

from hark.core.text import fold, search_query, search_tokens
from hark.intake.types import Envelope, Inbound

MAX_TEXT = 300  # characters of a name or subject
MAX_TO = 20
MAX_TOKEN = 200  # characters of an address or a Message-ID that count
MAX_WORDS = 200
_AROUND = " <>\"',;()[]"


class MailSummary(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Column `mail` of the ledger. `to`: addresses of To and CC; `mail_id`: the Message-ID without brackets."""

    from_name: str = ""
    from_address: str = ""
    to: list[str] = []
    subject: str = ""
    mail_id: str = ""


class Described(msgspec.Struct, frozen=True):
    """A summary and the words it is found by, as the text of a `tsvector`."""

    summary: MailSummary
    words: str


def describe(inbound: Inbound, envelope: Envelope) -> Described:
    """What the ledger keeps of a mail that was read."""
    to = list(dict.fromkeys(p.address for p in (*inbound.to, *inbound.cc) if p.address))[:MAX_TO]
    summary = MailSummary(
        from_name=inbound.from_name[:MAX_TEXT], from_address=inbound.from_address[:MAX_TEXT], to=to,
        subject=inbound.subject[:MAX_TEXT], mail_id=(inbound.external_id or "")[:MAX_TEXT],
    )  # fmt: skip
    return Described(summary, words_of(summary, envelope))


def words_of(summary: MailSummary, envelope: Envelope) -> str:
    """Every word of the summary and the envelope's addresses; each address and id also whole, and its domain."""
    addresses = [summary.from_address, envelope.mail_from, *summary.to, *envelope.rcpt_to[:MAX_TO], summary.mail_id]
    texts = f"{summary.from_name} {summary.subject}"
    whole = [term for term in _terms(" ".join([*addresses, texts]), MAX_WORDS) if "@" in term]
    domains = ["@" + term.rpartition("@")[2] for term in whole]
    words = search_tokens(" ".join([texts, *addresses]))[:MAX_WORDS]
    return " ".join(_lexeme(token) for token in dict.fromkeys([*whole, *domains, *words]))


def ledger_query(q: str) -> str | None:
    """The `tsquery` that all terms of `q` must meet; None when it holds no word.

    A term with @ is an address, a Message-ID or "@domain", or the beginning of one; everything else are words, of which
    the last one may still be growing.
    """
    terms = _terms(q, 30)
    whole = [f"{_lexeme(term)}:*" for term in terms if "@" in term]
    words = search_query(" ".join(term for term in terms if "@" not in term))
    return " & ".join([*whole, *([words] if words else [])]) or None


def _terms(text: str, most: int) -> list[str]:
    """What stands between white space, folded, without brackets and quotes around it."""
    return [term for found in fold(text).split()[:most] if (term := found.strip(_AROUND)[:MAX_TOKEN])]


def _lexeme(token: str) -> str:
    """Quoted as the input of tsvector and tsquery wants it."""
    return "'" + token.replace("\\", "\\\\").replace("'", "''") + "'"
