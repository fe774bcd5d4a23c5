"""Damaged mails: the shared collections and our own golden mails with bytes changed, cut, doubled and mixed. Everything that
reads a mail must give a result for each, in time. `python -m tests.channels.email.test_mutations 5000` runs more of them."""

import random
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from hark.channels.email.auto import classify
from hark.channels.email.bounces import read_report
from hark.channels.email.mime import external_id, parse_message
from hark.channels.email.reply import split_reply
from hark.channels.email.sanitize import sanitize_html

GOLDEN = Path(__file__).parent / "golden"
SHARED = Path(__file__).parents[4] / "shared" / "data"
SECONDS = 5.0
PIECES = (b"\x00", b"\xff\xfe", b"\r\n\r\n", b"--", b"=?euc-kr?B?", b"?=", b"\x1b$)C\x0e", b"Content-Type: ", b"multipart/mixed; boundary=b", b"<blockquote>",
          b"charset=iso-2022-kr", b"base64", b"\n> ", b"Final-Recipient: ", b"Status: 5.1.1", b"BEGIN:VEVENT", b"<div class=gmail_quote>", b'"', b"\xb0\xa1")  # fmt: skip


def seeds() -> list[bytes]:
    """All mails there are: our own, and the shared ones where they are beside this checkout."""
    paths = sorted(GOLDEN.glob("*.eml"))
    for folder in ("email", "bounces", "reply"):
        paths += sorted(
            path for path in (SHARED / folder).rglob("*") if path.is_file() and path.suffix not in (".json", ".xml")
        )
    return [path.read_bytes()[:300_000] for path in paths]


def mutate(some: Sequence[bytes], count: int, dice: random.Random) -> Iterator[bytes]:
    for _ in range(count):
        raw = bytearray(dice.choice(some))
        for _ in range(dice.randint(1, 8)):
            at, to = sorted((dice.randint(0, len(raw)), dice.randint(0, len(raw))))
            kind = dice.randrange(6)
            if kind == 0 and raw:
                raw[min(at, len(raw) - 1)] ^= 1 << dice.randrange(8)
            elif kind == 1:
                raw[at:at] = dice.choice(PIECES)
            elif kind == 2:
                del raw[at : min(to, at + 2_000)]
            elif kind == 3:
                raw[at:at] = raw[at : min(to, at + 2_000)]
            elif kind == 4:
                other = dice.choice(some)
                begin = dice.randint(0, len(other))
                raw[at:at] = other[begin : begin + 2_000]
            else:
                raw = raw[: max(at, 20)]
        yield bytes(raw)


def read_all(raw: bytes) -> None:
    """As the adapter does, and what is shown afterwards."""
    mail = parse_message(raw)
    assert not any("could not be read (" in one for one in mail.problems), mail.problems
    for text in (mail.text, mail.subject, mail.html or "", *mail.notes, *(one.name for one in mail.attachments)):
        text.encode()
        assert "\x00" not in text
    read_report(raw)
    classify(mail)
    external_id(raw)
    split = split_reply(mail.text, mail.html)
    assert not mail.text or sorted(mail.text.split()) == sorted(
        f"{split.visible} {split.quoted} {split.signature}".split()
    )
    if mail.html:
        sanitize_html(mail.html)


def run(count: int, seed: int) -> float:
    """The longest time one mail took, in seconds of the processor."""
    worst = 0.0
    for index, raw in enumerate(mutate(seeds(), count, random.Random(seed))):
        started = time.process_time()
        try:
            read_all(raw)
        except Exception as error:
            error.add_note(f"It is mail {index} of seed {seed}: {raw[:300]!r}")
            raise
        worst = max(worst, time.process_time() - started)
    return worst


def test_damaged_mails_are_read() -> None:
    assert run(300, seed=7) < SECONDS


if __name__ == "__main__":
    print(f"worst {run(int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 1):.2f} s")
