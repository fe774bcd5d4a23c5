"""What needs no network and no database: PKCE, SASL, the meaning of refusals, alarms."""

import base64
import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hark.channels.base import TransportError
from hark.channels.email.oauth.alarm import find_alarm, warning_time
from hark.channels.email.oauth.client import (
    TokenAnswer,
    authorization_url,
    challenge_of,
    missing_scopes,
    new_verifier,
    read_subject,
)
from hark.channels.email.oauth.failures import ErrorAnswer, read_refusal
from hark.channels.email.oauth.providers import GOOGLE, MICROSOFT, PROVIDERS
from hark.channels.email.oauth.sasl import choose_mechanism, initial_response
from hark.channels.email.oauth.types import Client, Grant
from hark.intake.accounts.types import ImapServer, SmtpServer

CLIENT = Client("client-id", "secret", "common")
NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


def test_pkce_is_that_of_the_rfc() -> None:
    """RFC 7636 appendix B."""
    assert challenge_of("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk") == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
    assert new_verifier() != new_verifier()
    assert 43 <= len(new_verifier()) <= 128


def test_the_page_of_google_is_asked_for_a_lasting_access_to_mail() -> None:
    url = authorization_url(
        GOOGLE, CLIENT, redirect_uri="https://desk.example/x", state="s", nonce="n", verifier="v" * 43, hint="a@b.c"
    )
    for part in (
        "https://accounts.google.com/o/oauth2/v2/auth?", "access_type=offline", "prompt=consent", "code_challenge_method=S256",
        "scope=openid+email+https%3A%2F%2Fmail.google.com%2F", "redirect_uri=https%3A%2F%2Fdesk.example%2Fx", "login_hint=a%40b.c",
    ):  # fmt: skip
        assert part in url
    assert "v" * 43 not in url
    assert "secret" not in url


def test_a_tenant_stands_in_the_address_and_nowhere_else() -> None:
    url = authorization_url(
        MICROSOFT, Client("c", "s", "contoso.com"), redirect_uri="r", state="s", nonce="n", verifier="v", hint=""
    )
    assert url.startswith("https://login.microsoftonline.com/contoso.com/oauth2/v2.0/authorize?")
    assert "offline_access" in url
    assert "login_hint" not in url


def test_every_address_is_one_of_the_provider_over_https() -> None:
    hosts = {"google": {"accounts.google.com", "oauth2.googleapis.com"}, "microsoft": {"login.microsoftonline.com"}}
    for key, provider in PROVIDERS.items():
        for url in filter(None, (provider.authorize_url, provider.token_url, provider.device_url, provider.revoke_url)):
            assert url.partition("://")[0] == "https"
            assert url.split("/")[2] in hosts[key]
        for _, security in provider.mail_hosts:
            assert security != "none"


def test_google_has_no_device_flow_for_mail() -> None:
    assert GOOGLE.device_url is None
    assert MICROSOFT.device_url is not None


@pytest.mark.parametrize(
    ("server", "taken"),
    [
        (ImapServer(host="imap.gmail.com"), True),
        (ImapServer(host="IMAP.gmail.com"), True),
        (SmtpServer(host="smtp.gmail.com"), True),
        (ImapServer(host="imap.gmail.com", security="none"), False),
        (ImapServer(host="imap.gmail.com", verify=False), False),
        (ImapServer(host="imap.gmail.com.evil.example"), False),
        (ImapServer(host="outlook.office365.com"), False),
    ],
)
def test_a_token_goes_to_its_providers_servers_only(server: Any, taken: bool) -> None:
    assert GOOGLE.takes_token(server) is taken


def test_sasl_says_what_the_documents_say() -> None:
    """Google's XOAUTH2 page; RFC 7628 section 4.1."""
    token = "ya29.vF9dft4qmTc2Nvb3RlckBhdHRhdmlzdGEuY29tCg"
    said = base64.b64encode(initial_response("XOAUTH2", "someuser@example.com", token, "h", 1).encode()).decode()
    assert said == (
        "dXNlcj1zb21ldXNlckBleGFtcGxlLmNvbQFhdXRoPUJlYXJlciB5YTI5LnZGOWRmdDRxbVRjMk52YjNSbGNrQmhkSFJoZG1semRHRXVZMjl0Q2cBAQ=="
    )
    token = "vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg=="
    said = initial_response("OAUTHBEARER", "user@example.com", token, "server.example.com", 143)
    assert said == f"n,a=user@example.com,\x01host=server.example.com\x01port=143\x01auth=Bearer {token}\x01\x01"
    assert choose_mechanism({"PLAIN", "OAUTHBEARER", "XOAUTH2"}) == "XOAUTH2"
    assert choose_mechanism({"PLAIN", "OAUTHBEARER"}) == "OAUTHBEARER"
    assert choose_mechanism({"PLAIN"}) is None
    with pytest.raises(TransportError):
        initial_response("XOAUTH2", "a\x01auth=Bearer x", token, "h", 1)


@pytest.mark.parametrize(
    ("provider", "status", "error", "description", "cure", "words"),
    [
        ("Google", 400, "invalid_grant", "Token has been expired or revoked.", "person", "expired or was withdrawn"),
        ("Google", 401, "invalid_client", "The OAuth client was not found.", "setup", "client id or the client secret"),
        ("Google", 403, "access_denied", "Forbidden", "person", "declined"),
        ("Google", 428, "authorization_pending", "Precondition Required", "wait", ""),
        ("Google", 403, "slow_down", "Forbidden", "wait", ""),
        ("Google", 500, "internal_failure", "Backend Error", "later", "not available"),
        ("Google", 429, "rate_limit_exceeded", "", "later", "not available"),
        ("Google", 400, "brand_new_error", "Something\r\nX-Evil: 1", "setup", "“Something”"),
        (
            "Microsoft",
            400,
            "invalid_grant",
            "AADSTS700082: The refresh token has expired due to inactivity.",
            "person",
            "not used",
        ),
        (
            "Microsoft",
            400,
            "invalid_grant",
            "AADSTS50173: The provided grant has expired.",
            "person",
            "password was changed",
        ),
        (
            "Microsoft",
            400,
            "invalid_grant",
            "AADSTS65001: The user or administrator has not consented.",
            "person",
            "consent",
        ),
        (
            "Microsoft",
            400,
            "interaction_required",
            "AADSTS50076: Due to a configuration change.",
            "person",
            "organisation",
        ),
        (
            "Microsoft",
            401,
            "invalid_client",
            "AADSTS7000222: The provided client secret keys are expired.",
            "setup",
            "has expired",
        ),
        ("Microsoft", 401, "invalid_client", "AADSTS7000215: Invalid client secret provided.", "setup", "not its id"),
        ("Microsoft", 400, "authorization_pending", "AADSTS70016: Authorization is pending.", "wait", ""),
        ("Microsoft", 400, "expired_token", "AADSTS70020: expired", "person", "expired"),
        ("Microsoft", 400, "authorization_declined", "AADSTS70018", "person", "declined"),
        ("Microsoft", 503, "temporarily_unavailable", "AADSTS50196", "later", "not available"),
    ],
)
def test_what_a_refusal_means(provider: str, status: int, error: str, description: str, cure: str, words: str) -> None:
    refused = read_refusal(provider, status, ErrorAnswer(error=error, error_description=description))
    assert refused.cure == cure
    assert words in refused.sentence
    assert "\n" not in refused.sentence
    assert refused.sentence.startswith(provider)


def test_google_says_more_in_its_subtype() -> None:
    answer = ErrorAnswer(error="invalid_grant", error_description="reauth related error", error_subtype="invalid_rapt")
    assert "organisation" in read_refusal("Google", 400, answer).sentence


@pytest.mark.parametrize(
    ("said", "seconds"), [("120", 120.0), ("", None), ("Wed, 21 Oct 2026 07:28:00 GMT", None), ("-1", None)]
)
def test_how_long_to_wait_is_believed_when_it_is_a_number(said: str, seconds: float | None) -> None:
    assert read_refusal("Google", 503, ErrorAnswer(), said).retry_after_s == seconds


@given(st.text(), st.text(), st.text(), st.integers(300, 599))
def test_no_words_of_a_provider_break_anything(error: str, description: str, subtype: str, status: int) -> None:
    answer = ErrorAnswer(error=error, error_description=description, error_subtype=subtype)
    refused = read_refusal("Google", status, answer)
    assert refused.sentence.isprintable()
    assert len(refused.sentence) < 400


def id_token(**claims: Any) -> TokenAnswer:
    part = (
        base64.urlsafe_b64encode(json.dumps({"aud": "client-id", "nonce": "n"} | claims).encode()).decode().rstrip("=")
    )
    return TokenAnswer(access_token="a", id_token=f"e30.{part}.sig")


def test_who_signed_in() -> None:
    assert read_subject(id_token(email="Desk@Example.com"), CLIENT, "n") == "desk@example.com"
    assert read_subject(id_token(preferred_username="desk@contoso.com"), CLIENT, None) == "desk@contoso.com"
    assert read_subject(id_token(aud=["other", "client-id"]), CLIENT, "n") == ""
    assert read_subject(TokenAnswer(access_token="a"), CLIENT, "n") == ""
    for wrong in (
        id_token(aud="somebody-else"),
        id_token(nonce="another"),
        TokenAnswer(access_token="a", id_token="x.!.y"),
    ):
        with pytest.raises(ValueError, match="id token"):
            read_subject(wrong, CLIENT, "n")


def test_what_was_not_ticked() -> None:
    assert missing_scopes(GOOGLE, "openid https://mail.google.com/") == []
    assert missing_scopes(GOOGLE, "openid email") == ["https://mail.google.com/"]
    assert missing_scopes(GOOGLE, "") == []
    assert missing_scopes(MICROSOFT, "https://outlook.office.com/IMAP.AccessAsUser.All") == [
        "https://outlook.office.com/SMTP.Send"
    ]


def grant(**changes: Any) -> Grant:
    values: dict[str, Any] = {
        "workspace_id": 1, "account_id": 1, "provider": "google", "client_id": "c", "public": False, "subject": "desk@x.example",
        "refresh_token": "", "access_token": "", "expires_at": NOW + timedelta(minutes=10), "granted_at": NOW - timedelta(days=30),
        "ends_at": None, "next_try_at": NOW, "failures": 0, "failing_since": None, "reason": None, "ended": False,
        "lease_until": None, "secret_expires_on": None, "time_zone": "Europe/Rome", "address": "desk@x.example", "problem": None,
    }  # fmt: skip
    return Grant(**values | changes)


@pytest.mark.parametrize(
    ("changes", "state", "words"),
    [
        ({}, None, ""),
        ({"failures": 1, "failing_since": NOW, "reason": "it could not be reached"}, None, ""),
        ({"failures": 2, "failing_since": NOW, "reason": "it could not be reached"}, "warning", "since 09:00: it could not be reached. Mail still comes in and goes out until 09:10"),
        ({"failures": 1, "reason": "x", "expires_at": NOW}, "ended", "No mail comes in or goes out; what customers write is safe at Google."),
        ({"ended": True, "reason": "the password was changed"}, "warning", "has ended the sign-in of desk@x.example: the password was changed. Mail still"),
        ({"ended": True, "reason": "x", "expires_at": NOW}, "ended", "Sign in again."),
        ({"ends_at": NOW + timedelta(days=8)}, None, ""),
        ({"ends_at": NOW + timedelta(days=6)}, "warning", "ends 2026-11-29 09:00"),
        ({"ends_at": NOW + timedelta(days=6), "granted_at": NOW - timedelta(days=1)}, None, ""),
        ({"ends_at": NOW + timedelta(days=2), "granted_at": NOW - timedelta(days=5)}, "warning", "Sign in again before"),
        ({"secret_expires_on": date(2026, 12, 8)}, None, ""),
        ({"secret_expires_on": date(2026, 12, 7)}, "warning", "expires on 2026-12-07"),
    ],
)  # fmt: skip
def test_what_a_person_is_told(changes: dict[str, Any], state: str | None, words: str) -> None:
    alarm = find_alarm(grant(**changes), NOW)
    assert (alarm.state if alarm else None) == state
    assert words in (alarm.sentence if alarm else "")


def test_a_short_sign_in_is_warned_about_in_its_last_third() -> None:
    assert warning_time(NOW, NOW + timedelta(days=7)) == timedelta(days=7) / 3
    assert warning_time(NOW, NOW + timedelta(days=90)) == timedelta(days=7)
