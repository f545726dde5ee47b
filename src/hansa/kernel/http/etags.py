"""ETags: a reader asks only for news, and an editor does not overwrite what somebody else just changed."""

from __future__ import annotations

import hashlib
from typing import Any

from hansa.kernel.http.errors import PreconditionFailed, PreconditionRequired


def etag(*version: Any) -> str:
    """Make a strong ETag from what determines the content: an id and its version, say."""
    digest = hashlib.blake2b("\0".join(map(str, version)).encode(), digest_size=12)
    return f'"{digest.hexdigest()}"'


def unchanged(if_none_match: str | None, current: str) -> bool:
    """Tell whether the reader already has this content (weak comparison, RFC 9110 13.1.2): answer 304."""
    return if_none_match is not None and _names(if_none_match, current, weak=True)


def require_match(if_match: str | None, current: str, *, required: bool = True) -> None:
    """Let a write pass whose If-Match names the current version (strong comparison, RFC 9110 13.1.1).

    Raises `PreconditionFailed`, or `PreconditionRequired` when the header is missing and `required`.
    """
    if if_match is None:
        if required:
            raise PreconditionRequired
    elif not _names(if_match, current, weak=False):
        raise PreconditionFailed(current=current)


def _names(header: str, current: str, *, weak: bool) -> bool:
    for part in header.split(","):
        tag = part.strip()
        if tag == "*" or (tag.removeprefix("W/") if weak else tag) == current:
            return True
    return False
