"""Who a visitor is: signed identities (JWT, HS256), and what happens to the history they had before.

The site signs `sub` (its own id of the person), `exp` (required), and may add `name` and `email`. What is signed is the
site's word, so an `email` becomes a verified address, unless `email_verified` is false. A typed address never gets here.
"""

from typing import Any

import msgspec
from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

from hark.channels.messenger.cleaning import clean_line
from hark.channels.messenger.types import Inbox
from hark.core.crypto import Keys
from hark.core.errors import Unauthorized

SKEW_S = 60
MAX_SUB = 200
_JWS = jws.JWSRegistry(algorithms=["HS256"])


class Claims(msgspec.Struct, frozen=True, kw_only=True):
    """What a site says about a visitor. `email` only when the site vouches for it."""

    sub: str
    name: str = ""
    email: str | None = None


def read_identity(inbox: Inbox, keys: Keys, token: str, *, now: float) -> Claims:
    """The claims of a signed token. Raises Unauthorized(`bad_identity`), whatever is wrong with it.

    Only HS256 with this inbox's secret: neither `none` nor another algorithm of the header is ever looked at.
    """
    if inbox.config.secret is None:
        raise _bad("This messenger has no secret yet.")
    key = OctKey.import_key(keys.decrypt(inbox.config.secret))
    rules = jwt.JWTClaimsRegistry(
        now=int(now), leeway=SKEW_S, exp={"essential": True}, sub={"essential": True}, aud={"value": inbox.key}
    )
    try:
        claims = jwt.decode(token, key, algorithms=["HS256"], registry=_JWS).claims
        rules.validate(claims)
    except (JoseError, ValueError) as error:
        raise _bad("The token is not signed with this messenger's secret, or has expired.") from error
    return _claims(claims)


def _claims(claims: dict[str, Any]) -> Claims:
    sub, email = clean_line(str(claims["sub"]), MAX_SUB + 1), claims.get("email")
    if not sub or len(sub) > MAX_SUB or sub != claims["sub"]:
        raise _bad(f"`sub` must be 1 to {MAX_SUB} plain characters.")
    vouched = isinstance(email, str) and claims.get("email_verified", True) is True
    name = claims.get("name")
    return Claims(
        sub=sub, name=clean_line(name, 200) if isinstance(name, str) else "", email=str(email) if vouched else None
    )


def _bad(why: str) -> Unauthorized:
    return Unauthorized(f"{why} The visitor goes on without a name; nothing was changed.", code="bad_identity")
