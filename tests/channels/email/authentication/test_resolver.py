"""The real resolver against a name server on loopback: every kind of record, every kind of silence."""

import socket
import threading
from collections.abc import Iterator

import dns.flags
import dns.message
import dns.rcode
import dns.resolver
import dns.rrset
import pytest

from hark.channels.email.authentication.resolver import DnsFailed, DnsResolver, Lookups

RECORDS = {
    ("text.example.", "TXT"): ['"v=spf1 " "-all"', r'"caf\195\169"'],
    ("mail.example.", "MX"): ["20 second.example.", "10 first.example."],
    ("mail.example.", "A"): ["192.0.2.1", "192.0.2.2"],
    ("mail.example.", "AAAA"): ["2001:db8::1"],
    ("1.2.0.192.in-addr.arpa.", "PTR"): ["mail.example."],
}


@pytest.fixture
def resolver() -> Iterator[DnsResolver]:
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.bind(("127.0.0.1", 0))
    thread = threading.Thread(target=serve, args=(server,))
    thread.start()
    asking = dns.resolver.Resolver(configure=False)
    asking.nameservers, asking.port = ["127.0.0.1"], server.getsockname()[1]
    yield DnsResolver(asking)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as last:
        last.sendto(b"", server.getsockname())
    thread.join()
    server.close()


def serve(server: socket.socket) -> None:
    while True:
        data, peer = server.recvfrom(4096)
        if not data:
            return
        query = dns.message.from_wire(data)
        question = query.question[0]
        name, kind = question.name.to_text(), question.rdtype.name
        if name == "silent.example.":
            continue
        answer = dns.message.make_response(query)
        answer.flags |= dns.flags.RA
        if name == "broken.example.":
            answer.set_rcode(dns.rcode.SERVFAIL)
        elif records := RECORDS.get((name, kind)):
            answer.answer.append(dns.rrset.from_text_list(question.name, 60, "IN", kind, records))
        elif not any(known == name for known, _ in RECORDS):
            answer.set_rcode(dns.rcode.NXDOMAIN)
        server.sendto(answer.to_wire(), peer)


def test_records_as_the_checks_want_them(resolver: DnsResolver) -> None:
    assert sorted(resolver.lookup("text.example", "TXT", 2.0)) == ["caf\u00c3\u00a9", "v=spf1 -all"]
    assert resolver.lookup("mail.example", "MX", 2.0) == ["first.example", "second.example"]
    assert sorted(resolver.lookup("mail.example", "A", 2.0)) == ["192.0.2.1", "192.0.2.2"]
    assert resolver.lookup("mail.example", "AAAA", 2.0) == ["2001:db8::1"]
    assert resolver.lookup("1.2.0.192.in-addr.arpa", "PTR", 2.0) == ["mail.example"]


def test_what_does_not_exist_is_empty(resolver: DnsResolver) -> None:
    assert resolver.lookup("nowhere.example", "TXT", 2.0) == []
    assert resolver.lookup("text.example", "MX", 2.0) == []


@pytest.mark.parametrize("name", ["broken.example", "silent.example"])
def test_what_nobody_can_tell_fails(resolver: DnsResolver, name: str) -> None:
    with pytest.raises(DnsFailed, match=name):
        resolver.lookup(name, "TXT", 0.2)


def test_names_that_cannot_exist_are_not_asked(resolver: DnsResolver) -> None:
    lookups = Lookups(resolver)
    for name in ("", ".", "a..b", "x" * 64 + ".example", ".".join(["long"] * 60), "caf\u00e9.example", "a\n.example"):
        assert lookups.get(name, "TXT") == []
    assert "v=spf1 -all" in lookups.get("TEXT.example.", "TXT")
