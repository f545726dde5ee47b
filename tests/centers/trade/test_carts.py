"""Carts, and what is asked before an order: what changed, limits, whose it is, what led to it."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from uuid import uuid4

import pytest

from centers.trading import paid, staff
from hansa.centers.message import api as message
from hansa.centers.product import api as product
from hansa.centers.shop import api as shops
from hansa.centers.shop.extensions import ShopClosure
from hansa.centers.trade import _store
from hansa.centers.trade import api as trade
from hansa.centers.trade._service import erasing
from hansa.centers.trade._service.ending import no_orders_of_shops
from hansa.centers.trade.errors import (
    AttributionInvalid,
    CartChanged,
    CartEmpty,
    CartFull,
    OrderNotFound,
)
from hansa.centers.trade.types import LINES_MAX, ChangeKind, DraftLine, LineRequest
from hansa.centers.trade.types import OrderState as S
from hansa.centers.user import api as user
from hansa.centers.user.extensions import Erasure
from hansa.kernel.context import Traffic
from hansa.kernel.money import Money
from house import kinds, race


async def changes(buyer) -> dict[object, list[ChangeKind]]:
    """What the buyer is told of each line."""
    return {
        one.line.offer_id: [change.kind for change in one.changes]
        for one in (await trade.review_cart(buyer)).lines
    }


async def test_each_line_says_what_changed_since_it_was_put_there(house):
    seller, buyer = await house.seller(), await house.buyer()
    same, dearer, gone = [await house.good(seller) for _ in range(3)]
    scarce = await house.good(seller, stock=1)
    for good in (same, dearer, scarce, gone):
        await trade.put_in_cart(buyer, offer_id=good.offer_id, quantity=2)
    await product.set_price(house.system, offer_id=dearer.offer_id, price=Money(1100, "CNY"))
    await product.withdraw_offer(house.system, offer_id=gone.offer_id)

    assert await changes(buyer) == {
        same.offer_id: [],
        dearer.offer_id: [ChangeKind.PRICE],
        scarce.offer_id: [ChangeKind.SOLD_OUT],
        gone.offer_id: [ChangeKind.WITHDRAWN],
    }
    with pytest.raises(CartChanged) as refused:
        await trade.quote_cart(buyer)
    assert len(refused.value.extras["lines"]) == 3
    assert {"kind": "price_changed", "was_minor": 1000, "now_minor": 1100} in [
        change for line in refused.value.extras["lines"] for change in line["changes"]
    ]


async def test_what_is_chosen_is_quoted_and_what_is_saved_stays(house):
    seller, buyer = await house.seller(), await house.buyer()
    now, later, never = [await house.good(seller, price=price) for price in (100, 200, 300)]
    await trade.put_in_cart(buyer, offer_id=now.offer_id, quantity=2)
    await trade.put_in_cart(buyer, offer_id=later.offer_id, quantity=1, saved=True)
    await trade.put_in_cart(buyer, offer_id=never.offer_id, quantity=1, selected=False)
    await trade.write_to_shop(buyer, shop_id=seller.shop_id, text="As a present")

    quote = await trade.quote_cart(buyer, address_id=await house.home(buyer))
    placed = await trade.place(buyer, token=trade.seal(buyer, quote))
    await trade.take_out(buyer, offer_ids=[line.offer_id for line in quote.lines])

    assert quote.payable == 200
    (note,) = await trade.notes(buyer, order_id=placed.orders[0].id)
    assert note.text == "As a present"
    left = await trade.review_cart(buyer)
    assert {one.line.offer_id: (one.line.selected, one.line.saved) for one in left.lines} == {
        later.offer_id: (True, True),
        never.offer_id: (False, False),
    }
    assert left.notes == {}
    with pytest.raises(CartEmpty):
        await trade.quote_cart(buyer)


async def test_a_price_that_was_taken_note_of_is_quoted(house):
    buyer = await house.buyer()
    pear = await house.good(await house.seller(), price=1000)
    await trade.put_in_cart(buyer, offer_id=pear.offer_id, quantity=1)
    await product.set_price(house.system, offer_id=pear.offer_id, price=Money(1200, "CNY"))
    with pytest.raises(CartChanged):
        await trade.quote_cart(buyer)

    await trade.put_in_cart(buyer, offer_id=pear.offer_id, quantity=1)

    assert (await trade.quote_cart(buyer)).payable == 1200


@pytest.mark.usefixtures("counter")
async def test_a_guests_orders_follow_its_owner_home(house):
    seller, guest = await house.seller(), await house.buyer()
    order_id = await house.paid_order(guest, await house.good(seller))

    person = await house.sign_up_as(guest)

    assert [one.id for one in (await trade.orders(person)).items] == [order_id]
    order = await trade.order(person, order_id=order_id)
    assert order.buyer == guest.actor.party
    assert [one.id for one in await trade.checkout_orders(person, order.checkout_id)] == [order_id]
    assert (await trade.receive(person, order_id=order_id)).state is S.FINISHED
    with pytest.raises(OrderNotFound):
        await trade.order(await house.person(), order_id=order_id)


async def test_what_led_to_a_line_is_kept_while_its_window_is_open(house):
    buyer, pear = await house.buyer(), await house.good(await house.seller())
    creator = uuid4()
    token = trade.attribute(
        house.system, source="creator", referrer="spring", creator=creator, window=timedelta(days=7)
    )

    said = trade.read_attribution(buyer, token)
    quote = await trade.quote(
        buyer, lines=[LineRequest(pear.offer_id, attribution=said)], address_id=await house.home(buyer)
    )
    placed = await trade.place(buyer, token=trade.seal(buyer, quote))
    (line,) = (await trade.order(buyer, order_id=placed.orders[0].id)).lines

    assert line.attribution == said
    assert (said.source, said.referrer, said.creator, said.token) == ("creator", "spring", creator, token)
    with pytest.raises(AttributionInvalid):
        trade.read_attribution(buyer, token[:-8] + ("B" if token[-8] == "A" else "A") + token[-7:])
    live = house.platform.context("bazaar", traffic=Traffic.LIVE, actor=buyer.actor)
    with pytest.raises(AttributionInvalid):
        trade.read_attribution(live, token)
    await house.wait(timedelta(days=8))
    assert trade.read_attribution(buyer, token) is None


@pytest.mark.usefixtures("counter")
async def test_a_shop_with_open_orders_does_not_close(house):
    seller, buyer = await house.seller(), await house.buyer()
    shop = (await shops.shops(house.system, [seller.shop_id]))[seller.shop_id]

    async def objections() -> list[str]:
        async with house.platform.db.transaction() as tx:
            (said,) = await no_orders_of_shops(tx, [ShopClosure(house.system, shop)])
        return [one.code for one in said]

    assert await objections() == []
    order_id = await house.paid_order(buyer, await house.good(seller))
    assert await objections() == ["trade.orders_under_way"]
    await trade.receive(buyer, order_id=order_id)
    assert await objections() == []


async def test_whoever_is_forgotten_leaves_no_words_behind(house):
    seller, buyer, other = await house.seller(), await house.person(), await house.buyer()
    pear = await house.good(seller)
    order_id, others = await paid(house, buyer, pear), await paid(house, other, pear)
    for ctx, one in ((buyer, order_id), (staff(seller), order_id), (other, others)):
        await trade.add_note(ctx, order_id=one, text="Some words")
    await trade.put_in_cart(buyer, offer_id=pear.offer_id, quantity=1)
    await trade.write_to_shop(buyer, shop_id=seller.shop_id, text="More words")
    agreed = await trade.make_draft(
        staff(seller),
        shop_id=seller.shop_id,
        buyer=buyer.party(),
        lines=[DraftLine(pear.offer_id, 1, 5)],
        note="Words with it",
    )

    async with house.platform.db.transaction() as tx:
        commands = [Erasure(house.system, (buyer.party(),)), Erasure(house.system, (uuid4(),))]
        told = await erasing.erase_texts(tx, commands)
        assert await erasing.nothing_under_way(tx, commands) == [None, None]  # the sandbox holds nobody up

    assert told == [("trade.cart", "trade.drafts", "trade.notes"), ()]
    assert await trade.notes(staff(seller), order_id=order_id) == ()
    assert len(await trade.notes(staff(seller), order_id=others)) == 1
    assert await trade.cart(buyer) == ()
    assert (await trade.draft(staff(seller), draft_id=agreed.id)).note == ""
    assert (await trade.order(buyer, order_id=order_id)).payable == 1000


@pytest.mark.parametrize("price", [1, 999, 3333])
async def test_the_commission_is_the_one_of_the_day_it_was_placed(house, price):
    seller, buyer = await house.seller(), await house.buyer()
    order_id = await paid(house, buyer, await house.good(seller, price=price))

    (line,) = (await trade.order(buyer, order_id=order_id)).lines

    assert line.commission_bp == 500


PASSWORD = "a long enough one"


async def somebody_with_a_cart(house, *goods, old_lines):
    """An account whose cart holds these goods, put first of all, and then so many others."""
    ctx = house.platform.context(house.business, locale="en")
    email = f"{uuid4().hex}@example.com"
    started = await user.sign_up(ctx, email=email, password=PASSWORD, name="Somebody")
    account = ctx.with_(actor=started.actor)
    async with house.platform.db.transaction() as tx:
        await tx.raw.execute(
            """INSERT INTO trade.cart_line (buyer, business, traffic, offer_id, quantity, unit_minor, added_at,
                                            selected, saved)
               SELECT $1, $2, 'sandbox', offer_id, 1, 100, now() - interval '9 days' + place * interval '1 second',
                      true, false
                 FROM unnest($3::uuid[]) WITH ORDINALITY AS o (offer_id, place)""",
            account.party(),
            house.business,
            [good.offer_id for good in goods] + [uuid4() for _ in range(old_lines)],
        )
    return account, email


async def log_in(house, guest, email):
    started = await user.log_in(guest, email=email, password=PASSWORD)
    return guest.with_(actor=started.actor)


async def told(ctx):
    return [one for one in (await message.inbox(ctx)).items if one.template == "trade.cart_shortened"]


async def test_a_merged_cart_holds_the_limit_and_says_what_it_left_out(house):
    seller = await house.seller()
    first, second, *fresh = [await house.good(seller) for _ in range(5)]
    _, email = await somebody_with_a_cart(house, first, second, old_lines=LINES_MAX - 2)
    guest = await house.person(guest=True)
    for good in (second, *fresh):  # the second is in both carts: put last just now
        await trade.put_in_cart(guest, offer_id=good.offer_id, quantity=2)

    buyer = await log_in(house, guest, email)
    await house.settle_down()

    held = {line.offer_id for line in await trade.cart(buyer)}
    assert len(held) == LINES_MAX
    assert {good.offer_id for good in (second, *fresh)} <= held
    assert first.offer_id not in held
    (one,) = await told(buyer)
    assert "3 in all" in one.text
    title = (await product.offers(buyer, [first.offer_id]))[first.offer_id].titles["en"]
    assert title in one.text
    with pytest.raises(CartFull):
        await trade.put_in_cart(buyer, offer_id=first.offer_id, quantity=1)


async def test_a_merged_cart_that_fits_is_told_of_to_nobody(house):
    seller = await house.seller()
    mine, theirs = [await house.good(seller) for _ in range(2)]
    _, email = await somebody_with_a_cart(house, mine, old_lines=LINES_MAX - 2)
    guest = await house.person(guest=True)
    await trade.put_in_cart(guest, offer_id=theirs.offer_id, quantity=1)

    buyer = await log_in(house, guest, email)
    await house.settle_down()

    assert {mine.offer_id, theirs.offer_id} <= {line.offer_id for line in await trade.cart(buyer)}
    assert await told(buyer) == []


async def until_it_waits_or_is_done(house, call):
    """Let a call go on until it is through, or waits for somebody else's lock."""
    async with house.platform.db.transaction() as tx:
        while not call.done():
            if await tx.raw.fetchval("SELECT count(*) FROM pg_locks WHERE NOT granted"):
                return
            await asyncio.sleep(0)


async def test_puts_side_by_side_do_not_pass_the_limit_together(house):
    seller = await house.seller()
    first, second = [await house.good(seller) for _ in range(2)]
    buyer, _ = await somebody_with_a_cart(house, old_lines=LINES_MAX - 1)
    written = _store.put_cart_line
    beside = []

    async def and_then_another_one(tx, **line):
        """The first put has written and not ended yet, when the second one comes."""
        await written(tx, **line)
        if not beside:
            put = trade.put_in_cart(buyer, offer_id=second.offer_id, quantity=1)
            beside.append(asyncio.ensure_future(put))
            await until_it_waits_or_is_done(house, beside[0])

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(_store, "put_cart_line", and_then_another_one)
        held = await trade.put_in_cart(buyer, offer_id=first.offer_id, quantity=1)
        outcomes = await race(beside[0])

    assert len(held) == LINES_MAX
    assert kinds(outcomes) == {"CartFull": 1}
    assert len(await trade.cart(buyer)) == LINES_MAX


async def test_a_put_beside_a_merge_does_not_pass_the_limit_either(house):
    seller = await house.seller()
    late, theirs = [await house.good(seller) for _ in range(2)]
    account, email = await somebody_with_a_cart(house, old_lines=LINES_MAX - 1)
    guest = await house.person(guest=True)
    await trade.put_in_cart(guest, offer_id=theirs.offer_id, quantity=1)
    shortened = _store.shorten_carts
    beside = []

    async def and_then_a_put(tx, **carts):
        left = await shortened(tx, **carts)
        put = trade.put_in_cart(account, offer_id=late.offer_id, quantity=1)
        beside.append(asyncio.ensure_future(put))
        await until_it_waits_or_is_done(house, beside[0])
        return left

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(_store, "shorten_carts", and_then_a_put)
        await log_in(house, guest, email)
        outcomes = await race(beside[0])

    assert kinds(outcomes) == {"CartFull": 1}
    held = await trade.cart(account)
    assert len(held) == LINES_MAX
    assert theirs.offer_id in {line.offer_id for line in held}
