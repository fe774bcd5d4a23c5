"""Accept-Encoding as clients write it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hark.core.encodings import OURS, accepted


@pytest.mark.parametrize(
    ("header", "wanted"),
    [
        (b"", [b"identity"]),
        (b"gzip, deflate, br, zstd", [b"br", b"gzip", b"identity"]),
        (b"br;q=0.5, gzip", [b"gzip", b"br", b"identity"]),
        (b"br;q=0, gzip;q=0.2", [b"gzip", b"identity"]),
        (b"GZIP ; q=0.3 , identity;q=0.9", [b"identity", b"gzip"]),
        (b"x-gzip", [b"gzip", b"identity"]),
        (b"*", [b"br", b"gzip", b"identity"]),
        (b"*;q=0, gzip", [b"gzip"]),
        (b"identity;q=0, gzip;q=0.1", [b"gzip"]),
        (b"identity;q=0", [b"identity"]),  # nothing of ours is taken: better so than not at all
        (b"br;q=much, gzip", [b"gzip", b"identity"]),
    ],
)
def test_the_coding_a_client_wants_most_comes_first(header: bytes, wanted: list[bytes]) -> None:
    assert list(accepted(header)) == wanted


@given(st.binary(max_size=600))
def test_whatever_is_asked_there_is_an_answer(header: bytes) -> None:
    assert set(accepted(header)) <= set(OURS)
    assert accepted(header)
