"""Meaning beside words: it brings in and moves within bounds, and the law of words holds whatever the vectors say."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from tests.search.test_index import WEIGHTS, documents, ids

from hark.search.index import Document, Index, build_index
from hark.search.meaning import ADDED, FROM, Meanings, lifted, nearest
from hark.search.passages import LENGTH, MOST, passages
from hark.search.query import understand
from hark.search.ranking import WHOLE, rank

WORDS = ("refund", "parcel", "late", "card", "office", "lamp")
TEXTS = st.lists(st.lists(st.sampled_from(WORDS), min_size=1, max_size=5), min_size=2, max_size=30)
NUMBERS = st.floats(-1, 1, width=32)


def towards(*numbers: float) -> "np.ndarray[tuple[int], np.dtype[np.float32]]":
    made = np.array(numbers, np.float32)
    return made / np.linalg.norm(made)


def library(size: int = 60) -> Index:
    """Articles about many things, each in a direction of its own; two say the same in other words."""
    texts = {n: f"Article number {n} about thing{n} and stuff{n % 7}" for n in range(size)}
    texts[0] = "How to get a refund for an order"
    texts[1] = "We pay what you have spent within five days"
    index = build_index(
        [Document(id=n, fields={"body": text}, language="en") for n, text in texts.items()], weights={"body": 1.0}
    )
    random = np.random.default_rng(1)
    for n in texts:
        index.put_vectors(n, towards(*random.normal(size=16))[None])
    for n in (0, 1):
        index.put_vectors(n, towards(1, *[0.05 * n] * 15)[None])
    return index


ASKED = towards(1, *[0.01] * 15)


def test_meaning_brings_in_what_words_leave_out() -> None:
    index = library()
    assert ids(index.search("reimburse", language="en")) == []
    assert ids(index.search("reimburse", language="en", vector=ASKED))[:2] == [0, 1]
    assert ids(index.search("refund", language="en", vector=ASKED)) == [0]  # the words left nothing open
    hits = index.search("refund spending", language="en", vector=ASKED).hits
    assert [hit.id for hit in hits[:2]] == [0, 1]


def test_what_may_not_be_found_is_not_brought_in() -> None:
    found = library().search("reimburse", language="en", vector=ASKED, allowed=lambda id: id != 0)
    assert ids(found)[0] == 1
    assert 0 not in ids(found)


def test_meaning_alone_is_shown_but_never_called_an_answer() -> None:
    found = library().search("reimburse", language="en", vector=ASKED)
    assert found.hits
    assert not found.good


@pytest.mark.parametrize("query", ["refund", "come avere il rimborso", "환불 받으려면", "how do I", "zebra"])
def test_without_a_vector_nothing_is_different(query: str) -> None:
    plain, known = (build_index(documents(), weights=WEIGHTS) for _ in range(2))
    for document in documents():
        known.put_vectors(document.id, np.eye(4, dtype=np.float32)[:2])
    assert plain.search(query, language=None) == known.search(query, language=None)
    other = np.ones(3, np.float32)  # of another model
    nothing = np.zeros(4, np.float32)  # the model knows none of the words
    for vector in (other, nothing):
        assert plain.search(query, language=None) == known.search(query, language=None, vector=vector)


@given(TEXTS, st.lists(st.sampled_from(WORDS), min_size=1, max_size=4), st.data())
@settings(max_examples=60, deadline=None)
def test_a_document_with_all_words_is_never_passed_by_one_without(
    texts: list[list[str]], query: list[str], data: st.DataObject
) -> None:
    index = build_index(
        [Document(id=n, fields={"body": " ".join(text)}, language="en") for n, text in enumerate(texts)],
        weights={"body": 1.0},
    )
    for n in range(len(texts)):
        index.put_vectors(n, data.draw(arrays(np.float32, (2, 3), elements=NUMBERS)))
    vector = data.draw(arrays(np.float32, 3, elements=NUMBERS))
    shelf = index._shelves["en"]
    question = understand(shelf, " ".join(query), index.synonyms, prefix=False)
    words = rank(shelf, question, allowed=None, limit=99)
    both = rank(shelf, question, allowed=None, limit=99, vector=vector)
    assert set(words.slots.tolist()) <= set(both.slots.tolist())  # nothing that words find is lost
    whole = {int(slot) for slot, least in zip(words.slots, words.least, strict=True) if least >= WHOLE}
    place = {int(slot): n for n, slot in enumerate(both.slots)}
    for n, first in enumerate(words.slots.tolist()):
        for behind in words.slots.tolist()[n + 1 :] if first in whole else ():
            assert behind in whole or place[first] < place[behind]
        if first in whole:
            assert all(place[first] < place[slot] for slot in place if slot not in set(words.slots.tolist()))
    if whole:  # and it is never called noise
        assert index.search(" ".join(query), language="en", vector=vector).good


@given(st.lists(st.tuples(st.floats(0, 9), st.booleans(), st.floats(-5, 9)), min_size=1), st.floats(0, 5))
def test_what_is_lifted_stays_within_bounds(rows: list[tuple[float, bool, float]], worth: float) -> None:
    scores, whole, near = (np.array(column) for column in zip(*rows, strict=True))
    raised = lifted(scores, whole, near, worth)
    assert (raised <= scores + worth + 1e-9).all()
    assert (raised >= scores - 1e-9).all()
    for n in np.flatnonzero(whole):
        behind = ~whole & (scores < scores[n])
        assert (raised[behind] < raised[n]).all()


def test_only_what_stands_out_is_brought_in() -> None:
    near = np.array([5.0, FROM, 3.0, -2.0, *[2.0] * 40])
    assert nearest(near, np.array([0]), lambda slot: slot != 2).tolist() == list(range(4, 4 + ADDED))


def test_vectors_go_with_their_document() -> None:
    index = library()
    index.put(Document(id=0, fields={"body": "A new text"}, language="en"))  # its vector was of the old text
    assert ids(index.search("reimburse", language="en", vector=ASKED))[0] == 1
    index.remove(1)
    assert 1 not in ids(index.search("reimburse", language="en", vector=ASKED))
    assert 0 not in ids(index.search("reimburse", language="en", vector=ASKED))
    for n in range(60, 200):  # enough for documents to get other places
        index.put(Document(id=n, fields={"body": f"more {n}"}, language="en"))
    for n in range(60, 199):
        index.remove(n)
    index.put_vectors(199, ASKED[None])
    assert ids(index.search("reimburse", language="en", vector=ASKED))[0] == 199


def test_one_vector_or_two_of_different_models_say_nothing() -> None:
    meanings = Meanings()
    meanings.put("a", np.eye(3, dtype=np.float32))
    assert meanings.nearness(np.ones(3, np.float32), {"a": 0}, 1) is None
    meanings.put("b", np.eye(4, dtype=np.float32))
    assert meanings.nearness(np.ones(3, np.float32), {"a": 0, "b": 1}, 2) is None


def test_pieces_end_with_sentences_and_stand_under_the_title() -> None:
    sentence = "We pay the money back within five days of the parcel's return. "
    made = passages("Refunds", sentence * 40 + "\n\n## More\n" + "x" * 3 * LENGTH)
    assert all(piece.startswith("Refunds\n") for piece in made)
    assert all(len(piece) <= LENGTH + 10 for piece in made)
    assert made[0].endswith("return.")
    assert "".join(made).count("We pay") == 40
    assert len(passages("T", sentence * 1_000)) == MOST
    assert passages("T", "") == ["T"]
    assert passages("", " \n ") == []
