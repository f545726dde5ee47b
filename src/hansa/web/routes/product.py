"""One product as its page shows it: a variant, what it costs, whether it is to be had."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from hansa.centers.inventory import api as inventory
from hansa.centers.place import api as place
from hansa.centers.place.types import PlaceId
from hansa.centers.product import api as product
from hansa.centers.product.types import (
    OFFER_ID,
    PRODUCT_ID,
    SKU_ID,
    Offer,
    Option,
    ProductPage,
    Sku,
    SkuId,
)
from hansa.centers.shop import api as shop
from hansa.kernel.money import Money
from hansa.kernel.texts import pick
from hansa.web.i18n import LANGUAGES
from hansa.web.parts import Action, Fact, Form, GoodCard, Link, OptionGroup, OptionValue, Picture
from hansa.web.routes import measuring, nearby
from hansa.web.routes.pictures import photo
from hansa.web.routes.review_view import product_reviews
from hansa.web.showing import picture, seller_link
from hansa.web.views import ProductPage as ProductView
from hansa.web.visit import Visit

_LOW = 5

Stock = Mapping[SkuId, Mapping[PlaceId, int]]


class _Shown(NamedTuple):
    """The variant a page shows, the offer it is sold by, and how much of it there is."""

    page: ProductPage
    stock: Stock
    sku: Sku
    offer: Offer

    @property
    def left(self) -> int:
        """How many can be had."""
        return sum(self.stock.get(self.sku.id, {}).values()) if self.offer.active else 0

    @property
    def state(self) -> str:
        """Whether it is to be had, as `tones.STATES` knows it."""
        if not self.offer.active:
            return "withdrawn"
        if self.left < measuring.least(self.offer):
            return "sold_out"
        return "low_stock" if self.left <= _LOW * measuring.least(self.offer) else "in_stock"


async def product_view(
    seen: Visit,
    page: ProductPage,
    *,
    sku: str = "",
    similar: Sequence[GoodCard] = (),
    form: Form | None = None,
) -> ProductView:
    """Show a product in one variant; `sku` is the shown id of it, another text means the first to be had."""
    language = seen.ctx.locale
    stock = await inventory.availability(seen.ctx, [one.id for one in page.skus])
    chosen = _variant(page, stock, sku)
    shown = _Shown(page, stock, chosen, _offer(page, chosen.id))
    offer, here = shown.offer, f"products/{PRODUCT_ID.show(page.product.id)}"
    title = pick(page.product.titles, language)
    also, also_lang = _other_title(page, title, language)
    seller = (await shop.shops(seen.ctx, [offer.shop_id])).get(offer.shop_id)
    rating, said = await product_reviews(seen, page.product.id)
    return ProductView(
        chrome=seen.chrome(path=_at(seen, here, chosen)),
        name=title,
        also=also,
        also_lang=also_lang,
        offer=OFFER_ID.show(offer.id),
        price=offer.price,
        was=_was(offer),
        pictures=_pictures(seen, shown, title),
        shop=seller_link(seen, seller),
        ask=Link(label=seen.gettext("Ask the seller"), url=seen.at(f"talk/{OFFER_ID.show(offer.id)}")),
        options=tuple(_group(seen, page, one, chosen=chosen, stock=stock) for one in page.product.options),
        stock_state=shown.state,
        stock_note=_few(seen, shown),
        limit=measuring.most(offer, shown.left),
        least=measuring.least(offer),
        step=measuring.step(offer),
        measured_in=offer.measure.unit if offer.measure else "",
        terms=measuring.terms(seen, offer),
        price_note=measuring.price_note(seen, offer.measure),
        actions=_actions(seen, shown.state),
        crumbs=await _crumbs(seen, page, title),
        facts=await _facts(seen, stock.get(chosen.id, {})),
        collect=await nearby.collected(seen, offer.shop_id, stock.get(chosen.id, {})),
        near=_near(seen, page, chosen),
        description=tuple(filter(None, pick(page.product.descriptions, language).split("\n"))),
        rating=rating,
        reviews=said,
        reviews_url=seen.at(f"{here}/reviews") if said else "",
        similar=tuple(similar),
        form=form or Form(),
    )


def _at(seen: Visit, here: str, sku: Sku) -> str:
    """Return the address of a variant, for somebody who is where they said."""
    center = nearby.where(seen)
    return seen.at(here, sku=SKU_ID.show(sku.id), near=nearby.written(center) if center else "")


def _near(seen: Visit, page: ProductPage, sku: Sku) -> Link:
    said = bool(nearby.where(seen))
    return Link(
        label=seen.gettext("From somewhere else") if said else seen.gettext("Near me"),
        url=seen.at("near", product=PRODUCT_ID.show(page.product.id), sku=SKU_ID.show(sku.id)),
    )


def _other_title(page: ProductPage, title: str, language: str) -> tuple[str, str]:
    """Return what the product is called in the other language, and which that is; nothing where it is the same."""
    other = next(code for code in LANGUAGES if code != language)
    also = page.product.titles.get(other, "")
    return (also, other) if also and also != title else ("", "")


def _was(offer: Offer) -> Money | None:
    dearer = offer.list_price is not None and offer.list_price.minor > offer.price.minor
    return offer.list_price if dearer else None


def _pictures(seen: Visit, shown: _Shown, title: str) -> tuple[Picture, ...]:
    """Return what the shop photographed, else what is drawn of the variant."""
    one = shown.page.product
    said = ", ".join(filter(None, (title, shown.offer.options_in(seen.ctx.locale))))
    if not one.pictures:
        return (picture(shown.offer.art or shown.sku.art or one.art, alt=said),)
    words = seen.gettext("%(name)s, picture %(number)s")
    first, *rest = one.pictures
    return (
        Picture(url=photo(seen, first, form="large"), alt=said),
        *(
            Picture(
                url=photo(seen, media),
                large_url=photo(seen, media, form="large"),
                alt=words % {"name": title, "number": number},
            )
            for number, media in enumerate(rest, start=2)
        ),
    )


def _few(seen: Visit, shown: _Shown) -> str:
    return measuring.left_note(seen, shown.offer.measure, shown.left) if shown.state == "low_stock" else ""


def _variant(page: ProductPage, stock: Stock, shown: str) -> Sku:
    """Return the variant asked for, else the first that can be bought, else the first."""
    asked = next((one for one in page.skus if SKU_ID.show(one.id) == shown), None)
    here = {offer.sku_id for offer in page.offers}
    active = {offer.sku_id for offer in page.offers if offer.active}
    offered = [one for one in page.skus if one.id in here]
    to_be_had = [one for one in offered if one.id in active and sum(stock.get(one.id, {}).values()) > 0]
    return asked if asked in offered else (to_be_had or offered or list(page.skus))[0]


def _offer(page: ProductPage, sku_id: SkuId) -> Offer:
    """Return the best offer of a variant: the cheapest that is active."""
    of_sku = [offer for offer in page.offers if offer.sku_id == sku_id] or list(page.offers)
    return min(of_sku, key=lambda offer: (not offer.active, offer.price.minor, offer.id))


def _group(seen: Visit, page: ProductPage, option: Option, *, chosen: Sku, stock: Stock) -> OptionGroup:
    language = seen.ctx.locale
    values = []
    for value in option.values:
        target = _closest(page.skus, chosen, option.code, value.code)
        if target is None:
            continue
        offer = _offer(page, target.id)
        values.append(
            OptionValue(
                label=pick(value.names, language),
                url=_at(seen, f"products/{PRODUCT_ID.show(page.product.id)}", target),
                picture=picture(target.art) if target.art else None,
                current=chosen.values.get(option.code) == value.code,
                sold_out=not offer.active or sum(stock.get(target.id, {}).values()) <= 0,
            )
        )
    return OptionGroup(label=pick(option.names, language), values=tuple(values))


def _closest(skus: Sequence[Sku], chosen: Sku, option: str, value: str) -> Sku | None:
    """Return the variant with this value that shares most of the others with the chosen one."""
    having = [sku for sku in skus if sku.values.get(option) == value]
    return max(having, key=lambda sku: len(sku.values.items() & chosen.values.items()), default=None)


def _actions(seen: Visit, state: str) -> tuple[Action, ...]:
    _ = seen.gettext
    why = {"sold_out": _("Sold out for now."), "withdrawn": _("Not for sale at the moment.")}.get(state, "")
    return (
        Action(
            label=_("Add to cart"),
            url=seen.at("cart/add"),
            icon="shopping-cart",
            primary=True,
            closed_because=why,
        ),
        Action(label=_("Buy now"), url=seen.at("buy"), closed_because=why),
    )


async def _crumbs(seen: Visit, page: ProductPage, title: str) -> tuple[Link, ...]:
    categories = {one.id: one for one in await product.categories(seen.ctx)}
    own = categories.get(page.product.category_id) if page.product.category_id else None
    lineage = [categories[one] for one in own.lineage if one in categories] if own else []
    return (
        Link(label=seen.ctx.plan.business.text(seen.ctx.locale), url=seen.at()),
        *(Link(label=pick(one.names, seen.ctx.locale), url=seen.at(category=one.slug)) for one in lineage),
        Link(label=title, url="", current=True),
    )


async def _facts(seen: Visit, stock: Mapping[PlaceId, int]) -> tuple[Fact, ...]:
    _ = seen.gettext
    places = await place.places(seen.ctx, [one for one, left in stock.items() if left > 0])
    towns = sorted({one.address for one in places.values()})
    sent = (Fact(label=_("Sent from"), text=" · ".join(towns)),) if towns else ()
    held = _("Held by %(business)s until you have received the goods") % {
        "business": seen.ctx.plan.business.text(seen.ctx.locale)
    }
    return (*sent, Fact(label=_("Your money"), text=held))
