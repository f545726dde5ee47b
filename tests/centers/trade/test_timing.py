"""Every order ends by itself: whatever people did to it before, and then leave it alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import combinations
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import msgspec
import pytest

from centers.trading import lines_of, operator, paid, staff
from hansa.centers.trade import api as trade
from hansa.centers.trade._rules.rows import OrderKey
from hansa.centers.trade._rules.states import FINAL, LINE_FINAL, UNPAID
from hansa.centers.trade._rules.timing import (
    CANCEL_UNSHIPPED,
    CONFIRM_RECEIPT,
    REFUND_UNDECIDED,
    REMIND_TO_COLLECT,
)
from hansa.centers.trade._service.moves import MOVES, MoveState, due_of
from hansa.centers.trade._service.overdue import undecided, unreceived, unsent
from hansa.centers.trade._service.paysteps import closing, collecting
from hansa.centers.trade._service.step import Step
from hansa.centers.trade._service.steps import advancing, deciding, receiving, refunding, resuming, shipping
from hansa.centers.trade.errors import IllegalMove
from hansa.centers.trade.types import FrozenTerms, FulfilmentOption, Line, LinePart, Order
from hansa.centers.trade.types import LineState as L
from hansa.centers.trade.types import OrderState as S
from hansa.kernel.context import SYSTEM, Ctx, Traffic
from hansa.kernel.problem import Problem

BEGAN = datetime(2026, 11, 22, tzinfo=UTC)
HOUR = timedelta(hours=1)
OVERDUE: dict[str, Callable[[Ctx, Order], Step | None]] = {
    CANCEL_UNSHIPPED: unsent,
    CONFIRM_RECEIPT: unreceived,
    REFUND_UNDECIDED: undecided,
    REMIND_TO_COLLECT: lambda _ctx, _order: None,
}
SET_BY_PLAYS = frozenset({S.DEPOSIT_PAID, S.BALANCE_DUE, S.FULLY_PAID})
"""Presale: the play that keeps the money sees to their ends."""


def ctx_at(now: datetime) -> Ctx:
    """A context that knows the time, and nothing else."""
    clocks: Any = SimpleNamespace(clocks=SimpleNamespace(now=lambda _business, _traffic: now))
    plan: Any = None
    return Ctx(clocks, plan, "b", Traffic.SANDBOX, "e", SYSTEM)


def order_of(state: S, *, paid_at: datetime | None, lines: int = 2) -> Order:
    """An order that has just come to a state, its lines waiting."""
    one: Any = UUID(int=1)
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
        state=state,
        version=1,
        currency="CNY",
        goods=1000 * lines,
        discount=0,
        freight=0,
        tax=0,
        option=FulfilmentOption(code="standard", price_minor=0, place_id=one, on_delivery=paid_at is None),
        terms=FrozenTerms(
            pay_s=1800,
            ship_s=14 * 86400,
            confirm_s=10 * 86400,
            extension_s=86400,
            cancel_s=3600,
            returns_s=86400,
            invoice_wanted=False,
            decide_s=60 * 86400,
            collect_s=60 * 86400,
        ),
        placed_at=BEGAN,
        due_at=BEGAN + timedelta(days=14),
        paid_at=paid_at,
        lines=tuple(
            Line(
                line_no=number,
                offer_id=one,
                sku_id=one,
                product_id=one,
                title="Pear",
                options="",
                art="",
                quantity=1,
                unit_minor=1000,
                gross=1000,
                discount=0,
                tax=0,
                freight=0,
                commission_bp=500,
            )
            for number in range(1, lines + 1)
        ),
    )


@dataclass(frozen=True)
class World:
    """An order, the time, and what falls due."""

    order: Order
    now: datetime
    due: tuple[tuple[str, datetime], ...]

    @property
    def ctx(self) -> Ctx:
        """Who acts now."""
        return ctx_at(self.now)

    @property
    def kind(self) -> object:
        """What tells this world from others: where things stand, and what runs or has run out."""
        standing = tuple((line.state, line.previous) for line in self.order.lines)
        over = self.order.due_at is not None and self.order.due_at <= self.now
        return (
            self.order.state,
            standing,
            over,
            self.order.paid_at is None,
            tuple(kind for kind, _ in self.due),
        )

    def after(self, step: Step) -> World:
        """The world once the step is taken, as trade's part in a batch takes it."""
        order, demand = self.order, step.moves
        key: OrderKey = (order.buyer, order.id)
        row = {
            "business": order.business,
            "traffic": order.traffic,
            "state": order.state,
            "previous_state": None,
            "version": order.version,
            "due_at": order.due_at,
            "terms": msgspec.structs.asdict(order.terms),
        }
        state = MoveState({key: row})
        problem = MOVES.decide(state, demand)
        assert problem is None, problem
        ((_, move),) = state.moves[key]
        moved = {line.line_no: line for line in move.lines}
        lines = tuple(
            msgspec.structs.replace(
                line, state=moved[line.line_no].state, previous=moved[line.line_no].previous
            )
            if line.line_no in moved
            else line
            for line in order.lines
        )
        due = dict(self.due) | {one.kind: one.due_at for one in due_of(demand, row, move)}
        changed = msgspec.structs.replace(
            order,
            state=move.state,
            version=move.version,
            due_at=move.due_at,
            paid_at=order.paid_at or (move.at if move.paid else None),
            lines=lines,
        )
        return World(changed, self.now, tuple(sorted(due.items())))

    def later(self) -> World | None:
        """The world once the next thing has fallen due; None when nothing will."""
        if not self.due:
            return None
        kind, at = min(self.due, key=lambda one: one[1])
        rest = tuple(one for one in self.due if one[0] != kind)
        there = replace(self, now=max(self.now, at), due=rest)
        step = OVERDUE[kind](there.ctx, there.order)
        return there.after(step) if step else there

    def ends(self) -> World:
        """The world once nothing falls due any more."""
        world = self
        while (then := world.later()) is not None:
            world = then
        return world


def whatever_people_do(world: World) -> Iterator[World]:
    """Every world that somebody's next step, or the next deadline, leads to."""
    ctx, order = world.ctx, world.order
    some = [list(lines) for n in (1, 2) for lines in combinations((1, 2), n)]
    for lines in some:
        for step in (
            lambda lines=lines: shipping(ctx, order, lines=lines),
            lambda lines=lines: receiving(ctx, order, cause="received", lines=lines),
            lambda lines=lines: refunding(ctx, order, cause="cancelled", lines=lines),
            lambda lines=lines: deciding(ctx, order, lines=lines, cause="complaint"),
            lambda lines=lines: resuming(ctx, order, lines=lines, cause="declined"),
        ):
            try:
                yield replace(world.after(step()), now=world.now + HOUR)
            except Problem:
                continue
    for was, state in ((S.AWAITING_SHIPMENT, S.PAID_ON_HOLD), (S.PAID_ON_HOLD, S.AWAITING_SHIPMENT)):
        if order.state is was and order.paid_at is not None:
            yield world.after(advancing(ctx, order, state, cause="driven"))
    if order.paid_at is None and order.state is S.SHIPPED:
        yield world.after(collecting(ctx, order, courier=None))
    if then := world.later():
        yield then


def every_world(*begins: World) -> list[World]:
    """Every world that can be reached, one of each kind."""
    seen = {world.kind: world for world in begins}
    todo = list(begins)
    while todo:
        for world in whatever_people_do(todo.pop()):
            if world.kind not in seen:
                seen[world.kind] = world
                todo.append(world)
    return list(seen.values())


def begun(state: S, *, paid_at: datetime | None = BEGAN) -> World:
    """A world in which an order has come to a state, and its time runs."""
    order = order_of(state, paid_at=paid_at)
    return World(order, BEGAN, ((CANCEL_UNSHIPPED, BEGAN + timedelta(days=14)),))


def test_whatever_people_do_a_paid_order_ends_by_itself():
    worlds = every_world(begun(S.AWAITING_SHIPMENT))

    for world in worlds:
        ended = world.ends().order
        assert ended.state in FINAL, (world, ended)
        assert all(line.state in LINE_FINAL for line in ended.lines), (world, ended)
    assert len(worlds) > 50


def test_what_is_paid_on_delivery_ends_by_itself_too():
    worlds = every_world(begun(S.AWAITING_SHIPMENT, paid_at=None))

    for world in worlds:
        ended = world.ends().order
        assert ended.state in FINAL, (world, ended)
        assert all(line.state in LINE_FINAL for line in ended.lines), (world, ended)
    assert S.SIGNED in {world.order.state for world in worlds}


def test_no_state_is_left_without_an_end():
    """Unpaid, the time to pay ends it; paid, the times above; between deposit and balance, the play."""
    walked = {world.order.state for world in every_world(begun(S.AWAITING_SHIPMENT))}
    walked |= {world.order.state for world in every_world(begun(S.AWAITING_SHIPMENT, paid_at=None))}

    assert walked | UNPAID | SET_BY_PLAYS | FINAL == set(S)
    for state in UNPAID:
        world = World(order_of(state, paid_at=None), BEGAN, ())
        closed = world.after(closing(world.ctx, [world.order], cause="not paid in time"))
        assert closed.order.state is S.CLOSED


def test_sending_a_part_gives_no_more_time_for_the_rest():
    world = begun(S.AWAITING_SHIPMENT)
    world = replace(world, now=BEGAN + timedelta(days=3))
    world = world.after(shipping(world.ctx, world.order, lines=[1]))

    assert (world.order.state, world.order.due_at) == (S.PARTLY_SHIPPED, BEGAN + timedelta(days=14))
    world = replace(world, now=BEGAN + timedelta(days=5))
    world = world.after(shipping(world.ctx, world.order))
    assert (world.order.state, world.order.due_at) == (S.SHIPPED, BEGAN + timedelta(days=15))


@pytest.mark.external
async def test_when_the_rest_is_cancelled_the_receipt_of_the_others_is_confirmed_in_time(house):
    seller, buyer = await house.seller(), await house.buyer()
    order_id = await paid(house, buyer, await house.good(seller), await house.good(seller))
    await trade.ship(seller.ctx, order_id=order_id, lines=[1])

    done = await trade.cancel_order(staff(seller), order_id=order_id, lines=[2])
    assert done.state is S.SHIPPED
    await house.wait(timedelta(days=9))
    assert await lines_of(buyer, order_id) == {1: L.SHIPPED, 2: L.REFUNDED}
    await house.wait(timedelta(days=2))
    assert await lines_of(buyer, order_id) == {1: L.RECEIVED, 2: L.REFUNDED}


@pytest.mark.external
async def test_what_was_not_sent_with_the_rest_is_refunded_in_time_and_the_rest_received(house):
    seller, buyer = await house.seller(), await house.buyer()
    pear = await house.good(seller)
    order_id = await house.paid_order(buyer, (pear, 3))
    await trade.ship(seller.ctx, order_id=order_id, lines=[LinePart(1, 2)])

    await house.wait(timedelta(minutes=31))  # the time to pay ends, and the one to send goes on
    await house.wait(timedelta(days=14))
    assert await lines_of(buyer, order_id) == {1: L.REFUNDED, 2: L.SHIPPED}
    assert await house.stock(pear) == (8, 0, 0)
    await house.wait(timedelta(days=10))
    assert (await trade.order(buyer, order_id=order_id)).state is S.FINISHED
    await house.settle_down()
    assert await house.violations() == []


@pytest.mark.external
async def test_a_line_whose_refund_was_declined_late_has_its_time_again(house):
    seller, buyer = await house.seller(), await house.buyer()
    boss = operator(await house.buyer())
    order_id = await paid(house, buyer, await house.good(seller), await house.good(seller))
    await trade.ship(seller.ctx, order_id=order_id)
    await trade.start_refund(boss, order_id=order_id, lines=[2], cause="the buyer complains")
    await house.wait(timedelta(days=40))

    await trade.decline_refund(boss, order_id=order_id, lines=[2], cause="nothing was wrong")
    await house.wait(timedelta(days=9))
    assert await lines_of(buyer, order_id) == {1: L.RECEIVED, 2: L.SHIPPED}
    await house.wait(timedelta(days=2))
    assert await lines_of(buyer, order_id) == {1: L.RECEIVED, 2: L.RECEIVED}


@pytest.mark.external
async def test_a_refund_that_nobody_decides_on_is_made(house):
    seller, buyer = await house.seller(), await house.buyer()
    boss = operator(await house.buyer())
    order_id = await paid(house, buyer, await house.good(seller), await house.good(seller))
    await trade.ship(seller.ctx, order_id=order_id)
    await trade.start_refund(boss, order_id=order_id, lines=[2], cause="the buyer complains")

    await house.wait(timedelta(days=59))
    assert await lines_of(buyer, order_id) == {1: L.RECEIVED, 2: L.REFUNDING}
    await house.wait(timedelta(days=2))
    assert await lines_of(buyer, order_id) == {1: L.RECEIVED, 2: L.REFUNDED}
    assert (await trade.order(buyer, order_id=order_id)).state is S.FINISHED


@pytest.mark.external
async def test_what_is_kept_back_for_ever_goes_back(house):
    seller, buyer = await house.seller(), await house.buyer()
    pear = await house.good(seller)
    order_id = await house.paid_order(buyer, pear)
    await trade.hold(operator(await house.buyer()), order_id=order_id, cause="a check is running")

    await house.wait(timedelta(days=15))
    assert (await trade.order(buyer, order_id=order_id)).state is S.REFUNDED
    assert await house.stock(pear) == (10, 0, 0)


def test_what_is_paid_on_delivery_leaves_whole():
    order = order_of(S.AWAITING_SHIPMENT, paid_at=None)

    with pytest.raises(IllegalMove):
        shipping(ctx_at(BEGAN), order, lines=[1])
