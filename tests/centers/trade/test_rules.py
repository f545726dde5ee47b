"""The arithmetic of trade, by properties: no cent is lost, whatever the order of lines."""

from __future__ import annotations

import random
from importlib import import_module
from uuid import UUID, uuid4

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hansa.centers.trade._rules.pricing import (
    LAYERS_IN_ORDER,
    base_of,
    coupons_pay_all,
    freight_shares,
    guard_lines,
    spread,
)
from hansa.centers.trade._rules.settlement import borne_by, commission
from hansa.centers.trade._rules.sourcing import choose_places
from hansa.centers.trade._rules.states import FINAL, INITIAL, LINE_TRANSITIONS, TRANSITIONS, may_move, pairs
from hansa.centers.trade.errors import PricingBroken
from hansa.centers.trade.types import Allocation, Funder, FunderKind, OrderState, QuotedLine

SHOP_FUNDS = Funder(FunderKind.SHOP)
PLATFORM_FUNDS = Funder(FunderKind.PLATFORM)


def line(number: int, gross: int, *, sku: UUID | None = None, quantity: int = 1) -> QuotedLine:
    anything = uuid4()
    return QuotedLine(
        line_no=number,
        offer_id=anything,
        offer_version=1,
        sku_id=sku or anything,
        product_id=anything,
        shop_id=anything,
        title="Pear",
        options="",
        art="pears",
        quantity=quantity,
        unit_minor=gross,
        gross=gross,
    )


amounts = st.integers(0, 10**12)
baskets = st.lists(amounts, min_size=1, max_size=30).map(
    lambda grosses: [line(number, gross) for number, gross in enumerate(grosses, 1)]
)


@given(baskets, amounts, st.randoms(use_true_random=False))
def test_a_discount_is_spread_to_the_cent_whatever_the_order_of_the_lines(lines, minor, shuffler):
    goods = sum(one.gross for one in lines)

    spread_lines = spread(lines, layer="coupon", funder=SHOP_FUNDS, minor=minor)
    shuffled = list(lines)
    shuffler.shuffle(shuffled)
    spread_shuffled = spread(shuffled, layer="coupon", funder=SHOP_FUNDS, minor=minor)

    assert sum(one.discount for one in spread_lines) == min(minor, goods)
    assert all(0 <= one.discount <= one.gross for one in spread_lines)
    assert {one.line_no: one.discount for one in spread_lines} == {
        one.line_no: one.discount for one in spread_shuffled
    }


@given(baskets, amounts, amounts)
def test_layers_on_layers_never_discount_a_line_below_zero(lines, first, second):
    once = spread(lines, layer="threshold", funder=PLATFORM_FUNDS, minor=first)
    twice = spread(once, layer="coupon", funder=SHOP_FUNDS, minor=second)

    assert all(one.discount <= one.gross for one in twice)
    assert sum(one.discount for one in twice) == min(first + second, sum(one.gross for one in lines))
    assert guard_lines(lines, twice) == twice


def test_one_cent_over_three_equal_lines_goes_to_the_first():
    lines = [line(3, 100), line(1, 100), line(2, 100)]

    shares = {one.line_no: one.discount for one in spread(lines, layer="coupon", funder=SHOP_FUNDS, minor=1)}

    assert shares == {1: 1, 2: 0, 3: 0}


def discounted(one: QuotedLine, *layers: tuple[str, int]) -> QuotedLine:
    """A line with these discounts, borne by its shop."""
    shares = tuple(Allocation(layer, SHOP_FUNDS, minor) for layer, minor in layers)
    return msgspec.structs.replace(one, allocations=shares)


@given(baskets, amounts, amounts)
def test_coupons_pay_for_everything_when_nothing_but_nothing_is_left(lines, member, coupon):
    granted = spread(lines, layer="member", funder=SHOP_FUNDS, minor=member)
    room = sum(one.gross - one.discount for one in granted)

    after = spread(granted, layer="coupon", funder=SHOP_FUNDS, minor=coupon)

    assert coupons_pay_all(after) == (room > 0 and coupon >= room)


@given(amounts, st.lists(st.integers(0, 100), min_size=len(LAYERS_IN_ORDER), max_size=len(LAYERS_IN_ORDER)))
def test_percentages_of_layers_never_come_to_more_than_the_whole(gross, percents):
    """Each is taken of what the layers before leave, and says the same when it is asked again later."""
    one = line(1, gross)
    for layer, percent in zip(LAYERS_IN_ORDER, percents, strict=True):
        base = base_of(one, layer)
        (one,) = spread([one], layer=layer, funder=SHOP_FUNDS, minor=base * percent // 100)
        assert base_of(one, layer) == base

    assert base_of(one, LAYERS_IN_ORDER[0]) == gross
    assert 0 <= one.discount <= gross


@pytest.mark.parametrize(
    "broken",
    [
        lambda lines: lines[:-1],
        lambda lines: [msgspec.structs.replace(lines[0], gross=-1), *lines[1:]],
        lambda lines: [msgspec.structs.replace(lines[0], tax=-1), *lines[1:]],
        lambda lines: [msgspec.structs.replace(lines[0], quantity=2), *lines[1:]],
        lambda lines: [discounted(lines[0], ("coupon", 101)), *lines[1:]],
        lambda lines: [discounted(lines[0], ("coupon", 0)), *lines[1:]],
        lambda lines: [discounted(lines[0], ("loyalty", 1)), *lines[1:]],
        lambda lines: [discounted(lines[0], ("coupon", 1), ("activity", 1)), *lines[1:]],
    ],
)
def test_no_layer_may_break_the_rules_of_pricing(broken):
    lines = [line(1, 100), line(2, 100)]

    with pytest.raises(PricingBroken):
        guard_lines(lines, broken(lines))


@given(st.integers(0, 10**15), st.integers(0, 10_000))
def test_commission_is_never_more_than_revenue_and_rounds_half_up(net, basis_points):
    fee = commission(net, basis_points)

    assert 0 <= fee <= net
    assert abs(fee * 10_000 - net * basis_points) * 2 <= 10_000


@given(baskets, amounts, st.randoms(use_true_random=False))
def test_freight_is_split_to_the_cent_whatever_the_order_of_the_lines(lines, freight, shuffler):
    shuffled = list(lines)
    shuffler.shuffle(shuffled)

    shares = freight_shares(lines, freight)

    assert sum(shares.values()) == freight
    assert min(shares.values()) >= 0
    assert freight_shares(shuffled, freight) == shares


def test_what_funders_bear_is_summed_by_funder():
    brand = Funder(FunderKind.BRAND, uuid4())
    shares = [
        Allocation("member", brand, 5),
        Allocation("coupon", SHOP_FUNDS, 7),
        Allocation("points", brand, 11),
    ]

    assert borne_by(shares) == {brand: 16, SHOP_FUNDS: 7}


def test_the_best_ranked_place_that_has_everything_serves_everything():
    pear, tea = uuid4(), uuid4()
    near, far = uuid4(), uuid4()
    stock = {pear: {near: 1, far: 5}, tea: {far: 5}}

    chosen = choose_places([line(1, 1, sku=pear), line(2, 1, sku=tea)], ranking=[near, far], stock=stock)

    assert chosen == {1: far, 2: far}


def test_lines_go_apart_only_when_no_place_has_everything():
    pear, tea, silk = uuid4(), uuid4(), uuid4()
    near, far = uuid4(), uuid4()
    stock = {pear: {near: 1}, tea: {far: 5}}
    wanted = [line(1, 1, sku=pear), line(2, 1, sku=tea), line(3, 1, sku=silk)]

    assert choose_places(wanted, ranking=[near, far], stock=stock) == {1: near, 2: far, 3: None}


def test_lines_that_share_a_sku_are_summed_before_a_place_is_chosen():
    pear, near, far = uuid4(), uuid4(), uuid4()
    stock = {pear: {near: 1, far: 2}}

    chosen = choose_places([line(1, 1, sku=pear), line(2, 1, sku=pear)], ranking=[near, far], stock=stock)

    assert chosen == {1: far, 2: far}


def test_every_state_can_be_reached_and_every_way_ends():
    reached = set(INITIAL)
    for _ in OrderState:
        reached |= {after for state in reached for after in TRANSITIONS[state]}

    assert reached == set(OrderState) == set(TRANSITIONS)
    for start in OrderState:
        state, walk = start, random.Random(start)
        for _ in range(1000):
            if state in FINAL:
                break
            following = sorted(TRANSITIONS[state])
            assert all(may_move(state, after) for after in following)
            state = walk.choice(following)
        assert state in FINAL


def test_the_database_knows_the_same_transitions():
    migration = import_module("hansa.centers.trade._migrations.0001_trade")

    assert list(migration.TRANSITIONS) == pairs(TRANSITIONS)
    assert list(migration.LINE_TRANSITIONS) == pairs(LINE_TRANSITIONS)
