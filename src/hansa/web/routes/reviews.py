"""Reviews: reading those of a product, and one's own."""

from __future__ import annotations

from contextlib import suppress

from litestar import Response, get, post

from hansa.centers.product import api as product
from hansa.centers.product.types import PRODUCT_ID
from hansa.centers.review import api as review
from hansa.centers.review.errors import ReviewNotFound
from hansa.centers.review.types import ENTRY_ID, EntryState, Reviewable
from hansa.centers.review.types import Review as Written
from hansa.centers.shop import api as shop
from hansa.centers.shop.types import ShopId
from hansa.centers.trade.types import ORDER_ID
from hansa.kernel.texts import pick
from hansa.web.answers import go, show
from hansa.web.forms import read_form
from hansa.web.parts import Action, Link, MyReview, Pager, Picture, ToReview
from hansa.web.routes.guard import somebody
from hansa.web.routes.review_view import drawing, pictured, rating, reviewed, reviews
from hansa.web.showing import picture, seller_link
from hansa.web.views import MyReviewsPage, ReviewsPage
from hansa.web.visit import Seen, Visit

PAGE = 20
_WAITING = 20
_STARS = ("1", "2", "3", "4", "5")


@get("/products/{product_id:str}/reviews")
async def show_reviews(seen: Seen, product_id: str) -> Response[str]:
    """What buyers say of a product; `stars` narrows it."""
    key = PRODUCT_ID.read(product_id)
    found = (await product.product(seen.ctx, key)).product
    stars = seen.asked("stars") if seen.asked("stars") in _STARS else ""
    after = seen.asked("after", letters_max=1000)
    page = await review.product_reviews(
        seen.ctx, product_id=key, stars=int(stars) if stars else None, cursor=after or None, limit=PAGE
    )
    rated = (await review.product_ratings(seen.ctx, [key]))[key]
    here, title = f"products/{product_id}/reviews", pick(found.titles, seen.ctx.locale)
    itself = Link(label=title, url=seen.at(f"products/{product_id}"))
    view = ReviewsPage(
        chrome=seen.chrome(),
        product=itself,
        picture=picture(found.art),
        rating=rating(seen, rated) if rated.votes else None,
        reviews=await reviews(seen, page.items),
        pager=Pager(
            shown=len(page.items),
            next_url=seen.at(here, stars=stars, after=page.cursor) if page.cursor else "",
            first_url=seen.at(here, stars=stars) if after else "",
        ),
        tabs=(
            Link(label=seen.gettext("All"), url=seen.at(here), current=not stars),
            *(
                Link(label=_stars(seen, int(one)), url=seen.at(here, stars=one), current=one == stars)
                for one in reversed(_STARS)
            ),
        ),
        crumbs=(itself, Link(label=seen.gettext("What buyers say"), url="", current=True)),
    )
    return show(seen, view)


@get("/reviews")
async def show_mine(seen: Seen) -> Response[str]:
    """What waits for one's review, and what one wrote."""
    after = seen.asked("after", letters_max=1000)
    waiting = (await review.reviewable(somebody(seen).ctx, limit=_WAITING)).items if not after else []
    page = await review.my_reviews(seen.ctx, cursor=after or None, limit=PAGE)
    products = {one.product_id for one in waiting} | {one.product_id for one in page.items}
    arts = {one: await drawing(seen, one) for one in products}
    shops = await shop.shops(seen.ctx, {ShopId(one.shop_id) for one in page.items})
    view = MyReviewsPage(
        chrome=seen.chrome(section="orders"),
        waiting=tuple(_waiting(seen, one, arts[one.product_id]) for one in waiting),
        written=tuple(
            _mine(
                seen,
                one,
                arts[one.product_id],
                seller=seller_link(seen, shops.get(ShopId(one.shop_id))).label,
            )
            for one in page.items
        ),
        pager=Pager(
            shown=len(page.items),
            next_url=seen.at("reviews", after=page.cursor) if page.cursor else "",
            first_url=seen.at("reviews") if after else "",
        ),
    )
    return show(seen, view)


@post("/reviews/{review_id:str}/withdraw")
async def withdraw(seen: Seen, review_id: str) -> Response[str]:
    """Take back a review of one's own; one that is gone already is gone."""
    await read_form(somebody(seen))
    with suppress(ReviewNotFound):
        await review.withdraw_review(seen.ctx, review_id=ENTRY_ID.read(review_id))
    return go(seen, seen.at("reviews"), told="review_taken_back")


def _waiting(seen: Visit, one: Reviewable, drawn: Picture) -> ToReview:
    at = f"orders/{ORDER_ID.show(one.order_id)}/lines/{one.line_no}/review"
    return ToReview(
        line=reviewed(seen, one, drawn),
        write=Action(label=seen.gettext("Review"), url=seen.at(at), method="get", icon="star"),
        until=one.open_until,
    )


def _mine(seen: Visit, one: Written, drawn: Picture, *, seller: str) -> MyReview:
    shown = one.words.shown_at is not None
    state = (
        "published"
        if shown
        else "hidden"
        if one.words.state is EntryState.PUBLISHED
        else one.words.state.value
    )
    later = one.follow_up.body if one.follow_up else ""
    return MyReview(
        line=reviewed(seen, one, drawn),
        shop=seller,
        stars=one.scores.item,
        at=one.words.written_at,
        text=one.words.body,
        state=state,
        photographs=pictured(seen, one.words),
        later=later,
        later_photographs=pictured(seen, one.follow_up),
        reply=one.reply.body if one.reply else "",
        reply_by=seller,
        add_url=seen.at(f"reviews/{ENTRY_ID.show(one.words.id)}/later")
        if shown and not one.follow_up
        else "",
        withdraw=Action(
            label=seen.gettext("Take it back"),
            url=seen.at(f"reviews/{ENTRY_ID.show(one.words.id)}/withdraw"),
        ),
    )


def _stars(seen: Visit, count: int) -> str:
    return seen.ngettext("%(num)s star", "%(num)s stars", count) % {"num": count}


ROUTES = (show_reviews, show_mine, withdraw)
