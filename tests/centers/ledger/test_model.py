"""A state machine drives the real ledger and a reference model side by side."""

import asyncio
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from hansa.centers.ledger import api
from hansa.centers.ledger._rules.posting import reversal_id
from hansa.centers.ledger.errors import InsufficientBalance, JournalConflict
from hansa.centers.ledger.types import AccountClass, Entry, JournalId, Posted

KINDS = {
    "clearing": AccountClass.PROVIDER_CLEARING,
    "escrow": AccountClass.ESCROW,
    "revenue": AccountClass.PLATFORM_REVENUE,
    "deposit": AccountClass.DEPOSIT,
}
NAMES = [*KINDS, "alice", "bob"]
ANSWER = {Posted: "posted", JournalConflict: "conflict", InsufficientBalance: "short"}
REFERENCE = UUID(int=1)

amounts = st.integers(1, 100) | st.integers(1, 10**15)
IDS = st.integers(1, 40)


@dataclass
class ModelLedger:
    """Accounts by name; a floored account may not fall below zero on its normal side (+1 debit, -1 credit)."""

    normal: dict[str, int]
    floored: set[str]
    journals: dict[object, tuple[tuple[str, int], ...]] = field(default_factory=dict)
    history: dict[str, list[tuple[int, int]]] = field(default_factory=dict)

    def balance(self, account):
        return sum(minor for minor, _ in self.history.get(account, []))

    def post(self, id_, entries):
        """Return "posted", "conflict" or "short"."""
        if id_ in self.journals:
            return "posted" if sorted(self.journals[id_]) == sorted(entries) else "conflict"
        for account in {name for name, _ in entries}:
            move = sum(minor for name, minor in entries if name == account)
            after = (self.balance(account) + move) * self.normal[account]
            if account in self.floored and after < 0 and move * self.normal[account] < 0:
                return "short"
        self.journals[id_] = tuple(entries)
        for account, minor in entries:
            self.history.setdefault(account, []).append((minor, self.balance(account) + minor))
        return "posted"

    def reverse(self, id_, reversal_id):
        """Post the mirror image; same answers as `post`."""
        return self.post(reversal_id, [(account, -minor) for account, minor in self.journals[id_]])


@st.composite
def balanced(draw):
    """Entries over two to four accounts, some named twice, that sum to zero."""
    names = draw(st.lists(st.sampled_from(NAMES), min_size=1, max_size=3))
    minors = [draw(amounts) * draw(st.sampled_from([1, -1])) for _ in names]
    if sum(minors) == 0:
        minors[0] += 1
    return [*zip(names, minors, strict=True), (draw(st.sampled_from(NAMES)), -sum(minors))]


batches = st.lists(st.tuples(IDS, balanced()), min_size=1, max_size=5)


class LedgerAgainstModel(RuleBasedStateMachine):
    """`books`, `keys` and `run` (which lets the loop finish a coroutine) are set by the test."""

    books: Any
    keys: Any
    run: Any

    @initialize()
    def begin(self):
        self.run(self.books.empty())
        self.model = ModelLedger(
            normal={name: int(key.account_class.normal) for name, key in self.keys.items()},
            floored={name for name, key in self.keys.items() if key.account_class.floor_minor is not None},
        )

    def journal(self, number, entries):
        return self.books.journal(
            *(Entry(self.keys[name], minor) for name, minor in entries),
            id_=JournalId(UUID(int=number)),
            reference=REFERENCE,
        )

    @rule(batch=batches)
    def post_a_batch(self, batch):
        verdicts = self.run(self.books.post(*(self.journal(*stated) for stated in batch)))
        assert [ANSWER[type(verdict)] for verdict in verdicts] == [
            self.model.post(UUID(int=number), entries) for number, entries in batch
        ]

    @rule(entries=balanced())
    def post_and_roll_back(self, entries):
        async def and_fail():
            async with self.books.db.transaction() as tx:
                await api.post(tx, [self.journal(99, entries)])
                raise InterruptedError

        with pytest.raises(InterruptedError):
            self.run(and_fail())

    @rule(number=IDS)
    def reverse(self, number):
        id_ = JournalId(UUID(int=number))
        if id_ not in self.model.journals:
            return
        try:
            self.run(api.reverse(self.books.ctx, journal_id=id_))
            answer = "posted"
        except InsufficientBalance:
            answer = "short"
        assert answer == self.model.reverse(id_, reversal_id(id_))

    @invariant()
    def histories_are_the_same(self):
        for name, key in self.keys.items():
            side = int(key.account_class.normal)
            real = [(minor, after * side) for _, minor, after in self.run(self.books.history(key))]
            assert real == self.model.history.get(name, [])[-50:]

    def teardown(self):
        assert self.run(self.books.verify()) == []


@pytest.fixture
async def loop(books):
    return asyncio.get_running_loop()


def test_the_ledger_does_what_the_model_does(books, loop):
    """Not a coroutine: the machine runs in the main thread and lets the loop run for each step."""
    keys = {name: books.key(kind) for name, kind in KINDS.items()}
    keys |= {"alice": books.seller(UUID(int=11)), "bob": books.seller(UUID(int=12))}
    run = staticmethod(loop.run_until_complete)
    machine = type("Machine", (LedgerAgainstModel,), {"books": books, "keys": keys, "run": run})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=15,
            stateful_step_count=12,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
        ),
    )
