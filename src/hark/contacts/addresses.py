"""Mail addresses as identities: one spelling for one mailbox, and the mail domain that tells the company.

Normalisation: surrounding space and a `mailto:` go, the domain is lower-cased and turned into its IDNA form
(RFC 5891, `bücher.example` -> `xn--bcher-kva.example`, no final dot), and so is every other spelling of the same
domain. The local part is case-folded too: RFC 5321 section 2.4 leaves its case to the receiving host, but no host
in use tells `Ada@` from `ada@`, while people write both. Nothing else of it is touched: dots and `+tags` are the
host's own business. The spelling a message came in stays in its headers.
"""

import unicodedata

from hark.core.errors import BadRequest

MAX_ADDRESS = 320  # 64 + @ + 255, RFC 5321 section 4.5.3.1

FREE_MAIL = frozenset(
    {
        "gmail.com", "googlemail.com", "outlook.com", "hotmail.com", "live.com", "msn.com", "yahoo.com", "ymail.com",
        "icloud.com", "me.com", "mac.com", "aol.com", "proton.me", "protonmail.com", "pm.me", "gmx.com", "gmx.net",
        "gmx.de", "web.de", "t-online.de", "mail.com", "zoho.com", "fastmail.com", "tutanota.com", "yandex.com",
        "yandex.ru", "mail.ru", "qq.com", "163.com", "126.com", "naver.com", "daum.net", "hanmail.net", "kakao.com",
        "nate.com", "libero.it", "virgilio.it", "alice.it", "tiscali.it", "tim.it", "orange.fr", "free.fr", "wanadoo.fr",
        "laposte.net", "comcast.net", "verizon.net", "att.net", "sbcglobal.net", "btinternet.com", "yahoo.co.uk",
        "hotmail.co.uk", "yahoo.co.jp", "yahoo.co.kr", "hotmail.it", "yahoo.it", "outlook.it", "outlook.kr", "pec.it",
    }
)  # fmt: skip
"""Domains whose addresses say nothing about where a person works."""


def normalise_address(address: str) -> str:
    """The one spelling an address is stored and compared in. Raises BadRequest when it is no address."""
    text = unicodedata.normalize("NFC", address.strip()).removeprefix("mailto:").strip("<>")
    local, at, domain = text.rpartition("@")
    if not at or not local or len(text) > MAX_ADDRESS or any(c.isspace() or ord(c) < 32 or c == "\x7f" for c in text):
        raise BadRequest(f"{address[:80]!r} is not a mail address.", code="bad_address")
    return f"{local.lower()}@{normalise_domain(domain)}"


def normalise_domain(domain: str) -> str:
    """A mail domain in lower-case IDNA form. Raises BadRequest when it is none."""
    text = unicodedata.normalize("NFKC", domain.strip()).lower().rstrip(".")
    if text.startswith("[") and text.endswith("]"):
        return text  # an address literal, RFC 5321 section 4.1.3
    try:
        ascii_form = text.encode("idna").decode() if not text.isascii() else text
    except UnicodeError:
        ascii_form = ""
    if not ascii_form or len(ascii_form) > 255 or any(not _label(part) for part in ascii_form.split(".")):
        raise BadRequest(f"{domain[:80]!r} is not a mail domain.", code="bad_domain")
    return ascii_form


def _label(part: str) -> bool:
    return 0 < len(part) <= 63 and all(c.isalnum() or c in "-_" for c in part)


def company_domain(address: str) -> str | None:
    """The domain of a normalised address when it can tell a company; None for free mail and address literals."""
    domain = address.rpartition("@")[2]
    return None if domain in FREE_MAIL or domain.startswith("[") or "." not in domain else domain
