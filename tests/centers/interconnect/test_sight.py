"""Who is told what: shops apart from each other, staff within what they may see, and nothing personal at all."""

import msgspec
import pytest

from hansa.centers.interconnect import api
from hansa.centers.interconnect._rules.catalogue import CATALOGUE, KINDS
from hansa.centers.interconnect._rules.scopes import KEPT, SCOPES
from hansa.centers.interconnect.errors import EndpointNotFound, TooManyEndpoints
from hansa.centers.interconnect.types import DELIVERY_ID, ENDPOINT_ID, EndpointState
from hansa.centers.inventory import api as inventory
from hansa.centers.inventory.types import Counted, StockLimits
from hansa.centers.payment.types import PAYMENT_ID
from hansa.centers.shop.api import grantable_permissions
from hansa.centers.shop.errors import ShopNotFound
from hansa.centers.shop.types import SHOP_ID
from hansa.centers.trade import api as trade
from hansa.centers.trade.types import ORDER_ID, LinePart, Parcel
from hansa.kernel.context import Traffic
from hansa.kernel.page import CursorMalformed
from hansa.kernel.problem import Forbidden, Invalid, Unauthenticated
from house import House


async def test_no_shop_is_told_of_another(outside, receivers):
    mine, other = await receivers(), await receivers()
    ada, bob = await outside.seller(), await outside.seller()
    made = await outside.listen(ada, mine, "stock.changed", "product.changed", "offer.changed")
    await outside.listen(bob, other, "stock.changed", "product.changed", "offer.changed")
    await outside.happen(ada)
    await outside.happen(bob)
    await outside.send()

    assert {one.event["shop_id"] for one in mine.taken} == {SHOP_ID.show(ada.shop_id)}
    assert {one.event["shop_id"] for one in other.taken} == {SHOP_ID.show(bob.shop_id)}
    assert sorted(mine.types) == sorted(other.types)
    assert set(mine.types) == {"stock.changed", "product.changed", "offer.changed"}

    endpoint = made.endpoint.id
    delivery = (await api.deliveries(ada.ctx, endpoint_id=endpoint)).items[0].id
    for attempt in (
        api.endpoint(bob.ctx, endpoint_id=endpoint),
        api.change_endpoint(bob.ctx, endpoint_id=endpoint, url=other.url),
        api.remove_endpoint(bob.ctx, endpoint_id=endpoint),
        api.ping(bob.ctx, endpoint_id=endpoint),
        api.deliveries(bob.ctx, endpoint_id=endpoint),
        api.delivery(bob.ctx, endpoint_id=endpoint, delivery_id=delivery),
        api.replay(bob.ctx, endpoint_id=endpoint, delivery_id=delivery),
        api.endpoint(bob.ctx, endpoint_id=ENDPOINT_ID.new()),
    ):
        with pytest.raises(EndpointNotFound):
            await attempt
    for attempt in (
        api.list_endpoints(bob.ctx, shop_id=ada.shop_id),
        api.shop_events(bob.ctx, shop_id=ada.shop_id),
        api.add_endpoint(bob.ctx, shop_id=ada.shop_id, url=other.url, types=["stock.changed"]),
    ):
        with pytest.raises(Forbidden):
            await attempt
    nobody = outside.platform.context("bazaar")
    for attempt in (
        api.endpoint(nobody, endpoint_id=endpoint),
        api.shop_events(nobody, shop_id=ada.shop_id),
        api.delivery(nobody, endpoint_id=endpoint, delivery_id=DELIVERY_ID.new()),
    ):
        with pytest.raises(Unauthenticated):
            await attempt


async def test_staff_hears_no_more_than_it_may_see(outside, receivers):
    receiver, seller = await receivers(), await outside.seller()
    clerk = outside.staff(
        seller, "interconnect.endpoint.change", "interconnect.endpoint.see", "inventory.stock.see"
    )
    with pytest.raises(Forbidden):
        await outside.listen(seller, receiver, "order.moved", ctx=clerk)
    made = await outside.listen(seller, receiver, "stock.changed", ctx=clerk)
    with pytest.raises(Forbidden):
        await api.change_endpoint(clerk, endpoint_id=made.endpoint.id, types=["stock.changed", "order.moved"])
    theirs = await outside.listen(seller, receiver, "order.moved")
    with pytest.raises(Forbidden):  # what others hear is not led away to a place of one's own
        await api.change_endpoint(clerk, endpoint_id=theirs.endpoint.id, url=receiver.url + "&more")
    off = await api.change_endpoint(clerk, endpoint_id=theirs.endpoint.id, state=EndpointState.DISABLED)
    assert (off.state, off.reason) == (EndpointState.DISABLED, "switched off")
    with pytest.raises(Forbidden):
        await api.shop_events(clerk, shop_id=seller.shop_id, types=["order.moved"])


async def test_what_is_live_and_the_sandbox_are_not_told_of_each_other(outside, receivers):
    receiver, told, trying = await receivers(), await receivers(), await outside.seller()
    await outside.listen(trying, told)
    seller = await outside.seller(House(outside.platform, traffic=Traffic.LIVE))
    with pytest.raises(Invalid) as refused:
        await api.add_endpoint(
            seller.ctx, shop_id=seller.shop_id, url="http://example.com/", types=["stock.changed"]
        )
    assert [error.code for error in refused.value.errors] == ["insecure"]
    with pytest.raises(ShopNotFound):
        await outside.listen(trying, receiver, ctx=outside.live(trying.ctx))
    made = await outside.listen(seller, receiver)
    await outside.happen(trying)
    await outside.send()

    assert made.endpoint.traffic is Traffic.LIVE
    assert (receiver.taken, told.types) == ([], ["stock.changed"])
    with pytest.raises(EndpointNotFound):
        await api.endpoint(trying.ctx, endpoint_id=made.endpoint.id)
    with pytest.raises(ShopNotFound):
        await api.shop_events(outside.live(trying.ctx), shop_id=trying.shop_id)


async def test_an_erp_that_was_away_catches_up_without_a_gap(outside, receivers):
    receiver, seller = await receivers(), await outside.seller()
    started = await api.shop_events(seller.ctx, shop_id=seller.shop_id)
    assert (started.items, started.more) == ([], False)
    await outside.listen(seller, receiver)
    await outside.happen(seller, 7)
    await outside.send()

    seen, cursor = [], started.cursor
    while True:
        page = await api.shop_events(
            seller.ctx, shop_id=seller.shop_id, types=["stock.changed"], cursor=cursor, limit=3
        )
        seen += [msgspec.json.decode(one.payload)["id"] for one in page.items]
        cursor = page.cursor
        if not page.more:
            break
    assert len(seen) == 7
    assert set(seen) == set(receiver.ids)
    nothing = await api.shop_events(
        seller.ctx, shop_id=seller.shop_id, types=["stock.changed"], cursor=cursor
    )
    assert (nothing.items, nothing.cursor) == ([], cursor)
    await outside.happen(seller)
    await outside.send()
    later = await api.shop_events(seller.ctx, shop_id=seller.shop_id, types=["stock.changed"], cursor=cursor)
    assert len(later.items) == 1
    for wrong in ("x", "WyJhIl0", ""):
        if wrong:
            with pytest.raises(CursorMalformed):
                await api.shop_events(seller.ctx, shop_id=seller.shop_id, cursor=wrong)
    with pytest.raises(Invalid):
        await api.shop_events(seller.ctx, shop_id=seller.shop_id, types=["order.eaten"])


async def test_of_a_shop_that_nobody_listens_to_nothing_is_written(outside):
    seller = await outside.seller()
    await outside.happen(seller, 3)
    await outside.send()

    assert (await api.shop_events(seller.ctx, shop_id=seller.shop_id)).items == []


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("", "malformed"),
        ("ftp://example.com/", "malformed"),
        ("https://", "malformed"),
        ("https://ada:secret@example.com/", "malformed"),
        ("https://example.com/#part", "malformed"),
        ("https://exa mple.com/", "malformed"),
        ("https://example.com/\0", "malformed"),
        ("https://example.com/\ud800", "malformed"),
        ("https://example.com:25/", "port"),
        ("https://10.0.0.1/", "private"),
        ("https://[::ffff:10.0.0.1]/", "private"),
        ("https://169.254.169.254/latest/meta-data/", "private"),
        ("https://example.com/" + "x" * 3000, "too_long"),
    ],
)
async def test_wrong_urls_are_refused_at_once(outside, url, code):
    seller = await outside.seller()
    with pytest.raises(Invalid) as refused:
        await api.add_endpoint(
            seller.ctx, shop_id=seller.shop_id, url=url, types=["stock.changed", "no.such"]
        )
    assert {(error.field, error.code) for error in refused.value.errors} == {
        ("url", code),
        ("types.1", "unknown"),
    }


async def test_a_shop_has_twenty_endpoints_at_most(outside, receivers):
    receiver, seller = await receivers(), await outside.seller()
    for _ in range(20):
        await outside.listen(seller, receiver)
    with pytest.raises(TooManyEndpoints):
        await outside.listen(seller, receiver)
    with pytest.raises(Invalid):
        await api.add_endpoint(seller.ctx, url=receiver.url, types=["stock.changed"])


async def test_orders_are_told_to_each_shop_from_their_placement_on(outside, receivers):
    """One checkout at two shops: each hears of its own order alone, and of every line that moves."""
    house, buyer = outside.house, await outside.house.buyer()
    ada, bob, at_ada, at_bob = (
        await outside.seller(),
        await outside.seller(),
        await receivers(),
        await receivers(),
    )
    for seller, receiver in ((ada, at_ada), (bob, at_bob)):
        await outside.listen(seller, receiver, "order.placed", "order.moved", "order.lines_moved")
    pear, plum = await house.good(ada), await house.good(bob)

    placed = await house.place(buyer, pear, plum)
    await outside.send()
    await house.pay(buyer, placed)
    mine = next(one for one in placed.orders if one.shop_id == ada.shop_id)
    await trade.ship(ada.ctx, order_id=mine.id, parcel=Parcel("Post", "P1"))
    await outside.send()
    await house.deliver()

    told = [one.event["data"] for one in at_ada.taken if one.event["type"] == "order.placed"]
    assert [one["order_id"] for one in told] == [ORDER_ID.show(mine.id)]
    assert {one.event["data"]["order_id"] for one in at_ada.taken} == {ORDER_ID.show(mine.id)}
    assert ORDER_ID.show(mine.id) not in {one.event["data"]["order_id"] for one in at_bob.taken}
    assert [one.event["type"] for one in at_bob.taken] == ["order.placed", "order.moved"]
    assert len({*at_ada.ids, *at_bob.ids}) == len([*at_ada.ids, *at_bob.ids])
    (moved,) = [one.event["data"] for one in at_ada.taken if one.event["type"] == "order.lines_moved"]
    assert [(line["line_no"], line["state"], line["quantity"]) for line in moved["lines"]] == [
        (1, "shipped", 1)
    ]
    assert (moved["carrier"], moved["tracking"]) == ("Post", "P1")


MONEY = ("payment.captured", "refund.requested", "refund.settled")


async def test_each_shop_hears_of_the_money_of_its_own_orders(outside, receivers):
    """One payment at two shops, of which one gives back a part: each hears what was paid and returned to it."""
    house, buyer = outside.house, await outside.house.buyer()
    ada, bob, at_ada, at_bob = (
        await outside.seller(),
        await outside.seller(),
        await receivers(),
        await receivers(),
    )
    for seller, receiver in ((ada, at_ada), (bob, at_bob)):
        await outside.listen(seller, receiver, *MONEY)
    pear, plum = await house.good(ada, price=1000), await house.good(bob, price=500)
    placed = await house.place(buyer, (pear, 3), plum)
    await house.pay(buyer, placed)
    orders = {one.shop_id: one.id for one in placed.orders}
    await trade.cancel_order(buyer, order_id=orders[ada.shop_id], lines=[LinePart(1, 2)])
    await house.settle_down()
    await outside.send()

    def heard(receiver):
        return sorted((one.event["type"], one.event["data"]["minor"]) for one in receiver.taken)

    assert heard(at_ada) == [("payment.captured", 3000), ("refund.requested", 2000), ("refund.settled", 2000)]
    assert heard(at_bob) == [("payment.captured", 500)]
    payment = PAYMENT_ID.show(placed.payment_id)
    for seller, receiver in ((ada, at_ada), (bob, at_bob)):
        for one in receiver.taken:
            assert one.event["shop_id"] == SHOP_ID.show(seller.shop_id)
            assert one.event["data"]["order_id"] == ORDER_ID.show(orders[seller.shop_id])
            assert one.event["data"]["payment_id"] == payment
    refunds = {one.event["data"]["refund_id"] for one in at_ada.taken if "refund_id" in one.event["data"]}
    assert len(refunds) == 1


async def test_limits_and_counts_are_told(outside, receivers):
    receiver, seller = await receivers(), await outside.seller()
    await outside.listen(seller, receiver, "stock.limits_set", "stock.counted")
    good = await outside.goods(seller, stock=5)
    limits = StockLimits(sku_id=good.sku_id, place_id=good.place_id, safety=1, backorder=0, low_at=2)
    system = outside.house.system
    await inventory.set_limits(system, limits=[limits])
    sheet = await inventory.open_stocktake(system, place_id=good.place_id)
    found = Counted(sku_id=good.sku_id, counted=4)
    await inventory.count(system, stocktake_id=sheet.id, counted=[found])
    await inventory.approve_stocktake(system, stocktake_id=sheet.id)
    await outside.send()

    told = {one.event["type"]: one.event["data"] for one in receiver.taken}
    assert told["stock.limits_set"]["safety"] == 1
    assert (told["stock.counted"]["lines"], told["stock.counted"]["lost"]) == (1, 1)


def test_nothing_personal_leaves():
    """No field that an event calls personal, and no party's id, is in what is told outside."""
    for one in CATALOGUE:
        told = {field.name for field in msgspec.structs.fields(one.data)}
        for kind in one.kinds:
            assert not told & kind.personal, one.name
            assert not told & {"buyer", "seller", "owner", "party", "actor"}, one.name
        assert one.means["en"]
        assert one.means["zh"]
        assert msgspec.json.schema(one.data)
    assert len(KINDS) == len(set(KINDS)) == sum(len(one.kinds) for one in CATALOGUE)


def test_what_can_be_held_for_a_shop_an_app_may_be_given_or_may_not_and_it_says_why(house):
    assert sorted([*SCOPES, *KEPT]) == sorted(grantable_permissions(house.platform))
    assert all(means["en"] and means["zh"] for means in SCOPES.values())
    assert {one.permission for one in CATALOGUE} - {None} <= SCOPES.keys()
    assert not any("staff" in scope or scope.startswith(("user.", "interconnect.")) for scope in SCOPES)
