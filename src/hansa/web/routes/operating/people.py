"""People: found by their address, with the roles they hold; who may gives and takes roles, and suspends."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from uuid import UUID

from litestar import Response, get, post

from hansa.centers.user import api as user
from hansa.centers.user.types import (
    PARTY_ID,
    Act,
    AuditEntry,
    PartyId,
    PartyKind,
    PartyOnFile,
    PartyState,
    Role,
)
from hansa.kernel.problem import Invalid
from hansa.web.answers import go, show
from hansa.web.i18n import N_
from hansa.web.operating import PeoplePage, PersonPage, PersonRow, RoleRow
from hansa.web.parts import Entry, Fact, Form, Link
from hansa.web.routes.operating.desk import GIVE_ROLES, READ_PEOPLE, SUSPEND_PEOPLE, Desk, desk, one_of, sent
from hansa.web.routes.operating.doing import worked
from hansa.web.routes.selling.doing import Done
from hansa.web.routes.selling.paging import pager
from hansa.web.visit import Seen

PEOPLE = "people"
PAGE = 50
_EMAIL_MAX = 320
ROLES: Mapping[Role, tuple[str, str]] = MappingProxyType(
    {
        Role.OPERATOR: (N_("Operator"), N_("Runs the house: may do everything, and gives roles.")),
        Role.SUPPORT: (N_("Support"), N_("Helps buyers and sellers: sees orders, decides about reviews and reports, suspends accounts.")),
        Role.FINANCE: (N_("Finance"), N_("Keeps the books: refunds given back by hand, shops to be squared.")),
        Role.CATALOGUE: (N_("Catalogue"), N_("Looks after goods and categories.")),
        Role.AUDITOR: (N_("Auditor"), N_("Sees all of it and changes nothing.")),
    }
)  # fmt: skip
_KINDS = MappingProxyType(
    {PartyKind.PERSON: N_("A person with an account"), PartyKind.APP: N_("App"), PartyKind.GUEST: N_("Guest, without an account")}
)  # fmt: skip
_ACTS = MappingProxyType(
    {
        Act.SEEN: (N_("Looked up"), "search", "plain"),
        Act.GRANTED: (N_("Role given"), "key-round", "info"),
        Act.REVOKED: (N_("Role taken"), "minus", "plain"),
        Act.SUSPENDED: (N_("Suspended"), "ban", "warn"),
        Act.REINSTATED: (N_("Suspension lifted"), "check", "ok"),
    }
)


@get("/operate/people")
async def show_people(seen: Seen) -> Response[str]:
    """Who holds a role of the house; `role` narrows it."""
    return await _list(desk(seen, PEOPLE))


@post("/operate/people")
async def find(seen: Seen) -> Response[str]:
    """Find who logs in with an e-mail address."""
    at, fields = await sent(seen, PEOPLE, READ_PEOPLE)
    email = fields.text("email", letters_max=_EMAIL_MAX)
    if not fields.errors:
        try:
            found = await user.party_by_email(at.ctx, email=email)
        except Invalid as wrong:
            fields.blame_all(wrong)
        else:
            if found is not None:
                return go(seen, at.at(f"{PEOPLE}/{PARTY_ID.show(found.id)}"))
            fields.blame("email", "nobody")
    return await _list(at, forms={"find": fields.form()}, status=422)


@get("/operate/people/{person_id:str}")
async def show_person(seen: Seen, person_id: str) -> Response[str]:
    """One person, with their roles and what was done with them."""
    return await _page(desk(seen, PEOPLE), PARTY_ID.read(person_id))


@post("/operate/people/{person_id:str}/roles")
async def change_role(seen: Seen, person_id: str) -> Response[str]:
    """Give a role, or take it."""
    at, fields = await sent(seen, PEOPLE, GIVE_ROLES)
    wanted = PARTY_ID.read(person_id)
    role = Role(one_of(fields, "role", *Role))
    how = one_of(fields, "how", "give", "take")

    async def work() -> Done:
        change = user.grant_role if how == "give" else user.revoke_role
        await change(at.ctx, party=wanted, role=role)
        return Done(at.at(f"{PEOPLE}/{person_id}"), "role_given" if how == "give" else "role_taken")

    async def again(forms: Mapping[str, Form], status: int) -> Response[str]:
        return await _page(at, wanted, forms=forms, status=status)

    return await worked(at, fields, form="roles", route=f"people/{wanted}/roles", work=work, again=again)


@post("/operate/people/{person_id:str}/suspension")
async def suspend(seen: Seen, person_id: str) -> Response[str]:
    """Keep somebody from logging in and acting, or lift that."""
    at, fields = await sent(seen, PEOPLE, SUSPEND_PEOPLE)
    wanted = PARTY_ID.read(person_id)
    how = one_of(fields, "how", "suspend", "lift")

    async def work() -> Done:
        change = user.suspend if how == "suspend" else user.reinstate
        await change(at.ctx, party=wanted)
        done = "person_suspended" if how == "suspend" else "person_back"
        return Done(at.at(f"{PEOPLE}/{person_id}"), done)

    async def again(forms: Mapping[str, Form], status: int) -> Response[str]:
        return await _page(at, wanted, forms=forms, status=status)

    return await worked(at, fields, form="suspend", route=f"people/{wanted}/suspend", work=work, again=again)


async def _list(
    at: Desk, *, forms: Mapping[str, Form] = MappingProxyType({}), status: int = 200
) -> Response[str]:
    _ = at.seen.gettext
    role = next((one for one in Role if one == at.seen.asked("role")), None)
    after = at.seen.asked("after", letters_max=1000)
    page = await user.role_holders(at.ctx, role=role, cursor=after or None, limit=PAGE)
    here = at.at(PEOPLE, **({"role": role.value} if role else {}))
    everybody = Link(label=_("All"), url=at.at(PEOPLE), current=role is None)
    view = PeoplePage(
        chrome=at.seen.chrome(section="operate", path=here),
        desk=at.part(PEOPLE),
        forms=forms,
        people=tuple(_row(at, one) for one in page.items),
        pager=pager(at.seen, len(page.items), page.cursor, here),
        tabs=(
            everybody,
            *(
                Link(label=_(word), url=at.at(PEOPLE, role=one.value), current=one is role)
                for one, (word, _does) in ROLES.items()
            ),
        ),
        find_url=at.at(PEOPLE),
    )
    return show(at.seen, view, status=status)


async def _page(
    at: Desk, party: PartyId, *, forms: Mapping[str, Form] = MappingProxyType({}), status: int = 200
) -> Response[str]:
    _ = at.seen.gettext
    one, history = await user.party_by_id(at.ctx, party=party)
    here = f"{PEOPLE}/{PARTY_ID.show(party)}"
    gives = at.ctx.may(GIVE_ROLES) and one.kind is PartyKind.PERSON and one.state is PartyState.ACTIVE
    suspends = (
        at.ctx.may(SUSPEND_PEOPLE)
        and one.state in {PartyState.ACTIVE, PartyState.SUSPENDED}
        and one.id != at.ctx.actor.party
        and (not one.roles or at.ctx.may(GIVE_ROLES))
    )
    view = PersonPage(
        chrome=at.seen.chrome(section="operate", path=at.at(here)),
        desk=at.part(PEOPLE),
        forms=forms,
        name=one.name or one.email or _(_KINDS[one.kind]),
        id=PARTY_ID.show(one.id),
        state=one.state.value,
        facts=_facts(at, one),
        roles=_roles(at, one, every=gives),
        timeline=await _timeline(at, history),
        back=Link(label=_("People"), url=at.at(PEOPLE)),
        roles_url=at.at(f"{here}/roles") if gives or (one.roles and at.ctx.may(GIVE_ROLES)) else "",
        suspend_url=at.at(f"{here}/suspension") if suspends else "",
        suspended=one.state is PartyState.SUSPENDED,
    )
    return show(at.seen, view, status=status)


def _row(at: Desk, one: PartyOnFile) -> PersonRow:
    return PersonRow(
        name=one.name or one.email,
        email=one.email,
        url=at.at(f"{PEOPLE}/{PARTY_ID.show(one.id)}"),
        roles=", ".join(at.seen.gettext(ROLES[held.role][0]) for held in one.roles),
        state=one.state.value,
        since=min(held.granted_at for held in one.roles),
    )


def _facts(at: Desk, one: PartyOnFile) -> tuple[Fact, ...]:
    _ = at.seen.gettext
    verified = _("verified") if one.email_verified else _("not verified")
    facts = [(_("Kind"), _(_KINDS[one.kind]))]
    if one.email:
        facts.insert(0, (_("E-mail"), f"{one.email} · {verified}"))
    return tuple(Fact(label=label, text=text) for label, text in facts)


def _roles(at: Desk, one: PartyOnFile, *, every: bool) -> tuple[RoleRow, ...]:
    """Show the roles somebody holds, and `every` other one for who may give it."""
    _ = at.seen.gettext
    held = {role.role: role for role in one.roles}
    return tuple(
        RoleRow(
            role=role.value,
            label=_(word),
            does=_(does),
            held=held[role].granted_at if role in held else None,
        )
        for role, (word, does) in ROLES.items()
        if every or role in held
    )


async def _timeline(at: Desk, history: Sequence[AuditEntry]) -> tuple[Entry, ...]:
    _ = at.seen.gettext
    parties = {party for party in (_party(entry.by) for entry in history) if party}
    async with at.ctx.platform.db.reading() as tx:
        names = {party: one.name for party, one in (await user.contacts(tx, sorted(parties))).items()}
    return tuple(
        Entry(
            at=entry.at,
            what=f"{_(word)}: {_(ROLES[entry.role][0])}" if entry.role else _(word),
            icon=icon,
            tone=tone,
            by=_by(at, entry.by, names),
        )
        for entry in history
        for word, icon, tone in (_ACTS[entry.act],)
    )


def _by(at: Desk, label: str, names: Mapping[UUID, str]) -> str:
    _ = at.seen.gettext
    party = _party(label)
    if party is not None and party == at.ctx.actor.party:
        return _("by you")
    if party is not None:
        name = names.get(party, "")
        return _("by %(name)s") % {"name": name} if name else _("by somebody else")
    kind, _colon, account = label.partition(":")
    return _("by command, as %(account)s") % {"account": account} if kind == "cli" else _("by itself")


def _party(label: str) -> UUID | None:
    try:
        return UUID(label.partition(":")[2])
    except ValueError:
        return None


ROUTES = (show_people, find, show_person, change_role, suspend)
