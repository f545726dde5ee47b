"""Webhook endpoints: added, changed, switched, given new secrets, removed."""

from __future__ import annotations

import secrets as random_octets
from collections.abc import Collection, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID

import msgspec

from hansa.centers.interconnect._rules.addresses import read_target
from hansa.centers.interconnect._rules.catalogue import TYPES
from hansa.centers.interconnect._rules.signing import SECRET_OCTETS, make_secret
from hansa.centers.interconnect._service.outbound import Outbound
from hansa.centers.interconnect._service.vault import Vault
from hansa.centers.interconnect._store import apps as app_store
from hansa.centers.interconnect._store import endpoints as store
from hansa.centers.interconnect.errors import AppNotFound, EndpointNotFound, TooManyEndpoints
from hansa.centers.interconnect.events import (
    EndpointAdded,
    EndpointDisabled,
    EndpointEnabled,
    EndpointEvent,
    EndpointRemoved,
    SecretRotated,
)
from hansa.centers.interconnect.types import (
    ENDPOINT_ID,
    Endpoint,
    EndpointId,
    EndpointState,
    IssuedEndpoint,
)
from hansa.centers.shop import api as shop
from hansa.centers.shop.types import ShopId, shop_object
from hansa.centers.user.types import PartyId
from hansa.kernel.context import ActorKind, Ctx, Traffic
from hansa.kernel.page import Page, checked_limit, decode_cursor, page_of
from hansa.kernel.problem import FieldError, Forbidden, Invalid, Unauthenticated
from hansa.kernel.texts import plain_errors

if TYPE_CHECKING:
    from hansa.kernel.db import Transaction

CHANGE = "interconnect.endpoint.change"
SEE = "interconnect.endpoint.see"
ENDPOINTS_MAX = 20
OVERLAP_MAX = timedelta(days=7)
_DESCRIPTION_LETTERS_MAX = 200


async def add_endpoint(
    ctx: Ctx,
    *,
    url: str,
    types: Collection[str],
    shop_id: ShopId | None,
    app_id: PartyId | None,
    description: str,
) -> IssuedEndpoint:
    """Add an endpoint of a shop or an app; see `interconnect.api`."""
    _require_somebody(ctx)
    if (shop_id is None) == (app_id is None):
        raise Invalid(FieldError("shop_id", "required", "Name either a shop or an app"))
    if shop_id is not None:
        await _require_shop(ctx, shop_id, CHANGE)
    new = Endpoint(
        id=ENDPOINT_ID.new(),
        business=ctx.business,
        traffic=ctx.traffic,
        shop_id=shop_id,
        app_id=app_id,
        url=url,
        types=tuple(dict.fromkeys(types)),
        description=description.strip(),
        state=EndpointState.ACTIVE,
        reason="",
        failing_since=None,
        secret_until=None,
        created_by=ctx.actor.author or app_id or UUID(int=0),
        created_at=ctx.now(),
        version=1,
    )
    _check(ctx, new)
    vault, secret = ctx.platform.service(Vault), _new_secret()
    async with ctx.transaction() as tx:
        if app_id is not None:
            await _require_app(tx, ctx, app_id)
            await app_store.lock_app(tx, app_id)
        if await store.count_endpoints(tx, shop_id=shop_id, app_id=app_id) >= ENDPOINTS_MAX:
            raise TooManyEndpoints(endpoints_max=ENDPOINTS_MAX)
        await store.insert_endpoint(tx, new, secret=vault.seal(secret), sealed_with=vault.sealed_with)
        tx.emit(ctx, _said(EndpointAdded, new))
    return IssuedEndpoint(endpoint=new, secret=secret)


async def endpoint(ctx: Ctx, endpoint_id: EndpointId) -> Endpoint:
    """Return an endpoint to whoever may see it; see `interconnect.api`."""
    async with ctx.transaction() as tx:
        return await require_endpoint(tx, ctx, endpoint_id, permission=SEE)


async def list_endpoints(
    ctx: Ctx, *, shop_id: ShopId | None, app_id: PartyId | None, cursor: str | None, limit: int
) -> Page[Endpoint]:
    """List the endpoints of a shop or an app in this traffic class; see `interconnect.api`."""
    _require_somebody(ctx)
    if (shop_id is None) == (app_id is None):
        raise Invalid(FieldError("shop", "required", "Name either a shop or an app"))
    limit = checked_limit(limit)
    after = decode_cursor(cursor, tuple[UUID])[0] if cursor else None
    if shop_id is not None:
        await _require_shop(ctx, shop_id, SEE)
    async with ctx.transaction() as tx:
        if app_id is not None:
            await _require_app(tx, ctx, app_id)
        rows = await store.list_endpoints(
            tx,
            business=ctx.business,
            traffic=ctx.traffic.value,
            shop_id=shop_id,
            app_id=app_id,
            after=after,
            limit=limit + 1,
        )
    return page_of(rows, limit=limit, key=lambda one: (one.id,))


async def change_endpoint(
    ctx: Ctx,
    *,
    endpoint_id: EndpointId,
    url: str | None,
    types: Collection[str] | None,
    description: str | None,
    state: EndpointState | None,
) -> Endpoint:
    """Change what is given of an endpoint; see `interconnect.api`."""
    if state is EndpointState.REMOVED:
        raise Invalid(FieldError("state", "final", "Delete the endpoint instead"))
    async with ctx.transaction() as tx:
        before = await _locked(tx, ctx, endpoint_id)
        changed = msgspec.structs.replace(
            before,
            url=before.url if url is None else url,
            types=before.types if types is None else tuple(dict.fromkeys(types)),
            description=before.description if description is None else description.strip(),
        )
        # Who sends elsewhere what others chose must be allowed to see all of it.
        known = set(before.types) if changed.url == before.url else set()
        _check(ctx, changed, new_types=[one for one in changed.types if one not in known])
        await store.put_endpoint(tx, changed)
        if state is EndpointState.ACTIVE and before.state is EndpointState.DISABLED:
            await store.put_state(tx, endpoint_id, EndpointState.ACTIVE, reason="")
            tx.emit(ctx, _said(EndpointEnabled, before))
        elif state is EndpointState.DISABLED and before.state is EndpointState.ACTIVE:
            await disable(tx, ctx, before, reason="switched off")
    return await endpoint(ctx, endpoint_id)


async def remove_endpoint(ctx: Ctx, *, endpoint_id: EndpointId) -> None:
    """End an endpoint; see `interconnect.api`."""
    async with ctx.transaction() as tx:
        await _remove(tx, ctx, await _locked(tx, ctx, endpoint_id))


async def remove_endpoints_of(tx: Transaction, ctx: Ctx, app_ids: Sequence[PartyId]) -> None:
    """End every endpoint of retired apps, in the caller's transaction."""
    for one in await store.remove_endpoints_of(tx, app_ids):
        tx.emit(of_endpoint(ctx, one), _said(EndpointRemoved, one))


async def rotate_secret(ctx: Ctx, *, endpoint_id: EndpointId, overlap: timedelta) -> IssuedEndpoint:
    """Give an endpoint a new secret; see `interconnect.api`."""
    if not timedelta() <= overlap <= OVERLAP_MAX:
        raise Invalid(FieldError("overlap_s", "range", f"From 0 to {OVERLAP_MAX // timedelta(seconds=1)}"))
    vault, secret = ctx.platform.service(Vault), _new_secret()
    async with ctx.transaction() as tx:
        found = await _locked(tx, ctx, endpoint_id)
        await store.rotate_secret(
            tx,
            endpoint_id,
            secret=vault.seal(secret),
            sealed_with=vault.sealed_with,
            both_until=ctx.now() + overlap,
        )
        tx.emit(ctx, _said(SecretRotated, found))
    return IssuedEndpoint(endpoint=await endpoint(ctx, endpoint_id), secret=secret)


async def disable(tx: Transaction, ctx: Ctx, found: Endpoint, *, reason: str) -> None:
    """Stop telling a locked endpoint anything, and give up what is on its way."""
    await store.put_state(tx, found.id, EndpointState.DISABLED, reason=reason)
    await store.stop_deliveries(tx, found.id, now=ctx.now())
    tx.emit(ctx, _said(EndpointDisabled, found, reason=reason))


async def require_endpoint(
    tx: Transaction, ctx: Ctx, endpoint_id: EndpointId, *, permission: str
) -> Endpoint:
    """Return an endpoint that the actor may see or change; somebody else's looks as if it were not there."""
    found = await store.read_endpoint(tx, endpoint_id)
    await _let_through(tx, ctx, found, permission)
    if found is None:
        raise EndpointNotFound
    return found


def of_endpoint(ctx: Ctx, found: Endpoint) -> Ctx:
    """Return the context in which something happens to an endpoint."""
    return ctx.platform.context(found.business, traffic=found.traffic, actor=ctx.actor, trace=ctx.trace)


async def _locked(tx: Transaction, ctx: Ctx, endpoint_id: EndpointId) -> Endpoint:
    await require_endpoint(tx, ctx, endpoint_id, permission=CHANGE)
    found = await store.lock_endpoint(tx, endpoint_id)
    if found is None:
        raise EndpointNotFound
    return found


async def _remove(tx: Transaction, ctx: Ctx, found: Endpoint) -> None:
    await store.put_state(tx, found.id, EndpointState.REMOVED, reason="")
    await store.stop_deliveries(tx, found.id, now=ctx.now())
    tx.emit(ctx, _said(EndpointRemoved, found))


async def _let_through(tx: Transaction, ctx: Ctx, found: Endpoint | None, permission: str) -> None:
    _require_somebody(ctx)
    if found is None or (found.business, found.traffic) != (ctx.business, ctx.traffic):
        raise EndpointNotFound
    if found.shop_id is not None:
        if not ctx.may(permission, of=shop_object(found.shop_id)):
            raise EndpointNotFound
    elif found.app_id is not None and not await _is_of(tx, ctx, found.app_id):
        raise EndpointNotFound


async def _require_shop(ctx: Ctx, shop_id: ShopId, permission: str) -> None:
    ctx.require(permission, of=shop_object(shop_id))
    await shop.require_shop(ctx, shop_id)


async def _require_app(tx: Transaction, ctx: Ctx, app_id: PartyId) -> None:
    if not await _is_of(tx, ctx, app_id):
        raise AppNotFound


def _require_somebody(ctx: Ctx) -> None:
    if ctx.actor.kind is ActorKind.GUEST and ctx.actor.party is None:
        raise Unauthenticated


async def _is_of(tx: Transaction, ctx: Ctx, app_id: PartyId) -> bool:
    """Tell whether the actor is this app of the business, or its owner, or the platform."""
    stored = (await app_store.read_apps(tx, [app_id])).get(app_id)
    if stored is None or stored.business != ctx.business:
        return False
    return ctx.actor.kind is ActorKind.SYSTEM or ctx.actor.party in {app_id, stored.owner}


def _check(ctx: Ctx, wanted: Endpoint, *, new_types: Collection[str] | None = None) -> None:
    """Refuse what cannot be an endpoint, naming every field; and types that the actor itself may not see."""
    target = read_target(wanted.url)
    error = (
        target
        if isinstance(target, FieldError)
        else ctx.platform.service(Outbound).url_error(target, plain=ctx.traffic is not Traffic.LIVE)
    )
    errors = [error] if error else []
    if not wanted.types:
        errors.append(FieldError("types", "required", "Name at least one"))
    errors += [
        FieldError(f"types.{at}", "unknown", "There is no such type of event")
        for at, one in enumerate(wanted.types)
        if one not in TYPES
    ]
    errors += plain_errors(
        "description", wanted.description, length_max=_DESCRIPTION_LETTERS_MAX, required=False
    )
    if errors:
        raise Invalid(*errors)
    if wanted.shop_id is None:
        return  # an app is told what each installation lets it see, asked anew for every event
    for one in wanted.types if new_types is None else new_types:
        permission = TYPES[one].permission
        if permission is not None and not ctx.may(permission, of=shop_object(wanted.shop_id)):
            raise Forbidden(permission=permission)


def _said(kind: type[EndpointEvent], found: Endpoint, **more: str) -> EndpointEvent:
    return kind(endpoint_id=found.id, shop_id=found.shop_id, app_id=found.app_id, **more)


def _new_secret() -> str:
    return make_secret(random_octets.token_bytes(SECRET_OCTETS))
