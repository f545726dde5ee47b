"""What a shop says of the buyer of an order, once it was received."""

from __future__ import annotations

from litestar import Response, post

from hansa.centers.review import api as review
from hansa.centers.review.types import BODY_MAX
from hansa.kernel.problem import Invalid, Problem
from hansa.web.answers import show
from hansa.web.routes.selling.desk import sent
from hansa.web.routes.selling.doing import Done, once
from hansa.web.routes.selling.fields import text_of
from hansa.web.routes.selling.judged import WRITE
from hansa.web.routes.selling.orders import of_shop
from hansa.web.routes.selling.sold import order_page
from hansa.web.visit import Seen
from hansa.web.words import problem_words

_STARS = 5
_FAULT = 500


@post("/sell/{slug:str}/orders/{order_id:str}/buyer")
async def judge(seen: Seen, slug: str, order_id: str) -> Response[str]:
    """Say what the buyer was like: one to five stars, and words about it."""
    at, fields = await sent(seen, slug, WRITE)
    order = await of_shop(at, order_id)
    stars = fields.raw("score")
    if stars not in {str(one) for one in range(1, _STARS + 1)}:
        fields.blame("score", "stars")
    body = text_of(fields, "body", letters_max=BODY_MAX, required=False)

    async def work() -> Done:
        await review.review_buyer(at.ctx, order_id=order.id, score=int(stars), body=body)
        return Done(at.at(f"orders/{order_id}"), "buyer_reviewed")

    problem, status = "", 422
    try:
        if not fields.errors:
            return await once(seen, fields, route=f"/sell/buyer {order.id}", work=work)
    except Problem as refused:
        if refused.status >= _FAULT:
            raise
        status = refused.status
        if isinstance(refused, Invalid):
            fields.blame_all(refused)
        else:
            problem = problem_words(refused, seen.gettext)
    forms = {"judge": fields.form(problem=problem)}
    return show(seen, await order_page(at, order, forms=forms), status=status)


ROUTES = (judge,)
