"""Payment's public functions.

On the order path, trade drives `CREATE`, `CAPTURE` and `CLOSE` in its lane; `charge` talks to the provider
before. However a success is heard of (the answer to `charge`, a callback, our own asking), it is completed
one way: trade captures, and posts money and order together.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID

from hansa.centers.payment._sandbox import BEHAVIOURS
from hansa.centers.payment._service import charging, reading, refunding, reporting, returning, statements
from hansa.centers.payment._service import odd_amounts as odd
from hansa.centers.payment._service.participants import CAPTURE, CLOSE, COLLECT, CREATE, UNDER_WAY
from hansa.centers.payment._service.providers import Providers
from hansa.centers.payment._store import payments as store
from hansa.centers.payment.types import (
    Capture,
    Charged,
    Close,
    Declined,
    Difference,
    NewRefund,
    OddAmount,
    Payment,
    PaymentId,
    Pending,
    Refund,
    RefundId,
    Source,
    SourcePart,
    StatementReport,
    StatementRow,
    Unexpected,
)
from hansa.kernel.context import Ctx
from hansa.kernel.db import Transaction
from hansa.kernel.lane import Part, decide_whole
from hansa.kernel.page import Page
from hansa.kernel.platform import Platform
from hansa.kernel.problem import Problem

__all__ = [
    "CAPTURE",
    "CLOSE",
    "COLLECT",
    "CREATE",
    "UNDER_WAY",
    "Providers",
    "charge",
    "charge_sources",
    "close",
    "differences",
    "fetch_statement",
    "import_statement",
    "odd_amounts",
    "payment",
    "payments_of_checkout",
    "receive_webhook",
    "reconcile",
    "refund",
    "refused_refunds",
    "request_refunds",
    "return_by_hand",
    "sandbox_cards",
    "settle_odd_amount",
    "statement",
    "take_unexpected",
    "waiting_in",
]


def sandbox_cards() -> dict[str, str]:
    """Return the sandbox's card numbers by what they do (`success`, `declined`, `delayed` ...), for pages and docs.

    Those that differ from `success` only where an amount is held first are in the docs alone.
    """
    return {behaviour.name: behaviour.number for behaviour in BEHAVIOURS}


async def charge(ctx: Ctx, *, payment_id: PaymentId, source: Source) -> Charged | Declined | Pending:
    """Charge a payment of the acting party. Talks to the provider: never to be called inside a transaction.

    The attempt is committed first; a repeat while it is unresolved asks how it stands instead of charging
    again. `Charged` brings the facts that `CAPTURE` wants; until then nothing is captured. `Pending` is
    told later by `payment.reported`. After `Declined` another source may be tried.

    Raises `PaymentNotFound`, `PaymentClosed`, `AlreadyCaptured`, `CardNotTestable`, `NoProvider`.
    """
    return await charging.charge(ctx, payment_id, source)


async def charge_sources(
    ctx: Ctx, *, payment_id: PaymentId, sources: Sequence[SourcePart]
) -> Charged | Declined | Pending:
    """Charge a payment of the acting party from several sources, all or nothing. Else like `charge`.

    Each source holds its part; when all do, all are taken, and `Charged` brings the facts for `CAPTURE`, of
    the whole. One that fails has the others let go: `Declined` with its code, and nothing is taken. The
    parts must make up the payment's amount; only the last may say None, the rest. A repeat carries on.

    Raises what `charge` raises, and `SourcesMalformed`.
    """
    return await charging.charge_sources(ctx, payment_id, sources)


async def close(tx: Transaction, *, closings: Sequence[Close]) -> list[Problem | None]:
    """Close payments within the caller's transaction, as `CLOSE` does: `AlreadyCaptured` for one that is paid."""
    return await decide_whole(tx, [Part(CLOSE, closings)], refused=[None] * len(closings))


async def waiting_in(tx: Transaction, *, among: Sequence[PaymentId] | None = None) -> list[PaymentId]:
    """Return the payments that can still be paid, all or of these: for audits of what waits for them."""
    return await store.waiting(tx, among)


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


async def refused_refunds(ctx: Ctx, *, cursor: str | None = None, limit: int = 50) -> Page[Refund]:
    """Return what providers refused to give back and nobody has since, the oldest first.

    Needs `payment.payment.read`. Raises `CursorMalformed`, `Invalid` for the limit.
    """
    return await returning.refused_refunds(ctx, cursor=cursor, limit=limit)


async def return_by_hand(ctx: Ctx, *, refund_id: RefundId, reference: str) -> Refund:
    """Record that what a provider refused was given back another way: `reference` says which (a bank transfer).

    `payment.refund_settled` follows, `by_hand`. Repeats under the same reference change nothing. Needs
    `payment.refund.return`. Raises `Invalid`, `RefundNotFound`, `RefundNotRefused`, `RefundReturned` when it was
    returned under another reference, `RefundTooLarge` when another refund has taken its place meanwhile.
    """
    return await returning.return_by_hand(ctx, refund_id, reference)


async def odd_amounts(ctx: Ctx, *, cursor: str | None = None, limit: int = 50) -> Page[OddAmount]:
    """Return what providers reported with another amount and nobody has accounted for, the oldest first.

    Needs `payment.payment.read`. Raises `CursorMalformed`, `Invalid` for the limit.
    """
    return await odd.odd_amounts(ctx, cursor=cursor, limit=limit)


async def settle_odd_amount(
    ctx: Ctx, *, payment_id: PaymentId, provider: str, event_id: str, reference: str
) -> OddAmount:
    """Write down what became of a report of another amount: `reference` says where it was found out (a ticket).

    It moves no money. Repeats under the same reference change nothing. Needs `payment.amount.settle`. Raises
    `Invalid`, `OddAmountNotFound`, `OddAmountSettled` when it was accounted for under another reference.
    """
    return await odd.settle_odd_amount(
        ctx, payment_id, provider=provider, event_id=event_id, reference=reference
    )


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


async def fetch_statement(ctx: Ctx, *, provider: str, day: date) -> StatementReport:
    """Ask a provider for its statement of a day (UTC) and hold it to the books, as `import_statement` does.

    Talks to the provider: never to be called inside a transaction. Raises what `import_statement` raises,
    and `StatementUnavailable`.
    """
    return await statements.fetch_statement(ctx, provider, day)


async def import_statement(
    ctx: Ctx, *, provider: str, day: date, rows: Sequence[StatementRow]
) -> StatementReport:
    """Hold a provider's statement of a day (UTC) to the books of this business and traffic.

    Needs `payment.statement.import`. Rows are stored once each, by (provider, day, row); a repeat with more
    rows adds them. Each charge, capture and refund is matched by its reference, whatever the day it stands in
    our books; what moved on that day and no statement tells of is missing there. Differences are stored and
    told by `payment.statement_reconciled`, never corrected; an import that finds one gone clears it.

    Raises `ProviderUnknown`, `DayNotOver`, `StatementUnreadable` for impossible rows,
    `StatementConflict` when a row was imported before and said something else.
    """
    return await statements.import_statement(ctx, provider, day, rows)


async def statement(ctx: Ctx, *, provider: str, day: date) -> StatementReport:
    """Return what came of a day's statement. Needs `payment.statement.read`. Raises `StatementNotFound`."""
    return await statements.report(ctx, provider, day)


async def differences(
    ctx: Ctx, *, provider: str, day: date, cursor: str | None = None, limit: int = 50
) -> Page[Difference]:
    """Return what differs on a day, by kind and reference; cleared ones have their time.

    Needs `payment.statement.read`. Raises `StatementNotFound`, `CursorMalformed`, `Invalid` for the limit.
    """
    return await statements.differences(ctx, provider, day, cursor=cursor, limit=limit)
