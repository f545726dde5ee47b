"""What a URL and its headers may carry. Servers decode them forgivingly, so this looks at the raw bytes."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import unquote_to_bytes

from hansa.kernel.problem import Malformed

URL_BYTES_MAX = 8 * 1024

_BROKEN_ESCAPE = re.compile(rb"%(?![0-9A-Fa-f]{2})")


def check_url(raw_path: bytes, query: bytes) -> None:
    """Refuse a URL that is too long, has a broken escape, is not UTF-8 or carries NUL.

    Raises `Malformed`.
    """
    if len(raw_path) + len(query) > URL_BYTES_MAX:
        raise Malformed(f"The address is longer than {URL_BYTES_MAX} bytes")
    _check_part(raw_path, "path")
    _check_part(query, "query")


def check_headers(headers: Iterable[tuple[bytes, bytes]]) -> None:
    """Refuse NUL in a header, and escaped in a cookie, where frameworks unescape it. Raises `Malformed`."""
    for name, value in headers:
        if b"\0" in value or (name == b"cookie" and (b"%00" in value or b"\\000" in value)):
            raise Malformed(f"The header {name.decode('latin-1')} carries NUL")


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
