"""The ledger: one escrow and one clearing account, which every paid order moves."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import cast
from uuid import UUID

from sqlalchemy import Table, bindparam, update
from sqlalchemy.ext.asyncio import AsyncSession

from benchmarks.baseline.models import Account, Base, Entry, Journal
from hansa.kernel.ids import uuid7

ESCROW = UUID(int=1)
CLEARING = UUID(int=2)

_ACCOUNT = cast("Table", Account.__table__)
_ADD = (
    update(_ACCOUNT)
    .where(_ACCOUNT.c.id == bindparam("account"))
    .values(balance=_ACCOUNT.c.balance + bindparam("amount"))
)


def capture_rows(order_id: UUID, amount: int, *, actor: str, now: datetime) -> Iterator[Base]:
    """The buyer's money has arrived: the provider owes it to us, we hold it in escrow."""
    journal_id = uuid7()
    yield Journal(id=journal_id, kind="captured", reference=order_id, actor=actor, occurred_at=now)
    yield Entry(account_id=ESCROW, journal_id=journal_id, amount=-amount)
    yield Entry(account_id=CLEARING, journal_id=journal_id, amount=amount)


async def move_balances(session: AsyncSession, amount: int) -> None:
    """Add a capture to both balances, in key order."""
    connection = await session.connection()
    await connection.execute(
        _ADD, [{"account": ESCROW, "amount": -amount}, {"account": CLEARING, "amount": amount}]
    )
