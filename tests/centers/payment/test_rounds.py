"""Rounds of asking and telling: what is wrong with one business, payment or provider holds up no other."""

import asyncio

import pytest

from hansa.centers.payment import api
from hansa.centers.payment._handlers import reconcile
from hansa.centers.payment._sandbox import SandboxProvider
from hansa.centers.payment.extensions import ProviderUnreachable
from hansa.centers.payment.types import Pending
from hansa.kernel.context import Actor, ActorKind, Traffic
from hansa.kernel.plan import BusinessEnded

SECRET = b"a secret of the tests"


@pytest.fixture
def elsewhere(till):
    """The same buyer in another business, whose name sorts first and whose clock nobody moves."""
    buyer = Actor(ActorKind.PERSON, till.ctx.actor.party, frozenset())
    return till.plans.context(till.platform, "a-neighbour", traffic=Traffic.SANDBOX, actor=buyer)


@pytest.fixture
def end(till):
    """Let a business end; nothing gets a context there any more."""

    def end(business):
        contexts = till.plans.context

        def context(platform, path, **how):
            if path == business:
                raise BusinessEnded(business=path)
            return contexts(platform, path, **how)

        till.plans.context = context

    return end


async def test_callbacks_go_out_although_another_business_has_ended(till, elsewhere, end):
    await till.charge(await till.created(ctx=elsewhere), "delayed", ctx=elsewhere)
    await till.charge(await till.created(), "delayed")
    end("a-neighbour")

    await till.pass_time(seconds=60)
    await till.callbacks()

    assert len(await till.told()) == 1


async def test_callbacks_go_out_although_one_is_not_taken(till):
    first, second = await till.created(), await till.created()
    for payment_id in (first, second):
        await till.charge(payment_id, "delayed")
    await till.pass_time(seconds=60)
    received = []

    async def receive(platform, provider, headers, body):
        received.append(body)
        if len(received) == 1:
            raise RuntimeError("broken")

    sandbox = till.platform.service(SandboxProvider)
    assert await sandbox.deliver_due(till.platform, receive) == 1
    assert await sandbox.deliver_due(till.platform, receive) == 1  # the one that was not taken comes again

    assert [received.count(body) for body in received] == [2, 1, 2]


@pytest.mark.parametrize("ends", [True, False])
async def test_payments_whose_clock_stands_still_do_not_keep_others_from_being_asked_about(
    till, elsewhere, end, monkeypatch, ends
):
    monkeypatch.setattr("hansa.centers.payment._service.reporting.RECONCILE_MAX", 1)
    await till.charge(await till.created(ctx=elsewhere), "no_answer", ctx=elsewhere)
    await till.charge(await till.created(), "no_answer")
    await till.pass_time(seconds=21)
    if ends:
        end("a-neighbour")

    settled = [await api.reconcile(till.platform) for _ in range(2)]

    assert sum(settled) == 1
    assert len(await till.told()) == 1


class Hung(SandboxProvider):
    """Does not come back when it is asked, and does not answer anything else."""

    def __init__(self, db):
        super().__init__(db, SECRET)
        self.asked = 0

    async def charge(self, ctx, request):
        await super().charge(ctx, request)
        raise ProviderUnreachable

    async def query(self, ctx, reference):
        self.asked += 1
        await asyncio.Event().wait()

    async def refund(self, ctx, request):
        self.asked += 1
        await asyncio.Event().wait()


async def test_a_provider_that_hangs_is_given_up_and_left_alone_for_the_round(till, monkeypatch):
    provider = Hung(till.db)
    hung = till.buyer(platform=till.process(provider))
    for _ in range(3):
        assert isinstance(await till.charge(await till.created(), ctx=hung), Pending)
    await till.pass_time(seconds=21)
    with monkeypatch.context() as impatient:
        impatient.setattr("hansa.centers.payment._rules.payments.PROVIDER_S_MAX", 0.5)
        async with asyncio.timeout(20):
            assert await api.reconcile(hung.platform) == 0
    assert provider.asked == 1

    assert await api.reconcile(till.process()) == 3


async def test_refunds_are_sent_although_the_oldest_cannot_be(till, elsewhere, end, monkeypatch):
    monkeypatch.setattr("hansa.centers.payment._service.refunding.STUCK_MAX", 1)
    provider = Hung(till.db)
    monkeypatch.setattr(provider, "refund", unreachable)
    payment_ids = [await till.captured(1000) for _ in range(3)]
    till.ctx = till.buyer(platform=till.process(provider))
    for payment_id in payment_ids:
        assert (await till.refund(payment_id, 400)).state == "requested"
    async with till.owner.transaction() as tx:
        await tx.raw.execute(
            "UPDATE payment.payment SET business = 'a-neighbour' WHERE id = $1", payment_ids[0]
        )
    end("a-neighbour")
    till.ctx = till.buyer(platform=till.process())
    await till.pass_time(seconds=21)

    await reconcile(till.ctx.platform, b"")

    states = await till.rows("SELECT state FROM payment.refund ORDER BY requested_at")
    assert [row["state"] for row in states] == ["requested", "succeeded", "succeeded"]


async def unreachable(_ctx, _request):
    raise ProviderUnreachable


async def test_a_provider_that_hangs_over_a_refund_is_given_up(till, monkeypatch):
    payment_ids = [await till.captured(1000) for _ in range(2)]
    provider = Hung(till.db)
    with monkeypatch.context() as away:
        away.setattr(provider, "refund", unreachable)
        till.ctx = till.buyer(platform=till.process(provider))
        for payment_id in payment_ids:
            await till.refund(payment_id, 400)
    await till.pass_time(seconds=21)
    monkeypatch.setattr("hansa.centers.payment._rules.payments.PROVIDER_S_MAX", 0.5)

    async with asyncio.timeout(20):
        await reconcile(till.ctx.platform, b"")

    assert provider.asked == 1
