"""Letting an app in on its way: who asks, for which shop and for what (RFC 6749, 4.1.1); given, or refused.

What is wrong with a request is told to the app only where the address it came back to is known to be its own;
else it is told here, and nobody is sent anywhere (RFC 6749, 4.1.2.1).
"""

from __future__ import annotations

from urllib.parse import urlsplit

from litestar import Response, get, post
from msgspec.structs import asdict

from hansa.centers.interconnect import api as interconnect
from hansa.centers.interconnect.errors import AuthorizationRefused, ConsentOutdated, ScopeNotHeld, TooManyApps
from hansa.centers.interconnect.types import AskedScope, Authorization, AuthorizationRequest
from hansa.centers.shop.errors import ShopNotFound
from hansa.centers.shop.types import SHOP_ID, ShopId
from hansa.kernel.ids import IdMalformed
from hansa.kernel.problem import Forbidden, Invalid
from hansa.kernel.texts import pick
from hansa.web.answers import go, go_outside, show
from hansa.web.forms import Fields, read_form
from hansa.web.parts import Action, Fact, Form, Link, ScopeRow
from hansa.web.routes.guard import person
from hansa.web.views import AuthorizePage, SentBackPage
from hansa.web.visit import Seen, Visit
from hansa.web.words import problem_words

HERE = "oauth/authorize"
SHOP = "shop"
"""The parameter of the address that is ours and not the app's: which shop is chosen."""

_ASKED = AuthorizationRequest.__struct_fields__


@get("/oauth/authorize")
async def show_authorization(seen: Seen) -> Response[str]:
    """Who asks, and for what; who is not logged in does that first."""
    request = _request(person(seen))
    try:
        return await _page(seen, request)
    except AuthorizationRefused as refused:
        return go_outside(refused.extras["redirect_to"])


@post("/oauth/authorize")
async def allow(seen: Seen) -> Response[str]:
    """Let the app do what was ticked, in the shop that was chosen."""
    request = _request(seen)
    if not seen.logged_in:
        return go(seen, seen.at("login", next=_address(seen, request, shop=seen.asked(SHOP))))
    fields = await read_form(seen)
    try:
        shown = await interconnect.describe_authorization(seen.ctx, request=request)
        given = [one.scope for one in shown.scopes if fields.raw(f"scope.{one.scope}") == "on"]
        back = await interconnect.authorize(
            seen.ctx,
            request=request,
            shop_id=SHOP_ID.read(seen.asked(SHOP)),
            scopes=given,
            seen=fields.raw("seen"),
        )
    except AuthorizationRefused as refused:
        return _sent_back(seen, request, refused.extras["redirect_to"])
    except Invalid:
        words = seen.gettext("Please tick what it may do, or refuse.")
        return await _page(seen, request, fields=fields, problem=words, status=422)
    except (ConsentOutdated, ScopeNotHeld, TooManyApps, ShopNotFound, Forbidden, IdMalformed) as refused:
        words = problem_words(refused, seen.gettext)
        return await _page(seen, request, fields=fields, problem=words, status=refused.status)
    return _sent_back(seen, request, back, told=seen.gettext("It may now do what you ticked."))


@post("/oauth/authorize/refuse")
async def refuse(seen: Seen) -> Response[str]:
    """Say no; the app is told so."""
    request = _request(seen)
    if not seen.logged_in:
        return go(seen, seen.at("login", next=_address(seen, request)))
    await read_form(seen)
    try:
        back = await interconnect.refuse_authorization(seen.ctx, request=request)
    except AuthorizationRefused as refused:
        back = refused.extras["redirect_to"]
    return _sent_back(seen, request, back, told=seen.gettext("You gave it nothing."))


def _request(seen: Visit) -> AuthorizationRequest:
    """Return what the app sent, as it stands in the address of the page and of its forms.

    What is there twice is joined by a line break, which none of it may hold: so it is refused (RFC 6749, 3.1).
    """
    asked = seen.request.query_params
    return AuthorizationRequest(**{name: "\n".join(asked.getall(name, [])) for name in _ASKED})


def _address(seen: Visit, request: AuthorizationRequest, *, path: str = HERE, shop: str = "") -> str:
    return seen.at(path, **asdict(request), shop=shop)


async def _page(
    seen: Visit,
    request: AuthorizationRequest,
    *,
    fields: Fields | None = None,
    problem: str = "",
    status: int = 200,
) -> Response[str]:
    shown = await _described(seen, request)
    language = seen.ctx.locale
    chosen = SHOP_ID.show(shown.shop_id) if shown.shop_id else ""
    view = AuthorizePage(
        chrome=seen.chrome(section="account", path=_address(seen, request, shop=chosen)),
        name=shown.app.name,
        about=tuple(filter(None, pick(shown.app.about, language).split("\n"))) if shown.app.about else (),
        facts=_facts(seen, shown),
        shops=tuple(
            Link(
                label=pick(one.name, language),
                url=_address(seen, request, shop=SHOP_ID.show(one.id)),
                current=one.id == shown.shop_id,
            )
            for one in shown.shops
        ),
        scopes=tuple(_row(seen, one, shown, fields) for one in shown.scopes),
        seen=shown.seen,
        post_url=_address(seen, request, shop=chosen) if chosen else "",
        refuse=Action(
            label=seen.gettext("Refuse"), url=_address(seen, request, path=f"{HERE}/refuse"), icon="x"
        ),
        form=Form(problem=problem),
    )
    return show(seen, view, status=status)


async def _described(seen: Visit, request: AuthorizationRequest) -> Authorization:
    """Describe the request for the shop that was chosen, or the only one; for none if that cannot be."""
    shown = await interconnect.describe_authorization(seen.ctx, request=request)
    choosable = {SHOP_ID.show(one.id): one.id for one in shown.shops}
    chosen: ShopId | None = choosable.get(seen.asked(SHOP))
    if chosen is None and len(shown.shops) == 1:
        chosen = shown.shops[0].id
    if chosen is None:
        return shown
    return await interconnect.describe_authorization(seen.ctx, request=request, shop_id=chosen)


def _facts(seen: Visit, shown: Authorization) -> tuple[Fact, ...]:
    _ = seen.gettext
    page = shown.app.homepage
    website = (Fact(label=_("Website"), text=urlsplit(page).netloc, url=page),) if page else ()
    return (*website, Fact(label=_("You then go back to"), text=shown.returns_to))


def _row(seen: Visit, one: AskedScope, shown: Authorization, fields: Fields | None) -> ScopeRow:
    """Show one thing that is asked for: ticked at first, since it is what the app was made for."""
    ticked = fields.raw(f"scope.{one.scope}") == "on" if fields else True
    return ScopeRow(
        scope=one.scope,
        label=pick(one.means, seen.ctx.locale),
        given=one.given,
        closed=shown.shop_id is not None and not one.yours,
        checked=one.yours and ticked,
    )


def _sent_back(seen: Visit, request: AuthorizationRequest, url: str, *, told: str = "") -> Response[str]:
    """Answer with the page that goes back to the app.

    A page and not a redirect: a form of ours may lead to our own pages alone (the content policy's form-action).
    """
    view = SentBackPage(
        chrome=seen.chrome(section="account", path=seen.at("account")),
        host=urlsplit(request.redirect_uri).netloc,
        told=told,
        url=url,
    )
    page = show(seen, view)
    page.headers["cache-control"] = "no-store"  # the code is in it
    return page


ROUTES = (show_authorization, allow, refuse)
