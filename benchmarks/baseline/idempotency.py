from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from benchmarks.baseline.models import IdempotencyRecord
from benchmarks.baseline.problems import KeyReused


@dataclass(frozen=True, slots=True)
class Key:
    """An `Idempotency-Key` in its scope, with the digest of the body it came with."""

    buyer: UUID
    route: str
    key: str
    body: bytes

    def answered(self, status: int, answer: bytes, at: datetime) -> IdempotencyRecord:
        """Return the row that keeps an answer."""
        return IdempotencyRecord(
            buyer=self.buyer,
            route=self.route,
            key=self.key,
            body=self.body,
            status=status,
            answer=answer,
            created_at=at,
        )


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back: a status and JSON as it was first sent."""

    status: int
    body: bytes


async def answered_before(session: AsyncSession, key: Key) -> Answer | None:
    """Return what was answered under a key. Raises `KeyReused` when that was another request."""
    found = await session.execute(
        select(IdempotencyRecord.body, IdempotencyRecord.status, IdempotencyRecord.answer).where(
            IdempotencyRecord.buyer == key.buyer,
            IdempotencyRecord.route == key.route,
            IdempotencyRecord.key == key.key,
        )
    )
    row = found.one_or_none()
    if row is None:
        return None
    if row.body != key.body:
        raise KeyReused
    return Answer(row.status, row.answer)
