"""Commission: which rule is about a line, and how rules come and go."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import asyncpg
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from hansa.centers.product.types import CATEGORY_ID, OFFER_ID
from hansa.centers.shop import api as shop
from hansa.centers.shop._http import commission as http
from hansa.centers.shop._rules.commission import book_of, paths_of, rate_of, specificity
from hansa.centers.shop.errors import CommissionRuleNotFound, CommissionRuleOver, ShopNotFound
from hansa.centers.shop.types import (
    Commission,
    CommissionLine,
    CommissionRate,
    CommissionRule,
    CommissionRuleId,
    CommissionScope,
)
from hansa.kernel.context import Traffic
from hansa.kernel.problem import Forbidden, Invalid

NOW = datetime(2026, 11, 22, tzinfo=UTC)
IDS = [UUID(int=n) for n in range(4)]
BUSINESSES = ["fair", "fair.books", "bazaar"]

some = st.sampled_from(IDS)
scopes = st.builds(
    CommissionScope,
    shop_id=st.none() | some,
    category_id=st.none() | some,
    offer_id=st.none() | some,
    kind=st.none() | st.sampled_from(["flash_sale", "group_buy"]),
)
moments = st.integers(-3, 3).map(lambda days: NOW + timedelta(days=days))


@st.composite
def rules_(draw):
    """A few rules, each with an id of its own."""
    drawn = draw(
        st.lists(
            st.tuples(scopes, st.sampled_from(BUSINESSES), moments, st.none() | moments, moments), max_size=8
        )
    )
    return [
        CommissionRule(
            id=CommissionRuleId(UUID(int=at)),
            business=business,
            traffic=Traffic.LIVE,
            scope=scope,
            basis_points=at * 100,
            valid_from=begins,
            valid_until=ends,
            created_at=made,
            created_by="system",
        )
        for at, (scope, business, begins, ends, made) in enumerate(drawn)
    ]


lines = st.builds(
    CommissionLine,
    shop_id=some,
    offer_id=some,
    categories=st.lists(some, unique=True, max_size=3).map(tuple),
    kind=st.sampled_from(["", "flash_sale", "group_buy"]),
)


def rate(line, rules, *, business="fair.books", now=NOW, otherwise=7):
    books = {path: book_of([one for one in rules if one.business == path]) for path in paths_of(business)}
    return rate_of(line, books, business=business, now=now, otherwise=otherwise)


@given(lines, rules_())
def test_the_rule_found_is_the_most_specific_of_all_that_fit(line, rules):
    fits = [(specificity(one, line, business="fair.books", now=NOW), one) for one in rules]
    fitting = [(fit, one) for fit, one in fits if fit is not None]

    expected = max(fitting, key=lambda pair: pair[0])[1] if fitting else None

    assert rate(line, rules) == (
        CommissionRate(7) if expected is None else CommissionRate(expected.basis_points, expected.id)
    )


@given(lines, rules_(), st.randoms())
def test_the_order_of_rules_does_not_matter(line, rules, random):
    shuffled = list(rules)
    random.shuffle(shuffled)

    assert rate(line, rules) == rate(line, shuffled)


@given(lines, rules_(), scopes)
def test_a_rule_about_something_else_changes_nothing(line, rules, scope):
    other = replace(
        CommissionRule(
            id=CommissionRuleId(UUID(int=99)),
            business="fair.books",
            traffic=Traffic.LIVE,
            scope=scope,
            basis_points=9999,
            valid_from=NOW,
            valid_until=None,
            created_at=NOW,
            created_by="system",
        ),
        scope=replace(scope, offer_id=uuid4()),
    )

    assert rate(line, [*rules, other]) == rate(line, rules)


@given(lines, rules_())
def test_a_later_rule_about_the_offer_itself_always_wins(line, rules):
    last = CommissionRule(
        id=CommissionRuleId(UUID(int=99)),
        business="fair.books",
        traffic=Traffic.LIVE,
        scope=CommissionScope(
            offer_id=line.offer_id,
            shop_id=line.shop_id,
            category_id=line.categories[0] if line.categories else None,
            kind=line.kind or None,
        ),
        basis_points=1,
        valid_from=NOW,
        valid_until=None,
        created_at=NOW + timedelta(days=4),
        created_by="system",
    )

    assert rate(line, [*rules, last]).rule_id == last.id


def ordinary(**about):
    return CommissionLine(**{"shop_id": IDS[0], "offer_id": IDS[1], "categories": (IDS[2], IDS[3])} | about)


def rule(n, *, made=0, business="fair", begins=NOW, ends=None, **scope):
    return CommissionRule(
        id=CommissionRuleId(UUID(int=n)),
        business=business,
        traffic=Traffic.LIVE,
        scope=CommissionScope(**scope),
        basis_points=n,
        valid_from=begins,
        valid_until=ends,
        created_at=NOW + timedelta(hours=made),
        created_by="system",
    )


@pytest.mark.parametrize(
    ("weaker", "stronger"),
    [
        (rule(1), rule(2, kind="flash_sale")),
        (rule(1, kind="flash_sale"), rule(2, category_id=IDS[3])),
        (rule(1, category_id=IDS[3]), rule(2, category_id=IDS[2])),
        (rule(1, category_id=IDS[2], kind="flash_sale"), rule(2, shop_id=IDS[0])),
        (rule(1, shop_id=IDS[0], category_id=IDS[2]), rule(2, offer_id=IDS[1])),
        (rule(1), rule(2, business="fair.books")),
        (rule(1, business="fair.books"), rule(2, kind="flash_sale")),
        (rule(1, made=0), rule(2, made=1)),
    ],
)
def test_what_wins_over_what(weaker, stronger):
    line = ordinary(kind="flash_sale")

    assert rate(line, [weaker, stronger]).rule_id == stronger.id
    assert rate(line, [weaker]).rule_id == weaker.id


def test_a_rule_holds_from_its_first_moment_to_before_its_last():
    one = rule(5, begins=NOW, ends=NOW + timedelta(hours=1))

    for at, holds in ((-1, False), (0, True), (3599, True), (3600, False)):
        found = rate(ordinary(), [one], now=NOW + timedelta(seconds=at))
        assert found == (CommissionRate(5, one.id) if holds else CommissionRate(7))


async def test_without_rules_the_term_holds(markets):
    market = await markets(terms=[Commission(basis_points=500)])
    asked = [ordinary(), ordinary(kind="flash_sale")]

    assert await shop.commission_for(market.ctx, asked) == [CommissionRate(500)] * 2


async def test_a_rule_is_seen_at_once_here_and_by_other_processes_when_they_look(market, markets):
    opened, _ = await market.seller()
    line = ordinary(shop_id=opened.id)
    assert await shop.commission_for(market.ctx, [line]) == [CommissionRate(0)]

    made = await shop.add_commission_rule(
        market.ctx, scope=CommissionScope(shop_id=opened.id), basis_points=300
    )

    expected = [CommissionRate(300, made.id), CommissionRate(0)]
    asked = [line, ordinary(shop_id=IDS[2])]
    assert await shop.commission_for(market.ctx, asked) == expected
    assert await shop.commission_for((await markets()).ctx, asked) == expected
    assert (await shop.list_commission_rules(market.ctx)).items == [made]


async def test_a_rule_ends_and_another_begins(market):
    first = await shop.add_commission_rule(market.ctx, scope=CommissionScope(), basis_points=300)
    ended = await shop.end_commission_rule(market.ctx, rule_id=first.id)
    second = await shop.add_commission_rule(market.ctx, scope=CommissionScope(), basis_points=200)

    assert ended.valid_until is not None
    assert await shop.commission_for(market.ctx, [ordinary()]) == [CommissionRate(200, second.id)]
    with pytest.raises(CommissionRuleOver):
        await shop.end_commission_rule(market.ctx, rule_id=first.id)
    with pytest.raises(CommissionRuleNotFound):
        await shop.end_commission_rule(market.ctx, rule_id=CommissionRuleId(uuid4()))
    assert len(await market.told("shop.commission_changed")) == 3


async def test_rules_of_one_business_and_traffic_class_do_not_hold_in_another(market):
    await shop.add_commission_rule(market.ctx, scope=CommissionScope(), basis_points=300)
    fair = market.platform.context("fair", actor=market.ctx.actor)
    live = market.platform.context("bazaar", actor=market.ctx.actor, traffic=Traffic.LIVE)

    for elsewhere in (fair, live):
        assert await shop.commission_for(elsewhere, [ordinary()]) == [CommissionRate(0)]
        assert (await shop.list_commission_rules(elsewhere)).items == []


async def test_a_warm_question_takes_no_query(market, monkeypatch):
    await shop.add_commission_rule(market.ctx, scope=CommissionScope(), basis_points=300)
    await shop.commission_for(market.ctx, [ordinary()])

    def refuse(*_):
        raise AssertionError("a query")

    monkeypatch.setattr(market.db, "transaction", refuse)
    assert [one.basis_points for one in await shop.commission_for(market.ctx, [ordinary()] * 50)] == [
        300
    ] * 50


async def test_a_shop_sees_its_own_rules_and_sets_none(market):
    opened, seller = await market.seller()
    other, rival = await market.seller("other")
    for one in (opened, other):
        await shop.add_commission_rule(market.ctx, scope=CommissionScope(shop_id=one.id), basis_points=1)

    [seen] = (await shop.list_commission_rules(seller, shop_id=opened.id)).items
    assert seen.scope.shop_id == opened.id
    for reach in (
        shop.list_commission_rules(rival, shop_id=opened.id),
        shop.list_commission_rules(seller),
        shop.add_commission_rule(seller, scope=CommissionScope(shop_id=opened.id), basis_points=0),
        shop.end_commission_rule(seller, rule_id=seen.id),
    ):
        with pytest.raises(Forbidden):
            await reach


async def test_wrong_rules_are_refused_by_field(market):
    now = market.ctx.now()

    with pytest.raises(Invalid) as refusal:
        await shop.add_commission_rule(
            market.ctx,
            scope=CommissionScope(kind=" "),
            basis_points=10_001,
            valid_from=now - timedelta(days=1),
            valid_until=now - timedelta(days=2),
        )
    assert [error.field for error in refusal.value.errors] == [
        "basis_points",
        "kind",
        "valid_from",
        "valid_until",
    ]
    with pytest.raises(ShopNotFound):
        await shop.add_commission_rule(market.ctx, scope=CommissionScope(shop_id=uuid4()), basis_points=1)


async def test_the_database_keeps_rates_and_times_in_order(market):
    await shop.add_commission_rule(market.ctx, scope=CommissionScope(), basis_points=300)

    for wrong in ("basis_points = -1", "basis_points = 10001", "valid_until = valid_from - interval '1 s'"):
        with pytest.raises(asyncpg.CheckViolationError):
            await market.rows(f"UPDATE shop.commission_rule SET {wrong}")


def test_ids_are_shown_as_their_owner_shows_them():
    assert (http._CATEGORY_ID.prefix, http._OFFER_ID.prefix) == (CATEGORY_ID.prefix, OFFER_ID.prefix)
