"""Routes of whoever runs the house: roles and suspension of parties."""

from __future__ import annotations

from litestar import delete, put
from litestar.status_codes import HTTP_204_NO_CONTENT

from hansa.centers.user import api
from hansa.centers.user._http.ways import Shown
from hansa.centers.user.errors import PartyNotFound
from hansa.centers.user.types import PARTY_ID, Role
from hansa.kernel.context import Ctx
from hansa.kernel.http.declared import problems
from hansa.kernel.ids import IdMalformed
from hansa.kernel.problem import Forbidden, Invalid, Unauthenticated

_ROLE = problems(Invalid, Unauthenticated, Forbidden, PartyNotFound, IdMalformed)
_PARTY = problems(Unauthenticated, Forbidden, PartyNotFound, IdMalformed)


@put(
    "/people/{person_id:str}/roles/{role:str}",
    summary="Give a role",
    status_code=HTTP_204_NO_CONTENT,
    responses=_ROLE,
)
async def grant_role(ctx: Ctx, person_id: Shown, role: Role) -> None:
    """Give a party a role. Wants `user.role.grant`."""
    await api.grant_role(ctx, party=PARTY_ID.read(person_id), role=role)


@delete("/people/{person_id:str}/roles/{role:str}", summary="Take a role", responses=_ROLE)
async def revoke_role(ctx: Ctx, person_id: Shown, role: Role) -> None:
    """Take a role from a party. Wants `user.role.grant`."""
    await api.revoke_role(ctx, party=PARTY_ID.read(person_id), role=role)


@put(
    "/people/{person_id:str}/suspension",
    summary="Suspend a party",
    status_code=HTTP_204_NO_CONTENT,
    responses=_PARTY,
)
async def suspend(ctx: Ctx, person_id: Shown) -> None:
    """Keep a party from logging in and acting. Wants `user.party.suspend`."""
    await api.suspend(ctx, party=PARTY_ID.read(person_id))


@delete("/people/{person_id:str}/suspension", summary="Reinstate a party", responses=_PARTY)
async def reinstate(ctx: Ctx, person_id: Shown) -> None:
    """Let a suspended party act again. Wants `user.party.suspend`."""
    await api.reinstate(ctx, party=PARTY_ID.read(person_id))


ROUTES = (grant_role, revoke_role, suspend, reinstate)
