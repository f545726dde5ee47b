"""`hansa people`: who runs the house. The first operator comes from here, for only an operator makes others one."""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter
from msgspec.structs import asdict
from rich.text import Text

from hansa.centers.user import api as user
from hansa.centers.user.types import PARTY_ID, PartyOnFile, PartyState, Role, actor_shown
from hansa.cli import screen
from hansa.cli.asking import Yes, confirm, who
from hansa.cli.failure import Failure
from hansa.cli.options import Json
from hansa.cli.startup import with_platform
from hansa.kernel.context import PLATFORM_BUSINESS, SYSTEM, Ctx
from hansa.kernel.page import LIMIT_MAX
from hansa.kernel.platform import Platform

Email = Annotated[str, Parameter(help="The e-mail address the person logs in with.")]
OfRole = Annotated[
    Role, Parameter(help="operator runs the house; support, finance, catalogue and auditor do a part of it.")
]


def grant(email: Email, role: OfRole, /, *, yes: Yes = False, json: Json = False) -> None:
    """Give somebody who has an account a role of the house: everywhere, at once.

    Asks once more while nobody has shown that mail to the address reaches whoever signed up with it.
    """

    async def give(platform: Platform) -> PartyOnFile:
        ctx = _house(platform)
        person = await _find(ctx, email)
        if person.state is not PartyState.ACTIVE:
            raise Failure(f"The account of {email} is {person.state.value}, and is given no role.")
        if not person.email_verified:
            confirm(f"{email} was not verified: anybody may have signed up with it.", yes=yes)
        await user.grant_role(ctx, party=person.id, role=role, by=who())
        return await _find(ctx, email)

    person = with_platform(give)
    _tell(person, f"{email} is {role.value} now.", json=json)


def revoke(email: Email, role: OfRole, /, *, json: Json = False) -> None:
    """Take a role of the house from somebody, at once. The last operator keeps it."""

    async def take(platform: Platform) -> PartyOnFile:
        ctx = _house(platform)
        person = await _find(ctx, email)
        if role not in {held.role for held in person.roles}:
            raise Failure(f"{email} does not hold the role {role.value}.")
        await user.revoke_role(ctx, party=person.id, role=role, by=who())
        return await _find(ctx, email)

    person = with_platform(take)
    _tell(person, f"{email} is no longer {role.value}.", json=json)


def roles(
    *,
    role: Annotated[Role | None, Parameter(show_default=False, help="Only who holds this one.")] = None,
    json: Json = False,
) -> None:
    """List who holds a role of the house, since when, and who gave it."""
    found = with_platform(lambda platform: _holders(_house(platform), role))
    if json:
        screen.print_json([_shown(person) for person in found])
        return
    if not found:
        screen.out.print(f"Nobody is {role.value}." if role else "Nobody holds a role of the house.")
        screen.out.print("`hansa people grant EMAIL ROLE` gives one to somebody who has an account.")
        return
    table = screen.table("e-mail", "name", "role", "since", "given by", "account")
    for person in found:
        for held in person.roles:
            if role in {None, held.role}:
                table.add_row(
                    Text(person.email, style="cyan"),
                    Text(person.name),
                    held.role.value,
                    held.granted_at.isoformat(" ", "seconds"),
                    Text(actor_shown(held.granted_by)),
                    person.state.value,
                )
    screen.out.print(table)


def _house(platform: Platform) -> Ctx:
    """Return the context of what is done by command: the house itself, for roles hold in every business."""
    return platform.context(PLATFORM_BUSINESS, actor=SYSTEM)


async def _find(ctx: Ctx, email: str) -> PartyOnFile:
    person = await user.party_by_email(ctx, email=email, by=who())
    if person is None:
        raise Failure(f"Nobody logs in with {email}.", "Roles are given to people who have signed up.")
    return person


async def _holders(ctx: Ctx, role: Role | None) -> list[PartyOnFile]:
    found: list[PartyOnFile] = []
    cursor: str | None = None
    while True:
        page = await user.role_holders(ctx, role=role, cursor=cursor, limit=LIMIT_MAX)
        found += page.items
        cursor = page.cursor
        if cursor is None:
            return found


def _tell(person: PartyOnFile, sentence: str, *, json: bool) -> None:
    if json:
        screen.print_json(_shown(person))
    else:
        screen.out.print(sentence, markup=False)


def _shown(person: PartyOnFile) -> dict[str, object]:
    """Return a person with ids as callers of the API know them."""
    roles = [
        {"role": held.role, "granted_by": actor_shown(held.granted_by), "granted_at": held.granted_at}
        for held in person.roles
    ]
    return asdict(person) | {"id": PARTY_ID.show(person.id), "roles": roles}
