"""Refunds that a provider refused for good: they are listed until somebody says how the money went back."""

from __future__ import annotations

from uuid import uuid4

import asyncpg
import msgspec
import pytest

from hansa.centers.payment import api
from hansa.centers.payment._sandbox import SandboxProvider
from hansa.centers.payment._service.reading import READ
from hansa.centers.payment._service.returning import RETURN
from hansa.centers.payment._store import refunds as store
from hansa.centers.payment.errors import RefundNotFound, RefundNotRefused, RefundReturned, RefundTooLarge
from hansa.centers.payment.events import RefundSettled
from hansa.centers.payment.extensions import RefundAnswer
from hansa.centers.payment.types import REFUND_ID, SourcePart, TestCard
from hansa.kernel.context import Traffic
from hansa.kernel.problem import Forbidden, Invalid
from house import kinds, race

GOOD = TestCard("9000000000000019")


class Refusing(SandboxProvider):
    """Gives nothing back."""

    def __init__(self, db):
        super().__init__(db, b"a secret of the tests")

    async def refund(self, _ctx, _request):
        return RefundAnswer(provider_reference="no", succeeded=False)


@pytest.fixture
def cashier(till):
    """Somebody of the platform who gives money back by hand."""
    return till.buyer(uuid4(), grants=[READ, RETURN])


@pytest.fixture
async def refused(till):
    """A payment over two orders, and a refund of the first that its provider refused."""
    payment_id = await till.captured(600, 400)
    till.ctx = till.buyer(platform=till.process(Refusing(till.db)))
    refund = await till.refund(payment_id, 500)
    till.process()
    till.ctx = till.buyer()
    return refund


async def waiting(cashier):
    return [one.id for one in (await api.refused_refunds(cashier)).items]


async def test_what_was_refused_waits_until_it_is_given_back_another_way(till, cashier, refused):
    assert await waiting(cashier) == [refused.id]

    given = await api.return_by_hand(cashier, refund_id=refused.id, reference=" transfer 17 ")

    assert (given.by_hand_minor, given.by_hand_reference) == (500, "transfer 17")
    payment = await till.see(refused.payment_id)
    assert (payment.state, payment.refunded_minor) == ("part_refunded", 500)
    assert [share.refunded_minor for share in payment.shares] == [500, 0]
    (told,) = await till.told("payment.refund_settled")
    event = msgspec.json.decode(told, type=RefundSettled)
    assert (event.minor, event.by_hand) == (500, True)
    assert await waiting(cashier) == []
    assert await till.verify() == []


async def test_saying_so_again_changes_nothing_and_another_reference_is_refused(till, cashier, refused):
    outcomes = await race(
        *[api.return_by_hand(cashier, refund_id=refused.id, reference="transfer 17") for _ in range(4)]
    )
    with pytest.raises(RefundReturned):
        await api.return_by_hand(cashier, refund_id=refused.id, reference="transfer 18")

    assert kinds(outcomes) == {"Refund": 4}
    assert len(await till.told("payment.refund_settled")) == 1
    assert (await till.see(refused.payment_id)).refunded_minor == 500


async def test_what_a_later_refund_gave_back_is_not_given_twice(till, cashier, refused):
    await till.refund(refused.payment_id, 300)

    with pytest.raises(RefundTooLarge):
        await api.return_by_hand(cashier, refund_id=refused.id, reference="transfer 17")

    assert await waiting(cashier) == [refused.id]
    assert await till.verify() == []


async def test_only_what_was_refused_is_given_back_by_hand(till, cashier):
    payment_id = await till.captured(600)
    given = await till.refund(payment_id, 100)

    with pytest.raises(RefundNotRefused):
        await api.return_by_hand(cashier, refund_id=given.id, reference="transfer 17")
    with pytest.raises(RefundNotFound):
        await api.return_by_hand(cashier, refund_id=REFUND_ID.new(), reference="transfer 17")
    for nothing in ("", "   ", "x" * 201, "\0"):
        with pytest.raises(Invalid):
            await api.return_by_hand(cashier, refund_id=given.id, reference=nothing)


async def test_it_is_the_platforms_business_and_that_business_alone(till, refused):
    stranger = till.buyer(uuid4(), grants=[READ])
    with pytest.raises(Forbidden):
        await api.return_by_hand(stranger, refund_id=refused.id, reference="transfer 17")
    with pytest.raises(Forbidden):
        await api.refused_refunds(till.buyer(uuid4()))
    live = till.buyer(uuid4(), traffic=Traffic.LIVE, grants=[READ, RETURN])
    with pytest.raises(RefundNotFound):
        await api.return_by_hand(live, refund_id=refused.id, reference="transfer 17")
    assert await waiting(live) == []


async def test_of_several_sources_each_counts_what_it_would_not_give(till, cashier):
    payment_id = await till.created(1000)
    parts = [SourcePart(GOOD, 400), SourcePart(GOOD, None)]
    charged = await api.charge_sources(till.ctx, payment_id=payment_id, sources=parts)
    assert await till.capture(charged.facts) is None
    till.ctx = till.buyer(platform=till.process(Refusing(till.db)))
    refund = await till.refund(payment_id, 700)
    till.process()

    await api.return_by_hand(cashier, refund_id=refund.id, reference="transfer 17")

    rows = await till.rows("SELECT refunded_minor FROM payment.part ORDER BY number")
    assert [row["refunded_minor"] for row in rows] == [100, 600]
    assert await till.verify() == []


async def test_a_shop_waits_for_what_it_sold_to_be_given_back(till, cashier, refused):
    first, second = (await till.see(refused.payment_id)).shares
    async with till.db.transaction() as tx:
        before = await store.open_of_shops(tx, [first.shop_id, second.shop_id, uuid4()])
    await api.return_by_hand(cashier, refund_id=refused.id, reference="transfer 17")
    async with till.db.transaction() as tx:
        after = await store.open_of_shops(tx, [first.shop_id, second.shop_id])

    assert (before, after) == ({first.shop_id: 1}, {})


@pytest.mark.parametrize(
    "change",
    [
        "by_hand_minor = 1",
        "by_hand_minor = refused_minor",
        "by_hand_reference = 'x'",
        "by_hand_minor = refused_minor, by_hand_reference = 'x', by_hand_by = 'y'",
    ],
)
async def test_the_database_refuses_half_of_it(till, refused, change):
    async with till.db.transaction() as tx:
        with pytest.raises(asyncpg.CheckViolationError):
            await tx.raw.execute(f"UPDATE payment.refund SET {change} WHERE id = $1", refused.id)
