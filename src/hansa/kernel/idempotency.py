"""Idempotency keys: a write that is repeated under its key happens once and answers twice.

A key's scope is (business, traffic, actor, route, key); its answer is kept seven days. Keys are looked up
first and written last, with their answer, in the transaction of the work itself: a refused or failed call
leaves nothing behind, and there is no second write per call. Two transactions that run under one key at
the same time meet at the primary key: one of them waits, loses, rolls back and answers with what the
other one stored. Lanes store key and answer together; other writes mark the key with their work and add the
answer when it was given (`answer_once`).
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from hashlib import blake2b
from typing import TYPE_CHECKING, NamedTuple

from hansa.kernel.problem import Problem
from hansa.kernel.telling import INSERT_EVENTS

if TYPE_CHECKING:
    from hansa.kernel.context import Ctx
    from hansa.kernel.db import Database, Transaction
    from hansa.kernel.platform import Platform

KEPT_DAYS = 7
KEY_LENGTH_MAX = 200
_FORGET_AT_ONCE = 5_000
_POLL_S = 0.05
_log = logging.getLogger("hansa.idempotency")


class KeyMalformed(Problem):
    """The key is empty, too long, or not plain visible ASCII."""

    code = "idempotency.key_malformed"
    status = 400
    title = "An Idempotency-Key has 1 to 200 visible ASCII characters"


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


class AnswerLost(Problem):
    """The first request under this key did its work, and its answer was lost with the process that gave it.

    It is not done again; whoever needs the answer looks at what was made.
    """

    code = "idempotency.answer_lost"
    status = 409
    title = "This was done before, but its answer is lost; please look at what came of it"


class Answer(NamedTuple):
    """What was answered: an HTTP status and the body as it was sent."""

    status: int
    body: bytes


UNANSWERED = Answer(0, b"")
"""A key whose work has happened and whose answer is not stored yet."""

_LOST = Answer(AnswerLost.status, AnswerLost().to_json())
_FAULT = 500


@dataclass(frozen=True, slots=True)
class IdempotencyKey:
    """A key in its scope; business and traffic tell whose it is.

    `body` is a 128-bit digest. `scope` is 64 bits of the actor and 128 of everything: an actor's keys stand
    together, so that they can be forgotten together.
    """

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
        if not (0 < len(key) <= KEY_LENGTH_MAX and key.isascii() and key.isprintable()):
            raise KeyMalformed
        actor = ctx.actor
        who = actor.label if actor.author or not actor.session else f"{actor.label}#{actor.session}"
        # No part can hold a line break, so no two scopes read alike.
        text = f"{ctx.business}\n{ctx.traffic.value}\n{who}\n{route}\n{key}"
        return cls(
            scope=_actor_digest(who) + blake2b(text.encode(), digest_size=16).digest(),
            body=blake2b(body, digest_size=16).digest(),
            business=ctx.business,
            traffic=ctx.traffic.value,
        )


async def recall(db: Database, key: IdempotencyKey) -> Answer | None:
    """Return what was answered under a key, None when nothing was. Raises `KeyReused`."""
    async with db.reading() as tx:
        found = (await find(tx, [key])).get(key.scope)
    if found is None:
        return None
    body, answer = found
    if body != key.body:
        raise KeyReused
    return answer


async def find(tx: Transaction, keys: Iterable[IdempotencyKey]) -> dict[bytes, tuple[bytes, Answer]]:
    """Return what was answered under these keys, by scope: (digest of the body, answer)."""
    scopes = [key.scope for key in keys]
    if not scopes:
        return {}
    rows = await tx.raw.fetch(_FIND, scopes)
    return {scope: (body, Answer(status, answer)) for scope, body, status, answer in rows}


async def keep(tx: Transaction, answers: Sequence[tuple[IdempotencyKey, Answer]]) -> bool:
    """Store answers with the work they belong to, and what it told; False when another transaction was first with one.

    Then the caller rolls back and looks again. Rows go in by scope order, behind every lock of the work, so
    that waiting for another transaction here cannot become a deadlock.
    """
    if not answers:
        return True
    rows = [
        (key.scope, key.body, key.business, key.traffic, answer.status, answer.body)
        for key, answer in sorted(answers, key=_scope)
    ]
    return len(await tx.raw.fetch(_KEEP, tx.take_events(), rows)) == len(rows)


class Claim:
    """One request under a key, outside the lanes: its first transaction that writes marks the key.

    `marked` once such a transaction has committed; `beaten` when another request marked the key first, and
    this one's work was rolled back.
    """

    def __init__(self, key: IdempotencyKey) -> None:
        self.key = key
        self.marked = False
        self.beaten = False

    async def mark(self, tx: Transaction) -> None:
        """Write the key, still without an answer, if this transaction has written anything.

        A second request under the key waits here for the first one's commit. Raises `InFlight` when beaten.
        """
        if self.marked or not await tx.raw.fetchval("SELECT pg_current_xact_id_if_assigned() IS NOT NULL"):
            return
        if not await keep(tx, [(self.key, UNANSWERED)]):
            self.beaten = True
            raise InFlight
        tx.after_commit(lambda: setattr(self, "marked", True))


def current_claim() -> Claim | None:
    """Return the claim this task works under."""
    return _claim.get()


async def answer_once(
    db: Database,
    key: IdempotencyKey,
    work: Callable[[], Awaitable[Answer]],
    *,
    wait_s_max: float = 10,
    work_s_max: float = 60,
) -> tuple[Answer, bool]:
    """Do `work` under a key, once over all requests and processes; return its answer, and whether it is a repeat's.

    Of two requests at once one does the work and the other waits for its answer, up to `wait_s_max`. Work
    that wrote nothing leaves no key. `work_s_max` is how long work may take: when a key is older and has no
    answer, the process died between the two, and nobody will answer any more. Work is never done twice.
    Raises `KeyReused`, `InFlight`, `AnswerLost`.
    """
    stored = await recall(db, key)
    if stored is None:
        claim = Claim(key)
        answer = await _work_under(db, claim, work)
        if answer is not None:
            return answer, False
    deadline = time.monotonic() + wait_s_max
    while stored is None or stored == UNANSWERED:
        if stored is not None and await _is_lost(db, key, work_s_max):
            raise AnswerLost
        if time.monotonic() > deadline:
            raise InFlight
        await asyncio.sleep(_POLL_S)
        stored = await recall(db, key)
    return stored, True


async def _work_under(db: Database, claim: Claim, work: Callable[[], Awaitable[Answer]]) -> Answer | None:
    """Do the work, and keep its answer if it wrote anything; None when another request was first."""
    try:
        with _claiming(claim):
            answer = await work()
    except InFlight:
        if not claim.beaten:
            raise
    except Exception:
        if claim.marked:
            await _fill(db, claim.key, _LOST)
        raise
    if claim.beaten:
        return None
    if claim.marked:
        # A fault after the work was done is no answer to it, and a repeat must not be invited to try again.
        await _fill(db, claim.key, answer if answer.status < _FAULT else _LOST)
    return answer


@contextmanager
def _claiming(claim: Claim) -> Iterator[None]:
    """Let the transactions of this task belong to a claim."""
    token = _claim.set(claim)
    try:
        yield
    finally:
        _claim.reset(token)


async def _is_lost(db: Database, key: IdempotencyKey, work_s_max: float) -> bool:
    async with db.reading() as tx:
        return bool(await tx.raw.fetchval(_IS_LOST, key.scope, work_s_max))


async def _fill(db: Database, key: IdempotencyKey, answer: Answer) -> None:
    """Add the answer to a key. When that cannot be done, the caller is answered all the same: the work was done."""
    try:
        async with db.transaction() as tx:
            await tx.raw.execute(_FILL, key.scope, answer.status, answer.body)
    except Problem as problem:
        _log.warning("the answer under a key could not be kept: %s", problem)


async def forget(platform: Platform, _: bytes = b"") -> None:
    """Delete keys older than seven days, a few thousand at a time; a periodic job."""
    while True:
        async with platform.db.transaction() as tx:
            deleted = await tx.raw.fetchval(_FORGET, KEPT_DAYS, _FORGET_AT_ONCE)
        if deleted < _FORGET_AT_ONCE:
            return


async def forget_actors(tx: Transaction, labels: Sequence[str]) -> None:
    """Forget the answers these actors were given, whoever they are in `Actor.label`: they may tell about them."""
    firsts = [_actor_digest(label) for label in labels]
    await tx.raw.execute(_FORGET_ACTORS, firsts, [first + _LAST for first in firsts])


def _actor_digest(label: str) -> bytes:
    return blake2b(label.encode(), digest_size=8).digest()


_LAST = b"\xff" * 16

_claim: ContextVar[Claim | None] = ContextVar("hansa_claim", default=None)


def _scope(kept: tuple[IdempotencyKey, Answer]) -> bytes:
    return kept[0].scope


_FIND = "SELECT scope, body, status, answer FROM kernel.idempotency WHERE scope = ANY($1::bytea[])"

_KEEP = f"""
WITH told AS ({INSERT_EVENTS})
INSERT INTO kernel.idempotency (scope, body, business, traffic, status, answer)
SELECT * FROM unnest($2::kernel.new_answer[])
    ON CONFLICT (scope) DO NOTHING
RETURNING scope
"""

_FILL = "UPDATE kernel.idempotency SET status = $2, answer = $3 WHERE scope = $1"

_FORGET_ACTORS = """
DELETE FROM kernel.idempotency i USING unnest($1::bytea[], $2::bytea[]) AS w (first, last)
 WHERE i.scope >= w.first AND i.scope <= w.last
"""

_IS_LOST = """
SELECT status = 0 AND clock_timestamp() - created_at > make_interval(secs => $2)
  FROM kernel.idempotency WHERE scope = $1
"""

_FORGET = """
WITH old AS (SELECT scope FROM kernel.idempotency
              WHERE created_at < now() - make_interval(days => $1) LIMIT $2),
     gone AS (DELETE FROM kernel.idempotency WHERE scope IN (SELECT scope FROM old) RETURNING 1)
SELECT count(*) FROM gone
"""
