"""What buyers say of what the shop sold, and the shop's answers."""

from __future__ import annotations

from litestar import Response, get, post

from hansa.centers.review import api as review
from hansa.centers.review.types import BODY_MAX, ENTRY_ID, ReportReason, Review
from hansa.kernel.problem import Invalid, Problem
from hansa.web.answers import go, show
from hansa.web.parts import Choice, Fact, Form
from hansa.web.routes.reasons import REVIEW_REASONS
from hansa.web.routes.selling.desk import Desk, desk, sent
from hansa.web.routes.selling.doing import Done, once
from hansa.web.routes.selling.fields import text_of
from hansa.web.routes.selling.paging import pager
from hansa.web.selling import ReviewRow, ReviewsPage
from hansa.web.visit import Seen
from hansa.web.words import problem_words

REPLY = "review.reply.write"
PAGE = 20
_FAULT = 500


@get("/sell/{slug:str}/reviews")
async def show_reviews(seen: Seen, slug: str) -> Response[str]:
    """Reviews of what the shop sold, newest first."""
    return await _page(await desk(seen, slug, REPLY))


@post("/sell/{slug:str}/reviews/{review_id:str}")
async def reply(seen: Seen, slug: str, review_id: str) -> Response[str]:
    """Answer a review, once. Another shop's is refused by the center."""
    at, fields = await sent(seen, slug, REPLY)
    wanted = ENTRY_ID.read(review_id)
    body = text_of(fields, "body", letters_max=BODY_MAX)
    if fields.errors:
        return await _page(at, forms={review_id: fields.form()}, status=422)

    async def work() -> Done:
        await review.reply(at.ctx, review_id=wanted, body=body)
        return Done(at.at("reviews"), "answered")

    try:
        return await once(seen, fields, route=f"/sell/reviews/{wanted}", work=work)
    except Problem as refused:
        if refused.status >= _FAULT:
            raise
        if isinstance(refused, Invalid):
            fields.blame_all(refused)
        problem = "" if fields.errors else problem_words(refused, seen.gettext)
        return await _page(at, forms={review_id: fields.form(problem=problem)}, status=refused.status)


@post("/sell/{slug:str}/reviews/{review_id:str}/report")
async def report(seen: Seen, slug: str, review_id: str) -> Response[str]:
    """Have the platform look at a review."""
    at, fields = await sent(seen, slug, REPLY)
    reason = next((one for one in ReportReason if one.value == fields.raw("reason")), None)
    if reason is None:
        fields.blame("reason", "choose_one")
        return await _page(at, forms={review_id: fields.form()}, status=422)
    await review.report_entry(at.ctx, entry_id=ENTRY_ID.read(review_id), reason=reason)
    return go(seen, at.at("reviews"), told="reported")


async def _page(at: Desk, *, forms: dict[str, Form] | None = None, status: int = 200) -> Response[str]:
    _ = at.seen.gettext
    after = at.seen.asked("after", letters_max=1000)
    page = await review.shop_reviews(at.ctx, shop_id=at.shop.id, cursor=after or None, limit=PAGE)
    rating = (await review.shop_ratings(at.ctx, [at.shop.id])).get(at.shop.id)
    scored = rating is not None and rating.votes > 0
    number = at.seen.pages.formatter(at.ctx.locale).number
    figures = (
        (
            Fact(label=_("Reviews"), text=number(rating.votes)),
            Fact(label=_("Goods"), text=_score(rating.item)),
            Fact(label=_("Service"), text=_score(rating.service)),
            Fact(label=_("Delivery"), text=_score(rating.delivery)),
        )
        if rating is not None and scored
        else ()
    )
    view = ReviewsPage(
        chrome=at.seen.chrome(section="sell", path=at.at("reviews")),
        desk=at.part("reviews"),
        forms=forms or {},
        figures=figures,
        reasons=tuple(Choice(value=code, label=_(words)) for code, words in REVIEW_REASONS.items()),
        reviews=tuple(_row(at, one) for one in page.items),
        pager=pager(at.seen, len(page.items), page.cursor, at.at("reviews")),
    )
    return show(at.seen, view, status=status)


def _score(hundredths: int) -> str:
    """Write a score that is kept in hundredths."""
    return f"{hundredths / 100:.1f}"


def _row(at: Desk, one: Review) -> ReviewRow:
    id_ = ENTRY_ID.show(one.words.id)
    return ReviewRow(
        id=id_,
        stars=one.scores.item,
        service=one.scores.service,
        delivery=one.scores.delivery,
        what=one.title,
        option=one.options,
        at=one.words.written_at,
        text=one.words.body,
        follow_up=one.follow_up.body if one.follow_up else "",
        reply=one.reply.body if one.reply else "",
        reply_url="" if one.reply or one.words.erased else at.at(f"reviews/{id_}"),
        report_url="" if one.words.erased else at.at(f"reviews/{id_}/report"),
    )


ROUTES = (show_reviews, reply, report)
