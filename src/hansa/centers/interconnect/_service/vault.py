"""Secrets of endpoints as they are stored: sealed, so that a copy of the database signs nothing.

Receivers check signatures with the secret itself, so it cannot be kept as a hash. It is sealed with the first of
the platform's keys and opened with any; a job seals again what was sealed with one that is on its way out.
"""

from __future__ import annotations

import hashlib
import hmac
from base64 import urlsafe_b64encode
from collections.abc import Sequence

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from hansa.centers.interconnect.errors import SecretUnreadable

_PURPOSE = b"hansa/interconnect.endpoint"


class Vault:
    """Seals and opens texts."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        derived = [hmac.digest(key, _PURPOSE, hashlib.sha256) for key in keys]
        self._fernet = MultiFernet([Fernet(urlsafe_b64encode(key)) for key in derived])
        self.sealed_with = hashlib.sha256(derived[0]).hexdigest()[:16]
        """Tells with which key `seal` seals, and nothing about it."""

    def seal(self, secret: str) -> str:
        """Return a secret as it may be stored."""
        return self._fernet.encrypt(secret.encode()).decode()

    def open(self, sealed: str) -> str:
        """Return the secret. Raises `SecretUnreadable`."""
        try:
            return self._fernet.decrypt(sealed).decode()
        except InvalidToken:
            raise SecretUnreadable from None
