"""Days are reconciled by themselves, and what providers keep becomes an expense."""

from __future__ import annotations

from datetime import timedelta

import pytest

from hansa.centers.ledger import api as ledger
from hansa.centers.ledger.types import AccountClass, AccountKey, account_id
from hansa.centers.payment import api as payment
from hansa.centers.payment._handlers import reconcile_days
from hansa.centers.payment._sandbox import SANDBOX
from hansa.centers.payment.errors import StatementNotFound
from house import race

pytestmark = pytest.mark.external


async def report(house, day):
    try:
        return await payment.statement(house.system, provider=SANDBOX, day=day)
    except StatementNotFound:
        return None


async def test_a_business_that_takes_no_live_money_is_nothing_to_speak_of(house, caplog):
    with caplog.at_level("DEBUG", logger="hansa.payment"):
        await reconcile_days(house.platform, b"")

    assert "no_provider" not in caplog.text
    assert "NoProvider" not in caplog.text


async def test_a_day_that_is_over_is_reconciled_and_its_fees_are_booked(house):
    """Other stories of the day have moved money as well: what is told of is what is booked."""
    buyer = await house.buyer()
    await house.paid_order(buyer, await house.good(await house.seller(), price=10_000))
    day = house.system.now().date()
    await house.wait(timedelta(days=1))
    await house.settle_down()

    await reconcile_days(house.platform, b"")
    told = await report(house, day)
    await house.deliver()

    (fee,) = told.fees
    assert fee.minor >= 60
    (journal,) = (await ledger.journals_of(house.system, reference=told.id)).items
    accounts = [
        account_id(AccountKey.of(house.system, kind, currency="CNY"))
        for kind in (AccountClass.PLATFORM_EXPENSE, AccountClass.PROVIDER_CLEARING)
    ]
    assert {entry.account: entry.minor for entry in journal.entries} == {
        accounts[0]: fee.minor,
        accounts[1]: -fee.minor,
    }
    assert (told.missing_here, told.missing_there, told.differs) == (0, 0, 0)


async def test_running_twice_or_at_once_books_no_fee_twice(house, next_door):
    buyer = await house.buyer()
    await house.paid_order(buyer, await house.good(await house.seller(), price=10_000))
    day = house.system.now().date()
    await house.wait(timedelta(days=1))
    await house.settle_down()

    await race(*[reconcile_days(one.platform, b"") for one in (house, next_door, house)])
    await house.deliver()
    expense = await house.balance(AccountClass.PLATFORM_EXPENSE)
    await reconcile_days(house.platform, b"")
    await payment.fetch_statement(house.system, provider=SANDBOX, day=day)
    await house.deliver()

    assert await house.balance(AccountClass.PLATFORM_EXPENSE) == expense
    assert await report(house, day) is not None


async def test_days_that_were_missed_are_made_up_for(house):
    buyer = await house.buyer()
    await house.paid_order(buyer, await house.good(await house.seller()))
    first = house.system.now().date()
    await house.wait(timedelta(days=1))
    await reconcile_days(house.platform, b"")
    await house.wait(timedelta(days=4))

    await reconcile_days(house.platform, b"")

    days = [first + timedelta(days=count) for count in range(6)]
    assert [await report(house, day) is not None for day in days] == [True] * 5 + [False]
