"""Apps: which a shop lets in and what they may do there, and those of the person at the desk."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import timedelta

from litestar import Response, get, post

from hansa.centers.interconnect import api as interconnect
from hansa.centers.interconnect.errors import AppNotFound
from hansa.centers.interconnect.types import App, Installation
from hansa.centers.user.errors import TokenNotFound
from hansa.centers.user.types import PARTY_ID, TOKEN_ID, PartyId, Token
from hansa.kernel.problem import Invalid, Problem
from hansa.kernel.texts import pick
from hansa.web.answers import go, show
from hansa.web.forms import Fields
from hansa.web.parts import Action, Choice, Form, Link
from hansa.web.routes.selling.desk import Desk, desk, sent
from hansa.web.routes.selling.doing import Done, once
from hansa.web.routes.selling.fields import ticked
from hansa.web.selling import AppPage, AppRow, AppsPage, TokenRow
from hansa.web.visit import Seen
from hansa.web.words import problem_words

INSTALL = "interconnect.app.install"
_SHOWN = 50
_NAME_MAX, _LABEL_MAX, _ID_MAX = 64, 64, 100
_FAULT = 500
_DAYS = (30, 90, 365)


@get("/sell/{slug:str}/apps")
async def show_apps(seen: Seen, slug: str) -> Response[str]:
    """Which apps may do something in the shop, and one's own; `app` leads to another one by its id."""
    at = await desk(seen, slug, INSTALL)
    if wanted := seen.asked("app", letters_max=_ID_MAX):
        return await _found(at, wanted)
    return await _list(at)


@post("/sell/{slug:str}/apps")
async def register(seen: Seen, slug: str) -> Response[str]:
    """Register an app of one's own."""
    at, fields = await sent(seen, slug, INSTALL)
    name = fields.text("name", letters_max=_NAME_MAX)
    scopes = ticked(fields, "scope-")
    if not scopes:
        fields.blame("scopes", "choose")
    if fields.errors:
        return await _list(at, forms={"register": fields.form()}, status=422)

    async def work() -> Done:
        made = await interconnect.register_app(at.ctx, name=name, scopes=scopes)
        return Done(at.at(f"apps/{PARTY_ID.show(made.id)}"), "saved")

    try:
        return await once(seen, fields, route=f"/sell/apps {at.shop.id}", work=work)
    except Problem as refused:
        forms = {"register": _refusal(at, fields, refused)}
        return await _list(at, forms=forms, status=refused.status)


@get("/sell/{slug:str}/apps/{app_id:str}")
async def show_app(seen: Seen, slug: str, app_id: str) -> Response[str]:
    """What an app may do here, or asks for."""
    at = await desk(seen, slug, INSTALL)
    return await _page(at, PARTY_ID.read(app_id))


@post("/sell/{slug:str}/apps/{app_id:str}/install")
async def install(seen: Seen, slug: str, app_id: str) -> Response[str]:
    """Let an app in, or say anew what it may do."""
    at, fields = await sent(seen, slug, INSTALL)
    wanted = PARTY_ID.read(app_id)
    scopes = ticked(fields, "scope-")
    if not scopes:
        fields.blame("scopes", "choose")
        return await _page(at, wanted, forms={"install": fields.form()}, status=422)
    try:
        await interconnect.install(
            at.ctx, shop_id=at.shop.id, app_id=wanted, scopes=scopes, seen=fields.raw("seen")
        )
    except Problem as refused:
        forms = {"install": _refusal(at, fields, refused)}
        return await _page(at, wanted, forms=forms, status=refused.status)
    return go(seen, at.at(f"apps/{app_id}"), told="app_in")


@post("/sell/{slug:str}/apps/{app_id:str}/remove")
async def remove(seen: Seen, slug: str, app_id: str) -> Response[str]:
    """Take an app out; its tokens here end at once."""
    at, _fields = await sent(seen, slug, INSTALL)
    await interconnect.uninstall(at.ctx, shop_id=at.shop.id, app_id=PARTY_ID.read(app_id))
    return go(seen, at.at("apps"), told="app_out")


@post("/sell/{slug:str}/apps/{app_id:str}/tokens")
async def issue(seen: Seen, slug: str, app_id: str) -> Response[str]:
    """Issue a token of one's own app for this shop, and show its secret: this once."""
    at, fields = await sent(seen, slug, INSTALL)
    wanted = PARTY_ID.read(app_id)
    label = fields.text("label", letters_max=_LABEL_MAX)
    days = fields.raw("days")
    if days not in {str(one) for one in _DAYS}:
        fields.blame("days", "unknown")
    if fields.errors:
        return await _page(at, wanted, forms={"token": fields.form()}, status=422)
    try:
        issued = await interconnect.issue_token(
            at.ctx,
            app_id=wanted,
            shop_id=at.shop.id,
            label=label,
            expires_at=at.ctx.now() + timedelta(days=int(days)),
        )
    except Problem as refused:
        forms = {"token": _refusal(at, fields, refused)}
        return await _page(at, wanted, forms=forms, status=refused.status)
    answer = await _page(at, wanted, secret=issued.secret)
    answer.headers["cache-control"] = "no-store"
    return answer


@post("/sell/{slug:str}/apps/{app_id:str}/tokens/end")
async def end(seen: Seen, slug: str, app_id: str) -> Response[str]:
    """End a token; one that is gone already is gone."""
    at, fields = await sent(seen, slug, INSTALL)
    wanted = PARTY_ID.read(app_id)
    try:
        await interconnect.revoke_token(
            at.ctx, app_id=wanted, shop_id=at.shop.id, token_id=TOKEN_ID.read(fields.raw("token_id"))
        )
    except TokenNotFound:
        return go(seen, at.at(f"apps/{app_id}"))
    return go(seen, at.at(f"apps/{app_id}"), told="saved")


async def _found(at: Desk, wanted: str) -> Response[str]:
    """Lead to an app by its id, or say that there is none."""
    fields = Fields(at.seen, {"app": wanted})
    try:
        app = await interconnect.app(at.ctx, app_id=PARTY_ID.read(wanted))
    except Problem as refused:
        if refused.status >= _FAULT:
            raise
        fields.errors["app"] = problem_words(AppNotFound(), at.seen.gettext)
        return await _list(at, forms={"find": fields.form()}, status=422)
    return go(at.seen, at.at(f"apps/{PARTY_ID.show(app.id)}"))


def _refusal(at: Desk, fields: Fields, refused: Problem) -> Form:
    """Return the form with why it was refused. Raises what is wrong on our side, and what is not there."""
    if refused.status >= _FAULT or isinstance(refused, AppNotFound):
        raise refused
    if isinstance(refused, Invalid):
        for error in refused.errors:
            fields.blame("scopes" if error.field.startswith("scopes") else error.field, error.code)
        return fields.form()
    return fields.form(problem=problem_words(refused, at.seen.gettext))


async def _list(at: Desk, *, forms: dict[str, Form] | None = None, status: int = 200) -> Response[str]:
    installed = (await interconnect.installed_in(at.ctx, shop_id=at.shop.id, limit=_SHOWN)).items
    own = (await interconnect.my_apps(at.ctx, limit=_SHOWN)).items
    here = {app.id for _there, app in installed}
    typed = forms["register"].values if forms and "register" in forms else {}
    view = AppsPage(
        chrome=at.seen.chrome(section="sell", path=at.at("apps")),
        desk=at.part("apps"),
        forms=forms or {},
        installed=tuple(_row(at, app, there.scopes, there) for there, app in installed),
        own=tuple(_row(at, app, app.scopes, None, installed=app.id in here) for app in own),
        scopes=tuple(
            Choice(value=scope, label=pick(means, at.ctx.locale), checked=f"scope-{scope}" in typed)
            for scope, means in interconnect.app_scopes().items()
        ),
        register_url=at.at("apps"),
        find_url=at.at("apps"),
    )
    return show(at.seen, view, status=status)


def _row(
    at: Desk, app: App, scopes: Sequence[str], there: Installation | None, *, installed: bool = False
) -> AppRow:
    return AppRow(
        url=at.at(f"apps/{PARTY_ID.show(app.id)}"),
        name=app.name,
        does=_means(at, scopes),
        since=there.installed_at if there else app.registered_at,
        homepage=app.homepage,
        installed=installed or there is not None,
    )


def _means(at: Desk, scopes: Collection[str]) -> tuple[str, ...]:
    known = interconnect.app_scopes()
    return tuple(pick(known[scope], at.ctx.locale) for scope in scopes if scope in known)


async def _page(
    at: Desk,
    app_id: PartyId,
    *,
    forms: dict[str, Form] | None = None,
    secret: str = "",
    status: int = 200,
) -> Response[str]:
    _ = at.seen.gettext
    asked = await interconnect.consent(at.ctx, shop_id=at.shop.id, app_id=app_id)
    app, shown = asked.app, PARTY_ID.show(app_id)
    here = at.at(f"apps/{shown}")
    installed = any(one.given for one in asked.scopes)
    typed = forms["install"].values if forms and "install" in forms else None
    tokens = (
        await interconnect.tokens(at.ctx, app_id=app_id, shop_id=at.shop.id)
        if installed and app.owner == at.ctx.actor.party
        else None
    )
    view = AppPage(
        chrome=at.seen.chrome(section="sell", path=here),
        desk=at.part("apps"),
        forms=forms or {},
        app_id=shown,
        name=app.name,
        about=pick(app.about, at.ctx.locale) if app.about else "",
        homepage=app.homepage,
        installed=installed,
        scopes=tuple(
            Choice(
                value=one.scope,
                label=pick(one.means, at.ctx.locale),
                checked=one.yours
                and (f"scope-{one.scope}" in typed if typed is not None else one.given or not installed),
                fixed=not one.yours,
            )
            for one in asked.scopes
        ),
        seen=asked.seen,
        install_url=f"{here}/install",
        back=Link(label=_("Apps"), url=at.at("apps")),
        remove=Action(label=_("Take it out"), url=f"{here}/remove", icon="trash-2") if installed else None,
        tokens=tuple(_token(at, one, here) for one in tokens or ()),
        token_url=f"{here}/tokens" if tokens is not None else "",
        days=tuple(
            Choice(
                value=str(day),
                label=at.seen.ngettext("%(num)s day", "%(num)s days", day) % {"num": day},
                checked=day == _DAYS[1],
            )
            for day in _DAYS
        ),
        secret=secret,
    )
    return show(at.seen, view, status=status)


def _token(at: Desk, one: Token, here: str) -> TokenRow:
    gone = Action(
        label=at.seen.gettext("End it"),
        url=f"{here}/tokens/end",
        fields=(("token_id", TOKEN_ID.show(one.id)),),
    )
    return TokenRow(label=one.label, until=one.expires_at, end=gone)


ROUTES = (show_apps, register, show_app, install, remove, issue, end)
