"""A shop reads its own accounts: what it earned, when, and what stands after each entry."""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec
import pytest

from hansa.centers.ledger import api as ledger
from hansa.centers.ledger.types import AccountClass
from hansa.centers.trade import api as trade
from hansa.centers.trade.types import LineRequest
from hansa.kernel.money import Money
from hansa.kernel.problem import Forbidden, Invalid

pytestmark = pytest.mark.external
EARNED, OWED = AccountClass.SELLER_PAYABLE, AccountClass.SELLER_RECEIVABLE


def reader(seller):
    """Whoever reads a shop's money and orders, and does nothing."""
    of = f"@shop:{seller.shop_id}"
    grants = frozenset({f"ledger.shop.see{of}", f"trade.order.read{of}"})
    return seller.ctx.with_(actor=msgspec.structs.replace(seller.ctx.actor, grants=grants))


@pytest.fixture
async def seller(house):
    return await house.seller()


async def sold(house, seller, *prices):
    """Sell things that arrive, a day after one another."""
    for price in prices:
        buyer = await house.buyer()
        order_id = await house.paid_order(buyer, await house.good(seller, price=price))
        await trade.ship(seller.ctx, order_id=order_id)
        await trade.receive(buyer, order_id=order_id)
        await house.wait(timedelta(days=1))


async def statement(ctx, seller, since, until, **more):
    return await ledger.shop_statement(
        ctx, shop_id=seller.shop_id, currency="CNY", since=since, until=until, **more
    )


async def test_a_statement_has_what_happened_in_its_period_and_the_balances_around_it(house, seller):
    began = house.system.now()
    await sold(house, seller, 1000, 2000, 3000)
    ctx = reader(seller)

    whole = await statement(ctx, seller, began, house.system.now())
    middle = await statement(ctx, seller, began + timedelta(hours=20), began + timedelta(hours=40))

    assert [(one.minor, one.balance_minor, one.kind) for one in whole.entries] == [
        (2850, 5700, "trade.settled"),
        (1900, 2850, "trade.settled"),
        (950, 950, "trade.settled"),
    ]
    assert (whole.opening_minor, whole.closing_minor) == (0, 5700)
    assert [one.minor for one in middle.entries] == [1900]
    assert (middle.opening_minor, middle.closing_minor) == (950, 2850)


async def test_a_period_begins_with_its_first_moment_and_ends_before_its_last(house, seller):
    began = house.system.now()
    await sold(house, seller, 1000)
    (entry,) = (await statement(reader(seller), seller, began, house.system.now())).entries
    moment, tick = entry.posted_at, timedelta(microseconds=1)

    assert (await statement(reader(seller), seller, moment, moment + tick)).closing_minor == 950
    before = await statement(reader(seller), seller, moment - timedelta(days=1), moment)
    assert (before.entries, before.closing_minor) == ([], 0)


async def test_its_pages_follow_one_another_within_the_period(house, seller):
    began = house.system.now()
    await sold(house, seller, 1000, 2000, 3000)
    seen, cursor, until = [], None, house.system.now() - timedelta(hours=30)

    for _ in range(4):
        page = await statement(reader(seller), seller, began, until, cursor=cursor, limit=1)
        seen += [one.minor for one in page.entries]
        cursor = page.cursor
        if cursor is None:
            break

    assert (seen, cursor) == ([1900, 950], None)
    assert (page.opening_minor, page.closing_minor) == (0, 2850)


async def test_its_balances_say_what_it_earned_and_owes(house, seller):
    await sold(house, seller, 1000)

    found = await ledger.shop_balances(reader(seller), shop_id=seller.shop_id, currency="CNY")

    assert {kind: one.minor for kind, one in found.items()} == {
        EARNED: 950, OWED: 0, AccountClass.DEPOSIT: 0,
    }  # fmt: skip
    await ledger.square_shop(
        house.system, shop_id=seller.shop_id, paid=Money(950, "CNY"), reference="transfer 9"
    )
    page = await statement(
        reader(seller), seller, house.system.now() - timedelta(days=2), house.system.now() + timedelta(1)
    )
    paid_out = page.entries[0]
    assert (paid_out.kind, paid_out.minor, paid_out.balance_minor) == (
        "ledger.squared",
        -950,
        0,
    )


async def test_nobody_else_reads_it(house, seller):
    rival, now = await house.seller(), house.system.now()

    for nobody in (reader(rival), seller.ctx, await house.person()):
        with pytest.raises(Forbidden):
            await ledger.shop_balances(nobody, shop_id=seller.shop_id, currency="CNY")
        with pytest.raises(Forbidden):
            await statement(nobody, seller, now - timedelta(days=1), now)


async def test_what_is_no_period_and_no_account_of_a_shop_is_refused(house, seller):
    now, day = house.system.now(), timedelta(days=1)
    wrong = (
        (now, now), (now, now - day), (now.replace(tzinfo=None), now), (now, now.replace(year=9999)),
        (datetime.min.replace(tzinfo=now.tzinfo), now),
    )  # fmt: skip

    for since, until in wrong:
        with pytest.raises(Invalid):
            await statement(reader(seller), seller, since, until)
    with pytest.raises(Invalid):
        await statement(reader(seller), seller, now - day, now, account_class=AccountClass.ESCROW)


async def test_what_is_in_escrow_for_a_shop_is_what_it_will_be_credited_with(house, seller):
    """The sum that the database works out is the one by which every line is settled."""
    rival = await house.seller()
    buyer, expected = await house.buyer(), []
    for shop, price in ((seller, 1), (seller, 999), (seller, 3333), (rival, 500)):
        order_id = await house.paid_order(buyer, await house.good(shop, price=price))
        if shop is seller:
            expected.append(await trade.order(buyer, order_id=order_id))
    done = await house.paid_order(buyer, await house.good(seller, price=7777))
    await trade.ship(seller.ctx, order_id=done)
    await trade.receive(buyer, order_id=done)
    quote = await trade.quote(buyer, lines=[LineRequest((await house.good(seller)).offer_id)])
    assert quote.payable  # an order that nobody placed, and nobody pays, is not in escrow

    (held,) = await trade.held_for_shop(reader(seller), shop_id=seller.shop_id)

    assert (held.currency, held.orders, held.paid) == ("CNY", 3, sum(one.payable for one in expected))
    assert held.to_shop == sum(trade.earnings(one).to_shop for one in expected)
    with pytest.raises(Forbidden):
        await trade.held_for_shop(reader(rival), shop_id=seller.shop_id)
