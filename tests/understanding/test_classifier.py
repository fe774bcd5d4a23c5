"""The classifier: right where it can be, silent where it cannot, and the same after it was stored."""

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from hark.understanding.classifier import NONE, from_bytes, to_bytes, train
from hark.understanding.features import INTENT, bags, folded_text
from hark.understanding.graph import neighbours, spread
from hark.understanding.language import language
from hark.understanding.models import InUse
from hark.understanding.reading import learned_text, read_with
from hark.understanding.training import load_bundle
from hark.understanding.types import Task

from .conftest import TOPICS, learned

UNSEEN = {
    "Refunds": ("could you give the money back to me", "mi avete addebitato due volte, voglio i soldi indietro", "이중 결제 환불 부탁드립니다"),
    "Login": ("cannot sign in with my passcode", "non ricordo la password", "비밀번호가 기억이 안 나요"),
    "Delivery": ("my package never showed up", "quando arriva la spedizione?", "배송이 언제 도착하나요"),
}  # fmt: skip


@pytest.mark.parametrize(("name", "text"), [(name, text) for name, texts in UNSEEN.items() for text in texts])
def test_other_words_for_the_same_are_understood_in_three_languages(name: str, text: str) -> None:
    classifier = load_bundle(learned()[0]).tasks[Task.TOPIC]
    assert classifier.guess(text, language(text)).label == str(TOPICS[name])


@pytest.mark.parametrize("text", ["who won the match", "ciao", "노래 좋아하세요?", "", "???", "👍", "7"])
def test_what_belongs_nowhere_is_not_known(text: str) -> None:
    classifier = load_bundle(learned()[0]).tasks[Task.TOPIC]
    assert not classifier.guess(text, language(text)).known


def test_a_stored_classifier_says_the_same() -> None:
    texts = ["the parcel is late", "where is my parcel", "refund the money", "I want a refund", "hello you", "good day"]
    labels = ["1", "1", "2", "2", NONE, NONE]
    made, outcomes = train(texts, labels, ["en"] * 6, spec=INTENT)
    again = from_bytes(to_bytes(made))
    assert len(outcomes) == 6
    for text in (*texts, "no parcel", "qwerty", ""):
        one, two = made.guess(text, "en"), again.guess(text, "en")
        assert (one.label, one.known) == (two.label, two.known)
        assert one.confidence == pytest.approx(two.confidence, abs=1e-3)


PAIRS = [("the parcel is late", "1"), ("where is my parcel", "1"), ("refund the money", "2"), ("I want a refund", "2")]
BESIDE = [
    "my parcel is stuck at customs", "the parcel waits at customs", "customs keeps the parcel", "held by customs since Monday",
    "refund to my voucher", "money back on the voucher", "a voucher instead of a refund", "the voucher is empty",
]  # fmt: skip


def test_words_that_only_unlabelled_messages_hold_are_learned_from_their_neighbours() -> None:
    texts, labels = [text for text, _ in PAIRS], [label for _, label in PAIRS]
    alone, _ = train(texts, labels, ["en"] * 4, spec=INTENT)
    beside, outcomes = train(texts, labels, ["en"] * 4, spec=INTENT, unlabelled=[(text, "en") for text in BESIDE])
    assert len(outcomes) == 4  # what has no label is not counted as right or wrong
    for text, label in (("customs", "1"), ("voucher", "2")):
        assert not any(name.startswith(text) for name in alone.views[0].words)
        assert beside.guess(text, "en").label == label
    assert from_bytes(to_bytes(beside)).guess("customs", "en").label == "1"


def test_opinions_spread_to_the_nearest_first() -> None:
    near = neighbours(csr_matrix(np.array([[1, 0, 0], [1, 1, 0], [0, 1, 1], [0, 0, 1]], np.float32)))
    assert (near != near.T).nnz == 0
    shares = spread(near, np.array([[1, 0], [0.5, 0.5], [0.5, 0.5], [0, 1]], np.float32))
    assert shares.sum(axis=1) == pytest.approx(1)
    assert shares[1, 0] > 0.5 > shares[2, 0]


def test_too_little_to_learn_from_is_said() -> None:
    with pytest.raises(ValueError, match="two labels"):
        train(["a", "b"], ["1", "1"], ["en", "en"], spec=INTENT)


def test_confidence_is_honest_in_the_report() -> None:
    report = learned()[1]
    topic = next(t for t in report.tasks if t.task == "topic")
    assert topic.examples == 24
    assert topic.known <= 1
    assert all(sum(row) == label.examples for row, label in zip(topic.matrix, topic.labels, strict=True))
    assert topic.precise >= 0.8


def test_reasons_are_places_in_the_message() -> None:
    model = InUse(None, load_bundle(learned()[0]).tasks)
    text = "Hi, you charged me twice.\nI want a refund please\n\n> old quoted words about a parcel"
    reading = read_with(model, text)
    topic = reading.find(Task.TOPIC)
    assert topic is not None
    assert topic.value == TOPICS["Refunds"]
    shown = [text[p.start : p.end] for p in topic.because]
    assert shown
    assert all(word.strip() for word in shown)
    assert any("refund" in word for word in shown)


def test_history_and_reply_marks_are_not_learned() -> None:
    assert learned_text("Thanks\n\nOn Monday Anna wrote:\n> my card is 1234", "Re: Fwd: Parcel") == "Parcel\nThanks"


def test_views_forgive_case_accents_and_contractions() -> None:
    assert folded_text("  Perché  NON va? ") == "perche non va?"
    one, two = bags("I can't log in", "en", INTENT), bags("i cannot LOG IN", "en", INTENT)
    assert one[0] == two[0]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Where is my order?", "en"), ("Dov'è il mio ordine?", "it"), ("제 주문은 어디에 있나요?", "ko"), ("refund pls", "en"),
        ("grazie mille", "it"), ("감사", "ko"), ("iPhone 15 Pro 케이스 있나요", "ko"), ("12345", ""), ("👍👍", ""), ("", ""),
        ("mario.rossi@example.com", ""), ("Buongiorno", "it"), ("Hello", "en"), ("problema con la fattura", "it"),
        ("my name is 김민수 and I cannot log in to the account since yesterday", "en"),
    ],
)  # fmt: skip
def test_languages_are_told_by_script_then_by_words(text: str, expected: str) -> None:
    assert language(text) == expected
