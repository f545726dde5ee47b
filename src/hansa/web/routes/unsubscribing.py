"""Where a mail's link leads that ends its kind. Opening it ends nothing, since mail programs look at links."""

from __future__ import annotations

from litestar import Response, get, post

from hansa.centers.message import api as message
from hansa.centers.message.types import Subscription
from hansa.web.answers import show
from hansa.web.forms import read_form
from hansa.web.parts import Action, Link
from hansa.web.views import UnsubscribePage
from hansa.web.visit import Seen, Visit


@get("/unsubscribe/{link:str}")
async def show_unsubscribe(seen: Seen, link: str) -> Response[str]:
    """Which kind of mail the link ends, and the button that ends it."""
    return _page(seen, link, await message.subscription(seen.ctx, token=link))


@post("/unsubscribe/{link:str}")
async def unsubscribe(seen: Seen, link: str) -> Response[str]:
    """End it; asked again, it has ended."""
    await read_form(seen)
    found = await message.unsubscribe(seen.ctx, token=link)
    return _page(seen, link, found, fixed=found.enabled)


def _page(seen: Visit, link: str, found: Subscription, *, fixed: bool = False) -> Response[str]:
    view = UnsubscribePage(
        chrome=seen.chrome(section="account", path=seen.at(f"unsubscribe/{link}")),
        topic=found.title,
        end=Action(label=seen.gettext("No more of this"), url=seen.at(f"unsubscribe/{link}"), primary=True),
        done=not found.enabled,
        fixed=fixed,
        settings=Link(label=seen.gettext("Choose what you are told"), url=seen.at("account/messages")),
    )
    page = show(seen, view)
    page.headers["referrer-policy"] = "no-referrer"  # the link acts for whom it was mailed to
    return page


ROUTES = (show_unsubscribe, unsubscribe)
