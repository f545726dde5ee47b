"""Every SQL statement about generations, businesses, kill switches and processes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

import msgspec

from hansa.kernel.db.queue import QUEUE_TABLE

if TYPE_CHECKING:
    from hansa.kernel.db import Transaction

CHANNEL = "hansa_plan"
"""NOTIFY on this channel says: look at the generations and kill switches again."""

_PUBLISHING_LOCK = 0x68616E73  # one publisher at a time over all processes; any number unlike other locks'

Manifests = dict[str, Any]
"""Published configurations as plain JSON values, by path."""


class GenerationRow(msgspec.Struct, frozen=True, kw_only=True):
    """A generation without its manifests."""

    id: int
    hash: str
    code_hash: str
    state: str
    base: int | None
    activation: int | None
    retires_at: datetime | None


class Switched(msgspec.Struct, frozen=True):
    """One use of a business's kill switch."""

    off: bool
    why: str
    by: str
    at: datetime


_COLUMNS = "id, hash, code_hash, state, base, activation, retires_at"


async def lock_publishing(tx: Transaction) -> None:
    """Let nobody else publish, kill or remove until this transaction ends."""
    await tx.raw.execute("SELECT pg_advisory_xact_lock($1)", _PUBLISHING_LOCK)


async def notify(tx: Transaction) -> None:
    """Tell every process, once this commits, to look again."""
    await tx.raw.execute("SELECT pg_notify($1, '')", CHANNEL)


async def clock(tx: Transaction) -> datetime:
    """Return the database's time: processes on several hosts compare heartbeats, and have it in common."""
    now: datetime = await tx.raw.fetchval("SELECT clock_timestamp()")
    return now


async def current(tx: Transaction) -> GenerationRow | None:
    """Return the generation that new contexts use."""
    row = await tx.raw.fetchrow(
        f"SELECT {_COLUMNS} FROM kernel.generation WHERE state = 'active' ORDER BY activation DESC LIMIT 1"
    )
    return _generation(row) if row else None


async def latest_of(tx: Transaction, code_hash: str) -> GenerationRow | None:
    """Return the generation of some code that was the current one last, whatever became of it."""
    row = await tx.raw.fetchrow(
        f"""SELECT {_COLUMNS} FROM kernel.generation WHERE code_hash = $1 AND activation IS NOT NULL
             ORDER BY state = 'active' DESC, activation DESC LIMIT 1""",
        code_hash,
    )
    return _generation(row) if row else None


async def carried(tx: Transaction, code_hash: str, *, alive_since: datetime) -> bool:
    """Tell whether a process with some code is at work, or may be about to come back.

    One that stopped counts as long as a live one would, because a restart is a stop first; not when nobody
    else is alive either.
    """
    found: bool = await tx.raw.fetchval(
        """SELECT EXISTS (SELECT FROM kernel.process WHERE seen_at > $2 AND code_hash = $1)
              AND EXISTS (SELECT FROM kernel.process WHERE seen_at > $2 AND pid <> 0)""",
        code_hash,
        alive_since,
    )
    return found


async def generation(tx: Transaction, number: int) -> GenerationRow | None:
    """Return one generation."""
    row = await tx.raw.fetchrow(f"SELECT {_COLUMNS} FROM kernel.generation WHERE id = $1", number)
    return _generation(row) if row else None


async def active(tx: Transaction) -> list[GenerationRow]:
    """Return the generations that are still good, the current one first."""
    rows = await tx.raw.fetch(
        f"SELECT {_COLUMNS} FROM kernel.generation WHERE state = 'active' ORDER BY activation DESC LIMIT 1000"
    )
    return [_generation(row) for row in rows]


async def manifests(tx: Transaction, number: int) -> Manifests:
    """Return the published configurations of a generation."""
    text = await tx.raw.fetchval("SELECT manifests::text FROM kernel.generation WHERE id = $1", number)
    return msgspec.json.decode(text or "{}", type=Manifests)


async def insert_generation(
    tx: Transaction,
    *,
    hash: str,  # noqa: A002 - the column's name
    code_hash: str,
    manifests: Manifests,
    base: int | None,
    by: str,
    now: datetime,
) -> int:
    """Write a proposed generation; return its number."""
    number: int = await tx.raw.fetchval(
        """INSERT INTO kernel.generation (hash, code_hash, state, base, manifests, created_at, created_by)
           VALUES ($1, $2, 'proposed', $3, $4::text::jsonb, $5, $6) RETURNING id""",
        hash,
        code_hash,
        base,
        msgspec.json.encode(manifests).decode(),
        now,
        by,
    )
    return number


async def activate(tx: Transaction, number: int, *, now: datetime, grace: timedelta) -> None:
    """Make a generation the current one; the one before retires after the grace time."""
    await tx.raw.execute(
        """UPDATE kernel.generation SET retires_at = $2
            WHERE state = 'active' AND id <> $1 AND retires_at IS NULL""",
        number,
        now + grace,
    )
    await tx.raw.execute(
        """UPDATE kernel.generation
              SET state = 'active', retires_at = NULL, killed_why = NULL,
                  activation = (SELECT coalesce(max(activation), 0) + 1 FROM kernel.generation)
            WHERE id = $1""",
        number,
    )


async def kill_generation(tx: Transaction, number: int, *, why: str) -> None:
    """Refuse everything that was quoted under a generation, from now on."""
    await tx.raw.execute(
        "UPDATE kernel.generation SET state = 'killed', killed_why = $2 WHERE id = $1", number, why
    )


async def retire(tx: Transaction, *, now: datetime, alive_since: datetime) -> None:
    """Retire generations whose time is up, unless a live process still works under them."""
    await tx.raw.execute(
        """UPDATE kernel.generation SET state = 'retired'
            WHERE state = 'active' AND retires_at < $1
              AND id NOT IN (SELECT generation FROM kernel.process WHERE seen_at > $2)""",
        now,
        alive_since,
    )


async def forget_manifest(tx: Transaction, path: str) -> None:
    """Take a removed business out of every generation, so that going back does not bring it back."""
    await tx.raw.execute("UPDATE kernel.generation SET manifests = manifests - $1 WHERE manifests ? $1", path)


async def states(
    tx: Transaction, *, generations: Iterable[int], paths: Iterable[str]
) -> tuple[set[int], dict[str, str]]:
    """Return which generations are good, and the status of each path (`killed` wins), in one statement."""
    rows = await tx.raw.fetch(_STATES, list(generations), list(paths))
    good = {int(row["key"]) for row in rows if row["what"] == "generation"}
    found = {row["key"]: row["state"] for row in rows if row["what"] == "business"}
    return good, found | {row["key"]: "killed" for row in rows if row["what"] == "kill_switch"}


async def statuses(tx: Transaction) -> dict[str, str]:
    """Return the businesses that are not simply live, by path; `killed` wins."""
    rows = await tx.raw.fetch(
        """SELECT path, status FROM kernel.business WHERE status <> 'live'
           UNION ALL SELECT path, 'killed' FROM kernel.kill_switch"""
    )
    found = {row["path"]: row["status"] for row in rows if row["status"] != "killed"}
    return found | {row["path"]: "killed" for row in rows if row["status"] == "killed"}


async def ensure_businesses(tx: Transaction, paths: Sequence[str], *, now: datetime) -> None:
    """See that each business of a plan has its row; drafts become live."""
    await tx.raw.execute(
        """INSERT INTO kernel.business (path, status, since) SELECT path, 'live', $2 FROM unnest($1::text[]) AS path
           ON CONFLICT (path) DO UPDATE SET status = 'live', since = $2 WHERE kernel.business.status = 'draft'""",
        sorted(paths),
        now,
    )


async def draft_businesses(tx: Transaction, paths: Sequence[str], *, now: datetime) -> None:
    """Note businesses that are proposed and not published yet."""
    await tx.raw.execute(
        """INSERT INTO kernel.business (path, status, since) SELECT path, 'draft', $2 FROM unnest($1::text[]) AS path
           ON CONFLICT (path) DO NOTHING""",
        sorted(paths),
        now,
    )


async def lock_business(tx: Transaction, path: str) -> tuple[str, bool] | None:
    """Return (status, traded live) of a business and hold its row; None when there is none."""
    row = await tx.raw.fetchrow(
        "SELECT status, traded_live FROM kernel.business WHERE path = $1 FOR UPDATE", path
    )
    return (row["status"], row["traded_live"]) if row else None


async def set_status(tx: Transaction, path: str, status: str, *, now: datetime) -> None:
    """Write the status of a business."""
    await tx.raw.execute(
        "UPDATE kernel.business SET status = $2, since = $3 WHERE path = $1", path, status, now
    )


async def trading(tx: Transaction) -> set[str]:
    """Return the businesses that traded live and have not ended: they may owe somebody something."""
    rows = await tx.raw.fetch("SELECT path FROM kernel.business WHERE traded_live AND status <> 'tombstone'")
    return {row["path"] for row in rows}


async def mark_traded(tx: Transaction, paths: Sequence[str]) -> set[str]:
    """Note that businesses traded live; return those that are there."""
    rows = await tx.raw.fetch(
        "UPDATE kernel.business SET traded_live = true WHERE path = ANY($1) RETURNING path", sorted(paths)
    )
    return {row["path"] for row in rows}


async def kill(tx: Transaction, path: str, *, why: str, by: str, now: datetime) -> None:
    """Set the kill switch of a business and everything below it, and write that down."""
    await tx.raw.execute(
        """WITH switched AS (
             INSERT INTO kernel.kill_switch (path, why, killed_by, killed_at) VALUES ($1, $2, $3, $4)
             ON CONFLICT (path) DO UPDATE SET why = excluded.why, killed_by = excluded.killed_by)
           INSERT INTO kernel.kill_history (path, off, why, by, at) VALUES ($1, true, $2, $3, $4)""",
        path,
        why,
        by,
        now,
    )


async def unkill(tx: Transaction, path: str, *, why: str, by: str, now: datetime) -> bool:
    """Take the kill switch back and write that down; tell whether it was set."""
    undone: bool = await tx.raw.fetchval(
        """WITH undone AS (DELETE FROM kernel.kill_switch WHERE path = $1 RETURNING path),
             noted AS (INSERT INTO kernel.kill_history (path, off, why, by, at)
                       SELECT path, false, $2, $3, $4 FROM undone)
           SELECT EXISTS (SELECT FROM undone)""",
        path,
        why,
        by,
        now,
    )
    return undone


async def switched(tx: Transaction, path: str, *, limit: int) -> list[Switched]:
    """Return how the kill switch of a business was used, the latest first."""
    rows = await tx.raw.fetch(
        """SELECT off, why, by, at FROM kernel.kill_history WHERE path = $1 ORDER BY id DESC LIMIT $2""",
        path,
        limit,
    )
    return [msgspec.convert(dict(row), Switched) for row in rows]


async def is_owner(tx: Transaction) -> bool:
    """Tell whether this connection may do with the tables what their owner may."""
    owns: bool = await tx.raw.fetchval(
        """SELECT pg_has_role(current_user, relowner, 'USAGE') FROM pg_class
            WHERE oid = 'kernel.business'::regclass"""
    )
    return owns


async def delete_deadlines(tx: Transaction, path: str) -> None:
    """Drop what would fall due in a business that is no more: what is left is not live, or nobody objected."""
    await tx.raw.execute("DELETE FROM kernel.deadline WHERE business = $1", path)


async def delete_rows(tx: Transaction, path: str) -> Mapping[str, int]:
    """Delete every row of the kernel's own tables that belongs to a business; return how many, by table.

    The tables are found by their columns, so that one added later is not forgotten; a queued job belongs
    to the business that its payload names as `"business":"..."`.
    """
    tables = await tx.raw.fetch(
        """SELECT table_name, column_name FROM information_schema.columns
            WHERE table_schema = 'kernel'
              AND (column_name = 'business' OR (table_name, column_name) IN (('business', 'path'), ('kill_switch', 'path'), ('kill_history', 'path')))
              AND table_name IN (SELECT table_name FROM information_schema.tables
                                  WHERE table_schema = 'kernel' AND table_type = 'BASE TABLE')
            ORDER BY table_name"""
    )
    gone = {}
    for table, column in tables:
        outcome = await tx.raw.execute(f'DELETE FROM kernel."{table}" WHERE "{column}" = $1', path)
        count = int(outcome.rpartition(" ")[2])
        if count:
            gone[f"kernel.{table}"] = count
    outcome = await tx.raw.execute(
        f"DELETE FROM {QUEUE_TABLE} WHERE position(convert_to($1, 'UTF8') IN payload) > 0",
        f'"business":{msgspec.json.encode(path).decode()}',
    )
    if count := int(outcome.rpartition(" ")[2]):
        gone[QUEUE_TABLE] = count
    return gone


async def beat(
    tx: Transaction,
    *,
    process: UUID,
    host: str,
    pid: int,
    generation: int,
    code_hash: str,
    now: datetime,
    alive_since: datetime,
) -> int:
    """Write this process's heartbeat, forget the dead; return how many are alive, itself included."""
    await tx.raw.execute(
        """INSERT INTO kernel.process (id, host, pid, generation, code_hash, started_at, seen_at)
           VALUES ($1, $2, $3, $4, $5, $6, $6)
           ON CONFLICT (id) DO UPDATE SET generation = $4, code_hash = $5, seen_at = $6""",
        process,
        host,
        pid,
        generation,
        code_hash,
        now,
    )
    await tx.raw.execute("DELETE FROM kernel.process WHERE seen_at <= $1", alive_since)
    alive: int = await tx.raw.fetchval("SELECT count(*) FROM kernel.process WHERE pid <> 0")
    return alive


async def leave(tx: Transaction, process: UUID) -> None:
    """Take this process off the list; until it would be dead, a row without a pid tells what it carried."""
    await tx.raw.execute("UPDATE kernel.process SET pid = 0 WHERE id = $1", process)


def _generation(row: Any) -> GenerationRow:
    return msgspec.convert(dict(row), GenerationRow)


_STATES = """
SELECT 'generation' AS what, id::text AS key, state FROM kernel.generation
 WHERE id = ANY($1::bigint[]) AND state = 'active'
UNION ALL
SELECT 'business', path, status FROM kernel.business WHERE path = ANY($2::text[])
UNION ALL
SELECT 'kill_switch', path, '' FROM kernel.kill_switch WHERE path = ANY($2::text[])
"""
