"""Talking to a provider: the authorization code flow with PKCE (RFC 6749, 7636), the device flow (RFC 8628), renewal and
revocation (RFC 7009). No database and no state; every call is one form post to an address of the provider's table.

Authlib and httpx-oauth know no client for the device flow, MSAL is Microsoft's alone and blocks: five posts are less
than any of them.
"""

import asyncio
import base64
import binascii
import hashlib
import secrets
from collections.abc import Mapping
from typing import TypeVar
from urllib.parse import urlencode

import msgspec

from hark.channels.email.oauth.failures import ErrorAnswer, Refused, read_refusal
from hark.channels.email.oauth.providers import Provider
from hark.channels.email.oauth.types import Client

TIMEOUT_S = 20.0
DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code"

Answer = TypeVar("Answer")


class TokenAnswer(msgspec.Struct, kw_only=True):
    """RFC 6749 section 5.1; times in seconds. `refresh_token_expires_in` comes where a sign-in itself ends."""

    access_token: str
    expires_in: int = 3600
    refresh_token: str | None = None
    refresh_token_expires_in: int | None = None
    scope: str = ""
    id_token: str | None = None


class DeviceAnswer(msgspec.Struct, kw_only=True):
    """RFC 8628 section 3.2; times in seconds."""

    device_code: str
    user_code: str
    verification_uri: str
    expires_in: int
    interval: int = 5


class Claims(msgspec.Struct, kw_only=True):
    """What is read of an id token: whom it is for, and who signed in."""

    aud: str | list[str]
    nonce: str = ""
    email: str = ""
    preferred_username: str = ""


def new_verifier() -> str:
    """A PKCE code verifier of 64 characters (RFC 7636 section 4.1)."""
    return secrets.token_urlsafe(48)


def challenge_of(verifier: str) -> str:
    """Its S256 challenge (RFC 7636 section 4.2)."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode("ascii")).digest()).decode().rstrip("=")


def authorization_url(
    provider: Provider, client: Client, *, redirect_uri: str, state: str, nonce: str, verifier: str, hint: str
) -> str:
    """Where the browser goes to sign in. `hint`: the address that is proposed there, or ''."""
    parameters = {
        "response_type": "code", "client_id": client.client_id, "redirect_uri": redirect_uri,
        "scope": " ".join(provider.scopes), "state": state, "nonce": nonce,
        "code_challenge": challenge_of(verifier), "code_challenge_method": "S256", **provider.parameters,
    }  # fmt: skip
    if hint:
        parameters["login_hint"] = hint
    return f"{provider.url(provider.authorize_url, client.tenant)}?{urlencode(parameters)}"


async def exchange_code(
    provider: Provider, client: Client, *, code: str, verifier: str, redirect_uri: str
) -> TokenAnswer:
    """The tokens of an authorization code. Raises Refused."""
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": redirect_uri, "code_verifier": verifier}
    return await _ask(provider, client, provider.token_url, form | _who(client), TokenAnswer)


async def start_device(provider: Provider, client: Client) -> DeviceAnswer:
    """A code to be entered on another device. Raises Refused, ValueError where the provider has no such flow."""
    if provider.device_url is None:
        raise ValueError(f"{provider.key} has no device flow for mail")
    form = {"client_id": client.client_id, "scope": " ".join(provider.scopes)}
    return await _ask(provider, client, provider.device_url, form, DeviceAnswer)


async def poll_device(provider: Provider, client: Client, device_code: str) -> TokenAnswer:
    """The tokens once the code has been entered. Raises Refused, with the cure "wait" until then."""
    # A public client's flow: Microsoft refuses a secret here and at every renewal of what comes of it (AADSTS700025).
    form = {"grant_type": DEVICE_GRANT, "device_code": device_code, "client_id": client.client_id}
    return await _ask(provider, client, provider.token_url, form, TokenAnswer)


async def renew(provider: Provider, client: Client, refresh_token: str, *, public: bool) -> TokenAnswer:
    """Fresh tokens; `refresh_token` is None where the old one stays good. Raises Refused."""
    form = {"grant_type": "refresh_token", "refresh_token": refresh_token}
    who = {"client_id": client.client_id} if public else _who(client)
    return await _ask(provider, client, provider.token_url, form | who, TokenAnswer)


async def revoke(provider: Provider, client: Client, token: str) -> None:
    """Withdraw a sign-in at the provider, where it knows how (RFC 7009). Raises Refused; one it knows no more is fine."""
    if provider.revoke_url is None:
        return
    try:
        await _ask(provider, client, provider.revoke_url, {"token": token}, dict[str, msgspec.Raw])
    except Refused as refused:
        if refused.cure == "later":
            raise


def read_subject(answer: TokenAnswer, client: Client, nonce: str | None) -> str:
    """The address of whoever signed in, in lower case; '' when the provider does not say.

    The id token came straight from the token endpoint over TLS, which stands in for its signature (OpenID Connect Core
    section 3.1.3.7, 6). Raises ValueError when it is for somebody else or another sign-in; `nonce` None: a device flow.
    """
    if answer.id_token is None:
        return ""
    try:
        part = answer.id_token.split(".")[1]
        claims = msgspec.json.decode(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)), type=Claims)
    except (IndexError, binascii.Error, msgspec.DecodeError) as error:
        raise ValueError("the id token cannot be read") from error
    audience = [claims.aud] if isinstance(claims.aud, str) else claims.aud
    if client.client_id not in audience or (nonce is not None and claims.nonce != nonce):
        raise ValueError("the id token is for another sign-in")
    return (claims.email or claims.preferred_username).lower()


def missing_scopes(provider: Provider, granted: str) -> list[str]:
    """What of the mail access was not granted: people can untick it on the provider's page. An empty `granted` means
    all that was asked for (RFC 6749 section 5.1)."""
    have = {one.lower() for one in granted.split()}
    return [one for one in provider.mail_scopes if have and one.lower() not in have]


def _who(client: Client) -> dict[str, str]:
    return {"client_id": client.client_id, "client_secret": client.client_secret}


async def _ask(
    provider: Provider, client: Client, template: str, form: Mapping[str, str], answer_type: type[Answer]
) -> Answer:
    import httpx  # takes 6 MB, which a process that signs in nowhere does without

    url = provider.url(template, client.tenant)
    try:
        async with asyncio.timeout(TIMEOUT_S), httpx.AsyncClient(follow_redirects=False) as http:
            response = await http.post(url, data=dict(form), headers={"accept": "application/json"})
    except (TimeoutError, httpx.HTTPError) as error:
        why = f"it could not be reached ({type(error).__name__})"
        raise Refused("later", provider.name, why, code="unreachable") from None  # its request holds the form
    if response.status_code != 200:
        raise read_refusal(
            provider.name, response.status_code, _error(response.content), response.headers.get("retry-after", "")
        )
    try:
        return msgspec.json.decode(response.content or b"{}", type=answer_type, strict=False)
    except msgspec.DecodeError:
        why = "its answer could not be understood"
        raise Refused("later", provider.name, why, code="bad_answer") from None


def _error(content: bytes) -> ErrorAnswer:
    try:
        return msgspec.json.decode(content, type=ErrorAnswer)
    except msgspec.DecodeError:
        return ErrorAnswer()
