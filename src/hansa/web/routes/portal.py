"""The portal: what runs on this installation; and the page that shows every component."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from litestar import Response, get

from hansa.centers.product import api as product
from hansa.kernel.business import Business
from hansa.kernel.context import Ctx
from hansa.kernel.plan.errors import BusinessEnded, BusinessStopped
from hansa.kernel.welcome import Login, Reception
from hansa.web.answers import show
from hansa.web.design import design_page
from hansa.web.i18n import LANGUAGES, N_
from hansa.web.parts import BusinessCard, CenterCard, Door, Figure, Link, Picture
from hansa.web.routes.goods import show_list
from hansa.web.showing import picture
from hansa.web.views import PortalPage
from hansa.web.visit import Seen, Visit

BUSINESSES_MAX = 60
_THINGS = 3

_CENTERS: Mapping[str, str] = MappingProxyType(
    {
        "user": N_("People"),
        "message": N_("Messages"),
        "shop": N_("Shops"),
        "place": N_("Places"),
        "product": N_("Products"),
        "inventory": N_("Stock"),
        "ledger": N_("Ledger"),
        "payment": N_("Payment"),
        "marketing": N_("Offers"),
        "trade": N_("Orders"),
        "review": N_("Reviews"),
        "search": N_("Search"),
        "interconnect": N_("Connections"),
    }
)

# What a role is called, what it does, and the page it begins at.
_ROLES: Mapping[str, tuple[str, str, str]] = MappingProxyType(
    {
        "Buyer": (N_("Buyer"), N_("Puts things in the cart, orders, pays and receives"), ""),
        "Seller": (N_("Seller"), N_("Owns a shop; sends what was ordered"), "sell"),
        "Operator": (N_("Operator"), N_("Runs the platform and may do everything"), "operate"),
    }
)


@get("/")
async def front(seen: Seen) -> Response[str]:
    """The portal, or the home of the business that was named."""
    if seen.ctx.business:
        return await show_list(seen)
    _ = seen.gettext
    platform = seen.ctx.platform
    welcome = await platform.service(Reception).welcome(platform)
    businesses = [one for path, one in platform.plans.current.businesses.items() if path][:BUSINESSES_MAX]
    behind = platform.plans.behind
    view = PortalPage(
        chrome=seen.chrome(),
        businesses=tuple([await _card(seen, business) for business in businesses]),
        centers=tuple(
            CenterCard(id=center.name, name=_(_CENTERS.get(center.name, center.name)))
            for center in platform.centers
        ),
        doors=doors(seen, welcome.logins, first=businesses[0].path if businesses else ""),
        state="degraded" if behind else "healthy",
        pulse=_("plan %(generation)s") % {"generation": platform.plans.current.generation},
    )
    return show(seen, view)


@get("/design", sync_to_thread=False)
def design(seen: Seen) -> Response[str]:
    """Every component once."""
    return show(seen, design_page(seen.chrome(), seen.gettext))


def doors(seen: Visit, logins: Sequence[Login], *, first: str) -> tuple[Door, ...]:
    """Show the demo's accounts, and where one logs in with them."""
    _ = seen.gettext
    shown = []
    for login in logins:
        role, does, begins = _ROLES.get(login.role, (login.role, "", ""))
        wanted = f"?next=/{first}/{begins}" if begins else ""
        link = Link(label=_("Log in"), url=f"/{first}/login{wanted}" if first else "/")
        shown.append(
            Door(
                role=_(role),
                person="",
                does=_(does) if does else "",
                login=login.email,
                password=login.password,
                link=link,
            )
        )
    return tuple(shown)


async def _card(seen: Visit, business: Business) -> BusinessCard:
    """Show a business; one that is closed just now has no goods to show."""
    language = seen.ctx.locale
    other = next(code for code in LANGUAGES if code != language)
    things: tuple[Picture, ...] = ()
    figures: tuple[Figure, ...] = ()
    try:
        ctx = seen.ctx.platform.context(business.path, locale=language)
    except (BusinessStopped, BusinessEnded):
        figures = (Figure(label=seen.gettext("State"), value=seen.gettext("closed")),)
    else:
        things, figures = await _shown(seen, ctx)
    return BusinessCard(
        id=business.path,
        name=business.text(language),
        also=business.text(other) if business.text(other) != business.text(language) else "",
        lede=business.text(language, "lede"),
        url=f"/{business.path}/",
        wall=str(business.look.get("wall", "mist")),
        things=things,
        figures=figures,
    )


async def _shown(seen: Visit, ctx: Ctx) -> tuple[tuple[Picture, ...], tuple[Figure, ...]]:
    goods = await product.list_products(ctx, limit=24)
    drawn = {shown.art: shown for shown in (picture(listed.art) for listed in reversed(goods.items))}
    count = seen.pages.formatter(seen.ctx.locale).number(goods.count or 0)
    return tuple(drawn.values())[:_THINGS], (Figure(label=seen.gettext("Products"), value=count),)


ROUTES = (front, design)
