"""Flagship: brands in shops of their own, with whole prices, longer returns and invoices."""

from __future__ import annotations

from datetime import timedelta
from itertools import groupby

import msgspec

from hansa.centers.message.extensions import TEMPLATE
from hansa.centers.message.types import Template
from hansa.centers.product.extensions import PRICE
from hansa.centers.product.types import Offer
from hansa.centers.shop.terms import Onboarding, Requirement
from hansa.centers.shop.types import Commission, ShopId
from hansa.centers.trade import api as trade
from hansa.centers.trade.extensions import LAYERS, MAY_PLACE
from hansa.centers.trade.terms import Deadlines, Invoices, Returns
from hansa.centers.trade.types import Funder, FunderKind, Quote, QuotedLine
from hansa.kernel.business import Business
from hansa.kernel.context import ActorKind, Ctx, Traffic
from hansa.kernel.extension import Veto
from hansa.kernel.money import Money

YUAN = 100
FROM, OFF = 500 * YUAN, 40 * YUAN

WORDS = {
    "en": Template(
        subject="{{ order }} is yours",
        text="Dear {{ recipient }}, {{ amount }} has arrived. The house packs your order today."
        " Whatever you want to tell the house, write it from your order.",
    ),
    "zh": Template(
        subject="{{ order }} 已确认",
        text="尊敬的{{ recipient }}，{{ amount }} 已收到，品牌方今日为您备货。如有任何需要，可在订单中直接联系品牌方。",
    ),
}


def whole_yuan(ctx: Ctx, price: Money, offer: Offer) -> Money:  # noqa: ARG001 - the point's signature
    """Ask whole yuan, half of one rounded up and nothing for less than one: a brand shows no small change."""
    return msgspec.structs.replace(price, minor=max((price.minor + YUAN // 2) // YUAN, 1) * YUAN)


def forty_off_five_hundred(ctx: Ctx, lines: tuple[QuotedLine, ...]) -> tuple[QuotedLine, ...]:  # noqa: ARG001
    """Take 40 yuan off every full 500 of one brand's goods; its shop bears it."""
    changed: dict[int, QuotedLine] = {}
    for _, group in groupby(sorted(lines, key=_shop), key=_shop):
        of_brand = tuple(group)
        full = sum(line.gross - line.discount for line in of_brand) // FROM
        if full:
            given = trade.spread(
                of_brand, layer="threshold", funder=Funder(FunderKind.SHOP), minor=full * OFF
            )
            changed |= {line.line_no: line for line in given}
    return tuple(changed.get(line.line_no, line) for line in lines)


def known_buyers(ctx: Ctx, quote: Quote) -> Veto | None:  # noqa: ARG001 - the point's signature
    """Sell to people with an account alone: a house wants to know whom it answers to."""
    if ctx.actor.kind is ActorKind.GUEST:
        return Veto("flagship.account_wanted", "Please log in first: a house sells to people it knows.")
    return None


def own_words(ctx: Ctx, name: str, language: str) -> Template | None:  # noqa: ARG001 - the point's signature
    """Thank for a payment in the house's own words."""
    return WORDS.get(language) if name == "trade.order_awaiting_shipment" else None


def _shop(line: QuotedLine) -> ShopId:
    return line.shop_id


FLAGSHIP = Business(
    "flagship",
    title={"en": "Flagship", "zh": "旗舰"},
    texts={"lede": {"en": "Brands, each in a house of its own.", "zh": "品牌之家，各有其门。"}},
    currency="CNY",
    languages=("zh", "en"),
    entity="hansa-demo",
    traffic=Traffic.SANDBOX,
    look={"wall": "sand"},
    terms=[
        Deadlines(pay=timedelta(hours=2), confirm=timedelta(days=15)),
        Commission(basis_points=200),
        Onboarding(
            review=True,
            requirements=(
                *Onboarding().requirements,
                Requirement(name="trademark", title={"en": "Trademark number", "zh": "商标注册号"}),
            ),
        ),
        Returns(within=timedelta(days=30)),
        Invoices(wanted=True),
    ],
    extends=[
        PRICE.by(whole_yuan),
        LAYERS.by(forty_off_five_hundred),
        MAY_PLACE.by(known_buyers),
        TEMPLATE.by(own_words),
    ],
)
