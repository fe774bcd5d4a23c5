"""DMARC, and the verdict over all results: who is proven, who is forged, and when nobody can tell."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.mailauth import OTHER, RECORDS, SERVER, Zones, sealed, signed

from hark.channels.email.authentication.dmarc import is_aligned, organisational_domain, parse_record
from hark.channels.email.authentication.evaluate import authenticate, is_public
from hark.channels.email.authentication.trusted import read_trusted
from hark.conversations.types import Authentication

MAIL = b"From: Ann <ann@shop.example>\r\nSubject: Order\r\nTo: help@desk.example\r\n\r\nWhere is it?\r\n"


def check(raw: bytes = MAIL, *, peer: str = OTHER, mail_from: str = "ann@shop.example", dmarc: str | None = None,
          broken: tuple[str, ...] = ()) -> Authentication:  # fmt: skip
    records = dict(RECORDS)
    if dmarc is not None:
        records["_dmarc.shop.example", "TXT"] = [dmarc]
    return authenticate(
        raw, peer=peer, helo="mx.example.com", mail_from=mail_from, resolver=Zones(records, broken=broken)
    )


def result(checked: Authentication, method: str) -> str:
    return next(r.result for r in checked.results if r.method == method)


def test_a_signature_of_the_domain_proves_it() -> None:
    checked = check(signed(MAIL, "shop.example"), mail_from="", dmarc="v=DMARC1; p=reject")
    assert (checked.verdict, result(checked, "dmarc")) == ("proven", "pass")
    assert checked.sentence == "The sender's domain shop.example is proven by its signature."


def test_its_own_server_proves_it() -> None:
    checked = check(peer=SERVER)
    assert (checked.verdict, result(checked, "dmarc")) == ("proven", "none")


def test_somebody_elses_proof_proves_nothing() -> None:
    raw = signed(MAIL, "stranger.example")
    checked = check(raw, mail_from="x@stranger.example", dmarc="v=DMARC1; p=none")
    assert [r.aligned for r in checked.results if r.method in ("spf", "dkim")] == [False, False]
    assert checked.verdict == "unknown"
    assert check(raw, mail_from="x@stranger.example", dmarc="v=DMARC1; p=quarantine").verdict == "forged"


@pytest.mark.parametrize(
    ("policy", "verdict"),
    [
        ("reject", "forged"),
        ("quarantine", "forged"),
        ("none", "unknown"),
        ("reject; pct=0", "unknown"),
        ("", "unknown"),
    ],
)
def test_the_policy_of_the_domain_decides(policy: str, verdict: str) -> None:
    checked = check(mail_from="x@nowhere.example", dmarc=f"v=DMARC1; p={policy}")
    assert checked.verdict == verdict


def test_a_stated_fail_is_enough_without_a_policy() -> None:
    checked = check()  # SPF of the sender's own domain ends in -all
    assert checked.verdict == "forged"
    assert checked.sentence == "By what shop.example publishes, it does not come from there (SPF fail)."
    altered = signed(MAIL, "shop.example").replace(b"it?", b"my money?")
    assert check(altered, mail_from="").verdict == "forged"


def test_strict_alignment_wants_the_very_domain() -> None:
    raw = signed(MAIL, "mail.shop.example")
    assert check(raw, mail_from="", dmarc="v=DMARC1; p=reject").verdict == "proven"
    assert check(raw, mail_from="", dmarc="v=DMARC1; p=reject; adkim=s").verdict == "forged"


def test_a_subdomain_has_the_policy_of_its_organisation() -> None:
    raw = MAIL.replace(b"@shop", b"@news.shop")
    assert check(raw, mail_from="", dmarc="v=DMARC1; p=none; sp=reject").verdict == "forged"
    assert check(raw, mail_from="", dmarc="v=DMARC1; p=reject; sp=none").verdict == "unknown"


def test_dns_that_does_not_answer_accuses_nobody() -> None:
    silent = check(broken=("shop.example", "_dmarc.shop.example"))
    assert (silent.verdict, result(silent, "dmarc")) == ("unknown", "temperror")
    half = check(broken=("shop.example",), dmarc="v=DMARC1; p=reject")
    assert half.verdict == "unknown"


def test_several_senders_are_no_honest_mail() -> None:
    for raw in (
        MAIL.replace(b"<ann@shop.example>", b"<ann@shop.example>, <bob@stranger.example>"),
        b"From: bob@stranger.example\r\n" + MAIL,
        b"\r\nFrom : bob@stranger.example\r\n" + MAIL,
    ):
        assert check(raw, peer=SERVER).verdict == "forged"
    assert check(b"Subject: x\r\n\r\ny").verdict == "unknown"


def test_a_seal_alone_proves_nothing() -> None:
    raw = sealed(MAIL, "stranger.example", 1, "none")
    checked = check(raw, mail_from="x@nowhere.example", dmarc="v=DMARC1; p=reject")
    assert (checked.verdict, result(checked, "arc")) == ("forged", "pass")


def test_organisations() -> None:
    assert organisational_domain("a.b.example.co.uk") == "example.co.uk"
    assert organisational_domain("co.uk") == "co.uk"
    assert is_aligned("mail.example.co.kr", "example.co.kr")
    assert not is_aligned("one.co.kr", "two.co.kr")
    assert not is_aligned("", "")


@pytest.mark.parametrize(
    ("text", "policies"),
    [
        ("v=DMARC1; p=reject", ("reject", "reject")),
        ("v=DMARC1;p = Quarantine ;sp=none", ("quarantine", "none")),
        ("v=DMARC1; p=monitor; rua=mailto:a@b.example", ("none", "none")),
        ("v=DMARC1; p=monitor", None),
        ("v=DMARC1", None),
    ],
)
def test_records(text: str, policies: tuple[str, str] | None) -> None:
    record = parse_record(text)
    assert (record and (record.policy, record.subdomain_policy)) == policies


def test_only_strangers_servers_are_checked() -> None:
    assert [is_public(p) for p in (SERVER, "2a00:1450::1")] == [True, True]
    for private in ("127.0.0.1", "10.1.2.3", "192.168.0.1", "::1", "fe80::1%eth0", "local", ""):
        assert not is_public(private)


# what a trusted server wrote ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "verdict"),
    [
        ("dmarc=pass (p=REJECT sp=REJECT dis=NONE) header.from=shop.example", "proven"),
        ("dkim=pass header.i=@shop.example header.s=s; spf=fail smtp.mailfrom=x@y.example", "proven"),
        ("spf=pass (sender ok; really) smtp.mailfrom=ann@shop.example", "proven"),
        ("spf=pass smtp.mailfrom=evil.example; dmarc=fail (p=REJECT) header.from=shop.example", "forged"),
        ("spf=fail smtp.mailfrom=shop.example", "forged"),
        ("dmarc=fail (p=REJECT sp=REJECT dis=NONE arc=pass) header.from=shop.example", "unknown"),
        ("dmarc=fail action=none header.from=shop.example", "unknown"),
        ("dmarc=fail action=oreject header.from=shop.example", "forged"),
        ("spf=softfail smtp.mailfrom=shop.example", "unknown"),
        ("none", "unknown"),
    ],
)
def test_results_of_a_trusted_server(said: str, verdict: str) -> None:
    checked = read_trusted(
        f"Authentication-Results: MX.Desk.example 1;\r\n {said}\r\n".encode() + MAIL, "mx.desk.example"
    )
    assert checked is not None
    assert (checked.verdict, checked.server) == (verdict, "mx.desk.example")


def test_results_of_others_are_not_believed() -> None:
    forged = b"Authentication-Results: mx.desk.example; dmarc=pass header.from=shop.example\r\n" + MAIL
    real = b"Authentication-Results: mx.desk.example; dmarc=fail (p=reject) header.from=shop.example\r\nX-A: b\r\n"
    checked = read_trusted(real + forged, "mx.desk.example")
    assert checked is not None
    assert checked.verdict == "forged"
    assert read_trusted(forged, "mx.other.example") is None
    assert read_trusted(MAIL, "mx.desk.example") is None


JUNK = st.one_of(
    st.binary(max_size=400),
    st.lists(
        st.one_of(
            st.sampled_from([
                b"From: a@shop.example", b"From: <a@b>, \xff@\xe9.example", b"DKIM-Signature: v=1; a=rsa-sha256; d=shop.example; s=s; h=from; bh=; b=x",
                b"DKIM-Signature: v=1; a=ed25519-sha256; c=relaxed; d=shop.example; s=s; h=from::; bh=AA==; l=9; b=AA==; x=99999999999",
                b"ARC-Seal: i=1; cv=none; a=rsa-sha256; d=..; s=; b=", b"ARC-Seal: i=999999999999999; ", b"ARC-Message-Signature: i=\xb2",
                b"ARC-Authentication-Results: i=1; x", b"Authentication-Results: mx; spf=pass (((", b" folded", b"", b"\x00", b"body",
            ]),
            st.binary(max_size=60),
        ),
        max_size=12,
    ).map(lambda lines: b"\r\n".join(lines)),
)  # fmt: skip


@given(JUNK, st.text(max_size=30), st.text(max_size=30))
def test_no_bytes_raise(raw: bytes, helo: str, mail_from: str) -> None:
    checked = authenticate(raw, peer=OTHER, helo=helo, mail_from=mail_from, resolver=Zones(RECORDS))
    assert checked.verdict in ("proven", "forged", "unknown")
    assert "\x00" not in repr(checked.results) + checked.sentence
    read_trusted(raw, "mx")
