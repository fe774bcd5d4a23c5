"""What a search finds, in each language."""

from hark.search.index import Document, Index, build_index


def shop() -> Index:
    return build_index(
        [
            Document(id="refund", language="en", fields={"title": "Refunds", "body": "How to get a refund for your order."}),
            Document(id="password", language="en", fields={"title": "Passwords", "body": "Reset your password with the link we mail."}),
            Document(id="rimborso", language="it", fields={"title": "Rimborsi", "body": "Come chiedere il rimborso di un ordine già pagato."}),
            Document(id="환불", language="ko", fields={"title": "환불 정책", "body": "환불을 받으려면 주문 페이지에서 신청하세요. 비밀번호는 변경할 수 있습니다."}),
        ],
        weights={"title": 3, "body": 1},
    )  # fmt: skip


def test_each_language_finds_its_own() -> None:
    index = shop()
    assert [h.id for h in index.search("refunded orders", language="en").hits] == ["refund"]
    assert [h.id for h in index.search("rimborsi", language="it").hits] == ["rimborso"]
    assert [h.id for h in index.search("환불하려면 어떻게 하나요?", language=None).hits] == ["환불"]


def test_a_mistyped_word_is_understood_and_said() -> None:
    found = shop().search("pasword", language="en")
    assert [h.id for h in found.hits] == ["password"]
    assert found.corrected == "password"


def test_nothing_is_found_for_a_word_that_is_nowhere() -> None:
    found = shop().search("zebra", language="en")
    assert found.hits == []
    assert not found.good
