"""Bounces written for people: which recipients they name and what was said about each. Pure."""

import re

from hark.channels.email.headers import one_line

MAX_LINES = 2_000
ADDRESS = re.compile(r"[\w.+=!#$%&'*/?^`{|}~-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+")
# Where the copy of the returned mail begins.
COPY = re.compile(
    r"^[> \t\r\f\v\xa0|*-]*(?:original message|this is a copy|below this line|message (?:header|text)s? follow|unsent message|"
    r"return-path:|received:|(?:the )?(?:original|full|undelivered) (?:message|mail|headers?) (?:follows|is|was|headers)|"
    r"message-id:|begin forwarded|your (?:original )?message (?:follows|reads)|the (?:body|header) of (?:your|the) message|"
    r"----- (?:unsent|undelivered|returned) |original headers|元のメッセージ|원본)",
    re.IGNORECASE | re.MULTILINE,
)
INTRO = re.compile(
    r"following (?:recipient|address|e-?mail|user|person|people|destination|group|distribution|mail ?box)|failed addresses follow|"
    r"address(?:es)?(?: \S+){0,3} (?:failed|had)|recipients?(?: \S+){0,6} (?:failed|had|could not|reached|rejected|below)|to the following|"
    r"was not delivered to|could not be delivered to|wasn't able to deliver|failed (?:for|recipient)|unable to deliver|permanent (?:fatal )?errors?|다음 (?:수신자|주소|받는)|"
    r"次の(?:受信者|宛先|あて先)|以下の|seguenti? (?:destinatari|indirizz)|folgende[nr]? empfänger|destinataires? suivants?|siguientes? destinatario",
    re.IGNORECASE,
)
LINE = re.compile(
    rf"^[\s>*•-]{{0,12}}(?:(?:to|rcpt to|recipient(?: address)?|address|e-?mail(?: address)?|user|for|failed recipient|final-recipient|"
    rf"수신자|받는 사람|宛先)\s?[:=]\s?(?:rfc822;\s?)?)?[<\"'\[(]{{0,2}}(?:mailto:)?({ADDRESS.pattern})[>\"'\])]{{0,2}}\s*(?P<rest>$|[:;,(.\[-].*|on\s.*|\s{{2,}}.*|<.*)",
    re.IGNORECASE,
)


def failed_recipients(text: str, own: frozenset[str]) -> list[tuple[str, str]]:
    """(address, what was said about it) for every recipient a bounce names, in order; `own` are addresses of the sender
    and of mail daemons, in lower case. What stands below the copy of the returned mail is not read."""
    lines = head_of(text).split("\n")[:MAX_LINES]
    start = next((number for number, line in enumerate(lines) if INTRO.search(line)), None)
    found = _on_lines(lines[start:], own) if start is not None else []
    found = found or _on_lines(lines, own)
    if not found:
        inside = [one for one in ADDRESS.findall("\n".join(lines)) if one.lower() not in own][:1]
        found = [(one, one_line(" ".join(lines))) for one in inside]
    return found


def head_of(text: str) -> str:
    """The text before the copy of the returned mail."""
    match = COPY.search(text)
    before = text[: match.start()] if match else ""
    return before if before.strip("> \t\r\n\f\v\xa0|*-") else text


def _on_lines(lines: list[str], own: frozenset[str]) -> list[tuple[str, str]]:
    said: dict[str, list[str]] = {}
    current: list[str] | None = None
    for line in lines:
        match = LINE.match(line[:1_000])
        if match and match[1].lower() not in own:
            current = said.setdefault(match[1].lower(), [match[1]])
            current.append(match["rest"].strip(" :"))
        elif current is not None:
            current.append(line.strip())
    return [(one[0], one_line(" ".join(one[1:]))) for one in said.values()]
