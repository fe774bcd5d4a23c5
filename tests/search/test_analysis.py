"""What a text is found by, in each language."""

import pytest

from hark.search.analysis import terms, words


@pytest.mark.parametrize(
    ("language", "one", "other"),
    [
        ("en", "cancelling subscriptions", "cancel subscription"),
        ("en", "Café RÉSUMÉ", "cafe resume"),
        ("it", "rimborsi annullati", "rimborso annullato"),
        ("it", "città", "citta"),
        ("it", "creazione donazioni", "creare donare"),  # the noun names what the verb does
        ("it", "cita\u0300", "cità"),  # the accent apart from its letter
        ("ko", "환불을 정책은", "환불 정책"),
        ("ko", "변경하려면", "변경하는"),
        ("ko", "API를", "API"),
        ("ko", "비밀번호에서", "비밀번호"),
        (None, "ＡＰＩ", "api"),
    ],
)
def test_forms_of_a_word_are_one_term(language: str | None, one: str, other: str) -> None:
    assert terms(one, language) == terms(other, language)


def test_a_short_italian_noun_is_not_taken_for_a_verb() -> None:
    assert len({*terms("stazione stare nazione nato azione", "it")}) == 5


def test_korean_is_pairs_of_syllables() -> None:
    assert terms("비밀번호", "ko") == ["비밀", "밀번", "번호"]
    assert terms("집", "ko") == ["집"]


def test_a_short_word_is_not_taken_for_a_particle() -> None:
    assert [word.form for word in words("나이 고도 이란", "ko")] == ["나이", "고도", "이란"]


def test_words_know_where_they_stand_and_which_only_ask() -> None:
    text = "How do I reset my password?"
    found = list(words(text, "en"))
    assert [text[w.start : w.end] for w in found] == ["How", "do", "I", "reset", "my", "password"]
    assert [w.form for w in found if not w.stop] == ["reset", "password"]
    assert [w.form for w in words("환불은 어떻게 하나요", "ko") if not w.stop] == ["환불"]
    assert [w.form for w in words("Come posso annullare l'ordine", "it") if not w.stop] == ["annullare", "ordine"]
