"""A visit: who looks at a page, in which business and language, and what every page needs to know of that."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any

from litestar import Request

from hansa.centers.user import api as user
from hansa.kernel.context import GUEST, ActorKind, Ctx
from hansa.kernel.i18n import negotiate
from hansa.kernel.platform import Platform
from hansa.kernel.problem import Problem
from hansa.kernel.security import Signer, TokenInvalid
from hansa.web.i18n import LANGUAGES
from hansa.web.parts import Notice
from hansa.web.views import Chrome

SESSION_COOKIE = "hansa_session"
VISITOR_COOKIE = "hansa_visitor"
LANGUAGE_COOKIE = "hansa_language"
THEME_COOKIE = "hansa_theme"
_THEMES = frozenset({"light", "dark"})
_CSRF = "web.form"


class FormForged(Problem):
    """The form was not one of ours, or its page was open for too long; nothing was changed."""

    code = "web.form_forged"
    status = 403
    title = "Please open the page again and repeat what you did"


@dataclass(frozen=True, slots=True)
class Visit:
    """One request for a page."""

    ctx: Ctx
    request: Request[Any, Any, Any]
    prefix: str
    visitor: str
    """A random name of this browser, in a cookie of its own; form tokens belong to it."""

    @property
    def logged_in(self) -> bool:
        """Whether a person is there, and not a guest."""
        return self.ctx.actor.kind is ActorKind.PERSON

    def chrome(self, *, section: str = "", notices: tuple[Notice, ...] = (), **known: Any) -> Chrome:
        """Return what stands around the page."""
        business = self.ctx.plan.business
        language = self.ctx.locale
        other = next((code for code in LANGUAGES if code != language), language)
        theme = self.request.cookies.get(THEME_COOKIE, "")
        return Chrome(
            language=language,
            now=self.ctx.now(),
            csrf=self.form_token(),
            base=self.prefix,
            path=self.prefix + self.request.scope["path"] + _query(self.request),
            business=business.text(language) if self.ctx.business else "Hansa",
            business_also=business.text(other) if self.ctx.business else "",
            storefront=bool(self.ctx.business),
            section=section,  # type: ignore[arg-type]  # one of the literals, by the routes
            theme=theme if theme in _THEMES else "system",  # type: ignore[arg-type]  # as above
            sandbox=self.ctx.traffic.value == "sandbox" and bool(self.ctx.business),
            preferences_url=f"{self.prefix}/preferences",
            api_url=f"{self.prefix}/api/openapi.json",
            notices=notices,
            **known,
        )

    def form_token(self) -> str:
        """Return the token that a form of this page carries."""
        return self.ctx.platform.service(Signer).sign(self.visitor.encode(), purpose=_CSRF)

    def check_form(self, token: str) -> None:
        """Raise `FormForged` unless the token was made for this browser."""
        signer = self.ctx.platform.service(Signer)
        try:
            named = signer.verify(token, purpose=_CSRF, now=self.ctx.now())
        except TokenInvalid:
            raise FormForged from None
        if not secrets.compare_digest(named, self.visitor.encode()):
            raise FormForged


async def visit(platform: Platform, request: Request[Any, Any, Any]) -> Visit:
    """Make the visit of a request that came through the edge."""
    state = request.scope["state"]
    token = request.cookies.get(SESSION_COOKIE, "")
    actor = (await user.authenticate(platform, token) if token else None) or GUEST
    ctx = platform.context(state["business"], actor=actor, trace=state["trace"])
    spoken = [code for code in ctx.plan.business.languages if code in LANGUAGES] or list(LANGUAGES)
    language = negotiate(
        spoken,
        query=request.query_params.get("lang"),
        cookie=request.cookies.get(LANGUAGE_COOKIE),
        accept_language=request.headers.get("accept-language"),
    )
    return Visit(
        ctx=ctx.with_(locale=language),
        request=request,
        prefix=state["prefix"],
        visitor=request.cookies.get(VISITOR_COOKIE) or secrets.token_urlsafe(16),
    )


def _query(request: Request[Any, Any, Any]) -> str:
    query = request.scope["query_string"].decode("latin-1")
    return f"?{query}" if query else ""
