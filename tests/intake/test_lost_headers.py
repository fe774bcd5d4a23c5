"""The figure of `tests/intake/scores.py`, on a part of the archive that takes seconds."""

from zlib import crc32

import pytest
from tests.intake.scores import conversations
from tests.intake.threads import DATA, PRECISION, RECALL, halves, pair_scores, read_mails, strip, true_threads

from hark.core.db import Db

pytestmark = pytest.mark.skipif(
    not DATA.exists(), reason="the shared data folder (support-mail) is not beside this checkout"
)
MAILS = 700


async def test_threads_are_found_without_their_headers(db: Db) -> None:
    mails = read_mails()
    truth = true_threads(mails)
    _, late = halves(mails, truth)
    part = [m for m in mails if m["id"] in late and crc32(truth[m["id"]].encode()) % 5 == 0]
    assert len(part) > 500
    truth = {m["id"]: truth[m["id"]] for m in part}
    precision, recall = pair_scores(await conversations(db, strip(part, 7)), truth)
    assert precision >= PRECISION
    assert recall >= RECALL


async def test_a_whole_archive_is_believed_to_the_letter(db: Db) -> None:
    """Where the headers were kept, a reply without any stands alone, whatever it quotes."""
    mails = sorted(read_mails(), key=lambda m: m["at"])[:MAILS]
    found = await conversations(db, mails)
    truth = true_threads(mails)
    assert pair_scores(found, truth) == (1.0, 1.0)
