"""The sandbox provider: a little payment provider of our own, for everything that is not live.

It stands for the outside world: it keeps its own books in its own tables, answers by its own rules, and
reaches us only by its answers and by signed callbacks. A test card's number decides what happens.
"""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import msgspec

from hansa.centers.payment import _signature
from hansa.centers.payment._store import sandbox as store
from hansa.centers.payment.errors import CardNotTestable, WebhookRefused
from hansa.centers.payment.extensions import (
    Callback,
    Card,
    ChargeRequest,
    ProviderAnswer,
    ProviderUnreachable,
    RefundAnswer,
    RefundRequest,
)
from hansa.centers.payment.types import Outcome, Source
from hansa.kernel.context import PLATFORM_BUSINESS, SYSTEM, Ctx, Traffic
from hansa.kernel.idempotency import IdempotencyKey
from hansa.kernel.lane import Lane
from hansa.kernel.security import signing_keys

if TYPE_CHECKING:
    from hansa.kernel.db import Database, Transaction
    from hansa.kernel.platform import Platform

SANDBOX = "sandbox"
LANE = "payment.sandbox"
Receive = Callable[["Platform", str, Mapping[str, str], bytes], Awaitable[None]]
AT_ONCE = timedelta()


@dataclass(frozen=True, slots=True)
class Behaviour:
    """What a test card does: decide after `delay`, call back so many times, answer the first request or not."""

    name: str
    number: str
    decline_code: str | None = None
    delay: timedelta = AT_ONCE
    callbacks: int = 0
    answers: bool = True


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
_BY_NUMBER = {behaviour.number: behaviour for behaviour in BEHAVIOURS}
_BY_NAME = {behaviour.name: behaviour for behaviour in BEHAVIOURS}


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
        """Give back of a charge, at most what it took."""
        async with self._db.transaction() as tx:
            done = await store.refund(tx, request, at=ctx.now())
        return RefundAnswer(provider_reference=f"sbx-{request.reference}", succeeded=done)

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
            ctx = platform.context(clock["business"], traffic=Traffic(clock["traffic"]), actor=SYSTEM)
            async with self._db.transaction() as tx:
                rows = await store.due(tx, ctx, limit=limit)
            for row in rows:
                headers, body = self.callback(row, now=ctx.now(), sent_at=real_now(platform))
                await receive(platform, self.name, headers, body)
                async with self._db.transaction() as tx:
                    await store.called(tx, row["reference"])
                sent += 1
        return sent


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
