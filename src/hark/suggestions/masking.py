"""What of a reply to one customer may be shown while another is answered, and what becomes a value of theirs or a blank.

A word survives when replies to at least `ENOUGH` different customers hold it, when it is ordinary or published knowledge,
or when it stands in this very conversation; a value (number, date, address, link, name) only whole, and never an ordinary
one. Names of the source's customer and whom a greeting names always go. What is left open is a blank.
"""

import re
from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Sequence
from functools import cached_property, lru_cache
from itertools import pairwise
from typing import NamedTuple

import msgspec

from hark.search.analysis import terms
from hark.search.korean import PARTICLES
from hark.search.stopwords import STOPWORDS
from hark.suggestions.lexing import PLAIN, Token, What, clean, is_soft, key_of, run_key, runs, tokens
from hark.suggestions.naming import FAREWELL, SURNAMES, is_said_of_people, keys_of, names_in
from hark.suggestions.ordinary import ORDINARY

ENOUGH = 3
"""So many different customers must have got a word before a fourth may see it."""
MIN_WORDS = 4
MAX_BLANK = 0.34
_STOPS = frozenset().union(*STOPWORDS.values())


class Segment(msgspec.Struct, frozen=True):
    """A piece of a suggestion. `kind` text: as it was sent; filled: a value of this customer in place of another's
    (`what`: name, email, number ...); blank: for the agent to fill, `text` is empty."""

    kind: str
    text: str
    what: str = ""


class Person(NamedTuple):
    """What is known of a customer: their names (longest first), addresses and company. Any may be empty."""

    names: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    company: str = ""


class Place(NamedTuple):
    """The conversation a suggestion is for: its customer, everything said in it, what the customer has written, and the
    name of the person who answers."""

    person: Person
    said: str
    asked: str
    agent: str = ""


class Source(NamedTuple):
    """A reply as it was sent: to whom, what that customer had written, the name of who answered, whatever else was answered
    in that conversation, and the names of whoever else wrote or was written to in it, our own mailboxes left out."""

    text: str
    person: Person
    asked: str
    agent: str = ""
    replied: str = ""
    others: tuple[str, ...] = ()


class Vocabulary:
    """What several customers have received: words, pairs of neighbouring words, and whole runs of values. `known` is
    published text (articles), `people` whoever writes to this desk."""

    def __init__(
        self, replies: Iterable[tuple[Hashable, str]], known: Iterable[str] = (), people: Iterable[str] = ()
    ) -> None:
        self.names = keys_of(people)
        got: tuple[defaultdict[str, set[Hashable]], ...] = (defaultdict(set), defaultdict(set), defaultdict(set))
        for customer, text in replies:
            for table, keys in zip(got, _judged(text), strict=True):
                for key in keys:
                    table[key].add(customer)
        self.words, self.values, self.pairs = (
            {key for key, customers in table.items() if len(customers) >= ENOUGH} for table in got
        )
        for text in known:
            for kept, keys in zip((self.words, self.values, self.pairs), _judged(text), strict=True):
                kept |= keys

    def known_in(self, text: str) -> set[str]:
        """The words of a text that belong to nobody alone."""
        words, _, _ = _judged(text)
        return {key for key in words if key in self.words or is_ordinary(key)}


def _judged(text: str) -> tuple[set[str], set[str], set[str]]:
    """The words, the runs of values and the pairs of words of a text, by their keys."""
    found, _ = tokens(clean(text))
    words: set[str] = set()
    values: set[str] = set()
    for a, b in runs(found):
        (words if _is_word(found[a:b]) else values).add(run_key(found[a:b]))
    return words, values, {f"{one.key} {other.key}" for one, other in pairwise(found)}


def _is_word(run: Sequence[Token]) -> bool:
    return len(run) == 1 and (run[0].what is What.WORD or is_soft(run))


@lru_cache
def _stems() -> dict[str, frozenset[str]]:
    return {
        language: frozenset(t for word in ORDINARY[language] for t in terms(word, language))
        for language in ("en", "it")
    }


@lru_cache(maxsize=100_000)
def is_ordinary(key: str) -> bool:
    """Whether a folded word is one of ours, in any form of it."""
    if key in PLAIN:
        return True
    if not key.isascii():
        return any(key[:n] in ORDINARY["ko"] and _ends(key[n:]) for n in range(2, len(key)))
    return len(key) > 3 and any(set(terms(key, language)) <= stems for language, stems in _stems().items())


def _ends(rest: str) -> bool:
    return rest in PARTICLES or (len(rest) > 1 and rest in ORDINARY["ko"])


class Here:
    """A conversation, read once for all the suggestions in it: what stands in it, and the values its customer wrote."""

    def __init__(self, place: Place) -> None:
        self.place = place
        person = place.person
        words, values, _ = _judged("\n".join((place.said, *person.names, *person.emails, person.company)))
        self.keys = words | values
        self.asked = _values(place.asked)


def mask(source: Source, here: Here, vocabulary: Vocabulary) -> list[Segment] | None:
    """The reply as it may be shown in this conversation; None when too little of it is left to help."""
    found, tail = tokens(body(clean(source.text)))
    judge = _Judge(source, here, vocabulary)
    spans = list(_spans(found))
    judged = [
        (
            run,
            judge.greeted(run)
            if greeted
            else judge.run(run, before[-1].key if before else "", after[0].key if after else ""),
        )
        for (before, _), (run, greeted), (after, _) in zip(
            [((), False), *spans], spans, [*spans[1:], ((), False)], strict=False
        )
    ]
    judged = _without_lists(judged, vocabulary)
    left = sum(len(run) for run, segment in judged if segment.kind != "blank")
    blank = sum(segment.kind == "blank" for _, segment in judged)
    if left < MIN_WORDS or blank > MAX_BLANK * (left + blank):
        return None
    segments = [piece for run, segment in judged for piece in _set(run, segment)]
    return _merged([*segments, Segment("text", tail)])


def is_nobodys(source: Source, vocabulary: Vocabulary) -> bool:
    """Whether every word of a line (a subject) may be shown to anybody."""
    found, _ = tokens(clean(source.text))
    judge = _Judge(source, Here(Place(Person(), "", "")), vocabulary)
    return all(not greeted and judge.run(run).kind == "text" for run, greeted in _spans(found))


def _set(run: Sequence[Token], segment: Segment) -> Iterator[Segment]:
    """A run in its place: what stands before it, itself, and the suffix of a Korean name that was replaced."""
    yield Segment("text", run[0].before)
    yield segment
    if segment.kind != "text" and run[-1].ending:
        yield Segment("text", run[-1].ending)


class _Judge:
    """Decides run by run, for one source and one place."""

    def __init__(self, source: Source, here: Here, vocabulary: Vocabulary) -> None:
        self.source, self.here, self.place, self.vocabulary = source, here, here.place, vocabulary
        self.theirs = _name_keys(source.person)
        self.author = {key_of(part) for part in source.agent.split()}

    @cached_property
    def told(self) -> dict[str, str]:
        """What the other customer had written."""
        return _values(self.source.asked)

    def greeted(self, run: Sequence[Token]) -> Segment:
        """Whom the greeting names: always this customer."""
        return self._named(run)

    @cached_property
    def named(self) -> tuple[set[str], set[str]]:
        """Whom the other conversation names; and the small words among these names ("Will")."""
        said = names_in(f"{self.source.asked}\n{self.source.replied}")
        names = [*self.source.person.names, *self.source.others, *said]
        return keys_of(names), keys_of(names, small=True)

    @cached_property
    def here_named(self) -> set[str]:
        return _name_keys(self.place.person) | {key_of(part) for part in self.place.agent.split()}

    def may_be_name(self, token: Token, before: str, after: str) -> bool:
        """Whether an ordinary word with a capital may be somebody's name here. It is none when several customers got it with
        the same word beside it, unless this very conversation names somebody so."""
        if token.key in _GREETINGS or token.key in self.here_named:
            return False
        named, small = self.named
        if not token.text[:1].isupper():
            return not token.text.isascii() and token.key in named
        if token.key in named:
            return True
        if token.key in _STOPS and token.key not in small:
            return False
        pairs = self.vocabulary.pairs
        if f"{token.key} {after}" in pairs or (not token.opens and f"{before} {token.key}" in pairs):
            return False
        if token.key in SURNAMES or token.key in small or token.key in self.vocabulary.names:
            return True
        return token.opens and is_said_of_people(token.text, f"{self.source.asked}\n{self.source.replied}")

    def run(self, run: Sequence[Token], before: str = "", after: str = "") -> Segment:
        """What becomes of a run between the words `before` and `after`."""
        key, text = run_key(run), _text(run)
        if any(self._is_theirs(token) for token in run):
            company = key_of(self.source.person.company)
            if company and key == company and self.place.person.company:
                return Segment("filled", self.place.person.company, "company")
            return self._named(run)
        if run[0].what is What.NAME and all(token.key in self.author for token in run) and self.place.agent:
            return Segment("filled", self.place.agent if len(run) > 1 else self.place.agent.split()[0], "agent")
        if len(run) == 1 and run[0].what in (What.WORD, What.NAME) and self.may_be_name(run[0], before, after):
            return Segment("blank", "", "name")
        if key in self.here.keys:
            return Segment("text", text)
        if _is_word(run):
            known = key in self.vocabulary.words or is_ordinary(key) or is_soft(run)
        else:
            known = key in self.vocabulary.values or (len(run) == 1 and run[0].what is What.NAME and key in PLAIN)
        return Segment("text", text) if known else self._filled(run, key)

    def _is_theirs(self, token: Token) -> bool:
        if token.key in self.theirs:
            return token.what is not What.WORD or not is_ordinary(token.key)
        return any(len(name) > 2 and token.key.startswith(name) and not name.isascii() for name in self.theirs)

    def _named(self, run: Sequence[Token]) -> Segment:
        name = next(iter(self.place.person.names), "")
        if run[0].what is What.EMAIL:
            address = next(iter(self.place.person.emails), "")
            return Segment("filled", address, "email") if address else Segment("blank", "", "email")
        if not name or any(token.what not in (What.NAME, What.WORD) for token in run):
            return Segment("blank", "", "name")
        short = len(run) == 1 and run[0].text.isascii() and " " in name
        return Segment("filled", name.split()[0] if short else name, "name")

    def _filled(self, run: Sequence[Token], key: str) -> Segment:
        """The other customer's own value (they had written it) becomes the one value of this shape that this customer
        has written; everything else is a blank."""
        what = _what(run)
        alike = {text for other, text in self.here.asked.items() if _shape(other) == _shape(key)}
        if len(alike) == 1 and key in self.told:
            return Segment("filled", alike.pop(), what)
        return Segment("blank", "", what)


def _name_keys(person: Person) -> set[str]:
    """The keys that would name a customer: parts of names, addresses and their local parts, the company."""
    keys = {key_of(email) for email in person.emails}
    for name in (*person.names, person.company):
        parts = [key_of(part) for part in re.split(r"[^\w]+", name)]
        keys |= {part for part in parts if len(part) > 1} | {"".join(parts)}
        keys |= {part[1:] for part in parts if 3 <= len(part) <= 4 and not part.isascii()}
    for email in person.emails:
        local, _, domain = email.partition("@")
        keys |= {
            part for part in map(key_of, re.split(r"[^a-zA-Z]+", local)) if len(part) > 2 and not is_ordinary(part)
        }
        keys.add(key_of(local))
        keys.add(key_of(domain))
    return keys - {""} - _STOPS


def _values(text: str) -> dict[str, str]:
    """The values in a text: key -> as it was written there last."""
    found, _ = tokens(clean(text))
    return {
        run_key(found[a:b]): _text(found[a:b])
        for a, b in runs(found)
        if not _is_word(found[a:b]) and found[a].what is not What.NAME
    }


def _text(run: Sequence[Token]) -> str:
    return run[0].text + "".join(token.before + token.text for token in run[1:])


def _shape(key: str) -> str:
    return "".join("9" if c.isdigit() else "a" for c in key)


def _what(run: Sequence[Token]) -> str:
    kinds = {token.what for token in run}
    for what in (What.EMAIL, What.LINK, What.DATE, What.NUMBER, What.NAME):
        if what in kinds:
            return what.value
    return ""


# whom a greeting names ------------------------------------------------------------------------------------------------

_GREETING_WORDS = (
    "hi hello dear hey morning afternoon evening greetings ciao salve buongiorno buonasera gentile gentilissimo gentilissima"
    " egregio egregia caro cara spettabile spett 안녕하세요 안녕하십니까 친애하는"
)
_GREETINGS = frozenset(_GREETING_WORDS.split())
_NOBODY_WORDS = (
    "there all team everyone again everybody folks to back sir madam cliente clienti signore signora a tutti tutte da for"
    " from"
)
_NOBODY = frozenset(_NOBODY_WORDS.split())
_MAX_GREETED = 4


def _spans(found: Sequence[Token]) -> Iterator[tuple[Sequence[Token], bool]]:
    """The runs of a reply; those that a greeting names are one run each, and marked."""
    slots: dict[int, int] = {}
    for n, token in enumerate(found):
        if token.key in _GREETINGS and not any(start <= n < end for start, end in slots.items()):
            end = _greeted_until(found, n + 1)
            if not all(one.what is What.WORD and is_ordinary(one.key) for one in found[n + 1 : end]):
                slots[n + 1] = end
    at = 0
    for start, end in sorted(slots.items()):
        yield from ((found[at + a : at + b], False) for a, b in runs(found[at:start]))
        yield found[start:end], True
        at = end
    yield from ((found[at + a : at + b], False) for a, b in runs(found[at:]))


def _greeted_until(found: Sequence[Token], start: int) -> int:
    """Where the name after a greeting ends; `start` when it names nobody. A name ends at a comma or with the line."""
    end = start
    while end < len(found) and end - start <= _MAX_GREETED:
        token = found[end]
        if end > start and (token.before.strip() or "\n" in token.before):
            return end
        if (
            (end == start and ("\n" in token.before or token.before.strip(" ,.!")))
            or token.key in _NOBODY
            or token.key in _GREETINGS
        ):
            return start
        end += 1
    if end == len(found) and end - start <= _MAX_GREETED:
        return end
    named = start
    while named < end and found[named].what is What.NAME:
        named += 1
    return named


# lists of words -------------------------------------------------------------------------------------------------------

_LONG = 5
"""So many words in a row without a small one between them are no sentence: a recovery phrase, a list of goods."""


def _without_lists(
    judged: list[tuple[Sequence[Token], Segment]], vocabulary: Vocabulary
) -> list[tuple[Sequence[Token], Segment]]:
    """Blank where ordinary words follow each other as no several customers were ever sent them."""
    start = 0
    for end in range(len(judged) + 1):
        if end < len(judged) and _is_content(judged[end]):
            continue
        row = [run[0].key for run, _ in judged[start:end]]
        if len(row) >= _LONG and any(f"{a} {b}" not in vocabulary.pairs for a, b in pairwise(row)):
            for n in range(start, end):
                judged[n] = judged[n][0], Segment("blank", "", "")
        start = end + 1
    return judged


def _is_content(one: tuple[Sequence[Token], Segment]) -> bool:
    run, segment = one
    token = run[0]
    plain = segment.kind == "text" and len(run) == 1 and token.key not in _STOPS
    return plain and (token.text.isascii() or token.key == token.text or token.key.isascii())


# what is not the reply's own --------------------------------------------------------------------------------------------

_QUOTED = re.compile(
    r".{0,200}(?:wrote|ha scritto|작성|님이 쓴 글)\s*:\s*|-{2,}\s*(?:original message|messaggio originale|원본 메(?:시지|일)).*|--\s*|_{5,}",
    re.I,
)
_BY = re.compile(r".{1,30}\s(?:드림|올림|배상)\W*")


def body(text: str) -> str:
    """A reply without what it quotes and without the signature under it. The words that end it stay."""
    kept: list[str] = []
    lines = [line for line in text.replace("\r", "").split("\n") if not line.lstrip().startswith(">")]
    for n, line in enumerate(lines):
        if _QUOTED.fullmatch(line.strip()) or (_BY.fullmatch(line.strip()) and n > 0):
            break
        kept.append(line)
        following = next((other.strip() for other in lines[n + 1 :] if other.strip()), "")
        if n > 0 and FAREWELL.fullmatch(line) and len(following.split()) <= 4:
            break
    return "\n".join(kept).strip()


def _merged(segments: Sequence[Segment]) -> list[Segment]:
    """Without seams: neighbouring texts are one, and so are blanks with nothing but punctuation between them."""
    merged: list[Segment] = []
    for segment in segments:
        if segment.kind == "text" and not segment.text:
            continue
        last = merged[-1] if merged else None
        if last and last.kind == segment.kind == "text":
            merged[-1] = Segment("text", last.text + segment.text)
        elif segment.kind == "blank" and len(merged) > 1 and last and merged[-2].kind == "blank" and _is_gap(last):
            merged.pop()
            merged[-1] = segment if merged[-1].what == segment.what else Segment("blank", "", "")
        else:
            merged.append(segment)
    return merged


def _is_gap(segment: Segment) -> bool:
    return segment.kind == "text" and "\n" not in segment.text and not any(c.isalnum() for c in segment.text)


def plain(segments: Iterable[Segment]) -> str:
    """The suggestion as text, blanks as `[…]`."""
    return "".join("[…]" if s.kind == "blank" else s.text for s in segments).strip()
