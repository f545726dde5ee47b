"""The header Idempotency-Key: how a write is told from its repeat.

Syntax of draft-ietf-httpapi-idempotency-key-header: a structured-field string ("..." in quotes, RFC 9651);
the bare token that most clients send is taken as well. Answers are kept by `hansa.kernel.idempotency`.
"""

from __future__ import annotations

import re

from hansa.kernel.idempotency import KEY_LENGTH_MAX, KeyMalformed
from hansa.kernel.problem import Problem

HEADER = "Idempotency-Key"

_BARE = re.compile(rf"[\x21-\x7e]{{1,{KEY_LENGTH_MAX}}}")
_QUOTED = re.compile(r'"((?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\["\\]){1,400})"')


class KeyMissing(Problem):
    """The write must not happen twice, so it wants a key."""

    code = "idempotency.key_missing"
    status = 400
    title = "The header Idempotency-Key is missing"


def parse_key(header: str | None) -> str | None:
    """Return the key a request names, None when it names none. Raises `KeyMalformed`."""
    if header is None:
        return None
    text = header.strip()
    if quoted := _QUOTED.fullmatch(text):
        text = re.sub(r"\\(.)", r"\1", quoted[1])
        if len(text) <= KEY_LENGTH_MAX:
            return text
    elif _BARE.fullmatch(text) and '"' not in text:
        return text
    raise KeyMalformed
