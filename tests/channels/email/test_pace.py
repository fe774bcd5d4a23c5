"""How fast mails may leave: never more than a server takes in any minute or day, and a pause when it asks for one."""

from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hark.channels.email.pace import Bucket, Pace
from hark.channels.email.providers_out import OWN, PROVIDERS, UNKNOWN, Limits, find_provider, limits_of


class Clock:
    def __init__(self) -> None:
        self.at = 1000.0

    def __call__(self) -> float:
        return self.at


@given(st.integers(1, 60), st.lists(st.floats(0, 30), min_size=1, max_size=200))
def test_no_window_holds_more_than_is_allowed(most: int, gaps: list[float]) -> None:
    bucket, now, sent = Bucket(most, 60.0), 0.0, []
    for gap in gaps:
        now += gap
        sent.append(bucket.take(1, now))
    assert sent == sorted(sent)
    for first in sent:
        assert sum(first <= one < first + 60.0 - 1e-6 for one in sent) <= max(most, 2)


def test_half_of_it_may_leave_at_once_and_the_rest_is_spread() -> None:
    bucket = Bucket(30, 60.0)
    due = [bucket.take(1, 0.0) for _ in range(18)]
    assert due[:15] == [0.0] * 15
    assert due[15:] == pytest.approx([4.0, 8.0, 12.0])


def test_a_mail_keeps_the_moment_it_was_given() -> None:
    clock = Clock()
    pace, limits = Pace(clock), Limits(2, None)
    first, second, third = uuid4(), uuid4(), uuid4()
    assert pace.wait_s("s", limits, first, 1) == 0
    assert pace.wait_s("s", limits, second, 1) == pytest.approx(60.0)
    assert pace.wait_s("s", limits, third, 1) == pytest.approx(120.0)
    assert pace.wait_s("s", limits, second, 1) == pytest.approx(60.0), "asking again costs nothing"
    assert pace.wait_s("other", limits, uuid4(), 1) == 0
    clock.at += 60
    assert pace.wait_s("s", limits, second, 1) == 0
    assert pace.wait_s("s", limits, third, 1) == pytest.approx(60.0)


def test_a_day_counts_recipients() -> None:
    clock = Clock()
    pace = Pace(clock)
    assert pace.wait_s("s", Limits(None, 100), uuid4(), 50) == 0
    assert pace.wait_s("s", Limits(None, 100), uuid4(), 1) == pytest.approx(86_400 / 50)


def test_pauses_grow_until_a_mail_went() -> None:
    clock = Clock()
    pace, none = Pace(clock), Limits(None, None)
    assert pace.pause("s") == 60
    assert pace.pause("s") == 60, "mails under way together ask for one pause"
    waits: UUID = uuid4()
    assert pace.wait_s("s", none, waits, 1) == 60
    clock.at += 60
    assert pace.wait_s("s", none, waits, 1) == 0
    assert pace.pause("s") == 120
    clock.at += 120
    pace.went("s")
    assert pace.pause("s") == 60
    for _ in range(10):
        clock.at += 4000
        longest = pace.pause("s")
    assert longest == 3600


@pytest.mark.parametrize(("host", "user", "limits"), [
    ("smtp.gmail.com", "help@shop.example", Limits(None, 2_000)), ("SMTP.gmail.com.", "kim@gmail.com", Limits(None, 500)),
    ("smtp.office365.com", "", Limits(30, 10_000)), ("email-smtp.eu-west-1.amazonaws.com", "", Limits(60, None)),
    ("smtp.mail.me.com", "", Limits(None, 1_000)), ("notsmtp.gmail.com.evil.example", "", UNKNOWN),
    ("mail.shop.example", "", UNKNOWN), ("127.0.0.1", "", OWN), ("10.1.2.3", "", OWN), ("::1", "", OWN), ("mail", "", OWN),
    ("relay.corp.internal", "", OWN), ("8.8.8.8", "", UNKNOWN),
])  # fmt: skip
def test_limits_of_servers(host: str, user: str, limits: Limits) -> None:
    assert limits_of(host, user) == limits


def test_no_server_belongs_to_two() -> None:
    for provider in PROVIDERS:
        for host in provider.hosts:
            name = f"smtp{host}" if host.startswith(".") else host
            assert find_provider(name) is provider
