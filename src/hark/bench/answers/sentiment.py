"""Mood: how often is it right on short Korean texts? Five-fold on `sentiment/nsmc-ko/train_20k.tsv` (0 bad, 1 good).

The classifier is the product's, with the features it learns moods by from 2,000 labels on (`training.MANY_MOODS`). Folds are stratified with a fixed seed; in each, what is
tested on has taken part in nothing, neither in the vocabulary nor in a threshold.
"""

from pathlib import Path
from statistics import fmean

from hark.bench.mails import data_folder
from hark.bench.runner import Figure
from hark.core.errors import NotFound
from hark.settings import Settings
from hark.understanding.classifier import cross_validated
from hark.understanding.features import TONE

FOLDS, QUICK = 5, 4000


async def run(settings: Settings, *, quick: bool) -> list[Figure]:
    """Raises NotFound without the data. `quick` takes the first 4,000 texts alone, and has no target."""
    texts, labels = read_reviews(data_folder() / "sentiment" / "nsmc-ko" / "train_20k.tsv")
    if quick:
        texts, labels = texts[:QUICK], labels[:QUICK]
    right = fmean(cross_validated(texts, labels, ["ko"] * len(texts), spec=TONE, folds=FOLDS))
    return [Figure(key="nsmc", value=round(right, 4), unit="share", target=None if quick else 0.875, better="higher")]


def read_reviews(path: Path) -> tuple[list[str], list[str]]:
    """Texts and their labels. Raises NotFound."""
    if not path.is_file():
        raise NotFound(f"There is no {path}. Set HARK_BENCH_DATA to the folder of the real data.")
    rows = [line.split("\t") for line in path.read_text(encoding="utf-8").splitlines()[1:]]
    kept = [row for row in rows if len(row) >= 3 and row[1].strip() and row[2] in ("0", "1")]
    return [row[1] for row in kept], [row[2] for row in kept]
