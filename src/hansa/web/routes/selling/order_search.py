"""What a shop's list of orders is narrowed by: an order, a buyer, a number of the shop's own, days."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hansa.centers.trade.types import ORDER_ID, OrderSearch, OrderState
from hansa.centers.user.types import PARTY_ID
from hansa.kernel.ids import IdMalformed
from hansa.web.forms import Fields
from hansa.web.visit import Visit

NAMES = ("find", "from", "to")
_YEARS = (2000, 2200)


def order_search(seen: Visit, *, timezone: str) -> tuple[OrderSearch, Fields]:
    """Read what the address asks for; a field that cannot be right is noted and narrows nothing.

    `find` is an order's id, a buyer's, or a number that the shop gave a variant; days are those of the reader's clock.
    """
    fields = Fields(seen, {name: seen.asked(name) for name in NAMES})
    asked, zone = seen.asked("state"), ZoneInfo(timezone)
    find = fields.raw("find")
    order_id = buyer = None
    try:
        if find.startswith(f"{ORDER_ID.prefix}_"):
            order_id = ORDER_ID.read(find)
        elif find.startswith(f"{PARTY_ID.prefix}_"):
            buyer = PARTY_ID.read(find)
    except IdMalformed:
        fields.blame("find", "unknown")
    first, last = _day(fields, "from"), _day(fields, "to")
    if first and last and last < first:
        fields.blame("to", "before")
        first = last = None
    search = OrderSearch(
        state=OrderState(asked) if asked in {one.value for one in OrderState} else None,
        order_id=order_id,
        buyer=buyer,
        code="" if order_id or buyer or "find" in fields.errors else find,
        placed_from=_midnight(first, zone),
        placed_before=_midnight(last + timedelta(days=1) if last else None, zone),
    )
    return search, fields


def _day(fields: Fields, name: str) -> date | None:
    try:
        day = date.fromisoformat(fields.raw(name)) if fields.raw(name) else None
    except ValueError:
        day = date.min
    if day is not None and not _YEARS[0] < day.year < _YEARS[1]:
        fields.blame(name, "date")
        return None
    return day


def _midnight(day: date | None, zone: ZoneInfo) -> datetime | None:
    return datetime.combine(day, time(), tzinfo=zone) if day else None
