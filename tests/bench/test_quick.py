"""The benchmarks that are short enough run here for what they do, not for how fast: all of them end what they started."""

import sys

import pytest

from hark.bench.mail.kills import KINDS
from hark.bench.mail.servers import find_dovecot
from hark.bench.mails import data_folder
from hark.bench.runner import BENCHMARKS, run_benchmark
from hark.bench.star import QUICK_DIALOGUES
from hark.core.errors import Unavailable
from hark.settings import Settings

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="PSS is Linux's"),
]


@pytest.mark.parametrize("name", ["memory", "fanout", "ingest", "resume", "live", "fuzz"])
async def test_quick(name: str) -> None:
    result = await run_benchmark(Settings(), name, quick=True)
    assert result.name == name
    assert result.figures
    assert all(figure.value is not None and figure.value >= 0 for figure in result.figures)
    assert result.machine
    assert name in BENCHMARKS


async def test_nothing_is_lost_or_doubled_when_processes_are_killed() -> None:
    try:
        find_dovecot()
    except Unavailable as missing:
        pytest.skip(missing.detail)
    result = await run_benchmark(Settings(), "chaos", quick=True)
    figures = {figure.key: figure.value for figure in result.figures}
    assert [figures[f"kills_{kind}"] for kind in KINDS] == [1, 1, 1]
    bad = ("lost", "doubled_in", "doubled_out", "wrong_after_decision", "parked", "journal_gaps", "wrong_answers")
    assert {key: figures[key] for key in bad} == dict.fromkeys(bad, 0)


async def test_star_dialogues_are_replayed_word_by_word() -> None:
    if not (data_folder() / "dialogues" / "star").is_dir():
        pytest.skip("The STAR dialogues are not below HARK_BENCH_DATA, or shared/data beside the checkout.")
    result = await run_benchmark(Settings(), "star", quick=True)
    figures = {figure.key: figure.value for figure in result.figures}
    assert figures["dialogues"] == QUICK_DIALOGUES
    assert (figures["lost"], figures["doubled"], figures["out_of_order"], figures["journeys_right"]) == (0, 0, 0, 1)
