"""What `hansa verify` audits of the outside world."""

from __future__ import annotations

from collections.abc import Sequence

from hansa.centers.interconnect._store.audits import AUDITS, bad_rows
from hansa.kernel.center import Check
from hansa.kernel.db import Transaction


def _check(name: str, sentence: str, query: str) -> Check:
    async def run(tx: Transaction) -> Sequence[str]:
        return [sentence.format(*row) for row in await bad_rows(tx, query)]

    return Check(name, run)


CHECKS = tuple(_check(*audit) for audit in AUDITS)
