"""Whole or not at all: several participants decide a batch as one would decide it call by call."""

import asyncio
from dataclasses import dataclass, field
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from hansa.kernel.lane import Part, decide_whole
from hansa.kernel.problem import Problem


class Short(Problem):
    code = "toy.short"
    status = 409


@dataclass
class Shelf:
    """A participant that has so many pieces and remembers what it was asked to do."""

    pieces: int
    log: list[str] = field(default_factory=list)
    written: int | None = None

    async def lock(self, _tx, demands):
        self.log.append(f"lock {len(demands)}")
        return [self.pieces]

    def decide(self, state, demand):
        if state[0] < demand:
            return Short()
        state[0] -= demand
        return None

    def undo(self, state, demand):
        state[0] += demand

    async def write(self, _tx, state):
        self.written = state[0]


NOBODY: Any = None
demands = st.one_of(st.none(), st.integers(min_value=1, max_value=5))


@settings(deadline=None)  # a busy machine is no failure
@given(
    st.lists(st.integers(min_value=0, max_value=20), min_size=1, max_size=4).flatmap(
        lambda shelves: st.tuples(
            st.just(shelves),
            st.lists(st.tuples(st.booleans(), st.tuples(*[demands] * len(shelves))), max_size=15),
        )
    )
)
def test_a_batch_is_decided_as_its_calls_would_be_one_by_one(case):
    pieces, calls = case
    shelves = [Shelf(n) for n in pieces]
    refused = [Short() if out else None for out, _ in calls]
    parts = [Part(shelf, [call[n] for _, call in calls]) for n, shelf in enumerate(shelves)]

    verdicts = asyncio.run(decide_whole(NOBODY, parts, refused=refused))

    left, expected = list(pieces), []
    for out, call in calls:
        fits = not out and all(want is None or want <= have for want, have in zip(call, left, strict=True))
        expected.append(fits)
        if fits:
            left = [have - (want or 0) for want, have in zip(call, left, strict=True)]
    assert [verdict is None for verdict in verdicts] == expected
    assert [shelf.written for shelf in shelves] == (left if any(expected) else [None] * len(shelves))
