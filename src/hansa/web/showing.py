"""From what centers say to what pages show: pictures, sums, addresses, links to sellers."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from babel import Locale
from babel.core import get_global

from hansa.centers.product.types import PRODUCT_ID
from hansa.centers.shop.types import Shop
from hansa.centers.trade.types import (
    Allocation,
    FunderKind,
    HistoryEntry,
    Order,
    OrderState,
    Quote,
    QuotedLine,
)
from hansa.centers.trade.types import Line as OrderLine
from hansa.centers.user.types import Address as PostalAddress
from hansa.kernel.money import Money
from hansa.kernel.texts import pick
from hansa.web.i18n import BABEL_LOCALES, N_
from hansa.web.parts import Choice, Line, Link, Picture, SumRow
from hansa.web.still_lifes import FALLBACK, GLAZES, WALLS
from hansa.web.visit import Visit

FUNDERS = {
    FunderKind.PLATFORM: N_("paid by the platform"),
    FunderKind.SHOP: N_("paid by the seller"),
    FunderKind.BRAND: N_("paid by the brand"),
}

_THOUSAND = 1_000
_THOUSANDS = {"g": "kg", "mg": "g", "ml": "l", "mm": "m", "m": "km"}

# CLDR names more than countries: groups of them, and islands that ISO 3166-1 counts to another code.
_NO_COUNTRIES = frozenset(
    {"AC", "AN", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "XK", "ZZ"}
)


def picture(art: str, *, alt: str = "") -> Picture:
    """Read what a product says is drawn: a thing, a glaze, a wall (`"teapot celadon mist"`)."""
    thing, glaze, wall = (*art.split(), "", "", "")[:3]
    return Picture(
        art=thing or FALLBACK,
        glaze=glaze if glaze in GLAZES else "",
        wall=wall if wall in WALLS else "mist",
        alt=alt,
    )


def seller_link(seen: Visit, shop: Shop | None) -> Link:
    """Link to what a shop sells; a shop that is gone is named as such."""
    if shop is None:
        return Link(label=seen.gettext("A seller that has left"), url=seen.at())
    return Link(label=pick(shop.name, seen.ctx.locale), url=seen.at(shop=shop.slug))


def amount_text(amount: int, unit: str) -> str:
    """Write an amount of measured goods: `1,250 g`. Symbols of units are the same in both languages."""
    return f"{amount:,}\u00a0{unit}"


def per_text(per: int, unit: str) -> str:
    """Write what a price is for: `kg` for a thousand grams, `100 g`, `m`."""
    if per == _THOUSAND and unit in _THOUSANDS:
        return _THOUSANDS[unit]
    return unit if per == 1 else amount_text(per, unit)


def line(seen: Visit, shown: QuotedLine | OrderLine, *, currency: str) -> Line:
    """Show a line of a quote or an order."""
    before = Money(shown.gross, currency) if shown.discount else None
    return Line(
        name=shown.title,
        option=shown.options,
        picture=picture(shown.art),
        quantity=shown.quantity,
        amount=amount_text(shown.measure.amount, shown.measure.unit) if shown.measure else "",
        total=Money(shown.payable, currency),
        before=before,
        url=seen.at(f"products/{PRODUCT_ID.show(shown.product_id)}"),
    )


def layer_rows(seen: Visit, shares: Iterable[Allocation], currency: str) -> tuple[SumRow, ...]:
    """Sum discounts by layer and funder, in the order in which they came."""
    sums: dict[tuple[str, FunderKind], int] = {}
    for share in shares:
        key = (share.layer, share.funder.kind)
        sums[key] = sums.get(key, 0) + share.minor
    return tuple(
        SumRow(label=layer, amount=Money(-minor, currency), note=seen.gettext(FUNDERS[funder]))
        for (layer, funder), minor in sums.items()
    )


def sum_rows(
    seen: Visit,
    *,
    goods: int,
    shares: Iterable[Allocation],
    freight: int,
    tax: int,
    payable: int,
    currency: str,
    total: str,
    refunded: int = 0,
) -> tuple[SumRow, ...]:
    """Show how an amount comes about, `total` is the word of its row, and what of it went back."""
    _ = seen.gettext
    taxes = (SumRow(label=_("Tax"), amount=Money(tax, currency)),) if tax else ()
    return (
        SumRow(label=_("Goods"), amount=Money(goods, currency)),
        *layer_rows(seen, shares, currency),
        SumRow(label=_("Delivery"), amount=Money(freight, currency)),
        *taxes,
        SumRow(label=total, amount=Money(payable, currency), total=True),
        *((SumRow(label=_("Refunded"), amount=Money(-refunded, currency)),) if refunded else ()),
    )


def given_back(order: Order, history: Iterable[HistoryEntry]) -> dict[int, int]:
    """Return what each step of an order gave back, by version: a line's money, with the last step that names it."""
    back: dict[int, int] = {}
    steps = list(history)
    for line in order.lines:
        minor = line.refunded(order.paid_at)
        named = [
            step.version
            for step in steps
            if line.line_no in step.lines or (step.state is OrderState.REFUNDED and not step.lines)
        ]
        if minor and named:
            back[named[-1]] = back.get(named[-1], 0) + minor
    return back


def quote_sums(seen: Visit, quote: Quote) -> tuple[SumRow, ...]:
    """Show how a quote comes about."""
    return sum_rows(
        seen,
        goods=sum(group.goods for group in quote.groups),
        shares=[share for each in quote.lines for share in each.allocations],
        freight=sum(group.freight for group in quote.groups),
        tax=sum(group.tax for group in quote.groups),
        payable=quote.payable,
        currency=quote.currency,
        total=seen.gettext("To pay"),
    )


def address_text(address: PostalAddress) -> str:
    """Write an address in one line: from the large to the small where it is written without spaces."""
    parts = [address.region, address.city, address.district, address.street]
    known = [part for at, part in enumerate(parts) if part and part not in parts[:at]]
    if any("\u4e00" <= letter <= "\u9fff" for letter in address.street):
        return "".join(known)
    return ", ".join([*reversed(known), address.postcode] if address.postcode else reversed(known))


def countries(seen: Visit, *, timezone: str, chosen: str = "") -> tuple[Choice, ...]:
    """Return the countries to choose from; the shop's own is chosen unless another is."""
    chosen = chosen or _country_of(timezone)
    return tuple(
        Choice(value=code, label=name, checked=code == chosen) for code, name in _countries(seen.ctx.locale)
    )


@lru_cache(maxsize=8)
def _countries(language: str) -> tuple[tuple[str, str], ...]:
    named = Locale.parse(BABEL_LOCALES[language]).territories
    codes = [str(code) for code in named]
    codes = [code for code in codes if len(code) == 2 and code.isalpha() and code not in _NO_COUNTRIES]
    english = Locale.parse(BABEL_LOCALES["en"]).territories
    return tuple(
        (code, str(named[code])) for code in sorted(codes, key=lambda code: str(english.get(code, code)))
    )


@lru_cache(maxsize=64)
def _country_of(timezone: str) -> str:
    return str(get_global("zone_territories").get(timezone, ""))
