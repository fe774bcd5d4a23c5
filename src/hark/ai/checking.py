"""Whether an answer that a model has written may go to a customer with nobody looking at it first. Pure.

Nothing a model says is believed. Every sentence must name a source that exists and stand in it by its telling words; every
number with its unit, amount, address and host must occur there; what binds the workspace (refunds, guarantees, discounts)
only as the source says it, denied or not; and whoever speaks is no person and does nothing. Links are ours or none. What
is refused costs the customer a moment: a person answers. So all of this errs towards refusing.
"""

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Sequence

import msgspec

from hark.ai.prompts import Source
from hark.ai.values import values_of
from hark.search.stopwords import STOPWORDS

LONGEST = 1_500
GROUNDED = 0.6  # of an answer's telling words stand in what it names
SENTENCE_GROUNDED = 0.5  # and more than this of each of its sentences
_STOPS = frozenset().union(*STOPWORDS.values())
_CITED = re.compile(r"\[(\d{1,2})\]")
_WORD = re.compile(r"[가-힣]+|[^\W\d_]{3,}")
_SENTENCE = re.compile(r"(?<=[.!?。])\s+|\n+")
_ADDRESS = re.compile(
    r"(?:https?://|www\.)[^\s<>\"')\]]+|[\w.+-]+@[\w-]+(?:\.[\w-]+)+|(?<!\w)(?:[^\W_](?:[\w-]*[^\W_])?\.)+[^\W\d_]{2,}(?![\w@])",
    re.I,
)
_FILE = re.compile(r"^[\w.-]+\.(?:pdf|csv|txt|png|jpe?g|json|xml|docx|xlsx|html)$")
_ODD = re.compile(r"[<>{}\\|^~=]|(?:javascript|data|vbscript):")
_MARKS = re.compile(r"\*\*|__|`|^#{1,6}\s+|^\s*>\s?", re.M)

PERSON = re.compile(
    r"\b(?:i am|i'm|my name is|this is \w+ from|speaking as|as an? (?:human|person|agent|employee))\b"
    r"|\b(?:mi chiamo|sono (?:un|una|l)\W?\s?(?:person|operat|uman|colleg|agent|dipendent)\w*)"
    r"|(?:저는|제가|제 이름은|상담원입니다|담당자입니다|직원입니다)"
    r"|\b(?:best|kind|warm) regards\b|\bsincerely\b|\bcordiali saluti\b|\bdistinti saluti\b|(?:드림|올림)\s*$",
    re.I | re.M,
)
"""Speaking as somebody: names, "I am", a signature."""
ACTS = re.compile(
    r"\bi(?:'ve|'ll|'d| have| will| shall| can| did| just| would)\b|\blet me\b|\bwe(?:'ve| have) (?:already |just |now )?\w+(?:ed|en|ne|nt)\b"
    r"|\b(?:ho|abbiamo) (?:già |appena )?\w+(?:ato|uto|ito|sto|tto|rso)\b|\b(?:provveder[òe]|provvederemo|ti invio|le invio)\b"
    r"|(?:처리|환불|취소|접수|발송|변경)(?:해 ?드렸|했|하였|해 ?드리겠|하겠)|해 드리겠습니다|도와드리겠습니다",
    re.I,
)
"""Saying that something was done or is going to be done: a text does nothing."""
BINDING: tuple[re.Pattern[str], ...] = tuple(
    re.compile(pattern, re.I)
    for pattern in (
        r"refund|reimburs|money back|rimbors|환불",
        r"\bfree\b|\bgratis\b|gratuit|senza costi|무료|공짜",
        r"discount|\d\s?% off|\bscont|할인",
        r"guarant|garant|warrant|보장|보증|무조건",
        r"promis|promett|promess|약속",
        r"compensat|indemni|risarc|indennizz|보상|배상",
        r"voucher|coupon|gift card|\bbuon[oi] (?:sconto|regalo)|쿠폰|상품권",
        r"liab|lawyer|\blegal|responsabil|avvocat|법적|변호사",
        r"password|passcode|\bpin\b|\bcvv|card number|numero di carta|비밀번호|카드 ?번호|인증번호",
        r"cancel|annull|disdi|취소|해지",
        r"\b(?:we|our team|somebody|someone)(?:'ll| will| shall)\b|\b(?:ti|vi|la|le) \w+eremo\b|드립니다",
    )
)
"""What binds the workspace, or is asked of a customer by cheats: said by a source, or not at all."""
NEGATION = re.compile(
    r"\b(?:not|no|never|cannot|without|neither|nor|unable|excluded)\b|n['’]t\b|\b(?:non|senza|mai|nessun\w*|né|esclus\w*)\b|않|없|안 |못|불가|제외",
    re.I,
)


def tidy(text: str) -> str:
    """The text as it is judged and as it is sent, so that both are the same: no invisible characters, one form of each
    letter and digit, no Markdown."""
    text = unicodedata.normalize("NFKC", text).replace("’", "'")
    text = "".join(c for c in text if c == "\n" or unicodedata.category(c) not in ("Cc", "Cf", "Co", "Cs"))
    return re.sub(r"\n{3,}", "\n\n", _MARKS.sub("", text)).strip()


class Claim(msgspec.Struct, frozen=True):
    """A stretch of an answer and the numbers of the sources it names."""

    text: str
    named: frozenset[int]


def claims(text: str) -> list[Claim]:
    """An answer by the sources it names: what stands before a mark belongs to it, up to the mark before; a sentence that
    goes on behind its mark too. What nothing is named for has no numbers."""
    found: list[Claim] = []
    at = 0
    for group in re.finditer(r"(?:\[\d{1,2}\][\s,]*)+", text):
        said = text[at : group.start()].strip(" \n.,;")
        named = frozenset(int(n) for n in _CITED.findall(group.group()))
        if said or not found:
            found.append(Claim(said, named))
        else:  # another mark for the same words, behind the full stop
            found[-1] = Claim(found[-1].text, found[-1].named | named)
        at = group.end()
    rest = text[at:].strip(" \n.,;:!?")
    return [*found, Claim(rest, frozenset())] if rest else found


def why_not_sent(
    text: str, sources: Sequence[Source], *, language: str, ours: Collection[str], names: Iterable[str] = ()
) -> str | None:
    """None when a tidied answer may be sent, else the sentence why not.

    `ours`: hosts that links may lead to (and what lies below them); `names`: people of the team, whom it may not name.
    """
    if not text or text.strip(" .!").upper() == "UNKNOWN" or "UNKNOWN" in text:
        return "The sources do not answer this question."
    if len(text) > LONGEST:
        return "The answer is too long to have been written from a few sources."
    by_n = {source.n: source for source in sources}
    stated = claims(text)
    if not any(claim.named for claim in stated):
        return "The model named no source, so its answer is not sent."
    if any(not claim.named <= by_n.keys() for claim in stated):
        return "The model named a source that does not exist, so its answer is not sent."
    if any(not claim.named for claim in stated):
        return "A part of the answer names no source, so it is not sent."
    if not _is_in(text, language):
        return "The answer is in another language than the customer's."
    if why := _speaks_as_somebody(text, names):
        return why
    for claim in stated:
        if why := _unsupported(claim, [by_n[n] for n in sorted(claim.named)], ours):
            return why
    return _ungrounded(stated, by_n)


def _is_in(text: str, language: str) -> bool:
    korean = bool(re.search(r"[가-힣]{2}", text))
    return korean is language.startswith("ko")


def _speaks_as_somebody(text: str, names: Iterable[str]) -> str | None:
    if PERSON.search(text):
        return "The answer speaks as if it were a person."
    if ACTS.search(text):
        return "The answer says that something was or will be done, which a text cannot do."
    folded = text.casefold()
    if any(len(name) > 3 and re.search(rf"(?<!\w){re.escape(name.casefold())}(?!\w)", folded) for name in names):
        return "The answer names a person of the team."
    return None


def _unsupported(claim: Claim, sources: Sequence[Source], ours: Collection[str]) -> str | None:
    """What of a claim stands in none of its sources: an address, a number, a binding word."""
    known = tidy("\n".join(f"{source.title}\n{source.text}" for source in sources))
    folded = known.casefold()
    if any(odd.casefold() not in folded for odd in _ODD.findall(claim.text)):
        return "The answer holds markup or code that no source holds."
    for address in _ADDRESS.findall(claim.text):
        bare = address.rstrip(".,;:!?").casefold()
        if bare not in folded or not (is_ours(bare, ours) or _FILE.search(bare)):
            return f"“{bare[:80]}” is no address of ours in the sources."
    for number, unit in values_of(claim.text) - values_of(known):
        if unit or not any(number == other for other, _ in values_of(known)):
            return f"“{number} {unit}".rstrip() + "” does not stand in the sources."
    sentences = list(_sentences(known))
    for said in _sentences(claim.text):
        if why := _binds(said, sentences) or _turned_round(said, sentences):
            return why
    return None


def _binds(said: str, sentences: Sequence[str]) -> str | None:
    for family in BINDING:
        if (word := family.search(said)) and not any(family.search(one) for one in sentences):
            return f"“{word.group().strip()}” is said by no source."
    return None


def _turned_round(said: str, sentences: Sequence[str]) -> str | None:
    """Whether the sentences most like this one deny what it says, or say what it denies."""
    words, denied = telling(said), bool(NEGATION.search(said))
    alike = [(len(words & telling(one)), bool(NEGATION.search(one)) is denied) for one in sentences]
    most = max((held for held, _ in alike), default=0)
    if most >= 2 and not any(agrees for held, agrees in alike if held == most):
        return "The source says the opposite."
    return None


def is_ours(address: str, ours: Collection[str]) -> bool:
    """Whether a link, mail address or host belongs to one of these hosts."""
    host = re.sub(r"^(?:https?://)?", "", address.casefold())
    host = re.split(r"[/?#]", host)[0].rpartition("@")[2].partition(":")[0].removeprefix("www.")
    return any(host == one or host.endswith(f".{one}") for one in ours)


def _ungrounded(stated: Sequence[Claim], by_n: dict[int, Source]) -> str | None:
    found = total = 0
    for claim in stated:
        known = telling(" ".join(f"{by_n[n].title} {by_n[n].text}" for n in claim.named))
        for said in _sentences(claim.text):
            words = telling(said)
            held = len(words & known)
            if words and held <= SENTENCE_GROUNDED * len(words):
                return "Too little of a sentence stands in the source it names, so the answer is not sent."
            found, total = found + held, total + len(words)
    if not total or found < GROUNDED * total:
        return "Too little of the answer stands in the sources it names, so it is not sent."
    return None


def _sentences(text: str) -> Iterator[str]:
    yield from (one for one in _SENTENCE.split(text) if one.strip())


def telling(text: str) -> set[str]:
    """The words of a text that tell something, without their endings; Korean by its pairs of syllables."""
    found: set[str] = set()
    for word in _WORD.findall(_ADDRESS.sub(" ", text).casefold()):
        if "가" <= word[0] <= "힣":
            found |= {word[n : n + 2] for n in range(len(word) - 1)}
        elif word not in _STOPS:
            found.add(word[:5])
    return found


def renumbered(text: str, sources: Sequence[Source]) -> tuple[str, list[Source]]:
    """The answer with its sources counted from one in the order it names them, and those sources."""
    order = list(dict.fromkeys(int(n) for n in _CITED.findall(text)))
    by_n = {source.n: source for source in sources}
    return _CITED.sub(lambda mark: f"[{order.index(int(mark[1])) + 1}]", text), [by_n[n] for n in order]
