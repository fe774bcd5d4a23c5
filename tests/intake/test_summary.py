"""A line of the ledger is found by everything a person may know of the mail, in PostgreSQL itself."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hark.core.db import Db
from hark.intake.summary import MailSummary, describe, ledger_query, words_of
from hark.intake.types import Envelope, Inbound, Party

MAIL = MailSummary(
    from_name="Carla Càstori", from_address="carla.castori+shop@shop.example", to=["support@acme.example"],
    subject="주문하신 상품이 늦어요 (Ordine n. 4711)", mail_id="CAB+x=1_y@mail.gmail.example",
)  # fmt: skip
ENVELOPE = Envelope(mail_from="bounce+7@esp.example", rcpt_to=["help@acme.example"])


async def meets(db: Db, words: str, query: str) -> bool:
    return await db.one(bool, "SELECT $1::text::tsvector @@ $2::text::tsquery", words, query)


@pytest.mark.parametrize(
    "q",
    [
        "carla", "castori", "Càstori", "4711", "ordine", "ordin", "carla ordine", "shop.example", "@shop.example",
        "carla.castori+shop@shop.example", "<carla.castori+shop@shop.example>", "carla.castori+shop@", "help@acme.example",
        "support@acme", "bounce+7@esp.example", "<CAB+x=1_y@mail.gmail.example>", "cab+x=1_y@mail.gmail.example", "주문",
        "상품이", "늦어요", '"Ordine n. 4711"', "carla @shop.example",
    ],
)  # fmt: skip
async def test_found(db: Db, q: str) -> None:
    query = ledger_query(q)
    assert query is not None
    assert await meets(db, words_of(MAIL, ENVELOPE), query)


@pytest.mark.parametrize("q", ["claudia", "@other.example", "carla@shop.example", "4712", "carla claudia", "품상"])
async def test_not_found(db: Db, q: str) -> None:
    query = ledger_query(q)
    assert query is not None
    assert not await meets(db, words_of(MAIL, ENVELOPE), query)


@pytest.mark.parametrize("q", ["", "  ", "...", "<>", "()"])
def test_no_words_no_query(q: str) -> None:
    assert ledger_query(q) is None


def test_a_summary_is_bounded() -> None:
    inbound = Inbound(
        from_address="a@b.example", subject="x" * 5_000, to=[Party("", f"p{n}@b.example") for n in range(500)],
        cc=[Party("", "a@b.example")], external_id="i" * 900,
    )  # fmt: skip
    described = describe(inbound, Envelope(rcpt_to=["p1@b.example"] * 50))
    assert (len(described.summary.to), len(described.summary.subject), len(described.summary.mail_id)) == (20, 300, 300)
    assert len(described.words) < 20_000


TEXT = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=40)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(summary=st.builds(MailSummary, from_name=TEXT, from_address=TEXT, subject=TEXT, mail_id=TEXT), q=TEXT)
async def test_any_text_is_found_by_its_own_terms(db: Db, summary: MailSummary, q: str) -> None:
    words = words_of(summary, Envelope())
    for text in (summary.from_name, summary.from_address, summary.subject, summary.mail_id):
        if query := ledger_query(text):
            assert await meets(db, words, query), (text, words, query)
    if query := ledger_query(q):  # any search is one PostgreSQL understands
        await meets(db, words, query)


async def test_the_last_word_may_still_be_growing(db: Db) -> None:
    words: Any = words_of(MAIL, ENVELOPE)
    query = ledger_query("carla ord")
    assert query is not None
    assert await meets(db, words, query)
