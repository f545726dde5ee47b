from __future__ import annotations

import hashlib
import time
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import select

from benchmarks.baseline.database import Database
from benchmarks.baseline.models import Session
from benchmarks.baseline.problems import Unauthenticated

REMEMBERED_S = 2.0
_REMEMBERED_MAX = 10_000
_SCHEME = "Bearer "


def token_hash(token: str) -> bytes:
    """Return what is stored of a token."""
    return hashlib.sha256(token.encode()).digest()


class Authenticator:
    """Finds who sends a request; remembers it for two seconds, so a log-out takes effect after that."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: dict[bytes, tuple[float, UUID]] = {}

    async def buyer(self, authorization: str) -> UUID:
        """Return the buyer of an `Authorization` header. Raises `Unauthenticated`."""
        if not authorization.startswith(_SCHEME):
            raise Unauthenticated
        digest = token_hash(authorization[len(_SCHEME) :])
        known = self._known.get(digest)
        if known is not None and known[0] > time.monotonic():
            return known[1]
        async with self._database.read() as session:
            found = await session.execute(
                select(Session.buyer, Session.expires_at).where(Session.token_hash == digest)
            )
            row = found.one_or_none()
        if row is None or row.expires_at <= datetime.now(UTC):
            raise Unauthenticated
        if len(self._known) >= _REMEMBERED_MAX:
            self._known.clear()
        buyer: UUID = row.buyer
        self._known[digest] = (time.monotonic() + REMEMBERED_S, buyer)
        return buyer
