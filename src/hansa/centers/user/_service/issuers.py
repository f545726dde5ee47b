"""Issuers: what this process knows of them (their metadata and keys), and speaking with them."""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

import httpx
import msgspec
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from hansa.centers.user._rules.oidc import TokenWrong
from hansa.centers.user.errors import IssuerRefused, IssuerUnavailable, IssuerUnknown

if TYPE_CHECKING:
    from hansa.centers.user._settings import Issuer
    from hansa.centers.user.types import Accounts

T = TypeVar("T")

_FRESH_S = 3600.0  # metadata and keys are asked for again this often
_REASK_S = 10.0  # and sooner when a token names a key we have not seen, but no more often than this
_TIMEOUT_S = 5.0
_OCTETS_MAX = 1 << 20


class Metadata(msgspec.Struct, frozen=True):
    """What an issuer says of itself (OpenID Connect Discovery 1.0, 3), as far as we need it."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    token_endpoint_auth_methods_supported: tuple[str, ...] = ("client_secret_basic",)
    authorization_response_iss_parameter_supported: bool = False


class Tokens(msgspec.Struct, frozen=True):
    """What a token endpoint gave for a code."""

    id_token: str
    access_token: str | None = None


class _Known(msgspec.Struct):
    metadata: Metadata
    keys: KeySet
    asked_at: float


class Issuers:
    """The configured issuers. One that does not answer spoils nobody else's log-in."""

    def __init__(
        self,
        settings: Accounts,
        *,
        client: Callable[[], httpx.AsyncClient] | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._configured = settings.outside()
        self._client = client or _client
        self._monotonic = monotonic
        self._known: dict[str, _Known] = {}

    def names(self) -> list[str]:
        """Return the issuers one can log in with, by our names for them."""
        return sorted(self._configured)

    def issuer(self, name: str) -> Issuer:
        """Return a configured issuer. Raises `IssuerUnknown`."""
        found = self._configured.get(name)
        if found is None:
            raise IssuerUnknown(issuers=self.names())
        return found

    async def log_in_url(self, name: str, *, return_url: str, state: str, nonce: str, verifier: str) -> str:
        """Return where to send the browser. Raises `IssuerUnknown`, `IssuerUnavailable`."""
        known = await self._learn(name)
        url: str = prepare_grant_uri(
            known.metadata.authorization_endpoint,
            client_id=self.issuer(name).client_id,
            response_type="code",
            redirect_uri=return_url,
            scope="openid email profile",
            state=state,
            nonce=nonce,
            code_challenge=create_s256_code_challenge(verifier),
            code_challenge_method="S256",
        )
        return url

    async def redeem(
        self, name: str, *, code: str, verifier: str, return_url: str, iss: str | None
    ) -> Tokens:
        """Exchange a code for tokens. Raises `IssuerUnavailable`, `IssuerRefused`."""
        known, issuer = await self._learn(name), self.issuer(name)
        wanted = iss is not None or known.metadata.authorization_response_iss_parameter_supported
        if wanted and iss != known.metadata.issuer:  # RFC 9207: the answer comes from who was asked
            raise IssuerRefused
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": return_url,
            "code_verifier": verifier,
        }
        auth: httpx.BasicAuth | None = None
        if not issuer.client_secret:
            form["client_id"] = issuer.client_id
        elif "client_secret_basic" in known.metadata.token_endpoint_auth_methods_supported:
            auth = httpx.BasicAuth(issuer.client_id, issuer.client_secret)
        else:
            form |= {"client_id": issuer.client_id, "client_secret": issuer.client_secret}
        async with self._client() as client:
            answer = await _ask(client, "POST", known.metadata.token_endpoint, form=form, auth=auth)
        if 400 <= answer.status_code < 500:
            raise IssuerRefused
        return _read(answer, Tokens)

    async def keys(self, name: str, *, again: bool = False) -> tuple[KeySet, str]:
        """Return an issuer's keys and its own identifier; `again` when a token named a key that was not there."""
        known = await self._learn(name, again=again)
        return known.keys, known.metadata.issuer

    async def _learn(self, name: str, *, again: bool = False) -> _Known:
        issuer, now = self.issuer(name), self._monotonic()
        known = self._known.get(name)
        if known is not None and now - known.asked_at < (_REASK_S if again else _FRESH_S):
            return known
        async with self._client() as client:
            place = f"{issuer.url.rstrip('/')}/.well-known/openid-configuration"
            metadata = _read(await _ask(client, "GET", place), Metadata)
            _check(metadata, issuer)
            keys = _read(await _ask(client, "GET", metadata.jwks_uri), dict[str, Any])
        try:
            # Keys meant for encryption, and kinds we do not know, are no matter.
            usable = [key for key in keys.get("keys", ()) if key.get("use", "sig") == "sig"]
            key_set = KeySet.import_key_set({"keys": usable})
        except (JoseError, ValueError, TypeError, KeyError, AttributeError) as error:
            raise IssuerUnavailable from error
        self._known[name] = _Known(metadata, key_set, now)
        return self._known[name]


def names_unknown_key(error: TokenWrong) -> bool:
    """Tell whether a token was refused because its key is not among those we know: they may have rotated."""
    cause = error.__cause__
    return isinstance(cause, JoseError) and type(cause).__name__ in {"InvalidKeyIdError", "BadSignatureError"}


def _check(metadata: Metadata, issuer: Issuer) -> None:
    """Refuse metadata of another issuer, or that sends secrets over an open line."""
    if metadata.issuer.rstrip("/") != issuer.url.rstrip("/"):
        raise IssuerUnavailable
    scheme = urlsplit(issuer.url).scheme
    for url in (metadata.authorization_endpoint, metadata.token_endpoint, metadata.jwks_uri):
        if urlsplit(url).scheme not in {"https", scheme}:
            raise IssuerUnavailable


def _client() -> httpx.AsyncClient:
    return httpx.AsyncClient(timeout=_TIMEOUT_S, follow_redirects=False, trust_env=False, verify=_trusted())


@cache
def _trusted() -> ssl.SSLContext:
    """Return whom we trust; once, for reading all the certificates holds everybody up for some 20 ms."""
    return httpx.create_ssl_context(trust_env=False)


async def _ask(
    client: httpx.AsyncClient,
    method: str,
    url: str,
    *,
    form: dict[str, str] | None = None,
    auth: httpx.BasicAuth | None = None,
) -> httpx.Response:
    try:
        request = client.build_request(method, url, data=form, headers={"Accept": "application/json"})
        answer = await client.send(request, auth=auth, stream=True)
        try:
            body = b""
            async for part in answer.aiter_bytes():
                body += part
                if len(body) > _OCTETS_MAX:
                    raise IssuerUnavailable
        finally:
            await answer.aclose()
    except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
        raise IssuerUnavailable from error
    return httpx.Response(answer.status_code, content=body)


def _read(answer: httpx.Response, kind: type[T]) -> T:
    if answer.status_code != httpx.codes.OK:
        raise IssuerUnavailable
    try:
        return msgspec.json.decode(answer.content, type=kind)
    except msgspec.MsgspecError as error:
        raise IssuerUnavailable from error
