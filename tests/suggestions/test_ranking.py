"""The ranking itself: what is alike, in three languages, read anew or added to, in many threads at once."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest

from hark.search.analysis import terms
from hark.suggestions.ranking import Likeness, Pair, Ranker, count_terms, guess_language

PAIRS = [
    Pair("Refund\nWhere is my refund?", "Your refund was made, it takes three days.", "en"),
    Pair("Password\nI cannot log in", "Please reset your password on the settings page.", "en"),
    Pair("Rimborso\nDove è il mio rimborso?", "Il rimborso arriva in tre giorni.", "it"),
    Pair("환불\n환불은 언제 되나요?", "환불은 영업일 기준 3일 안에 처리됩니다.", "ko"),
    Pair("로그인\n비밀번호를 잊었어요", "비밀번호를 다시 설정해 주세요.", "ko"),
]


@pytest.mark.parametrize(
    ("question", "best"),
    [
        ("When do I get my refund?", 0),
        ("I cannot log in to my account", 1),
        ("Non ho ricevuto il rimborso", 2),
        ("환불이 아직 안 됐어요", 3),
        ("비밀번호 변경 방법", 4),
    ],
)
def test_the_reply_to_the_same_question_comes_first(question: str, best: int) -> None:
    scores = Ranker(PAIRS).score(question, guess_language(question))
    assert int(np.argmax(scores.total)) == best


def test_added_pairs_are_as_if_they_had_always_been_there() -> None:
    grown, whole = Ranker(PAIRS[3:], Ranker(PAIRS[:3])), Ranker(PAIRS)
    for question in ("refund", "환불", "rimborso password"):
        assert np.allclose(grown.score(question, "en").total, whole.score(question, "en").total, atol=1e-5)


def test_a_name_of_code_is_found_whole_and_by_its_parts() -> None:
    assert {"rx_streamer", "rx", "streamer"} <= set(count_terms("the rx_streamer", None))
    assert {"rxstreamer", "rx", "streamer"} <= set(count_terms("the rxStreamer", None))


@pytest.mark.parametrize(
    ("text", "language"),
    [("Where is it?", "en"), ("Dove è il mio pacco?", "it"), ("어디에 있나요?", "ko"), ("4711", None)],
)
def test_the_language_is_told_by_script_and_small_words(text: str, language: str | None) -> None:
    assert guess_language(text) == language


def test_alike_is_what_shares_the_words_of_several_customers() -> None:
    likeness = Likeness([{"a", "b", "c"}, {"x"}], None)
    more = Likeness([{"a", "b", "c", "d"}], likeness)
    assert [round(float(v), 2) for v in more.alike(0)] == [1.0, 0.0, 0.87]


def test_threads_do_not_disturb_each_other() -> None:
    words = [
        f"{stem}{end}" for stem in ("connect", "deliver", "restart", "install") for end in ("ing", "ed", "ions", "able")
    ]

    def read(_: int) -> Any:
        return [terms(word + "q" * (_ % 3), "en") for word in words * 40]

    alone = [read(n) for n in range(3)]
    with ThreadPoolExecutor(8) as pool:
        assert all(found == alone[n % 3] for n, found in enumerate(pool.map(read, range(24))))
