"""Reviews as pages show them: of a product, and how it is rated."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from hansa.centers.product import api as product
from hansa.centers.product.types import PRODUCT_ID, ProductId
from hansa.centers.review import api as review
from hansa.centers.review.errors import LineNotReceived
from hansa.centers.review.types import Rating as Rated
from hansa.centers.review.types import Review as Written
from hansa.centers.review.types import Reviewable, Words
from hansa.centers.shop import api as shop
from hansa.centers.shop.types import Shop, ShopId
from hansa.centers.trade.types import LineState, Order
from hansa.centers.user import api as user
from hansa.kernel.money import Money
from hansa.kernel.problem import NotFound
from hansa.web.parts import Bar, Fact, Line, Photograph, Picture, Rating, Review, SellerSays
from hansa.web.routes.pictures import photographs
from hansa.web.showing import picture, seller_link
from hansa.web.visit import Visit

FEW = 3
_HUNDRED = 100


async def product_reviews(seen: Visit, product_id: ProductId) -> tuple[Rating | None, tuple[Review, ...]]:
    """Return how a product is rated, None without votes, and the latest of what buyers say."""
    rated = (await review.product_ratings(seen.ctx, [product_id]))[product_id]
    if not rated.votes:
        return None, ()
    page = await review.product_reviews(seen.ctx, product_id=product_id, limit=FEW)
    return rating(seen, rated), await reviews(seen, page.items)


def rating(seen: Visit, rated: Rated) -> Rating:
    """Show how something is rated."""
    _ = seen.gettext
    return Rating(
        score=_score(rated.item),
        stars=round(rated.item / _HUNDRED),
        votes=rated.votes,
        bars=tuple(
            Bar(stars=stars, count=count, percent=round(count * _HUNDRED / max(1, sum(rated.stars))))
            for stars, count in reversed(list(enumerate(rated.stars, start=1)))
        ),
        also=(
            Fact(label=_("Service"), text=_score(rated.service)),
            Fact(label=_("Delivery"), text=_score(rated.delivery)),
        ),
    )


async def seller_says(seen: Visit, order: Order) -> SellerSays | None:
    """Return what the seller of an order says of its buyer; None until the buyer may read it."""
    if not any(line.state is LineState.RECEIVED for line in order.lines):
        return None
    try:
        said = (await review.order_reviews(seen.ctx, order_id=order.id)).of_buyer
    except LineNotReceived:
        return None  # the receipt is not known to reviews yet
    if said is None:
        return None
    return SellerSays(stars=said.score, text=said.words.body, at=said.words.written_at)


async def reviews(seen: Visit, written: Sequence[Written]) -> tuple[Review, ...]:
    """Show what buyers say; of their names the first letter is enough."""
    if not written:
        return ()
    shops = await shop.shops(seen.ctx, {ShopId(one.shop_id) for one in written})
    async with seen.ctx.transaction() as tx:
        named = {
            party: found.name
            for party, found in (await user.contacts(tx, [w.buyer for w in written])).items()
        }
    return tuple(_review(seen, one, named, shops) for one in written)


def _review(seen: Visit, one: Written, named: Mapping[UUID, str], shops: Mapping[ShopId, Shop]) -> Review:
    later, reply = _words(one.follow_up), _words(one.reply)
    return Review(
        person=_person(seen, one, named.get(one.buyer, "")),
        stars=one.scores.item,
        at=one.words.shown_at or one.words.written_at,
        text=_words(one.words),
        option=one.options,
        photographs=pictured(seen, one.words),
        later=later,
        later_at=one.follow_up.written_at if one.follow_up and later else None,
        later_photographs=pictured(seen, one.follow_up),
        reply=reply,
        reply_by=seller_link(seen, shops.get(ShopId(one.shop_id))).label if reply else "",
    )


def _person(seen: Visit, one: Written, name: str) -> str:
    if one.words.erased:
        return seen.gettext("Somebody who has left")
    return f"{name[0]}**" if name else seen.gettext("A buyer")


def reviewed(seen: Visit, one: Written | Reviewable, drawn: Picture) -> Line:
    """Name what was reviewed, or may be."""
    return Line(
        name=one.title,
        option=one.options,
        picture=drawn,
        quantity=1,
        total=Money(0, seen.ctx.plan.business.currency or "CNY"),
        url=seen.at(f"products/{PRODUCT_ID.show(one.product_id)}"),
    )


async def drawing(seen: Visit, product_id: ProductId) -> Picture:
    """Return what is drawn of a product; one that is gone is a parcel."""
    try:
        found = await product.product(seen.ctx, product_id)
    except NotFound:
        return picture("")
    return picture(found.product.art)


def pictured(seen: Visit, words: Words | None) -> tuple[Photograph, ...]:
    """Show the pictures that go with words; those of somebody who has left are gone."""
    return () if words is None or words.erased else photographs(seen, words.media)


def _words(words: Words | None) -> str:
    return "" if words is None or words.erased else words.body


def _score(hundredths: int) -> str:
    return f"{hundredths / _HUNDRED:.1f}"
