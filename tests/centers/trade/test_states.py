"""The state machine, exhaustively: every pair of states, by the database, by the API, and through the lines."""

from __future__ import annotations

from contextlib import asynccontextmanager, suppress
from itertools import product
from uuid import uuid4

import asyncpg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from centers.trading import operator
from hansa.centers.trade import api as trade
from hansa.centers.trade._rules.states import (
    DRIVEN,
    FINAL,
    INITIAL,
    LINE_FINAL,
    LINE_TRANSITIONS,
    TRANSITIONS,
    order_state,
)
from hansa.centers.trade._tables import metadata
from hansa.centers.trade.api import Advance
from hansa.centers.trade.errors import AlreadyClosed, IllegalMove
from hansa.centers.trade.types import LineState as L
from hansa.centers.trade.types import Moved
from hansa.centers.trade.types import OrderState as S
from hansa.kernel.problem import Forbidden

PAIRS = list(product(S, S))


class Rollback(Exception):
    """Nothing of this is to stay."""


@asynccontextmanager
async def unkept(house):
    """A transaction of which nothing stays."""
    with suppress(Rollback):
        async with house.platform.db.transaction() as tx:
            yield tx
            raise Rollback


async def accepts(house, statement: str, *parameters: object) -> bool:
    """Whether the database takes a statement; it is never kept."""
    async with unkept(house) as tx:
        try:
            await tx.raw.execute(statement, *parameters)
            taken = True
        except asyncpg.CheckViolationError:
            taken = False
    return taken


@pytest.fixture
async def order(house):
    buyer = await house.buyer()
    placed = await house.place(buyer, await house.good(await house.seller()))
    return await trade.order(buyer, order_id=placed.orders[0].id)


async def test_the_database_takes_the_legal_pairs_and_no_other(house, order):
    taken = {
        (before, after)
        for before, after in PAIRS
        if await accepts(
            house,
            """UPDATE trade."order" SET previous_state = $3, state = $4, version = 2,
                      closed_at = CASE WHEN $5 THEN placed_at END
                WHERE buyer = $1 AND id = $2""",
            order.buyer,
            order.id,
            before.value,
            after.value,
            after in FINAL,
        )
    }

    assert taken == {(before, after) for before, all_after in TRANSITIONS.items() for after in all_after}


@pytest.mark.parametrize("column", ["closed_at", "finished_at"])
async def test_an_order_that_has_ended_says_when_and_no_other_does(house, order, column):
    taken = {
        (after, told)
        for before, after in PAIRS
        for told in (True, False)
        if after in TRANSITIONS[before]
        and await accepts(
            house,
            f"""UPDATE trade."order" SET previous_state = $3, state = $4, version = 2,
                       {column} = CASE WHEN $5 THEN placed_at END
                 WHERE buyer = $1 AND id = $2""",
            order.buyer,
            order.id,
            before.value,
            after.value,
            told,
        )
    }

    reached = {after for all_after in TRANSITIONS.values() for after in all_after}
    assert taken == {(after, after in FINAL) for after in reached}


async def test_an_order_begins_where_orders_begin(house, order):
    began = {
        state
        for state in S
        if await accepts(
            house,
            """UPDATE trade."order" SET previous_state = NULL, state = $3 WHERE buyer = $1 AND id = $2""",
            order.buyer,
            order.id,
            state.value,
        )
    }

    assert began == INITIAL


async def test_the_database_knows_how_lines_move(house, order):
    taken = {
        (before, after)
        for before, after in product(L, L)
        if await accepts(
            house,
            """UPDATE trade.line SET previous_state = $3, state = $4 WHERE buyer = $1 AND order_id = $2""",
            order.buyer,
            order.id,
            before.value,
            after.value,
        )
    }

    assert taken == {(before, after) for before, all_after in LINE_TRANSITIONS.items() for after in all_after}


async def test_what_was_paid_is_never_closed_as_unpaid(house, order):
    assert not await accepts(
        house,
        """UPDATE trade."order" SET previous_state = 'awaiting_payment', state = 'closed', version = 2,
                  paid_at = placed_at, closed_at = placed_at WHERE buyer = $1 AND id = $2""",
        order.buyer,
        order.id,
    )


@pytest.mark.parametrize("start", S)
async def test_the_api_takes_the_moves_that_others_drive_and_no_other(house, order, start):
    """From every state to every state; what is taken is taken back, so that each is tried alone."""
    taken = {}
    for goal in S:
        async with unkept(house) as tx:
            await _bend(tx, order, start, paid=start is S.PAID_ON_HOLD)
            command = Advance(house.system, (order.buyer, order.id), goal, "tried")
            (taken[goal],) = await trade.advance(tx, [command])

    assert taken.keys() == set(S)
    for goal, verdict in taken.items():
        if (start, goal) in DRIVEN:
            assert verdict == Moved(order.id, goal)
        else:
            assert isinstance(verdict, AlreadyClosed if start is S.CLOSED else IllegalMove), (goal, verdict)


async def _bend(tx, order, state, *, paid):
    """Put an order, its lines and its stock where they would be in a state."""
    before = next((one for one, after in TRANSITIONS.items() if state in after), None)
    await tx.raw.execute(
        """UPDATE trade."order" SET previous_state = $3, state = $4, version = 2,
                  paid_at = CASE WHEN $5 THEN placed_at END, closed_at = CASE WHEN $6 THEN placed_at END
            WHERE buyer = $1 AND id = $2""",
        order.buyer,
        order.id,
        before.value if before else None,
        state.value,
        paid,
        state in FINAL,
    )
    if state in {S.SHIPPED, S.SIGNED}:
        await tx.raw.execute(
            """UPDATE trade.line SET previous_state = 'waiting', state = 'shipped'
                WHERE buyer = $1 AND order_id = $2""",
            order.buyer,
            order.id,
        )


def test_every_legal_move_is_driven_or_a_consequence_of_a_verb():
    assert {(a, b) for a, b in DRIVEN if b not in TRANSITIONS[a]} == set()
    own = {(a, b) for a, after in TRANSITIONS.items() for b in after} - DRIVEN
    assert own == {
        (S.CREATED, S.AWAITING_PAYMENT),  # request_payment
        (S.CREATED, S.CLOSED),  # cancel
        (S.AWAITING_PAYMENT, S.CLOSED),
        (S.PAYMENT_PENDING, S.CLOSED),
        (S.AWAITING_PAYMENT, S.AWAITING_SHIPMENT),  # pay
        (S.PAYMENT_PENDING, S.AWAITING_SHIPMENT),
        (S.AWAITING_PAYMENT, S.PAID_ON_HOLD),
        (S.PAYMENT_PENDING, S.PAID_ON_HOLD),
        (S.PAID_ON_HOLD, S.REFUNDED),  # refund_lines, cancel_order
        (S.AWAITING_SHIPMENT, S.REFUNDED),
        (S.PARTLY_SHIPPED, S.REFUNDED),
        (S.SHIPPED, S.REFUNDED),
        (S.SIGNED, S.REFUNDED),
        (S.PARTLY_SHIPPED, S.AWAITING_SHIPMENT),
        (S.AWAITING_SHIPMENT, S.PARTLY_SHIPPED),  # ship
        (S.AWAITING_SHIPMENT, S.SHIPPED),
        (S.PARTLY_SHIPPED, S.SHIPPED),
        (S.AWAITING_SHIPMENT, S.FINISHED),  # receive
        (S.PARTLY_SHIPPED, S.FINISHED),
        (S.SHIPPED, S.FINISHED),
        (S.SIGNED, S.FINISHED),
    }


standings = st.sampled_from(
    [
        (L.WAITING, None),
        (L.SHIPPED, L.WAITING),
        (L.RECEIVED, L.SHIPPED),
        (L.REFUNDED, L.WAITING),
        (L.REFUNDING, L.WAITING),
        (L.REFUNDING, L.SHIPPED),
    ]
)


@given(st.lists(standings, min_size=1, max_size=8), st.randoms(use_true_random=False))
def test_the_orders_state_does_not_depend_on_the_order_of_its_lines(lines, shuffler):
    shuffled = list(lines)
    shuffler.shuffle(shuffled)

    assert order_state(S.AWAITING_SHIPMENT, lines) is order_state(S.AWAITING_SHIPMENT, shuffled)


@given(st.lists(standings, min_size=1, max_size=5), st.data())
def test_whatever_a_line_does_its_order_moves_legally(lines, data):
    """From any lines, any one line's legal step: the order stays, or makes a legal move."""
    current = order_state(S.AWAITING_SHIPMENT, lines)
    movable = [at for at, (state, _) in enumerate(lines) if state not in LINE_FINAL]
    if not movable:
        assert current in {S.FINISHED, S.REFUNDED}
        return
    at = data.draw(st.sampled_from(movable))
    state, before = lines[at]
    goals = (
        {before} & {L.WAITING, L.SHIPPED} if state is L.REFUNDING else LINE_TRANSITIONS[state] - {L.CLOSED}
    )
    goals |= {L.REFUNDED}
    goal = data.draw(st.sampled_from(sorted(goals)))

    after = order_state(current, [*lines[:at], (goal, state), *lines[at + 1 :]])

    assert after is current or after in TRANSITIONS[current]


@given(st.lists(standings, min_size=1, max_size=8))
def test_an_order_ends_when_its_last_line_does(lines):
    state = order_state(S.SHIPPED, lines)

    assert (state in {S.FINISHED, S.REFUNDED}) is all(one in LINE_FINAL for one, _ in lines)
    if state is S.FINISHED:
        assert L.RECEIVED in {one for one, _ in lines}


@pytest.mark.external
async def test_a_play_holds_an_order_and_lets_it_go(house):
    seller, buyer = await house.seller(), await house.buyer()
    order_id = await house.paid_order(buyer, await house.good(seller))
    boss = operator(await house.buyer())

    held = await trade.hold(boss, order_id=order_id, cause="the group is forming")
    with pytest.raises(IllegalMove):
        await trade.ship(seller.ctx, order_id=order_id)
    with pytest.raises(IllegalMove):
        await trade.receive(buyer, order_id=order_id)
    let_go = await trade.release(boss, order_id=order_id, cause="the group is complete")
    await trade.ship(seller.ctx, order_id=order_id)

    assert (held.state, let_go.state) == (S.PAID_ON_HOLD, S.AWAITING_SHIPMENT)
    history = await trade.history(buyer, order=await trade.order(buyer, order_id=order_id))
    assert [one.cause for one in history] == [
        "placed", "paid", "the group is forming", "the group is complete", "shipped",
    ]  # fmt: skip
    with pytest.raises(Forbidden):
        await trade.hold(seller.ctx, order_id=order_id, cause="because")


@pytest.mark.external
async def test_a_presale_goes_from_deposit_to_balance_to_the_goods(house, monkeypatch):
    """Its money is the play's; trade keeps its states and its stock."""
    buyer = await house.buyer()
    pear = await house.good(await house.seller())
    monkeypatch.setitem(house.system.plan.calls, "trade.opening", lambda _ctx, _quote: S.DEPOSIT_UNPAID)
    placed = await house.place(buyer, pear)
    monkeypatch.undo()
    order = await trade.order(buyer, order_id=placed.orders[0].id)
    assert order.state is S.DEPOSIT_UNPAID

    stock = []
    for state in (S.DEPOSIT_PAID, S.BALANCE_DUE, S.REFUNDED):
        async with house.platform.db.transaction() as tx:
            command = Advance(house.system, (order.buyer, order.id), state, "presale")
            assert await trade.advance(tx, [command]) == [Moved(order.id, state)]
        stock.append(await house.stock(pear))

    assert stock == [(10, 0, 1), (10, 0, 1), (10, 0, 0)]


@pytest.mark.parametrize("table", metadata.tables.values(), ids=lambda table: table.name)
async def test_a_table_is_as_its_migration_makes_it(house, table):
    async with house.platform.db.transaction() as tx:
        columns = await tx.raw.fetch(
            """SELECT column_name AS name, is_nullable = 'YES' AS nullable
                 FROM information_schema.columns WHERE table_schema = 'trade' AND table_name = $1""",
            table.name,
        )
        indexes = await tx.raw.fetch(
            "SELECT indexname AS name FROM pg_indexes WHERE schemaname = 'trade' AND tablename = $1",
            table.name,
        )

    assert {(row["name"], row["nullable"]) for row in columns} == {
        (column.name, column.nullable) for column in table.columns
    }
    assert {row["name"] for row in indexes} == {index.name for index in table.indexes} | {
        f"{table.name}_pkey"
    }


async def test_an_order_that_is_not_there_cannot_be_driven(house):
    async with house.platform.db.transaction() as tx:
        (verdict,) = await trade.advance(
            tx, [Advance(house.system, (uuid4(), uuid4()), S.PAID_ON_HOLD, "because")]
        )

    assert verdict.code == "trade.order_not_found"
