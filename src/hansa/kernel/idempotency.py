"""Idempotency keys: a write that is repeated under its key happens once and answers twice.

A key's scope is (business, traffic, actor, route, key); its answer is kept seven days. Keys are looked up
first and written last, with their answer, in the transaction of the work itself: a refused or failed call
leaves nothing behind, and there is no second write per call. Two transactions that run under one key at
the same time meet at the primary key: one of them waits, loses, rolls back and answers with what the
other one stored.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from hashlib import blake2b
from typing import TYPE_CHECKING, NamedTuple

from hansa.kernel.db.faults import LOCK_NOT_AVAILABLE, sqlstate
from hansa.kernel.problem import Problem

if TYPE_CHECKING:
    from hansa.kernel.context import Ctx
    from hansa.kernel.db import Transaction
    from hansa.kernel.platform import Platform

KEPT_DAYS = 7
_KEY_LENGTH_MAX = 255
_FORGET_AT_ONCE = 5_000


class KeyMalformed(Problem):
    """The key is empty, too long, or not plain visible ASCII."""

    code = "idempotency.key_malformed"
    status = 400
    title = "An Idempotency-Key has 1 to 255 visible ASCII characters"


class KeyReused(Problem):
    """The key was used before with another body; a new request needs a new key."""

    code = "idempotency.key_reused"
    status = 422
    title = "This Idempotency-Key was used for another request"


class InFlight(Problem):
    """The first request under this key has not been answered yet, and waiting for it took too long."""

    code = "idempotency.in_flight"
    status = 409
    title = "The first request with this Idempotency-Key is still being worked on"


class Answer(NamedTuple):
    """What was answered: an HTTP status and the body as it was sent."""

    status: int
    body: bytes


@dataclass(frozen=True, slots=True)
class IdempotencyKey:
    """A key in its scope. `scope` and `body` are 128-bit digests; business and traffic tell whose it is."""

    scope: bytes
    body: bytes
    business: str
    traffic: str

    @classmethod
    def of(cls, ctx: Ctx, *, route: str, key: str, body: bytes) -> IdempotencyKey:
        """Make the key of one request. Raises `KeyMalformed`.

        A guest is told from other guests by the session; without one, all share a scope, so that the
        client's choice of a random key is what keeps them apart.
        """
        if not (0 < len(key) <= _KEY_LENGTH_MAX and key.isascii() and key.isprintable()):
            raise KeyMalformed
        actor = ctx.actor
        who = actor.label if actor.party or not actor.session else f"{actor.label}#{actor.session}"
        # No part can hold a line break, so no two scopes read alike.
        text = f"{ctx.business}\n{ctx.traffic.value}\n{who}\n{route}\n{key}"
        return cls(
            scope=blake2b(text.encode(), digest_size=16).digest(),
            body=blake2b(body, digest_size=16).digest(),
            business=ctx.business,
            traffic=ctx.traffic.value,
        )


async def find(tx: Transaction, keys: Iterable[IdempotencyKey]) -> dict[bytes, tuple[bytes, Answer]]:
    """Return what was answered under these keys, by scope: (digest of the body, answer)."""
    scopes = [key.scope for key in keys]
    if not scopes:
        return {}
    rows = await tx.raw.fetch(_FIND, scopes)
    return {scope: (body, Answer(status, answer)) for scope, body, status, answer in rows}


async def keep(tx: Transaction, answers: Sequence[tuple[IdempotencyKey, Answer]]) -> bool:
    """Store answers with the work they belong to; False when another transaction was first with one.

    Then the caller rolls back and looks again. Rows go in by scope order, behind every other lock, so
    that waiting for another transaction here cannot become a deadlock.
    """
    if not answers:
        return True
    ordered = sorted(answers, key=_scope)
    columns = zip(
        *[(key.scope, key.body, key.business, key.traffic, a.status, a.body) for key, a in ordered],
        strict=True,
    )
    return len(await tx.raw.fetch(_KEEP, *columns)) == len(ordered)


class Once:
    """One write under a key: `stored` when it was answered before, else `keep` what is answered now."""

    def __init__(self, stored: Answer | None) -> None:
        self.stored = stored
        self.answer = stored

    def keep(self, answer: Answer) -> None:
        """Answer the request; the answer commits with the transaction."""
        self.answer = answer


@asynccontextmanager
async def idempotent(
    tx: Transaction, key: IdempotencyKey | None, *, wait_s_max: float = 10
) -> AsyncIterator[Once]:
    """Work under a key in an ordinary transaction; enter it before anything else is locked.

        async with ctx.transaction() as tx, idempotent(tx, key) as once:
            if once.stored is None:
                shop = await open_shop(tx, ...)
                once.keep(Answer(201, encode(shop)))
        return once.answer

    Without a key it only carries the answer. A second request under the key waits for the first, up to
    `wait_s_max`; raises `InFlight` when that is too long, `KeyReused` when the body is another.
    """
    if key is None:
        yield Once(None)
        return
    try:
        # Held until the transaction ends, so the work of one key is never even begun twice at once.
        lock = int.from_bytes(key.scope[:8], signed=True)
        await tx.raw.execute("SELECT pg_advisory_xact_lock($1)", lock, timeout=wait_s_max)
    except TimeoutError as late:
        raise InFlight from late
    before = (await find(tx, [key])).get(key.scope)
    if before is not None and before[0] != key.body:
        raise KeyReused
    once = Once(before[1] if before else None)
    yield once
    if once.stored is None and once.answer is not None and not await _keep_one(tx, key, once.answer):
        raise InFlight


async def _keep_one(tx: Transaction, key: IdempotencyKey, answer: Answer) -> bool:
    try:
        return await keep(tx, [(key, answer)])
    except Exception as error:
        if sqlstate(error) == LOCK_NOT_AVAILABLE:
            raise InFlight from error
        raise


async def forget(platform: Platform, _: bytes = b"") -> None:
    """Delete keys older than seven days, a few thousand at a time; a periodic job."""
    while True:
        async with platform.db.transaction() as tx:
            deleted = await tx.raw.fetchval(_FORGET, KEPT_DAYS, _FORGET_AT_ONCE)
        if deleted < _FORGET_AT_ONCE:
            return


def _scope(kept: tuple[IdempotencyKey, Answer]) -> bytes:
    return kept[0].scope


_FIND = "SELECT scope, body, status, answer FROM kernel.idempotency WHERE scope = ANY($1::bytea[])"

_KEEP = """
INSERT INTO kernel.idempotency (scope, body, business, traffic, status, answer)
SELECT * FROM unnest($1::bytea[], $2::bytea[], $3::text[], $4::text[], $5::smallint[], $6::bytea[])
    ON CONFLICT (scope) DO NOTHING
RETURNING scope
"""

_FORGET = """
WITH old AS (SELECT scope FROM kernel.idempotency
              WHERE created_at < now() - make_interval(days => $1) LIMIT $2),
     gone AS (DELETE FROM kernel.idempotency WHERE scope IN (SELECT scope FROM old) RETURNING 1)
SELECT count(*) FROM gone
"""
