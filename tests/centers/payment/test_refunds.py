import asyncio
from types import SimpleNamespace

import asyncpg
import pytest

from hansa.centers.payment import api
from hansa.centers.payment._handlers import reconcile, send_refund
from hansa.centers.payment._sandbox import SandboxProvider
from hansa.centers.payment.errors import PaymentNotFound, RefundConflict, RefundTooLarge
from hansa.centers.payment.extensions import ProviderUnreachable, RefundAnswer
from hansa.centers.payment.types import REFUND_ID, NewRefund, Refund
from hansa.kernel.context import Traffic


async def test_an_order_is_refunded_in_parts_and_in_whole(till):
    payment_id = await till.captured(600, 400)

    assert (await till.refund(payment_id, 100)).state == "succeeded"
    assert await till.state(payment_id) == "part_refunded"
    await till.refund(payment_id, 500)
    await till.refund(payment_id, 400, order=1)

    payment = await till.see(payment_id)
    assert (payment.state, payment.refunded_minor) == ("refunded", 1000)
    assert [share.refunded_minor for share in payment.shares] == [600, 400]
    assert await till.rows("SELECT refunded_minor FROM payment.sandbox_charge") == [{"refunded_minor": 1000}]
    assert len(await till.told("payment.refund_settled")) == 3
    assert await till.verify() == []


async def test_no_share_gives_back_more_than_it_took(till):
    payment_id = await till.captured(600, 400)
    await till.refund(payment_id, 400)

    with pytest.raises(RefundTooLarge) as refused:
        await till.refund(payment_id, 201)
    assert refused.value.extras["left_minor"] == 200
    with pytest.raises(RefundTooLarge):
        await till.refund(payment_id, 401, order=1)
    for nothing in (0, -5):
        with pytest.raises(RefundTooLarge):
            await till.refund(payment_id, nothing)
    assert (await till.see(payment_id)).refunded_minor == 400


async def test_refunds_raced_never_exceed_what_was_captured(till):
    payment_id = await till.captured(1000)
    outcomes = await asyncio.gather(*(till.refund(payment_id, 300) for _ in range(6)), return_exceptions=True)

    assert [type(outcome) for outcome in outcomes].count(Refund) == 3
    assert (await till.see(payment_id)).refunded_minor == 900
    assert await till.verify() == []


async def test_one_refund_asked_for_many_times_is_one(till):
    payment_id = await till.captured(1000)
    id_ = REFUND_ID.new()
    refunds = await asyncio.gather(*(till.refund(payment_id, 300, id_=id_) for _ in range(5)))
    again = await till.refund(payment_id, 300, id_=id_)

    assert {refund.requested_at for refund in refunds} == {again.requested_at}
    assert (await till.see(payment_id)).refunded_minor == 300
    assert await till.rows("SELECT refunded_minor FROM payment.sandbox_charge") == [{"refunded_minor": 300}]
    with pytest.raises(RefundConflict):
        await till.refund(payment_id, 301, id_=id_)


async def test_a_batch_of_refunds_is_decided_in_order(till):
    payment_id = await till.captured(1000)
    order_id = (await till.see(payment_id)).shares[0].order_id
    asked = [
        NewRefund(
            ctx=till.ctx,
            id=REFUND_ID.new(),
            payment_id=payment_id,
            minor=minor,
            reason="returned",
            order_id=order_id,
        )
        for minor in (700, 400, 300)
    ]
    async with till.db.transaction() as tx:
        verdicts = await api.request_refunds(tx, refunds=[*asked, asked[0]])

    assert [type(verdict) for verdict in verdicts] == [Refund, RefundTooLarge, Refund, Refund]
    assert len(await till.told("payment.refund_requested")) == 2
    assert await till.verify() == []


async def test_what_was_requested_is_sent_after_the_commit(till):
    payment_id = await till.captured(1000)
    order_id = (await till.see(payment_id)).shares[0].order_id
    refund_id = REFUND_ID.new()
    async with till.db.transaction() as tx:
        await api.request_refunds(
            tx,
            refunds=[
                NewRefund(
                    ctx=till.ctx,
                    id=refund_id,
                    payment_id=payment_id,
                    minor=1000,
                    reason="returned",
                    order_id=order_id,
                )
            ],
        )
    envelope = SimpleNamespace(
        business="bazaar",
        traffic=Traffic.SANDBOX,
        event=SimpleNamespace(payment_id=payment_id, refund_id=refund_id),
    )
    for _ in range(2):  # delivered at least once
        await send_refund(till.platform, envelope)

    assert len(await till.told("payment.refund_settled")) == 1


class Moody(SandboxProvider):
    """Answers refunds as it is told to."""

    def __init__(self, db, answer):
        super().__init__(db, b"a secret of the tests")
        self.answer = answer

    async def refund(self, ctx, request):
        if self.answer is None:
            await super().refund(ctx, request)
            raise ProviderUnreachable
        return self.answer


async def test_a_refund_without_an_answer_is_sent_again_and_given_once(till):
    payment_id = await till.captured(1000)
    till.ctx = till.buyer(platform=till.process(Moody(till.db, None)))
    refund = await till.refund(payment_id, 400)
    assert refund.state == "requested"

    till.ctx = till.buyer(platform=till.process())
    await till.pass_time(seconds=21)
    await reconcile(till.ctx.platform, b"")

    assert await till.rows("SELECT state FROM payment.refund") == [{"state": "succeeded"}]
    assert await till.rows("SELECT refunded_minor FROM payment.sandbox_charge") == [{"refunded_minor": 400}]
    assert await till.verify() == []


async def test_a_refund_the_provider_refuses_counts_no_more(till):
    payment_id = await till.captured(600, 400)
    await till.refund(payment_id, 100)
    refusing = Moody(till.db, RefundAnswer(provider_reference="no", succeeded=False))
    till.ctx = till.buyer(platform=till.process(refusing))

    refund = await till.refund(payment_id, 500)

    payment = await till.see(payment_id)
    assert refund.state == "refused"
    assert (payment.state, payment.refunded_minor) == ("part_refunded", 100)
    assert [share.refunded_minor for share in payment.shares] == [100, 0]
    assert len(await till.told("payment.refund_refused")) == 1
    assert await till.verify() == []


async def test_what_was_never_captured_cannot_be_refunded(till):
    payment_id = await till.created(1000)
    with pytest.raises(RefundTooLarge):
        await till.refund(payment_id, 1)
    live = till.buyer(traffic=Traffic.LIVE)
    with pytest.raises(PaymentNotFound):
        await till.refund(payment_id, 1, ctx=live)


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE payment.payment SET refunded_minor = captured_minor + 1",
        "UPDATE payment.payment SET share_minors = ARRAY[999]",
        "UPDATE payment.payment SET share_refunded = ARRAY[1001], refunded_minor = 1000",
        "UPDATE payment.payment SET previous_state = state, state = 'created'",
        "UPDATE payment.payment SET previous_state = NULL",
        "UPDATE payment.payment SET state = 'nonsense'",
        "UPDATE payment.attempt SET refunded_minor = 1001",
        "UPDATE payment.attempt SET previous_state = state, state = 'declined'",
        "INSERT INTO payment.attempt SELECT (a).* FROM (SELECT a FROM payment.attempt a) AS again",
    ],
)
async def test_the_database_refuses_what_must_not_be(till, sql):
    await till.captured(1000)
    with pytest.raises(asyncpg.IntegrityConstraintViolationError):
        async with till.db.transaction() as tx:
            await tx.raw.execute(sql)


@pytest.mark.parametrize("sql", ["UPDATE payment.callback SET minor = 1", "DELETE FROM payment.callback"])
async def test_callbacks_are_append_only(till, sql):
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with till.db.transaction() as tx:
            await tx.raw.execute(sql)
