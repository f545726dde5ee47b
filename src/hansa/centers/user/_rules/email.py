"""E-mail addresses: what is one, and when two are the same.

RFC 5321 sets the lengths, RFC 5322 the letters of the local part (`atext`), RFC 6531 adds letters beyond
ASCII, RFC 3490 gives the domain its ASCII form. Quoted local parts are refused: nobody has one, and they let
line breaks and second `@` in. By RFC 5321 the local part could differ by case; no provider of note does
that, and two accounts that differ by case alone are an attack, so the key ignores case.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata

import msgspec

from hansa.kernel.problem import FieldError

_LOCAL_OCTETS_MAX = 64
_ADDRESS_OCTETS_MAX = 254
_ATOM = r"(?:[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]|[^\x00-\x7f])+"
_LOCAL = re.compile(rf"{_ATOM}(?:\.{_ATOM})*")
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_DOMAIN = re.compile(rf"(?:{_LABEL}\.)+(?![0-9]+$){_LABEL}")


class EmailAddress(msgspec.Struct, frozen=True):
    """An address as mail is sent to it, and the key by which two are the same."""

    shown: str
    key: str

    def key_hash(self) -> bytes:
        """Return a stable name of the address that does not show it."""
        return hashlib.sha256(self.key.encode()).digest()


def read_email(text: str) -> EmailAddress | FieldError:
    """Read an address, or say in one sentence what is wrong with it."""
    local, at, domain = unicodedata.normalize("NFKC", text.strip()).rpartition("@")
    key_local = unicodedata.normalize("NFKC", local.casefold())
    key_domain = _ascii_domain(domain)
    right = at and key_domain and _is_local(local) and _is_local(key_local)
    if not right or len(f"{local}@{key_domain}".encode()) > _ADDRESS_OCTETS_MAX:
        return FieldError("email", "malformed", "This is not an e-mail address.")
    return EmailAddress(f"{local}@{key_domain}", f"{key_local}@{key_domain}")


def _is_local(local: str) -> bool:
    if not _LOCAL.fullmatch(local) or any(_is_hidden(letter) for letter in local):
        return False
    return len(local.encode()) <= _LOCAL_OCTETS_MAX


def _is_hidden(letter: str) -> bool:
    """Tell whether a letter cannot be seen (spaces, controls, marks of direction, surrogates, unassigned)."""
    return unicodedata.category(letter)[0] in "CZ"


def _ascii_domain(domain: str) -> str:
    """Return the domain as DNS knows it, or nothing when it is no domain."""
    try:
        ascii_domain = domain.encode("idna").decode("ascii").lower()
    except UnicodeError:
        return ""
    return ascii_domain if _DOMAIN.fullmatch(ascii_domain) and len(ascii_domain) <= 253 else ""
