"""A visit: who looks at a page, in which business and language, and what every page needs to know of that."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode

from litestar import Request
from litestar.di import NamedDependency
from litestar.params import SkipValidation

from hansa.centers.message import api as message
from hansa.centers.trade import api as trade
from hansa.centers.user import api as user
from hansa.centers.user.types import LoggedIn
from hansa.kernel.context import PLATFORM_BUSINESS, ActorKind, Ctx
from hansa.kernel.i18n import negotiate
from hansa.kernel.platform import Platform
from hansa.kernel.problem import Problem
from hansa.kernel.quota import Limits
from hansa.kernel.security import Signer, TokenInvalid
from hansa.web import cookies
from hansa.web.cookies import Cookies
from hansa.web.i18n import LANGUAGES, spoken
from hansa.web.parts import Notice
from hansa.web.templating import Pages
from hansa.web.views import Chrome
from hansa.web.words import TOLD

THEMES = ("system", "light", "dark")
_CSRF = "web.form"
_OURS = frozenset({"same-origin", "none"})
_log = logging.getLogger("hansa.web")


class FormForged(Problem):
    """The form was not one of ours, or somebody else has logged in since; nothing was changed."""

    code = "web.form_forged"
    status = 403
    title = "Please open the page again and repeat what you did"


@dataclass(frozen=True, slots=True)
class Visit:
    """One request for a page."""

    ctx: Ctx
    request: Request[Any, Any, Any]
    cookies: Cookies
    pages: Pages
    prefix: str
    visitor: str
    """A random name of this browser, in a cookie of its own; form tokens belong to it."""
    person: str = ""
    """What the account calls its owner; empty for guests."""
    cart_count: int = 0
    unread: int = 0
    """How much news the visitor has not read."""
    started: LoggedIn | None = None
    """A session that began with this request; the answer carries its cookie."""

    @property
    def logged_in(self) -> bool:
        """Whether a person is there, and not a guest."""
        return self.ctx.actor.kind is ActorKind.PERSON

    @property
    def sells(self) -> bool:
        """Whether the person may do something in a shop, as its owner or its staff."""
        return self.logged_in and any("@shop:" in grant for grant in self.ctx.actor.grants)

    @property
    def gettext(self) -> Callable[[str], str]:
        """The words of the visitor's language."""
        return self.pages.translator(self.ctx.locale)

    @property
    def ngettext(self) -> Callable[[str, str, int], str]:
        """The words of the visitor's language, for texts with a number."""
        return self.pages.plural(self.ctx.locale)

    def at(self, path: str = "", **query: str) -> str:
        """Return the address of a page of this business: `at("orders", state="shipped")`."""
        asked = urlencode({name: value for name, value in query.items() if value})
        return f"{self.prefix}/{quote(path)}" + (f"?{asked}" if asked else "")

    def asked(self, name: str, *, letters_max: int = 200) -> str:
        """Return a parameter of the address, empty when absent; what is too long is cut."""
        return (self.request.query_params.get(name) or "").strip()[:letters_max]

    def here(self) -> str:
        """Return the address of this page, as one comes back to it; the language is not part of it."""
        query = [
            pair
            for pair in parse_qsl(
                self.request.scope["query_string"].decode("latin-1"), keep_blank_values=True
            )
            if pair[0] != "lang"
        ]
        return self.prefix + quote(self.request.scope["path"]) + (f"?{urlencode(query)}" if query else "")

    def chrome(
        self,
        *,
        section: str = "",
        notices: tuple[Notice, ...] = (),
        path: str | None = None,
        cart_count: int | None = None,
        query: str = "",
    ) -> Chrome:
        """Return what stands around the page; `path` says where its switches return to, if not here."""
        business = self.ctx.plan.business
        language = self.ctx.locale
        other = next((code for code in LANGUAGES if code != language), language)
        theme = self.cookies.get(cookies.THEME)
        told = TOLD.get(self.cookies.get(cookies.TOLD))
        if told:
            notices = (Notice(text=self.gettext(told.text), tone=told.tone), *notices)
        return Chrome(
            language=language,
            now=self.ctx.now(),
            csrf=self.form_token(),
            base=self.prefix,
            path=self.here() if path is None else path,
            business=business.text(language) if self.ctx.business else "Hansa",
            business_also=business.text(other) if self.ctx.business else "",
            storefront=bool(self.ctx.business),
            section=section,  # type: ignore[arg-type]  # one of the literals, by the routes
            query=query,
            cart_count=self.cart_count if cart_count is None else cart_count,
            unread=self.unread,
            attempt=secrets.token_urlsafe(16),
            person=self.person,
            held=bool(self.ctx.business) and self.ctx.actor.party is not None,
            sells=self.sells,
            theme=theme if theme in THEMES else "system",  # type: ignore[arg-type]  # as above
            sandbox=self.ctx.traffic.value == "sandbox" and bool(self.ctx.business),
            preferences_url=f"{self.prefix}/preferences",
            api_url=f"{self.prefix}/api/openapi.json",
            notices=notices,
        )

    def form_token(self) -> str:
        """Return the token that a form of this page carries."""
        return self.ctx.platform.service(Signer).sign(self._bound(), purpose=_CSRF)

    def check_form(self, token: str) -> None:
        """Raise `FormForged` unless the token was made for this browser and who is logged in there."""
        if self.request.headers.get("sec-fetch-site", "none") not in _OURS:
            raise FormForged
        signer = self.ctx.platform.service(Signer)
        try:
            named = signer.verify(token, purpose=_CSRF, now=self.ctx.now())
        except TokenInvalid:
            raise FormForged from None
        if not secrets.compare_digest(named, self._bound()):
            raise FormForged

    async def somebody(self) -> Visit:
        """Return the visit of a party: of the one that acts, else of a guest whose session starts now."""
        if self.ctx.actor.party is not None:
            return self
        return self.begun(await user.start_guest(self.ctx))

    def begun(self, session: LoggedIn) -> Visit:
        """Return the visit in a session that just started."""
        return replace(self, ctx=self.ctx.with_(actor=session.actor), started=session)

    def _bound(self) -> bytes:
        """Return what form tokens are bound to. A guest's are not bound to its session, which may start in between."""
        return f"{self.visitor} {self.ctx.actor.session if self.logged_in else ''}".encode()


Seen = NamedDependency[SkipValidation[Visit]]
"""The visit, as a route takes it."""


async def visit(platform: Platform, request: Request[Any, Any, Any], pages: Pages) -> Visit:
    """Make the visit of a request that came through the edge.

    It counts as one request of its business and actor, as a call of the API does. Raises `business.stopped`,
    `business.ended`, `quota.rate_limited`, and what the database may say.
    """
    token = Cookies(platform, request).get(cookies.SESSION)
    identity = await user.identify(platform, token) if token else None
    made = _visit(platform, request, pages, business=request.scope["state"]["business"])
    if identity is not None:
        made = replace(made, ctx=made.ctx.with_(actor=identity.acting_in(made.ctx.traffic)))
    platform.service(Limits).admit_request(made.ctx)
    return await _greeted(made) if made.ctx.business and made.ctx.actor.party else made


def visit_of_nobody(platform: Platform, request: Request[Any, Any, Any], pages: Pages) -> Visit:
    """Make a visit that asks nothing of the database and of no business, to show what went wrong."""
    return _visit(platform, request, pages, business=PLATFORM_BUSINESS)


def _visit(platform: Platform, request: Request[Any, Any, Any], pages: Pages, *, business: str) -> Visit:
    state, kept = request.scope["state"], Cookies(platform, request)
    ctx = platform.context(business, trace=state["trace"])
    language = negotiate(
        spoken(ctx.plan.business.languages if business else ()),
        query=request.query_params.get("lang"),
        cookie=kept.get(cookies.LANGUAGE),
        accept_language=request.headers.get("accept-language"),
    )
    return Visit(
        ctx=ctx.with_(
            locale=language,
            agent=request.headers.get("user-agent", ""),
            client=request.client.host if request.client else "",
        ),
        request=request,
        cookies=kept,
        pages=pages,
        prefix=state["prefix"] if business else "",
        visitor=kept.get(cookies.VISITOR) or new_visitor(),
    )


def new_visitor() -> str:
    """Return a name for a browser that has none, or gets a new one because who uses it has changed."""
    return secrets.token_urlsafe(16)


async def _greeted(made: Visit) -> Visit:
    """Add the name, the size of the cart and the news; a page can do without them."""
    try:
        lines = await trade.cart(made.ctx)
        unread = await message.unread(made.ctx)
        person = (await user.me(made.ctx)).name if made.logged_in else ""
    except Problem as problem:
        _log.warning("a visitor is not greeted: %s", problem.code)
        return made
    return replace(made, person=person, cart_count=sum(line.quantity for line in lines), unread=unread)
