"""Paying, with the sandbox's cards; and how far a payment is."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from types import MappingProxyType

from litestar import Response, get, post

from hansa.centers.payment import api as payment
from hansa.centers.payment.errors import CardNotTestable, NoProvider, PaymentClosed
from hansa.centers.payment.types import PAYMENT_ID, AttemptState, Payment, PaymentState
from hansa.centers.payment.types import TestCard as Card
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
_CARD_DIGITS = range(12, 20)


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
    number = _card_number(seen, fields)
    if fields.errors:
        return await _page(seen, found, form=fields.form(), status=422)
    here = seen.at(f"pay/{payment_id}")
    try:
        await trade.pay(
            seen.ctx, payment_id=found.id, source=Card(number), key=_key(seen, fields, payment_id)
        )
    except (PaymentDeclined, CardNotTestable, Busy, NoProvider) as refused:
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
    if isinstance(refused, PaymentDeclined):
        words = decline_words(str(refused.extras.get("reason", "")), seen.gettext)
        found = await payment.payment(seen.ctx, payment_id=found.id)
        return await _page(seen, found, form=Form(problem=words), status=402)
    words = problem_words(refused, seen.gettext)
    return await _page(seen, found, form=Form(problem=words), status=refused.status)


def _card_number(seen: Visit, fields: Fields) -> str:
    """Check what was typed of a card, and return its digits."""
    number = fields.text("card", letters_max=23).replace(" ", "").replace("-", "")
    if "card" not in fields.errors and not (_digits(number) and len(number) in _CARD_DIGITS):
        fields.blame("card", "malformed")
    month, _, year = fields.text("expiry", letters_max=9).replace(" ", "").partition("/")
    if "expiry" not in fields.errors:
        if not (
            _digits(month)
            and _digits(year)
            and len(month) <= 2
            and len(year) in {2, 4}
            and 1 <= int(month) <= 12
        ):
            fields.blame("expiry", "malformed")
        else:
            now = seen.ctx.now()
            if (int(year) % 100 + 2000, int(month)) < (now.year, now.month):
                fields.blame("expiry", "passed")
    code = fields.text("security_code", letters_max=4)
    if "security_code" not in fields.errors and not (_digits(code) and len(code) in {3, 4}):
        fields.blame("security_code", "malformed")
    return number


def _digits(text: str) -> bool:
    return text.isascii() and text.isdigit()


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
        cards=tuple(_card(seen, name, number) for name, number in payment.test_cards().items()),
        expires_at=found.expires_at,
        refresh_url=here,
        form=form or Form(),
    )
    return show(seen, view, status=status)


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
