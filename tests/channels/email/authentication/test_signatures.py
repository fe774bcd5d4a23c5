"""DKIM and ARC: real mails of the vectors, and mails signed here with every kind of flaw."""

import base64

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from tests.support.mailauth import KEY_RECORD, Zones, sealed, signature, signed, vectors

from hark.channels.email.authentication.arc import ArcCheck, check_arc
from hark.channels.email.authentication.dkim import DkimCheck, check_dkim
from hark.channels.email.authentication.message import canonical_body, split_message
from hark.channels.email.authentication.resolver import Lookups

MAIL = b"From: Ann <ann@shop.example>\r\nSubject: Order  4711\r\nTo: help@desk.example\r\n\r\nWhere is it?\r\n\r\n"
ZONES = Zones({(f"s._domainkey.{d}", "TXT"): [KEY_RECORD] for d in ("shop.example", "one.example", "two.example")})
NOVEMBER_2022 = 1_667_900_000.0


def dkim(raw: bytes, zones: Zones = ZONES, now: float = 0.0) -> list[DkimCheck]:
    return check_dkim(split_message(raw), Lookups(zones), now=now)


def arc(raw: bytes, zones: Zones = ZONES) -> ArcCheck:
    return check_arc(split_message(raw), Lookups(zones))


def stalwart(folder: str) -> list[tuple[str, dict[tuple[str, str], list[str]], bytes]]:
    """(name, keys, mail) of Stalwart's files: keys, an empty line, the mail."""
    found = []
    for path in sorted(vectors("stalwart/resources").joinpath(folder).glob("*.txt")):
        head, _, raw = path.read_bytes().partition(b"\n\n")
        keys = dict(line.split(" ", 1) for line in head.decode().splitlines())
        found.append((path.name, {(name, "TXT"): [key] for name, key in keys.items()}, raw))
    return found


def test_the_signed_mails_of_stalwart() -> None:
    mails = stalwart("dkim")
    assert len(mails) == 6
    for name, keys, raw in mails:
        results = [c.result for c in dkim(raw, Zones(keys), NOVEMBER_2022)]
        assert results, name
        assert set(results) == {"pass"}, (name, results)
        broken = raw.rstrip() + b"\n\nOne line more.\n"
        assert {c.result for c in dkim(broken, Zones(keys), NOVEMBER_2022)} == {"fail"}, name


def test_the_sealed_mails_of_stalwart_and_postalsys() -> None:
    google: dict[tuple[str, str], list[str]] = {}
    for name, keys, raw in stalwart("arc"):
        assert arc(raw, Zones(keys)).result == "pass", name
        google |= {key: value for key, value in keys.items() if "google" in key[0]}
    seen = {"pass": 0, "fail": 0}
    for path in sorted(vectors("postalsys/test/fixtures").glob("arc-*.eml")):
        wanted = "pass" if "pass" in path.name else "fail"
        assert arc(path.read_bytes(), Zones(google)).result == wanted, path.name
        seen[wanted] += 1
    assert seen == {"pass": 2, "fail": 3}


def test_a_signature_proves_its_domain() -> None:
    assert dkim(signed(MAIL, "shop.example")) == [DkimCheck("pass", "shop.example", "Signed by shop.example.")]
    assert dkim(MAIL) == []


def test_white_space_on_the_way_breaks_nothing() -> None:
    raw = signed(MAIL, "shop.example").replace(b"Order  4711", b"Order\r\n 4711").replace(b"it?", b"it? \t")
    assert [c.result for c in dkim(raw)] == ["pass"]
    assert [c.result for c in dkim(raw.replace(b"\r\n", b"\n"))] == ["pass"]


@pytest.mark.parametrize(
    ("extra", "key", "result"),
    [
        ("", "v=DKIM1; k=ed25519; p=", "permerror"),  # withdrawn
        ("", KEY_RECORD.replace("ed25519", "rsa"), "permerror"),
        ("", KEY_RECORD + "; h=sha1", "permerror"),
        ("", KEY_RECORD + "; s=tlsrpt", "permerror"),
        ("; i=@sub.shop.example", KEY_RECORD, "pass"),
        ("; i=@sub.shop.example", KEY_RECORD + "; t=s", "permerror"),
        ("; i=@other.example", KEY_RECORD, "permerror"),
        ("; x=500", KEY_RECORD, "fail"),
        ("; x=2000; t=900", KEY_RECORD, "pass"),
        ("; t=900; t=901", KEY_RECORD, "permerror"),
        ("; q=http", KEY_RECORD, "permerror"),
        ("", "v=DKIM2; " + KEY_RECORD, "permerror"),
    ],
)
def test_flaws_of_tags_and_keys(extra: str, key: str, result: str) -> None:
    zones = Zones({("s._domainkey.shop.example", "TXT"): [key]})
    assert [c.result for c in dkim(signed(MAIL, "shop.example", extra), zones, now=1_000.0)] == [result]


def test_changes_after_signing_fail() -> None:
    raw = signed(MAIL, "shop.example")
    assert [c.result for c in dkim(raw.replace(b"ann@shop", b"bob@shop"))] == ["fail"]
    assert [c.result for c in dkim(raw.replace(b"Where is it", b"Pay to me"))] == ["fail"]
    assert [c.result for c in dkim(b"From: boss@shop.example\r\n" + raw)] == ["fail"]  # a second sender, not signed


def test_text_below_the_signed_part_is_no_proof() -> None:
    raw = signed(MAIL, "shop.example")
    length = len(canonical_body(split_message(MAIL).body, "relaxed"))
    partly = signature("DKIM-Signature", MAIL, f"v=1; a=ed25519-sha256; d=shop.example; s=s; l={length}") + MAIL
    assert [c.result for c in dkim(partly)] == ["pass"]
    assert [c.result for c in dkim(partly + b"PS: pay here.\r\n")] == ["policy"]
    assert [c.result for c in dkim(raw + b"PS: pay here.\r\n")] == ["fail"]


def test_a_short_rsa_key_proves_nothing() -> None:
    key = rsa.generate_private_key(65537, 1024).public_key()  # noqa: S505
    text = base64.b64encode(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).decode()
    raw = signed(MAIL, "shop.example").replace(b"ed25519-sha256", b"rsa-sha256")
    zones = Zones({("s._domainkey.shop.example", "TXT"): [f"v=DKIM1; p={text}"]})
    assert [c.result for c in dkim(raw, zones)] == ["fail"]  # long enough, but not of this key
    assert [c.result for c in dkim(raw.replace(b"rsa-sha256", b"rsa-sha1"), zones)] == ["policy"]


def test_no_answer_is_no_verdict() -> None:
    zones = Zones({}, broken=["s._domainkey.shop.example"])
    assert [c.result for c in dkim(signed(MAIL, "shop.example"), zones)] == ["temperror"]
    assert [c.result for c in dkim(signed(MAIL, "shop.example"), Zones({}))] == ["permerror"]


def test_a_chain_of_two_servers() -> None:
    one = sealed(MAIL, "one.example", 1, "none")
    two = sealed(one, "two.example", 2, "pass")
    assert arc(MAIL).result == "none"
    assert (arc(one).result, arc(one).domain) == ("pass", "one.example")
    assert (arc(two).result, arc(two).domain) == ("pass", "two.example")


def test_broken_chains() -> None:
    two = sealed(sealed(MAIL, "one.example", 1, "none"), "two.example", 2, "pass")
    assert arc(two.replace(b"it?", b"him?")).result == "fail"
    assert arc(two.replace(b"i=1; one.example; spf=none", b"i=1; one.example; spf=pass")).result == "fail"
    assert arc(sealed(sealed(MAIL, "one.example", 1, "none"), "two.example", 2, "fail")).result == "fail"
    assert arc(sealed(MAIL, "one.example", 1, "pass")).result == "fail"  # the first has nothing to pass on
    assert arc(sealed(MAIL, "two.example", 2, "pass")).result == "fail"  # where is the first?
    doubled = b"ARC-Authentication-Results: i=1; x; spf=none\r\n" + sealed(MAIL, "one.example", 1, "none")
    assert arc(doubled).result == "fail"
    assert arc(two, Zones({}, broken=["s._domainkey.two.example"])).result == "temperror"
