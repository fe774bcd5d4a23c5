"""One mail through everything that is pure: reader, placing, HTML, origin. What a process of the fuzz run does."""

import re
import resource
import signal
import time
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import get_args
from uuid import UUID

import msgspec

from hark.bench.mail.corpus import ADDRESS, Corpus
from hark.bench.mail.mutations import mutate
from hark.channels.email.adapter import mail_reader
from hark.channels.email.authentication.evaluate import authenticate
from hark.channels.email.authentication.resolver import RecordKind
from hark.channels.email.sanitize import sanitize_html
from hark.core.crypto import Keys
from hark.intake.placing import House, Prepared, as_incoming
from hark.intake.process import Reader
from hark.intake.threading import thread_ids
from hark.intake.types import Envelope, Inbound, Item, Kind, ReadContext, Source

SEED = 4
LONGEST_S = 60  # of processor time for one mail; then it counts as a crash
MEMORY = 4 * 2**30  # bytes of address space: who wants more fails instead of taking the machine along
CONTEXT = ReadContext(
    workspace_id=1, own_addresses=frozenset({ADDRESS}), mail_from="bounces@customer.example", peer="192.0.2.1"
)
HOUSE = House(accounts={}, own_addresses=frozenset({ADDRESS}), team={})
WHEN = datetime(2026, 11, 23, tzinfo=UTC)


class Crash(msgspec.Struct, frozen=True):
    """A mutation that something broke on: its number, what was done to the mail, the error."""

    number: int
    how: str
    error: str


class Outcome(msgspec.Struct):
    """Of some mutations in one process: the slowest in processor seconds, the greatest memory of the process in bytes, each
    as (value, number, what was done)."""

    count: int = 0
    without_fate: int = 0
    crashes: list[Crash] = []
    reading: tuple[float, int, str] = (0.0, -1, "")
    html: tuple[float, int, str] = (0.0, -1, "")
    peak: tuple[int, int, str] = (0, -1, "")

    def add(self, other: "Outcome") -> None:
        """Together with those of another process, or of the same one later."""
        self.count += other.count
        self.without_fate += other.without_fate
        self.crashes = [*self.crashes, *other.crashes]
        self.reading = max(self.reading, other.reading)
        self.html = max(self.html, other.html)
        self.peak = max(self.peak, other.peak)


def mutation(corpus: Corpus, number: int) -> tuple[str, bytes]:
    """Mutation `number` of a run, the same every time: even ones are of odd mails, the others of everyday ones."""
    random = Random(f"{SEED}:{number}")
    plain = len(corpus) - corpus.odd
    of = number // 2
    own = of % corpus.odd if number % 2 == 0 or not plain else corpus.odd + of % plain
    return mutate(corpus.read(own), corpus.read(random.randrange(len(corpus))), random)


class NoNames:
    """A resolver on a day when no name exists: what signatures look like is examined all the same."""

    def lookup(self, name: str, kind: RecordKind, timeout_s: float) -> list[str]:
        return []


class Reading:
    """What a process keeps between mails."""

    def __init__(self, corpus: Corpus) -> None:
        self.corpus = corpus
        self._peak = 0
        self.read: Reader = mail_reader(Keys(b"bench" * 8))

    def examine_all(self, numbers: Iterable[int]) -> Outcome:
        """These mutations, one after the other. A crash stops none."""
        outcome = Outcome()
        for number in numbers:
            self.examine(number, *mutation(self.corpus, number), outcome)
        return outcome

    def examine(self, number: int, how: str, raw: bytes, outcome: Outcome) -> None:
        """One mail; what became of it is added to `outcome`."""
        outcome.count += 1
        signal.setitimer(signal.ITIMER_PROF, LONGEST_S)
        try:
            self._examine(raw, number, how, outcome)
        except Exception as error:
            outcome.crashes.append(Crash(number, how, f"{type(error).__name__}: {str(error)[:300]}"))
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
        if (peak := peak_bytes()) > self._peak:
            self._peak, outcome.peak = peak, (peak, number, how)

    def _examine(self, raw: bytes, number: int, how: str, outcome: Outcome) -> None:
        begin = time.process_time()
        inbound = self.read(raw, CONTEXT)
        require_storable(inbound)
        place_alone(inbound)
        authenticate(raw, peer="192.0.2.1", helo="mx.example", mail_from=CONTEXT.mail_from, resolver=NoNames())
        outcome.reading = max(outcome.reading, (time.process_time() - begin, number, how))
        outcome.without_fate += inbound.kind not in get_args(Kind)
        if inbound.html:
            begin = time.process_time()
            sanitize_html(inbound.html)
            outcome.html = max(outcome.html, (time.process_time() - begin, number, how))


def peak_bytes() -> int:
    """The most memory this process has had (VmHWM; what getrusage tells counts a moment of the parent's). Linux only."""
    found = re.search(r"^VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text(), re.MULTILINE)
    assert found is not None  # every process with memory has the line
    return int(found[1]) * 1024


def require_storable(inbound: Inbound) -> None:
    """Raises ValueError for a text that the database cannot hold."""
    for text in _texts(inbound):
        if "\0" in text:
            raise ValueError("NUL in a text")
        text.encode()  # UnicodeEncodeError (a ValueError) for a lone surrogate


def _texts(inbound: Inbound) -> Iterator[str]:
    yield from (
        inbound.from_address,
        inbound.from_name,
        inbound.subject,
        inbound.text,
        inbound.html or "",
        inbound.kind_reason,
    )
    yield from (
        inbound.external_id or "",
        inbound.reported_id or "",
        *inbound.in_reply_to,
        *inbound.references,
        *inbound.problems,
    )
    for party in (*inbound.to, *inbound.cc, *inbound.reply_to):
        yield from (party.name, party.address)
    for file in inbound.attachments:
        yield from (file.name, file.content_type, file.cid or "")
    for report in inbound.report:
        yield from (report.address, report.sentence)


def place_alone(inbound: Inbound) -> None:
    """What placing works out of a mail before it asks the database."""
    item = Item(
        workspace_id=1, id=UUID(int=1), account_id=1, external_id="sha256:0", received_at=WHEN, occurred_at=None,
        source=Source.SMTP, envelope=Envelope(mail_from=CONTEXT.mail_from), blob_key="", attempts=0,
    )  # fmt: skip
    incoming = as_incoming(Prepared(item=item, inbound=inbound), HOUSE)
    thread_ids(inbound, incoming.thread)


# a process of its own -------------------------------------------------------------------------------------------------

_reading: Reading | None = None


def start_process(corpus: Corpus) -> None:
    """Get a process ready for `examine`."""
    global _reading
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    signal.signal(signal.SIGPROF, _too_long)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent
    _reading = Reading(corpus)


def examine(numbers: range) -> Outcome:
    """`Reading.examine_all` of this process."""
    assert _reading is not None
    return _reading.examine_all(numbers)


def examine_giant(number: int, how: str, raw: bytes) -> Outcome:
    """One mail that is no mutation, in this process; `number` is below 0."""
    assert _reading is not None
    outcome = Outcome()
    _reading.examine(number, how, raw, outcome)
    return outcome


def _too_long(*_: object) -> None:
    raise TimeoutError(f"It takes longer than {LONGEST_S} s.")
