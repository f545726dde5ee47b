"""The sandbox provider: a little payment provider of our own, for everything that is not live.

It stands for the outside world: it keeps its own books in its own tables, answers by its own rules, and
reaches us only by its answers and by signed callbacks. A test card's number decides what happens.
"""

from __future__ import annotations

import hmac
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

import msgspec

from hansa.centers.payment import _signature, _statements
from hansa.centers.payment._store import sandbox as store
from hansa.centers.payment._store import sandbox_holds as holds
from hansa.centers.payment.errors import CardNotTestable, WebhookRefused
from hansa.centers.payment.extensions import (
    SANDBOX,
    Callback,
    CaptureAnswer,
    CaptureRequest,
    Card,
    ChargeRequest,
    HoldAnswer,
    ProviderAnswer,
    ProviderUnreachable,
    RefundAnswer,
    RefundRequest,
)
from hansa.centers.payment.types import HoldState, Outcome, Source, StatementKind, StatementRow
from hansa.kernel.context import PLATFORM_BUSINESS, SYSTEM, Ctx, Traffic
from hansa.kernel.idempotency import IdempotencyKey
from hansa.kernel.lane import Lane
from hansa.kernel.problem import Problem
from hansa.kernel.security import signing_keys

if TYPE_CHECKING:
    from hansa.kernel.db import Database, Transaction
    from hansa.kernel.platform import Platform

LANE = "payment.sandbox"
Receive = Callable[["Platform", str, Mapping[str, str], bytes], Awaitable[None]]
AT_ONCE = timedelta()
_log = logging.getLogger("hansa.payment")
HELD_FOR = timedelta(days=7)
"""How long an authorisation holds, if its card does not say otherwise; about what card schemes grant."""
FEE_BASIS_POINTS = 60
BASIS_POINTS = 10_000


@dataclass(frozen=True, slots=True)
class Behaviour:
    """What a test card does: decide after `delay`, call back so many times, answer the first request or not."""

    name: str
    number: str
    decline_code: str | None = None
    delay: timedelta = AT_ONCE
    callbacks: int = 0
    answers: bool = True
    held_for: timedelta = HELD_FOR
    captures: bool = True
    """Whether what it holds can be captured."""


# Valid check digits (Luhn), but no card of any scheme begins with 9 (ISO/IEC 7812-1 leaves it to national
# bodies): a real card's number is never taken here by mistake.
BEHAVIOURS = (
    Behaviour("success", "9000000000000019"),
    Behaviour("declined", "9000000000000027", decline_code="card_declined"),
    Behaviour("insufficient_funds", "9000000000000035", decline_code="insufficient_funds"),
    Behaviour("expired", "9000000000000043", decline_code="card_expired"),
    Behaviour("fraud", "9000000000000050", decline_code="suspected_fraud"),
    Behaviour("delayed", "9000000000000068", delay=timedelta(seconds=5), callbacks=1),
    Behaviour(
        "delayed_decline",
        "9000000000000076",
        decline_code="card_declined",
        delay=timedelta(seconds=5),
        callbacks=1,
    ),
    Behaviour("duplicate_callback", "9000000000000084", delay=timedelta(seconds=5), callbacks=3),
    Behaviour("lost_callback", "9000000000000092", delay=timedelta(seconds=5)),
    Behaviour("late", "9000000000000100", delay=timedelta(days=1), callbacks=1),
    Behaviour("no_answer", "9000000000000118", answers=False),
)
OF_HOLDS = (
    Behaviour("authorisation_expires", "9000000000000126", held_for=timedelta(minutes=1)),
    Behaviour("capture_refused", "9000000000000134", captures=False),
)
"""Cards that differ from `success` only where an amount is held before it is taken."""
_BY_NUMBER = {behaviour.number: behaviour for behaviour in (*BEHAVIOURS, *OF_HOLDS)}
_BY_NAME = {behaviour.name: behaviour for behaviour in _BY_NUMBER.values()}
_GOOD = tuple(behaviour.name for behaviour in _BY_NUMBER.values() if behaviour.decline_code is None)


@dataclass(frozen=True, slots=True)
class SandboxCharge:
    """A call of the sandbox's lane: charge a test card."""

    ctx: Ctx
    request: ChargeRequest
    behaviour: Behaviour
    key: IdempotencyKey | None = None
    """Never one: the reference is the key."""


async def charge_batch(tx: Transaction, calls: Sequence[SandboxCharge]) -> list[ProviderAnswer]:
    """Charge test cards: the lane's program. One answer per call, in order."""
    rows = await store.charge(tx, [_new_charge(call, now=call.ctx.now()) for call in calls])
    return [_answer(rows[call.request.reference], call.ctx.now()) for call in calls]


class SandboxProvider:
    """A provider that moves no money. Its books are rows, so that it survives a restart and serves many processes."""

    name = SANDBOX
    live = False

    def __init__(self, db: Database, secret: bytes) -> None:
        self._db = db
        self._secret = secret

    @classmethod
    def of(cls, platform: Platform) -> SandboxProvider:
        """Make the sandbox of a platform; its callbacks are signed with a key derived from the platform's."""
        key = signing_keys(platform.settings)[0]
        return cls(platform.db, hmac.digest(key, b"hansa/payment.sandbox", "sha256"))

    def card(self, source: Source) -> Card:
        """Return brand and last four digits of a test card. Raises `CardNotTestable` for any other number."""
        behaviour = _BY_NUMBER.get(source.number.replace(" ", ""))
        if behaviour is None:
            raise CardNotTestable
        return Card("test", behaviour.number[-4:])

    async def charge(self, ctx: Ctx, request: ChargeRequest) -> ProviderAnswer:
        """Charge a test card as its number says; a known reference is answered as it stands now."""
        behaviour = _BY_NUMBER[request.source.number.replace(" ", "")]
        lane: Lane[SandboxCharge, ProviderAnswer] = ctx.platform.lanes[LANE]
        answer = await lane.submit(SandboxCharge(ctx, request, behaviour))
        if not behaviour.answers:
            raise ProviderUnreachable
        return answer

    async def query(self, ctx: Ctx, reference: str) -> ProviderAnswer | None:
        """Return how a charge stands now."""
        async with self._db.transaction() as tx:
            row = await store.find(tx, reference)
        return _answer(row, ctx.now()) if row else None

    async def refund(self, ctx: Ctx, request: RefundRequest) -> RefundAnswer:
        """Give back of a charge or capture, at most what it took."""
        async with self._db.transaction() as tx:
            done = await holds.refund(tx, request, at=ctx.now())
        return RefundAnswer(provider_reference=f"sbx-{request.reference}", succeeded=done)

    async def authorise(self, ctx: Ctx, request: ChargeRequest) -> HoldAnswer:
        """Hold an amount on a test card as its number says; a known reference is answered as it stands now."""
        behaviour = _BY_NUMBER[request.source.number.replace(" ", "")]
        async with self._db.transaction() as tx:
            row = await holds.hold(tx, _new_hold(ctx, request, behaviour))
        if not behaviour.answers:
            raise ProviderUnreachable
        return _standing(row, ctx.now())

    async def held(self, ctx: Ctx, reference: str) -> HoldAnswer | None:
        """Return how an authorisation stands now."""
        async with self._db.transaction() as tx:
            row = await holds.find(tx, reference)
        return _standing(row, ctx.now()) if row else None

    async def capture(self, ctx: Ctx, request: CaptureRequest) -> CaptureAnswer:
        """Take of what is held, at most what is left of it, and only while it holds."""
        now = ctx.now()
        async with self._db.transaction() as tx:
            row = await holds.lock(tx, request.hold_reference)
            done_at = await holds.captured_at(tx, request.reference)
            refusal = None if done_at else _refusal(row, request, now)
            if done_at is None and refusal is None:
                await holds.capture(tx, request, at=now)
        return CaptureAnswer(
            provider_reference=f"sbx-{request.reference}",
            succeeded=refusal is None,
            at=done_at or now,
            refusal=refusal,
        )

    async def void(self, ctx: Ctx, reference: str) -> HoldAnswer | None:
        """Let go of what is held and not captured."""
        async with self._db.transaction() as tx:
            if await holds.lock(tx, reference) is None:
                return None
            await holds.void(tx, reference, at=ctx.now())
            row = await holds.find(tx, reference)
        return _standing(row, ctx.now())

    async def statement(self, ctx: Ctx, day: date) -> bytes:
        """Return what moved on a day for this business and traffic, with a fee on each charge and capture."""
        since = datetime.combine(day, time(), UTC)
        async with self._db.transaction() as tx:
            rows = await holds.statement(
                tx,
                business=ctx.business,
                traffic=ctx.traffic.value,
                since=since,
                until=min(since + timedelta(days=1), ctx.now()),
                good=_GOOD,
            )
        return _statements.write(_numbered(rows))

    def read_statement(self, file: bytes) -> Sequence[StatementRow]:
        """Read a statement's file."""
        return _statements.read(file)

    def parse_webhook(self, headers: Mapping[str, str], body: bytes, *, now: datetime) -> Sequence[Callback]:
        """Verify and read a callback."""
        event_id = _signature.verify(self._secret, headers=headers, body=body, now=now)
        try:
            said = msgspec.json.decode(body, type=ProviderAnswer)
        except (msgspec.DecodeError, UnicodeDecodeError):
            raise WebhookRefused(reason="body") from None
        return [Callback(event_id=event_id, answer=said)]

    def callback(self, row: Any, *, now: datetime, sent_at: datetime) -> tuple[dict[str, str], bytes]:
        """Return the signed headers and body that tell how a charge stands."""
        body = msgspec.json.encode(_answer(row, now))
        event_id = f"evt-{row['reference']}"  # the same for repeats, as providers do
        return _signature.sign(self._secret, event_id=event_id, body=body, at=sent_at), body

    async def deliver_due(self, platform: Platform, receive: Receive, *, limit: int = 200) -> int:
        """Send the callbacks that are due by each business's clock; returns how many were sent.

        A callback counts as sent after it was received: after a crash it comes again, as with any provider.
        """
        sent = 0
        async with self._db.transaction() as tx:
            clocks = await store.waiting(tx)
        for clock in clocks:
            try:
                ctx = platform.context(clock["business"], traffic=Traffic(clock["traffic"]), actor=SYSTEM)
                async with self._db.transaction() as tx:
                    rows = await store.due(tx, ctx, limit=limit)
                for row in rows:
                    sent += await self._deliver(ctx, row, receive)
            except Problem as problem:  # a business that ended must not hold up the others
                _log.info("no callbacks for %s: %s", clock["business"], problem.code)
        return sent

    async def _deliver(self, ctx: Ctx, row: Any, receive: Receive) -> bool:
        platform = ctx.platform
        headers, body = self.callback(row, now=ctx.now(), sent_at=real_now(platform))
        try:
            await receive(platform, self.name, headers, body)
        except Exception:  # noqa: BLE001 - whatever it was, the others are told, and this one again
            _log.exception("a callback was not taken: %s", row["reference"])
            return False
        async with self._db.transaction() as tx:
            await store.called(tx, row["reference"])
        return True


def real_now(platform: Platform) -> datetime:
    """Return the time of live traffic, which nobody moves: callbacks are timed by it, whatever they tell of."""
    return platform.clocks.now(PLATFORM_BUSINESS, Traffic.LIVE)


def _new_charge(call: SandboxCharge, *, now: datetime) -> store.NewCharge:
    ctx, request, behaviour = call.ctx, call.request, call.behaviour
    return store.NewCharge(
        reference=request.reference,
        provider_reference=f"sbx-{request.reference}",
        business=ctx.business,
        traffic=ctx.traffic.value,
        minor=request.minor,
        currency=request.currency,
        behaviour=behaviour.name,
        charged_at=now,
        due_at=now + behaviour.delay,
        callbacks_left=behaviour.callbacks,
    )


def _answer(row: Any, now: datetime) -> ProviderAnswer:
    decline_code = _BY_NAME[row["behaviour"]].decline_code
    decided = now >= row["due_at"]
    outcome = Outcome.PENDING
    if decided:
        outcome = Outcome.DECLINED if decline_code else Outcome.SUCCEEDED
    return ProviderAnswer(
        reference=row["reference"],
        provider_reference=row["provider_reference"],
        outcome=outcome,
        minor=row["minor"],
        currency=row["currency"],
        at=row["due_at"] if decided else row["charged_at"],
        decline_code=decline_code if decided else None,
    )


def _new_hold(ctx: Ctx, request: ChargeRequest, behaviour: Behaviour) -> holds.NewHold:
    now = ctx.now()
    return holds.NewHold(
        reference=request.reference,
        provider_reference=f"sbx-{request.reference}",
        business=ctx.business,
        traffic=ctx.traffic.value,
        minor=request.minor,
        currency=request.currency,
        behaviour=behaviour.name,
        held_at=now,
        due_at=now + behaviour.delay,
        expires_at=now + behaviour.delay + behaviour.held_for,
    )


def _standing(row: Any, now: datetime) -> HoldAnswer:
    decline_code = _BY_NAME[row["behaviour"]].decline_code
    state = HoldState.AUTHORISED
    if row["voided_at"]:
        state = HoldState.VOIDED
    elif now < row["due_at"]:
        state = HoldState.PENDING
    elif decline_code:
        state = HoldState.DECLINED
    elif now >= row["expires_at"]:
        state = HoldState.EXPIRED
    return HoldAnswer(
        reference=row["reference"],
        provider_reference=row["provider_reference"],
        state=state,
        minor=row["minor"],
        captured_minor=row["captured_minor"],
        currency=row["currency"],
        at=row["held_at"],
        expires_at=row["expires_at"],
        decline_code=decline_code if state is HoldState.DECLINED else None,
    )


def _refusal(row: Any | None, request: CaptureRequest, now: datetime) -> str | None:
    """Say why a capture is refused for good, None when it is not."""
    if row is None:
        return "authorisation_unknown"
    standing = _standing(row, now)
    if standing.state is not HoldState.AUTHORISED:
        return f"authorisation_{standing.state}"
    if not _BY_NAME[row["behaviour"]].captures:
        return "capture_refused"
    fits = 0 < request.minor <= standing.left_minor and request.currency == standing.currency
    return None if fits else "exceeds_authorisation"


def _numbered(rows: Sequence[Any]) -> Sequence[StatementRow]:
    """Return the rows of a statement, each charge and capture followed by its fee, rounded half up."""
    told: list[StatementRow] = []
    for row in rows:
        movement = StatementRow(**{**row, "kind": StatementKind(row["kind"]), "row": len(told) + 1})
        told.append(movement)
        fee = (movement.minor * FEE_BASIS_POINTS * 2 + BASIS_POINTS) // (2 * BASIS_POINTS)
        if movement.kind is not StatementKind.REFUND and fee:
            told.append(
                msgspec.structs.replace(movement, row=len(told) + 1, kind=StatementKind.FEE, minor=fee)
            )
    return told
