"""One's account: the name and the addresses."""

from __future__ import annotations

from litestar import Response, get, post

from hansa.centers.user import api as user
from hansa.centers.user.errors import AddressNotFound
from hansa.centers.user.types import ADDRESS_ID, BookedAddress
from hansa.kernel.problem import Invalid
from hansa.web.answers import go, show
from hansa.web.forms import Fields, read_form
from hansa.web.parts import Action, Address, Form
from hansa.web.routes.addressing import add_address, read_address
from hansa.web.routes.guard import person
from hansa.web.routes.operating.desk import has_desk
from hansa.web.routes.rooms import account_tabs
from hansa.web.showing import address_text, countries
from hansa.web.views import AccountPage
from hansa.web.visit import Seen, Visit


@get("/account")
async def show_account(seen: Seen) -> Response[str]:
    """Who one is here."""
    return await _page(person(seen))


@post("/account")
async def rename(seen: Seen) -> Response[str]:
    """Change what one is called."""
    fields = await _form(seen)
    name = fields.text("name", letters_max=64)
    if not fields.errors:
        try:
            await user.introduce(seen.ctx, name=name)
        except Invalid as refused:
            fields.blame_all(refused)
    if fields.errors:
        return await _page(seen, form=fields.form(), status=422)
    return go(seen, seen.at("account"), told="saved")


@post("/account/addresses")
async def add(seen: Seen) -> Response[str]:
    """Add an address to the book."""
    fields = await _form(seen)
    written = read_address(fields)
    if not fields.errors:
        await add_address(seen, fields, written)
    if fields.errors:
        return await _page(seen, address_form=fields.form(), status=422)
    return go(seen, seen.at("account"), told="saved")


@post("/account/addresses/remove")
async def remove(seen: Seen) -> Response[str]:
    """Take an address out of the book; orders keep theirs."""
    fields = await _form(seen)
    await user.remove_address(seen.ctx, address_id=ADDRESS_ID.read(fields.raw("address")))
    return go(seen, seen.at("account"), told="saved")


@post("/account/addresses/prefer")
async def prefer(seen: Seen) -> Response[str]:
    """Make an address the usual one."""
    fields = await _form(seen)
    wanted = ADDRESS_ID.read(fields.raw("address"))
    booked = next((one for one in await user.addresses(seen.ctx) if one.id == wanted), None)
    if booked is None:
        raise AddressNotFound
    await user.change_address(seen.ctx, address_id=wanted, address=booked.address, preferred=True)
    return go(seen, seen.at("account"), told="saved")


async def _form(seen: Visit) -> Fields:
    """Read a form of somebody with an account."""
    person(seen)
    return await read_form(seen)


async def _page(
    seen: Visit, *, form: Form | None = None, address_form: Form | None = None, status: int = 200
) -> Response[str]:
    me = await user.me(seen.ctx)
    _ = seen.gettext
    chrome = seen.chrome(section="account", path=seen.at("account"))
    view = AccountPage(
        chrome=chrome,
        email=me.email,
        since=me.created_at,
        post_url=seen.at("account"),
        address_url=seen.at("account/addresses"),
        countries=countries(seen, timezone=chrome.timezone),
        tabs=account_tabs(seen, "account"),
        operate_url=seen.at("operate") if has_desk(seen) else "",
        logout=Action(label=_("Log out"), url=seen.at("logout"), icon="log-out"),
        addresses=tuple(_address(seen, one) for one in await user.addresses(seen.ctx)),
        form=form or Form(),
        address_form=address_form or Form(),
    )
    return show(seen, view, status=status)


def _address(seen: Visit, booked: BookedAddress) -> Address:
    _ = seen.gettext
    named = (("address", ADDRESS_ID.show(booked.id)),)
    usual = Action(label=_("Make it the usual one"), url=seen.at("account/addresses/prefer"), fields=named)
    gone = Action(label=_("Remove"), url=seen.at("account/addresses/remove"), fields=named, icon="trash-2")
    return Address(
        id=ADDRESS_ID.show(booked.id),
        person=booked.address.recipient,
        phone=booked.address.phone,
        text=address_text(booked.address),
        selected=booked.preferred,
        actions=(gone,) if booked.preferred else (usual, gone),
    )


ROUTES = (show_account, rename, add, remove, prefer)
