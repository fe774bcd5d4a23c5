"""What an SMTP server means by its answer: codes of RFC 5321 4.2, enhanced codes of RFC 3463 and what providers say. Pure."""

import re
from typing import Literal, NamedTuple

from hark.channels.email.bounce_reasons import reason_of

Stage = Literal["connect", "sign_in", "sender", "recipient", "data"]
Verdict = Literal["later", "never", "slow", "account", "too_large"]

_STATUS = re.compile(r"^([245]\.\d{1,3}\.\d{1,3})(?=\s|$)")
# "You send too much": the server wants a pause, whatever the mail. Too many recipients of one mail is not that.
_RATE = re.compile(
    r"throttl|rate[ -]?limit|sending rate|too (?:fast|quickly)|slow(?:er)? down|too many (?!recipients|errors|hops)|"
    r"concurrent connections|(?:user|peak|relay|hourly|sending|message|submission|outbound)\W+(?:\w+\W+){0,3}(?:limit|quota)|"
    r"unusual (?:rate|amount)|deferred due to (?:volume|unexpected)",
    re.IGNORECASE,
)
# The day's allowance is used up. Gmail says it with 550 5.4.5, Microsoft with 5.1.90: neither is about the mail.
_QUOTA = re.compile(
    r"daily\W+(?:\w+\W+){0,4}(?:limit|quota)|(?:limit|quota)\W+(?:\w+\W+){0,4}(?:per|a|for the) day", re.IGNORECASE
)
_QUOTA_STATUS = frozenset({"5.4.5", "5.1.90"})
_SLOW_STATUS = frozenset({"4.7.28", "4.3.2"})
_SIGN_IN_CODES = frozenset({432, 454, 530, 534, 535, 538})

MEANINGS = {
    "userunknown": "There is no such mailbox: check the address.",
    "hostunknown": "There is no such mail domain: check the address.",
    "hasmoved": "The address has changed.",
    "notaccept": "This domain takes no mail.",
    "mailboxfull": "The mailbox is full.",
    "suspend": "The mailbox is closed or suspended.",
    "mesgtoobig": "The mail is too large for it.",
    "spamdetected": "It was taken for spam.",
    "virusdetected": "A virus was found in it.",
    "authfailure": "The domain of the sender does not prove this mail: see Sending domains in Settings, Mailboxes.",
    "requireptr": "The sending server has no name in DNS.",
    "badreputation": "The sending server has a bad name there.",
    "blocked": "The sending server is on a block list there.",
    "norelaying": "This server does not send for this address: check the user name of the mailbox.",
    "rejected": "It does not take mail from this sender.",
    "policyviolation": "Its rules forbid this mail.",
}  # fmt: skip


class Answer(NamedTuple):
    """One answer: `status` is the enhanced code ("" without one), `text` the words on one line."""

    code: int
    status: str
    text: str

    def __str__(self) -> str:
        return " ".join(part for part in (str(self.code), self.text) if part)[:400]


def read_answer(code: int, message: str) -> Answer:
    """An answer as the server gave it; lines of a longer one are joined, their repeated codes dropped."""
    lines = [line.strip() for line in message.splitlines() if line.strip()]
    found = _STATUS.match(lines[0]) if lines else None
    status = found[1] if found else ""
    if status:
        lines[1:] = [line.removeprefix(status).strip() for line in lines[1:]]
    return Answer(code, status, " ".join(" ".join(lines).split()))


def judge(answer: Answer, stage: Stage) -> Verdict:
    """What to do after a refusal (4xx, 5xx).

    later: the same again after a while. never: this mail or recipient is refused for good. slow: everything for this
    server pauses. account: nothing goes through this mailbox until somebody puts it right. too_large: less would pass.
    """
    said = answer.text
    if answer.status in _QUOTA_STATUS or _QUOTA.search(said) or answer.status in _SLOW_STATUS or answer.code == 432:
        return "slow"
    if answer.code < 500 and _RATE.search(said):
        return "slow"
    if stage in ("connect", "sign_in") or answer.code in _SIGN_IN_CODES:
        return "account"
    if stage in ("sender", "data") and _is_too_large(answer):
        return "too_large"
    return "later" if answer.code < 500 else "never"


def _is_too_large(answer: Answer) -> bool:
    """RFC 1870 6.1 says 552 of a mail that is too large; others say so with 5.3.4, 5.2.3 or in words."""
    detail = answer.status[2:]
    if detail in ("3.4", "2.3"):
        return answer.code >= 500
    return (answer.code == 552 and detail in ("", "0.0", "7.0")) or (
        answer.code >= 500 and reason_of(answer.text, answer.status) == "mesgtoobig"
    )  # fmt: skip


def meaning(answer: Answer) -> str:
    """A sentence about the cause, "" when the server's own words are all there is."""
    return MEANINGS.get(reason_of(answer.text, answer.status), "")
