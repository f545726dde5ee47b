"""Looking at deliveries and sending them again; a test event; and the list of what happened to catch up by."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime
from uuid import UUID

from hansa.centers.interconnect._rules.catalogue import PING, TYPES, write
from hansa.centers.interconnect._rules.public import PingData, PublicEvent
from hansa.centers.interconnect._service.endpoints import CHANGE, SEE, require_endpoint
from hansa.centers.interconnect._service.sending import Dispatcher
from hansa.centers.interconnect._store import deliveries as store
from hansa.centers.interconnect._store import reading
from hansa.centers.interconnect._store.deliveries import NewMessage
from hansa.centers.interconnect.errors import DeliveryNotFound, EndpointStopped
from hansa.centers.interconnect.types import (
    DELIVERY_ID,
    MESSAGE_ID,
    Delivery,
    DeliveryId,
    DeliveryLog,
    DeliveryState,
    Endpoint,
    EndpointId,
    EndpointState,
    Feed,
)
from hansa.centers.shop import api as shop
from hansa.centers.shop.types import SHOP_ID, ShopId, shop_object
from hansa.kernel.context import Ctx
from hansa.kernel.page import Page, checked_limit, decode_cursor, encode_cursor, page_of
from hansa.kernel.problem import FieldError, Forbidden, Invalid, Unauthenticated

REPLAYED_MAX = 10_000
ATTEMPTS_SHOWN_MAX = 100
_SETTLED = (DeliveryState.FAILED, DeliveryState.SKIPPED, DeliveryState.DELIVERED)


async def deliveries(
    ctx: Ctx, *, endpoint_id: EndpointId, state: DeliveryState | None, cursor: str | None, limit: int
) -> Page[Delivery]:
    """List an endpoint's deliveries, newest first; see `interconnect.api`."""
    limit = checked_limit(limit)
    before = decode_cursor(cursor, tuple[UUID])[0] if cursor else None
    async with ctx.transaction() as tx:
        await require_endpoint(tx, ctx, endpoint_id, permission=SEE)
        rows = await reading.list_deliveries(tx, endpoint_id, state=state, before=before, limit=limit + 1)
    return page_of(rows, limit=limit, key=lambda one: (one.id,))


async def delivery(ctx: Ctx, *, endpoint_id: EndpointId, delivery_id: DeliveryId) -> DeliveryLog:
    """Return a delivery with its attempts; see `interconnect.api`."""
    async with ctx.transaction() as tx:
        await require_endpoint(tx, ctx, endpoint_id, permission=SEE)
        found = await reading.read_delivery(tx, endpoint_id=endpoint_id, delivery_id=delivery_id)
        if found is None:
            raise DeliveryNotFound
        attempts = await reading.read_attempts(
            tx, endpoint_id=endpoint_id, delivery_id=delivery_id, limit=ATTEMPTS_SHOWN_MAX
        )
    return DeliveryLog(delivery=found[0], payload=found[1], attempts=tuple(attempts))


async def replay(ctx: Ctx, *, endpoint_id: EndpointId, delivery_id: DeliveryId) -> None:
    """Send a delivery again; see `interconnect.api`."""
    async with ctx.transaction() as tx:
        _require_active(await require_endpoint(tx, ctx, endpoint_id, permission=CHANGE))
        if not await store.replay(tx, endpoint_id=endpoint_id, delivery_id=delivery_id):
            raise DeliveryNotFound
        tx.after_commit(ctx.platform.service(Dispatcher).wake)


async def replay_range(
    ctx: Ctx,
    *,
    endpoint_id: EndpointId,
    since: datetime,
    until: datetime,
    states: Collection[DeliveryState],
) -> int:
    """Send again what happened in a span; see `interconnect.api`."""
    errors = [] if _in_calendar(since, until) else [FieldError("until", "range", "Must be after since")]
    errors += [
        FieldError(f"states.{at}", "unsettled", "Only what is settled is sent again")
        for at, state in enumerate(states)
        if state not in _SETTLED
    ]
    if errors:
        raise Invalid(*errors)
    async with ctx.transaction() as tx:
        _require_active(await require_endpoint(tx, ctx, endpoint_id, permission=CHANGE))
        count = await store.replay_range(
            tx,
            endpoint_id=endpoint_id,
            since=since,
            until=until,
            states=sorted(set(states)),
            limit=REPLAYED_MAX,
        )
        tx.after_commit(ctx.platform.service(Dispatcher).wake)
    return count


async def ping(ctx: Ctx, *, endpoint_id: EndpointId) -> DeliveryId:
    """Send a test event; see `interconnect.api`."""
    message_id, delivery_id = MESSAGE_ID.new(), DELIVERY_ID.new()
    async with ctx.transaction() as tx:
        found = await require_endpoint(tx, ctx, endpoint_id, permission=CHANGE)
        _require_active(found)
        said = PublicEvent(
            id=MESSAGE_ID.show(message_id),
            type=PING,
            version=1,
            timestamp=ctx.now(),
            business=ctx.business,
            traffic=ctx.traffic.value,
            shop_id=SHOP_ID.show(found.shop_id) if found.shop_id else None,
            data=PingData(),
        )
        new = NewMessage(
            message_id=message_id,
            business=ctx.business,
            traffic=ctx.traffic.value,
            shop_id=None,
            app_id=found.app_id,
            type=PING,
            permission=None,
            payload=write(said),
            occurred_at=said.timestamp,
        )
        await store.insert_messages(tx, [new])
        await store.insert_delivery(tx, endpoint_id=endpoint_id, delivery_id=delivery_id, message=new)
        tx.after_commit(ctx.platform.service(Dispatcher).wake)
    return delivery_id


async def shop_events(
    ctx: Ctx, *, shop_id: ShopId, types: Collection[str], cursor: str | None, limit: int
) -> Feed:
    """Return what happened in a shop, oldest first; see `interconnect.api`."""
    limit = checked_limit(limit)
    after = decode_cursor(cursor, tuple[int])[0] if cursor else 0
    wanted = _may_see(ctx, shop_id, types)
    await shop.require_shop(ctx, shop_id)
    async with ctx.transaction() as tx:
        rows = await reading.read_feed(
            tx,
            shop_id=shop_id,
            business=ctx.business,
            traffic=ctx.traffic.value,
            types=wanted,
            after=after,
            limit=limit + 1,
        )
    items = rows[:limit]
    return Feed(
        items=items,
        cursor=encode_cursor(items[-1].seq if items else after),
        more=len(rows) > limit,
    )


def _may_see(ctx: Ctx, shop_id: ShopId, types: Collection[str]) -> list[str]:
    """Return the types asked for, or all that the actor may see in the shop; refuse what it may not."""
    if unknown := [one for one in types if one not in TYPES]:
        raise Invalid(FieldError("type", "unknown", f"There is no type of event called {unknown[0][:80]}"))
    where = shop_object(shop_id)
    for one in types:
        ctx.require(TYPES[one].permission or SEE, of=where)
    if types:
        return sorted(set(types))
    allowed = [name for name, one in TYPES.items() if one.permission and ctx.may(one.permission, of=where)]
    if not allowed:
        if ctx.actor.author is None:
            raise Unauthenticated
        raise Forbidden(permission=SEE)
    return allowed


def _require_active(found: Endpoint) -> None:
    if found.state is not EndpointState.ACTIVE:
        raise EndpointStopped


def _in_calendar(since: datetime, until: datetime) -> bool:
    """Tell whether a span is one, and both ends have a place in the calendar of UTC."""
    try:
        return since.astimezone(UTC) < until.astimezone(UTC)
    except OverflowError:
        return False
