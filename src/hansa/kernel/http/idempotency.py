"""The header Idempotency-Key: how a write is told from its repeat.

Syntax of draft-ietf-httpapi-idempotency-key-header: a structured-field string ("..." in quotes, RFC 9651);
the bare token that most clients send is taken as well. Where the answers are kept is not decided here.
"""

from __future__ import annotations

import hashlib
import re

from hansa.kernel.problem import Problem

HEADER = "Idempotency-Key"
LENGTH_MAX = 200

_BARE = re.compile(r"[\x21-\x7e]{1,200}")
_QUOTED = re.compile(r'"((?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\["\\]){1,400})"')


class IdempotencyKeyMalformed(Problem):
    """The header is empty, longer than 200 characters, or not printable ASCII."""

    code = "idempotency.key_malformed"
    status = 400
    title = "The header Idempotency-Key is not a key"


class IdempotencyKeyMissing(Problem):
    """The write must not happen twice, so it wants a key."""

    code = "idempotency.key_missing"
    status = 400
    title = "The header Idempotency-Key is missing"


class IdempotencyKeyReused(Problem):
    """The key was used before with another body; a key belongs to one request and its repeats."""

    code = "idempotency.key_reused"
    status = 422
    title = "This Idempotency-Key belongs to another request"


class IdempotencyKeyBusy(Problem):
    """The first request with this key is still being worked on, for longer than the repeat would wait."""

    code = "idempotency.key_busy"
    status = 409
    title = "The first request with this Idempotency-Key is still being worked on"


def parse_key(header: str | None) -> str | None:
    """Return the key a request names, None when it names none. Raises `IdempotencyKeyMalformed`."""
    if header is None:
        return None
    text = header.strip()
    if quoted := _QUOTED.fullmatch(text):
        text = re.sub(r"\\(.)", r"\1", quoted[1])
        if len(text) <= LENGTH_MAX:
            return text
    elif _BARE.fullmatch(text) and '"' not in text:
        return text
    raise IdempotencyKeyMalformed


def fingerprint(route: str, body: bytes) -> bytes:
    """Return what tells a repeat from another request under the same key: route and body, hashed."""
    return hashlib.sha256(route.encode() + b"\0" + body).digest()
