"""Orders that sellers made for one buyer, at agreed prices: seen, accepted, paid."""

from __future__ import annotations

from collections.abc import Mapping

from litestar import Response, get, post

from hansa.centers.inventory.errors import OutOfStock
from hansa.centers.payment.types import PAYMENT_ID
from hansa.centers.product import api as product
from hansa.centers.product.errors import OfferChangedSince
from hansa.centers.product.types import OFFER_ID, PRODUCT_ID, SKU_ID, Offer, OfferId
from hansa.centers.shop import api as shop
from hansa.centers.trade import api as trade
from hansa.centers.trade.errors import (
    DraftEnded,
    LimitExceeded,
    NoPlaceServes,
    OfferUnavailable,
    PlacementRefused,
)
from hansa.centers.trade.types import DRAFT_ID, ORDER_ID, DraftLine, DraftOrder, DraftState
from hansa.centers.user import api as user
from hansa.centers.user.types import ADDRESS_ID
from hansa.kernel.money import Money
from hansa.kernel.problem import Busy, Invalid
from hansa.web.answers import go, show
from hansa.web.forms import Fields, read_form
from hansa.web.once import once
from hansa.web.parts import Action, Address, Form, Line, Notice, OrderCard, Pager, SumRow
from hansa.web.routes.addressing import chosen_address, guest_named
from hansa.web.routes.guard import somebody
from hansa.web.routes.measuring import cost
from hansa.web.showing import address_text, amount_text, countries, picture, seller_link
from hansa.web.views import DraftPage, DraftsPage
from hansa.web.visit import Seen, Visit
from hansa.web.words import problem_words

PAGE = 20
_REFUSALS = (
    OfferUnavailable,
    NoPlaceServes,
    OutOfStock,
    OfferChangedSince,
    PlacementRefused,
    LimitExceeded,
    Busy,
)

Offers = Mapping[OfferId, Offer]


@get("/drafts")
async def show_drafts(seen: Seen) -> Response[str]:
    """What sellers made for one, the newest first."""
    after = seen.asked("after", letters_max=1000)
    page = await trade.drafts(somebody(seen).ctx, cursor=after or None, limit=PAGE)
    offers = await product.offers(seen.ctx, [each.offer_id for one in page.items for each in one.lines])
    shops = await shop.shops(seen.ctx, {one.shop_id for one in page.items})
    view = DraftsPage(
        chrome=seen.chrome(section="orders"),
        drafts=tuple(
            _card(seen, one, offers, seller=seller_link(seen, shops.get(one.shop_id)).label)
            for one in page.items
        ),
        pager=Pager(
            shown=len(page.items),
            next_url=seen.at("drafts", after=page.cursor) if page.cursor else "",
            first_url=seen.at("drafts") if after else "",
        ),
    )
    return show(seen, view)


@get("/drafts/{draft_id:str}")
async def show_draft(seen: Seen, draft_id: str) -> Response[str]:
    """What a seller offers one alone, and until when."""
    return await _page(seen, await trade.draft(somebody(seen).ctx, draft_id=DRAFT_ID.read(draft_id)))


@post("/drafts/{draft_id:str}")
async def accept(seen: Seen, draft_id: str) -> Response[str]:
    """Accept it: it is placed as it was agreed, and paid on the next page."""
    fields = await read_form(somebody(seen))
    found = await trade.draft(seen.ctx, draft_id=DRAFT_ID.read(draft_id))
    address = await chosen_address(seen, fields)
    if address is None or fields.errors:
        return await _page(seen, found, form=fields.form(), status=422)
    if not seen.logged_in:
        try:
            await guest_named(seen, fields, address)
        except Invalid as refused:
            fields.blame_all(refused)
            return await _page(seen, found, form=fields.form(), status=422)

    async def work() -> str:
        placed = await trade.accept_draft(seen.ctx, draft_id=found.id, address_id=address)
        if placed.payable:
            return seen.at(f"pay/{PAYMENT_ID.show(placed.payment_id)}")
        return seen.at(f"orders/{ORDER_ID.show(placed.orders[0].id)}")

    try:
        return go(seen, await once(seen, fields, route=f"/drafts/{draft_id}", work=work), told="placed")
    except DraftEnded:
        return go(seen, seen.at(f"drafts/{draft_id}"), told="moved_on")
    except _REFUSALS as refused:
        return await _refused(seen, found, fields, problem_words(refused, seen.gettext), refused.status)


async def _refused(seen: Visit, found: DraftOrder, fields: Fields, words: str, status: int) -> Response[str]:
    return await _page(seen, found, form=fields.form(problem=words), status=status)


async def _page(
    seen: Visit, found: DraftOrder, *, form: Form | None = None, status: int = 200
) -> Response[str]:
    _ = seen.gettext
    shown = DRAFT_ID.show(found.id)
    offers = await product.offers(seen.ctx, [one.offer_id for one in found.lines])
    seller = seller_link(seen, (await shop.shops(seen.ctx, [found.shop_id])).get(found.shop_id))
    chrome = seen.chrome(section="orders", path=seen.at(f"drafts/{shown}"))
    offer_id = next(iter(offers), None)
    talk = f"talk/{OFFER_ID.show(offer_id)}" if offer_id else "conversations"
    view = DraftPage(
        chrome=chrome,
        draft_id=shown,
        state=found.state.value,
        shop=seller,
        lines=tuple(_line(seen, found, one, offers.get(one.offer_id)) for one in found.lines),
        sums=_sums(seen, found),
        made_at=found.made_at,
        expires_at=found.expires_at,
        note=found.note,
        post_url=seen.at(f"drafts/{shown}"),
        write=Action(label=_("Write to the seller"), url=seen.at(talk), method="get", icon="message-square"),
        countries=countries(seen, timezone=chrome.timezone),
        addresses=tuple(
            Address(
                id=ADDRESS_ID.show(one.id),
                person=one.address.recipient,
                phone=one.address.phone,
                text=address_text(one.address),
                selected=one.preferred,
            )
            for one in await user.addresses(seen.ctx)
        ),
        guest=not seen.logged_in,
        closed=_closed(seen, found),
        to_order=Action(label=_("To the orders"), url=seen.at("orders"), method="get", primary=True)
        if found.state is DraftState.ACCEPTED
        else None,
        form=form or Form(),
    )
    return show(seen, view, status=status)


def _closed(seen: Visit, found: DraftOrder) -> Notice | None:
    _ = seen.gettext
    words = {
        DraftState.ACCEPTED: ("ok", _("You accepted this offer; it is among your orders.")),
        DraftState.WITHDRAWN: ("info", _("The seller has taken this offer back.")),
        DraftState.EXPIRED: ("info", _("The time to accept this offer is over.")),
    }
    if found.state not in words:
        return None
    tone, text = words[found.state]
    return Notice(tone=tone, text=text)


def _sums(seen: Visit, found: DraftOrder) -> tuple[SumRow, ...]:
    _ = seen.gettext
    freight = found.freight
    goods = SumRow(label=_("Goods, as agreed"), amount=Money(found.goods, found.currency))
    if freight is None:
        note = _("delivery and tax come on top")
        return (SumRow(label=_("Goods, as agreed"), amount=goods.amount, note=note, total=True),)
    return (
        goods,
        SumRow(label=_("Delivery"), amount=Money(freight, found.currency)),
        SumRow(label=_("To pay"), amount=Money(found.goods + freight, found.currency), total=True),
    )


def _line(seen: Visit, found: DraftOrder, one: DraftLine, offer: Offer | None) -> Line:
    total = Money(one.gross, found.currency)
    amount = amount_text(one.measure.amount, one.measure.unit) if one.measure else ""
    if offer is None:
        return Line(
            name=seen.gettext("Something that is gone"),
            picture=picture(""),
            quantity=one.quantity,
            amount=amount,
            total=total,
        )
    usual = cost(offer, one)
    return Line(
        name=offer.title_in(seen.ctx.locale),
        option=offer.options_in(seen.ctx.locale),
        picture=picture(offer.art),
        quantity=one.quantity,
        amount=amount,
        total=total,
        before=usual if usual.minor > total.minor else None,
        url=seen.at(f"products/{PRODUCT_ID.show(offer.product_id)}", sku=SKU_ID.show(offer.sku_id)),
    )


def _card(seen: Visit, one: DraftOrder, offers: Offers, *, seller: str) -> OrderCard:
    drawn = [offers[each.offer_id] for each in one.lines if each.offer_id in offers]
    open_now = one.state is DraftState.OPEN
    return OrderCard(
        id=DRAFT_ID.show(one.id),
        url=seen.at(f"drafts/{DRAFT_ID.show(one.id)}"),
        placed_at=one.made_at,
        state=one.state.value,
        shops=seller,
        pieces=sum(each.quantity for each in one.lines),
        total=Money(one.goods + (one.freight or 0), one.currency),
        pictures=tuple(picture(offer.art, alt=offer.title_in(seen.ctx.locale)) for offer in drawn),
        next=seen.gettext("made for you alone, at an agreed price") if open_now else "",
    )


ROUTES = (show_drafts, show_draft, accept)
