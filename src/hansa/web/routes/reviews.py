"""Reviews: reading those of a product, writing one's own, adding to it later."""

from __future__ import annotations

from litestar import Response, get, post

from hansa.centers.product import api as product
from hansa.centers.product.types import PRODUCT_ID, ProductId
from hansa.centers.review import api as review
from hansa.centers.review.errors import AlreadyWritten, ContentRefused, LineNotReceived, TooLate
from hansa.centers.review.types import BODY_MAX, ENTRY_ID, EntryState, Reviewable, Scores
from hansa.centers.review.types import Review as Written
from hansa.centers.shop import api as shop
from hansa.centers.shop.types import ShopId
from hansa.centers.trade import api as trade
from hansa.centers.trade.errors import OrderNotFound
from hansa.centers.trade.types import ORDER_ID, Order
from hansa.centers.trade.types import Line as OrderLine
from hansa.centers.user.errors import RiskRefused
from hansa.kernel.money import Money
from hansa.kernel.problem import Invalid, NotFound
from hansa.kernel.texts import pick
from hansa.web.answers import go, show
from hansa.web.forms import Fields, read_form
from hansa.web.i18n import N_
from hansa.web.once import once
from hansa.web.parts import Action, Form, Line, Link, MyReview, Pager, Picture, Scale, ToReview
from hansa.web.routes.guard import somebody
from hansa.web.routes.review_view import rating, reviews
from hansa.web.showing import line, picture, seller_link
from hansa.web.views import MyReviewsPage, ReviewsPage, WriteReviewPage
from hansa.web.visit import Seen, Visit
from hansa.web.words import problem_words

PAGE = 20
_WAITING = 20
_SCALES = (
    ("item", N_("The goods")),
    ("service", N_("The seller's service")),
    ("delivery", N_("The delivery")),
)
_STARS = ("1", "2", "3", "4", "5")
_LINE_DIGITS_MAX = 4


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
    arts = {one: await _art(seen, one) for one in products}
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


@get("/orders/{order_id:str}/lines/{line_no:str}/review")
async def show_write(seen: Seen, order_id: str, line_no: str) -> Response[str]:
    """Where a line is reviewed."""
    return await _write_page(somebody(seen), order_id, line_no)


@post("/orders/{order_id:str}/lines/{line_no:str}/review")
async def write(seen: Seen, order_id: str, line_no: str) -> Response[str]:
    """Review a line: three scores, and words if there are any."""
    fields = await read_form(somebody(seen))
    order, bought = await _line(seen, order_id, line_no)
    for name, _word in _SCALES:
        if fields.raw(name) not in _STARS:
            fields.blame(name, "stars")
    body = fields.raw("body").strip()
    if len(body) > BODY_MAX:
        fields.blame("body", "too_long")
    if fields.errors:
        return await _write_page(seen, order_id, line_no, form=fields.form(), status=422)

    async def work() -> str:
        scores = Scores(*(int(fields.raw(name)) for name, _word in _SCALES))
        await review.write_review(
            seen.ctx, order_id=order.id, line_no=bought.line_no, scores=scores, body=body
        )
        return seen.at("reviews")

    try:
        route = f"/orders/{order_id}/lines/{line_no}/review"
        return go(seen, await once(seen, fields, route=route, work=work), told="reviewed")
    except (Invalid, ContentRefused, RiskRefused) as refused:
        form = _blamed(seen, fields, refused)
        return await _write_page(seen, order_id, line_no, form=form, status=refused.status)
    except (AlreadyWritten, LineNotReceived, TooLate) as refused:
        return go(seen, seen.at("reviews"), told=refused.code)


@get("/reviews/{review_id:str}/later")
async def show_later(seen: Seen, review_id: str) -> Response[str]:
    """Where one adds to a review of one's own."""
    return await _later_page(somebody(seen), review_id)


@post("/reviews/{review_id:str}/later")
async def add_later(seen: Seen, review_id: str) -> Response[str]:
    """Add to a review of one's own, once."""
    fields = await read_form(somebody(seen))

    async def work() -> str:
        body = fields.raw("body").strip()
        await review.follow_up(seen.ctx, review_id=ENTRY_ID.read(review_id), body=body)
        return seen.at("reviews")

    try:
        return go(
            seen, await once(seen, fields, route=f"/reviews/{review_id}/later", work=work), told="reviewed"
        )
    except (Invalid, ContentRefused, RiskRefused) as refused:
        form = _blamed(seen, fields, refused)
        return await _later_page(seen, review_id, form=form, status=refused.status)
    except (AlreadyWritten, TooLate) as refused:
        return go(seen, seen.at("reviews"), told=refused.code)


async def _write_page(
    seen: Visit, order_id: str, line_no: str, *, form: Form | None = None, status: int = 200
) -> Response[str]:
    _ = seen.gettext
    order, bought = await _line(seen, order_id, line_no)
    here = f"orders/{order_id}"
    view = WriteReviewPage(
        chrome=seen.chrome(section="orders", path=seen.at(f"{here}/lines/{line_no}/review")),
        title=_("How was it?"),
        line=line(seen, bought, currency=order.currency),
        post_url=seen.at(f"{here}/lines/{line_no}/review"),
        button=_("Publish the review"),
        crumbs=(
            Link(label=_("To the order"), url=seen.at(here)),
            Link(label=_("Review"), url="", current=True),
        ),
        scales=tuple(Scale(name=name, label=_(word)) for name, word in _SCALES),
        form=form or Form(),
    )
    return show(seen, view, status=status)


async def _later_page(
    seen: Visit, review_id: str, *, form: Form | None = None, status: int = 200
) -> Response[str]:
    _ = seen.gettext
    wanted = ENTRY_ID.read(review_id)
    mine = (await review.my_reviews(seen.ctx, limit=100)).items
    found = next((one for one in mine if one.words.id == wanted), None)
    if found is None:
        raise NotFound
    view = WriteReviewPage(
        chrome=seen.chrome(section="orders", path=seen.at(f"reviews/{review_id}/later")),
        title=_("And today?"),
        line=_named(seen, found, await _art(seen, found.product_id)),
        post_url=seen.at(f"reviews/{review_id}/later"),
        button=_("Add this"),
        crumbs=(
            Link(label=_("Reviews"), url=seen.at("reviews")),
            Link(label=_("Add to it"), url="", current=True),
        ),
        before=found.words.body,
        form=form or Form(),
    )
    return show(seen, view, status=status)


async def _line(seen: Visit, order_id: str, line_no: str) -> tuple[Order, OrderLine]:
    order = await trade.order(seen.ctx, order_id=ORDER_ID.read(order_id))
    if not (line_no.isascii() and line_no.isdigit() and len(line_no) <= _LINE_DIGITS_MAX):
        raise NotFound
    bought = next((one for one in order.lines if one.line_no == int(line_no)), None)
    if bought is None or order.buyer != seen.ctx.actor.party:
        raise OrderNotFound
    return order, bought


def _blamed(seen: Visit, fields: Fields, refused: Invalid | ContentRefused | RiskRefused) -> Form:
    if isinstance(refused, Invalid):
        fields.blame_all(refused, called={"text": "body"})
        return fields.form()
    return fields.form(problem=problem_words(refused, seen.gettext))


def _waiting(seen: Visit, one: Reviewable, drawn: Picture) -> ToReview:
    at = f"orders/{ORDER_ID.show(one.order_id)}/lines/{one.line_no}/review"
    return ToReview(
        line=_named(seen, one, drawn),
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
        line=_named(seen, one, drawn),
        shop=seller,
        stars=one.scores.item,
        at=one.words.written_at,
        text=one.words.body,
        state=state,
        later=later,
        reply=one.reply.body if one.reply else "",
        reply_by=seller,
        add_url=seen.at(f"reviews/{ENTRY_ID.show(one.words.id)}/later")
        if shown and not one.follow_up
        else "",
    )


def _named(seen: Visit, one: Written | Reviewable, drawn: Picture) -> Line:
    return Line(
        name=one.title,
        option=one.options,
        picture=drawn,
        quantity=1,
        total=Money(0, seen.ctx.plan.business.currency or "CNY"),
        url=seen.at(f"products/{PRODUCT_ID.show(one.product_id)}"),
    )


async def _art(seen: Visit, product_id: ProductId) -> Picture:
    """Return how a product looks; one that is gone is a parcel."""
    try:
        found = await product.product(seen.ctx, product_id)
    except NotFound:
        return picture("")
    return picture(found.product.art)


def _stars(seen: Visit, count: int) -> str:
    return seen.ngettext("%(num)s star", "%(num)s stars", count) % {"num": count}


ROUTES = (show_reviews, show_mine, show_write, write, show_later, add_later)
