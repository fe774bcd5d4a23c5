"""SPF against the RFC 7208 suite and Stalwart's examples, and what no suite says: limits of one mail, junk."""

import ipaddress
import re
from collections.abc import Iterator
from typing import Any

import yaml
from hypothesis import given
from hypothesis import strategies as st
from tests.support.mailauth import SuiteZone, Zones, vectors

from hark.channels.email.authentication.resolver import Lookups, Resolver
from hark.channels.email.authentication.spf import SpfCheck, check_spf

# Where Stalwart's files contradict the RFC's own suite, that one is right.
NOT_RFC = {
    # 5.7: `exists` asks for A also when the connection is IPv6 (suite: exists-ip6only)
    ("exists.yml", "ip6.test.org", "167.1.2.3"),
    ("macro.yml", "mx.example.org", "2001:db8::cb01"),
}


def check(resolver: Resolver, ip: str = "192.0.2.1", helo: str = "mx.example.com", mail_from: str = "a@d.example",
          **options: Any) -> SpfCheck:  # fmt: skip
    return check_spf(Lookups(resolver), ip=ip, helo=helo, mail_from=mail_from, **options)


def record(text: str, **zone: list[str]) -> Zones:
    names = {(name.replace("_", "."), "A"): addresses for name, addresses in zone.items()}
    return Zones({("d.example", "TXT"): [text], **names})


def test_the_suite_of_rfc_7208() -> None:
    count = 0
    for path in sorted(vectors("postalsys/test/fixtures/spf").glob("*.yml")):
        for part in filter(None, yaml.safe_load_all(path.read_text())):
            zone = SuiteZone(part["zonedata"])
            for name, test in part["tests"].items():
                got = check(zone, test["host"], test["helo"] or "", test["mailfrom"] or "", receiver="example.com")
                wanted = test["result"] if isinstance(test["result"], list) else [test["result"]]
                assert got.result in wanted, (path.name, name, got)
                if got.result == "fail" and "explanation" in test:
                    said = "" if test["explanation"] == "DEFAULT" else test["explanation"]
                    assert got.explanation == said, (path.name, name, got)
                count += 1
    assert count > 300


def test_the_examples_of_stalwart() -> None:
    count = 0
    for path in sorted(vectors("stalwart/resources/spf").glob("*.yml")):
        for zone, case, expected in stalwart_cases(path.read_text()):
            if (path.name, case["domain"], case["ip"]) in NOT_RFC:
                continue
            wanted, _, said = expected.partition(" ")
            resolver = SuiteZone(zone)
            # They mean both identities: a fail of HELO counts whatever MAIL FROM says (RFC 7208 2.3).
            got = check(resolver, case["ip"], case["domain"], "")
            if got.result != "fail" and case["sender"]:
                got = check(resolver, case["ip"], case["domain"], case["sender"])
            assert got.result == wanted, (path.name, case, expected, got)
            if said:
                assert got.explanation == said
            count += 1
    assert count > 150


def stalwart_cases(text: str) -> Iterator[tuple[dict[str, list[Any]], dict[str, str], str]]:
    """(zone, case, expectation); their files are YAML with keys several times, so they are read line by line."""
    zone: dict[str, list[Any]] = {}
    case: dict[str, str] = {}
    for line in text.splitlines():
        found = re.match(r"(\s*(?:- )?)(\w+):\s*(.*)$", line)
        if line.strip() == "---":
            zone, case = {}, {}
        if found is None or line.startswith("#"):
            continue
        lead, key, value = found[1], found[2], found[3].strip()
        if key == "name" and lead:  # a further case of the same name servers, with other SPF records
            zone = {name: [r for r in records if "TXT" not in r] for name, records in zone.items()}
        elif key in ("domain", "sender", "ip"):
            case[key] = value
        elif key == "expect":
            # Their name server knows these; without an address they would be void lookups, which end a check earlier.
            known: dict[str, list[Any]] = {f"t{n}.org": [{"A": "203.0.113.9"}] for n in range(1, 12)}
            known |= {name: ["TIMEOUT"] for name in re.findall(r"_dns_error[.a-z]*", text)}
            yield {**zone, **known}, case, value
        elif key not in ("name", "records", "tests"):
            add_record(zone, key.upper(), *value.split(" ", 1))


def add_record(zone: dict[str, list[Any]], kind: str, name: str, value: str) -> None:
    if kind in ("SPF", "EXP"):
        zone.setdefault(name, []).append({"TXT": value})
        return
    for number, one in enumerate(v.strip() for v in value.split(",")):
        if kind == "PTR":
            pointer = ipaddress.ip_address(name).reverse_pointer
            zone.setdefault(pointer, []).append({"PTR": one.removesuffix(".")})
        elif kind == "MX":
            host = f"mx{number}.{name}"
            zone.setdefault(name, []).append({"MX": [number, host]})
            zone.setdefault(host, []).append({"AAAA" if ":" in one else "A": one})
        else:
            zone.setdefault(name, []).append({kind: one})


def test_names_and_addresses_decide() -> None:
    zone = record("v=spf1 a:mail.d.example/24 ~all", mail_d_example=["192.0.2.77"])
    assert check(zone).result == "pass"
    assert check(zone, "198.51.100.1").result == "softfail"
    assert check(zone, "::ffff:192.0.2.9").result == "pass"
    assert check(zone, "nonsense").result == "none"


def test_an_empty_sender_is_checked_by_its_host_name() -> None:
    zone = Zones({("mx.example.com", "TXT"): ["v=spf1 ip4:192.0.2.1 -all"]})
    got = check(zone, mail_from="")
    assert (got.result, got.domain) == ("pass", "mx.example.com")


def test_limits_end_a_check() -> None:
    many = " ".join(f"include:i{n}.example" for n in range(11))
    zones = {("d.example", "TXT"): [f"v=spf1 {many} -all"]}
    zones |= {(f"i{n}.example", "TXT"): ["v=spf1 ip4:203.0.113.1"] for n in range(11)}
    assert check(Zones(zones)).result == "permerror"
    void = record("v=spf1 a:n1.example a:n2.example a:n3.example +all")
    assert check(void).result == "permerror"
    assert check(record("v=spf1 a:n1.example a:n2.example +all")).result == "pass"
    loop = Zones({("d.example", "TXT"): ["v=spf1 include:d.example -all"]})
    assert check(loop).result == "permerror"


def test_dns_that_does_not_answer_is_no_verdict() -> None:
    assert check(Zones({}, broken=["d.example"])).result == "temperror"
    broken = Zones({("d.example", "TXT"): ["v=spf1 a:mail.d.example -all"]}, broken=["mail.d.example"])
    assert check(broken).result == "temperror"


def test_time_is_bounded_for_all_lookups_together() -> None:
    now = 0.0
    asked: list[float] = []

    class Slow:
        def lookup(self, name: str, kind: str, timeout_s: float) -> list[str]:
            nonlocal now
            asked.append(timeout_s)
            now += timeout_s
            return ["v=spf1 a:a.example a:b.example mx:c.example -all"] if kind == "TXT" else ["203.0.113.1"]

    lookups = Lookups(Slow(), budget_s=5.0, clock=lambda: now)
    assert check_spf(lookups, ip="192.0.2.1", helo="", mail_from="a@d.example").result == "temperror"
    assert now <= 5.0
    assert asked == [2.0, 2.0, 1.0]


TERMS = st.sampled_from(
    ["a", "mx", "ptr", "all", "-all", "ip4:", "ip6:", "exists:%{i}.x.example", "include:d.example", "a:%{p}.example",
     "redirect=d.example", "exp=%{d}", "%{", "/33", "//129", "a:é", "ip4:1.2.3.4/0", "moo:x", "mx:%{l1r-}.example"]
)  # fmt: skip


@given(st.lists(st.one_of(TERMS, st.text(max_size=12)), max_size=14), st.text(max_size=20), st.text(max_size=20))
def test_no_record_and_no_envelope_raises(terms: list[str], helo: str, local: str) -> None:
    zone = record("v=spf1 " + " ".join(terms))
    assert check(zone, helo=helo, mail_from=f"{local}@d.example").result in (
        "none", "neutral", "pass", "fail", "softfail", "temperror", "permerror"
    )  # fmt: skip
