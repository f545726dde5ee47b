"""A shop's money: what it earned, what is held for it, and the statement of a period."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from types import MappingProxyType
from typing import NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from litestar import Response, get
from litestar.response import Stream

from hansa.centers.ledger import api as ledger
from hansa.centers.ledger.types import JOURNAL_ID, AccountClass, Balance, Statement, StatementEntry
from hansa.centers.product import api as product
from hansa.centers.product.types import OfferId
from hansa.centers.shop import api as shop
from hansa.centers.shop.types import CommissionLine, CommissionRule
from hansa.centers.trade import api as trade
from hansa.centers.trade.types import ORDER_ID, OrderId
from hansa.kernel.cells import BYTE_ORDER_MARK, csv_text
from hansa.kernel.money import Money
from hansa.kernel.page import LIMIT_MAX
from hansa.kernel.texts import pick
from hansa.web.answers import as_file, go, show
from hansa.web.forms import Fields
from hansa.web.i18n import N_
from hansa.web.parts import Fact, Form, Link
from hansa.web.routes.selling.desk import Desk, desk
from hansa.web.routes.selling.fields import plain
from hansa.web.routes.selling.paging import pager
from hansa.web.selling import MoneyPage, StatementRow, Sum
from hansa.web.visit import Seen

SEE = "ledger.shop.see"
RATES = "shop.commission.see"
PAGE = 50
_YEARS = (2000, 2199)
_ID_TAIL = 6
_A = AccountClass
_ACCOUNTS: Mapping[AccountClass, str] = MappingProxyType(
    {
        _A.SELLER_PAYABLE: N_("Earned"),
        _A.SELLER_RECEIVABLE: N_("Owed to the business"),
        _A.DEPOSIT: N_("Deposit"),
    }
)
_KINDS: Mapping[str, str] = MappingProxyType(
    {
        "trade.settled": N_("Received by the buyer"),
        "trade.collected": N_("Money taken in on delivery"),
        "ledger.squared": N_("Settled by bank transfer"),
    }
)
_OF_ORDERS = frozenset({"trade.settled", "trade.collected"})


class _Period(NamedTuple):
    """Days, the last one included."""

    first: date
    last: date


class _Wanted(NamedTuple):
    """A statement: of which account, for which days, on whose clock."""

    account: AccountClass
    period: _Period
    zone: ZoneInfo


@get("/sell/{slug:str}/money")
async def show_money(seen: Seen, slug: str) -> Response[str]:
    """What the shop earned and what is held for it; `from`, `to` and `account` choose what is listed."""
    at = await desk(seen, slug, SEE)
    chrome = seen.chrome(section="sell")
    zone = ZoneInfo(chrome.timezone)
    today = at.ctx.now().astimezone(zone).date()
    fields = Fields(seen, {name: seen.asked(name) for name in ("from", "to")})
    period = _period(fields, today)
    balances = await ledger.shop_balances(at.ctx, shop_id=at.shop.id, currency=at.currency)
    chosen = _chosen(at)
    after = seen.asked("after", letters_max=1000)
    found = await _statement(at, _Wanted(chosen, period, zone), cursor=after or None, limit=PAGE)
    account = "" if chosen is _A.SELLER_PAYABLE else chosen.value
    here = _here(at, period, account)
    view = MoneyPage(
        chrome=chrome,
        desk=at.part("money"),
        sums=await _sums(at, balances),
        accounts=_accounts(at, balances, chosen, period),
        account=account,
        owes=chosen is _A.SELLER_RECEIVABLE,
        period=fields.form() if fields.errors else Form(values=_days(period)),
        quick=_quick(at, today, period, account),
        here=at.at("money"),
        opening=Money(found.opening_minor, at.currency),
        closing=Money(found.closing_minor, at.currency),
        rows=tuple(_row(at, one) for one in found.entries),
        pager=pager(seen, len(found.entries), found.cursor, here),
        rates=await _rates(at) if at.may(RATES) else (),
        file_url=at.at("money/statement.csv", **_days(period), account=account) if found.entries else "",
    )
    return show(seen, view, status=422 if fields.errors else 200)


@get("/sell/{slug:str}/money/statement.csv")
async def export_statement(seen: Seen, slug: str) -> Stream | Response[str]:
    """The statement as a file for a spreadsheet, as long as it is; `from`, `to` and `account` as on its page."""
    at = await desk(seen, slug, SEE)
    zone = ZoneInfo(seen.chrome().timezone)
    today = at.ctx.now().astimezone(zone).date()
    fields = Fields(seen, {name: seen.asked(name) for name in ("from", "to")})
    period = _period(fields, today)
    if fields.errors:  # no file of other days than were asked for: its page says what is wrong
        return go(seen, at.at("money", **fields.values))
    wanted = _Wanted(_chosen(at), period, zone)
    named = f"{at.shop.slug}-{period.first}-{period.last}.csv"
    return Stream(_statement_lines(at, wanted), media_type="text/csv", headers=as_file(named))


async def _statement_lines(at: Desk, wanted: _Wanted) -> AsyncIterator[bytes]:
    """Write the statement, the latest first: what stood there after it, what happened, what stood there before."""
    _ = at.seen.gettext
    currency, zone = at.currency, wanted.zone

    def written(minor: int) -> str:
        return plain(Money(minor, currency))

    head = (
        _("When (%(zone)s)") % {"zone": zone.key},
        _("What happened"),
        _("Order"),
        _("Amount in %(currency)s") % {"currency": currency},
        _("Balance in %(currency)s") % {"currency": currency},
        _("Booking"),
    )
    cursor, first = None, True
    while first or cursor:
        found = await _statement(at, wanted, cursor=cursor, limit=LIMIT_MAX)
        rows: list[Sequence[str]] = []
        if first:
            rows += [head, ("", _("Balance after"), "", "", written(found.closing_minor), "")]
        rows += [
            (
                f"{one.posted_at.astimezone(zone):%Y-%m-%d %H:%M:%S}",
                _what(at, one),
                ORDER_ID.show(OrderId(one.reference)) if one.kind in _OF_ORDERS else "",
                written(one.minor),
                written(one.balance_minor),
                JOURNAL_ID.show(one.journal),
            )
            for one in found.entries
        ]
        if found.cursor is None:
            rows.append(("", _("Balance before"), "", "", written(found.opening_minor), ""))
        yield ((BYTE_ORDER_MARK if first else "") + csv_text(rows)).encode()
        cursor, first = found.cursor, False


def _chosen(at: Desk) -> AccountClass:
    asked = at.seen.asked("account")
    return next((kind for kind in _ACCOUNTS if kind.value == asked), _A.SELLER_PAYABLE)


async def _statement(at: Desk, wanted: _Wanted, *, cursor: str | None, limit: int) -> Statement:
    period, zone = wanted.period, wanted.zone
    return await ledger.shop_statement(
        at.ctx,
        shop_id=at.shop.id,
        account_class=wanted.account,
        currency=at.currency,
        since=datetime.combine(period.first, time(), zone),
        until=datetime.combine(period.last + timedelta(days=1), time(), zone),
        cursor=cursor,
        limit=limit,
    )


def _period(fields: Fields, today: date) -> _Period:
    """Return the days that are asked for; this month so far where none are, or where they cannot be right."""
    this_month = _Period(today.replace(day=1), today)
    first, last = (_day(fields, name) for name in ("from", "to"))
    if first and last and last < first:
        fields.blame("to", "before")
    if fields.errors or not (first or last):
        return this_month
    if first is None:
        return _Period(min((last or today).replace(day=1), last or today), last or today)
    return _Period(first, last or max(first, today))


def _day(fields: Fields, name: str) -> date | None:
    text = fields.raw(name)
    if not text:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        fields.blame(name, "date")
        return None
    if not _YEARS[0] < day.year < _YEARS[1]:
        fields.blame(name, "date")
        return None
    return day


def _days(period: _Period) -> dict[str, str]:
    return {"from": period.first.isoformat(), "to": period.last.isoformat()}


def _here(at: Desk, period: _Period, account: str) -> str:
    return at.at("money", **_days(period), account=account)


def _quick(at: Desk, today: date, shown: _Period, account: str) -> tuple[Link, ...]:
    """Link to the periods that are asked for most."""
    _ = at.seen.gettext
    first = today.replace(day=1)
    before = first - timedelta(days=1)
    periods = (
        (_("This month"), _Period(first, today)),
        (_("Last month"), _Period(before.replace(day=1), before)),
        (_("This year"), _Period(first.replace(month=1), today)),
    )
    return tuple(
        Link(label=label, url=_here(at, period, account), current=period == shown)
        for label, period in periods
    )


def _accounts(
    at: Desk, balances: Mapping[AccountClass, Balance], chosen: AccountClass, period: _Period
) -> tuple[Link, ...]:
    """Link to the accounts of the shop on which something ever happened; none where there is one alone."""
    _ = at.seen.gettext
    there = [
        kind for kind in _ACCOUNTS if kind is _A.SELLER_PAYABLE or balances[kind].entries or kind is chosen
    ]
    if len(there) == 1:
        return ()
    return tuple(
        Link(
            label=_(_ACCOUNTS[kind]),
            url=_here(at, period, "" if kind is _A.SELLER_PAYABLE else kind.value),
            current=kind is chosen,
        )
        for kind in there
    )


async def _sums(at: Desk, balances: Mapping[AccountClass, Balance]) -> tuple[Sum, ...]:
    """Say what was earned and not paid out, what is put by of it, what comes once goods are received, what is owed."""
    _ = at.seen.gettext
    earned, owed, deposit = (balances[kind] for kind in _ACCOUNTS)
    note = _("earned and not paid out yet")
    sums = [Sum(label=_("Yours"), amount=Money(earned.available_minor, at.currency), note=note)]
    if earned.held_minor:
        note = _("cannot leave for now")
        sums.append(Sum(label=_("Put by"), amount=Money(earned.held_minor, at.currency), note=note))
    if at.may("trade.order.read"):
        for held in await trade.held_for_shop(at.ctx, shop_id=at.shop.id):
            orders = at.seen.ngettext("%(num)s order", "%(num)s orders", held.orders) % {"num": held.orders}
            note = _("%(orders)s, buyers paid %(paid)s") % {
                "orders": orders,
                "paid": at.seen.pages.formatter(at.ctx.locale).plain_money(Money(held.paid, held.currency)),
            }
            amount = Money(held.to_shop, held.currency)
            sums.append(Sum(label=_("Held until received"), amount=amount, note=note))
    if owed.minor:
        note = _("comes off what is paid out")
        sums.append(
            Sum(label=_(_ACCOUNTS[_A.SELLER_RECEIVABLE]), amount=Money(owed.minor, at.currency), note=note)
        )
    if deposit.minor:
        sums.append(Sum(label=_("Deposit"), amount=Money(deposit.minor, at.currency)))
    return tuple(sums)


def _what(at: Desk, one: StatementEntry) -> str:
    _ = at.seen.gettext
    what = _(_KINDS[one.kind]) if one.kind in _KINDS else _("Booked by the business")
    return _("Taken back: %(what)s") % {"what": what} if one.reverses else what


def _row(at: Desk, one: StatementEntry) -> StatementRow:
    _ = at.seen.gettext
    about = None
    if one.kind in _OF_ORDERS:
        key = ORDER_ID.show(OrderId(one.reference))
        label = _("Order …%(end)s") % {"end": key[-_ID_TAIL:]}
        about = Link(label=label, url=at.at(f"orders/{key}") if at.may("trade.order.read") else "")
    return StatementRow(
        at=one.posted_at,
        what=_what(at, one),
        amount=Money(one.minor, at.currency),
        balance=Money(one.balance_minor, at.currency),
        about=about,
    )


async def _rates(at: Desk) -> tuple[Fact, ...]:
    """Say what the business keeps of what is sold: in general, and for what rules of the shop's own name."""
    _ = at.seen.gettext
    line = CommissionLine(shop_id=at.shop.id, offer_id=UUID(int=0))
    (rate,) = await shop.commission_for(at.ctx, [line])
    page = await shop.list_commission_rules(at.ctx, shop_id=at.shop.id, limit=LIMIT_MAX)
    now = at.ctx.now()
    living = [
        one
        for one in page.items
        if one.valid_from <= now and (one.valid_until is None or one.valid_until > now)
        if one.scope.category_id or one.scope.offer_id or one.scope.kind
    ]
    return (
        Fact(label=_("In general"), text=percent(rate.basis_points)),
        *[Fact(label=label, text=percent(one.basis_points)) for label, one in await _named(at, living)],
    )


async def _named(at: Desk, rules: list[CommissionRule]) -> list[tuple[str, CommissionRule]]:
    """Say what rules are about."""
    tree = {one.id: pick(one.names, at.ctx.locale) for one in await product.categories(at.ctx)}
    offers = await product.offers(
        at.ctx, [OfferId(one.scope.offer_id) for one in rules if one.scope.offer_id]
    )
    titles = {offer.id: offer.title_in(at.ctx.locale) for offer in offers.values()}
    named = []
    for one in rules:
        scope = one.scope
        about = titles.get(scope.offer_id) if scope.offer_id else tree.get(scope.category_id)  # type: ignore[call-overload]
        label = " · ".join(filter(None, (about, scope.kind)))
        named.append((label or at.seen.gettext("Something that is gone"), one))
    return named


def percent(basis_points: int) -> str:
    """Write a rate of hundredths of a percent: `5%`, `2.25%`."""
    return f"{basis_points / 100:.2f}".rstrip("0").rstrip(".") + "%"


ROUTES = (show_money, export_statement)
