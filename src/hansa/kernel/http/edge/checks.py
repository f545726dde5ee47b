"""What a URL and its headers may carry. Servers decode them forgivingly, so this looks at the raw bytes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import unquote_to_bytes

from hansa.kernel.http.errors import HeadersTooLarge
from hansa.kernel.problem import Malformed

URL_BYTES_MAX = 8 * 1024
HEADER_BYTES_MAX = 32 * 1024
SAID_ONCE = frozenset(
    {b"authorization", b"content-length", b"content-type", b"hansa-business", b"host", b"idempotency-key"}
)
"""Headers of which a second one would be read by some and not by others."""

_BROKEN_ESCAPE = re.compile(rb"%(?![0-9A-Fa-f]{2})")


def check_url(raw_path: bytes, query: bytes) -> None:
    """Refuse a URL that is too long, has a broken escape, is not UTF-8 or carries NUL.

    Raises `Malformed`.
    """
    if len(raw_path) + len(query) > URL_BYTES_MAX:
        raise Malformed(f"The address is longer than {URL_BYTES_MAX} bytes")
    _check_part(raw_path, "path")
    _check_part(query, "query")


def check_headers(headers: Sequence[tuple[bytes, bytes]]) -> None:
    """Refuse headers that are too long together, or say twice what can be said once, or carry NUL.

    NUL is also refused escaped in a cookie, where frameworks unescape it. Raises `HeadersTooLarge`, `Malformed`.
    """
    if not headers:
        return
    names, values = zip(*headers, strict=True)  # every request comes here: most are looked at in one piece
    together = b"".join(values)
    if len(b"".join(names)) + len(together) > HEADER_BYTES_MAX:
        raise HeadersTooLarge(bytes_max=HEADER_BYTES_MAX)
    if b"\0" in together or b"cookie" in names:
        _check_nul(headers)
    if len(set(names)) < len(names):
        _check_once(names)


def _check_nul(headers: Sequence[tuple[bytes, bytes]]) -> None:
    for name, value in headers:
        if b"\0" in value or (name == b"cookie" and (b"%00" in value or b"\\000" in value)):
            raise Malformed(f"The header {name.decode('latin-1')} carries NUL")


def _check_once(names: Sequence[bytes]) -> None:
    for name in SAID_ONCE:
        if names.count(name) > 1:
            raise Malformed(f"The header {name.decode('latin-1')} is there twice")


def _check_part(raw: bytes, name: str) -> None:
    if b"%" in raw:
        if _BROKEN_ESCAPE.search(raw):
            raise Malformed(f"The {name} has a % that escapes nothing")
        raw = unquote_to_bytes(raw)
    if b"\0" in raw:
        raise Malformed(f"The {name} carries NUL")
    if not raw.isascii():
        try:
            raw.decode()
        except UnicodeDecodeError:
            raise Malformed(f"The {name} is not UTF-8") from None
