"""The end of a business: one that never traded live goes without residue, one that did is wound down.

Winding down: sales stop, obligations drain (nobody objects any more), then the business leaves the plan
and its name stays as a tombstone that nobody can take again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from hansa.kernel.business import parent_of
from hansa.kernel.context import SYSTEM, Ctx
from hansa.kernel.extension import Effects, ExtensionPoint, Mode, OnError, Veto
from hansa.kernel.plan import _store as store
from hansa.kernel.plan.errors import BusinessKept
from hansa.kernel.problem import Problem

if TYPE_CHECKING:
    from hansa.kernel.db import Transaction
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


async def end_business(platform: Platform, path: str, *, by: str) -> Ending:
    """End a business as far as it can end now; call again until the status is not `winding`.

    Raises `UnknownBusiness`, and `BusinessKept` when a package brings it, when others inherit from it, or
    when a center objects to removing one that never traded.
    """
    plans = platform.plans
    plans.resolve(path)
    _refuse_kept(platform, path)
    async with platform.db.transaction() as tx:
        held = await store.lock_business(tx, path)
        traded = held is not None and held[1]
        if traded:
            await plans.set_status(tx, path, "winding")
    ctx = plans.context(platform, path, actor=SYSTEM)
    objection = await MAY_END_BUSINESS.of(ctx)(ctx)
    if objection is not None:
        if traded:
            return Ending("winding", objection)
        raise BusinessKept(objection.message, business=path, objection=objection.code)
    async with platform.db.transaction() as tx:
        return await _bury(tx, platform, ctx, by=by)


async def _bury(tx: Transaction, platform: Platform, ctx: Ctx, *, by: str) -> Ending:
    """Take a business out of the plan: with every row when it never traded, else leaving a tombstone."""
    path, plans = ctx.business, platform.plans
    await store.lock_publishing(tx)
    held = await store.lock_business(tx, path)
    if held is not None and held[1]:  # asked again: it may have traded since
        if held[0] != "winding":
            raise BusinessKept("It has traded in the meantime", business=path)
        await plans.publish(tx, [], by=by, remove=[path])
        await plans.set_status(tx, path, "tombstone")
        return Ending("tombstone")
    (answer,) = await BUSINESS_REMOVED.of_batch(tx, [BusinessRemoval(ctx)])
    if isinstance(answer, Problem):
        raise answer
    await plans.publish(tx, [], by=by, remove=[path])
    deleted = await plans.forget(tx, path)
    return Ending("removed", deleted=(*answer, *(f"{table}: {count}" for table, count in deleted.items())))


def _refuse_kept(platform: Platform, path: str) -> None:
    plans = platform.plans
    heirs = [other for other in plans.current.businesses if parent_of(other) == path]
    if heirs:
        raise BusinessKept(f"{', '.join(heirs)} inherit from it", business=path)
    if any(business.path == path for business in plans.code.packages):
        raise BusinessKept("A package brings it; uninstall the package instead", business=path)
