"""Tokens: `hss_<43 letters><6 letters>`, 256 random bits and a checksum over everything before it.

The prefix tells secret scanners (and people) what they are looking at; the checksum refuses what was mistyped
or made up without asking the database. Neither makes a token safe: the random bits do.
"""

from __future__ import annotations

import hashlib
import re
import zlib

from hansa.centers.user.types import TokenKind

RANDOM_OCTETS = 32
_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_BODY_LETTERS = 43  # 62 ** 43 > 2 ** 256
_CHECK_LETTERS = 6  # 62 ** 6 > 2 ** 32
_PREFIXES = {TokenKind.SESSION: "hss_", TokenKind.API: "hat_"}
_SHAPE = re.compile(r"(hss_|hat_)[0-9A-Za-z]{49}")


def make_token(kind: TokenKind, random: bytes) -> str:
    """Write `RANDOM_OCTETS` random octets as a token."""
    if len(random) != RANDOM_OCTETS:
        raise ValueError(f"a token takes {RANDOM_OCTETS} octets")
    body = _PREFIXES[kind] + _base62(int.from_bytes(random), _BODY_LETTERS)
    return body + _checksum(body)


def is_token(text: str) -> bool:
    """Tell whether a text has a token's shape and checksum."""
    return bool(_SHAPE.fullmatch(text)) and _checksum(text[:-_CHECK_LETTERS]) == text[-_CHECK_LETTERS:]


def token_hash(token: str) -> bytes:
    """Return what is stored of a token. One round is enough: 256 random bits cannot be guessed."""
    return hashlib.sha256(token.encode()).digest()


def _checksum(body: str) -> str:
    return _base62(zlib.crc32(body.encode()), _CHECK_LETTERS)


def _base62(number: int, letters: int) -> str:
    written = []
    for _ in range(letters):
        number, digit = divmod(number, 62)
        written.append(_ALPHABET[digit])
    return "".join(reversed(written))
