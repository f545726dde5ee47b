"""Who calls, and in which business: the `Ctx` of an API request.

The API knows bearer tokens alone (a session's or an API token). It ignores cookies, so no page of another
site can make a browser act here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hansa.centers.user import api as user
from hansa.centers.user.types import Identity, OwnScope, TokenKind
from hansa.kernel.context import GUEST, Ctx, Traffic
from hansa.kernel.i18n import negotiate
from hansa.kernel.plan import UnknownBusiness
from hansa.kernel.platform import Platform
from hansa.kernel.problem import Problem, Unauthenticated
from hansa.kernel.quota import Limits

_BEARER = "bearer "
_BASIC = "basic "
_READS = frozenset({"GET", "HEAD"})
_BY_CLIENTS = frozenset({"/api/oauth/token", "/api/oauth/revocation"})
"""Where programs say by HTTP Basic who they are (RFC 6749, 2.3.1)."""


class TokenUnknown(Unauthenticated):
    """The bearer token is not ours, has expired, or was revoked."""

    code = "api.token_unknown"
    title = "This token is not valid any more, please log in again"


class TokenElsewhere(Problem):
    """The API token belongs to another business than the one that is spoken to."""

    code = "api.token_elsewhere"
    status = 403
    title = "This token belongs to another business"


async def identify(
    platform: Platform,
    *,
    business: str,
    authorization: str,
    accept_language: str,
    trace: str,
    agent: str = "",
    client: str = "",
) -> Ctx:
    """Make the context of a request. Raises `TokenUnknown`, `TokenElsewhere`, `business.unknown`.

    An API token brings its business where the address names none, and always its traffic class.
    """
    identity = await _identity(platform, authorization) if authorization else None
    traffic: Traffic | None = None
    if identity is not None and identity.kind is TokenKind.API:
        if business and business != identity.business:
            raise TokenElsewhere(business=business)
        business, traffic = identity.business, identity.traffic
    if not business:
        raise UnknownBusiness(business=business)
    ctx = platform.context(business, traffic=traffic, trace=trace)
    actor = identity.acting_in(ctx.traffic) if identity is not None else GUEST
    return ctx.with_(
        actor=actor,
        locale=negotiate(ctx.plan.business.languages, accept_language=accept_language),
        agent=agent,
        client=client,
    )


async def of_scope(platform: Platform, scope: Mapping[str, Any]) -> Ctx:
    """Return the context of an ASGI request that came through the edge, admitted within its business's quotas.

    Made once per request, whoever asks first. Raises as `identify`, and `quota.rate_limited`.
    """
    known: Ctx | None = scope["state"].get("ctx")
    if known is None:
        known = scope["state"]["ctx"] = await _of_headers(platform, scope)
        platform.service(Limits).admit_request(known)
    return known


def own_scope(method: str, opt: Mapping[str, Any]) -> str | None:
    """Return the scope by which a person's token acts for that person at a route; None: by none at all.

    The route names it (`opt={"own": ...}`). One that only reads asks for `OwnScope.READ`, so that a write nobody
    thought of is refused.
    """
    named: str | None = opt.get("own")
    return OwnScope.READ if named is None and method in _READS else named


async def _of_headers(platform: Platform, scope: Mapping[str, Any]) -> Ctx:
    headers = dict(scope["headers"])
    authorization = headers.get(b"authorization", b"").decode("latin-1")
    accept_language = headers.get(b"accept-language", b"").decode("latin-1")
    agent = headers.get(b"user-agent", b"").decode("latin-1")
    if scope["path"] in _BY_CLIENTS and authorization[: len(_BASIC)].lower() == _BASIC:
        authorization = ""  # says which program asks, not which party acts: the route reads it
    state = scope["state"]
    return await identify(
        platform,
        business=state["business"],
        authorization=authorization,
        accept_language=accept_language,
        trace=state["trace"],
        agent=agent,
        client=(scope.get("client") or ("",))[0],
    )


async def _identity(platform: Platform, authorization: str) -> Identity:
    if authorization[: len(_BEARER)].lower() != _BEARER:
        raise TokenUnknown
    identity = await user.identify(platform, authorization[len(_BEARER) :].strip())
    if identity is None:
        raise TokenUnknown
    return identity
