"""Generations of the index, and how queries and swaps keep out of each other's way."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from hansa.centers.search._tables import GENERATION_RANK
from hansa.kernel.db import Transaction

# Locks of the transaction, by number. Rows will not do: who waited for a row sees it as it is now, but not the row
# of a generation that began meanwhile. Each is taken by a statement of its own, and the look comes after.
_READING = 0x73656172  # queries share it, a swap has it alone
_WRITING = 0x73656173  # whoever writes documents shares it, beginnings and swaps have it alone


class Generation(NamedTuple):
    """A generation that is not over."""

    id: int
    slot: int
    state: str


class Slots(NamedTuple):
    """What is written to now: the slot that answers queries, and the one being built, if any."""

    active: int
    building: int | None

    def all(self) -> list[int]:
        """Return every slot that documents are written to."""
        return [self.active] if self.building is None else [self.active, self.building]


async def begin_reading(tx: Transaction) -> int:
    """Return the active slot; it stays filled until the transaction ends.

    The shared lock comes first and the look second: a swap waits for whoever looked before it, and whoever comes
    after sees what it did. Plans are made for each query's own words, for a rare word and a common one want
    different plans.
    """
    await tx.raw.execute(
        "SELECT set_config('plan_cache_mode', 'force_custom_plan', true), pg_advisory_xact_lock_shared($1)",
        _READING,
    )
    slot: int = await tx.raw.fetchval("SELECT slot FROM search.generation WHERE state = 'active'")
    return slot


async def hold(tx: Transaction) -> Slots:
    """Return the slots to write to; until the transaction ends no rebuild begins or takes over."""
    tx.locks(GENERATION_RANK)
    await tx.raw.execute("SELECT pg_advisory_xact_lock_shared($1)", _WRITING)
    slots = {one.state: one.slot for one in await _living(tx)}
    return Slots(slots["active"], slots.get("building"))


async def building(tx: Transaction) -> int | None:
    """Return the number of the generation being built; until the transaction ends it neither ends nor takes over."""
    tx.locks(GENERATION_RANK)
    await tx.raw.execute("SELECT pg_advisory_xact_lock_shared($1)", _WRITING)
    return next((one.id for one in await _living(tx) if one.state == "building"), None)


async def lock(tx: Transaction) -> list[Generation]:
    """Return the generations that are not over; until the transaction ends nobody else writes documents."""
    tx.locks(GENERATION_RANK)
    await tx.raw.execute("SELECT pg_advisory_xact_lock($1)", _WRITING)
    return await _living(tx)


async def _living(tx: Transaction) -> list[Generation]:
    rows = await tx.raw.fetch(
        "SELECT id, slot, state FROM search.generation WHERE state IN ('active', 'building') ORDER BY id"
    )
    return [Generation(*row) for row in rows]


async def keep_readers_out(tx: Transaction) -> None:
    """Wait for the queries under way, and keep new ones out until the transaction ends."""
    await tx.raw.execute("SELECT pg_advisory_xact_lock($1)", _READING)


async def begin(tx: Transaction, *, slot: int, at: datetime) -> int:
    """Begin a generation in a slot, under the lock; return its number."""
    number: int = await tx.raw.fetchval(
        """INSERT INTO search.generation (id, slot, state, began_at)
           SELECT max(id) + 1, $1, 'building', $2 FROM search.generation RETURNING id""",
        slot,
        at,
    )
    return number


async def move(tx: Transaction, number: int, state: str, *, at: datetime) -> None:
    """Bring a locked generation into another state."""
    await tx.raw.execute(
        """UPDATE search.generation
           SET previous_state = state, state = $2::text,
               ended_at = CASE WHEN $2::text = 'active' THEN NULL ELSE $3::timestamptz END
           WHERE id = $1""",
        number,
        state,
        at,
    )


async def empty(tx: Transaction, slot: int, *, limit: int) -> int:
    """Delete some rows of a slot that nobody reads or writes; return how many went, 0 when it is empty."""
    gone = 0
    for table, where in (
        (f"search.document_{slot}", "true"),
        ("search.suggestion", "slot = $2"),
        ("search.gram", "slot = $2"),
        ("search.word", "slot = $2"),
    ):
        status: str = await tx.raw.execute(
            f"""DELETE FROM {table} WHERE ctid = ANY(ARRAY(
                  SELECT ctid FROM {table} WHERE {where} LIMIT $1))""",
            *((limit,) if where == "true" else (limit, slot)),
        )
        gone += int(status.rsplit(maxsplit=1)[-1])
    return gone


async def analyze(tx: Transaction, slot: int) -> None:
    """Have the planner look at a slot that was filled. Only the owner of the tables may."""
    for table in (f"search.document_{slot}", "search.suggestion", "search.gram", "search.word"):
        await tx.raw.execute(f"ANALYZE {table}")
