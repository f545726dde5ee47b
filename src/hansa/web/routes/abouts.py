"""From what one was told to what it is about: the same thing stands elsewhere for a buyer and for a shop."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType

from litestar import Response, get

from hansa.centers.interconnect import api as interconnect
from hansa.centers.interconnect.types import ENDPOINT_ID
from hansa.centers.message import api as message
from hansa.centers.message.types import CONVERSATION_ID, ReferenceKind, Side
from hansa.centers.product import api as product
from hansa.centers.product.types import PRODUCT_ID
from hansa.centers.review import api as review
from hansa.centers.review.types import ENTRY_ID
from hansa.centers.shop import api as shop
from hansa.centers.shop.types import SHOP_ID, ShopId
from hansa.centers.trade import api as trade
from hansa.centers.trade.types import DRAFT_ID, ORDER_ID
from hansa.kernel.problem import NotFound
from hansa.web.answers import go
from hansa.web.routes.guard import somebody
from hansa.web.visit import Seen, Visit

_REVIEWS = 100
_REPLY = "review.reply.write"


@get("/about/{kind:str}/{shown:str}")
async def show_about(seen: Seen, kind: str, shown: str) -> Response[str]:
    """Go to a thing where this reader finds it; what is not the reader's looks as if there were none."""
    leads = _LEADS.get(kind)
    if leads is None:
        raise NotFound
    return go(seen, await leads(somebody(seen), shown))


async def _order(seen: Visit, shown: str) -> str:
    order = await trade.order(seen.ctx, order_id=ORDER_ID.read(shown))
    if order.buyer == seen.ctx.actor.party:
        return seen.at(f"orders/{shown}")
    return await _at_desk(seen, order.shop_id, f"orders/{shown}") or seen.at(f"orders/{shown}")


async def _draft(seen: Visit, shown: str) -> str:
    draft = await trade.draft(seen.ctx, draft_id=DRAFT_ID.read(shown))
    if draft.buyer == seen.ctx.actor.party:
        return seen.at(f"drafts/{shown}")
    return await _at_desk(seen, draft.shop_id, f"agreed/{shown}") or seen.at("drafts")


async def _conversation(seen: Visit, shown: str) -> str:
    found = await message.conversation(seen.ctx, conversation_id=CONVERSATION_ID.read(shown))
    if found.side is Side.BUYER:
        return seen.at(f"conversations/{shown}")
    return await _at_desk(seen, ShopId(found.shop_id), f"messages/{shown}") or seen.at("conversations")


async def _review(seen: Visit, shown: str) -> str:
    """Lead a shop to the review among its latest, and a buyer to what it wrote and was answered."""
    wanted = ENTRY_ID.read(shown)
    own = [one for one in await shop.own_shops(seen.ctx) if seen.ctx.may(_REPLY, of=one.object)]
    for one in own:
        page = await review.shop_reviews(seen.ctx, shop_id=one.id, limit=_REVIEWS)
        if any(
            wanted in {said.words.id, said.follow_up.id if said.follow_up else None} for said in page.items
        ):
            return seen.at(f"sell/{one.slug}/reviews")
    return seen.at("reviews")


async def _endpoint(seen: Visit, shown: str) -> str:
    endpoint = await interconnect.endpoint(seen.ctx, endpoint_id=ENDPOINT_ID.read(shown))
    if endpoint.shop_id is None:
        return seen.at("inbox")
    return await _at_desk(seen, endpoint.shop_id, f"webhooks/{shown}") or seen.at("inbox")


async def _product(seen: Visit, shown: str) -> str:
    """Lead who keeps the product to the desk, and everybody else to where it is bought."""
    product_id = PRODUCT_ID.read(shown)
    async with seen.ctx.transaction() as tx:
        found = await product.catalogued_in(tx, product_ids=[product_id])
    path = PRODUCT_ID.show(product_id)
    desk = await _at_desk(seen, found[0][0].product.shop_id, f"goods/{path}") if found else ""
    return desk or seen.at(f"products/{path}")


async def _shop(seen: Visit, shown: str) -> str:
    shop_id = SHOP_ID.read(shown)
    at_desk = await _at_desk(seen, shop_id, "")
    if at_desk:
        return at_desk
    found = (await shop.shops(seen.ctx, [shop_id])).get(shop_id)
    if found is None:
        raise NotFound
    return seen.at(shop=found.slug)


async def _at_desk(seen: Visit, shop_id: ShopId, path: str) -> str:
    """Return the address of a page of a shop that the reader works for; empty for another shop."""
    own = next((one for one in await shop.own_shops(seen.ctx) if one.id == shop_id), None)
    return seen.at(f"sell/{own.slug}/{path}".rstrip("/")) if own else ""


_LEADS: Mapping[str, Callable[[Visit, str], Awaitable[str]]] = MappingProxyType(
    {
        ReferenceKind.ORDER: _order,
        ReferenceKind.DRAFT: _draft,
        ReferenceKind.PRODUCT: _product,
        ReferenceKind.SHOP: _shop,
        ReferenceKind.REVIEW: _review,
        ReferenceKind.CONVERSATION: _conversation,
        ReferenceKind.ENDPOINT: _endpoint,
    }
)

ROUTES = (show_about,)
