"""The pages' application: static files, the routes of every page family, and problems rendered as pages."""

from __future__ import annotations

from collections.abc import MutableMapping
from contextlib import ExitStack
from typing import Any

from litestar import Litestar, Request, Response, get
from litestar.di import NamedDependency, Provide
from litestar.params import SkipValidation
from litestar.types import ASGIApp, Receive, Scope, Send

from hansa.centers.user.errors import FreshLogInWanted
from hansa.data.figures import Figures
from hansa.kernel.http import API_PATH, problem_of
from hansa.kernel.http.edge import Answer, AsPage
from hansa.kernel.platform import Platform
from hansa.kernel.problem import NotFound, Problem, Unauthenticated
from hansa.kernel.quota import Limits
from hansa.web.answers import go, tell_problem
from hansa.web.assets import CACHE_FOR_EVER, Assets
from hansa.web.routes import ROUTES
from hansa.web.routes.rooms import room_of
from hansa.web.templating import Pages
from hansa.web.visit import Visit, visit, visit_of_nobody

STATIC_PATH = "/static/"
_API = API_PATH.strip("/")


def make_web(platform: Platform, shown: Pages) -> ASGIApp:
    """Make the pages of a running platform."""
    platform.add(Figures(platform))
    pages = Litestar(
        [_static, *ROUTES],
        dependencies={
            "seen": Provide(_seen, sync_to_thread=False),
            "assets": Provide(lambda: shown.assets, sync_to_thread=False),
        },
        exception_handlers={Exception: _refuse},
        logging_config=None,
        openapi_config=None,
        request_max_body_size=platform.settings.body_max_bytes,
    )

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        with ExitStack() as admitted:
            if not scope["path"].startswith(STATIC_PATH):
                # Known before the router is asked, so that a page that does not exist speaks the visitor's language.
                request: Request[Any, Any, Any] = Request(scope, receive)
                try:
                    seen = scope["state"]["seen"] = await visit(platform, request, shown)
                    admitted.enter_context(platform.service(Limits).under_way(seen.ctx))
                except Exception as wrong:  # noqa: BLE001 - whatever it is, somebody waits for a page
                    nobody = visit_of_nobody(platform, request, shown)
                    answer = tell_problem(nobody, problem_of(wrong))
                    await answer.to_asgi_response(app=None, request=request)(scope, receive, send)
                    return
            await pages(scope, receive, send)

    return app


def refusals(platform: Platform, shown: Pages) -> AsPage:
    """Return what shows problems as pages that the edge answers before any page is asked."""

    def as_page(scope: MutableMapping[str, Any], problem: Problem) -> Answer | None:
        path = scope["path"]
        if path.startswith(STATIC_PATH) or _API in path.split("/")[1:3]:
            return None
        readable = [(name, value) for name, value in scope["headers"] if b"\0" not in value]
        kept = [(name, value) for name, value in readable if name != b"cookie" or not _holds_nul(value)]
        plain: Any = {**scope, "path": "/", "raw_path": b"/", "headers": kept}
        request: Request[Any, Any, Any] = Request(plain)
        answer = tell_problem(visit_of_nobody(platform, request, shown), problem)
        sent = answer.to_asgi_response(app=None, request=request)
        return sent.status_code, list(sent.encode_headers()), sent.body

    return as_page


def _holds_nul(cookie: bytes) -> bool:
    return b"%00" in cookie or b"\\000" in cookie


def _seen(request: Request[Any, Any, Any]) -> Visit:
    seen: Visit = request.scope["state"]["seen"]
    return seen


def _refuse(request: Request[Any, Any, Any], wrong: Exception) -> Response[Any]:
    """Answer with a problem as a page; who has to log in first is led there, and back."""
    problem = problem_of(wrong)
    if "seen" not in request.scope["state"]:  # a static file, asked for by a page
        return Response(problem.title, status_code=problem.status, media_type="text/plain")
    seen = _seen(request)
    if isinstance(problem, Unauthenticated) and seen.ctx.business:
        wanted = seen.here() if request.method == "GET" else ""
        return go(seen, seen.at("login", next=wanted))
    if isinstance(problem, FreshLogInWanted) and seen.ctx.business:
        return go(seen, seen.at("confirm", next=room_of(seen)))
    return tell_problem(seen, problem)


@get("/static/{path:path}", sync_to_thread=False)
def _static(
    request: Request[Any, Any, Any], assets: NamedDependency[SkipValidation[Assets]]
) -> Response[bytes]:
    asset = assets.at(request.scope["path"])
    if asset is None:
        raise NotFound
    packed = bool(asset.gzipped) and "gzip" in request.headers.get("accept-encoding", "")
    headers = {"cache-control": CACHE_FOR_EVER, "vary": "accept-encoding"}
    if packed:
        headers["content-encoding"] = "gzip"
    return Response(asset.gzipped if packed else asset.body, media_type=asset.media_type, headers=headers)
