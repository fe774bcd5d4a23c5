"""What the fuzz run asks of one mail: that it notices what is wrong."""

from pathlib import Path

import pytest

from hark.bench.mail import reading
from hark.bench.mail.corpus import Corpus
from hark.bench.mail.reading import Reading, place_alone, require_storable
from hark.intake.types import Inbound, InboundFile, Party, ReadContext

MAIL = b"From: ann@shop.example\r\nTo: desk@x.example\r\nContent-Type: text/html\r\n\r\n<p>Hello</p>\r\n"


def corpus(path: Path) -> Corpus:
    return Corpus.write(path / "corpus", [MAIL], [MAIL])


def test_good_mails_break_nothing(tmp_path: Path) -> None:
    outcome = Reading(corpus(tmp_path)).examine_all(range(40))
    assert (outcome.count, outcome.crashes, outcome.without_fate) == (40, [], 0)
    assert outcome.reading[0] > 0
    assert outcome.peak[0] > 1_000_000


def test_a_reader_that_raises_is_a_crash_and_stops_nothing(tmp_path: Path) -> None:
    one = Reading(corpus(tmp_path))
    good = one.read

    def read(raw: bytes, context: ReadContext) -> Inbound:
        if raw == reading.mutation(one.corpus, 3)[1]:
            raise RecursionError("too deep")
        return good(raw, context)

    one.read = read
    outcome = one.examine_all(range(10))
    assert outcome.count == 10
    assert [(c.number, c.error) for c in outcome.crashes] == [(3, "RecursionError: too deep")]


@pytest.mark.parametrize("text", ["nul \0", "surrogate \ud800"])
@pytest.mark.parametrize("where", ["subject", "html", "references", "party", "file"])
def test_texts_that_cannot_be_stored_are_a_crash(text: str, where: str) -> None:
    inbound = Inbound(from_address="ann@shop.example", text="fine")
    require_storable(inbound)
    place_alone(inbound)
    if where == "party":
        inbound.cc = [Party(text, "")]
    elif where == "file":
        inbound.attachments = [InboundFile(name=text, content_type="text/plain", payload=b"\0")]
    else:
        setattr(inbound, where, [text] if where == "references" else text)
    with pytest.raises(ValueError):
        require_storable(inbound)


def test_outcomes_add_up() -> None:
    whole = reading.Outcome(count=1, reading=(0.5, 1, "nest"), peak=(10, 1, "nest"))
    whole.add(
        reading.Outcome(
            count=2,
            crashes=[reading.Crash(7, "splice", "ValueError")],
            reading=(0.1, 7, "splice"),
            peak=(20, 7, "splice"),
        )
    )
    assert (whole.count, len(whole.crashes), whole.reading, whole.peak[0]) == (3, 1, (0.5, 1, "nest"), 20)
