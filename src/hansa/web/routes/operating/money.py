"""Money that waits for a hand: refunds that a provider refused, and shops that are not even with the house."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from litestar import Response, get, post

from hansa.centers.ledger import api as ledger
from hansa.centers.ledger.types import OpenShop
from hansa.centers.payment import api as payment
from hansa.centers.payment.types import PAYMENT_ID, REFUND_ID, Refund
from hansa.centers.shop import api as shop
from hansa.centers.shop.types import SHOP_ID, Shop, ShopId
from hansa.centers.trade.types import ORDER_ID, OrderId
from hansa.kernel.money import AmountMalformed, Money
from hansa.kernel.problem import Malformed
from hansa.kernel.texts import pick
from hansa.web.answers import show
from hansa.web.forms import Fields
from hansa.web.operating import RefundRow, RefundsPage, SquareRow, SquaringPage
from hansa.web.parts import Form, Link
from hansa.web.routes.operating.desk import RETURN_REFUNDS, REVIEW_SHOPS, SQUARE, STOP_SHOPS, Desk, desk, sent
from hansa.web.routes.operating.doing import worked
from hansa.web.routes.operating.shops import SHOPS
from hansa.web.routes.selling.doing import Done
from hansa.web.routes.selling.paging import pager
from hansa.web.visit import Seen

REFUNDS, SQUARING = "refunds", "squaring"
PAGE = 30
_REFERENCE_MAX = 200


@get("/operate/refunds")
async def show_refunds(seen: Seen) -> Response[str]:
    """What providers refused to give back and nobody has since, the oldest first."""
    return await _refunds_page(desk(seen, REFUNDS))


@post("/operate/refunds/{refund_id:str}")
async def return_by_hand(seen: Seen, refund_id: str) -> Response[str]:
    """Record how money went back that its provider refused to give."""
    at, fields = await sent(seen, REFUNDS, RETURN_REFUNDS)
    wanted = REFUND_ID.read(refund_id)
    reference = fields.text("reference", letters_max=_REFERENCE_MAX)

    async def work() -> Done:
        await payment.return_by_hand(at.ctx, refund_id=wanted, reference=reference)
        return Done(at.at(REFUNDS), "refund_returned")

    async def again(forms: Mapping[str, Form], status: int) -> Response[str]:
        return await _refunds_page(at, forms=forms, status=status)

    return await worked(at, fields, form=refund_id, route=f"refunds/{wanted}", work=work, again=again)


@get("/operate/squaring")
async def show_squaring(seen: Seen) -> Response[str]:
    """Shops that are owed something, or owe."""
    return await _squaring_page(desk(seen, SQUARING))


@post("/operate/squaring/{shop_id:str}")
async def square(seen: Seen, shop_id: str) -> Response[str]:
    """Record that a shop was paid what it is owed, or paid in what it owes: the amount that the page showed."""
    at, fields = await sent(seen, SQUARING, SQUARE)
    wanted = SHOP_ID.read(shop_id)
    paid = _amount(fields)
    reference = fields.text("reference", letters_max=_REFERENCE_MAX)

    async def work() -> Done:
        await ledger.square_shop(at.ctx, shop_id=wanted, paid=paid, reference=reference)
        return Done(at.at(SQUARING), "shop_squared")

    async def again(forms: Mapping[str, Form], status: int) -> Response[str]:
        return await _squaring_page(at, forms=forms, status=status)

    form = f"{shop_id}-{paid.currency}"
    return await worked(at, fields, form=form, route=f"squaring/{wanted}", work=work, again=again)


def _amount(fields: Fields) -> Money:
    """Return the amount that the page showed. Raises `Malformed`: nobody types it."""
    said = fields.raw("paid")
    try:
        if len(said) <= 20 and said.removeprefix("-").isascii() and said.removeprefix("-").isdigit():
            return Money(int(said), fields.raw("currency"))
    except (AmountMalformed, ValueError):
        pass
    raise Malformed


async def _refunds_page(
    at: Desk, *, forms: Mapping[str, Form] = MappingProxyType({}), status: int = 200
) -> Response[str]:
    after = at.seen.asked("after", letters_max=1000)
    page = await payment.refused_refunds(at.ctx, cursor=after or None, limit=PAGE)
    view = RefundsPage(
        chrome=at.seen.chrome(section="operate", path=at.at(REFUNDS)),
        desk=at.part(REFUNDS),
        forms=forms,
        refunds=tuple(_refund(at, one) for one in page.items),
        pager=pager(at.seen, len(page.items), page.cursor, at.at(REFUNDS)),
    )
    return show(at.seen, view, status=status)


def _refund(at: Desk, one: Refund) -> RefundRow:
    id_ = REFUND_ID.show(one.id)
    return RefundRow(
        id=id_,
        refused=Money(one.refused_minor, one.currency),
        of=Money(one.minor, one.currency),
        at=one.requested_at,
        payment=PAYMENT_ID.show(one.payment_id),
        order=ORDER_ID.show(OrderId(one.order_id)) if one.order_id else "",
        reason=one.reason.replace("_", " "),
        post_url=at.at(f"{REFUNDS}/{id_}") if at.ctx.may(RETURN_REFUNDS) else "",
    )


async def _squaring_page(
    at: Desk, *, forms: Mapping[str, Form] = MappingProxyType({}), status: int = 200
) -> Response[str]:
    after = at.seen.asked("after", letters_max=1000)
    page = await ledger.open_shops(at.ctx, cursor=after or None, limit=PAGE)
    shops = await shop.shops(at.ctx, {ShopId(one.shop_id) for one in page.items})
    view = SquaringPage(
        chrome=at.seen.chrome(section="operate", path=at.at(SQUARING)),
        desk=at.part(SQUARING),
        forms=forms,
        shops=tuple(_open(at, one, shops.get(ShopId(one.shop_id))) for one in page.items),
        pager=pager(at.seen, len(page.items), page.cursor, at.at(SQUARING)),
    )
    return show(at.seen, view, status=status)


def _open(at: Desk, one: OpenShop, found: Shop | None) -> SquareRow:
    _ = at.seen.gettext
    id_ = SHOP_ID.show(ShopId(one.shop_id))
    free = one.earned_minor - one.held_minor
    due = free - one.owed_minor
    sees = any(at.ctx.may(one) for one in (REVIEW_SHOPS, STOP_SHOPS))
    return SquareRow(
        id=f"{id_}-{one.currency}",
        shop=Link(
            label=pick(found.name, at.ctx.locale) if found else id_,
            url=at.at(f"{SHOPS}/{id_}") if found and sees else "",
        ),
        earned=Money(one.earned_minor, one.currency),
        owed=Money(one.owed_minor, one.currency),
        due=Money(abs(due), one.currency),
        to_shop=due >= 0,
        post_url=at.at(f"{SQUARING}/{id_}") if at.ctx.may(SQUARE) and (free or one.owed_minor) else "",
        paid=str(due),
        put_by=_("Some of what it earned is put by.") if one.held_minor else "",
    )


ROUTES = (show_refunds, return_by_hand, show_squaring, square)
