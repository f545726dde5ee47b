"""What people put right in the books by hand, and what they cannot take back from under a center."""

from __future__ import annotations

from uuid import uuid4

import pytest

from hansa.centers.ledger import api as ledger
from hansa.centers.ledger.errors import (
    InsufficientBalance,
    JournalConflict,
    JournalUnbalanced,
    NotReversible,
)
from hansa.centers.ledger.types import AccountClass, Correction, ManualEntry
from hansa.centers.trade import api as trade
from hansa.kernel.context import Actor
from hansa.kernel.money import Money
from hansa.kernel.problem import Forbidden, Invalid
from house import kinds, race

pytestmark = pytest.mark.external

FEE = 1250


def number():
    return f"bank/{uuid4().hex[:20]}"


def side(account_class, minor, party=None):
    return ManualEntry(account_class=account_class, minor=minor, currency="CNY", party=party)


async def post(ctx, *entries, document=None, reason=Correction.BANK):
    return await ledger.post_by_hand(
        ctx, reason=reason, document=document or number(), reference=uuid4(), entries=entries
    )


@pytest.mark.parametrize("last", ["paid", "received", "squared"])
async def test_no_journal_of_an_order_or_of_a_squaring_is_taken_back_by_hand(house, last):
    """Orders and escrow, refunds and what a shop was paid hang on them: only who keeps these could."""
    seller, buyer = await house.seller(), await house.buyer()
    about = order_id = await house.paid_order(buyer, await house.good(seller, price=1000))
    if last != "paid":
        await trade.ship(seller.ctx, order_id=order_id)
        await trade.receive(buyer, order_id=order_id)
    if last == "squared":
        paid = Money(950, "CNY")
        await ledger.square_shop(house.system, shop_id=seller.shop_id, paid=paid, reference="transfer 17")
        about = seller.shop_id

    for journal in (await ledger.journals_of(house.system, reference=about)).items:
        with pytest.raises(NotReversible) as refused:
            await ledger.reverse(house.system, journal_id=journal.id)
        assert refused.value.extras["kind"] == journal.kind


async def test_what_the_bank_moved_is_posted_with_its_document_once(house):
    before = await house.balance(AccountClass.CASH)
    document, about = number(), uuid4()
    entries = [side(AccountClass.PLATFORM_EXPENSE, FEE), side(AccountClass.CASH, -FEE)]

    async def again(*, entries=entries):
        return await ledger.post_by_hand(
            house.system, reason=Correction.BANK, document=document, reference=about, entries=entries
        )

    posted = await race(*(again() for _ in range(3)))

    assert kinds(posted) == {"Posted": 3}
    assert len(set(posted)) == 1
    assert await house.balance(AccountClass.CASH) == before - FEE
    (journal,) = (await ledger.journals_of(house.system, reference=about)).items
    assert (journal.kind, journal.actor) == ("ledger.manual.bank", "system")
    with pytest.raises(JournalConflict):
        await again(entries=[side(AccountClass.PLATFORM_EXPENSE, 1), side(AccountClass.CASH, -1)])


async def test_what_was_posted_by_hand_is_taken_back_by_hand(house):
    before = await house.balance(AccountClass.CASH)
    posted = await post(house.system, side(AccountClass.PLATFORM_EXPENSE, FEE), side(AccountClass.CASH, -FEE))

    await ledger.reverse(house.system, journal_id=posted.id)

    assert await house.balance(AccountClass.CASH) == before


async def test_a_shop_is_credited_what_it_is_owed_and_others_are_not_opened_by_mistake(house):
    seller = await house.seller()
    await post(
        house.system,
        side(AccountClass.PLATFORM_EXPENSE, 300),
        side(AccountClass.SELLER_PAYABLE, -300, seller.shop_id),
        reason=Correction.GOODWILL,
    )
    assert await house.balance(AccountClass.SELLER_PAYABLE, seller.shop_id) == 300

    with pytest.raises(Invalid) as refused:
        await post(
            house.system,
            side(AccountClass.PLATFORM_EXPENSE, 300),
            side(AccountClass.SELLER_PAYABLE, -300, uuid4()),
        )
    assert [one.field for one in refused.value.errors] == ["entries.1.party"]
    await ledger.square_shop(
        house.system, shop_id=seller.shop_id, paid=Money(300, "CNY"), reference="transfer 18"
    )


async def test_nothing_is_posted_that_does_not_balance_or_is_not_there(house):
    with pytest.raises(JournalUnbalanced):
        await post(house.system, side(AccountClass.PLATFORM_EXPENSE, 3), side(AccountClass.CASH, -2))
    with pytest.raises(InsufficientBalance):
        await post(
            house.system,
            side(AccountClass.DEPOSIT, 10_000, (await house.seller()).shop_id),
            side(AccountClass.CASH, -10_000),
        )
    good = (side(AccountClass.PLATFORM_EXPENSE, 3), side(AccountClass.CASH, -3))
    for wrong in ("", "Ada Lovelace, 1 Well Lane", "x" * 61):
        with pytest.raises(Invalid):
            await ledger.post_by_hand(
                house.system, reason=Correction.BANK, document=wrong, reference=uuid4(), entries=good
            )
    with pytest.raises(Invalid):
        await post(house.system, good[0])


async def test_whoever_may_take_back_may_not_post(house):
    person = await house.person()
    finance = Actor(person.actor.kind, person.actor.party, frozenset({"ledger.journal.reverse"}))

    with pytest.raises(Forbidden):
        await post(
            person.with_(actor=finance), side(AccountClass.PLATFORM_EXPENSE, 3), side(AccountClass.CASH, -3)
        )
