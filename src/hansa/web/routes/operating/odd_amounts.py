"""Amounts that a provider reported otherwise than was asked for: somebody finds out what each was, and says so."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from types import MappingProxyType

from litestar import Response, get, post

from hansa.centers.payment import api as payment
from hansa.centers.payment.types import PAYMENT_ID, OddAmount
from hansa.kernel.money import Money
from hansa.web.answers import show
from hansa.web.operating import OddAmountRow, OddAmountsPage
from hansa.web.parts import Form
from hansa.web.routes.operating.desk import SETTLE_AMOUNTS, Desk, desk, sent
from hansa.web.routes.operating.doing import worked
from hansa.web.routes.selling.doing import Done
from hansa.web.routes.selling.paging import pager
from hansa.web.visit import Seen

ODD_AMOUNTS = "odd-amounts"
PAGE = 30
_FINDING_MAX = 200


@get("/operate/odd-amounts")
async def show_odd_amounts(seen: Seen) -> Response[str]:
    """What providers reported otherwise and nobody has accounted for, the oldest first."""
    return await _page(desk(seen, ODD_AMOUNTS))


@post("/operate/odd-amounts/{payment_id:str}")
async def settle(seen: Seen, payment_id: str) -> Response[str]:
    """Say what became of one report; it moves no money. `provider` and `event_id` say which of the payment's it is."""
    at, fields = await sent(seen, ODD_AMOUNTS, SETTLE_AMOUNTS)
    wanted = PAYMENT_ID.read(payment_id)
    provider, event_id = fields.raw("provider"), fields.raw("event_id")
    form = _name(payment_id, provider, event_id)
    finding = fields.text("finding", letters_max=_FINDING_MAX)

    async def work() -> Done:
        await payment.settle_odd_amount(
            at.ctx, payment_id=wanted, provider=provider, event_id=event_id, reference=finding
        )
        return Done(at.at(ODD_AMOUNTS), "amount_settled")

    async def again(forms: Mapping[str, Form], status: int) -> Response[str]:
        return await _page(at, forms=forms, status=status)

    return await worked(
        at,
        fields,
        form=form,
        route=f"odd-amounts/{wanted}",
        work=work,
        again=again,
        called={"reference": "finding"},
    )


async def _page(
    at: Desk, *, forms: Mapping[str, Form] = MappingProxyType({}), status: int = 200
) -> Response[str]:
    after = at.seen.asked("after", letters_max=1000)
    page = await payment.odd_amounts(at.ctx, cursor=after or None, limit=PAGE)
    view = OddAmountsPage(
        chrome=at.seen.chrome(section="operate", path=at.at(ODD_AMOUNTS)),
        desk=at.part(ODD_AMOUNTS),
        forms=forms,
        amounts=tuple(_row(at, one) for one in page.items),
        pager=pager(at.seen, len(page.items), page.cursor, at.at(ODD_AMOUNTS)),
    )
    return show(at.seen, view, status=status)


def _row(at: Desk, one: OddAmount) -> OddAmountRow:
    payment_id = PAYMENT_ID.show(one.payment_id)
    return OddAmountRow(
        id=_name(payment_id, one.provider, one.event_id),
        reported=Money(one.reported_minor, one.reported_currency),
        asked=Money(one.asked_minor, one.asked_currency),
        at=one.received_at,
        payment=payment_id,
        provider=one.provider,
        event=one.event_id,
        post_url=at.at(f"{ODD_AMOUNTS}/{payment_id}") if at.ctx.may(SETTLE_AMOUNTS) else "",
    )


def _name(payment_id: str, provider: str, event_id: str) -> str:
    """Name the form of one report: what providers call their events may be long, and hold anything."""
    told = hashlib.sha256(f"{provider}\0{event_id}".encode("utf-8", "replace")).hexdigest()
    return f"{payment_id}-{told[:12]}"


ROUTES = (show_odd_amounts, settle)
