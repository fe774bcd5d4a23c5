"""What a search finds, in each language, and when it says that nothing is good enough."""

from collections.abc import Iterable
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hark.search.index import Document, Found, Index, build_index
from hark.search.shelf import Shelf

WEIGHTS = {"title": 3.0, "body": 1.0}
ARTICLES = {
    "en": {
        "refund": ("Refunds", "How to get a refund for your order. We pay the money back within five days."),
        "password": ("Passwords", "Reset your password with the link that we mail to you, then sign in again."),
        "login": ("Signing in", "The login page asks for your address. Log out on shared computers."),
        "invoice": ("Invoices", "Every invoice is in your account. Ask for another address on the invoice."),
        "parcel": ("Parcels", "Follow your parcel on its way. A late parcel is looked for by the carrier."),
    },
    "it": {
        "rimborso": ("Rimborsi", "Come chiedere il rimborso di un ordine già pagato."),
        "fattura": ("Fatture", "Ogni fattura è nel tuo profilo, anche quelle annullate."),
        "pacco": ("Spedizioni", "Segui il tuo pacco fino alla consegna a casa."),
    },
    "ko": {
        "환불": ("환불 정책", "환불을 받으려면 주문 페이지에서 신청하세요. 카드로 결제한 금액은 닷새 안에 돌아옵니다."),
        "비밀번호": ("로그인", "비밀번호는 설정에서 변경할 수 있습니다."),
        "배송": ("배송 조회", "택배가 어디쯤 왔는지 확인하는 방법입니다."),
    },
}


def documents() -> list[Document]:
    return [
        Document(id=id, fields={"title": title, "body": body}, language=language)
        for language, articles in ARTICLES.items()
        for id, (title, body) in articles.items()
    ]


@pytest.fixture(scope="module")
def shop() -> Index:
    return build_index(documents(), weights=WEIGHTS, synonyms=[["refund", "money back"], ["택배", "소포"]])


def ids(found: Found) -> list[object]:
    return [hit.id for hit in found.hits]


@pytest.mark.parametrize(
    ("query", "language", "first"),
    [
        ("refunded orders", "en", "refund"),
        ("how do I change the address on my invoices?", "en", "invoice"),
        ("come posso annullare la fattura?", "it", "fattura"),
        ("consegne", "it", "pacco"),
        ("환불하려면 어떻게 하나요?", "ko", "환불"),
        ("비밀번호를 바꾸고 싶어요", "ko", "비밀번호"),
        ("환불", None, "환불"),
        ("rimborso", None, "rimborso"),
    ],
)
def test_the_right_one_is_first(shop: Index, query: str, language: str | None, first: str) -> None:
    found = shop.search(query, language=language)
    assert ids(found)[0] == first
    assert found.good


@pytest.mark.parametrize(
    ("query", "language", "first", "corrected"),
    [
        ("pasword", "en", "password", "password"),
        ("reset passwrod", "en", "password", "reset password"),
        ("rimborzo", "it", "rimborso", "rimborso"),
        ("비밀번효 변경", "ko", "비밀번호", "비밀번호 변경"),
    ],
)
def test_mistyped_words(shop: Index, query: str, language: str, first: str, corrected: str) -> None:
    found = shop.search(query, language=language)
    assert ids(found)[0] == first
    assert found.corrected == corrected
    assert found.good


def test_a_word_that_is_there_is_never_corrected(shop: Index) -> None:
    index = build_index(
        [*documents(), *(Document(id=n, fields={"body": "parcels and parcels"}, language="en") for n in range(20)),
         Document(id="exact", fields={"body": "parsel"}, language="en")],
        weights=WEIGHTS,
    )  # fmt: skip
    found = index.search("parsel", language="en")
    assert ids(found) == ["exact"]
    assert found.corrected is None


def test_synonyms_both_ways_and_of_several_words(shop: Index) -> None:
    assert ids(shop.search("money back", language="en"))[0] == "refund"
    assert ids(shop.search("소포", language="ko")) == ["배송"]
    assert shop.search("소포", language="ko").good


def test_words_written_as_one_or_as_two(shop: Index) -> None:
    assert ids(shop.search("log in", language="en"))[0] == "login"
    assert ids(shop.search("lateparcel", language="en"))[0] == "parcel"
    assert ids(shop.search("비밀 번호", language="ko"))[0] == "비밀번호"


@pytest.mark.parametrize(
    ("typed", "language", "first"),
    [
        ("passw", "en", "password"),
        ("reset pa", "en", "password"),
        ("비밀벊", "ko", None),
        ("비밀버", "ko", "비밀번호"),
        ("rimb", "it", "rimborso"),
    ],
)
def test_search_as_you_type(shop: Index, typed: str, language: str, first: str | None) -> None:
    found = shop.search(typed, language=language, prefix=True)
    if first is None:
        assert not found.good or ids(found)
    else:
        assert ids(found)[0] == first
        assert found.good


def test_only_the_last_word_may_grow(shop: Index) -> None:
    assert ids(shop.search("pas ", language="en", prefix=True)) == []
    assert ids(shop.search("pas", language="en", prefix=True)) == ["password"]


@pytest.mark.parametrize(
    "query", ["zebra", "", "???", "how do I", "광합성", "photosynthesis of giraffes in the savanna"]
)
def test_nothing_is_good_enough(shop: Index, query: str) -> None:
    assert not shop.search(query, language=None).good


def test_what_is_not_allowed_takes_no_place(shop: Index) -> None:
    found = shop.search("your address", language="en", limit=1, allowed=lambda id: id != "invoice")
    assert ids(found) == ["login"]


def test_a_phrase_is_worth_more_than_its_words_apart() -> None:
    apart = (
        "Payment of an order. "
        + "Something else is told here at length, and then more of it. " * 2
        + "Every method counts."
    )
    together = (
        "Order something. "
        + "Something else is told here at length, and then more of it. " * 2
        + "The payment method counts."
    )
    index = build_index(
        [Document(id="apart", fields={"body": apart}, language="en"), Document(id="together", fields={"body": together}, language="en")],
        weights={"body": 1},
    )  # fmt: skip
    assert ids(index.search("payment method", language="en")) == ["together", "apart"]


def test_the_newer_of_two_alike_is_first() -> None:
    old, new = (
        Document(id=year, fields={"body": "Opening hours"}, language="en", at=datetime(year, 1, 1, tzinfo=UTC))
        for year in (2020, 2026)
    )
    assert ids(build_index([old, new], weights={"body": 1}).search("hours", language="en")) == [2026, 2020]


def test_a_title_counts_more_than_a_mention(shop: Index) -> None:
    mention = Document(
        id="mention", fields={"title": "Other", "body": "Invoices are elsewhere, parcels too."}, language="en"
    )
    index = build_index([mention, *documents()], weights=WEIGHTS)
    assert ids(index.search("parcels", language="en")) == ["parcel", "mention"]


def test_snippets_mark_what_met(shop: Index) -> None:
    [hit, *_] = shop.search("invoice address", language="en").hits
    assert hit.id == "invoice"
    assert {hit.snippet.text[a:b].lower() for a, b in hit.snippet.marks} == {"invoice", "address"}
    long = Document(
        id="long",
        fields={"body": "Nothing here. " * 200 + "The needle is here." + " Nothing here." * 200},
        language="en",
    )
    [hit] = build_index([long], weights={"body": 1}).search("needle", language="en").hits
    assert len(hit.snippet.text) < 200
    assert [hit.snippet.text[a:b] for a, b in hit.snippet.marks] == ["needle"]


# one document at a time -----------------------------------------------------------------------------------------------

WORDS = [
    "refund",
    "order",
    "orders",
    "password",
    "invoice",
    "late",
    "the",
    "parcel",
    "rimborso",
    "환불",
    "비밀번호를",
    "e-mail",
]
texts = st.lists(st.sampled_from(WORDS), max_size=12).map(" ".join)
steps = st.lists(
    st.tuples(st.integers(0, 9), st.sampled_from(["en", "it", "ko"]), texts, texts, st.booleans()), max_size=40
)


@settings(max_examples=60, deadline=None)
@given(steps, st.lists(st.sampled_from(WORDS), min_size=1, max_size=4).map(" ".join))
def test_an_index_that_changed_is_as_one_made_anew(steps: list[tuple[int, str, str, str, bool]], query: str) -> None:
    index, held = Index(WEIGHTS), dict[int, Document]()
    index_of_all = index.search  # the first search of all is before anything is there
    assert index_of_all(query, language=None).hits == []
    for id, language, title, body, stays in steps:
        if stays:
            held[id] = Document(id=id, fields={"title": title, "body": body}, language=language)
            index.put(held[id])
        else:
            assert index.remove(id) == (held.pop(id, None) is not None)
    fresh = build_index(held.values(), weights=WEIGHTS)
    assert len(index) == len(fresh) == len(held)
    for language in (None, "en", "ko"):
        assert same(index.search(query, language=language)) == same(fresh.search(query, language=language))


def same(found: Found) -> tuple[bool, str | None, set[tuple[object, float, float, str, str]]]:
    hits = {(h.id, round(h.score, 6), round(h.confidence, 6), h.field, h.snippet.text) for h in found.hits}
    return found.good, found.corrected, hits


def test_many_changes_settle_and_stay_right(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hark.search.shelf.TAIL", 50)
    index = Index(WEIGHTS)
    for n in range(400):
        index.put(
            Document(id=n % 150, fields={"title": f"Part {n}", "body": f"number{n} of the orders"}, language="en")
        )
        if n % 3 == 0:
            index.remove((n * 7) % 150)
    fresh = build_index(held(index), weights=WEIGHTS)
    assert held_ids(index) == held_ids(fresh)
    for n in (399, 250, 260, 300):
        assert same(index.search(f"number{n} orders", language="en")) == same(
            fresh.search(f"number{n} orders", language="en")
        )


def held(index: Index) -> Iterable[Document]:
    shelf: Shelf = index._shelves["en"]
    return [shelf.document(slot) for slot in shelf.slots.values()]


def held_ids(index: Index) -> set[object]:
    return {document.id for document in held(index)}
