from __future__ import annotations

from typing import ClassVar

from fastapi import Request
from fastapi.responses import JSONResponse


class Problem(Exception):
    """A refusal with a stable code, rendered as problem details."""

    code: ClassVar[str] = "request.invalid"
    status: ClassVar[int] = 422


class Unauthenticated(Problem):
    """There is no such session."""

    code = "request.unauthenticated"
    status = 401


class OfferUnavailable(Problem):
    """An offer does not exist or is withdrawn."""

    code = "trade.offer_unavailable"


class QuoteInvalid(Problem):
    """The quote was not signed by us, is another buyer's, or has expired."""

    code = "trade.quote_invalid"


class OfferChanged(Problem):
    """A price has changed since the quote."""

    code = "product.offer_changed"
    status = 409


class OutOfStock(Problem):
    """There is not enough left."""

    code = "inventory.out_of_stock"
    status = 409


class PaymentNotFound(Problem):
    """There is no such payment of this buyer."""

    code = "payment.not_found"
    status = 404


class PaymentDeclined(Problem):
    """The provider declined the card."""

    code = "trade.payment_declined"
    status = 402


class NotPayable(Problem):
    """The checkout was paid under another key, or closed."""

    code = "trade.already_closed"
    status = 409


class KeyReused(Problem):
    """The key was used for another request."""

    code = "idempotency.key_reused"


async def render(_: Request, problem: Exception) -> JSONResponse:
    """Render a refusal as RFC 9457 has it."""
    if not isinstance(problem, Problem):
        raise problem
    return JSONResponse(
        {"type": f"/problems/{problem.code}", "code": problem.code, "status": problem.status},
        status_code=problem.status,
        media_type="application/problem+json",
    )
