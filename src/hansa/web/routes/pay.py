"""Paying, with the sandbox's cards; and how far a payment is."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from types import MappingProxyType

from litestar import Response, get, post

from hansa.centers.payment import api as payment
from hansa.centers.payment.errors import CardNotTestable, NoProvider, PaymentClosed, SourcesMalformed
from hansa.centers.payment.types import PAYMENT_ID, AttemptState, Payment, PaymentState
from hansa.centers.trade import api as trade
from hansa.centers.trade.errors import AlreadyClosed, PaymentDeclined, PaymentReplaced
from hansa.centers.trade.types import ORDER_ID, CheckoutId, Order
from hansa.kernel.idempotency import IdempotencyKey, InFlight, KeyMalformed
from hansa.kernel.lane import Unsettled
from hansa.kernel.problem import Busy, Problem
from hansa.web.answers import go, show
from hansa.web.forms import Fields, read_form
from hansa.web.i18n import N_
from hansa.web.parts import Form, Link, TestCard
from hansa.web.routes.cards import CARDS_MAX, read_sources, suffix
from hansa.web.showing import line
from hansa.web.views import PayPage
from hansa.web.visit import Seen, Visit
from hansa.web.words import decline_words, problem_words

_CARDS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "success": (N_("Paid at once"), N_("The provider says yes.")),
        "declined": (N_("Declined"), N_("The order stays open for another card.")),
        "insufficient_funds": (N_("Not enough money"), N_("Declined, with this as the reason.")),
        "expired": (N_("Card expired"), N_("Declined, with this as the reason.")),
        "fraud": (N_("Suspicious"), N_("Declined, with this as the reason.")),
        "delayed": (N_("Paid after a while"), N_("The page waits for the provider.")),
        "delayed_decline": (N_("Declined after a while"), N_("The page waits, then asks for another card.")),
        "duplicate_callback": (N_("Told three times"), N_("The provider repeats itself; one payment.")),
        "lost_callback": (N_("Never told"), N_("No message comes; we ask, and find it.")),
        "late": (N_("A day late"), N_("The order is closed by then; the money goes back.")),
        "no_answer": (N_("No answer"), N_("The line breaks; we ask again later.")),
    }
)

_OVER: Mapping[PaymentState, tuple[str, str]] = MappingProxyType(
    {
        PaymentState.CLOSED: (
            N_("Nothing was paid in time"),
            N_("The order closed and the goods are free again. Nothing was charged."),
        ),
        PaymentState.LATE: (
            N_("Your money came too late and goes back"),
            N_("The order had closed by then. The whole amount is returned to the card it came from."),
        ),
        PaymentState.REFUNDED: (N_("Refunded"), N_("The money went back the way it came.")),
        PaymentState.PART_REFUNDED: (
            N_("A part was refunded"),
            N_("What was not delivered went back the way it came; the order says what."),
        ),
    }
)
"""What became of payments that are over."""


@get("/pay/{payment_id:str}")
async def show_payment(seen: Seen, payment_id: str) -> Response[str]:
    """Pay, or see how far the payment is."""
    found = await payment.payment(seen.ctx, payment_id=PAYMENT_ID.read(payment_id))
    return await _page(seen, found)


@post("/pay/{payment_id:str}")
async def pay(seen: Seen, payment_id: str) -> Response[str]:
    """Charge a card. What was typed of it is neither kept nor shown again."""
    fields = await read_form(seen)
    found = await payment.payment(seen.ctx, payment_id=PAYMENT_ID.read(payment_id))
    source = read_sources(seen, fields, amount=found.amount)
    if fields.errors:
        return await _page(seen, found, form=fields.form(), status=422)
    here = seen.at(f"pay/{payment_id}")
    try:
        await trade.pay(seen.ctx, payment_id=found.id, source=source, key=_key(seen, fields, payment_id))
    except (PaymentDeclined, CardNotTestable, SourcesMalformed, Busy, NoProvider) as refused:
        return await _asked_again(seen, found, fields, refused)
    except AlreadyClosed:
        return go(seen, here, told="late")
    except PaymentReplaced as replaced:
        return go(seen, seen.at(f"pay/{replaced.extras['payment_id']}"), told="repriced")
    except Unsettled:
        # The card may have been charged already: it is not asked for again until we know.
        return await _page(seen, found, state="pending", status=202)
    except (PaymentClosed, InFlight):
        pass  # the page says how it stands
    return go(seen, here)


async def _asked_again(seen: Visit, found: Payment, fields: Fields, refused: Problem) -> Response[str]:
    """Say why it was not paid, and ask for a card again."""
    if isinstance(refused, CardNotTestable):
        fields.blame("card", "unknown")
        return await _page(seen, found, form=fields.form(), status=422)
    if isinstance(refused, SourcesMalformed):
        fields.blame("amount_2", "too_much")
        return await _page(seen, found, form=fields.form(), status=422)
    if isinstance(refused, PaymentDeclined):
        words = decline_words(str(refused.extras.get("reason", "")), seen.gettext)
        found = await payment.payment(seen.ctx, payment_id=found.id)
        return await _page(seen, found, form=Form(problem=words), status=402)
    words = problem_words(refused, seen.gettext)
    return await _page(seen, found, form=Form(problem=words), status=refused.status)


def _key(seen: Visit, fields: Fields, payment_id: str) -> IdempotencyKey | None:
    try:
        return IdempotencyKey.of(
            seen.ctx, route="POST /pay", key=fields.raw("attempt"), body=payment_id.encode()
        )
    except KeyMalformed:
        return None


async def _page(
    seen: Visit, found: Payment, *, form: Form | None = None, state: str = "", status: int = 200
) -> Response[str]:
    """Show a payment; `form` is what was wrong with the last try, `state` stands in for what is known of it."""
    orders = await trade.checkout_orders(seen.ctx, CheckoutId(found.checkout_id))
    here = seen.at(f"pay/{PAYMENT_ID.show(found.id)}")
    last = max(found.attempts, key=lambda attempt: attempt.number, default=None)
    refused = found.state is PaymentState.CREATED and last is not None and last.state is AttemptState.DECLINED
    if refused and form is None and last is not None:
        form = Form(problem=decline_words(last.decline_code or "", seen.gettext))
    view = PayPage(
        chrome=seen.chrome(section="cart"),
        payment_id=PAYMENT_ID.show(found.id),
        amount=found.amount,
        state=state or ("declined" if refused else found.state.value),
        post_url=here,
        attempt=secrets.token_urlsafe(16),
        order=_order_link(seen, orders),
        lines=tuple(line(seen, one, currency=order.currency) for order in orders for one in order.lines),
        further=tuple(suffix(number) for number in range(2, CARDS_MAX + 1)),
        over=_over(seen, found),
        cards=tuple(_card(seen, name, number) for name, number in payment.sandbox_cards().items()),
        expires_at=found.expires_at,
        refresh_url=here,
        form=form or Form(),
    )
    return show(seen, view, status=status)


def _over(seen: Visit, found: Payment) -> tuple[str, str]:
    """Say what became of a payment at which nothing can be paid any more."""
    title, text = _OVER.get(found.state, ("", ""))
    return (seen.gettext(title), seen.gettext(text)) if title else ("", "")


def _order_link(seen: Visit, orders: list[Order]) -> Link:
    if len(orders) == 1:
        return Link(label=seen.gettext("To the order"), url=seen.at(f"orders/{ORDER_ID.show(orders[0].id)}"))
    return Link(label=seen.gettext("To the orders"), url=seen.at("orders"))


def _card(seen: Visit, name: str, number: str) -> TestCard:
    outcome, explanation = _CARDS.get(name, (name, ""))
    grouped = " ".join(number[at : at + 4] for at in range(0, len(number), 4))
    told = seen.gettext(explanation) if explanation else ""
    return TestCard(number=grouped, outcome=seen.gettext(outcome), explanation=told)


ROUTES = (show_payment, pay)
