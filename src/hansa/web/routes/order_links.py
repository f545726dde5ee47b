"""Where the link in a guest's mail leads: the order, to be read and to be confirmed received."""

from __future__ import annotations

from litestar import Response, get, post
from msgspec.structs import replace

from hansa.centers.trade import api as trade
from hansa.centers.trade.errors import IllegalMove, LineMoved
from hansa.kernel.problem import Busy
from hansa.web.answers import go, show
from hansa.web.forms import read_form
from hansa.web.parts import Action
from hansa.web.routes.order_view import may_receive, order_view
from hansa.web.visit import Seen


@get("/order-links/{link:str}")
async def show_linked(seen: Seen, link: str) -> Response[str]:
    """The order, to whoever has the link; where it goes and what was written stay with its buyer."""
    order = await trade.linked_order(seen.ctx, link=link)
    here = f"order-links/{link}"
    view = await order_view(seen, order)
    receive = Action(label=seen.gettext("Confirm receipt"), url=seen.at(f"{here}/receive"), primary=True)
    view = replace(
        view,
        chrome=seen.chrome(section="", path=seen.at(here)),
        actions=(receive,) if may_receive(order) else (),
        parts=(),
        note_url="",
        addresses=(),
        of_buyer=None,
    )
    page = show(seen, view)
    page.headers["referrer-policy"] = "no-referrer"  # the link acts for whom it was mailed to
    return page


@post("/order-links/{link:str}/receive")
async def receive_linked(seen: Seen, link: str) -> Response[str]:
    """Confirm that the goods are there: the seller is paid for them."""
    await read_form(seen)
    here = seen.at(f"order-links/{link}")
    try:
        await trade.receive_linked(seen.ctx, link=link)
    except (IllegalMove, LineMoved):
        return go(seen, here, told="moved_on")
    except Busy:
        return go(seen, here, told="not_now")
    return go(seen, here, told="received")


ROUTES = (show_linked, receive_linked)
