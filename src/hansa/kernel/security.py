"""Signed tokens: what we hand out and want back unchanged (quotes, form tokens, invitations), and its keys."""

from __future__ import annotations

import hmac
import os
import secrets
import stat
import tempfile
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from hansa.kernel.problem import Problem
from hansa.kernel.settings import Settings

KEY_FILE = "secret.key"
_TAG_BYTES = 16
_HEAD_BYTES = 8  # the second of expiry, big-endian; zero for never


class TokenInvalid(Problem):
    """A signed token was changed, made for something else, signed with a key that is gone, or has expired."""

    code = "token.invalid"
    status = 400
    title = "This is no longer valid, please start again"


class KeyFileUnsafe(Exception):
    """The file of the generated key can be read by others, or holds no key; `str()` is one sentence."""


class Signer:
    """Signs and verifies short texts. The first key signs, all verify, so that keys rotate without a cut.

    A token is bound to its purpose: a form token is no quote. Texts are signed, not hidden.
    """

    def __init__(self, keys: Sequence[bytes]) -> None:
        if not keys:
            raise ValueError("a signer needs a key")
        self._keys = tuple(keys)
        self._derived: dict[str, tuple[bytes, ...]] = {}

    def sign(self, payload: bytes, *, purpose: str, expires_at: datetime | None = None) -> str:
        """Return a token that carries `payload` until `expires_at`, safe in URLs and cookies."""
        expiry_s = int(expires_at.timestamp()) if expires_at else 0
        body = expiry_s.to_bytes(_HEAD_BYTES, "big") + payload
        return urlsafe_b64encode(_tag(self._keys_for(purpose)[0], body) + body).rstrip(b"=").decode()

    def verify(self, token: str, *, purpose: str, now: datetime) -> bytes:
        """Return what the token carries. Raises `TokenInvalid`, which does not say why on purpose."""
        try:
            raw = urlsafe_b64decode(token.encode("ascii") + b"=" * (-len(token) % 4))
        except ValueError:
            raise TokenInvalid from None
        tag, body = raw[:_TAG_BYTES], raw[_TAG_BYTES:]
        # All keys are tried, whichever fits, so that the time taken tells nothing.
        fits = [hmac.compare_digest(tag, _tag(key, body)) for key in self._keys_for(purpose)]
        expiry_s = int.from_bytes(body[:_HEAD_BYTES], "big")
        if not any(fits) or len(body) < _HEAD_BYTES or (expiry_s and now.timestamp() >= expiry_s):
            raise TokenInvalid
        # Base 64 has several spellings of the same bytes; only the one we made is taken.
        if urlsafe_b64encode(raw).rstrip(b"=").decode() != token:
            raise TokenInvalid
        return body[_HEAD_BYTES:]

    def _keys_for(self, purpose: str) -> tuple[bytes, ...]:
        """Return the keys of one purpose, derived once. Purposes are words of our code, so there are few."""
        derived = self._derived.get(purpose)
        if derived is None:
            about = b"hansa/" + purpose.encode()
            derived = tuple(hmac.digest(key, about, "sha256") for key in self._keys)
            self._derived[purpose] = derived
        return derived


def _tag(key: bytes, body: bytes) -> bytes:
    return hmac.digest(key, body, "sha256")[:_TAG_BYTES]


def signing_keys(settings: Settings) -> list[bytes]:
    """Return the keys: those of the settings, else the generated one of the data directory, made when absent.

    Raises `KeyFileUnsafe`, and `OSError` when the data directory cannot be written.
    """
    if settings.secret_keys:
        return [key.strip().encode() for key in settings.secret_keys.reveal().split(",") if key.strip()]
    path = settings.data_dir / KEY_FILE
    if not path.exists():
        _make_key(path)
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise KeyFileUnsafe(f"The key file {path} can be read by others: chmod 600 it.")
    key = path.read_text(encoding="ascii").strip()
    if len(key) < 32:
        raise KeyFileUnsafe(f"The key file {path} holds no key: delete it, and a new one is made.")
    return [key.encode()]


def _make_key(path: Path) -> None:
    """Write a new key whole or not at all; of two processes at once the first one's key stays."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, half = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # made with mode 0600
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(secrets.token_hex(32) + "\n")
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(half, path)
    except FileExistsError:
        return
    finally:
        Path(half).unlink()
