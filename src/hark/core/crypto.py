"""Secrets: one master key of the installation, from which purpose-bound keys are derived."""

import base64
import hashlib
import hmac
import os
import secrets
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from hark.core.errors import ConfigError


class Keys:
    """Keys derived from the master key by HKDF (RFC 5869), one per purpose."""

    def __init__(self, master: bytes) -> None:
        self._master = master
        self._derived: dict[str, bytes] = {}  # purposes are few and fixed; deriving costs more than signing
        self._box = Fernet(base64.urlsafe_b64encode(self.derive("encrypt at rest")))

    def derive(self, purpose: str) -> bytes:
        """32 bytes for one purpose."""
        if purpose not in self._derived:
            self._derived[purpose] = HKDF(SHA256(), 32, salt=None, info=purpose.encode()).derive(self._master)
        return self._derived[purpose]

    def encrypt(self, text: str) -> str:
        """Encrypted and authenticated text for a column."""
        return self._box.encrypt(text.encode()).decode()

    def decrypt(self, token: str) -> str:
        """The text again. Raises ConfigError when it was encrypted with another installation's key."""
        try:
            return self._box.decrypt(token.encode()).decode()
        except InvalidToken as error:
            raise ConfigError(
                "A stored secret was encrypted with another key. Restore the key file of this installation "
                "(secret.key), or enter the password again."
            ) from error

    def sign(self, purpose: str, message: bytes, *, length: int = 16) -> bytes:
        """The first `length` bytes of HMAC-SHA256 over the message."""
        return hmac.new(self.derive(purpose), message, hashlib.sha256).digest()[:length]

    def verify(self, purpose: str, message: bytes, signature: bytes) -> bool:
        return hmac.compare_digest(self.sign(purpose, message, length=len(signature)), signature)


def load_keys(path: Path, *, secret: str | None = None) -> Keys:
    """The installation's keys: from `secret` (setting HARK_SECRET_KEY) or the key file, made on first use (mode 0600)."""
    if secret:
        return Keys(hashlib.sha256(secret.encode()).digest())
    try:
        return Keys(path.read_bytes())
    except FileNotFoundError:
        pass
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as f:
        f.write(secrets.token_bytes(32))
        f.flush()
        os.fsync(f.fileno())
    try:
        os.link(fresh, path)  # two processes starting at once agree on one key
    except FileExistsError:
        pass
    finally:
        fresh.unlink()
    return Keys(path.read_bytes())


def new_token() -> str:
    """A random URL-safe secret of 256 bits."""
    return secrets.token_urlsafe(32)


def token_hash(token: str) -> bytes:
    """What is stored of a random token: its SHA-256 (a random 256-bit value needs no slow hash)."""
    return hashlib.sha256(token.encode()).digest()
