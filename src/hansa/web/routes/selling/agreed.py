"""What a shop made for single buyers at agreed prices: the list, one of them, taking one back."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from litestar import Response, get, post

from hansa.centers.product import api as product
from hansa.centers.product.types import PRODUCT_ID, Offer, OfferId
from hansa.centers.trade import api as trade
from hansa.centers.trade.errors import DraftEnded, DraftNotFound
from hansa.centers.trade.types import DRAFT_ID, ORDER_ID, DraftLine, DraftOrder, DraftState
from hansa.kernel.money import Money
from hansa.kernel.page import LIMIT_MAX
from hansa.web.answers import go, show
from hansa.web.i18n import N_
from hansa.web.parts import Action, Line, Link, SumRow
from hansa.web.routes.measuring import cost
from hansa.web.routes.selling.desk import Desk, desk, sent
from hansa.web.routes.selling.paging import pager
from hansa.web.selling import AgreedOrderPage, AgreedOrdersPage, AgreedRow
from hansa.web.showing import amount_text, picture
from hansa.web.visit import Seen

DRAFT = "trade.order.draft"
PAGE = 25
_PICTURES = 3
_STANDS: Mapping[DraftState, tuple[str, str]] = MappingProxyType(
    {
        DraftState.OPEN: (
            N_("Waiting for the buyer"),
            N_("The buyer was told. Nothing is put by until it is accepted."),
        ),
        DraftState.ACCEPTED: (N_("Accepted"), N_("It is an order of the shop now, like any other.")),
        DraftState.WITHDRAWN: (N_("Taken back"), N_("The buyer can no longer accept it.")),
        DraftState.EXPIRED: (N_("Its time is over"), N_("The buyer did not accept it in time.")),
    }
)

Offers = Mapping[OfferId, Offer]


@get("/sell/{slug:str}/agreed")
async def show_agreed(seen: Seen, slug: str) -> Response[str]:
    """What the shop made for single buyers, newest first."""
    at = await desk(seen, slug, DRAFT)
    after = seen.asked("after", letters_max=1000)
    page = await trade.shop_drafts(at.ctx, shop_id=at.shop.id, cursor=after or None, limit=PAGE)
    offers = await product.offers(at.ctx, [each.offer_id for one in page.items for each in one.lines])
    view = AgreedOrdersPage(
        chrome=seen.chrome(section="sell"),
        desk=at.part("agreed"),
        rows=tuple(_row(at, one, offers) for one in page.items),
        pager=pager(seen, len(page.items), page.cursor, at.at("agreed")),
        new_url=at.at("agreed/new"),
    )
    return show(seen, view)


@get("/sell/{slug:str}/agreed/{draft_id:str}")
async def show_one(seen: Seen, slug: str, draft_id: str) -> Response[str]:
    """One agreed order; another shop's looks as if there were none."""
    at = await desk(seen, slug, DRAFT)
    found = await _of_shop(at, draft_id)
    _ = seen.gettext
    headline, lede = _STANDS[found.state]
    offers = await product.offers(at.ctx, [one.offer_id for one in found.lines])
    view = AgreedOrderPage(
        chrome=seen.chrome(section="sell"),
        desk=at.part("agreed"),
        draft_id=DRAFT_ID.show(found.id),
        state=found.state.value,
        headline=_(headline),
        lede=_(lede),
        made_at=found.made_at,
        expires_at=found.expires_at,
        lines=tuple(_line(at, found, one, offers.get(one.offer_id)) for one in found.lines),
        sums=_sums(at, found),
        note=found.note,
        back=Link(label=_("Agreed orders"), url=at.at("agreed")),
        actions=await _actions(at, found),
    )
    return show(seen, view)


@post("/sell/{slug:str}/agreed/{draft_id:str}/withdraw")
async def withdraw(seen: Seen, slug: str, draft_id: str) -> Response[str]:
    """Take an agreed order back that nobody has accepted."""
    at, _fields = await sent(seen, slug, DRAFT)
    found = await _of_shop(at, draft_id)
    try:
        await trade.withdraw_draft(at.ctx, draft_id=found.id)
    except DraftEnded:
        return go(seen, at.at(f"agreed/{draft_id}"), told="moved_on")
    return go(seen, at.at(f"agreed/{draft_id}"), told="offer_withdrawn")


async def _of_shop(at: Desk, draft_id: str) -> DraftOrder:
    """Return an agreed order of this shop. Raises `DraftNotFound` for another one's, also where one is its buyer."""
    found = await trade.draft(at.ctx, draft_id=DRAFT_ID.read(draft_id))
    if found.shop_id != at.shop.id:
        raise DraftNotFound
    return found


async def _actions(at: Desk, found: DraftOrder) -> tuple[Action, ...]:
    _ = at.seen.gettext
    if found.state is DraftState.OPEN:
        return (Action(label=_("Take it back"), url=at.at(f"agreed/{DRAFT_ID.show(found.id)}/withdraw")),)
    if found.state is DraftState.ACCEPTED and at.may("trade.order.read"):
        page = await trade.shop_orders(at.ctx, shop_id=at.shop.id, limit=LIMIT_MAX)
        order = next((one for one in page.items if one.checkout_id == found.checkout_id), None)
        url = at.at(f"orders/{ORDER_ID.show(order.id)}") if order else at.at("orders")
        return (Action(label=_("To the order"), url=url, method="get", primary=True),)
    return ()


def _row(at: Desk, one: DraftOrder, offers: Offers) -> AgreedRow:
    drawn = [offers[each.offer_id] for each in one.lines if each.offer_id in offers]
    more = len(one.lines) - 1
    first = drawn[0].title_in(at.ctx.locale) if drawn else at.seen.gettext("Something that is gone")
    what = at.seen.ngettext("%(first)s and %(num)s more", "%(first)s and %(num)s more", more)
    return AgreedRow(
        id=DRAFT_ID.show(one.id),
        url=at.at(f"agreed/{DRAFT_ID.show(one.id)}"),
        state=one.state.value,
        what=what % {"first": first, "num": more} if more else first,
        total=Money(one.goods + (one.freight or 0), one.currency),
        made_at=one.made_at,
        note=one.note,
        until=one.expires_at if one.state is DraftState.OPEN else None,
        pictures=tuple(picture(offer.art) for offer in drawn[:_PICTURES]),
    )


def _line(at: Desk, found: DraftOrder, one: DraftLine, offer: Offer | None) -> Line:
    total = Money(one.gross, found.currency)
    usual = cost(offer, one) if offer else total
    known = offer is not None and at.may("product.product.edit")
    return Line(
        name=offer.title_in(at.ctx.locale) if offer else at.seen.gettext("Something that is gone"),
        option=offer.options_in(at.ctx.locale) if offer else "",
        picture=picture(offer.art if offer else ""),
        quantity=one.quantity,
        amount=amount_text(one.measure.amount, one.measure.unit) if one.measure else "",
        total=total,
        before=usual if usual.minor > total.minor else None,
        url=at.at(f"goods/{PRODUCT_ID.show(offer.product_id)}") if offer and known else "",
    )


def _sums(at: Desk, found: DraftOrder) -> tuple[SumRow, ...]:
    _ = at.seen.gettext
    goods = SumRow(label=_("Goods, as agreed"), amount=Money(found.goods, found.currency))
    if found.freight is None:
        note = _("delivery and tax come on top")
        return (SumRow(label=goods.label, amount=goods.amount, note=note, total=True),)
    return (
        goods,
        SumRow(label=_("Delivery"), amount=Money(found.freight, found.currency)),
        SumRow(label=_("To pay"), amount=Money(found.goods + found.freight, found.currency), total=True),
    )


ROUTES = (show_agreed, show_one, withdraw)
