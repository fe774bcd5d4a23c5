"""Words for the search index."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hark.core.text import cjk_runs, fold, one_line, search_query, search_tokens


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("Hello hello", ["hello"]),
        ("Délivré à Zürich", ["delivre", "delivr", "a", "zurich"]),
        ("delivered", ["delivered", "delive"]),
        ("환불 요청", ["환불", "불", "요청", "청"]),
        ("주문번호12ab", ["주문", "문번", "번호", "호", "12ab"]),
        ("ＦＵＬＬ　ｗｉｄｔｈ", ["full", "width"]),
        ("anna@shop.example", ["anna", "shop", "example", "exampl"]),
        ("", []),
        ("!!! … 😀", []),
    ],
)
def test_tokens(text: str, tokens: list[str]) -> None:
    assert search_tokens(text) == tokens


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("parcel", "'parcel':*"), ("Shipping to now", "('shipping' | 'shippi') & 'to' & 'now':*"),
        ("in shipping", "'in' & ('shipping':* | 'shippi')"), ("환불요청", "'환불' & '불요' & '요청'"),
        ("불", "'불':*"), ("  ", None), ("' & | !", None),
    ],
)  # fmt: skip
def test_queries(query: str, expected: str | None) -> None:
    assert search_query(query) == expected


def test_accents_go_and_syllables_stay() -> None:
    assert fold("ÅÉÎ Straße") == "aei strasse"
    assert fold("한글") == "한글"
    assert cjk_runs("주문 abc 東京都") == ["주문", "東京都"]


@given(
    st.text(
        st.characters(max_codepoint=0x3FF) | st.sampled_from("aIiİſßΣςK\u0301\u0307\u0345\u3099か한한﹤ﬁ①Åẞ¨<\u0338"),
        max_size=12,
    )
    | st.text(max_size=60)
)
def test_folding_run_by_run_is_folding_it_all(text: str) -> None:
    whole = unicodedata.normalize("NFD", unicodedata.normalize("NFKC", text).casefold())
    bare = "".join(c for c in whole if c < "\u0300" or unicodedata.category(c) != "Mn")
    assert fold(text) == unicodedata.normalize("NFC", bare)


@given(st.text(max_size=300))
def test_any_text_makes_tokens_a_tsvector_takes(text: str) -> None:
    tokens = search_tokens(text)
    assert len(tokens) == len(set(tokens))
    assert all(token and len(token.encode()) < 2046 and "\0" not in token for token in tokens)
    query = search_query(text)
    assert query is None or "''" not in query


def test_one_line() -> None:
    assert one_line("  a\n\n b\tc  ", 20) == "a b c"
    assert one_line("abcdefghij", 5) == "abcd…"
