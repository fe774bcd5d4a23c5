"""Tokens are renewed in time, by one process, and people are told before mail stops."""

import asyncio
import hashlib
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.channels.email.oauth.conftest import Office
from tests.conftest import FakeClock
from tests.support.oauthservers import CLIENT_ID, CLIENT_SECRET, Answer, OAuthServer

from hark.channels.base import TransportError
from hark.channels.email.oauth.jobs import keep_grants
from hark.channels.email.oauth.providers import Providers
from hark.channels.email.oauth.sasl import SignInNeeded
from hark.channels.email.oauth.tokens import access_token, token_source
from hark.core.crypto import Keys
from hark.intake.accounts.actions import RECEIVING, set_problem
from hark.intake.accounts.types import ImapServer, SmtpServer

START = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


class Desk:
    """A mailbox that is signed in to, and what asks for its tokens."""

    def __init__(
        self, office: Office, providers: Providers, server: OAuthServer, clock: FakeClock, mailbox: int
    ) -> None:
        self.office = office
        self.db, self.keys = office.services.db, office.services.keys
        self.providers = providers
        self.server = server
        self.clock = clock
        self.mailbox = mailbox

    async def token(self, refused: str | None = None) -> str:
        return await access_token(
            self.db, self.keys, self.office.workspace.id, self.mailbox, self.server.flavour, providers=self.providers,
            refused=refused,
        )  # fmt: skip

    async def look(self) -> None:
        await keep_grants(self.db, self.keys, self.providers)

    async def problem(self) -> str:
        return (await self.office.mailbox(self.mailbox))["problem"] or ""

    async def state(self) -> str:
        state: str = (await self.office.grant(self.mailbox))["state"]
        return state

    async def again(self) -> None:
        await self.office.sign_in(self.server, mailbox_id=self.mailbox)


@pytest.fixture
async def desk(office: Office, providers: Providers, google: OAuthServer, clock: FakeClock) -> Desk:
    clock.at = START
    return Desk(office, providers, google, clock, await office.sign_in(google))


@pytest.fixture
async def outlook(office: Office, providers: Providers, microsoft: OAuthServer, clock: FakeClock) -> Desk:
    clock.at = START
    microsoft.user = "desk@contoso.example"
    return Desk(office, providers, microsoft, clock, await office.sign_in(microsoft))


async def test_a_token_is_used_until_five_minutes_before_its_end(desk: Desk) -> None:
    first = await desk.token()
    desk.clock.advance(minutes=54)
    assert await desk.token() == first
    assert desk.server.renewals == 0
    desk.clock.advance(minutes=1)
    second = await desk.token()
    assert second != first
    assert desk.server.renewals == 1
    assert await desk.token() == second
    assert desk.server.renewals == 1


async def test_a_refresh_token_that_is_replaced_is_replaced_here(outlook: Desk) -> None:
    tokens = set()
    for _ in range(4):
        tokens.add(await outlook.token())
        outlook.clock.advance(hours=1)
    assert len(tokens) == 4
    assert outlook.server.renewals == 3
    assert len(outlook.server.refresh) == 1


async def test_google_s_refresh_token_stays(desk: Desk) -> None:
    for _ in range(3):
        desk.clock.advance(hours=1)
        await desk.token()
    assert desk.server.renewals == 3


async def test_life_counts_from_the_question(desk: Desk) -> None:
    """A clock that is wrong at the provider's, and an answer that takes its time, make no token live longer."""
    desk.clock.advance(hours=1)
    asked_at = desk.clock()
    await desk.token()
    works_until = datetime.fromisoformat((await desk.office.grant(desk.mailbox))["works_until"])
    assert works_until == asked_at + timedelta(seconds=desk.server.life_s)


async def test_a_token_that_a_server_refuses_is_renewed_before_its_time(desk: Desk) -> None:
    first = await desk.token()
    second = await desk.token(refused=first)
    assert second != first
    assert await desk.token(refused=first) == second
    assert desk.server.renewals == 1


async def test_many_in_one_process_renew_once(outlook: Desk) -> None:
    outlook.clock.advance(hours=2)
    outlook.server.delay_s = 0.3
    got = await asyncio.gather(*(outlook.token() for _ in range(8)))
    assert len(set(got)) == 1
    assert outlook.server.renewals == 1


async def test_two_processes_renew_once(outlook: Desk, dsn: str) -> None:
    """Microsoft gives a new refresh token each time: the second process must not use the old one."""
    outlook.clock.at = None  # the processes have the real clock
    await outlook.db.run(
        "UPDATE oauth_grants SET expires_at = now(), next_try_at = now() WHERE account_id = $1", outlook.mailbox
    )
    outlook.server.delay_s = 0.5
    arguments = [dsn, str(outlook.office.workspace.id), str(outlook.mailbox), f"{outlook.server.url}/common/token"]
    script = str(Path(__file__).parent / "renewing.py")
    both = [
        await asyncio.create_subprocess_exec(
            sys.executable, script, *arguments, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
        )
        for _ in range(2)
    ]
    for process in both:
        assert process.stdout is not None
        assert await process.stdout.readline() == b"ready\n"
    printed = await asyncio.gather(*(process.communicate(b"go\n") for process in both))
    [fresh] = outlook.server.tokens_of("desk@contoso.example")[1:]
    assert [out.decode().strip() for out, _ in printed] == [hashlib.sha256(fresh.encode()).hexdigest()] * 2
    assert outlook.server.renewals == 1
    assert len(outlook.server.refresh) == 1


async def test_a_process_that_died_while_renewing_holds_nobody_up_for_long(desk: Desk) -> None:
    desk.clock.advance(hours=1)
    await desk.db.run(
        "UPDATE oauth_grants SET lease = gen_random_uuid(), lease_until = $1", desk.clock() + timedelta(seconds=60)
    )
    desk.clock.advance(seconds=61)
    assert await desk.token()
    assert desk.server.renewals == 1


async def test_while_another_renews_the_old_token_is_used_as_long_as_it_is_good(desk: Desk) -> None:
    first = await desk.token()
    desk.clock.advance(minutes=57)
    await desk.db.run(
        "UPDATE oauth_grants SET lease = gen_random_uuid(), lease_until = $1", desk.clock() + timedelta(seconds=60)
    )
    assert await desk.token() == first
    assert desk.server.renewals == 0


# alarms ---------------------------------------------------------------------------------------------------------------


async def test_an_ended_sign_in_is_told_while_mail_still_works_and_is_gone_after_signing_in_again(desk: Desk) -> None:
    """The owner changes the password at 09:40; Hark finds out at 09:45, when mail goes on until 09:59."""
    held = await desk.token()
    await desk.look()
    assert await desk.problem() == ""
    desk.server.refresh.clear()
    desk.clock.advance(minutes=45)
    await desk.look()
    assert (await desk.problem()).startswith("Sign-in: Google has ended the sign-in of desk@example.com")
    assert "until 09:59" in await desk.problem()
    assert await desk.state() == "warning"
    assert await desk.token() == held
    desk.clock.advance(minutes=20)
    await desk.look()
    assert "No mail comes in or goes out; what customers write is safe at Google." in await desk.problem()
    assert await desk.state() == "ended"
    with pytest.raises(SignInNeeded, match="Sign in again"):
        await desk.token()
    assert desk.server.renewals == 1, "a refresh token that is void is not tried again"
    await desk.again()
    assert await desk.problem() == ""
    assert await desk.state() == "ok"
    assert await desk.token()


async def test_microsoft_s_reason_is_told(outlook: Desk) -> None:
    outlook.server.withdraw()
    outlook.clock.advance(hours=1)
    with pytest.raises(SignInNeeded, match="the password was changed, or an administrator ended all sign-ins"):
        await outlook.token()
    assert "the password was changed" in await outlook.problem()


async def test_a_provider_that_is_away_alarms_before_mail_stops(desk: Desk) -> None:
    desk.server.down = True
    desk.clock.advance(minutes=45)
    await desk.look()
    assert await desk.problem() == "", "once is chance"
    desk.clock.advance(minutes=1)
    await desk.look()
    assert (
        "could not be renewed since 09:45: the provider is not available. Mail still comes in and goes out until 09:59"
        in await desk.problem()
    )
    desk.clock.advance(minutes=20)
    await desk.look()
    assert "cannot be renewed" in await desk.problem()
    with pytest.raises(SignInNeeded):
        await desk.token()
    desk.server.down = False
    desk.clock.advance(minutes=5)
    await desk.look()
    assert await desk.problem() == ""
    assert await desk.token()


async def test_a_provider_is_not_hammered(desk: Desk) -> None:
    desk.server.refusal = (503, {"error": "temporarily_unavailable"})
    desk.clock.advance(hours=2)
    for _ in range(20):
        with pytest.raises(SignInNeeded):
            await desk.token()
    assert desk.server.renewals == 1


@pytest.mark.parametrize(
    ("refusal", "words"),
    [
        (
            (
                401,
                {
                    "error": "invalid_client",
                    "error_description": "AADSTS7000222: The provided client secret keys are expired.",
                },
            ),
            "client secret of the registration has expired",
        ),
        (
            (401, {"error": "invalid_client", "error_description": "Unauthorized"}),
            "client id or the client secret is wrong",
        ),
    ],
)
async def test_an_expired_client_secret_is_cured_by_a_new_one_without_a_person(
    desk: Desk, refusal: Answer, words: str
) -> None:
    desk.server.refusal = refusal
    desk.clock.advance(minutes=46)
    await desk.look()
    assert words in await desk.problem()
    desk.server.refusal, desk.server.secret = None, "new secret"
    await desk.office.change_registration("google", client_id=CLIENT_ID, client_secret="new secret")
    await desk.look()
    assert await desk.problem() == ""


async def test_another_registration_wants_a_new_sign_in(desk: Desk) -> None:
    await desk.office.change_registration("google", client_id="another-client", client_secret=CLIENT_SECRET)
    desk.clock.advance(hours=1)
    await desk.look()
    assert "Hark's registration there is another one now" in await desk.problem()
    assert desk.server.renewals == 0


async def test_a_secret_s_last_two_weeks_are_told(desk: Desk) -> None:
    await desk.office.change_registration("google", client_id=CLIENT_ID, secret_expires_on="2026-12-05")
    await desk.look()
    assert "expires on 2026-12-05" in await desk.problem()


async def test_a_sign_in_that_google_ends_after_a_week_is_told_before(
    office: Office, providers: Providers, google: OAuthServer, clock: FakeClock
) -> None:
    """A registration in "Testing": Google says so in `refresh_token_expires_in`."""
    clock.at = START
    google.sign_in_life_s = 7 * 86_400
    desk = Desk(office, providers, google, clock, await office.sign_in(google))
    google.sign_in_life_s = None
    await desk.look()
    assert await desk.problem() == ""
    clock.advance(days=5)
    await desk.look()
    assert "ends 2026-11-30 09:00 and cannot be renewed" in await desk.problem()


async def test_a_warning_hides_no_other_problem(desk: Desk) -> None:
    await set_problem(desk.db, desk.office.workspace.id, desk.mailbox, RECEIVING, "imap.gmail.com did not answer.")
    await desk.office.change_registration("google", client_id=CLIENT_ID, secret_expires_on="2026-11-30")
    await desk.look()
    assert (await desk.problem()).startswith(RECEIVING)
    desk.server.withdraw()
    desk.clock.advance(hours=2)
    await desk.look()
    assert (await desk.problem()).startswith("Sign-in: ")


async def test_tokens_of_another_installation_s_key_are_told(desk: Desk) -> None:
    desk.keys = Keys(b"1" * 32)
    with pytest.raises(SignInNeeded, match="encrypted with another key"):
        await desk.token()
    assert "encrypted with another key" in await desk.problem()


async def test_one_broken_sign_in_stops_no_other(desk: Desk, outlook: Desk) -> None:
    desk.clock.advance(minutes=50)
    desk.server.refusal = (400, {"error": "invalid_grant"})
    await desk.look()
    assert await desk.state() == "warning"
    assert await outlook.state() == "ok"
    assert outlook.server.renewals == 1


# whom a token is shown, and its end -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "place",
    [ImapServer(host="evil.example", auth="google"), SmtpServer(host="localhost", security="tls", auth="google")],
)
async def test_a_token_is_shown_to_the_provider_alone(desk: Desk, place: Any) -> None:
    get = token_source(desk.db, desk.keys, desk.providers)(desk.office.workspace.id, desk.mailbox, place)
    assert get is not None
    with pytest.raises(TransportError, match="own servers"):
        await get(None)


async def test_a_mailbox_nobody_signed_in_to(desk: Desk) -> None:
    tokens = token_source(desk.db, desk.keys, desk.providers)
    server = ImapServer(host="localhost", security="none", auth="google")
    get = tokens(desk.office.workspace.id, desk.office.workspace.account_id, server)
    assert get is not None
    with pytest.raises(SignInNeeded, match="Nobody has signed in"):
        await get(None)
    assert tokens(desk.office.workspace.id, desk.mailbox, ImapServer(host="localhost")) is None


async def test_disconnecting_withdraws_the_sign_in_at_google(desk: Desk) -> None:
    [refresh] = desk.server.refresh
    assert (await desk.office.browser.delete(f"/api/mailboxes/{desk.mailbox}")).status_code == 204
    desk.server.down = True
    await desk.look()
    assert desk.server.revoked == []
    desk.server.down = False
    desk.clock.advance(minutes=6)
    await desk.look()
    assert desk.server.revoked == [refresh]
    assert await desk.db.find(int, "SELECT 1 FROM oauth_grants WHERE account_id = $1", desk.mailbox) is None


async def test_a_provider_that_never_answers_keeps_no_tokens_here(desk: Desk) -> None:
    await desk.office.browser.delete(f"/api/mailboxes/{desk.mailbox}")
    desk.server.down = True
    for _ in range(2):
        await desk.look()
        desk.clock.advance(days=1, minutes=1)
    await desk.look()
    assert await desk.db.find(int, "SELECT 1 FROM oauth_grants WHERE account_id = $1", desk.mailbox) is None


async def test_a_password_withdraws_the_sign_in_too(outlook: Desk) -> None:
    """Microsoft cannot be told; its tokens are forgotten."""
    server = {"host": "mail.example.com", "username": "u", "password": "p"}
    changed = await outlook.office.browser.patch(f"/api/mailboxes/{outlook.mailbox}", {"imap": server, "smtp": server})
    assert changed.json()["imap"]["auth"] == "password"
    await outlook.look()
    assert (await outlook.office.browser.get(f"/api/mailboxes/{outlook.mailbox}/oauth")).status_code == 404
    assert await outlook.db.find(int, "SELECT 1 FROM oauth_grants WHERE account_id = $1", outlook.mailbox) is None


async def test_a_second_mailbox_of_the_same_account_keeps_its_sign_in(desk: Desk) -> None:
    """Withdrawing one at Google would withdraw both."""
    second = await desk.office.sign_in(desk.server, address="alias@example.com")
    await desk.office.browser.delete(f"/api/mailboxes/{desk.mailbox}")
    await desk.look()
    assert desk.server.revoked == []
    assert (await desk.office.grant(second))["state"] == "ok"
    await desk.office.browser.delete(f"/api/mailboxes/{second}")
    await desk.look()
    assert len(desk.server.revoked) == 1
