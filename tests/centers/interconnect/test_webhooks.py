"""Events leave the house: signed, at least once, again and again until they are taken."""

import asyncio
import time
from datetime import timedelta

import pytest

from hansa.centers.interconnect import api
from hansa.centers.interconnect._rules import patience
from hansa.centers.interconnect._service import sending
from hansa.centers.interconnect.errors import DeliveryNotFound, EndpointStopped
from hansa.centers.interconnect.types import DELIVERY_ID, DeliveryState, EndpointState, Outcome
from hansa.centers.message import api as message
from hansa.centers.shop.types import SHOP_ID
from hansa.centers.trade import api as trade
from hansa.centers.trade.types import ORDER_ID
from hansa.kernel.problem import Invalid


async def test_a_paid_order_reaches_the_shops_system_signed(outside, receivers):
    receiver, seller = await receivers(), await outside.seller()
    made = await outside.listen(seller, receiver, "order.moved")
    buyer = await outside.house.buyer()

    order = await outside.house.paid_order(buyer, await outside.goods(seller, stock=1))
    await outside.send()

    (one,) = receiver.taken
    assert one.target == "/hooks?from=hansa"
    assert one.is_signed_with(made.secret)
    assert not one.is_signed_with("whsec_" + "A" * 43 + "=")
    assert abs(int(one.headers["webhook-timestamp"]) - time.time()) < 60
    assert one.headers["content-type"] == "application/json"
    assert (one.event["type"], one.event["version"], one.event["id"]) == ("order.moved", 1, one.id)
    assert one.event["shop_id"] == SHOP_ID.show(seller.shop_id)
    assert (one.event["business"], one.event["traffic"]) == ("bazaar", "sandbox")
    assert one.event["data"] | {"checkout_id": ""} == {
        "order_id": ORDER_ID.show(order),
        "checkout_id": "",
        "previous": "awaiting_payment",
        "state": "awaiting_shipment",
        "order_version": 2,
        "payable_minor": 1000,
        "currency": "CNY",
        "reason": None,
    }
    assert str(buyer.party()) not in one.body.decode()
    log = await outside.only(seller, made)
    assert (log.delivery.state, log.delivery.attempts) == (DeliveryState.DELIVERED, 1)
    assert (log.attempts[0].status, log.attempts[0].response) == (200, "thanks")

    await outside.send()
    assert len(receiver.taken) == 1


async def test_what_is_not_taken_is_sent_again_ever_more_rarely(outside, receivers):
    receiver, seller = await receivers(status=500, answer=b"no\0" + b"x" * 9000), await outside.seller()
    made = await outside.listen(seller, receiver)
    await outside.happen(seller)

    await outside.send()
    assert len(receiver.taken) == 1
    await outside.wait(seconds=4)
    assert len(receiver.taken) == 1
    await outside.wait(seconds=2)
    assert len(receiver.taken) == 2
    await outside.wait(seconds=10)
    assert len(receiver.taken) == 2
    await outside.wait(seconds=11)
    assert len(receiver.taken) == 3
    receiver.status = 204
    receiver.answer = b""
    await outside.wait(seconds=81)

    assert len(receiver.taken) == 4
    assert len({one.id for one in receiver.taken}) == len({one.body for one in receiver.taken}) == 1
    assert all(one.is_signed_with(made.secret) for one in receiver.taken)
    log = await outside.only(seller, made)
    assert log.delivery.state is DeliveryState.DELIVERED
    assert [one.status for one in log.attempts] == [500, 500, 500, 204]
    assert log.attempts[0].response == "no" + "x" * 998
    await outside.wait(days=1)
    assert len(receiver.taken) == 4


async def test_a_receiver_says_itself_when_to_come_again(outside, receivers):
    receiver, seller = await receivers(status=429, headers={"Retry-After": "600"}), await outside.seller()
    await outside.listen(seller, receiver)
    await outside.happen(seller)

    await outside.send()
    await outside.wait(seconds=590)
    assert len(receiver.taken) == 1
    await outside.wait(seconds=11)
    assert len(receiver.taken) == 2


async def test_an_endpoint_that_fails_for_days_is_stopped_and_its_owner_told(outside, receivers):
    receiver, seller = await receivers(status=503), await outside.seller()
    made = await outside.listen(seller, receiver)
    began = seller.ctx.now()
    good = await outside.happen(seller)
    await outside.send()
    for _ in range(11):
        await outside.wait(hours=12)
        if (await api.endpoint(seller.ctx, endpoint_id=made.endpoint.id)).state is EndpointState.DISABLED:
            break
        await outside.happen(seller, good=good)
        await outside.send()

    stopped = await api.endpoint(seller.ctx, endpoint_id=made.endpoint.id)
    assert (stopped.state, stopped.reason) == (EndpointState.DISABLED, "failing")
    assert timedelta(days=4) < seller.ctx.now() - began < timedelta(days=6)
    await outside.send()
    told = [one for one in (await message.inbox(seller.ctx)).items if "Webhooks" in one.subject]
    assert len(told) == 1
    assert str(receiver.port) in told[0].subject
    assert "from=hansa" not in told[0].subject
    assert set(await outside.states(seller, made)) == {"failed"}

    sent = len(receiver.taken)
    await outside.happen(seller, 3, good=good)
    await outside.wait(days=1)
    assert len(receiver.taken) == sent
    assert (await outside.states(seller, made)).count("skipped") == 3
    with pytest.raises(EndpointStopped):
        await api.ping(seller.ctx, endpoint_id=made.endpoint.id)

    receiver.status = 200
    on = await api.change_endpoint(seller.ctx, endpoint_id=made.endpoint.id, state=EndpointState.ACTIVE)
    assert (on.state, on.reason, on.failing_since) == (EndpointState.ACTIVE, "", None)
    missed = set(await outside.states(seller, made))
    again = await api.replay_range(
        seller.ctx, endpoint_id=made.endpoint.id, since=began, until=seller.ctx.now()
    )
    await outside.send()
    assert missed == {"failed", "skipped"}
    assert set(await outside.states(seller, made)) == {"delivered"}
    assert len(receiver.taken) == sent + again


async def test_an_attempt_is_the_last_one_after_four_days(outside, receivers):
    receiver, seller = await receivers(status=500), await outside.seller()
    made = await outside.listen(seller, receiver)
    await outside.happen(seller)
    await outside.send()
    began = seller.ctx.now()
    while (pause := patience.pause(len(receiver.taken), jitter=0.5)) is not None:
        await outside.wait(seconds=pause.total_seconds() + 1)

    log = await outside.only(seller, made)
    assert log.delivery.state is DeliveryState.FAILED
    assert log.delivery.attempts == len(receiver.taken) == 16
    assert timedelta(days=4) < seller.ctx.now() - began < timedelta(days=5)
    await outside.wait(hours=13)
    assert len(receiver.taken) == 16
    assert (await api.endpoint(seller.ctx, endpoint_id=made.endpoint.id)).state is EndpointState.ACTIVE


async def test_gone_means_gone(outside, receivers):
    receiver, seller = await receivers(status=410), await outside.seller()
    made = await outside.listen(seller, receiver)
    await outside.happen(seller, 3)
    await outside.send()

    stopped = await api.endpoint(seller.ctx, endpoint_id=made.endpoint.id)
    assert (stopped.state, stopped.reason) == (EndpointState.DISABLED, "gone")
    sent = len(receiver.taken)
    await outside.wait(days=1)
    assert len(receiver.taken) == sent <= 2
    assert set(await outside.states(seller, made)) == {"failed"}


async def test_no_redirect_is_followed(outside, receivers):
    elsewhere, seller = await receivers(), await outside.seller()
    receiver = await receivers(status=307, headers={"Location": elsewhere.url})
    made = await outside.listen(seller, receiver)
    await outside.happen(seller)
    await outside.send()

    assert len(receiver.taken) == 1
    assert elsewhere.taken == []
    assert (await outside.only(seller, made)).attempts[0].outcome is Outcome.REFUSED


async def test_a_slow_endpoint_delays_nobody_else(outside, receivers):
    slow, fast, seller = await receivers(), await receivers(), await outside.seller()
    slow.open.clear()
    await outside.listen(seller, slow)
    made = await outside.listen(seller, fast)
    await outside.happen(seller, 20)
    await outside.house.deliver()

    sending_all = asyncio.create_task(outside.dispatcher.run())
    while (await outside.states(seller, made)).count("delivered") < 20:
        await asyncio.sleep(0.01)

    assert len(fast.taken) == 20
    assert len(slow.taken) == 2  # no more than two at a time to one endpoint
    slow.open.set()
    while len(slow.taken) < 20:
        await asyncio.sleep(0.01)
    sending_all.cancel()
    await asyncio.gather(sending_all, return_exceptions=True)
    assert len(set(slow.ids)) == 20


async def test_endpoints_that_fail_never_take_all_the_room(outside, receivers):
    """Eight requests leave at once: ten endpoints that hang, once known to fail, get four of them."""
    seller, fast = await outside.seller(), await receivers()
    hanging = [await receivers(status=500) for _ in range(10)]
    for one in hanging:
        await outside.listen(seller, one)
    good = await outside.happen(seller)
    await outside.send()
    made = await outside.listen(seller, fast)
    for one in hanging:
        one.open.clear()
        one.taken.clear()
    await outside.happen(seller, 3, good=good)
    await outside.house.deliver()

    sending_all = asyncio.create_task(outside.dispatcher.run())
    while (await outside.states(seller, made)).count("delivered") < 3:
        await asyncio.sleep(0.01)
    assert sum(len(one.taken) for one in hanging) <= 4
    for one in hanging:
        one.open.set()
    sending_all.cancel()
    await asyncio.gather(sending_all, return_exceptions=True)


async def test_a_receiver_that_never_answers_is_given_up_and_tried_again(outside, receivers):
    receiver, seller = await receivers(), await outside.seller()
    made = await outside.listen(seller, receiver)
    receiver.open.clear()
    outside.platform.service(sending.Outbound)._timeout_s = 0.2
    await outside.happen(seller)
    await outside.send()

    log = await outside.only(seller, made)
    assert log.delivery.state is DeliveryState.WAITING
    assert log.attempts[0].outcome is Outcome.TIMED_OUT
    assert log.attempts[0].status is None


async def test_nobody_there_is_tried_again(outside, receivers):
    receiver, seller = await receivers(), await outside.seller()
    receiver.port = 1  # nobody listens there
    receiver_url = f"http://127.0.0.1:{receiver.port}/"
    made = await api.add_endpoint(
        seller.ctx, url=receiver_url, types=["stock.changed"], shop_id=seller.shop_id
    )
    await outside.happen(seller)
    await outside.send()

    log = await outside.only(seller, made)
    assert (log.delivery.state, log.attempts[0].outcome) == (
        DeliveryState.WAITING,
        Outcome.UNREACHABLE,
    )


async def test_a_worker_that_dies_after_sending_leaves_the_same_event_again(outside, receivers, monkeypatch):
    receiver, seller = await receivers(), await outside.seller()
    made = await outside.listen(seller, receiver)
    await outside.happen(seller)
    await outside.house.deliver()
    reached = asyncio.Event()

    async def die(*_, **__):
        reached.set()
        await asyncio.Event().wait()  # what comes after the answer never happens

    with monkeypatch.context() as before_the_record:
        before_the_record.setattr(sending, "settle", die)
        worker = asyncio.create_task(outside.dispatcher.run())
        await reached.wait()
        worker.cancel()
        await asyncio.gather(worker, return_exceptions=True)

    await outside.send()
    assert len(receiver.taken) == 1  # leased: another worker may still be at it
    assert (await outside.only(seller, made)).attempts == ()
    await outside.rows(
        "UPDATE interconnect.delivery SET leased_until = now() - interval '1 second' WHERE endpoint_id = $1",
        made.endpoint.id,
    )
    await outside.send()

    first, second = receiver.taken
    assert (first.id, first.body) == (second.id, second.body)
    log = await outside.only(seller, made)
    assert (log.delivery.state, len(log.attempts)) == (DeliveryState.DELIVERED, 1)


async def test_what_waited_for_others_of_its_endpoint_leaves_in_the_same_run(outside, receivers, monkeypatch):
    """Two of hers are answered while the dispatcher, called by his, is being told that her third must wait."""
    ada, bob, at_ada, at_bob = (
        await outside.seller(),
        await outside.seller(),
        await receivers(),
        await receivers(),
    )
    at_ada.open.clear()
    for seller, receiver, count in ((ada, at_ada, 3), (bob, at_bob, 1)):
        await outside.listen(seller, receiver)
        await outside.happen(seller, count)
    await outside.house.deliver()
    claim = sending.store.claim

    async def claim_slowly(tx, **how):
        found = await claim(tx, **how)
        if how["under_way"]:
            at_ada.open.set()
        while how["under_way"]:
            await asyncio.sleep(0)
        return found

    monkeypatch.setattr(sending.store, "claim", claim_slowly)
    await outside.dispatcher.run_all()

    assert (len(at_ada.taken), len(at_bob.taken)) == (3, 1)


async def test_two_workers_share_the_work(outside, receivers):
    receiver, seller = await receivers(), await outside.seller()
    await outside.listen(seller, receiver)
    await outside.happen(seller, 12)
    await outside.house.deliver()
    other = sending.Dispatcher(outside.platform, outside.dispatcher._settings)

    await asyncio.gather(outside.dispatcher.run_all(), other.run_all())

    assert len(receiver.taken) == len(set(receiver.ids)) == 12


async def test_for_a_while_both_secrets_sign(outside, receivers):
    receiver, seller = await receivers(), await outside.seller()
    made = await outside.listen(seller, receiver)
    good = await outside.happen(seller)
    await outside.send()

    rotated = await api.rotate_secret(seller.ctx, endpoint_id=made.endpoint.id, overlap=timedelta(hours=1))
    await outside.happen(seller, good=good)
    await outside.send()
    await outside.wait(hours=1, minutes=1)
    await outside.happen(seller, good=good)
    await outside.send()

    signed = [(one.is_signed_with(made.secret), one.is_signed_with(rotated.secret)) for one in receiver.taken]
    assert signed == [(True, False), (True, True), (False, True)]
    assert made.secret != rotated.secret
    stored = await outside.rows(
        "SELECT secret, old_secret FROM interconnect.endpoint WHERE endpoint_id = $1", made.endpoint.id
    )
    kept = "".join(stored[0].values())
    assert made.secret not in kept
    assert rotated.secret not in kept
    with pytest.raises(Invalid):
        await api.rotate_secret(seller.ctx, endpoint_id=made.endpoint.id, overlap=timedelta(days=8))


async def test_one_delivery_is_replayed_under_the_same_id(outside, receivers):
    receiver, seller = await receivers(), await outside.seller()
    made = await outside.listen(seller, receiver)
    await outside.happen(seller)
    await outside.send()
    one = (await outside.only(seller, made)).delivery

    await api.replay(seller.ctx, endpoint_id=made.endpoint.id, delivery_id=one.id)
    await outside.send()

    assert len(receiver.taken) == 2
    assert len(set(receiver.ids)) == 1
    assert len((await outside.only(seller, made)).attempts) == 2
    with pytest.raises(DeliveryNotFound):
        await api.replay(seller.ctx, endpoint_id=made.endpoint.id, delivery_id=DELIVERY_ID.new())


async def test_a_replay_that_overtakes_an_attempt_is_not_lost(outside, receivers):
    receiver, seller = await receivers(), await outside.seller()
    made = await outside.listen(seller, receiver)
    receiver.open.clear()
    await outside.happen(seller)
    await outside.house.deliver()
    worker = asyncio.create_task(outside.dispatcher.run())
    await receiver.arrived.wait()

    one = (await api.deliveries(seller.ctx, endpoint_id=made.endpoint.id)).items[0]
    await api.replay(seller.ctx, endpoint_id=made.endpoint.id, delivery_id=one.id)
    receiver.open.set()
    while len((await outside.only(seller, made)).attempts) < 2:
        await asyncio.sleep(0.01)
    worker.cancel()
    await asyncio.gather(worker, return_exceptions=True)

    assert len(receiver.taken) == 2
    assert await outside.states(seller, made) == ["delivered"]


async def test_only_a_span_of_what_is_settled_is_replayed(outside, receivers):
    receiver, seller = await receivers(), await outside.seller()
    made = await outside.listen(seller, receiver)
    good = await outside.happen(seller, 2)
    await outside.send()
    await outside.wait(hours=1)
    middle = seller.ctx.now()
    await outside.wait(hours=1)
    await outside.happen(seller, 3, good=good)
    await outside.send()

    endpoint = made.endpoint.id
    none = await api.replay_range(seller.ctx, endpoint_id=endpoint, since=middle, until=seller.ctx.now())
    late = await api.replay_range(
        seller.ctx,
        endpoint_id=endpoint,
        since=middle,
        until=seller.ctx.now(),
        states=[DeliveryState.DELIVERED],
    )
    await outside.send()

    assert (none, late) == (0, 3)
    assert receiver.ids[5:] == receiver.ids[2:5] or set(receiver.ids[5:]) == set(receiver.ids[2:5])
    with pytest.raises(Invalid) as refused:
        await api.replay_range(
            seller.ctx, endpoint_id=endpoint, since=middle, until=middle, states=[DeliveryState.DUE]
        )
    assert {error.field for error in refused.value.errors} == {"until", "states.0"}


async def test_a_ping_tells_whether_it_works(outside, receivers):
    receiver, seller = await receivers(), await outside.seller()
    made = await outside.listen(seller, receiver, "order.moved")

    pinged = await api.ping(seller.ctx, endpoint_id=made.endpoint.id)
    await outside.send()

    (one,) = receiver.taken
    assert (one.event["type"], one.event["data"]) == ("ping", {})
    assert one.is_signed_with(made.secret)
    log = await api.delivery(seller.ctx, endpoint_id=made.endpoint.id, delivery_id=pinged)
    assert log.delivery.state is DeliveryState.DELIVERED
    assert (await api.shop_events(seller.ctx, shop_id=seller.shop_id)).items == []


async def test_a_removed_endpoint_is_told_nothing_more(outside, receivers):
    receiver, seller = await receivers(), await outside.seller()
    made = await outside.listen(seller, receiver)
    good = await outside.happen(seller)
    await outside.house.deliver()

    await api.remove_endpoint(seller.ctx, endpoint_id=made.endpoint.id)
    await outside.happen(seller, good=good)
    await outside.send()

    assert receiver.taken == []
    assert (await api.list_endpoints(seller.ctx, shop_id=seller.shop_id)).items == []


async def test_an_order_is_followed_to_its_end(outside, receivers):
    receiver, seller = await receivers(), await outside.seller()
    await outside.listen(seller, receiver, "order.moved")
    buyer = await outside.house.buyer()
    order = await outside.house.paid_order(buyer, await outside.goods(seller, stock=1))
    await trade.ship(seller.ctx, order_id=order, key=None)
    await trade.receive(buyer, order_id=order, key=None)
    await outside.send()

    versions = {one.event["data"]["order_version"]: one.event["data"]["state"] for one in receiver.taken}
    assert [versions[at] for at in sorted(versions)] == ["awaiting_shipment", "shipped", "finished"]
