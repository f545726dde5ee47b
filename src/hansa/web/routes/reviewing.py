"""Reviewing what one received, and adding to it later: scores, words and pictures.

Pictures are taken in as they come, also by a form that is shown again, and stay with it until it is sent.
"""

from __future__ import annotations

from litestar import Response, get, post

from hansa.centers.product.errors import PictureRefused, PicturesUnavailable
from hansa.centers.product.types import MediaId
from hansa.centers.review import api as review
from hansa.centers.review.errors import (
    AlreadyWritten,
    ContentRefused,
    LineNotReceived,
    TooLate,
    TooManyPictures,
)
from hansa.centers.review.types import BODY_MAX, ENTRY_ID, PICTURES_MAX, Scores
from hansa.centers.review.types import Review as Written
from hansa.centers.trade import api as trade
from hansa.centers.trade.errors import OrderNotFound
from hansa.centers.trade.types import ORDER_ID, Order
from hansa.centers.trade.types import Line as OrderLine
from hansa.centers.user.errors import RiskRefused
from hansa.kernel.problem import Invalid, NotFound
from hansa.web.answers import go, show
from hansa.web.forms import Fields
from hansa.web.i18n import N_
from hansa.web.once import once
from hansa.web.parts import Form, Link, Scale
from hansa.web.routes.guard import somebody
from hansa.web.routes.pictures import FILES, TAKES_PICTURES, Sent, read_pictures, uploads
from hansa.web.routes.review_view import drawing, reviewed
from hansa.web.showing import line
from hansa.web.views import WriteReviewPage
from hansa.web.visit import Seen, Visit
from hansa.web.words import problem_words

_SCALES = (
    ("item", N_("The goods")),
    ("service", N_("The seller's service")),
    ("delivery", N_("The delivery")),
)
_STARS = ("1", "2", "3", "4", "5")
_LINE_DIGITS_MAX = 4


@get("/orders/{order_id:str}/lines/{line_no:str}/review")
async def show_write(seen: Seen, order_id: str, line_no: str) -> Response[str]:
    """Where a line is reviewed."""
    order, bought = await _line(somebody(seen), order_id, line_no)
    return await _write_page(seen, order, bought)


@post("/orders/{order_id:str}/lines/{line_no:str}/review", **TAKES_PICTURES)
async def write(seen: Seen, order_id: str, line_no: str) -> Response[str]:
    """Review a line: three scores, and words and pictures if there are any."""
    order, bought = await _line(somebody(seen), order_id, line_no)
    sent = await _read(seen)
    fields = sent.fields
    if not sent.adds_only:
        for name, _word in _SCALES:
            if fields.raw(name) not in _STARS:
                fields.blame(name, "stars")
        if len(fields.raw("body").strip()) > BODY_MAX:
            fields.blame("body", "too_long")
    if fields.errors or sent.adds_only:
        return await _write_page(seen, order, bought, sent, status=422 if fields.errors else 200)

    async def work() -> str:
        scores = Scores(*(int(fields.raw(name)) for name, _word in _SCALES))
        await review.write_review(
            seen.ctx,
            order_id=order.id,
            line_no=bought.line_no,
            scores=scores,
            body=fields.raw("body").strip(),
            media=sent.media,
        )
        return seen.at("reviews")

    try:
        route = f"/orders/{order_id}/lines/{line_no}/review"
        return go(seen, await once(seen, fields, route=route, work=work), told="reviewed")
    except (Invalid, ContentRefused, RiskRefused) as refused:
        form = _blamed(seen, fields, refused)
        return await _write_page(seen, order, bought, sent, form=form, status=refused.status)
    except (AlreadyWritten, LineNotReceived, TooLate) as refused:
        return go(seen, seen.at("reviews"), told=refused.code)


@get("/reviews/{review_id:str}/later")
async def show_later(seen: Seen, review_id: str) -> Response[str]:
    """Where one adds to a review of one's own."""
    return await _later_page(seen, await _own(somebody(seen), review_id))


@post("/reviews/{review_id:str}/later", **TAKES_PICTURES)
async def add_later(seen: Seen, review_id: str) -> Response[str]:
    """Add to a review of one's own, once."""
    own = await _own(somebody(seen), review_id)
    sent = await _read(seen)
    if sent.fields.errors or sent.adds_only:
        return await _later_page(seen, own, sent, status=422 if sent.fields.errors else 200)

    async def work() -> str:
        body = sent.fields.raw("body").strip()
        await review.follow_up(seen.ctx, review_id=own.words.id, body=body, media=sent.media)
        return seen.at("reviews")

    try:
        route = f"/reviews/{review_id}/later"
        return go(seen, await once(seen, sent.fields, route=route, work=work), told="reviewed")
    except (Invalid, ContentRefused, RiskRefused) as refused:
        form = _blamed(seen, sent.fields, refused)
        return await _later_page(seen, own, sent, form=form, status=refused.status)
    except (AlreadyWritten, TooLate) as refused:
        return go(seen, seen.at("reviews"), told=refused.code)


async def _read(seen: Visit) -> Sent:
    """Read a form and take in its pictures; those that cannot be taken in are noted."""

    async def keep(content: bytes) -> MediaId:
        return await review.add_picture(seen.ctx, content=content)

    refusals = (LineNotReceived, PictureRefused, PicturesUnavailable, TooManyPictures)
    return await read_pictures(seen, keep, most=PICTURES_MAX, refusals=refusals)


async def _write_page(
    seen: Visit,
    order: Order,
    bought: OrderLine,
    sent: Sent | None = None,
    *,
    form: Form | None = None,
    status: int = 200,
) -> Response[str]:
    _ = seen.gettext
    here = f"orders/{ORDER_ID.show(order.id)}"
    post_url = seen.at(f"{here}/lines/{bought.line_no}/review")
    view = WriteReviewPage(
        chrome=seen.chrome(section="orders", path=post_url),
        title=_("How was it?"),
        line=line(seen, bought, currency=order.currency),
        post_url=post_url,
        button=_("Publish the review"),
        crumbs=(
            Link(label=_("To the order"), url=seen.at(here)),
            Link(label=_("Review"), url="", current=True),
        ),
        scales=tuple(Scale(name=name, label=_(word)) for name, word in _SCALES),
        uploads=uploads(seen, sent.media) if sent else (),
        uploads_max=PICTURES_MAX,
        form=form or (sent.fields.form() if sent else Form()),
    )
    return show(seen, view, status=status)


async def _later_page(
    seen: Visit, own: Written, sent: Sent | None = None, *, form: Form | None = None, status: int = 200
) -> Response[str]:
    _ = seen.gettext
    post_url = seen.at(f"reviews/{ENTRY_ID.show(own.words.id)}/later")
    view = WriteReviewPage(
        chrome=seen.chrome(section="orders", path=post_url),
        title=_("And today?"),
        line=reviewed(seen, own, await drawing(seen, own.product_id)),
        post_url=post_url,
        button=_("Add this"),
        crumbs=(
            Link(label=_("Reviews"), url=seen.at("reviews")),
            Link(label=_("Add to it"), url="", current=True),
        ),
        before=own.words.body,
        uploads=uploads(seen, sent.media) if sent else (),
        uploads_max=PICTURES_MAX,
        form=form or (sent.fields.form() if sent else Form()),
    )
    return show(seen, view, status=status)


async def _own(seen: Visit, review_id: str) -> Written:
    """Return a review of one's own. Raises `NotFound`."""
    wanted = ENTRY_ID.read(review_id)
    mine = (await review.my_reviews(seen.ctx, limit=100)).items
    found = next((one for one in mine if one.words.id == wanted), None)
    if found is None:
        raise NotFound
    return found


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
        fields.blame_all(refused, called={"text": "body", "pictures": FILES})
        return fields.form()
    return fields.form(problem=problem_words(refused, seen.gettext))


ROUTES = (show_write, write, show_later, add_later)
