"""Who works for a shop: roles, invitations, and taking one up."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from types import MappingProxyType
from uuid import UUID

from litestar import Response, get, post

from hansa.centers.shop import api as shop
from hansa.centers.shop.types import (
    INVITATION_ID,
    Invitation,
    InvitationState,
    ShopRole,
    Staff,
)
from hansa.centers.user import api as user
from hansa.centers.user.types import PARTY_ID, PartyId
from hansa.kernel.problem import NotFound, Problem
from hansa.web.answers import go, show
from hansa.web.forms import read_form
from hansa.web.i18n import N_
from hansa.web.parts import Action, Form
from hansa.web.routes.guard import person
from hansa.web.routes.selling.desk import Desk, desk, sent
from hansa.web.routes.selling.fields import ticked
from hansa.web.selling import InvitationPage, InvitationRow, RoleChoice, StaffPage, StaffRow
from hansa.web.visit import Seen, Visit
from hansa.web.words import problem_words

SEE, CHANGE = "shop.staff.see", "shop.staff.change"
_SHOWN = 100
_SECRET_MAX = 200
_FAULT = 500
_ROLES: Mapping[ShopRole, tuple[str, str]] = MappingProxyType(
    {
        ShopRole.MANAGER: (N_("Manager"), N_("Everything but closing the shop or handing it over")),
        ShopRole.CATALOGUE: (N_("Catalogue"), N_("Goods, pictures and prices")),
        ShopRole.FULFILMENT: (N_("Dispatch"), N_("Sends orders, keeps stock and places")),
        ShopRole.SUPPORT: (N_("Support"), N_("Answers buyers and reviews, reads orders")),
        ShopRole.FINANCE: (N_("Finance"), N_("Reads orders, money, commission and who sells")),
    }
)


@get("/sell/{slug:str}/staff")
async def show_staff(seen: Seen, slug: str) -> Response[str]:
    """Who works here, and who is invited."""
    return await _page(await desk(seen, slug, SEE))


@post("/sell/{slug:str}/staff/invite")
async def invite(seen: Seen, slug: str) -> Response[str]:
    """Make an invitation and show its address: this once, since its secret is kept nowhere."""
    at, fields = await sent(seen, slug, CHANGE)
    chosen = set(ticked(fields, "role-"))
    roles = [role for role in _ROLES if role.value in chosen]
    if not roles:
        fields.blame("role", "choose")
        return await _page(at, form=fields.form(), status=422)
    try:
        issued = await shop.invite(at.ctx, shop_id=at.shop.id, roles=roles)
    except Problem as refused:
        if refused.status >= _FAULT:
            raise
        form = fields.form(problem=problem_words(refused, seen.gettext))
        return await _page(at, form=form, status=refused.status)
    origin = f"{seen.request.url.scheme}://{seen.request.url.netloc}"
    answer = await _page(at, link=origin + seen.at("invitation", secret=issued.secret))
    answer.headers["cache-control"] = "no-store"
    return answer


@post("/sell/{slug:str}/staff/withdraw")
async def withdraw(seen: Seen, slug: str) -> Response[str]:
    """Take an invitation back; one that is over is over."""
    at, fields = await sent(seen, slug, CHANGE)
    try:
        await shop.withdraw_invitation(
            at.ctx, shop_id=at.shop.id, invitation_id=INVITATION_ID.read(fields.raw("invitation"))
        )
    except NotFound:
        return go(seen, at.at("staff"))
    return go(seen, at.at("staff"), told="saved")


@post("/sell/{slug:str}/staff/remove")
async def remove(seen: Seen, slug: str) -> Response[str]:
    """End somebody's work for the shop; anybody may end their own."""
    at, fields = await sent(seen, slug, SEE)
    party = PARTY_ID.read(fields.raw("person"))
    try:
        await shop.remove_staff(at.ctx, shop_id=at.shop.id, party=party)
    except NotFound:
        return go(seen, at.at("staff"))
    except Problem as refused:
        if refused.status >= _FAULT:
            raise
        form = Form(problem=problem_words(refused, seen.gettext))
        return await _page(at, form=form, status=refused.status)
    left = party == seen.ctx.actor.party
    return go(seen, seen.at("sell") if left else at.at("staff"), told="saved")


@get("/invitation")
async def show_invitation(seen: Seen) -> Response[str]:
    """Where an invitation is taken up. Looking changes nothing, since programs look at links."""
    return _invitation(person(seen), seen.asked("secret", letters_max=_SECRET_MAX))


@post("/invitation/accept")
async def accept(seen: Seen) -> Response[str]:
    """Begin to work for the shop."""
    person(seen)
    fields = await read_form(seen)
    secret = fields.raw("secret")
    try:
        joined = await shop.accept(seen.ctx, secret=secret)
    except Problem as refused:
        if refused.status >= _FAULT:
            raise
        return _invitation(seen, secret, refused=refused)
    return go(seen, seen.at(f"sell/{joined.slug}"), told="joined")


@post("/invitation/decline")
async def decline(seen: Seen) -> Response[str]:
    """Turn an invitation down."""
    person(seen)
    fields = await read_form(seen)
    secret = fields.raw("secret")
    try:
        await shop.decline(seen.ctx, secret=secret)
    except Problem as refused:
        if refused.status >= _FAULT:
            raise
        return _invitation(seen, secret, refused=refused)
    return go(seen, seen.at("sell"), told="turned_down")


def _invitation(seen: Visit, secret: str, *, refused: Problem | None = None) -> Response[str]:
    view = InvitationPage(
        chrome=seen.chrome(section="account", path=seen.at("invitation", secret=secret)),
        secret=secret,
        accept_url=seen.at("invitation/accept"),
        decline_url=seen.at("invitation/decline"),
        problem=problem_words(refused, seen.gettext) if refused else "",
    )
    return show(seen, view, status=refused.status if refused else 200)


async def _page(at: Desk, *, form: Form | None = None, link: str = "", status: int = 200) -> Response[str]:
    _ = at.seen.gettext
    people = await shop.list_staff(at.ctx, shop_id=at.shop.id, limit=_SHOWN)
    invited = await shop.list_invitations(at.ctx, shop_id=at.shop.id, limit=_SHOWN)
    names = await _names(at, {at.shop.owner, *(one.party for one in people.items)})
    changes = at.may(CHANGE)
    owner = StaffRow(name=names.get(at.shop.owner, _("Somebody")), roles=_("Owner"), since=at.shop.opened_at)
    view = StaffPage(
        chrome=at.seen.chrome(section="sell", path=at.at("staff")),
        desk=at.part("staff"),
        forms={"invite": form} if form else {},
        people=(
            owner,
            *(_row(at, one, names) for one in people.items if one.party != at.shop.owner),
        ),
        invitations=tuple(_invited(at, one) for one in invited.items if one.state is InvitationState.PENDING),
        roles=tuple(
            RoleChoice(value=role.value, label=_(word), does=_(does)) for role, (word, does) in _ROLES.items()
        ),
        invite_url=at.at("staff/invite") if changes else "",
        link=link,
    )
    return show(at.seen, view, status=status)


async def _names(at: Desk, parties: Collection[UUID]) -> Mapping[UUID, str]:
    """Return what colleagues call themselves."""
    async with at.ctx.transaction() as tx:
        return {party: one.name for party, one in (await user.contacts(tx, list(parties))).items()}


def _row(at: Desk, one: Staff, names: Mapping[UUID, str]) -> StaffRow:
    _ = at.seen.gettext
    own = one.party == at.ctx.actor.party
    gone = Action(
        label=_("Leave the shop") if own else _("Remove"),
        url=at.at("staff/remove"),
        fields=(("person", PARTY_ID.show(PartyId(one.party))),),
    )
    more = len(one.permissions)
    return StaffRow(
        name=names.get(one.party) or _("Somebody"),
        roles=_roles(at, one.roles),
        since=one.added_at,
        more=at.seen.ngettext("%(num)s single permission", "%(num)s single permissions", more) % {"num": more}
        if more
        else "",
        remove=gone if own or at.may(CHANGE) else None,
    )


def _invited(at: Desk, one: Invitation) -> InvitationRow:
    _ = at.seen.gettext
    gone = Action(
        label=_("Take back"),
        url=at.at("staff/withdraw"),
        fields=(("invitation", INVITATION_ID.show(one.id)),),
    )
    return InvitationRow(
        roles=_roles(at, one.roles),
        until=one.expires_at,
        over=one.expires_at <= at.ctx.now(),
        withdraw=gone if at.may(CHANGE) else None,
    )


def _roles(at: Desk, roles: Collection[ShopRole]) -> str:
    _ = at.seen.gettext
    return ", ".join(_(_ROLES[role][0]) if role in _ROLES else _("Owner") for role in roles) or "-"


ROUTES = (show_staff, invite, withdraw, remove, show_invitation, accept, decline)
