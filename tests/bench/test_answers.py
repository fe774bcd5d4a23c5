"""The benchmark of answers reads the real data where it is, and says what is missing where it is not."""

from pathlib import Path

import pytest

from hark.bench.answers import PARTS, run, search_embedded
from hark.bench.answers.search import SETS, found_among, threshold
from hark.bench.answers.search_data import WEIGHTS, Asked, Collection, helpcentre, plain
from hark.bench.mails import data_folder
from hark.embeddings.folder import open_folder
from hark.search.index import build_index
from hark.search.types import Document
from hark.settings import Settings


async def test_parts_without_their_data_are_skipped_and_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HARK_BENCH_DATA", str(tmp_path))
    monkeypatch.setattr("hark.bench.answers.PARTS", ("search",))
    assert await run(Settings(), quick=True) == []
    assert "search is skipped: The questions are not here" in capsys.readouterr().err
    assert PARTS


def test_what_a_figure_counts() -> None:
    texts = {
        "a": "A refund takes five days.",
        "a2": "A refund takes five days now.",
        "b": "Passwords are reset by mail.",
    }
    documents = [Document(id=id, fields={"body": text}, language="en") for id, text in texts.items()]
    asked = [
        Asked("a2", "refund in five days", frozenset({"a", "a2"}), False),
        Asked("b", "parcel", frozenset({"b"}), True),
    ]
    collection = Collection("shop", "en", documents, asked)
    index = build_index(documents, weights=WEIGHTS)
    found = {f.key: f.value for f in found_among("shop_r1", index, collection, asked, 1, 0.5)}
    assert found == {"shop_r1": 0.5, "shop_r1_held_out": 1.0, "shop_r1_this_copy": 0.0}
    said = {f.key: f.value for f in threshold("shop_r1", index, collection, asked[:1])}
    assert said == {"shop_right_shown": 1.0, "shop_wrong_shown": 0.0}


def test_what_a_figure_with_embeddings_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    texts = {
        n: f"A {thing} is sent back within five days. The {thing} is paid."
        for n, thing in enumerate(["lamp", "chair", "table", "door"])
    }
    documents = [Document(id=str(n), fields={"body": text}, language="en") for n, text in texts.items()]
    asked = [Asked("0", "lamp", frozenset({"0"}), False), Asked("1", "parcel", frozenset({"1"}), True)]
    collection = Collection("shop", "en", documents, asked)
    monkeypatch.setitem(SETS, "shop_r1", (lambda: collection, 1, 0.5))
    search_embedded.learn([collection], tmp_path, quick=False)
    embedder = open_folder(str(tmp_path))
    index = search_embedded.embedded(collection, embedder)
    assert index.has_vectors
    figures = {f.key: f.value for f in search_embedded.found_among("shop_r1", index, collection, asked, embedder)}
    assert figures == {"shop_r1_embedded": 0.5, "shop_r1_embedded_held_out": 1.0, "shop_r1_embedded_gain": 0.0}
    said = {f.key: f.value for f in search_embedded.threshold("shop_r1", index, collection, asked[:1], embedder)}
    assert said == {"shop_embedded_right_shown": 1.0, "shop_embedded_wrong_shown": 0.0}


def test_titles_are_not_in_the_bodies_they_are_asked_of() -> None:
    if not (data_folder() / "helpcentre").is_dir():
        pytest.skip("The help articles are not below HARK_BENCH_DATA, or shared/data beside the checkout.")
    collection = helpcentre("en")
    assert len(collection.documents) == len(collection.questions) == 346
    begins = [
        document.fields["body"].strip().startswith(question.text)
        for document, question in zip(collection.documents, collection.questions, strict=True)
    ]
    assert sum(begins) < 20  # a text may open with the name of its matter, but no title stands over it
    assert set(SETS) >= {"helpcentre_en_r5", "helpcentre_it_r5", "helpcentre_ko_r5"}


def test_markdown_is_taken_off() -> None:
    assert plain("## A [!DNL Thing] {#a}\n\n**b** ![pic](x.png) <br>&amp; [c](d.md)").split() == [
        "A",
        "Thing",
        "b",
        "pic",
        "&",
        "c",
    ]
