"""The end of a business: one that never traded live goes without residue, one that did is wound down.

A business that a package brings is wound down while the package is installed; its tombstone keeps it out of
the plan from then on, so that the package may stay or go. One that never traded goes with its package.

Winding down: sales stop, obligations drain (nobody objects any more), then the business leaves the plan
and its name stays as a tombstone that nobody can take again.

Ending is the owner's work: removal deletes rows of append-only tables, which the runtime role may not do.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from hansa.kernel.business import parent_of
from hansa.kernel.context import SYSTEM, Ctx
from hansa.kernel.extension import Effects, ExtensionPoint, Mode, OnError, Veto
from hansa.kernel.plan import _store as store
from hansa.kernel.plan.errors import BusinessKept
from hansa.kernel.problem import Problem

if TYPE_CHECKING:
    from hansa.kernel.db import Database, Transaction
    from hansa.kernel.platform import Platform


@dataclass(frozen=True, slots=True)
class BusinessRemoval:
    """A business is being removed as if it had never been: delete every row that belongs to it."""

    ctx: Ctx


@dataclass(frozen=True, slots=True)
class Ending:
    """How far an end has come: `removed`, `winding` (with the objection that holds it) or `tombstone`."""

    status: str
    objection: Veto | None = None
    deleted: tuple[str, ...] = ()
    """What was deleted, as `schema.table: rows`."""


class MayEndBusiness(Protocol):
    """Say why a business cannot end yet: open orders, money that is owed, stock that is held."""

    async def __call__(self, ctx: Ctx) -> Veto | None: ...  # noqa: D102 - the class says it


class BusinessRemoved(Protocol):
    """Delete the rows of businesses that never traded live; return per business what was deleted.

    Each answer names its tables as `schema.table: rows`. A center announces the ranks of its tables itself.
    """

    async def __call__(  # noqa: D102 - the class says it
        self, tx: Transaction, commands: Sequence[BusinessRemoval]
    ) -> Sequence[Sequence[str]]: ...


MAY_END_BUSINESS = ExtensionPoint[MayEndBusiness](
    "kernel.may_end_business",
    version=1,
    mode=Mode.VETO,
    effects=Effects.IO,
    budget_ms=2000,
    on_error=OnError.CLOSED,
)
BUSINESS_REMOVED = ExtensionPoint[BusinessRemoved](
    "kernel.business_removed",
    version=1,
    mode=Mode.ALL,
    effects=Effects.TX,
    budget_ms=10_000,
    on_error=OnError.CLOSED,
)
KERNEL_POINTS: tuple[ExtensionPoint[MayEndBusiness] | ExtensionPoint[BusinessRemoved], ...] = (
    MAY_END_BUSINESS,
    BUSINESS_REMOVED,
)


async def remove_rows(
    tx: Transaction, commands: Sequence[BusinessRemoval], statements: Mapping[str, str]
) -> list[list[str]]:
    """Answer `BUSINESS_REMOVED` by statements, run in the order given, children before what they hang on.

    Each stands under the table it empties, deletes the rows of the businesses in `$1::text[]`, and returns
    the business of every row it deleted as `business`. Tables without such rows are not named in the answer.
    """
    paths = sorted({command.ctx.business for command in commands})
    told: dict[str, list[str]] = {path: [] for path in paths}
    for table, statement in statements.items():
        rows = await tx.raw.fetch(
            f"WITH gone AS ({statement}) SELECT business, count(*) AS rows FROM gone GROUP BY business", paths
        )
        for row in rows:
            told[row["business"]].append(f"{table}: {row['rows']}")
    return [told[command.ctx.business] for command in commands]


async def end_business(platform: Platform, path: str, *, by: str, owner: Database) -> Ending:
    """End a business as far as it can end now; call again until the status is not `winding`.

    `owner` is a database of the log-in that owns the tables, without the runtime role. One that never traded
    is switched off before its rows go, and on again when they cannot. Raises `UnknownBusiness`, and
    `BusinessKept` when others inherit from it, when a package brings one that never traded, when a center objects
    to removing one that never traded, or when `owner` does not own the tables.
    """
    plans = platform.plans
    plans.resolve(path)
    async with platform.db.transaction() as tx:
        held = await store.lock_business(tx, path)
        traded = held is not None and held[1]
        _refuse_kept(platform, path, traded=traded)
        shut_before = (await store.statuses(tx)).get(path) == "killed"
        if traded:
            await plans.set_status(tx, path, "winding")
        elif not shut_before:
            await plans.kill(tx, path, why="it is being ended", by=by)
    try:
        return await _end(platform, path, by=by, owner=owner, traded=traded)
    except BaseException:
        if not traded and not shut_before:
            async with platform.db.transaction() as tx:
                await plans.unkill(tx, path, why="it could not be ended", by=by)
        raise


async def _end(platform: Platform, path: str, *, by: str, owner: Database, traded: bool) -> Ending:
    ctx = platform.plans.context(platform, path, actor=SYSTEM)
    objection = await MAY_END_BUSINESS.of(ctx)(ctx)
    if objection is not None:
        if traded:
            return Ending("winding", objection)
        raise BusinessKept(objection.message, business=path, objection=objection.code)
    owner.platform = platform  # answers may make contexts
    async with owner.transaction() as tx:
        if not await store.is_owner(tx):
            raise BusinessKept("It takes the database log-in that owns the tables", business=path)
        return await _bury(tx, platform, ctx, by=by)


async def _bury(tx: Transaction, platform: Platform, ctx: Ctx, *, by: str) -> Ending:
    """Take a business out of the plan: with every row when it never traded, else leaving a tombstone."""
    path, plans = ctx.business, platform.plans
    await store.lock_publishing(tx)
    held = await store.lock_business(tx, path)
    if held is not None and held[1]:  # asked again: it may have traded since
        if held[0] != "winding":
            raise BusinessKept("It has traded in the meantime", business=path)
        await plans.set_status(
            tx, path, "tombstone"
        )  # first: what a package brings leaves the plan by it alone
        await plans.publish(tx, [], by=by, remove=[path])
        await store.delete_deadlines(tx, path)
        return Ending("tombstone")
    (answer,) = await BUSINESS_REMOVED.of_batch(tx, [BusinessRemoval(ctx)])
    if isinstance(answer, Problem):
        raise answer
    await plans.publish(tx, [], by=by, remove=[path])
    deleted = await plans.forget(tx, path)
    return Ending("removed", deleted=(*answer, *(f"{table}: {count}" for table, count in deleted.items())))


def _refuse_kept(platform: Platform, path: str, *, traded: bool) -> None:
    plans = platform.plans
    heirs = [other for other in plans.current.businesses if parent_of(other) == path]
    if heirs:
        raise BusinessKept(f"{', '.join(heirs)} inherit from it", business=path)
    if not traded and any(business.path == path for business in plans.code.packages):
        raise BusinessKept("A package brings it, and it never traded: uninstall the package", business=path)
