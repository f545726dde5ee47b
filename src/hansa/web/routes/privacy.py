"""One's privacy: what one agreed to, what is held about one, and being forgotten."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from litestar import Response, get, post

from hansa.centers.user import api as user
from hansa.centers.user.errors import (
    ConsentOutdated,
    ErasureNotFound,
    ExportNotFound,
    ExportNotReady,
    PurposeUnknown,
)
from hansa.centers.user.types import Accounts, ConsentState, Erasing, ExportState
from hansa.kernel.problem import NotFound
from hansa.web.answers import go, show
from hansa.web.forms import Fields, read_form
from hansa.web.headers import PAGE_HEADERS
from hansa.web.i18n import N_
from hansa.web.parts import Action, ConsentRow, Form
from hansa.web.routes.guard import somebody
from hansa.web.routes.rooms import account_tabs
from hansa.web.views import PrivacyPage
from hansa.web.visit import Seen, Visit

HERE = "account/privacy"
_VERSION_DIGITS_MAX = 9

_WAITS: Mapping[str, str] = MappingProxyType(
    {
        "user.runs_the_house": N_("You run the house: give the operator role up first."),
        "trade.orders_under_way": N_("Your orders that are still under way come to their end first."),
        "shop.shops_open": N_("Your shops have to be closed or handed over first."),
        "payment.under_way": N_("Payments that are still under way come to their end first."),
        "ledger.money_held": N_("Money that is held for you is paid out first."),
    }
)


@get("/account/privacy")
async def show_privacy(seen: Seen) -> Response[str]:
    """What one agreed to, what is held, and being forgotten."""
    return await _page(somebody(seen))


@post("/account/privacy/consents")
async def say(seen: Seen) -> Response[str]:
    """Agree to a text as it was shown, or say no."""
    fields = await _form(seen)
    version = fields.raw("version")
    if not (version.isascii() and version.isdigit() and len(version) <= _VERSION_DIGITS_MAX):
        raise NotFound
    try:
        await user.set_consent(
            seen.ctx, purpose=fields.raw("purpose"), version=int(version), given=fields.raw("given") == "yes"
        )
    except ConsentOutdated:
        return go(seen, seen.at(HERE), told="reworded")
    except PurposeUnknown:
        return go(seen, seen.at(HERE), told="moved_on")
    return go(seen, seen.at(HERE), told="saved")


@post("/account/privacy/export")
async def order_export(seen: Seen) -> Response[str]:
    """Have everything put together that is held about one."""
    await _form(seen)
    await user.request_export(seen.ctx)
    return go(seen, seen.at(HERE), told="export_ordered")


@get("/account/privacy/download")
async def download(seen: Seen) -> Response[bytes] | Response[str]:
    """Hand out what was put together, as one JSON file."""
    try:
        content = await user.download_export(somebody(seen).ctx)
    except (ExportNotFound, ExportNotReady):
        return go(seen, seen.at(HERE), told="moved_on")
    headers = {
        **PAGE_HEADERS,
        "cache-control": "private, no-store",
        "content-disposition": f'attachment; filename="{seen.ctx.business}-personal-data.json"',
    }
    return Response(content, media_type="application/json", headers=headers)


@post("/account/privacy/erase")
async def erase(seen: Seen) -> Response[str]:
    """Ask to be forgotten; the address is typed once more, since it cannot be undone when its time has come.

    A guest, who may have left none, says so by the button alone.
    """
    fields = await _form(seen)
    me = await user.me(seen.ctx)
    if seen.logged_in and fields.raw("email").strip().casefold() != me.email.casefold():
        fields.blame("email", "other")
        return await _page(seen, form=fields.form(), status=422)
    await user.request_erasure(seen.ctx)
    return go(seen, seen.at(HERE), told="erasure_asked")


@post("/account/privacy/stay")
async def stay(seen: Seen) -> Response[str]:
    """Take it back."""
    await _form(seen)
    try:
        await user.cancel_erasure(seen.ctx)
    except ErasureNotFound:
        return go(seen, seen.at(HERE), told="moved_on")
    return go(seen, seen.at(HERE), told="stayed")


async def _form(seen: Visit) -> Fields:
    return await read_form(somebody(seen))


async def _page(seen: Visit, *, form: Form | None = None, status: int = 200) -> Response[str]:
    _ = seen.gettext
    me = await user.me(seen.ctx)
    export, erasing = await _export(seen), await _erasing(seen)
    settings = seen.ctx.platform.settings.section(Accounts)
    ready = export is not None and export.state == "ready"
    view = PrivacyPage(
        chrome=seen.chrome(section="account", path=seen.at(HERE)),
        tabs=account_tabs(seen, HERE) if seen.logged_in else (),
        email=me.email,
        consents=tuple(_consent(seen, one) for one in await user.consents(seen.ctx)),
        export=export.state if export else "",
        export_at=(export.ready_at or export.requested_at) if export else None,
        export_until=export.expires_at if export else None,
        order_export=Action(label=_("Put it together"), url=seen.at(f"{HERE}/export"), icon="archive"),
        download=Action(
            label=_("Download"), url=seen.at(f"{HERE}/download"), method="get", icon="file-text", primary=True
        )
        if ready
        else None,
        erase_url=seen.at(f"{HERE}/erase"),
        stay=Action(
            label=_("Keep my account") if seen.logged_in else _("Keep everything"),
            url=seen.at(f"{HERE}/stay"),
            primary=True,
        ),
        days=settings.erasure_grace.days,
        guest_days=0 if seen.logged_in else settings.guest_kept.days,
        erase_at=erasing.due_at if erasing else None,
        waits_for=_waits(seen, erasing),
        form=form or Form(),
    )
    return show(seen, view, status=status)


async def _export(seen: Visit) -> ExportState | None:
    try:
        return await user.export_state(seen.ctx)
    except ExportNotFound:
        return None


async def _erasing(seen: Visit) -> Erasing | None:
    try:
        return await user.erasure(seen.ctx)
    except ErasureNotFound:
        return None


def _waits(seen: Visit, erasing: Erasing | None) -> str:
    if erasing is None or erasing.waits_for is None:
        return ""
    return seen.gettext(
        _WAITS.get(erasing.waits_for, N_("Something that is still open comes to its end first."))
    )


def _consent(seen: Visit, state: ConsentState) -> ConsentRow:
    _ = seen.gettext
    about = (("purpose", state.purpose), ("version", str(state.version)))
    url = seen.at(f"{HERE}/consents")
    agree = Action(label=_("I agree"), url=url, fields=(*about, ("given", "yes")), icon="check")
    refuse = Action(label=_("No, thank you"), url=url, fields=(*about, ("given", "no")))
    withdraw = Action(label=_("Withdraw"), url=url, fields=(*about, ("given", "no")))
    unsaid = state.at is None
    return ConsentRow(
        purpose=state.purpose,
        text=state.text,
        given=state.given,
        required=state.required,
        outdated=state.outdated,
        said_at=state.at,
        actions=(withdraw,) if state.given else (agree, refuse) if unsaid or state.outdated else (agree,),
    )


ROUTES = (show_privacy, say, order_export, download, erase, stay)
