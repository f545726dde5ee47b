"""Payment's routes: a payer looks at a payment, a provider calls back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec
from litestar import Request, get, post

from hansa.centers.payment import api
from hansa.centers.payment.errors import PaymentNotFound, ProviderForbidden, ProviderUnknown, WebhookRefused
from hansa.centers.payment.types import PAYMENT_ID, AttemptState, Payment, PaymentState
from hansa.kernel.context import Ctx
from hansa.kernel.http.declared import problems
from hansa.kernel.ids import IdMalformed
from hansa.kernel.money import Money


class AttemptView(msgspec.Struct, frozen=True, kw_only=True):
    """One attempt to charge."""

    number: int
    state: AttemptState
    brand: str
    last_four: str
    decline_code: str | None
    started_at: datetime
    resolved_at: datetime | None


class PaymentView(msgspec.Struct, frozen=True, kw_only=True):
    """A payment: what was asked for, what came, what went back."""

    id: str
    state: PaymentState
    amount: Money
    captured: Money
    refunded: Money
    expires_at: datetime
    attempts: Sequence[AttemptView]


@get(
    "/payments/{payment_id:str}",
    summary="Show a payment",
    responses=problems(PaymentNotFound, IdMalformed),
    tags=["payment"],
)
async def show_payment(ctx: Ctx, payment_id: str) -> PaymentView:
    """Return a payment to its payer, or to whoever holds `payment.payment.read`."""
    return _view(await api.payment(ctx, payment_id=PAYMENT_ID.read(payment_id)))


@post(
    "/payment-webhooks/{provider:str}",
    summary="Take a provider's callback",
    responses=problems(ProviderUnknown, WebhookRefused, ProviderForbidden),
    status_code=204,
    tags=["payment"],
    opt={"webhook": True, "idempotency": "none"},
)
async def take_callback(ctx: Ctx, request: Request, provider: str) -> None:  # type: ignore[type-arg]
    """Verify the signature (Standard Webhooks), write the callback down once, and act on it.

    Repeats are answered alike. The callback's own id makes it idempotent; no key is needed.
    """
    headers = {name.lower(): value for name, value in request.headers.items()}
    await api.receive_webhook(ctx.platform, provider=provider, headers=headers, body=await request.body())


def _view(payment: Payment) -> PaymentView:
    currency = payment.amount.currency
    return PaymentView(
        id=PAYMENT_ID.show(payment.id),
        state=payment.state,
        amount=payment.amount,
        captured=Money(payment.captured_minor, currency),
        refunded=Money(payment.refunded_minor, currency),
        expires_at=payment.expires_at,
        attempts=[
            AttemptView(
                number=attempt.number,
                state=attempt.state,
                brand=attempt.brand,
                last_four=attempt.last_four,
                decline_code=attempt.decline_code,
                started_at=attempt.started_at,
                resolved_at=attempt.resolved_at,
            )
            for attempt in payment.attempts
        ],
    )


ROUTES = (show_payment, take_callback)
