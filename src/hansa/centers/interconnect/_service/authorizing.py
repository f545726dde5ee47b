"""The authorization code flow on the side of people: what an app asks for is shown, given, or refused.

What is given is an installation, as everywhere; the flow adds that the app gets its tokens by itself.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from hansa.centers.interconnect._rules import oauth as rules
from hansa.centers.interconnect._rules.scopes import SCOPES, digest
from hansa.centers.interconnect._service.apps import installed_at, require_app, require_owner
from hansa.centers.interconnect._service.ending import end_authorizations
from hansa.centers.interconnect._service.installing import INSTALL, let_in
from hansa.centers.interconnect._store import apps, authorizations
from hansa.centers.interconnect.errors import AppNotFound, AuthorizationRefused, RedirectUnknown
from hansa.centers.interconnect.events import AuthorizationGranted
from hansa.centers.interconnect.types import (
    AUTHORIZATION_ID,
    App,
    AskedScope,
    Authorization,
    AuthorizationRequest,
    ChoosableShop,
)
from hansa.centers.shop import api as shop
from hansa.centers.shop.types import ShopId
from hansa.centers.user import api as user
from hansa.centers.user.types import PARTY_ID, PartyId
from hansa.kernel.context import ActorKind, Ctx
from hansa.kernel.ids import IdMalformed
from hansa.kernel.problem import FieldError, Forbidden, Invalid

if TYPE_CHECKING:
    from hansa.kernel.db import Transaction

CODE_LASTS = timedelta(seconds=60)
PER_INSTALLATION_MAX = 10
_SECRET_OCTETS = 32


def issuer(ctx: Ctx) -> str:
    """Return who issues tokens for a business: an https address (RFC 8414, 2)."""
    return f"{ctx.platform.settings.url()}/{ctx.business}"


async def describe(ctx: Ctx, request: AuthorizationRequest, *, shop_id: ShopId | None) -> Authorization:
    """Say what an app asks for; see `interconnect.api`."""
    ctx.party()
    async with ctx.transaction() as tx:
        found = await _asking(tx, ctx, request)
        there = await apps.read_installation(tx, app_id=found.id, shop_id=shop_id) if shop_id else None
    own = [one for one in await shop.own_shops(ctx) if ctx.may(INSTALL, of=one.object)]
    chosen = await shop.require_shop(ctx, shop_id) if shop_id else None
    if chosen is not None:
        ctx.require(INSTALL, of=chosen.object)
    return Authorization(
        app=found,
        shops=tuple(ChoosableShop(id=one.id, name=one.name) for one in own),
        shop_id=shop_id,
        scopes=tuple(
            AskedScope(
                scope=scope,
                means=SCOPES[scope],
                yours=chosen is not None and ctx.may(scope, of=chosen.object),
                given=there is not None and scope in there.scopes,
            )
            for scope in rules.wanted(request, asks_for=found.scopes)
        ),
        returns_to=urlsplit(request.redirect_uri).netloc,
        seen=digest(found.scopes),
    )


async def authorize(
    ctx: Ctx, request: AuthorizationRequest, *, shop_id: ShopId, scopes: Collection[str], seen: str
) -> str:
    """Let an app into a shop, and return where the browser goes with the code; see `interconnect.api`."""
    if ctx.actor.kind is not ActorKind.PERSON:
        ctx.party()
        raise Forbidden("Only a person lets an app in.")
    place = await shop.require_shop(ctx, shop_id)
    ctx.require(INSTALL, of=place.object)
    code = _secret("hac_")
    async with ctx.transaction() as tx:
        await user.demand_session(tx, ctx)
        found = await _asking(tx, ctx, request)
        asked = rules.wanted(request, asks_for=found.scopes)
        if strange := [at for at, one in enumerate(scopes) if one not in asked]:
            raise Invalid(FieldError(f"scopes.{strange[0]}", "unknown", "The app did not ask for this"))
        before = await apps.read_installation(tx, app_id=found.id, shop_id=shop_id)
        made = await let_in(
            tx,
            ctx,
            place,
            app_id=found.id,
            scopes=scopes,
            seen=seen,
            kept=before.scopes if before else (),
        )
        where = installed_at(ctx, made)
        new = authorizations.Stored(
            id=AUTHORIZATION_ID.new(),
            app_id=found.id,
            shop_id=shop_id,
            business=made.business,
            traffic=made.traffic,
            scopes=tuple(scope for scope in made.scopes if scope in set(scopes)),
            granted_by=ctx.party(),
            granted_at=where.now(),
            redirect_uri=request.redirect_uri,
            challenge=request.code_challenge,
            code_expires_at=where.now() + CODE_LASTS,
        )
        await authorizations.insert(tx, new, code_hash=rules.secret_hash(code))
        tx.emit(
            where,
            AuthorizationGranted(
                app_id=found.id, shop_id=shop_id, authorization_id=new.id, scopes=new.scopes
            ),
        )
        surplus = await authorizations.surplus(
            tx, app_id=found.id, shop_id=shop_id, keep=PER_INSTALLATION_MAX
        )
    await end_authorizations(ctx, surplus, reason="surplus")
    return rules.sent_back(request, issuer=issuer(ctx), code=code)


async def refuse(ctx: Ctx, request: AuthorizationRequest) -> str:
    """Return where the browser goes when somebody says no; see `interconnect.api`."""
    ctx.party()
    async with ctx.transaction() as tx:
        await _asking(tx, ctx, request)
    return rules.sent_back(request, issuer=issuer(ctx), error="access_denied")


async def rotate_client_secret(ctx: Ctx, *, app_id: PartyId) -> str:
    """Give an app a secret, in place of the one before; see `interconnect.api`."""
    secret = _secret("hcs_")
    async with ctx.transaction() as tx:
        require_owner(ctx, await require_app(tx, ctx, app_id))
        await user.demand_session(tx, ctx)
        await apps.lock_app(tx, app_id)
        await authorizations.put_client_secret(tx, app_id, rules.secret_hash(secret))
    return secret


async def _asking(tx: Transaction, ctx: Ctx, request: AuthorizationRequest) -> App:
    """Return the app that a request is of. Raises `AppNotFound`, `RedirectUnknown`, `AuthorizationRefused`.

    Only where the address is known to be the app's, the app is told what is wrong (RFC 6749, 4.1.2.1).
    """
    try:
        app_id = PARTY_ID.read(request.client_id)
    except IdMalformed:
        raise AppNotFound from None
    found = await require_app(tx, ctx, app_id)
    if not rules.is_registered(request.redirect_uri, found.redirect_uris):
        raise RedirectUnknown
    if (wrong := rules.request_error(request, asks_for=found.scopes)) is not None:
        error, why = wrong
        back = rules.sent_back(request, issuer=issuer(ctx), error=error, error_description=why)
        raise AuthorizationRefused(why, error=error, redirect_to=back)
    return found


def _secret(prefix: str) -> str:
    return prefix + secrets.token_urlsafe(_SECRET_OCTETS)
