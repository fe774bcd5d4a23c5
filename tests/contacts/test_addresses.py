"""One spelling for one mailbox."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hark.contacts.addresses import company_domain, normalise_address, normalise_domain
from hark.core.errors import BadRequest


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        ("Ada@Example.COM", "ada@example.com"),
        ("  <ada@example.com> ", "ada@example.com"),
        ("mailto:ada@example.com", "ada@example.com"),
        ("ada@example.com.", "ada@example.com"),
        ("ada+shop@example.com", "ada+shop@example.com"),
        ("a.d.a@gmail.com", "a.d.a@gmail.com"),
        ("info@Bücher.example", "info@xn--bcher-kva.example"),
        ("info@xn--bcher-kva.example", "info@xn--bcher-kva.example"),
        ("민수@한국.example", "민수@xn--3e0b707e.example"),
        ("ＡＤＡ@ｅｘａｍｐｌｅ.com", "ａｄａ@example.com"),
        ('"a@b"@example.com', '"a@b"@example.com'),
        ("ada@[192.0.2.1]", "ada@[192.0.2.1]"),
        ("root@localhost", "root@localhost"),
    ],
)
def test_spellings(written: str, stored: str) -> None:
    assert normalise_address(written) == stored


@pytest.mark.parametrize(
    "wrong", ["", "@", "ada", "ada@", "@example.com", "a b@example.com", "a\x00@example.com", "a@ex ample.com",
              "a@-.b..c", "a@" + "x" * 64 + ".com", "a" * 400 + "@example.com", "a@exa\nmple.com", "a@<script>.com"]
)  # fmt: skip
def test_what_is_no_address(wrong: str) -> None:
    with pytest.raises(BadRequest):
        normalise_address(wrong)


@given(st.text(min_size=1, max_size=30), st.text(min_size=1, max_size=30))
def test_normal_forms_stay_as_they_are(local: str, domain: str) -> None:
    try:
        once = normalise_address(f"{local}@{domain}")
    except BadRequest:
        return
    assert normalise_address(once) == once
    assert "\0" not in once


def test_free_mail_tells_no_company() -> None:
    assert company_domain("ada@acme.example") == "acme.example"
    assert company_domain("ada@gmail.com") is None
    assert company_domain("민수@naver.com") is None
    assert company_domain("root@localhost") is None
    assert company_domain("ada@[192.0.2.1]") is None


def test_a_domain_has_one_spelling() -> None:
    assert normalise_domain("EXAMPLE.com.") == "example.com"
