"""`hansa migrate`, `demo` and `verify`."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

import msgspec
from cyclopts import Parameter

from hansa.cli import screen
from hansa.cli.failure import Failure
from hansa.cli.options import Json
from hansa.cli.startup import centers, database, migrated, quiet, read_settings, url_of, with_platform
from hansa.kernel.platform import Platform


class Verified(msgspec.Struct, frozen=True):
    """One audit and what it found."""

    center: str
    check: str
    violations: list[str]


def migrate(
    *,
    check: Annotated[
        bool, Parameter(negative="", show_default=False, help="Change nothing; tell what is missing.")
    ] = False,
) -> int:
    """Bring the database up to this code. Safe to repeat, and to run from several places at once."""
    with database(quiet(read_settings())) as (settings, _):
        if check:
            return asyncio.run(_tell_status(url_of(settings)))
        with screen.progress("Migrating") as tell:
            applied = asyncio.run(migrated(settings, tell=tell))
    screen.out.print(f"{len(applied)} migrations applied." if applied else "The database is up to date.")
    return 0


async def _tell_status(url: str) -> int:
    from hansa.kernel.db.migrate import State, status  # noqa: PLC0415 - Alembic is slow to import

    found = await status(url, centers())
    problem = found.problem()
    if problem is not None and found.state is not State.BEHIND:
        raise problem
    for revision in found.pending:
        screen.out.print(f"missing: {revision}")
    if not found.pending:
        screen.out.print("The database is up to date.")
    return 1 if found.pending else 0


def demo() -> None:
    """Load the demo businesses; does nothing where they are already."""
    from hansa.app import demo as load_demo  # noqa: PLC0415 - brings the whole platform

    async def load(platform: Platform) -> None:
        if platform.plans.behind:
            raise Failure(f"The demo is loaded by the code that serves: {platform.plans.behind}.")
        with screen.progress("Loading the demo") as tell:
            await load_demo(platform, tell)

    with_platform(load)
    screen.out.print("The demo is there.")


def verify(*, json: Json = False) -> int:
    """Audit everything that must add up: ledger, stock, escrow and what else the centers check.

    Exits with 1 and names the first bad rows when something does not.
    """
    found = with_platform(lambda platform: _verify(platform, quiet_=json))
    bad = [one for one in found if one.violations]
    if json:
        screen.print_json({"clean": not bad, "checks": found})
        return 1 if bad else 0
    for one in found:
        mark, style = ("wrong", "bold red") if one.violations else ("right", "green")
        screen.out.print(f"[{style}]{mark}[/]  {one.center}: {one.check}")
        for violation in one.violations:
            screen.out.print(f"       {violation}", markup=False)
    screen.out.print(
        f"{len(found)} checks, {len(bad)} of them wrong." if bad else f"{len(found)} checks, all clean."
    )
    return 1 if bad else 0


async def _verify(platform: Platform, *, quiet_: bool) -> list[Verified]:
    found: list[Verified] = []
    with screen.progress("Verifying", quiet=quiet_) as tell:
        for center in platform.centers:
            for check in center.checks:
                tell(f"{center.name}: {check.name}")
                async with platform.db.transaction() as tx:
                    violations: Any = await check.run(tx)
                found.append(Verified(center.name, check.name, list(violations)))
    return found
