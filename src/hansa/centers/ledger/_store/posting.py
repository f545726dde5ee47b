"""The statements that post: one per table, for a whole batch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from hansa.centers.ledger import _tables as t
from hansa.centers.ledger._rules.posting import Account, EntryRow, Seen
from hansa.centers.ledger.types import (
    AccountId,
    AccountKey,
    Journal,
    JournalId,
    Posted,
)
from hansa.kernel.db import Transaction, columns

_MISSING = """
SELECT wanted.id FROM unnest($1::uuid[]) AS wanted (id)
WHERE NOT EXISTS (SELECT FROM ledger.account WHERE account.id = wanted.id)
"""

_OPEN = """
INSERT INTO ledger.account
  (id, traffic, entity, business, account_class, party, currency, normal, floor_minor)
SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::uuid[], $7::text[],
                     $8::smallint[], $9::bigint[])
ON CONFLICT (id) DO NOTHING
"""

_LOCK = """
SELECT id, normal, floor_minor, balance_minor, entries, posted_at, held_minor FROM ledger.account
WHERE id = ANY($1::uuid[]) ORDER BY id FOR NO KEY UPDATE
"""

_SEEN = "SELECT id, payload_hash, occurred_at FROM ledger.journal WHERE id = ANY($1::uuid[])"

# One round trip for three tables. Entries travel as flat arrays, from which each journal cuts its own slice,
# because PostgreSQL has no ragged arrays. A journal that somebody else posted meanwhile is not returned, and the
# caller takes everything back: so entries and balances need not ask which journals were new.
_POST = """
WITH entered AS (
  INSERT INTO ledger.entry (account_id, seq, journal_id, line, minor, balance_minor, posted_at)
  SELECT * FROM unnest($13::uuid[], $14::bigint[], $15::uuid[], $16::smallint[], $17::bigint[], $18::bigint[],
                       $19::timestamptz[])),
balanced AS (
  UPDATE ledger.account
  SET balance_minor = after.balance_minor, entries = after.entries, posted_at = after.posted_at,
      held_minor = after.held_minor
  FROM unnest($21::uuid[], $22::bigint[], $23::bigint[], $24::timestamptz[], $25::bigint[])
    AS after (id, balance_minor, entries, posted_at, held_minor)
  WHERE account.id = after.id)
INSERT INTO ledger.journal
  (id, traffic, entity, business, kind, reference, reverses, payload_hash, actor, occurred_at,
   accounts, currencies, amounts)
SELECT j.id, j.traffic, j.entity, j.business, j.kind, j.reference, j.reverses, j.payload_hash, j.actor,
       j.occurred_at, ($13::uuid[])[j.low:j.high], ($20::text[])[j.low:j.high], ($17::bigint[])[j.low:j.high]
FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::uuid[], $7::uuid[], $8::bytea[],
            $9::text[], $10::timestamptz[], $11::int[], $12::int[])
  AS j (id, traffic, entity, business, kind, reference, reverses, payload_hash, actor, occurred_at, low, high)
ON CONFLICT (id) DO NOTHING RETURNING id
"""


async def open_accounts(tx: Transaction, keys: Mapping[AccountId, AccountKey]) -> None:
    """Create those of the accounts that do not exist yet, in the order of their ids.

    All that are missing are created before any is locked: a transaction that waits here holds no
    account, so creating and locking cannot wait for each other in a circle.
    """
    tx.locks(t.ACCOUNT_RANK)
    missing = [row["id"] for row in await tx.raw.fetch(_MISSING, sorted(keys))]
    if not missing:
        return
    rows = [
        (
            id_,
            key.traffic.value,
            key.entity,
            key.business,
            key.account_class.value,
            key.party,
            key.currency,
            key.account_class.normal.value,
            key.account_class.floor_minor,
        )
        for id_, key in ((id_, keys[id_]) for id_ in sorted(missing))
    ]
    await tx.raw.execute(_OPEN, *columns(rows, 9))


async def lock_accounts(tx: Transaction, ids: Sequence[AccountId]) -> dict[AccountId, Account]:
    """Lock accounts in the order of their ids, and read them."""
    tx.locks(t.ACCOUNT_RANK)
    return {row["id"]: Account(**row) for row in await tx.raw.fetch(_LOCK, sorted(ids))}


async def seen_journals(tx: Transaction, ids: Sequence[JournalId]) -> dict[JournalId, Seen]:
    """Return which of these journals are posted already. To be asked after their accounts are locked."""
    return {
        row["id"]: Seen(row["payload_hash"], Posted(id=row["id"], occurred_at=row["occurred_at"]))
        for row in await tx.raw.fetch(_SEEN, ids)
    }


async def write(
    tx: Transaction,
    *,
    journals: Sequence[Journal],
    seen: Mapping[JournalId, Seen],
    entries: Sequence[EntryRow],
    accounts: Sequence[Account],
) -> set[JournalId]:
    """Append journals and entries, and set each account to where the batch leaves it; returns the ids that were new.

    Where an id is missing from the answer, the transaction must not commit.
    """
    rows = []
    low = 1
    for journal in journals:
        high = low + len(journal.entries) - 1
        ctx = journal.ctx
        known = seen[journal.id]
        rows.append(
            (
                journal.id,
                ctx.traffic.value,
                ctx.entity,
                ctx.business,
                journal.kind,
                journal.reference,
                journal.reverses,
                known.payload_hash,
                ctx.actor.label,
                known.posted.occurred_at,
                low,
                high,
            )
        )
        low = high + 1
    stored = await tx.raw.fetch(
        _POST,
        *columns(rows, 12),  # holds alone may have changed
        [e.account_id for e in entries],
        [e.seq for e in entries],
        [e.journal_id for e in entries],
        [e.line for e in entries],
        [e.minor for e in entries],
        [e.balance_minor for e in entries],
        [e.posted_at for e in entries],
        [key.currency for journal in journals for key, _ in journal.entries],
        [a.id for a in accounts],
        [a.balance_minor for a in accounts],
        [a.entries for a in accounts],
        [a.posted_at for a in accounts],
        [a.held_minor for a in accounts],
    )
    return {row["id"] for row in stored}
