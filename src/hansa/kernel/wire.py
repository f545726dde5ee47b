"""What raw JSON may carry: nothing that decodes well and cannot be stored.

PostgreSQL takes neither NUL in a text nor an integer beyond 64 bits; both are legal JSON. So is text that is
not UTF-8 within a member that nobody reads. All borders look here before they decode.
"""

from __future__ import annotations

import json
import re
from typing import Any

import msgspec

from hansa.kernel.problem import Malformed

INT64_MIN = -(2**63)
INT64_MAX = 2**63 - 1
DEPTH_MAX = 64

_NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")
_DIGITS = bytes.maketrans(b"123456789", b"000000000")
_LONG = b"0" * 19


def check_json(raw: bytes) -> None:
    """Raise `Malformed` when JSON cannot be meant: not UTF-8, too deep, NUL, an integer beyond int64, a name twice.

    A name that an object has twice is read differently by different programs (RFC 8259, 4). Broken JSON passes: whoever decodes it says where it breaks.
    """
    if not raw.isascii():
        try:
            raw.decode()
        except UnicodeDecodeError as wrong:
            raise Malformed("The body is not UTF-8", byte=wrong.start) from None
    if b"\\u0000" in raw and _NUL.search(raw):
        raise Malformed("A text holds the character NUL (\\u0000), which cannot be kept")
    # Digits may stand inside a text, brackets too; only a look at the decoded values decides.
    if _LONG in raw.translate(_DIGITS) or raw.count(b"[") + raw.count(b"{") > DEPTH_MAX:
        _check_values(raw)
    if _may_repeat(raw):
        _check_names(raw)


def _may_repeat(raw: bytes) -> bool:
    """Tell, without looking object by object, whether any object has a name twice; escapes hide where a text ends."""
    if raw.count(b":") < 2:  # one name, or none
        return False
    if b"\\" in raw:
        return True
    parts = raw.split(b'"')  # every second part is a text, and a name when a colon follows it
    names = [parts[at] for at in range(1, len(parts) - 1, 2) if parts[at + 1].lstrip()[:1] == b":"]
    return len(set(names)) < len(names) and _members(raw) != len(names)


def _members(raw: bytes) -> int:
    """Count what the objects hold once decoded: a name that one of them had twice is there once. -1 when broken."""
    try:
        return _count(msgspec.json.decode(raw))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return -1


def _count(value: Any) -> int:
    if isinstance(value, dict):
        return len(value) + sum([_count(part) for part in value.values()])
    return sum([_count(part) for part in value]) if isinstance(value, list) else 0


def _check_names(raw: bytes) -> None:
    """Look object by object: objects of a list have the same names, and that is well."""
    try:
        json.loads(raw, object_pairs_hook=_once, parse_int=_unread, parse_float=_unread)
    except (ValueError, RecursionError):
        return


def _once(pairs: list[tuple[str, Any]]) -> None:
    names = [name for name, _ in pairs]
    if len(set(names)) < len(names):
        twice = next(name for at, name in enumerate(names) if name in names[:at])
        raise Malformed("An object has a name twice", name=twice[:64].encode(errors="replace").decode())


def _unread(_digits: str) -> None:
    """Leave a number as it is written: only names are looked at."""


def _check_values(raw: bytes) -> None:
    try:
        _check(msgspec.json.decode(raw), DEPTH_MAX)
    except RecursionError:
        raise Malformed("The body is nested too deep") from None
    except (msgspec.DecodeError, UnicodeDecodeError):
        return


def _check(value: Any, depth: int) -> None:
    if isinstance(value, int):
        if not INT64_MIN <= value <= INT64_MAX:
            raise Malformed("A number is beyond 64 bits")
    elif isinstance(value, dict | list):
        if depth == 0:
            raise Malformed("The body is nested too deep")
        for part in value.values() if isinstance(value, dict) else value:
            _check(part, depth - 1)
