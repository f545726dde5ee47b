"""A shop closes when it is even with the platform: what it earned was paid out, what it owes came in."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest

from hansa.centers.ledger import api as ledger
from hansa.centers.ledger.errors import BalanceDiffers, JournalConflict
from hansa.centers.ledger.types import (
    HOLD_ID,
    JOURNAL_ID,
    AccountClass,
    AccountKey,
    Hold,
    Journal,
    credit,
    debit,
)
from hansa.centers.shop import api as shop
from hansa.centers.shop.types import ShopStatus
from hansa.centers.trade import api as trade
from hansa.kernel.money import Money
from hansa.kernel.problem import Forbidden, Invalid, Unauthenticated
from house import kinds, race

pytestmark = pytest.mark.external


def cny(minor):
    return Money(minor, "CNY")


async def sold(house, seller, *, price=1000):
    """Something the shop sold, and that arrived."""
    buyer = await house.buyer()
    order_id = await house.paid_order(buyer, await house.good(seller, price=price))
    await trade.ship(seller.ctx, order_id=order_id)
    await trade.receive(buyer, order_id=order_id)


async def owes(house, seller, minor):
    """The shop took money that is not its own."""
    journal = Journal(
        ctx=house.system,
        id=JOURNAL_ID.new(),
        kind="test.owed",
        reference=uuid4(),
        entries=(
            debit(
                AccountKey.of(
                    house.system, AccountClass.SELLER_RECEIVABLE, currency="CNY", party=seller.shop_id
                ),
                minor,
            ),
            credit(AccountKey.of(house.system, AccountClass.PLATFORM_REVENUE, currency="CNY"), minor),
        ),
    )
    async with house.platform.db.transaction() as tx:
        await ledger.post(tx, [journal])


async def square(house, seller, minor, reference="transfer 17"):
    return await ledger.square_shop(
        house.system, shop_id=seller.shop_id, paid=cny(minor), reference=reference
    )


async def open_with(house, seller):
    return [
        await house.balance(kind, seller.shop_id)
        for kind in (AccountClass.SELLER_PAYABLE, AccountClass.SELLER_RECEIVABLE)
    ]


async def status_of(house, seller):
    return (await shop.shops(house.system, [seller.shop_id]))[seller.shop_id].status


async def test_a_shop_that_is_owed_something_closes_when_it_was_paid(house):
    seller = await house.seller()
    await sold(house, seller)

    await shop.close_shop(house.system, shop_id=seller.shop_id)
    await house.wait(timedelta(days=2))
    assert await status_of(house, seller) is ShopStatus.CLOSING
    closing = await shop.closing_of(house.system, shop_id=seller.shop_id)
    assert [one.code for one in closing.objections] == ["ledger.balance_open"]
    bank = await house.balance(AccountClass.CASH)
    await square(house, seller, 950)
    await house.wait(timedelta(days=2))

    assert await status_of(house, seller) is ShopStatus.CLOSED
    assert await house.balance(AccountClass.CASH) == bank - 950


@pytest.mark.parametrize(("owed", "paid"), [(0, 950), (300, 650), (950, 0), (1200, -250)])
async def test_what_it_owes_is_taken_off_and_may_be_more_than_it_earned(house, owed, paid):
    seller = await house.seller()
    await sold(house, seller)
    if owed:
        await owes(house, seller, owed)

    await square(house, seller, paid)

    assert await open_with(house, seller) == [0, 0]


async def test_an_amount_that_is_not_the_accounts_is_refused(house):
    seller = await house.seller()
    with pytest.raises(BalanceDiffers):
        await square(house, seller, 0)
    await sold(house, seller)

    for wrong in (949, 951, 0, -950):
        with pytest.raises(BalanceDiffers) as refused:
            await square(house, seller, wrong)
        assert refused.value.extras == {"earned_minor": 950, "held_minor": 0, "owed_minor": 0}
    with pytest.raises(Invalid):
        await square(house, seller, 950, " ")


async def test_one_transfer_of_the_bank_is_posted_once(house):
    seller = await house.seller()
    await sold(house, seller)

    outcomes = await race(*[square(house, seller, 950) for _ in range(4)])

    assert kinds(outcomes) == {"Posted": 4}
    assert len({one.id for one in outcomes}) == 1
    assert await open_with(house, seller) == [0, 0]


async def test_one_transfer_of_the_bank_is_of_one_amount(house):
    seller = await house.seller()
    await sold(house, seller)
    await square(house, seller, 950)
    await sold(house, seller, price=2000)

    for other in (Money(1900, "CNY"), Money(950, "EUR"), Money(0, "CNY")):
        with pytest.raises(JournalConflict):
            await ledger.square_shop(
                house.system, shop_id=seller.shop_id, paid=other, reference="transfer 17"
            )
    assert await open_with(house, seller) == [1900, 0]
    await square(house, seller, 950)  # the first, told again
    assert await open_with(house, seller) == [1900, 0]


@pytest.mark.parametrize("earns", [True, False])
async def test_two_transfers_do_not_square_the_same_twice(house, earns):
    seller = await house.seller()
    await (sold(house, seller) if earns else owes(house, seller, 500))
    amount = 950 if earns else -500

    outcomes = await race(*[square(house, seller, amount, f"transfer {n}") for n in range(3)])

    assert kinds(outcomes) == {"Posted": 1, "BalanceDiffers": 2}
    assert await open_with(house, seller) == [0, 0]


async def test_what_is_put_by_is_not_paid_out(house):
    seller = await house.seller()
    await sold(house, seller)
    payable = AccountKey.of(house.system, AccountClass.SELLER_PAYABLE, currency="CNY", party=seller.shop_id)
    lien = Hold(
        ctx=house.system, id=HOLD_ID.new(), account=payable, minor=1, kind="loan.lien", reference=uuid4()
    )
    async with house.platform.db.transaction() as tx:
        await ledger.authorise(tx, [lien])

    with pytest.raises(BalanceDiffers) as refused:
        await square(house, seller, 950)
    assert refused.value.extras == {"earned_minor": 950, "held_minor": 1, "owed_minor": 0}
    await square(house, seller, 949)

    assert await open_with(house, seller) == [1, 0]
    with pytest.raises(BalanceDiffers):  # nothing is free
        await square(house, seller, 0, "transfer 18")
    async with house.platform.db.transaction() as tx:
        await ledger.void(tx, house.system, holds=[lien.id])
    await square(house, seller, 1, "transfer 19")


async def test_what_it_owes_is_taken_off_what_is_free(house):
    seller = await house.seller()
    await sold(house, seller)
    await owes(house, seller, 100)
    key = AccountKey.of(house.system, AccountClass.SELLER_PAYABLE, currency="CNY", party=seller.shop_id)
    account = (await ledger.balances(house.system, keys=[key]))[key].account
    await ledger.place_hold(house.system, account_id=account, minor=900, kind="test.lien", reference=uuid4())

    await square(house, seller, -50)

    assert await open_with(house, seller) == [900, 0]


async def test_shops_do_not_square_themselves(house):
    seller = await house.seller()

    for somebody in (seller.ctx, await house.buyer()):
        with pytest.raises((Forbidden, Unauthenticated)):
            await ledger.square_shop(somebody, shop_id=seller.shop_id, paid=cny(1), reference="transfer 17")


async def test_shops_that_are_not_even_are_listed(house):
    even, earned, owing = [await house.seller() for _ in range(3)]
    await sold(house, earned)
    await owes(house, earned, 100)
    await owes(house, owing, 70)

    page = await ledger.open_shops(house.system, limit=1)
    rest = await ledger.open_shops(house.system, cursor=page.cursor, limit=100)

    found = {one.shop_id: one for one in (*page.items, *rest.items)}
    assert len(page.items) == 1
    assert even.shop_id not in found
    assert (found[earned.shop_id].earned_minor, found[earned.shop_id].owed_minor) == (950, 100)
    assert (found[owing.shop_id].earned_minor, found[owing.shop_id].owed_minor) == (0, 70)

    await square(house, earned, 850)
    assert earned.shop_id not in {one.shop_id for one in (await ledger.open_shops(house.system)).items}


async def test_what_is_put_by_is_told_with_what_a_shop_earned(house):
    seller = await house.seller()
    await sold(house, seller)
    key = AccountKey.of(house.system, AccountClass.SELLER_PAYABLE, currency="CNY", party=seller.shop_id)
    account = (await ledger.balances(house.system, keys=[key]))[key].account
    await ledger.place_hold(house.system, account_id=account, minor=50, kind="test.lien", reference=uuid4())

    (one,) = [o for o in (await ledger.open_shops(house.system)).items if o.shop_id == seller.shop_id]

    assert (one.earned_minor, one.held_minor) == (950, 50)


async def test_a_shop_does_not_read_what_is_open_with_others(house):
    seller = await house.seller()
    with pytest.raises(Forbidden):
        await ledger.open_shops(seller.ctx)
