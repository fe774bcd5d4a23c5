"""What a provider's refusal means (RFC 6749 section 5.2, RFC 8628 section 3.5) and how it is told to people."""

import re
from collections.abc import Mapping
from typing import Literal

import msgspec

Cure = Literal["person", "setup", "later", "wait"]
"""Who can help: a person who signs in again, an administrator at the registration, time, or (device flow) patience."""


class Refused(Exception):
    """A provider did not give a token. `why` is half a sentence for people and holds no secret; `code` is its own."""

    def __init__(self, cure: Cure, provider: str, why: str, *, code: str, retry_after_s: float | None = None) -> None:
        super().__init__(f"{provider}: {code}")
        self.cure = cure
        self.provider = provider
        self.why = why
        self.code = code
        self.retry_after_s = retry_after_s

    @property
    def sentence(self) -> str:
        return f"{self.provider} did not give access: {self.why}."


class ErrorAnswer(msgspec.Struct, kw_only=True):
    """RFC 6749 section 5.2, with Microsoft's `error_codes` and Google's `error_subtype`."""

    error: str = ""
    error_description: str = ""
    error_subtype: str = ""


_EXPIRED = "it was not used for too long"
_POLICY = "a rule of your organisation wants a person to sign in"
_OVER = "the client secret of the registration has expired. Make a new one there and enter it in Hark"

# Microsoft's number says more than its `error`. Source: "Microsoft Entra authentication and authorization error codes".
MICROSOFT: Mapping[str, tuple[Cure, str]] = {
    "50034": ("person", "the account does not exist there any more"),
    "50053": ("person", "the account is locked"),
    "50055": ("person", "the account's password has expired"),
    "50057": ("person", "the account is switched off"),
    "50076": ("person", _POLICY),
    "50078": ("person", _POLICY),
    "50079": ("person", _POLICY),
    "50105": ("person", "the account may not use the registered application. An administrator can assign it"),
    "50158": ("person", _POLICY),
    "50173": ("person", "the password was changed, or an administrator ended all sign-ins"),
    "53000": ("person", _POLICY),
    "53003": ("person", _POLICY),
    "65001": ("person", "nobody has consented, or the consent was withdrawn"),
    "65004": ("person", "the consent was declined"),
    "70000": ("person", "the sign-in was withdrawn"),
    "70008": ("person", _EXPIRED),
    "70043": ("person", _POLICY),
    "70044": ("person", _POLICY),
    "90072": ("person", "the account is not of this organisation"),
    "90094": ("person", "an administrator has to consent for the organisation"),
    "700003": ("person", _POLICY),
    "700016": ("setup", "the registration is not known. Check the application id and the tenant"),
    "700025": ("setup", "the registration is one of a public client. Register the redirect address under “Web”"),
    "700082": ("person", _EXPIRED),
    "700084": ("person", "the registration is one of a single-page application. Register the redirect address under “Web”"),
    "7000112": ("setup", "the registered application is switched off"),
    "7000215": ("setup", "the client secret is wrong. Enter its value, not its id"),
    "7000218": ("setup", "the registration does not allow device codes. Switch on “Allow public client flows” there"),
    "7000222": ("setup", _OVER),
}  # fmt: skip

PLAIN: Mapping[str, tuple[Cure, str]] = {
    "access_denied": ("person", "it was declined"),
    "authorization_declined": ("person", "it was declined"),
    "admin_policy_enforced": ("person", "your organisation does not allow this application. An administrator can"),
    "authorization_pending": ("wait", "nobody has entered the code yet"),
    "bad_verification_code": ("person", "the code is not valid any more"),
    "consent_required": ("person", "nobody has consented, or the consent was withdrawn"),
    "deleted_client": ("setup", "the registration was deleted"),
    "disabled_client": ("setup", "the registration is switched off"),
    "expired_token": ("person", "the code has expired"),
    "interaction_required": ("person", _POLICY),
    "invalid_client": ("setup", "the client id or the client secret is wrong"),
    "invalid_grant": ("person", "the sign-in has expired or was withdrawn"),
    "invalid_rapt": ("person", _POLICY),
    "invalid_scope": ("setup", "the registration may not ask for mail"),
    "login_required": ("person", _POLICY),
    "org_internal": ("setup", "the registration is for another organisation"),
    "redirect_uri_mismatch": ("setup", "the redirect address is not registered"),
    "server_error": ("later", "the provider has a fault"),
    "slow_down": ("wait", "the provider asks for patience"),
    "temporarily_unavailable": ("later", "the provider is not available"),
    "unauthorized_client": ("setup", "the registration may not be used in this way"),
}  # fmt: skip


def read_refusal(provider: str, status: int, answer: ErrorAnswer, retry_after: str = "") -> Refused:
    """The meaning of an error answer of the token or device endpoint. A fault of the provider (5xx, 429) passes by."""
    seconds = float(retry_after) if re.fullmatch(r"\d{1,5}", retry_after) else None
    code = answer.error or f"http_{status}"
    number = re.match(r"AADSTS(\d+)", answer.error_description)
    if status == 429 or status >= 500:
        cure, why = PLAIN["temporarily_unavailable"]
    elif answer.error_subtype in PLAIN:
        cure, why = PLAIN[answer.error_subtype]
    elif number and number[1] in MICROSOFT:
        code, (cure, why) = f"AADSTS{number[1]}", MICROSOFT[number[1]]
    elif code in PLAIN:
        cure, why = PLAIN[code]
    else:
        cure, why = "setup", f"it answered “{_clean(answer.error_description or code)}”"
    return Refused(cure, provider, why, code=code, retry_after_s=seconds)


def read_return(provider: str, error: str, description: str) -> Refused:
    """The meaning of an error that the browser brings back from the sign-in page (RFC 6749 section 4.1.2.1)."""
    return read_refusal(provider, 400, ErrorAnswer(error=error, error_description=description))


def _clean(text: str) -> str:
    """The first line of a provider's words, short and without control characters."""
    line = text.strip().splitlines()[0] if text.strip() else ""
    return "".join(c for c in line if c.isprintable())[:160]
