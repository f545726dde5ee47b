"""The pages' application: static files, the routes of every page family, and problems rendered as pages."""

from __future__ import annotations

from typing import Any

from litestar import Litestar, Request, Response, get
from litestar.di import Provide
from litestar.types import ASGIApp, Receive, Scope, Send

from hansa.kernel.http import plain_annotations, problem_of
from hansa.kernel.platform import Platform
from hansa.kernel.problem import NotFound
from hansa.web.assets import CACHE_FOR_EVER
from hansa.web.headers import PAGE_HEADERS
from hansa.web.parts import Action, Fact
from hansa.web.routes import ROUTES
from hansa.web.templating import Pages
from hansa.web.views import ErrorPage, View
from hansa.web.visit import VISITOR_COOKIE, Visit, visit

HTML = "text/html; charset=utf-8"


class Renderer:
    """Renders the pages of one process."""

    def __init__(self, pages: Pages) -> None:
        self.pages = pages

    def page(self, seen: Visit, view: View, *, status: int = 200) -> Response[str]:
        """Answer with a page; the first one gives the browser its name."""
        response = Response(
            self.pages.render(view), status_code=status, media_type=HTML, headers=dict(PAGE_HEADERS)
        )
        response.headers["cache-control"] = "private, no-cache"
        if VISITOR_COOKIE not in seen.request.cookies:
            response.set_cookie(
                VISITOR_COOKIE,
                seen.visitor,
                httponly=True,
                samesite="lax",
                secure=seen.request.url.scheme == "https",
                max_age=365 * 86400,
            )
        return response

    def refuse(self, request: Request[Any, Any, Any], wrong: Exception) -> Response[str]:
        """Answer with a problem as a page."""
        problem = problem_of(wrong)
        seen = _seen(request)
        told = self.pages.translator(seen.ctx.locale)
        view = ErrorPage(
            chrome=seen.chrome(),
            status=problem.status,
            code=problem.code,
            title=told(problem.title),
            detail=problem.detail,
            trace=request.scope["state"]["trace"],
            hints=tuple(
                Fact(label=str(error["field"]), text=str(error["message"]))
                for error in problem.extras.get("errors", ())
            ),
            actions=(Action(label=told("To the beginning"), url=f"{seen.prefix}/", method="get", primary=True),),
        )
        return self.page(seen, view, status=problem.status)


def make_web(platform: Platform) -> ASGIApp:
    """Make the pages of a running platform."""
    renderer = Renderer(Pages())
    with plain_annotations():
        pages = Litestar(
            [_static, *ROUTES],
            dependencies={
                "seen": Provide(_seen, sync_to_thread=False),
                "renderer": Provide(lambda: renderer, sync_to_thread=False),
            },
            exception_handlers={Exception: renderer.refuse},
            logging_config=None,
            openapi_config=None,
            request_max_body_size=platform.settings.body_max_bytes,
        )

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        # Known before the router is asked, so that a page that does not exist speaks the visitor's language.
        scope["state"]["seen"] = await visit(platform, Request(scope))
        await pages(scope, receive, send)

    return app


def _seen(request: Request[Any, Any, Any]) -> Visit:
    seen: Visit = request.scope["state"]["seen"]
    return seen


@get("/static/{path:path}", sync_to_thread=False)
def _static(request: Request[Any, Any, Any], renderer: Renderer) -> Response[bytes]:
    asset = renderer.pages.assets.at(request.scope["path"])
    if asset is None:
        raise NotFound
    packed = bool(asset.gzipped) and "gzip" in request.headers.get("accept-encoding", "")
    headers = {"cache-control": CACHE_FOR_EVER, "vary": "accept-encoding"}
    if packed:
        headers["content-encoding"] = "gzip"
    return Response(asset.gzipped if packed else asset.body, media_type=asset.media_type, headers=headers)
