"""Audits: checks of `hansa verify` that are one query for rows that cannot be."""

from __future__ import annotations

from collections.abc import Sequence

from hansa.kernel.center import Check
from hansa.kernel.db import Transaction


def audit(name: str, sentence: str, sql: str) -> Check:
    """Make a check of a query that finds bad rows, worst first: it names the first and says how many there are.

    `sentence` is a format string over the row's columns: `"the order {0} says {1}, its lines {2}"`.
    """

    async def run(tx: Transaction) -> Sequence[str]:
        row = await tx.raw.fetchrow(f"SELECT count(*) OVER () AS bad, found.* FROM ({sql}) AS found LIMIT 1")
        if row is None:
            return ()
        more = f" (the first of {row['bad']})" if row["bad"] > 1 else ""
        said = sentence.format(*list(row)[1:])
        return [f"{said[0].upper()}{said[1:]}{more}."]

    return Check(name, run)
