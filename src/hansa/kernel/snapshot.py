"""Snapshots: rows as this process last read them, so that a warm read needs no query.

A snapshot is never older than its age limit. It keeps fresh in one of two ways: by asking, at most once
per age limit, which keys changed since it last asked (`changed`), or, without that, by forgetting each
entry when it reaches the limit. It is bounded; the entries read longest ago give way.
"""

from __future__ import annotations

import asyncio
import contextvars
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from sqlalchemy import Column, text
from sqlalchemy.types import UserDefinedType

if TYPE_CHECKING:
    from hansa.kernel.db import Database, Transaction

K = TypeVar("K")
V = TypeVar("V")

Load = Callable[[Sequence[K]], Awaitable[Mapping[K, V]]]
Changed = Callable[[str | None], Awaitable[tuple[str, Collection[K] | None]]]
"""Given the mark of the last asking (None at first), return the new mark and the keys changed between;
None for the keys when there are too many to name, and everything is to be read again."""


class _Reading(Generic[K, V]):
    """Keys to be read together, and what was read."""

    def __init__(self) -> None:
        self.keys: set[K] = set()
        self.loaded: asyncio.Future[Mapping[K, V]] = asyncio.get_running_loop().create_future()


class Snapshot(Generic[K, V]):
    """A bounded read-through cache of rows by key."""

    def __init__(
        self,
        *,
        load: Load[K, V],
        changed: Changed[K] | None = None,
        age_max_s: float = 1.0,
        entries_max: int = 50_000,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._load = load
        self._changed = changed
        self._age_max_s = age_max_s
        self._entries_max = entries_max
        self._monotonic = monotonic
        self._entries: OrderedDict[K, tuple[float, V]] = OrderedDict()
        self._mark: str | None = None
        self._asked_at = float("-inf")
        self._asking = asyncio.Lock()
        self._generation = 0
        self._next: _Reading[K, V] | None = None
        self._reader: asyncio.Task[None] | None = None

    def __len__(self) -> int:
        return len(self._entries)

    async def get(self, keys: Iterable[K]) -> dict[K, V]:
        """Return what is known under these keys; a key nobody knows is absent from the answer."""
        now = self._monotonic()
        if self._changed is not None and now - self._asked_at >= self._age_max_s:
            await self._refresh(self._changed)
        found: dict[K, V] = {}
        missing: list[K] = []
        oldest = float("-inf") if self._changed else now - self._age_max_s
        for key in dict.fromkeys(keys):
            entry = self._entries.get(key)
            if entry is None or entry[0] < oldest:
                missing.append(key)
            else:
                found[key] = entry[1]
        if missing:
            found |= await self._read(missing)
        return found

    def warm(self, key: K) -> V | None:
        """Return an entry that is surely fresh, without waiting; None means that `get` must look."""
        entry = self._entries.get(key)
        if entry is None:
            return None
        checked_at = self._asked_at if self._changed else entry[0]
        return entry[1] if self._monotonic() - checked_at < self._age_max_s else None

    def forget(self, keys: Iterable[K]) -> None:
        """Drop entries: this process has just changed their rows and wants to see it at once."""
        self._generation += 1
        for key in keys:
            self._entries.pop(key, None)

    async def _read(self, missing: Sequence[K]) -> Mapping[K, V]:
        """Read missing keys, together with all that are asked for while the reading before is under way.

        As in a lane, nobody waits for company, and a crowd costs one query and not one each.
        """
        reading = self._next = self._next or _Reading()
        reading.keys.update(missing)
        if self._reader is None:
            # The reading is everybody's: nothing of the first asker's context belongs to it.
            self._reader = asyncio.create_task(self._read_on(), context=contextvars.Context())
        loaded = await asyncio.shield(reading.loaded)
        return {key: loaded[key] for key in missing if key in loaded}

    async def _read_on(self) -> None:
        try:
            while (reading := self._next) is not None:
                self._next = None
                try:
                    loaded = await self._read_now(list(reading.keys))
                except Exception as error:  # noqa: BLE001 - each asker gets it
                    reading.loaded.set_exception(error)
                else:
                    reading.loaded.set_result(loaded)
        finally:
            self._reader = None

    async def _read_now(self, keys: Sequence[K]) -> Mapping[K, V]:
        generation, read_at = self._generation, self._monotonic()
        loaded = await self._load(keys)
        # What was forgotten while the query ran may have been read before the change: do not keep it.
        if generation == self._generation:
            for key, value in loaded.items():
                self._entries[key] = (read_at, value)
                self._entries.move_to_end(key)
            while len(self._entries) > self._entries_max:
                self._entries.popitem(last=False)
        return loaded

    async def _refresh(self, changed: Changed[K]) -> None:
        """Ask what changed, unless somebody else has just asked; one asker at a time."""
        async with self._asking:
            asked_at = self._monotonic()
            if asked_at - self._asked_at < self._age_max_s:
                return
            self._mark, keys = await changed(self._mark)
            self._asked_at = asked_at
            if keys is None:
                self._generation += 1
                self._entries.clear()
            else:
                self.forget(keys)


def changes_of(db: Database, table: str, key: str, *, keys_max: int = 10_000) -> Changed[K]:
    """Return a `changed` for a table whose rows carry `changed_xid`, the transaction that changed them last.

    The mark is the oldest transaction still open when we asked. All older ones had ended, so their
    changes were already seen; a change that commits later has that number or a higher one. So nothing
    is missed, whatever the order of commits; a change may be named twice, which costs one read.
    """
    statement = f"""
        SELECT pg_snapshot_xmin(pg_current_snapshot())::text AS mark,
               ARRAY(SELECT {key} FROM {table} WHERE changed_xid >= $1::text::xid8 LIMIT {keys_max + 1}) AS keys
    """

    async def changed(mark: str | None) -> tuple[str, Collection[K] | None]:
        async with db.reading() as tx:
            row = await _ask(tx, statement, mark)
        keys = row["keys"]
        return row["mark"], None if mark is None or len(keys) > keys_max else keys

    return changed


async def _ask(tx: Transaction, statement: str, mark: str | None) -> Mapping[str, Any]:
    # Without a mark nothing is cached yet, so no change needs naming: ask from the end of time.
    row: Mapping[str, Any] = await tx.raw.fetchrow(statement, mark if mark is not None else str(2**63))
    return row


class Xid8(UserDefinedType[str]):
    """PostgreSQL's `xid8`: the number of a transaction, never used again."""

    cache_ok = True

    def get_col_spec(self, **_: object) -> str:
        """Return the type's name in SQL."""
        return "xid8"


CHANGED_XID_NOW = text("pg_current_xact_id()")
"""What every statement that changes a row of a snapshot's table sets its `changed_xid` to."""


def changed_xid() -> Column[str]:
    """Return the column that `changes_of` reads, for a center's `_tables.py`; it wants an index."""
    return Column("changed_xid", Xid8, nullable=False, server_default=CHANGED_XID_NOW)
