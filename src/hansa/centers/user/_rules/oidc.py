"""Rules of logging in at an issuer: which keys and claims hold, and when an account may be opened by them.

OpenID Connect Core 1.0, 3.1.3.7; RFC 9700 (state, nonce and PKCE, always all three). Signatures with a shared
secret and `none` are never taken: a public key of the issuer's key set signs, or nothing does.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry

from hansa.centers.user._rules.email import EmailAddress, read_email

ALGORITHMS = (
    "RS256",
    "RS384",
    "RS512",
    "PS256",
    "PS384",
    "PS512",
    "ES256",
    "ES384",
    "ES512",
    "EdDSA",
    "Ed25519",
)
_LEEWAY_S = 60
_SUBJECT_LETTERS_MAX = 255  # OpenID Connect Core, 2


class TokenWrong(Exception):
    """An ID token does not hold; `str()` says why, for the log."""


class Opening(enum.Enum):
    """What a log-in that nobody has linked may do."""

    SIGN_UP = "sign_up"
    LINK = "link"
    ASK_OWNER = "ask_owner"


def read_id_token(
    token: str,
    keys: KeySet,
    *,
    issuer: str,
    client_id: str,
    nonce: str,
    access_token: str | None,
    now: datetime,
) -> dict[str, Any]:
    """Return the claims of an ID token that holds. Raises `TokenWrong`."""
    try:
        read = jwt.decode(token, keys, registry=JWSRegistry(algorithms=ALGORITHMS, strict_check_header=False))
        claims = CodeIDToken(
            read.claims,
            read.header,
            {"iss": {"essential": True, "value": issuer}, "aud": {"essential": True, "value": client_id}},
            {"nonce": nonce, "client_id": client_id, "access_token": access_token},
        )
        claims.validate(now=int(now.timestamp()), leeway=_LEEWAY_S)
    except (JoseError, ValueError, TypeError, KeyError) as error:
        raise TokenWrong(f"{type(error).__name__}: {error}") from error
    subject = claims.get("sub")
    if not isinstance(subject, str) or not 0 < len(subject) <= _SUBJECT_LETTERS_MAX or "\0" in subject:
        raise TokenWrong("the subject is no text of 1 to 255 letters")
    return dict(claims)


def verified_email(claims: Mapping[str, Any]) -> EmailAddress | None:
    """Return the address that the issuer says it verified; one it only repeats is none."""
    if claims.get("email_verified") is not True or not isinstance(claims.get("email"), str):
        return None
    address = read_email(claims["email"])
    return address if isinstance(address, EmailAddress) else None


def opening(
    *, has_email: bool, account_exists: bool, account_verified: bool, issuer_trusted: bool
) -> Opening:
    """Decide what a log-in does that is linked to nobody.

    An account with the same address is opened only when the issuer verified the address, the operator trusts the
    issuer to, and the account's owner has verified it as well: else either side could plant the other's address.
    """
    if not has_email or not account_exists:
        return Opening.SIGN_UP
    return Opening.LINK if account_verified and issuer_trusted else Opening.ASK_OWNER
