"""The statements that seal journals into chains, and read the chains back."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Sequence
from typing import Any

from hansa.centers.ledger import _tables as t
from hansa.centers.ledger._rules.sealing import ChainKey, Head, JournalRow, SealRow
from hansa.centers.ledger.types import ChainHead, JournalId, Seal
from hansa.kernel.context import PLATFORM_BUSINESS, Ctx, Traffic
from hansa.kernel.db import Transaction

_JOURNAL = """j.id, j.traffic, j.entity, j.business, j.kind, j.reference, j.reverses, j.accounts, j.currencies,
       j.amounts, j.payload_hash, j.actor, j.occurred_at"""

# asyncpg has no type for transaction numbers; they travel as text.
_CLAIM = """
INSERT INTO ledger.sealing (id) VALUES (1) ON CONFLICT (id) DO UPDATE SET id = 1 RETURNING through_xid::text
"""

# Only transactions that are over, every older one included: what comes later has a higher number. Those of one
# transaction are sealed together, so that its number alone says how far the chains go.
_UNSEALED = f"""
SELECT {_JOURNAL}, j.xid::text AS xid FROM ledger.journal j
WHERE j.xid > $1::text::xid8 AND j.xid < pg_snapshot_xmin(pg_current_snapshot())
ORDER BY j.xid FETCH FIRST ($2::bigint) ROWS WITH TIES
"""

_SEAL = """
INSERT INTO ledger.seal (business, traffic, shard, seq, previous_hash, hash, sealed_at, journals, digests)
SELECT s.business, s.traffic, s.shard, s.seq, s.previous_hash, s.hash, s.sealed_at,
       ($10::uuid[])[s.low:s.high], ($11::bytea[])[s.low:s.high]
FROM unnest($1::text[], $2::text[], $3::smallint[], $4::bigint[], $5::bytea[], $6::bytea[], $7::timestamptz[],
            $8::int[], $9::int[])
  AS s (business, traffic, shard, seq, previous_hash, hash, sealed_at, low, high)
"""

_HEADS = """
INSERT INTO ledger.chain AS c (business, traffic, shard, seq, hash)
SELECT * FROM unnest($1::text[], $2::text[], $3::smallint[], $4::bigint[], $5::bytea[])
ON CONFLICT (business, traffic, shard) DO UPDATE SET seq = excluded.seq, hash = excluded.hash
"""

_SEALS_AFTER = """
SELECT business, traffic, shard, seq, journals, digests, previous_hash, hash, sealed_at FROM ledger.seal
WHERE (business, traffic, shard, seq) > ($1, $2, $3, $4) ORDER BY business, traffic, shard, seq LIMIT 50
"""


async def claim_sealing(tx: Transaction) -> str:
    """Take the pen, which one transaction at a time holds; returns the transaction number sealed last."""
    tx.locks(t.SEALING_RANK)
    return str(await tx.raw.fetchval(_CLAIM))


async def unsealed(tx: Transaction, *, after: str, limit: int) -> tuple[list[JournalRow], str]:
    """Return the next journals that can be sealed, and the number of the last transaction among them."""
    rows = await tx.raw.fetch(_UNSEALED, after, limit)
    rows.sort(key=lambda row: (int(row["xid"]), row["id"]))
    return [_journal_row(row) for row in rows], rows[-1]["xid"] if rows else after


async def heads(tx: Transaction, chains: Collection[ChainKey]) -> dict[ChainKey, Head]:
    """Return where chains end; one that has not begun is not among them."""
    rows = await tx.raw.fetch(
        """SELECT business, traffic, shard, seq, hash FROM ledger.chain
           JOIN unnest($1::text[], $2::text[], $3::smallint[]) AS k (business, traffic, shard)
           USING (business, traffic, shard)""",
        [one.business for one in chains],
        [one.traffic for one in chains],
        [one.shard for one in chains],
    )
    return {
        ChainKey(row["business"], row["traffic"], row["shard"]): Head(row["seq"], row["hash"]) for row in rows
    }


async def append_seals(tx: Transaction, seals: Sequence[SealRow], *, through: str) -> None:
    """Append seals, move the heads of their chains, and note how far all is sealed."""
    low, bounds = 1, []
    for one in seals:
        bounds.append((low, low + len(one.journals) - 1))
        low += len(one.journals)
    chains = [
        [one.chain.business for one in seals],
        [one.chain.traffic for one in seals],
        [one.chain.shard for one in seals],
        [one.seq for one in seals],
    ]
    await tx.raw.execute(
        _SEAL,
        *chains,
        [one.previous_hash for one in seals],
        [one.hash for one in seals],
        [one.sealed_at for one in seals],
        [first for first, _ in bounds],
        [last for _, last in bounds],
        [id_ for one in seals for id_ in one.journals],
        [digest for one in seals for digest in one.digests],
    )
    await tx.raw.execute(_HEADS, *chains, [one.hash for one in seals])
    await tx.raw.execute("UPDATE ledger.sealing SET through_xid = $1::text::xid8", through)


async def every_seal(tx: Transaction) -> AsyncIterator[tuple[SealRow, dict[JournalId, JournalRow]]]:
    """Give every seal with those of its journals that stand, chain by chain, in order."""
    after: tuple[str, str, int, int] = ("", "", 0, 0)
    while rows := await tx.raw.fetch(_SEALS_AFTER, *after):
        ids = [id_ for row in rows for id_ in row["journals"]]
        found = await tx.raw.fetch(
            f"SELECT {_JOURNAL} FROM ledger.journal j WHERE j.id = ANY($1::uuid[])", ids
        )
        journals = {row["id"]: _journal_row(row) for row in found}
        for row in rows:
            chain = ChainKey(row["business"], row["traffic"], row["shard"])
            yield SealRow(chain, *list(row)[3:]), journals
        after = tuple(list(rows[-1])[:4])


async def every_head(tx: Transaction) -> dict[ChainKey, Head]:
    """Return where every chain ends."""
    rows = await tx.raw.fetch("SELECT business, traffic, shard, seq, hash FROM ledger.chain ORDER BY 1, 2, 3")
    return {
        ChainKey(row["business"], row["traffic"], row["shard"]): Head(row["seq"], row["hash"]) for row in rows
    }


async def chain_heads(
    tx: Transaction, ctx: Ctx, *, after: tuple[str, int] | None, limit: int
) -> list[ChainHead]:
    """Return where the chains of a business and what is under it end, in the traffic of `ctx`."""
    rows = await tx.raw.fetch(
        """SELECT business, traffic, shard, seq, hash FROM ledger.chain
           WHERE traffic = $1 AND ($2 = $3 OR business = $2 OR starts_with(business, $2 || '.'))
             AND (business, shard) > ($4, $5)
           ORDER BY business, shard LIMIT $6""",
        ctx.traffic.value,
        ctx.business,
        PLATFORM_BUSINESS,
        *(after or ("", -1)),
        limit,
    )
    return [
        ChainHead(
            business=row["business"],
            traffic=Traffic(row["traffic"]),
            shard=row["shard"],
            seq=row["seq"],
            hash=row["hash"],
        )
        for row in rows
    ]


async def seals_of_chain(tx: Transaction, chain: ChainKey, *, before: int | None, limit: int) -> list[Seal]:
    """Return the seals of one chain, newest first."""
    rows = await tx.raw.fetch(
        """SELECT seq, journals, digests, previous_hash, hash, sealed_at FROM ledger.seal
           WHERE business = $1 AND traffic = $2 AND shard = $3 AND ($4::bigint IS NULL OR seq < $4)
           ORDER BY seq DESC LIMIT $5""",
        chain.business,
        chain.traffic,
        chain.shard,
        before,
        limit,
    )
    return [Seal(**row) for row in rows]


def _journal_row(row: Any) -> JournalRow:
    return JournalRow(*list(row)[: len(JournalRow.__struct_fields__)])
