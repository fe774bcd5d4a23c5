"""Intent: how often is the topic of a message right with ten examples each, and is what belongs nowhere left alone?

The classifier, its features and its thresholds are those of the product (`hark.understanding.classifier`). Data below
HARK_BENCH_DATA (else `../shared/data`): `intent/fewshot` holds the fixed splits (train_10 -> valid). Where its texts
(`seq.in`) are missing, the same sizes are drawn from the data set's own training part by the hash of each text, which is a
harder or an easier draw by chance; a data set without any texts is skipped, and that is said. Out of scope: CLINC150's
whole training part with its 100 examples of "none"; confidence and threshold come from cross-validation on it alone.

A workspace has thousands of messages without labels beside its first labels: the figures of ten examples are with the
other texts of the data set's training part, without their labels (never one that is validated on); `_labels_only` is without.
"""

import csv
import hashlib
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import msgspec

from hark.bench.mails import data_folder
from hark.bench.runner import Figure
from hark.core.errors import NotFound
from hark.settings import Settings
from hark.understanding.classifier import NONE, Classifier, from_bytes, to_bytes, train
from hark.understanding.features import INTENT

SHOTS, HELD = 10, 20
SETS = (("BANKING77", "banking77_10shot", 0.80), ("CLINC150", "clinc150_10shot", 0.86), ("HWU64", "hwu64_10shot", 0.74))
Pair = tuple[str, str]


class Split(msgspec.Struct, frozen=True):
    """`others`: texts of the training part, without labels."""

    train: list[Pair]
    valid: list[Pair]
    others: list[str]


async def run(settings: Settings, *, quick: bool) -> list[Figure]:
    """Raises NotFound without the data. `quick` leaves the large training out."""
    folder = data_folder() / "intent"
    if not folder.is_dir():
        raise NotFound(f"There is no {folder}. Set HARK_BENCH_DATA to the folder of the real data.")
    figures: list[Figure] = []
    slowest, per_message = 0.0, 0.0
    for name, key, target in SETS:
        split = find_split(folder, name)
        if split is None:
            print(f"{key} is skipped: the texts of {name} are not there", file=sys.stderr)
            continue
        for suffix, others, asked in (("", split.others, target), ("_labels_only", [], None)):
            classifier, seconds = fit(split.train, others)
            right, each = accuracy(classifier, split.valid)
            slowest, per_message = max(slowest, seconds), max(per_message, each)
            figures.append(Figure(key=key + suffix, value=round(right, 4), unit="share", target=asked, better="higher"))
    if not quick:
        found, seconds, each = out_of_scope(folder)
        slowest, per_message = max(slowest, seconds), max(per_message, each)
        figures += found
    return [
        *figures,
        Figure(key="intent_train_s", value=round(slowest, 1), unit="s", target=60, better="lower"),
        Figure(key="intent_predict_ms", value=round(per_message * 1000, 2), unit="ms", target=2, better="lower"),
    ]


def fit(pairs: Sequence[Pair], others: Sequence[str] = ()) -> tuple[Classifier, float]:
    """The classifier as it would be loaded from its file, and the seconds of its training."""
    began = time.monotonic()
    names = {label: label.replace("_", " ") for _, label in pairs if label != NONE}
    made, _ = train(
        [text for text, _ in pairs], [label for _, label in pairs], ["en"] * len(pairs), spec=INTENT, names=names,
        unlabelled=[(text, "en") for text in others],
    )  # fmt: skip
    return from_bytes(to_bytes(made)), time.monotonic() - began


def accuracy(classifier: Classifier, pairs: Sequence[Pair]) -> tuple[float, float]:
    """Share of right answers, and seconds per message."""
    began = time.monotonic()
    right = sum(classifier.guess(text, "en").label == label for text, label in pairs)
    return right / len(pairs), (time.monotonic() - began) / len(pairs)


def out_of_scope(folder: Path) -> tuple[list[Figure], float, float]:
    """In-scope recall counts a message only when it is accepted AND given the right intent, the stricter reading."""
    data = _clinc(folder)
    classifier, seconds = fit([*data["train"], *((text, NONE) for text, _ in data["oos_train"])])
    began = time.monotonic()
    inside = [(classifier.guess(text, "en"), label) for text, label in data["val"]]
    each = (time.monotonic() - began) / len(inside)
    outside = [classifier.guess(text, "en") for text, _ in data["oos_val"]]
    in_scope = sum(guess.known and guess.label == label for guess, label in inside) / len(inside)
    accepted = sum(guess.known for guess, _ in inside) / len(inside)
    left_alone = sum(not guess.known for guess in outside) / len(outside)
    figures = [
        Figure(key="clinc150_in_scope", value=round(in_scope, 4), unit="share", target=0.90, better="higher"),
        Figure(key="clinc150_out_of_scope", value=round(left_alone, 4), unit="share", target=0.75, better="higher"),
        Figure(key="clinc150_accepted", value=round(accepted, 4), unit="share", better="higher"),
    ]
    return figures, seconds, each


# data -------------------------------------------------------------------------------------------------------------------


def find_split(folder: Path, name: str) -> Split | None:
    """The fixed split of a data set; one by hash where its texts are missing; None when there are none at all."""
    base = folder / "fewshot" / "Datasets" / name
    if (base / "train_10" / "seq.in").is_file() and (base / "valid" / "seq.in").is_file():
        train, valid = _pairs(base / "train_10"), _pairs(base / "valid")
        return Split(train, valid, _others(_training_part(folder, name), train, valid))
    pairs = _training_part(folder, name)
    if not pairs:
        return None
    train, valid = _by_hash(pairs, HELD if name == "BANKING77" else 0)
    if name == "CLINC150":
        valid = _clinc(folder)["val"]
    return Split(train, valid, _others(pairs, train, valid))


def _training_part(folder: Path, name: str) -> list[Pair]:
    """The whole training part of a data set; nothing where it is not there."""
    banking = folder / "banking77" / "banking_data" / "train.csv"
    if name == "BANKING77" and banking.is_file():
        with banking.open(encoding="utf-8", newline="") as file:
            return [(row["text"].strip(), row["category"]) for row in csv.DictReader(file)]
    if name == "CLINC150" and (folder / "clinc150" / "data_full_train_val.json").is_file():
        return _clinc(folder)["train"]
    return []


def _clinc(folder: Path) -> dict[str, list[Pair]]:
    raw = (folder / "clinc150" / "data_full_train_val.json").read_bytes()
    return msgspec.json.decode(raw, type=dict[str, list[Pair]])


def _others(pairs: Sequence[Pair], train: Sequence[Pair], valid: Sequence[Pair]) -> list[str]:
    """Texts that stand in neither part, in the order of their hashes."""
    known = {text for text, _ in (*train, *valid)}
    return sorted({text for text, _ in pairs} - known, key=_hash)


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _pairs(folder: Path) -> list[Pair]:
    texts = (folder / "seq.in").read_text(encoding="utf-8").splitlines()
    labels = (folder / "label").read_text(encoding="utf-8").splitlines()
    return [(text.strip(), label.strip()) for text, label in zip(texts, labels, strict=True)]


def _by_hash(pairs: Sequence[Pair], held: int) -> tuple[list[Pair], list[Pair]]:
    """For training and for validation: the first `held` texts of each intent, in the order of their hashes, are for
    validation, the next ten for training."""
    by_label: dict[str, set[str]] = {}
    for text, label in pairs:
        by_label.setdefault(label, set()).add(text)
    train: list[Pair] = []
    valid: list[Pair] = []
    for label, texts in sorted(by_label.items()):
        ordered = sorted(texts, key=_hash)
        valid.extend((text, label) for text in ordered[:held])
        train.extend((text, label) for text in ordered[held : held + SHOTS])
    return train, valid
