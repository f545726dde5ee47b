"""The arithmetic of stock against a plain model: whatever happens, nothing is sold twice and sums agree."""

from types import SimpleNamespace
from uuid import UUID

from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from hansa.centers.inventory._rules import receiving
from hansa.centers.inventory._rules import stock as rules
from hansa.centers.inventory.errors import OutOfStock
from hansa.centers.inventory.types import (
    HoldDemand,
    HoldKey,
    HoldLine,
    HoldState,
    MoveDemand,
    StockDemand,
    StockLimits,
    StockStep,
)
from hansa.kernel.context import Traffic

CTX = SimpleNamespace(traffic=Traffic.SANDBOX, business="bazaar")
SKUS = [UUID(int=n) for n in (1, 2)]
PLACES = [UUID(int=n) for n in (11, 12)]
ORDERS = [UUID(int=n) for n in range(21, 27)]
STOCKS = [(sku, place, "sandbox") for sku in SKUS for place in PLACES]

lines = st.lists(
    st.tuples(st.sampled_from(SKUS), st.sampled_from(PLACES), st.integers(1, 4)), min_size=1, max_size=4
)


def snapshot(state):
    levels = {key: (level.on_hand, level.held, level.allocated) for key, level in state.levels.items()}
    holds = {key: (hold.quantity, hold.state) for key, hold in state.holds.items()}
    return levels, holds, len(state.taken)


class Orders(RuleBasedStateMachine):
    """Orders come, are paid, sent and cancelled; goods come in. The model is a dictionary of orders."""

    @initialize(
        pieces=st.lists(st.integers(0, 8), min_size=4, max_size=4),
        limits=st.lists(st.tuples(st.integers(0, 3), st.integers(0, 4)), min_size=4, max_size=4),
    )
    def begin(self, pieces, limits):
        self.limits = dict(zip(STOCKS, limits, strict=True))  # (kept back, promised beyond what is there)
        self.state = rules.StockState(
            {
                key: rules.Level.of(key, n, safety=limit[0], backorder=limit[1])
                for key, n, limit in zip(STOCKS, pieces, limits, strict=True)
            },
            {},
        )
        self.received = dict(zip(STOCKS, pieces, strict=True))
        self.orders = {}  # order -> (wanted pieces per stock, state)

    def left(self, stock):
        """What the model says can still be sold: all that came, less what is kept back and orders have and had."""
        safety, backorder = self.limits[stock]
        return (
            self.received[stock]
            + backorder
            - safety
            - sum(
                wanted.get(stock, 0)
                for wanted, state in self.orders.values()
                if state is not HoldState.RELEASED
            )
        )

    def there(self, stock):
        """What the model says is on hand: all that came, less what was sent."""
        return self.received[stock] - sum(
            wanted.get(stock, 0) for wanted, state in self.orders.values() if state is HoldState.SHIPPED
        )

    @rule(stock=st.sampled_from(STOCKS), quantity=st.integers(1, 5))
    def receive(self, stock, quantity):
        level = self.state.levels[stock]
        level.on_hand += quantity  # in another transaction: it is read again with what it is now
        level.was = (level.was[0] + quantity, *level.was[1:])
        self.received[stock] += quantity

    @rule(stock=st.sampled_from(STOCKS), difference=st.integers(-6, 6))
    def count(self, stock, difference):
        """A stocktake finds more or less; what was promised beyond what may be, it does not take away."""
        level = self.state.levels[stock]
        refused = receiving.refuse(level, difference)
        promised = level.held + level.allocated - self.limits[stock][1]
        after = level.on_hand + difference
        assert (refused is None) is (after >= 0 and after >= promised)
        if refused is None:
            level.on_hand += difference
            level.was = (level.was[0] + difference, *level.was[1:])
            self.received[stock] += difference

    @rule(stock=st.sampled_from(STOCKS), said=st.integers(0, 12))
    def push(self, stock, said):
        """A program says what is there: it is believed, but for what was promised."""
        level = self.state.levels[stock]
        becomes = receiving.settable(level, said)
        assert becomes == max(said, level.held + level.allocated - self.limits[stock][1], 0)
        self.received[stock] += becomes - level.on_hand
        level.was = (level.was[0] + becomes - level.on_hand, *level.was[1:])
        level.on_hand = becomes

    @rule(stock=st.sampled_from(STOCKS), safety=st.integers(0, 5), backorder=st.integers(0, 5))
    def limit(self, stock, safety, backorder):
        level = self.state.levels[stock]
        wanted = StockLimits(sku_id=stock[0], place_id=stock[1], safety=safety, backorder=backorder)
        if receiving.refuse_limits(level, wanted) is None:
            level.safety, level.backorder = self.limits[stock] = safety, backorder

    @rule(order=st.sampled_from(ORDERS), wants=lines, regret=st.booleans())
    def hold(self, order, wants, regret):
        demand = HoldDemand(
            CTX, tuple(HoldLine(order, at, sku, place, n) for at, (sku, place, n) in enumerate(wants)), None
        )
        sums = {}
        for sku, place, n in wants:
            sums[sku, place, "sandbox"] = sums.get((sku, place, "sandbox"), 0) + n
        before = snapshot(self.state)
        refusal = rules.hold(self.state, demand)
        if order in self.orders:
            known, state = self.orders[order]
            overlap = any(stock in known for stock in sums)
            if overlap:
                same = state is not HoldState.RELEASED and sums.items() <= known.items()
                assert (refusal is None) is same
                assert snapshot(self.state)[:2] == before[:2]
                return
        fits = all(n <= self.left(stock) for stock, n in sums.items())
        assert (refusal is None) is fits
        if not fits:
            assert isinstance(refusal, OutOfStock)
            named = {line["line_no"] for line in refusal.extras["lines"]}
            short = {stock for stock, n in sums.items() if n > self.left(stock)}
            assert named == {
                at for at, (sku, place, _) in enumerate(wants) if (sku, place, "sandbox") in short
            }
            assert snapshot(self.state) == before
        elif regret or order in self.orders:  # the model knows one demand per order
            rules.undo(self.state, demand)
            assert snapshot(self.state) == before
        else:
            self.orders[order] = (sums, HoldState.HELD)

    def step(self, order, step, moves, done, *, regret):
        wanted, state = self.orders.get(order, ({STOCKS[0]: 1}, None))
        demand = StockDemand(CTX, tuple(HoldKey(order, sku, place) for sku, place, _ in wanted))
        before = snapshot(self.state)
        refusal = rules.move(self.state, demand, step)
        missing = step is rules.SHIP and any(n > self.there(stock) for stock, n in wanted.items())
        assert (refusal is None) is ((state in moves and not missing) or state in done)
        if refusal is not None or state not in moves:
            assert snapshot(self.state)[:2] == before[:2]
        elif regret:
            rules.undo(self.state, demand)
            assert snapshot(self.state) == before
        else:
            self.orders[order] = (wanted, step.to)

    @rule(order=st.sampled_from(ORDERS), regret=st.booleans())
    def allocate(self, order, regret):
        done = {HoldState.ALLOCATED, HoldState.SHIPPED}
        self.step(order, rules.ALLOCATE, {HoldState.HELD}, done, regret=regret)

    @rule(order=st.sampled_from(ORDERS), regret=st.booleans())
    def ship(self, order, regret):
        self.step(order, rules.SHIP, {HoldState.ALLOCATED}, {HoldState.SHIPPED}, regret=regret)

    @rule(order=st.sampled_from(ORDERS), regret=st.booleans())
    def release(self, order, regret):
        moves = {HoldState.HELD, HoldState.ALLOCATED}
        self.step(order, rules.RELEASE, moves, {None, *HoldState}, regret=regret)

    @rule(
        order=st.sampled_from(ORDERS),
        n=st.integers(0, 5),
        what=st.sampled_from([StockStep.SHIP, StockStep.RELEASE]),
        regret=st.booleans(),
    )
    def part(self, order, n, what, regret):
        """Some pieces of one hold are sent or taken back, the others stay put by."""
        wanted, state = self.orders.get(order, ({STOCKS[0]: 1}, None))
        stock, there = next(iter(wanted.items()))
        key = HoldKey(order, stock[0], stock[1])
        step, before = rules.STEPS[what], snapshot(self.state)
        demand = MoveDemand(CTX, what, (key,), {key: n})
        refusal = rules.move(self.state, demand, step)
        if state not in step.moves:
            assert (refusal is None) is (state in step.done or step.refusal is None)
            assert snapshot(self.state)[:2] == before[:2]
            return
        missing = what is StockStep.SHIP and n > self.there(stock)
        assert (refusal is None) is (1 <= n <= there and not missing)
        if refusal is not None:
            assert snapshot(self.state) == before
        elif regret or (n == there and len(wanted) > 1):  # the model knows one state per order
            rules.undo(self.state, demand)
            assert snapshot(self.state) == before
        elif n == there:
            self.orders[order] = (wanted, step.to)
        else:
            self.orders[order] = (wanted | {stock: there - n}, state)
            self.orders[order, len(self.orders)] = ({stock: n}, step.to)

    @invariant()
    def nothing_is_sold_twice(self):
        for stock in STOCKS:
            level = self.state.levels[stock]
            in_state = {
                state: sum(wanted.get(stock, 0) for wanted, now in self.orders.values() if now is state)
                for state in HoldState
            }
            assert min(level.on_hand, level.held, level.allocated) >= 0
            assert level.available == self.left(stock)
            assert level.held + level.allocated <= level.on_hand + self.limits[stock][1]
            assert level.held == in_state[HoldState.HELD]
            assert level.allocated == in_state[HoldState.ALLOCATED]
            assert level.on_hand == self.there(stock)

    @invariant()
    def what_is_written_is_what_was_decided(self):
        """The merged deltas and the last change of each hold lead from the beginning to here."""
        merged = rules.merged(self.state)
        for stock in STOCKS:
            level = self.state.levels[stock]
            on_hand, held, allocated = merged.get(stock, (0, 0, 0))
            assert (level.on_hand, level.held, level.allocated) == (
                self.received[stock] + on_hand,
                held,
                allocated,
            )
        written = {change.key: change.after for change in rules.last_of_each(rules.changes_of(self.state))}
        assert written == self.state.holds


TestOrders = Orders.TestCase
TestOrders.settings = settings(
    max_examples=40,
    stateful_step_count=25,
    deadline=None,
    # Explaining a failure traces every line, which takes minutes.
    phases=(Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink),
)
