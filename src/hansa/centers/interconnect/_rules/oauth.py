"""The authorization code flow's arithmetic: addresses, challenges, forms, and who a client says it is.

RFC 6749 as RFC 9700 narrows it: one response type, PKCE always and by S256 alone (RFC 7636), redirect addresses
compared as they stand, refresh tokens used once.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from base64 import b64decode, urlsafe_b64encode
from collections.abc import Mapping, Sequence
from urllib.parse import parse_qsl, quote, unquote_plus, urlencode, urlsplit, urlunsplit

import msgspec

from hansa.centers.interconnect.errors import OAuthRefused
from hansa.centers.interconnect.types import AuthorizationRequest
from hansa.kernel.problem import FieldError

REDIRECTS_MAX = 10
REDIRECT_LETTERS_MAX = 500
STATE_LETTERS_MAX = 1_000
FORM_FIELDS_MAX = 20

_LOOPBACK = frozenset({"127.0.0.1", "[::1]"})
_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")  # SHA-256 in base64url (RFC 7636, 4.2)
_VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}")  # RFC 7636, 4.1
_STATE = re.compile(r"[\x20-\x7e]*")  # RFC 6749, A.5


class Client(msgspec.Struct, frozen=True):
    """Who asks, as the request says: not believed yet. No `secret` means that none was sent."""

    id: str
    secret: str | None


def secret_hash(secret: str) -> bytes:
    """Return what is stored of a code, a refresh token or a client's secret: 256 random bits need one round."""
    return hashlib.sha256(secret.encode(errors="replace")).digest()


def redirect_errors(uris: Sequence[str]) -> list[FieldError]:
    """Say what is wrong with the addresses an app wants browsers sent back to."""
    if len(uris) > REDIRECTS_MAX:
        return [FieldError("redirect_uris", "too_many", f"At most {REDIRECTS_MAX}")]
    return [
        FieldError(f"redirect_uris.{at}", "malformed", "An https address without a #part, or a loopback one")
        for at, uri in enumerate(uris)
        if not _is_redirect(uri)
    ]


def is_registered(uri: str, registered: Sequence[str]) -> bool:
    """Tell whether an address is one of the app's, letter by letter (RFC 9700, 2.1).

    Of a program on somebody's own machine the port is free: it listens where there is room (RFC 8252, 7.3).
    """
    return uri in registered or (
        _is_redirect(uri) and _is_loopback(uri) and _portless(uri) in map(_portless, registered)
    )


def request_error(request: AuthorizationRequest, *, asks_for: Sequence[str]) -> tuple[str, str] | None:
    """Return the error code and a sentence for what is wrong with a request (RFC 6749, 4.1.2.1)."""
    if request.response_type != "code":
        return "unsupported_response_type", "Only the response type code is served"
    if request.code_challenge_method != "S256" or not _CHALLENGE.fullmatch(request.code_challenge):
        return "invalid_request", "A code_challenge by S256 is required (RFC 7636)"
    if len(request.state) > STATE_LETTERS_MAX or not _STATE.fullmatch(request.state):
        return "invalid_request", "The state is longer than 1,000 letters, or not printable"
    if unknown := [one for one in request.scope.split() if one not in asks_for]:
        return "invalid_scope", f"The app is not registered to ask for {unknown[0][:80]}"
    return None


def wanted(request: AuthorizationRequest, *, asks_for: Sequence[str]) -> tuple[str, ...]:
    """Return the scopes a request is about: those it names, else all that its app asks for."""
    named = set(request.scope.split())
    return tuple(scope for scope in asks_for if not named or scope in named)


def sent_back(request: AuthorizationRequest, *, issuer: str, **answer: str) -> str:
    """Return where the browser goes with an answer: the app's own query stays, and the issuer is named (RFC 9207)."""
    parts = urlsplit(request.redirect_uri)
    added = {**answer, "iss": issuer} | ({"state": request.state} if request.state and _sane(request) else {})
    query = "&".join(filter(None, (parts.query, urlencode(added, quote_via=quote))))
    return urlunsplit(parts._replace(query=query))


def proves(verifier: str, challenge: str) -> bool:
    """Tell whether a verifier is the one a challenge was made of (RFC 7636, 4.6)."""
    if not _VERIFIER.fullmatch(verifier):
        return False
    made = urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    return hmac.compare_digest(made, challenge)


def read_form(content_type: str, body: bytes) -> dict[str, str]:
    """Read a form of the token endpoint; empty values count as none (RFC 6749, 3.2). Raises `OAuthRefused`."""
    if content_type.partition(";")[0].strip().lower() != "application/x-www-form-urlencoded":
        raise OAuthRefused("invalid_request", "The body is a form: application/x-www-form-urlencoded")
    try:
        pairs = parse_qsl(body.decode(), max_num_fields=FORM_FIELDS_MAX, errors="strict")
    except ValueError:
        raise OAuthRefused("invalid_request", "The form cannot be read") from None
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise OAuthRefused("invalid_request", "A field is there twice")
    if any("\0" in value for value in fields.values()):
        raise OAuthRefused("invalid_request", "A field carries NUL")
    return fields


def client_of(authorization: str, form: Mapping[str, str]) -> Client:
    """Return who a request says it comes from: by HTTP Basic, or in the form (RFC 6749, 2.3.1), never both.

    Raises `OAuthRefused`.
    """
    if not authorization:
        return Client(form.get("client_id", ""), form.get("client_secret"))
    if "client_secret" in form:
        raise OAuthRefused("invalid_request", "A client says who it is in one way")
    scheme, _, encoded = authorization.partition(" ")
    try:
        pair = b64decode(encoded.strip(), validate=True).decode() if scheme.lower() == "basic" else ""
    except ValueError:
        pair = ""
    name, colon, secret = pair.partition(":")
    client = Client(unquote_plus(name), unquote_plus(secret))
    if not colon or form.get("client_id", client.id) != client.id:
        raise OAuthRefused("invalid_client", "The client is not known")
    return client


def _sane(request: AuthorizationRequest) -> bool:
    return len(request.state) <= STATE_LETTERS_MAX and bool(_STATE.fullmatch(request.state))


def _is_redirect(uri: str) -> bool:
    """Tell whether a browser may be sent to an address: https, or http to the machine it runs on."""
    if (
        len(uri) > REDIRECT_LETTERS_MAX
        or not uri.isascii()
        or not uri.isprintable()
        or set(uri) & set(' #"<>\\')
    ):
        return False
    try:
        parts = urlsplit(uri)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return False
    if not host or parts.username is not None or parts.password is not None:
        return False
    return parts.scheme == "https" or _is_loopback(uri)


def _is_loopback(uri: str) -> bool:
    parts = urlsplit(uri)
    return parts.scheme == "http" and _host(parts.netloc) in _LOOPBACK


def _portless(uri: str) -> str:
    parts = urlsplit(uri)
    return urlunsplit(parts._replace(netloc=_host(parts.netloc)))


def _host(netloc: str) -> str:
    return re.sub(r":\d*$", "", netloc)
