"""What there is to do at a shop today."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice

from litestar import Response, get

from hansa.centers.inventory import api as inventory
from hansa.centers.inventory.types import StockLevel
from hansa.centers.message import api as message
from hansa.centers.place import api as place
from hansa.centers.place.types import PLACE_ID, Place
from hansa.centers.product import api as product
from hansa.centers.product.types import SKU_ID, ProductState
from hansa.centers.shop.types import ShopStatus
from hansa.centers.trade import api as trade
from hansa.centers.trade.types import Order, OrderState
from hansa.kernel.page import LIMIT_MAX
from hansa.kernel.texts import pick
from hansa.web.answers import show
from hansa.web.routes.selling.desk import Desk, desk
from hansa.web.routes.selling.naming import named
from hansa.web.routes.selling.rows import rows
from hansa.web.selling import LowRow, Step, Tile, TodayPage
from hansa.web.visit import Seen

_ORDERS_SHOWN = 5
_LOW_SHOWN = 5
_PLACES_LOOKED_AT = 5
_BEFORE_OPENING = frozenset(
    {
        ShopStatus.PENDING,
        ShopStatus.ONBOARDING,
        ShopStatus.REJECTED,
        ShopStatus.READY_FOR_REVIEW,
        ShopStatus.APPROVED,
    }
)
_STILL_ASKED = frozenset({ShopStatus.PENDING, ShopStatus.ONBOARDING, ShopStatus.REJECTED})


@get("/sell/{slug:str}")
async def show_today(seen: Seen, slug: str) -> Response[str]:
    """Orders to send, messages, what runs out; for a new shop, the way to its first sale."""
    at = await desk(seen, slug)
    to_send = await _to_send(at)
    low = await _low(at)
    unread = (
        await message.unread_conversations(at.ctx, shop_id=at.shop.id)
        if at.may("message.conversation.answer")
        else 0
    )
    at = replace(at, counts={"orders": len(to_send), "messages": unread})
    view = TodayPage(
        chrome=seen.chrome(section="sell"),
        desk=at.part(""),
        tiles=await _tiles(at, to_send, low, unread),
        orders=await rows(at, to_send[:_ORDERS_SHOWN]),
        orders_url=at.at("orders", state=OrderState.AWAITING_SHIPMENT.value)
        if at.may("trade.order.read")
        else "",
        low=await _low_rows(at, low[:_LOW_SHOWN]),
        low_url=at.at("stock"),
        steps=await _steps(at),
    )
    return show(seen, view)


async def _to_send(at: Desk) -> list[Order]:
    """Return orders that wait to be sent, the most urgent first; no more than a page of each kind is looked at."""
    if not at.may("trade.order.read"):
        return []
    waiting: list[Order] = []
    for state in (OrderState.AWAITING_SHIPMENT, OrderState.PARTLY_SHIPPED):
        page = await trade.shop_orders(at.ctx, shop_id=at.shop.id, state=state, limit=LIMIT_MAX)
        waiting += page.items
    return sorted(waiting, key=lambda order: order.due_at or order.placed_at)


async def _low(at: Desk) -> list[tuple[Place, StockLevel]]:
    """Return what runs out at the first places of the shop, the least first."""
    if not at.may("inventory.stock.see"):
        return []
    found = []
    used = (one for one in await place.places_of_shop(at.ctx, at.shop.id) if one.active)
    for one in islice(used, _PLACES_LOOKED_AT):
        page = await inventory.stock_of_place(at.ctx, place_id=one.id, limit=LIMIT_MAX)
        found += [(one, level) for level in page.items if level.available <= level.low_at]
    return sorted(found, key=lambda pair: pair[1].available)


async def _low_rows(at: Desk, low: list[tuple[Place, StockLevel]]) -> tuple[LowRow, ...]:
    names = await named(at, [level.sku_id for _, level in low])
    return tuple(
        LowRow(
            name=thing.name,
            option=thing.option,
            picture=thing.picture,
            url=at.at(f"stock/{PLACE_ID.show(one.id)}/{SKU_ID.show(level.sku_id)}"),
            place=pick(one.name, at.ctx.locale),
            left=level.available,
        )
        for one, level in low
        if (thing := names.get(level.sku_id))
    )


async def _tiles(
    at: Desk, to_send: list[Order], low: list[tuple[Place, StockLevel]], unread: int
) -> tuple[Tile, ...]:
    _ = at.seen.gettext
    tiles = []
    if at.may("trade.order.read"):
        late = sum(1 for one in to_send if one.due_at and (one.due_at - at.ctx.now()).days < 1)
        note = at.seen.ngettext("%(num)s within a day", "%(num)s within a day", late) % {"num": late}
        tiles.append(
            Tile(
                label=_("To send"),
                value=_count(len(to_send)),
                url=at.at("orders", state=OrderState.AWAITING_SHIPMENT.value),
                note=note if late else "",
                tone="warn" if late else "plain",
            )
        )
    if at.may("message.conversation.answer"):
        tone = "info" if unread else "plain"
        tiles.append(Tile(label=_("Unread messages"), value=_count(unread), url=at.at("messages"), tone=tone))
    if at.may("inventory.stock.see"):
        tiles.append(Tile(label=_("Running out"), value=_count(len(low)), url=at.at("stock")))
    if at.may("product.product.edit"):
        drafts = await product.products_of_shop(
            at.ctx, shop_id=at.shop.id, state=ProductState.DRAFT, limit=LIMIT_MAX
        )
        tiles.append(
            Tile(
                label=_("Drafts"),
                value=_count(len(drafts.items)),
                url=at.at("goods", state="draft"),
                note=_("not before buyers") if drafts.items else "",
            )
        )
    return tuple(tiles)


def _count(number: int) -> str:
    """Write a count that was made no further than a page."""
    return f"{LIMIT_MAX}+" if number >= LIMIT_MAX else str(number)


async def _steps(at: Desk) -> tuple[Step, ...]:
    """Say what a shop that never sold still lacks; nothing once all of it is there."""
    _ = at.seen.gettext
    steps = []
    status = at.shop.status
    if status in _BEFORE_OPENING:
        answered = status not in _STILL_ASKED
        steps += [
            Step(label=_("Answer what the business asks"), url=at.at("shop"), done=answered),
            Step(label=_("Be let in"), url=at.at("shop"), done=status is ShopStatus.APPROVED),
        ]
    if at.may("place.place.edit"):
        there = any(one.active for one in await place.places_of_shop(at.ctx, at.shop.id))
        steps.append(Step(label=_("Say where your goods are"), url=at.at("places"), done=there))
    if at.may("product.product.edit"):
        page = await product.products_of_shop(at.ctx, shop_id=at.shop.id, limit=1)
        steps.append(Step(label=_("Add the first goods"), url=at.at("goods/new"), done=bool(page.items)))
    return () if all(step.done for step in steps) else tuple(steps)


ROUTES = (show_today,)
