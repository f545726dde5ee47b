"""The lane's queue by properties: bounded, in order, and fair."""

from collections import Counter
from dataclasses import dataclass

from hypothesis import given, settings
from hypothesis import strategies as st

from hansa.kernel.lane.fair import FairQueue, QueueFull

BUSINESSES = "abcde"


@dataclass(frozen=True)
class Item:
    business: str
    turn: int
    since: float = 0.0


steps = st.lists(
    st.one_of(
        st.sampled_from(BUSINESSES), st.integers(min_value=1, max_value=9)
    ),  # push to one, or take so many
    max_size=200,
)


@settings(deadline=None)  # a busy machine is no failure
@given(steps, st.integers(min_value=1, max_value=20))
def test_nothing_is_lost_doubled_or_overtaken_within_a_business(script, length_max):
    queue: FairQueue[Item] = FairQueue(length_max=length_max)
    entered: dict[str, list[Item]] = {business: [] for business in BUSINESSES}
    left: dict[str, list[Item]] = {business: [] for business in BUSINESSES}
    for turn, step in enumerate(script):
        if isinstance(step, int):
            for item in queue.take(step):
                left[item.business].append(item)
            continue
        item = Item(step, turn)
        try:
            pushed_out = queue.push(step, item)
        except QueueFull:
            continue
        entered[step].append(item)
        if pushed_out:
            assert pushed_out.business != step
            entered[pushed_out.business].remove(pushed_out)
        assert len(queue) <= length_max
    for item in queue.take(10_000):
        left[item.business].append(item)
    assert left == entered
    assert len(queue) == 0
    assert queue.lengths() == {}


@settings(deadline=None)  # a busy machine is no failure
@given(
    st.dictionaries(st.sampled_from(BUSINESSES), st.integers(min_value=1, max_value=5), min_size=2),
    st.integers(min_value=1, max_value=40),
)
def test_businesses_that_all_have_much_to_send_get_shares_by_weight(weights, batch):
    queue: FairQueue[Item] = FairQueue(length_max=100_000, weight_of=weights.__getitem__)
    for business in weights:
        for turn in range(600):
            queue.push(business, Item(business, turn))

    rounds = 60
    taken = Counter(item.business for _ in range(rounds) for item in queue.take(batch)[:])

    total = sum(weights.values())
    for business, weight in weights.items():
        fair = min(rounds * batch, 600 * len(weights)) * weight / total
        if max(taken.values()) < 600:
            assert abs(taken[business] - fair) <= 2 * weight + 1


@settings(deadline=None)  # a busy machine is no failure
@given(st.integers(min_value=1, max_value=4_000), st.integers(min_value=1, max_value=50))
def test_a_flood_delays_a_newcomer_by_one_round_at_most(flood, batch):
    queue: FairQueue[Item] = FairQueue(length_max=10_000)
    for turn in range(flood):
        queue.push("flood", Item("flood", turn))
    queue.take(batch)
    queue.push("quiet", Item("quiet", 0))

    served = [item.business for item in queue.take(2)]

    assert "quiet" in served
