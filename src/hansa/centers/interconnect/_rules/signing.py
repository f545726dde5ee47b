"""Signatures of Standard Webhooks (https://www.standardwebhooks.com): what receivers check, with what they were given."""

from __future__ import annotations

import hashlib
import hmac
from base64 import b64decode, b64encode
from collections.abc import Sequence

SECRET_OCTETS = 32
_PREFIX = "whsec_"


def make_secret(random: bytes) -> str:
    """Write `SECRET_OCTETS` random octets as a secret."""
    if len(random) != SECRET_OCTETS:
        raise ValueError(f"a secret takes {SECRET_OCTETS} octets")
    return _PREFIX + b64encode(random).decode()


def sign(secrets: Sequence[str], *, webhook_id: str, timestamp_s: int, body: bytes) -> str:
    """Return the header `webhook-signature`: one signature per valid secret, separated by spaces."""
    content = f"{webhook_id}.{timestamp_s}.".encode() + body
    return " ".join(f"v1,{_signature(secret, content)}" for secret in secrets)


def _signature(secret: str, content: bytes) -> str:
    key = b64decode(secret.removeprefix(_PREFIX))
    return b64encode(hmac.digest(key, content, hashlib.sha256)).decode()
