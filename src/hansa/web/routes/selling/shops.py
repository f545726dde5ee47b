"""One's shops, and opening another one."""

from __future__ import annotations

from litestar import Response, get, post

from hansa.centers.shop import api as shop
from hansa.centers.shop.errors import ShopNotAdmitted, SlugTaken
from hansa.centers.shop.terms import Onboarding
from hansa.centers.shop.types import Shop, ShopStatus
from hansa.kernel.problem import Invalid
from hansa.kernel.texts import pick
from hansa.web.answers import go, show
from hansa.web.forms import read_form
from hansa.web.parts import Form
from hansa.web.routes.guard import person
from hansa.web.routes.selling.fields import texts
from hansa.web.selling import ShopCard, ShopsPage
from hansa.web.visit import Seen, Visit
from hansa.web.words import problem_words

_NAME_MAX = 100
_SLUG_MAX = 40


@get("/sell")
async def show_shops(seen: Seen) -> Response[str]:
    """The shops one owns or works for, and the form for a new one."""
    return await _page(person(seen))


@post("/sell")
async def open_shop(seen: Seen) -> Response[str]:
    """Open a shop of one's own. Its address is taken once, so the form does its work once."""
    person(seen)
    fields = await read_form(seen)
    name = texts(fields, "name", letters_max=_NAME_MAX)
    slug = fields.text("slug", letters_max=_SLUG_MAX)
    if not fields.errors:
        try:
            made = await shop.open_shop(seen.ctx, slug=slug, name=name, owner=seen.ctx.party())
        except Invalid as refused:
            fields.blame_all(refused)
        except SlugTaken as refused:
            if own := await _own(seen, slug):
                return go(seen, seen.at(f"sell/{own.slug}"))
            fields.errors["slug"] = problem_words(refused, seen.gettext)
        except ShopNotAdmitted as refused:
            form = fields.form(problem=problem_words(refused, seen.gettext))
            return await _page(seen, form=form, status=refused.status)
        else:
            return go(seen, seen.at(f"sell/{made.slug}"), told="shop_opened")
    return await _page(seen, form=fields.form(), status=422)


async def _own(seen: Visit, slug: str) -> Shop | None:
    """Return one's own shop under an address: a form that was sent twice has opened it already."""
    own = await shop.own_shops(seen.ctx)
    return next((one for one in own if one.slug == slug and one.owner == seen.ctx.party()), None)


async def _page(seen: Visit, *, form: Form | None = None, status: int = 200) -> Response[str]:
    term = seen.ctx.term(Onboarding)
    asked = [pick(one.title, seen.ctx.locale) for one in term.requirements if one.required]
    view = ShopsPage(
        chrome=seen.chrome(section="account", path=seen.at("sell")),
        shops=tuple(_card(seen, one) for one in await shop.own_shops(seen.ctx)),
        post_url=seen.at("sell"),
        reviewed=term.review,
        asked=tuple(asked) if term.review else (),
        form=form or Form(),
    )
    return show(seen, view, status=status)


def _card(seen: Visit, one: Shop) -> ShopCard:
    _ = seen.gettext
    waits = {
        ShopStatus.PENDING: _("Some questions have to be answered before it sells"),
        ShopStatus.ONBOARDING: _("Some questions have to be answered before it sells"),
        ShopStatus.READY_FOR_REVIEW: _("Somebody is looking at it"),
        ShopStatus.APPROVED: _("It may open its doors"),
        ShopStatus.REJECTED: _("Something has to be mended"),
        ShopStatus.SUSPENDED: _("It makes no new sales; open orders go on"),
    }
    return ShopCard(
        name=pick(one.name, seen.ctx.locale),
        url=seen.at(f"sell/{one.slug}"),
        state=one.status.value,
        slug=one.slug,
        role=_("Owner") if one.owner == seen.ctx.party() else _("You work here"),
        next=waits.get(one.status, ""),
    )


ROUTES = (show_shops, open_shop)
