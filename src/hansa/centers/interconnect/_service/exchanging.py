"""The authorization code flow on the side of programs: codes and refresh tokens for tokens, and revocation.

What is used once is used up before anybody looks whether it was right; what is used twice ends everything that came
of it (RFC 6749, 4.1.2; RFC 9700, 4.14.2), because one of the two who had it should not have.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Mapping
from datetime import timedelta

from hansa.centers.interconnect._rules import oauth as rules
from hansa.centers.interconnect._rules.scopes import tidy
from hansa.centers.interconnect._service.ending import end_authorizations
from hansa.centers.interconnect._store import apps
from hansa.centers.interconnect._store import authorizations as store
from hansa.centers.interconnect._store.authorizations import Refresh, Stored
from hansa.centers.interconnect.errors import OAuthRefused
from hansa.centers.interconnect.types import AUTHORIZATION_ID, TokenAnswer
from hansa.centers.shop.types import SHOP_ID, shop_object
from hansa.centers.user import api as user
from hansa.centers.user.errors import PartyNotFound, TooManyTokens
from hansa.centers.user.types import PARTY_ID, PartyId, TokenId, TokenKind
from hansa.kernel.context import Ctx
from hansa.kernel.db import Transaction
from hansa.kernel.ids import IdMalformed

ACCESS_LASTS = timedelta(hours=1)
REFRESH_LASTS = timedelta(days=60)
_SECRET_OCTETS = 32


async def exchange(ctx: Ctx, form: Mapping[str, str], *, authorization: str) -> TokenAnswer:
    """Give tokens for a code or a refresh token; see `interconnect.api`."""
    app_id = await _client(ctx, form, authorization)
    match form.get("grant_type"):
        case "authorization_code":
            return await _by_code(ctx, app_id, form)
        case "refresh_token":
            return await _by_refresh(ctx, app_id, form)
        case None:
            raise OAuthRefused("invalid_request", "A grant_type is required")
        case _:
            raise OAuthRefused("unsupported_grant_type", "Served are authorization_code and refresh_token")


async def revoke(ctx: Ctx, form: Mapping[str, str], *, authorization: str) -> None:
    """End a token, and with a refresh token all that came of it (RFC 7009); see `interconnect.api`."""
    app_id = await _client(ctx, form, authorization)
    token = form.get("token")
    if token is None:
        raise OAuthRefused("invalid_request", "A token is required")
    async with ctx.transaction() as tx:
        found = await store.read_refresh(tx, rules.secret_hash(token))
    if found is not None:
        if found.authorization.app_id == app_id:
            await end_authorizations(ctx, [found.authorization.id], reason="revoked")
        return
    identity = await user.identify(ctx.platform, token)
    if identity is None or identity.kind is not TokenKind.API or identity.actor.party != app_id:
        return  # unknown, over, or somebody else's: all are answered alike (RFC 7009, 2.2)
    if identity.actor.session is not None:
        async with ctx.transaction() as tx:
            ending = TokenId(identity.actor.session)
            await user.end_app_tokens(tx, ctx, app=app_id, token_ids=[ending], at=ctx.now())


async def _client(ctx: Ctx, form: Mapping[str, str], authorization: str) -> PartyId:
    """Return the app that asks, once it has shown that it is. Raises `OAuthRefused`."""
    client = rules.client_of(authorization, form)
    try:
        app_id = PARTY_ID.read(client.id)
    except IdMalformed:
        raise OAuthRefused("invalid_client", "The client is not known") from None
    async with ctx.transaction() as tx:
        stored = (await apps.read_apps(tx, [app_id])).get(app_id)
        expected = await store.client_secret_hash(tx, app_id)
    # An app without a secret proves nothing here; its codes are worth nothing without their verifier (PKCE).
    shown = rules.secret_hash(client.secret or "")
    is_right = client.secret is None if expected is None else hmac.compare_digest(shown, expected)
    if stored is None or stored.business != ctx.business or not is_right:
        raise OAuthRefused("invalid_client", "The client is not known")
    return app_id


async def _by_code(ctx: Ctx, app_id: PartyId, form: Mapping[str, str]) -> TokenAnswer:
    if "code" not in form:
        raise OAuthRefused("invalid_request", "A code is required")
    async with ctx.transaction() as tx:
        used = await store.use_code(tx, rules.secret_hash(form["code"]), now=ctx.now())
    if used is None:
        raise _no_grant()
    found, is_first = used
    if not is_first:
        await end_authorizations(ctx, [found.id], reason="code_reused")
        raise _no_grant()
    is_right = (
        found.app_id == app_id
        and found.business == ctx.business
        and form.get("redirect_uri") == found.redirect_uri
        and rules.proves(form.get("code_verifier", ""), found.challenge)
        and _at(ctx, found).now() < found.code_expires_at
    )
    if not is_right:
        await end_authorizations(ctx, [found.id], reason="code_wasted")
        raise _no_grant()
    async with ctx.transaction() as tx:
        return await _issue(tx, ctx, found, scopes=found.scopes, used=None)


async def _by_refresh(ctx: Ctx, app_id: PartyId, form: Mapping[str, str]) -> TokenAnswer:
    if "refresh_token" not in form:
        raise OAuthRefused("invalid_request", "A refresh_token is required")
    hashed = rules.secret_hash(form["refresh_token"])
    async with ctx.transaction() as tx:
        found = await store.read_refresh(tx, hashed)
    if found is None or found.authorization.app_id != app_id or found.authorization.business != ctx.business:
        raise _no_grant()
    if found.used_at is not None:
        await end_authorizations(ctx, [found.authorization.id], reason="refresh_token_reused")
        raise _no_grant()
    if _at(ctx, found.authorization).now() >= found.expires_at:
        raise _no_grant()
    scopes = _narrowed(found, form.get("scope", ""))
    try:
        async with ctx.transaction() as tx:
            return await _issue(tx, ctx, found.authorization, scopes=scopes, used=hashed)
    except _UsedMeanwhile:
        await end_authorizations(ctx, [found.authorization.id], reason="refresh_token_reused")
        raise _no_grant() from None


async def _issue(
    tx: Transaction, ctx: Ctx, one: Stored, *, scopes: tuple[str, ...], used: bytes | None
) -> TokenAnswer:
    """Issue an access token and a refresh token, while the shop still lets the app do any of it."""
    where, secret = _at(ctx, one), f"hrt_{secrets.token_urlsafe(_SECRET_OCTETS)}"
    now = where.now()
    try:
        issued = await user.issue_token_for(
            tx,
            where,
            party=one.app_id,
            label=AUTHORIZATION_ID.show(one.id),
            grants=[f"{scope}@{shop_object(one.shop_id)}" for scope in scopes],
            expires_at=now + ACCESS_LASTS,
            among=await apps.token_ids(tx, app_id=one.app_id, shop_id=one.shop_id),
        )
    except PartyNotFound:
        raise _no_grant() from None
    except TooManyTokens:
        raise OAuthRefused("invalid_request", "Too many tokens of this app are alive in this shop") from None
    lets = await store.lock_living(tx, one)
    given = tuple(scope for scope in scopes if scope in (lets or ()))
    if not given:
        raise _no_grant()
    if used is not None and not await store.use_refresh(tx, used, now=now):
        raise _UsedMeanwhile
    await store.insert_refresh(
        tx,
        token_hash=rules.secret_hash(secret),
        authorization_id=one.id,
        now=now,
        expires_at=now + REFRESH_LASTS,
    )
    await apps.insert_token(
        tx,
        app_id=one.app_id,
        shop_id=one.shop_id,
        token_id=issued.token.id,
        now=now,
        authorization_id=one.id,
    )
    return TokenAnswer(
        access_token=issued.secret,
        token_type="Bearer",  # noqa: S106 - the name of a scheme (RFC 6750)
        expires_in=ACCESS_LASTS // timedelta(seconds=1),
        refresh_token=secret,
        scope=" ".join(given),
        shop_id=SHOP_ID.show(one.shop_id),
    )


def _narrowed(found: Refresh, scope: str) -> tuple[str, ...]:
    """Return what an access token shall carry: all that was granted, or less (RFC 6749, 6)."""
    granted, named = found.authorization.scopes, scope.split()
    if any(one not in granted for one in named):
        raise OAuthRefused("invalid_scope", "More than was granted")
    return tidy(named) if named else granted


def _at(ctx: Ctx, one: Stored) -> Ctx:
    """Return the context an authorization lives in: its own traffic class, whose clock its times are by."""
    return ctx.platform.context(one.business, traffic=one.traffic, actor=ctx.actor, trace=ctx.trace)


def _no_grant() -> OAuthRefused:
    """One answer for every reason: it tells nobody which guess came close."""
    return OAuthRefused("invalid_grant", "It is unknown, expired, used, or was given for something else")


class _UsedMeanwhile(Exception):
    """Somebody used the refresh token between the look at it and its lock."""
