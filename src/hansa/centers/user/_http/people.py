"""Routes of whoever looks after people: finding them, their roles, suspension."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec
from litestar import delete, get, put
from litestar.params import Parameter
from litestar.status_codes import HTTP_204_NO_CONTENT

from hansa.centers.user import api
from hansa.centers.user._http.ways import Shown
from hansa.centers.user.errors import LastOperator, PartyNotFound
from hansa.centers.user.types import (
    PARTY_ID,
    Act,
    AuditEntry,
    PartyKind,
    PartyOnFile,
    PartyState,
    Role,
    actor_shown,
)
from hansa.kernel.context import Ctx
from hansa.kernel.http.declared import problems
from hansa.kernel.ids import IdMalformed
from hansa.kernel.page import CursorMalformed, Page
from hansa.kernel.problem import Forbidden, Invalid, Unauthenticated

_GRANT = problems(Invalid, Unauthenticated, Forbidden, PartyNotFound, IdMalformed)
_REVOKE = problems(Invalid, Unauthenticated, Forbidden, IdMalformed, LastOperator)
_SUSPEND = problems(Unauthenticated, Forbidden, PartyNotFound, IdMalformed, LastOperator)
_PARTY = problems(Unauthenticated, Forbidden, PartyNotFound, IdMalformed)

Cursor = Annotated[str | None, Parameter(description="Where the next page starts, as the last one said.")]
Limit = Annotated[int, Parameter(description="How many at most.", ge=1, le=100)]


class HeldRoleView(msgspec.Struct, frozen=True, kw_only=True):
    """A role somebody holds, since when, and who gave it: a party's id, or `cli:` and an account of the machine."""

    role: Role
    granted_by: str
    granted_at: datetime


class PersonView(msgspec.Struct, frozen=True, kw_only=True):
    """A party as whoever looks after people sees it."""

    id: str
    kind: PartyKind
    state: PartyState
    name: str
    email: str
    email_verified: bool
    created_at: datetime
    roles: list[HeldRoleView]


class ActView(msgspec.Struct, frozen=True, kw_only=True):
    """What was done with a party, and by whom."""

    act: Act
    role: Role | None
    by: str
    at: datetime


class PersonOnFileView(msgspec.Struct, frozen=True, kw_only=True):
    """A party, and what was done with it: the latest first, at most 100."""

    person: PersonView
    history: list[ActView]


@get(
    "/people",
    summary="Find people",
    responses=problems(Invalid, Unauthenticated, Forbidden, CursorMalformed),
)
async def find_people(
    ctx: Ctx,
    email: Annotated[
        str | None, Parameter(max_length=320, description="Who logs in with this e-mail address.")
    ] = None,
    role: Annotated[Role | None, Parameter(description="Who holds this role.")] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[PersonView]:
    """Return who logs in with an e-mail address; without one, who holds a role of the house.

    Looking somebody up by e-mail address is kept, with who did. Needs `user.party.read`.
    """
    if email is not None:
        found = await api.party_by_email(ctx, email=email)
        return Page([_person(found)] if found is not None else [])
    page = await api.role_holders(ctx, role=role, cursor=cursor, limit=limit)
    return Page([_person(one) for one in page.items], page.cursor)


@get("/people/{person_id:str}", summary="See a party", responses=_PARTY)
async def read_person(ctx: Ctx, person_id: Shown) -> PersonOnFileView:
    """Return a party, its roles, and what was done with it. That somebody looked is kept. Needs `user.party.read`."""
    found, entries = await api.party_by_id(ctx, party=PARTY_ID.read(person_id))
    return PersonOnFileView(person=_person(found), history=[_act(entry) for entry in entries])


@put(
    "/people/{person_id:str}/roles/{role:str}",
    summary="Give a role",
    status_code=HTTP_204_NO_CONTENT,
    responses=_GRANT,
)
async def grant_role(ctx: Ctx, person_id: Shown, role: Role) -> None:
    """Give a party a role. Wants `user.role.grant`."""
    await api.grant_role(ctx, party=PARTY_ID.read(person_id), role=role)


@delete("/people/{person_id:str}/roles/{role:str}", summary="Take a role", responses=_REVOKE)
async def revoke_role(ctx: Ctx, person_id: Shown, role: Role) -> None:
    """Take a role from a party; the last operator keeps it. Wants `user.role.grant`."""
    await api.revoke_role(ctx, party=PARTY_ID.read(person_id), role=role)


@put(
    "/people/{person_id:str}/suspension",
    summary="Suspend a party",
    status_code=HTTP_204_NO_CONTENT,
    responses=_SUSPEND,
)
async def suspend(ctx: Ctx, person_id: Shown) -> None:
    """Keep a party from logging in and acting. Wants `user.party.suspend`, for who holds a role `user.role.grant` too."""
    await api.suspend(ctx, party=PARTY_ID.read(person_id))


@delete("/people/{person_id:str}/suspension", summary="Reinstate a party", responses=_PARTY)
async def reinstate(ctx: Ctx, person_id: Shown) -> None:
    """Let a suspended party act again. Wants `user.party.suspend`, for who holds a role `user.role.grant` too."""
    await api.reinstate(ctx, party=PARTY_ID.read(person_id))


def _person(found: PartyOnFile) -> PersonView:
    return PersonView(
        id=PARTY_ID.show(found.id),
        kind=found.kind,
        state=found.state,
        name=found.name,
        email=found.email,
        email_verified=found.email_verified,
        created_at=found.created_at,
        roles=[
            HeldRoleView(role=one.role, granted_by=actor_shown(one.granted_by), granted_at=one.granted_at)
            for one in found.roles
        ],
    )


def _act(entry: AuditEntry) -> ActView:
    return ActView(act=entry.act, role=entry.role, by=actor_shown(entry.by), at=entry.at)


ROUTES = (find_people, read_person, grant_role, revoke_role, suspend, reinstate)
