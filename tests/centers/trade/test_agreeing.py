"""What buyer and seller agree on besides: lower prices, draft orders, notes, another address."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from centers.trading import paid, staff
from hansa.centers.ledger.types import AccountClass
from hansa.centers.message import api as message
from hansa.centers.product import api as product
from hansa.centers.product.types import NewSku, OfferId
from hansa.centers.trade import api as trade
from hansa.centers.trade._rules.repricing import LAYER, lower, offs
from hansa.centers.trade.errors import (
    AlreadyClosed,
    BuyerUnknown,
    DraftEnded,
    DraftNotFound,
    IllegalMove,
    LineNotFound,
    NoteNotFound,
    OfferUnavailable,
    OrderNotFound,
    PaymentReplaced,
    PriceNotLowered,
    TooManyDrafts,
)
from hansa.centers.trade.types import (
    DraftLine,
    DraftState,
    FrozenTerms,
    FulfilmentOption,
    FunderKind,
    Line,
    LineRequest,
    NoteKind,
    Order,
    PayState,
    Placed,
)
from hansa.centers.trade.types import OrderState as S
from hansa.centers.user import api as user
from hansa.centers.user.types import Address
from hansa.kernel.context import Traffic
from hansa.kernel.money import Money
from hansa.kernel.problem import Forbidden, Invalid, Problem
from house import GOOD_CARD, Good, kinds, only, race

HOME = Address(
    recipient="Ada",
    phone="+8613800138000",
    country="CN",
    region="Zhejiang",
    city="Hangzhou",
    district="",
    street="Kiln lane 1",
    postcode="310000",
)


@pytest.fixture
async def shop(house):
    return await house.seller()


async def placed_by(house, shop, *prices: int) -> tuple[object, Placed]:
    buyer = await house.person()
    goods = [await house.good(shop, price=price) for price in prices]
    return buyer, await house.place(buyer, *goods)


async def _on_sale(house, shop, category) -> OfferId:
    page = await product.create_product(
        house.system,
        shop_id=shop.shop_id,
        titles={"en": "Something"},
        skus=[NewSku(price=Money(1000, "CNY"))],
        category_id=category.id,
    )
    offer = page.offers[0]
    await house.restock(Good(offer.id, page.skus[0].id, shop.place_id, 1000), 10)
    return offer.id


@pytest.mark.usefixtures("counter")
@pytest.mark.external
async def test_a_seller_lowers_the_price_and_the_buyer_pays_the_new_one(house, shop):
    buyer, placed = await placed_by(house, shop, 1000, 3000)
    order_id = placed.orders[0].id
    escrow = await house.balance(AccountClass.ESCROW)

    lowered = await trade.lower_price(staff(shop), order_id=order_id, off_minor=1001)

    assert (lowered.payable, lowered.discount) == (2999, 1001)
    assert [line.discount for line in lowered.lines] == [250, 751]
    assert {(a.layer, a.funder.kind) for line in lowered.lines for a in line.allocations} == {
        (LAYER, FunderKind.SHOP)
    }
    with pytest.raises(Problem, match="closed"):
        await house.pay(buyer, placed)
    payment = msgspec.structs.replace(placed, payment_id=lowered.payment_id)
    assert (await house.pay(buyer, payment)).state is PayState.PAID
    assert await house.balance(AccountClass.ESCROW) == escrow + 2999
    await trade.receive(buyer, order_id=order_id)
    assert await house.balance(AccountClass.SELLER_PAYABLE, shop.shop_id) == 2999 - 150
    history = await trade.history(buyer, order=lowered)
    assert history[1].details == {"was": 4000, "payable": 2999}
    await house.deliver()
    assert "trade.price_lowered" in {item.template for item in (await message.inbox(buyer)).items}


async def test_the_tax_is_asked_again_about_the_same_things_as_at_first(house, shop, monkeypatch):
    asked = []

    def by_kind_and_words(_ctx, lines, _destination):
        asked.append(lines)
        rates = {"book": 5, "": 20}
        return tuple(
            msgspec.structs.replace(
                line,
                tax=(line.gross - line.discount) * rates[str(line.inputs.get("kind", ""))] // 100
                if line.category_ids
                else 0,
            )
            for line in lines
        )

    monkeypatch.setitem(house.system.plan.calls, "trade.tax", by_kind_and_words)
    buyer = await house.person()
    goods = await product.add_category(house.system, slug=f"g{uuid4().hex[:12]}", names={"en": "Goods"})
    books = await product.add_category(
        house.system, slug=f"b{uuid4().hex[:12]}", names={"en": "Books"}, parent_id=goods.id
    )
    offers = [await _on_sale(house, shop, category) for category in (books, goods)]
    wanted = [LineRequest(offers[0], inputs={"kind": "book"}), LineRequest(offers[1])]
    placed = await trade.place(
        buyer,
        token=trade.seal(buyer, await trade.quote(buyer, lines=wanted, address_id=await house.home(buyer))),
    )
    order_id = placed.orders[0].id
    assert (await trade.order(buyer, order_id=order_id)).tax == 50 + 200

    lowered = await trade.lower_price(staff(shop), order_id=order_id, off_minor=200)

    assert [line.tax for line in lowered.lines] == [45, 180]
    first, again = asked[0], asked[-1]
    plain = [msgspec.structs.replace(line, allocations=(), tax=0) for line in again]
    assert plain == [msgspec.structs.replace(line, tax=0) for line in first]


@pytest.mark.external
async def test_one_shop_lowers_its_part_of_a_checkout(house, shop):
    other, buyer = await house.seller(), await house.buyer()
    placed = await house.place(buyer, await house.good(shop, price=500), await house.good(other, price=700))
    own = next(one for one in placed.orders if one.shop_id == shop.shop_id)

    lowered = await trade.lower_price(staff(shop), order_id=own.id, line_offs={1: 100})
    again = await trade.lower_price(staff(shop), order_id=own.id, off_minor=50)

    orders = await trade.checkout_orders(buyer, placed.checkout_id)
    assert {one.payment_id for one in orders} == {again.payment_id} != {lowered.payment_id}
    assert sorted(one.payable for one in orders) == [350, 700]
    assert [a.minor for a in again.lines[0].allocations] == [100, 50]
    paid_ = await trade.pay(buyer, payment_id=again.payment_id, source=GOOD_CARD)
    assert len(paid_.orders) == 2


@pytest.mark.external
async def test_a_lowered_order_is_closed_in_time_all_the_same(house, shop):
    buyer, placed = await placed_by(house, shop, 1000)
    await trade.lower_price(staff(shop), order_id=placed.orders[0].id, off_minor=1)

    await house.wait(timedelta(minutes=31))

    assert (await trade.order(buyer, order_id=placed.orders[0].id)).state is S.CLOSED


async def test_a_price_goes_down_alone_and_never_to_nothing(house, shop):
    buyer, placed = await placed_by(house, shop, 1000)
    order_id, seller = placed.orders[0].id, staff(shop)

    for wrong in ({}, {"off_minor": 1000}, {"off_minor": 1001}, {"line_offs": {1: 2000}}, {"freight": 1}):
        with pytest.raises(PriceNotLowered):
            await trade.lower_price(seller, order_id=order_id, **wrong)
    with pytest.raises(LineNotFound):
        await trade.lower_price(seller, order_id=order_id, line_offs={9: 1})
    with pytest.raises(Forbidden):
        await trade.lower_price(buyer, order_id=order_id, off_minor=1)
    await house.pay(buyer, placed)
    with pytest.raises(IllegalMove):
        await trade.lower_price(seller, order_id=order_id, off_minor=1)


@pytest.mark.external
async def test_paying_while_the_seller_lowers_the_price_never_mixes_the_two(house, next_door, shop):
    escrow, unapplied = await house.balance(AccountClass.ESCROW), await house.balance(AccountClass.UNAPPLIED)
    seller = next_door.platform.context("bazaar").with_(actor=staff(shop).actor)
    kept = 0
    for _ in range(8):
        buyer, placed = await placed_by(house, shop, 1000)
        order_id = placed.orders[0].id

        outcomes = await race(
            house.pay(buyer, placed), trade.lower_price(seller, order_id=order_id, off_minor=100)
        )
        await house.settle_down()

        order = await trade.order(buyer, order_id=order_id)
        if order.state is S.AWAITING_SHIPMENT:
            assert order.payable == 1000
            assert not only(Order, outcomes)
            kept += 1000
        else:
            assert (order.state, order.payable) == (S.AWAITING_PAYMENT, 900)
            assert kinds(outcomes)["Order"] == 1
            assert any(isinstance(one, PaymentReplaced | Problem) for one in outcomes)
    assert await house.balance(AccountClass.ESCROW) == escrow + kept
    assert await house.balance(AccountClass.UNAPPLIED) == unapplied


def order_of(grosses: list[int]) -> Order:
    """An unpaid order with lines of these amounts."""
    one = uuid4()
    lines = tuple(
        Line(
            line_no=number,
            offer_id=one,
            sku_id=one,
            product_id=one,
            title="Pear",
            options="",
            art="",
            quantity=1,
            unit_minor=gross,
            gross=gross,
            discount=0,
            tax=0,
            freight=0,
            commission_bp=500,
        )
        for number, gross in enumerate(grosses, 1)
    )
    return Order(
        id=one,
        checkout_id=one,
        payment_id=one,
        business="b",
        traffic=Traffic.SANDBOX,
        entity="e",
        buyer=one,
        shop_id=one,
        seller=one,
        place_id=one,
        state=S.AWAITING_PAYMENT,
        version=1,
        currency="CNY",
        goods=sum(grosses),
        discount=0,
        freight=10**6,
        tax=0,
        option=FulfilmentOption(code="standard", price_minor=0, place_id=one),
        terms=FrozenTerms(
            pay_s=1,
            ship_s=1,
            confirm_s=1,
            extension_s=1,
            cancel_s=1,
            returns_s=1,
            invoice_wanted=False,
            decide_s=1,
            collect_s=1,
        ),
        placed_at=datetime(2026, 11, 22, tzinfo=UTC),
        due_at=None,
        lines=lines,
    )


rooms = st.lists(st.integers(0, 10**9), min_size=1, max_size=12)


@given(rooms, st.data(), st.randoms(use_true_random=False))
def test_what_comes_off_is_conserved_whatever_the_order_of_lines(grosses, data, shuffler):
    order = order_of(grosses)
    own = {n: data.draw(st.integers(0, gross)) for n, gross in enumerate(grosses, 1)}
    off = data.draw(st.integers(0, sum(grosses) - sum(own.values())))
    freight = data.draw(st.integers(0, 10**6))

    taken = offs(order, off_minor=off, line_offs=own)
    shuffled = list(order.lines)
    shuffler.shuffle(shuffled)
    other = msgspec.structs.replace(order, lines=tuple(shuffled))

    assert sum(taken.values()) == off + sum(own.values())
    assert all(own[n] <= minor <= grosses[n - 1] for n, minor in taken.items())
    assert offs(other, off_minor=off, line_offs=own) == taken
    lines = lower(order, off=taken, taxes=dict.fromkeys(taken, 0), freight=freight)
    assert sum(line.freight for line in lines) == freight
    assert sum(line.total for line in lines) == sum(grosses) - sum(taken.values()) + freight
    assert all(line.payable >= 0 and line.freight >= 0 for line in lines)
    assert all(sum(a.minor for a in line.allocations) == line.discount for line in lines)
    assert all(a.minor > 0 for line in lines for a in line.allocations)


@pytest.mark.external
async def test_a_shop_makes_an_order_and_its_buyer_accepts_it(house, shop):
    buyer = await house.person()
    pear = await house.good(shop, price=1000)
    await house.asks(buyer, pear)

    draft = await trade.make_draft(
        staff(shop), shop_id=shop.shop_id, buyer=buyer.party(), lines=[DraftLine(pear.offer_id, 3, 800)], freight=150,
        note=" For your three. ",
    )  # fmt: skip
    await product.set_price(
        house.system, offer_id=pear.offer_id, price=Money(1200, "CNY")
    )  # agreed is agreed
    await house.deliver()
    assert "trade.draft_made" in {item.template for item in (await message.inbox(buyer)).items}
    assert await house.stock(pear) == (10, 0, 0)
    placed = await trade.accept_draft(buyer, draft_id=draft.id, address_id=await house.home(buyer))
    again = await trade.accept_draft(buyer, draft_id=draft.id, address_id=await house.home(buyer))

    assert (placed.payable, placed.state) == (3 * 800 + 150, S.AWAITING_PAYMENT)
    assert again == placed
    assert await house.stock(pear) == (10, 3, 0)
    assert (await house.pay(buyer, placed)).state is PayState.PAID
    shown = await trade.draft(buyer, draft_id=draft.id)
    assert (shown.state, shown.checkout_id) == (DraftState.ACCEPTED, placed.checkout_id)
    assert ([line.gross for line in shown.lines], shown.note) == ([2400], "For your three.")
    with pytest.raises(DraftEnded):
        await trade.withdraw_draft(staff(shop), draft_id=draft.id)


@pytest.mark.external
async def test_a_draft_is_accepted_once_however_many_try(house, next_door, shop):
    buyer = await house.buyer()
    pear = await house.good(shop)
    await house.asks(buyer, pear)
    draft = await trade.make_draft(
        staff(shop), shop_id=shop.shop_id, buyer=buyer.party(), lines=[DraftLine(pear.offer_id, 1, 5)]
    )
    elsewhere = next_door.platform.context("bazaar").with_(actor=buyer.actor)

    home = await house.home(buyer)
    outcomes = await race(
        *(
            trade.accept_draft(one, draft_id=draft.id, address_id=home)
            for one in (buyer, elsewhere, buyer, elsewhere)
        )
    )

    assert len({one.checkout_id for one in only(Placed, outcomes)}) == 1
    assert kinds(outcomes).keys() <= {"Placed", "DraftEnded"}
    assert await house.stock(pear) == (10, 1, 0)


async def test_a_draft_made_for_a_guest_is_the_accounts_that_the_guest_logs_in_to(house, shop):
    guest, pear = await house.person(guest=True), await house.good(shop)
    await house.asks(guest, pear)
    lines = [DraftLine(pear.offer_id, 1, 800)]
    draft = await trade.make_draft(staff(shop), shop_id=shop.shop_id, buyer=guest.party(), lines=lines)
    early = await trade.make_draft(staff(shop), shop_id=shop.shop_id, buyer=guest.party(), lines=lines)
    as_guest = await trade.accept_draft(guest, draft_id=early.id, address_id=await house.home(guest))

    person = await house.sign_up_as(guest)

    assert {one.id for one in (await trade.drafts(person)).items} == {draft.id, early.id}
    assert (await trade.draft(person, draft_id=draft.id)).buyer == guest.party()
    placed, again = [
        await trade.accept_draft(person, draft_id=draft.id, address_id=await house.home(person))
        for _ in range(2)
    ]
    assert again == placed
    assert (await trade.order(person, order_id=placed.orders[0].id)).buyer == person.party()
    assert (await house.pay(person, placed)).state is PayState.PAID
    assert (
        await trade.accept_draft(person, draft_id=early.id, address_id=await house.home(person)) == as_guest
    )  # what the guest took is not taken twice
    with pytest.raises(DraftNotFound):
        await trade.accept_draft(await house.person(), draft_id=draft.id)


async def test_a_shop_does_not_press_a_buyer(house, shop):
    somebody, else_, pear = await house.buyer(), await house.buyer(), await house.good(shop)
    for one in (somebody, else_):
        await house.asks(one, pear)
    lines = [DraftLine(pear.offer_id, 1, 5)]

    async def offer(buyer):
        return await trade.make_draft(
            staff(shop), shop_id=shop.shop_id, buyer=buyer.party(), lines=lines, note="Once more"
        )

    for _ in range(20):
        await offer(somebody)
    with pytest.raises(TooManyDrafts) as refused:
        await offer(somebody)
    assert refused.value.extras == {"drafts_max": 20}
    assert (await offer(else_)).state is DraftState.OPEN
    await house.wait(timedelta(days=1, minutes=1))
    assert (await offer(somebody)).state is DraftState.OPEN


async def test_a_shop_makes_no_orders_for_who_never_had_to_do_with_it(house, shop):
    rival, pear = await house.seller(), await house.good(shop)
    theirs, lines = await house.good(rival), [DraftLine(pear.offer_id, 1, 5)]
    stranger, elsewhere, guest = [await house.person(guest=True) for _ in range(3)]
    await house.asks(elsewhere, theirs)
    await house.paid_order(elsewhere, theirs)

    for nobody in (stranger.party(), elsewhere.party(), uuid4()):
        with pytest.raises(BuyerUnknown):
            await trade.make_draft(staff(shop), shop_id=shop.shop_id, buyer=nobody, lines=lines)

    await house.paid_order(guest, pear)
    person = await house.sign_up_as(guest)  # what the guest did is the account's
    for known in (guest, person):
        made = await trade.make_draft(staff(shop), shop_id=shop.shop_id, buyer=known.party(), lines=lines)
        assert made.state is DraftState.OPEN


async def test_a_draft_ends_when_it_is_withdrawn_or_its_time_is_over(house, shop):
    buyer, pear = await house.buyer(), await house.good(shop)
    lines = [DraftLine(pear.offer_id, 1, 5)]
    mine = {"shop_id": shop.shop_id, "buyer": buyer.party(), "lines": lines}
    await house.asks(buyer, pear)
    withdrawn, late = [await trade.make_draft(staff(shop), **mine) for _ in range(2)]

    await trade.withdraw_draft(staff(shop), draft_id=withdrawn.id)
    await house.wait(timedelta(days=3, minutes=1))

    for draft, state in ((withdrawn, DraftState.WITHDRAWN), (late, DraftState.EXPIRED)):
        with pytest.raises(DraftEnded) as ended:
            await trade.accept_draft(buyer, draft_id=draft.id, address_id=await house.home(buyer))
        assert ended.value.extras["state"] is state
    assert [one.id for one in (await trade.drafts(buyer)).items] == [late.id, withdrawn.id]
    assert len((await trade.shop_drafts(staff(shop), shop_id=shop.shop_id)).items) == 2


async def test_a_draft_is_between_one_shop_and_one_buyer(house, shop):
    rival, buyer, stranger = await house.seller(), await house.buyer(), await house.buyer()
    pear, theirs = await house.good(shop), await house.good(rival)
    seller = staff(shop)
    await house.asks(buyer, pear)
    draft = await trade.make_draft(
        seller, shop_id=shop.shop_id, buyer=buyer.party(), lines=[DraftLine(pear.offer_id, 1, 5)]
    )

    for nobody in (staff(rival), stranger):
        for attempt in (
            trade.draft(nobody, draft_id=draft.id),
            trade.accept_draft(nobody, draft_id=draft.id),
            trade.withdraw_draft(nobody, draft_id=draft.id),
        ):
            with pytest.raises(DraftNotFound):
                await attempt
    with pytest.raises(DraftNotFound):  # who made it does not accept it
        await trade.accept_draft(seller, draft_id=draft.id)
    with pytest.raises(Forbidden):
        await trade.shop_drafts(staff(rival), shop_id=shop.shop_id)
    with pytest.raises(Forbidden):
        await trade.make_draft(
            staff(rival), shop_id=shop.shop_id, buyer=buyer.party(), lines=list(draft.lines)
        )
    with pytest.raises(OfferUnavailable):
        await trade.make_draft(
            seller, shop_id=shop.shop_id, buyer=buyer.party(), lines=[DraftLine(theirs.offer_id, 1, 5)]
        )
    for wrong in ([], [DraftLine(pear.offer_id, 1, -1)]):
        with pytest.raises(Invalid):
            await trade.make_draft(seller, shop_id=shop.shop_id, buyer=buyer.party(), lines=wrong)
    for note in ("x" * 2001, "a\0b"):
        with pytest.raises(Invalid):
            await trade.make_draft(
                seller, shop_id=shop.shop_id, buyer=buyer.party(), lines=list(draft.lines), note=note
            )


@pytest.mark.external
async def test_notes_have_readers_and_leave_no_text_in_the_history(house, shop):
    buyer = await house.person()
    quote = await trade.quote(
        buyer,
        lines=[LineRequest((await house.good(shop)).offer_id)],
        notes={shop.shop_id: "Please wrap it"},
        address_id=await house.home(buyer),
    )
    order_id = (await trade.place(buyer, token=trade.seal(buyer, quote))).orders[0].id

    private = await trade.add_note(staff(shop), order_id=order_id, text="A difficult one")
    await trade.add_note(buyer, order_id=order_id, text="No hurry")

    assert [one.text for one in await trade.notes(buyer, order_id=order_id)] == ["Please wrap it", "No hurry"]
    assert [one.kind for one in await trade.notes(staff(shop), order_id=order_id)] == [
        NoteKind.BUYER, NoteKind.SELLER, NoteKind.BUYER,
    ]  # fmt: skip
    with pytest.raises(NoteNotFound):
        await trade.remove_note(buyer, order_id=order_id, note_id=private.id)
    await trade.remove_note(staff(shop), order_id=order_id, note_id=private.id)
    history = await trade.history(buyer, order=await trade.order(buyer, order_id=order_id))
    assert [one.cause for one in history] == ["placed", "note written", "note written", "note removed"]
    assert "difficult" not in str(history)
    for wrong in ("", "x" * 2001):
        with pytest.raises(Invalid):
            await trade.add_note(buyer, order_id=order_id, text=wrong)


async def test_an_order_goes_elsewhere_while_nothing_of_it_was_sent(house, shop):
    buyer = await house.person()
    order_id = await paid(house, buyer, await house.good(shop))
    address_id = await user.add_address(buyer, HOME)

    moved = await trade.redirect(buyer, order_id=order_id, address_id=address_id)

    assert moved.address_version is not None
    assert moved.state is S.AWAITING_SHIPMENT
    with pytest.raises(OrderNotFound):
        await trade.redirect(await house.person(), order_id=order_id, address_id=address_id)
    await trade.ship(shop.ctx, order_id=order_id)
    with pytest.raises(IllegalMove):
        await trade.redirect(buyer, order_id=order_id, address_id=address_id)
    closed = (await house.place(buyer, await house.good(shop))).checkout_id
    await trade.cancel(buyer, checkout_id=closed)
    with pytest.raises(AlreadyClosed):
        await trade.redirect(
            buyer,
            order_id=(await trade.checkout_orders(buyer, closed))[0].id,
            address_id=address_id,
        )
