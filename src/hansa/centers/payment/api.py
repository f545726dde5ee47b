"""Payment's public functions.

On the order path, trade drives `CREATE`, `CAPTURE` and `CLOSE` in its lane; `charge` talks to the provider
before. However a success is heard of (the answer to `charge`, a callback, our own asking), it is completed
one way: trade captures, and posts money and order together.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from hansa.centers.payment._sandbox import BEHAVIOURS
from hansa.centers.payment._service import charging, reading, refunding, reporting
from hansa.centers.payment._service.participants import CAPTURE, CLOSE, CREATE
from hansa.centers.payment._service.providers import Providers
from hansa.centers.payment.types import (
    Capture,
    Charged,
    Declined,
    NewRefund,
    Payment,
    PaymentId,
    Pending,
    Refund,
    Source,
    Unexpected,
)
from hansa.kernel.context import Ctx
from hansa.kernel.db import Transaction
from hansa.kernel.platform import Platform
from hansa.kernel.problem import Problem

__all__ = [
    "CAPTURE",
    "CLOSE",
    "CREATE",
    "Providers",
    "charge",
    "payment",
    "payments_of_checkout",
    "receive_webhook",
    "reconcile",
    "refund",
    "request_refunds",
    "take_unexpected",
    "test_cards",
]


def test_cards() -> dict[str, str]:
    """Return the sandbox's card numbers by what they do (`success`, `declined`, `delayed` ...), for pages and docs."""
    return {behaviour.name: behaviour.number for behaviour in BEHAVIOURS}


async def charge(ctx: Ctx, *, payment_id: PaymentId, source: Source) -> Charged | Declined | Pending:
    """Charge a payment of the acting party. Talks to the provider: never to be called inside a transaction.

    The attempt is committed first; a repeat while it is unresolved asks how it stands instead of charging
    again. `Charged` brings the facts that `CAPTURE` wants; until then nothing is captured. `Pending` is
    told later by `payment.reported`. After `Declined` another source may be tried.

    Raises `PaymentNotFound`, `PaymentClosed`, `AlreadyCaptured`, `CardNotTestable`, `NoProvider`.
    """
    return await charging.charge(ctx, payment_id, source)


async def take_unexpected(tx: Transaction, *, captures: Sequence[Capture]) -> list[Unexpected | Problem]:
    """Take money that `CAPTURE` refused as late or surplus into the payment's books, to be refunded.

    One verdict per capture: how much must go back and from which attempt, or why not (`NotSucceeded` when
    the payment still waits for it, `AlreadyCaptured` when it is the payment's own). Safe to repeat.
    """
    return await refunding.take_unexpected(tx, captures)


async def request_refunds(tx: Transaction, *, refunds: Sequence[NewRefund]) -> list[Refund | Problem]:
    """Count refunds within the caller's transaction; the provider is told after it commits.

    One verdict per refund: the refund (a repeat gets the first one as it stands now), `RefundTooLarge`,
    `RefundConflict` or `PaymentNotFound`. `payment.refund_settled` or `payment.refund_refused` follows.
    """
    return await refunding.request(tx, refunds)


async def refund(ctx: Ctx, *, refund: NewRefund) -> Refund:
    """Refund in a transaction of its own and tell the provider at once.

    Returns the refund as it then stands; one the provider did not answer is sent again by itself.
    Raises `RefundTooLarge`, `RefundConflict`, `PaymentNotFound`.
    """
    return await refunding.refund(ctx, refund)


async def payment(ctx: Ctx, *, payment_id: PaymentId) -> Payment:
    """Return a payment to its payer, or to whoever holds `payment.payment.read`. Raises `PaymentNotFound`."""
    return await reading.payment(ctx, payment_id)


async def payments_of_checkout(ctx: Ctx, *, checkout_id: UUID) -> list[PaymentId]:
    """Return the ids of a checkout's payments."""
    return await reading.payments_of_checkout(ctx, checkout_id)


async def receive_webhook(
    platform: Platform, *, provider: str, headers: Mapping[str, str], body: bytes
) -> None:
    """Take a provider's callback. Raises `ProviderUnknown`, `WebhookRefused`."""
    await reporting.receive_webhook(platform, provider, headers, body)


async def reconcile(platform: Platform) -> int:
    """Ask the providers about every attempt that is unresolved; returns how many that settled."""
    return await reporting.reconcile(platform)
